"""A window of a duty is left out by who leads the body or its office, with a reason: neither met nor missed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from states.errors import N_, Conflict, NotFound, NotNow, NotPermitted
from workflow import engine, numbers, periods, receipts, roles
from workflow.case import by_ref
from workflow.duties import unknown
from workflow.expanding import rule_of
from workflow.facts import acting_for
from workflow.instants import stamp
from workflow.periods import Period
from workflow.receipts import Outcome
from workflow.roles import Parts
from workflow.schedule import Schedule
from workflow.store import Tx
from workflow.trail import Who, Written

MAY_SKIP = ("first", "direct", "office")
ASKED = "asked"
AHEAD = timedelta(days=800)  # windows that can be left out before they open


def skip_window(tx: Tx, code: str, unit: str, window: str, *, who: Who, reason: str, key: str | None = None) -> Outcome:
    """Leave a window out. Its case ends where its type knows how, and else its clock of that day does.

    NotFound for a duty, unit or window there is not, NotPermitted, NotNow without a reason or for one that is over.
    """
    asked = [code, unit, window, who.actor, reason]
    if seen := receipts.answer(tx, key, "duty skip", asked):
        return seen
    schedule = Schedule(tx)
    standing = roles.standing(tx, unit, tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date())
    if code not in schedule.duties:
        raise unknown(code)
    held: dict[str, str | None] = {}
    for person in who.persons:
        held |= standing.held(person, MAY_SKIP, Parts(), schedule.aliases)
    if not held:
        raise NotPermitted(
            "Only who leads the body of {unit}, or its office, may skip a window.",
            hint=N_("Ask one of: {roles}."), unit=unit, roles=", ".join(MAY_SKIP),
        )  # fmt: skip
    who = acting_for(who, held, MAY_SKIP)
    if not reason.strip():
        raise NotNow("A window is not skipped without a reason.", hint=N_("Say why with --reason TEXT."))
    found = periods.period(tx, code, unit, window)
    if found is None:
        outcome = _ahead(tx, schedule, (code, unit, window), who, reason)
    else:
        outcome = _now(tx, schedule, found, who, reason)
    receipts.keep(tx, key, "duty skip", asked, outcome)
    return outcome


def _ahead(tx: Tx, schedule: Schedule, key: tuple[str, str, str], who: Who, reason: str) -> Outcome:
    """A window that has not opened yet never will."""
    numbers.hold(tx)  # nobody opens it meanwhile
    if periods.period(tx, *key):
        raise Conflict("{window} of {duty} opened just now.", hint=N_("Try again."), window=key[2], duty=key[0])
    openings = schedule.between("", stamp(tx.time + AHEAD))
    mine = [opening for opening in openings if (opening.duty, opening.unit, opening.window) == key]
    coming = schedule.missing(tx, mine)  # what was due before the unit existed is owed by nobody
    if not coming:
        code, unit, window = key
        raise NotFound(
            "{duty} of {unit} has no window {window}.",
            hint=N_("`duecourse duty list --unit {unit}` lists them."), duty=code, unit=unit, window=window,
        )  # fmt: skip
    written = periods.never_open(
        tx, periods.of_opening(coming[0]), who, rule=rule_of(schedule, key[0]), why=ASKED, reason=reason
    )
    return _outcome(None, written)


def _now(tx: Tx, schedule: Schedule, found: Period, who: Who, reason: str) -> Outcome:
    if found.ref is None or found.status != "open":
        raise NotNow(
            "The window {window} of {duty} is {status} already.",
            hint=N_("Only an open window can be skipped."),
            window=found.window, duty=found.duty, status=found.status,
        )  # fmt: skip
    case = by_ref(tx, found.ref)
    engine.fire_timers(tx, case)
    again = periods.period(tx, *found[:3])
    if again is None or again.status != "open":
        return _now(tx, schedule, again or found._replace(status="skipped"), who, reason)
    written = periods.skip(tx, again, who, rule=rule_of(schedule, found.duty), why=ASKED, reason=reason)
    acts = schedule.duties[found.duty].get("acts")
    if not (acts and engine.act_for_duty(tx, case, acts["skipped"], "skipped")):
        engine.release(tx, case, who)
    return _outcome(found.ref, written)


def _outcome(ref: str | None, written: Written) -> Outcome:
    return Outcome(ref or "", 0, "open", "skipped", written)
