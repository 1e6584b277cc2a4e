"""Recurring duties, read: what is owed, how each window stands with what was recorded, what comes."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from states.errors import N_, NotFound, Usage
from workflow.expanding import owner_of
from workflow.instants import moment, stamp
from workflow.periods import Period
from workflow.quotas import at_risk
from workflow.schedule import Opening, Schedule
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.windows import bare, post_of

if TYPE_CHECKING:
    from workflow.look import Look

__all__ = ["Opening", "Schedule", "forecast", "list_", "show"]

Answer = dict[str, Any]
YEARS_AHEAD = 20  # no calendar is known so far; whoever asks for more has mistyped


def list_(tx: Tx, *, unit: str | None = None, year: int | None = None, status: str | None = None) -> list[Answer]:
    """The duties of a year (default: this one) and how each window stands, those not opened yet included.

    Rows {duty, unit, title, window, required, done, due_on, status, ref}; ``ref`` is null before the case opens.
    A window is ``at-risk`` when it is open and behind its pace, or, without one, three quarters of its time have gone.
    """
    this = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).year
    year = this if year is None else year
    _refuse_far(year, this, "--year")
    schedule = Schedule(tx)
    found = [Period(*row) for row in tx.all(sql.SINCE, since=f"{year - 1}")]
    rows = [_row(tx, schedule, period) for period in found if bare(period.window)[:4] == str(year)]
    rows += [_coming(schedule, opening) for opening in _windows_of(tx, schedule, year)]
    rows.sort(key=lambda row: (row["due_on"], row["duty"], row["unit"], row["window"]))
    return [row for row in rows if unit in {None, row["unit"]} and status in {None, row["status"]}]


def show(tx: Tx, code: str, unit: str | None = None) -> Answer:
    """One duty as the policy in force has it, with every period it had (of one unit or all); NotFound if unknown.

    Of what is counted each period has its ``records``, the corrected ones too.
    """
    schedule = Schedule(tx)
    found = [Period(*row) for row in tx.all(sql.OF_DUTY, duty=code)]
    duty = schedule.duties.get(code)
    if duty is None and not found:
        raise unknown(code)
    look = _look(tx)
    periods = [
        {**_row(tx, schedule, period), **({} if period.required is None else {"records": records(look, period)})}
        for period in found
        if unit in {None, period.unit}
    ]
    lines = [line for line in schedule.lines if line.duty["code"] == code]
    bound = sorted({of.unit for line in lines for of in line.subjects if unit in {None, of.unit}})
    about = duty or {}
    return {
        "schema": 1,
        "duty": code,
        "title": name_of(schedule, code),
        "in_force": duty is not None,
        "every": about.get("every"),
        "due": about.get("due"),
        "lead": about.get("lead"),
        "at_least": about.get("at_least"),
        "pace": about.get("pace"),
        "catch_up": about.get("catch_up", "all") if duty else None,
        "posts": about.get("posts") or (about["for"].get("post") if duty else None),
        "owner": about.get("owner"),
        "opens": about.get("opens"),
        "units": bound,
        "periods": periods,
    }


def shown(tx: Tx, period: Period) -> Answer:
    """One window as `list_` shows it."""
    return _row(tx, Schedule(tx), period)


def records(look: "Look", period: Period) -> list[Answer]:
    """Everything recorded in a window, in order: what was corrected stays, and names the record in its place."""
    tx, zone = look.tx, look.zone(period.unit)
    from workflow.look import local

    return [
        {
            "no": row["no"],
            "on": row["held_on"],
            "count": row["count"],
            "posts": json.loads(row["posts"]) if row["posts"] else [],
            "present": row["present"],
            "title": row["title"],
            "files": tx.named(sql.FILES_OF, event=row["attached"]) if row["attached"] else [],
            "by": look.login(row["actor"]),
            "at": local(row["at"], zone),
            "corrects": row["corrects"],
            "corrected_by": row["corrected_by"],
        }
        for row in tx.named(sql.RECORDS, **period.key)
    ]


def forecast(tx: Tx, until: date | None = None, *, unit: str | None = None) -> list[Answer]:
    """What will open by the end of a day (default: in thirteen months), soonest first.

    Rows {duty, unit, title, window, opens_at, due_on, provisional, owners}; ``owners`` are the logins who would own
    the case if it opened today; ``provisional``: the calendar of that year is not known yet.
    """
    from workflow.look import local

    schedule, look = Schedule(tx), _look(tx)
    zone = ZoneInfo(tx.workspace.zone)
    day = tx.time.astimezone(zone).date()
    until = until or day + timedelta(days=396)
    _refuse_far(until.year, day.year, "--until")
    end = stamp(datetime.combine(until + timedelta(days=1), time(), zone) - timedelta(microseconds=1))
    openings = schedule.missing(tx, schedule.between("", end))
    return [
        {
            "duty": opening.duty,
            "unit": opening.unit,
            "title": name_of(schedule, opening.duty),
            "window": opening.window,
            "opens_at": local(opening.opens_at, look.zone(opening.unit)),
            "due_on": opening.due_on,
            "provisional": opening.provisional,
            "owners": _owners(schedule, look, opening),
        }
        for opening in openings
        if unit in {None, opening.unit}
    ]


def _refuse_far(year: int, this: int, where: str) -> None:
    last = this + YEARS_AHEAD
    if not 1 <= year <= last:
        raise Usage(
            "Duties are worked out for {years} years ahead at most, not for the year {year}.",
            hint=N_("Name a year up to {last}."), where=where, years=YEARS_AHEAD, year=year, last=last,
        )  # fmt: skip


def _owners(schedule: Schedule, look: "Look", opening: Opening) -> list[str | None]:
    duty = schedule.duties[opening.duty]
    day = look.today
    if post_of(opening.window):
        opens = moment(opening.opens_at).astimezone(ZoneInfo(look.zone(opening.unit)))
        day = max(day, opens.date())
    owner = owner_of(schedule, duty, look.standing(opening.unit), opening.window, day)
    return [look.login(owner)] if owner else []


def _windows_of(tx: Tx, schedule: Schedule, year: int) -> Iterator[Opening]:
    """The windows of a year that have no period yet; what was due before its unit existed is left out."""
    end = stamp(datetime.combine(date(year + 2, 1, 1), time(), ZoneInfo(tx.workspace.zone)))
    found = [opening for opening in schedule.between("", end) if bare(opening.window)[:4] == str(year)]
    yield from schedule.missing(tx, found)


def _row(tx: Tx, schedule: Schedule, period: Period) -> Answer:
    """A row of the table; ``at-risk`` for an open window that may well be missed."""
    counted = period.required is not None
    return {
        "duty": period.duty,
        "unit": period.unit,
        "title": name_of(schedule, period.duty),
        "window": period.window,
        "required": period.required if counted else 1,
        "done": period.done if counted else int(period.status == "met"),
        "due_on": period.due_on,
        "status": "at-risk" if at_risk(schedule, period, tx) else period.status,
        "ref": period.ref,
    }


def _coming(schedule: Schedule, of: Opening) -> Answer:
    return {
        "duty": of.duty,
        "unit": of.unit,
        "title": name_of(schedule, of.duty),
        "window": of.window,
        "required": 1 if of.required is None else of.required,
        "done": 0,
        "due_on": of.due_on,
        "status": "open",
        "ref": None,
    }


def name_of(schedule: Schedule, code: str) -> Answer:
    """The title of a duty in both languages; its code where the policy in force has it no more."""
    duty = schedule.duties.get(code)
    return dict(duty["title"]) if duty else {"en": code, "zh": code}


def unknown(code: str) -> NotFound:
    return NotFound(
        "There is no duty {code} here.", hint=N_("`duecourse duty list` shows the duties there are."), code=code
    )


def _look(tx: Tx) -> "Look":
    from workflow.look import Look

    return Look(tx)
