"""One window of a duty: how it is read, and how it ends, met or missed with the dated limit of its case, or skipped.

The clocks call `settle`; nothing here opens or changes a case.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from workflow.case import Case, Clock, by_ref
from workflow.policies import rule_name
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.trail import SYSTEM, Who, Written, record

if TYPE_CHECKING:
    from workflow.schedule import Opening, Schedule


class Period(NamedTuple):
    """A window of a duty as it stands. ``required`` is None where nothing is counted."""

    duty: str
    unit: str
    window: str
    opens_at: str
    due_on: str
    status: str
    ref: str | None
    required: int | None
    done: int
    warned: str | None

    @property
    def key(self) -> dict[str, str]:
        return {"duty": self.duty, "unit": self.unit, "window": self.window}


def period(tx: Tx, duty: str, unit: str, window: str) -> Period | None:
    """The period of a window, if it was opened or skipped."""
    row = tx.one(sql.ONE, duty=duty, unit=unit, window=window)
    return Period(*row) if row else None


def of_case(tx: Tx, ref: str) -> Period | None:
    """The period that a case was opened for, if a duty opened it."""
    row = tx.one(sql.OF_REF, ref=ref)
    return Period(*row) if row else None


def of_opening(opening: "Opening") -> Period:
    """A window that has no period yet, as one that is skipped."""
    return Period(
        opening.duty, opening.unit, opening.window, opening.opens_at, opening.due_on, "skipped", None,
        opening.required, 0, None,
    )  # fmt: skip


def stream(duty: str, unit: str) -> str:
    """The stream of everything that happens to a duty in a unit."""
    return f"duty/{duty}/{unit}"


def tell(  # noqa: PLR0917  # what every event of a duty has
    tx: Tx, found: Period, what: str, who: Who, rule: str, data: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
) -> Written:  # fmt: skip
    """One event ``duty.WHAT`` in the stream of a duty: the window of it this is about, its case, and ``data``."""
    return record(
        tx,
        stream(found.duty, found.unit),
        f"duty.{what}",
        who,
        unit=found.unit,
        rule=rule,
        data={**found.key, "ref": found.ref, **(data or {})},
        private=private or None,
    )


def is_dated(clock: Clock) -> bool:
    """Whether this clock carries the duty's own date instead of a limit of its type."""
    return "date" in clock.rule


def settle(tx: Tx, case: Case, who: Who, status: str, *, at: str, rule: str, late: bool = False) -> None:
    """The dated clock of a duty's case was met or breached (``status``: met | missed) at an instant.

    A duty done late is missed first and met then, ``late``; what was met or skipped stays so.
    """
    found = of_case(tx, case.ref)
    if found is None or found.status not in {"open", "missed"} or found.status == status:
        return
    tx.put(sql.SETTLE, status=status, was=found.status, expect=1, **found.key)
    data: dict[str, Any] = {"due_on": found.due_on, "at": at}
    tell(tx, found, status, who, rule, {**data, "late": late} if status == "met" else data)


def lapsed(tx: Tx, schedule: "Schedule", today: str) -> list[str]:
    """The cases of open periods whose day is over though no dated clock is left to be missed (withdrawn ones).

    ``today`` is that of the workspace; where the unit's own day is not over yet, it is looked at tomorrow.
    """
    found = []
    for duty, unit, due_on, ref in tx.all(sql.LAPSED, today=today):
        if due_on < tx.time.astimezone(ZoneInfo(schedule.zone(unit, duty))).date().isoformat():
            found.append(ref)
    return found


def lapse(tx: Tx, ref: str) -> None:
    """Miss the period of such a case."""
    case = by_ref(tx, ref)
    rule = rule_name(case.type, "duty", case.duty or "", case.definition)
    settle(tx, case, SYSTEM, "missed", at=tx.now, rule=rule)


def reopen(tx: Tx, case: Case, *, rule: str) -> None:
    """A correction took back that the window of this case was met: it is open again, and its clock runs."""
    found = of_case(tx, case.ref)
    if found is None or found.status != "met":
        return
    tx.put(sql.SETTLE, status="open", was="met", expect=1, **found.key)
    tell(tx, found, "reopened", SYSTEM, rule, {"due_on": found.due_on})


def skip(tx: Tx, found: Period, who: Who, *, rule: str, why: str, reason: str = "") -> Written:
    """An open window is neither met nor missed; the caller sees to its case."""
    tx.put(sql.SETTLE, status="skipped", was="open", expect=1, **found.key)
    data = {"opens_at": found.opens_at, "due_on": found.due_on, "why": why}
    return tell(tx, found, "skipped", who, rule, data, {"reason": reason} if reason else None)


def never_open(tx: Tx, found: Period, who: Who, *, rule: str, why: str, reason: str = "") -> Written:
    """A window is skipped before it ever had a case: it never will have one."""
    dates = {"opens_at": found.opens_at, "due_on": found.due_on}
    values: dict[str, Any] = {**found.key, **dates, "required": found.required}
    tx.put(sql.NEW, **values, status="skipped", ref=None, warned=None)
    data = {**dates, "required": found.required, "why": why}
    return tell(tx, found, "skipped", who, rule, data, {"reason": reason} if reason else None)
