"""What duties do by themselves: open a window with its case, pass over one after downtime, warn of a pace, end a
vacancy. Each is one piece of work in the caller's transaction, and safe to repeat."""

from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from workflow import engine, numbers, outbox, periods, quotas, roles
from workflow.case import by_ref
from workflow.periods import Period
from workflow.policies import rule_name
from workflow.roles import Holder, Parts, Standing
from workflow.schedule import Duty, Opening, Schedule
from workflow.sql import duty as sql
from workflow.sql import register as register_sql
from workflow.store import Tx
from workflow.trail import SYSTEM
from workflow.windows import bare, before, post_of, seat_of

LONGEST_TITLE = 500
AFTER_DOWNTIME = "downtime"


class Opened(NamedTuple):
    """A period that was opened, with its case."""

    at: str
    duty: str
    unit: str
    ref: str


def open_period(tx: Tx, schedule: Schedule, opening: Opening) -> Opened | None:
    """Open the case of one window and record the period; None where that was done already, or it is passed over."""
    numbers.next_opening(tx)  # takes the lock every opening takes, so that no two look at the same time
    key: dict[str, Any] = {"duty": opening.duty, "unit": opening.unit, "window": opening.window}
    if tx.one(sql.KNOWN, **key):
        return None
    duty, found, rule = schedule.duties[opening.duty], periods.of_opening(opening), rule_of(schedule, opening.duty)
    if _passed_over(tx, schedule, duty, opening):
        periods.never_open(tx, found, SYSTEM, rule=rule, why=AFTER_DOWNTIME)
        return None
    day = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()
    standing = roles.standing(tx, opening.unit, day)
    owner = owner_of(schedule, duty, standing, opening.window, day)
    outcome = engine.open_case(
        tx,
        duty["opens"],
        unit=opening.unit,
        title=_title(duty, opening.window),
        given=_fields(tx, schedule, duty, standing, opening),
        who=SYSTEM,
        owner=owner,
        duty=opening.duty,
        due_on=opening.due_on,
    )
    over = quotas.last_part(schedule, found, tx.now)
    warned = over.name if over else None  # who is told of a pace has had the chance to keep it
    tx.put(
        sql.NEW, **key, opens_at=opening.opens_at, due_on=opening.due_on, status="open", ref=outcome.ref,
        required=opening.required, warned=warned,
    )  # fmt: skip
    data = {"opens_at": opening.opens_at, "due_on": opening.due_on, "provisional": opening.provisional}
    if opening.required is not None:
        data |= {"required": opening.required, "warned": warned}
    periods.tell(tx, found._replace(ref=outcome.ref), "opened", SYSTEM, rule, data)
    return Opened(tx.now, opening.duty, opening.unit, outcome.ref)


def warn(tx: Tx, schedule: Schedule, found: Period) -> list[str]:
    """Tell the owner of an open window, once for each part of it, that less is done than its pace asks for."""
    case = by_ref(tx, found.ref or "")
    again = periods.period(tx, found.duty, found.unit, found.window)
    late = quotas.behind(schedule, again, tx.now) if again and again.status == "open" else None
    if again is None or late is None or again.warned == late.name:
        return []
    duty = schedule.duties[again.duty]
    day = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()
    standing = roles.standing(tx, again.unit, day)
    holders = _owners(schedule, duty, standing, Parts(owner=case.owner))
    counts = {"asked": late.asked, "done": again.done, "required": again.required, "pace": late.name}
    tx.put(sql.WARN, warned=late.name, expect=1, **again.key)
    told = [{"person": one.person, "role": one.post, "for": one.for_} for one in holders]
    rule = rule_of(schedule, again.duty)
    written = periods.tell(tx, again, "warned", SYSTEM, rule, {**counts, "told": told})
    persons = [one.person for one in holders]
    outbox.owe(tx, case, written, "duty.warned", persons=persons, key=f"pace/{late.name}", body=counts)
    return [case.ref]


def end_vacancy(tx: Tx, schedule: Schedule, duty: str, ref: str) -> list[str]:
    """The post is held again: the case of its vacancy is done."""
    done = engine.act_for_duty(tx, by_ref(tx, ref), schedule.duties[duty]["acts"]["met"], "met")
    return [ref] if done else []


def ended(tx: Tx, schedule: Schedule) -> list[tuple[str, str]]:
    """(duty, ref) of every open case of a vacancy whose post is held again."""
    found = []
    day = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date().isoformat()
    for duty, unit, window, ref in tx.all(sql.UNSETTLED):
        if schedule.duties.get(duty, {}).get("every") != "vacancy":
            continue
        spans = schedule.tenures.held(unit, post_of(window) or "")
        if any(span.holds(day) for span in spans) and bare(window) <= day:
            found.append((duty, ref))
    return found


def owner_of(schedule: Schedule, duty: Duty, standing: Standing, window: str, day: date) -> str | None:
    """Who owns what a window opens: who holds the post whose window it is, or the first in the duty's role."""
    if duty["owner"] is not None:
        found = _owners(schedule, duty, standing, Parts())
        return found[0].person if found else None
    return _holder(schedule, duty, standing.unit, window, day)


def _holder(schedule: Schedule, duty: Duty, unit: str, window: str, day: date) -> str | None:
    """Who holds the post of a window: of an appointment who was appointed, else who has that seat on the day."""
    post, number = seat_of(window)
    if duty["every"] == "appointment":
        found = [
            person
            for first, which, person in schedule.tenures.appointments(unit, post, bare(window))
            if (first, which) == (bare(window), number)
        ]
        return found[0] if found else None
    holders = schedule.tenures.holders(unit, post, day.isoformat())
    return holders[number - 1] if number <= len(holders) else None


def _owners(schedule: Schedule, duty: Duty, standing: Standing, parts: Parts) -> list[Holder]:
    """Of an alias the holders of the first role anybody holds: a unit's head before the body's."""
    if duty["owner"] is None:
        return standing.holders("owner", parts, schedule.aliases)
    return roles.owners_of(standing, duty["owner"], schedule.aliases)


def _fields(tx: Tx, schedule: Schedule, duty: Duty, standing: Standing, opening: Opening) -> dict[str, Any]:
    """The fields of the case with their words replaced; a word for somebody who is not there leaves its field out."""

    def login(person: str | None) -> str | None:
        row = tx.one(register_sql.LOGIN, id=person) if person else None
        return row[0] if row else None

    first = standing.holders("first", Parts(), schedule.aliases)
    words: dict[str, Any] = {
        "$superior": standing.superior or standing.body,
        "$body": standing.body,
        "$unit": opening.unit,
        "$window": bare(opening.window),
        "$last-window": before(opening.window),
        "$first": login(first[0].person) if first else None,
    }
    if post := post_of(opening.window):
        holder = _holder(schedule, duty, opening.unit, opening.window, standing.on)
        words |= {"$post": post, "$holder": login(holder)}
    given = {
        name: words.get(value, value) if isinstance(value, str) else value for name, value in duty["fields"].items()
    }
    return {name: value for name, value in given.items() if value is not None}


def _passed_over(tx: Tx, schedule: Schedule, duty: Duty, opening: Opening) -> bool:
    """After downtime: whether a window that is over already is not made up for, by the duty's own word."""
    policy = duty.get("catch_up", "all")
    day = tx.time.astimezone(ZoneInfo(schedule.zone(opening.unit, opening.duty))).date().isoformat()
    if policy == "all" or opening.due_on >= day:
        return False
    return policy == "skip" or schedule.follows(opening, tx.now)


def rule_of(schedule: Schedule, duty: str) -> str:
    """The rule that events of a duty follow: the policy in force."""
    assert schedule.policy is not None  # noqa: S101  # it has this duty
    return rule_name(schedule.policy["policy"], "duty", duty, schedule.policy["hash"])


def _title(duty: Duty, window: str) -> str:
    """What the case is called, in both languages: nobody is there to choose one."""
    spoken = [text for text in dict.fromkeys(duty["case_title"].values()) if text]
    room = LONGEST_TITLE - len(window) - 1
    return f"{' / '.join(spoken)[:room].rstrip()} {window}"
