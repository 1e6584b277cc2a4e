"""Recurring duties: a window becomes a period with its case; what is owed, how it stands, what comes."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.errors import N_, NotFound
from workflow import engine, numbers, roles
from workflow.instants import moment, stamp
from workflow.policies import rule_name
from workflow.roles import owners_of
from workflow.schedule import Duty, Opening, Schedule
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.trail import SYSTEM, record

__all__ = ["Opened", "Opening", "Schedule", "forecast", "list_", "open_period", "show"]

LONGEST_TITLE = 500
AT_RISK = 75  # percent of the time between opening and due

Answer = dict[str, Any]


class Opened(NamedTuple):
    """A period that was opened, with its case."""

    at: str
    duty: str
    unit: str
    ref: str


def open_period(tx: Tx, schedule: Schedule, opening: Opening) -> Opened | None:
    """Open the case of one window and record the period; None where that was done already."""
    numbers.next_opening(tx)  # takes the lock every opening takes, so that no two look at the same time
    key: dict[str, Any] = {"duty": opening.duty, "unit": opening.unit, "window": opening.window}
    if tx.one(sql.KNOWN, **key):
        return None
    assert schedule.policy is not None  # noqa: S101  # it has this duty
    duty = schedule.duties[opening.duty]
    day = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()
    standing = roles.standing(tx, opening.unit, day)
    words = {
        "$superior": standing.superior or standing.body,
        "$body": standing.body,
        "$unit": opening.unit,
        "$window": opening.window,
    }
    owners = owners_of(standing, duty["owner"], schedule.policy["roles"])
    outcome = engine.open_case(
        tx,
        duty["opens"],
        unit=opening.unit,
        title=_title(duty, opening.window),
        given={
            name: words.get(value, value) if isinstance(value, str) else value for name, value in duty["fields"].items()
        },
        who=SYSTEM,
        owner=owners[0].person if owners else None,
        duty=opening.duty,
        due_on=opening.due_on,
    )
    tx.put(sql.NEW, **key, opens_at=opening.opens_at, due_on=opening.due_on, ref=outcome.ref)
    record(
        tx,
        f"duty/{opening.duty}/{opening.unit}",
        "duty.opened",
        SYSTEM,
        unit=opening.unit,
        rule=rule_name(schedule.policy["policy"], "duty", opening.duty, schedule.policy["hash"]),
        data={
            **key,
            "ref": outcome.ref,
            "opens_at": opening.opens_at,
            "due_on": opening.due_on,
            "provisional": opening.provisional,
        },
    )
    return Opened(tx.now, opening.duty, opening.unit, outcome.ref)


def _title(duty: Duty, window: str) -> str:
    """What the case is called, in both languages: nobody is there to choose one."""
    spoken = [text for text in dict.fromkeys(duty["case_title"].values()) if text]
    room = LONGEST_TITLE - len(window) - 1
    return f"{' / '.join(spoken)[:room].rstrip()} {window}"


def list_(tx: Tx, *, unit: str | None = None, year: int | None = None, status: str | None = None) -> list[Answer]:
    """The duties of a year (default: this one) and how each window stands, those not opened yet included.

    Rows {duty, unit, title, window, required, done, due_on, status, ref}; ``ref`` is null before the case opens.
    A window is ``at-risk`` when it is open and three quarters of its time have gone.
    """
    schedule = Schedule(tx)
    zone = ZoneInfo(tx.workspace.zone)
    year = year or tx.time.astimezone(zone).year
    found = tx.all(sql.OF_YEAR, year=str(year), next=str(year + 1))
    rows = [_period(tx, schedule, *row) for row in found]
    rows += [_row(schedule, opening, "open", None) for opening in _windows_of(tx, schedule, year)]
    rows.sort(key=lambda row: (row["due_on"], row["duty"], row["unit"]))
    return [row for row in rows if unit in {None, row["unit"]} and status in {None, row["status"]}]


def show(tx: Tx, code: str, unit: str | None = None) -> Answer:
    """One duty as the policy in force has it, with every period it had (of one unit or all); NotFound if unknown."""
    schedule = Schedule(tx)
    rows = tx.all(sql.OF_DUTY, duty=code)
    periods = [_period(tx, schedule, *row) for row in rows if unit in {None, row[1]}]
    duty = schedule.duties.get(code)
    if duty is None and not periods:
        raise NotFound(
            "There is no duty {code} here.", hint=N_("`duecourse duty list` shows the duties there are."), code=code
        )
    lines = [line for line in schedule.lines if line.duty["code"] == code]
    bound = sorted(of for line in lines for of in line.units if unit in {None, of})
    return {
        "schema": 1,
        "duty": code,
        "title": _name(schedule, code),
        "in_force": duty is not None,
        "every": duty and duty["every"],
        "due": duty and duty["due"],
        "lead": duty and duty["lead"],
        "owner": duty and duty["owner"],
        "opens": duty and duty["opens"],
        "units": bound,
        "periods": periods,
    }


def forecast(tx: Tx, until: date | None = None, *, unit: str | None = None) -> list[Answer]:
    """What will open by the end of a day (default: in thirteen months), soonest first.

    Rows {duty, unit, title, window, opens_at, due_on, provisional, owners}; ``owners`` are the logins who would own
    the case if it opened today; ``provisional``: the calendar of that year is not known yet.
    """
    from workflow.ask import Look, local

    schedule, look = Schedule(tx), Look(tx)
    zone = ZoneInfo(tx.workspace.zone)
    until = until or tx.time.astimezone(zone).date() + timedelta(days=396)
    end = stamp(datetime.combine(until + timedelta(days=1), time(), zone) - timedelta(microseconds=1))
    openings = schedule.missing(tx, schedule.between("", end))
    aliases = schedule.policy["roles"] if schedule.policy else {}
    return [
        {
            "duty": opening.duty,
            "unit": opening.unit,
            "title": _name(schedule, opening.duty),
            "window": opening.window,
            "opens_at": local(opening.opens_at, look.zone(opening.unit)),
            "due_on": opening.due_on,
            "provisional": opening.provisional,
            "owners": [
                look.login(holder.person)
                for holder in owners_of(look.standing(opening.unit), schedule.duties[opening.duty]["owner"], aliases)
            ],
        }
        for opening in openings
        if unit in {None, opening.unit}
    ]


def _windows_of(tx: Tx, schedule: Schedule, year: int) -> Iterator[Opening]:
    """The windows of a year that have no period yet; what was due before its unit existed is left out."""
    end = stamp(datetime.combine(date(year + 2, 1, 1), time(), ZoneInfo(tx.workspace.zone)))
    found = [opening for opening in schedule.between("", end) if opening.window[:4] == str(year)]
    yield from schedule.missing(tx, found)


def _period(  # noqa: PLR0917  # a row of the database, in the order it comes
    tx: Tx,
    schedule: Schedule,
    duty: str,
    unit: str,
    window: str,
    opens_at: str,
    due_on: str,
    status: str,
    ref: str | None,
) -> Answer:
    """A row of the table; ``at-risk`` for an open window whose time has mostly gone."""
    if status == "open":
        opens = moment(opens_at)
        ends = datetime.combine(date.fromisoformat(due_on) + timedelta(days=1), time(), ZoneInfo(tx.workspace.zone))
        status = "at-risk" if tx.time >= opens + (ends - opens) * AT_RISK / 100 else "open"
    return _row(schedule, Opening(opens_at, duty, unit, window, due_on, False), status, ref)


def _row(schedule: Schedule, of: Opening, status: str, ref: str | None) -> Answer:
    return {
        "duty": of.duty,
        "unit": of.unit,
        "title": _name(schedule, of.duty),
        "window": of.window,
        "required": 1,
        "done": int(status == "met"),
        "due_on": of.due_on,
        "status": status,
        "ref": ref,
    }


def _name(schedule: Schedule, code: str) -> Answer:
    """The title of a duty in both languages; its code where the policy in force has it no more."""
    duty = schedule.duties.get(code)
    return dict(duty["title"]) if duty else {"en": code, "zh": code}
