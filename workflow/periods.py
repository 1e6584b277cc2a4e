"""How one window of a duty ends: met with the dated limit of its case, or missed with it.

The clocks call `settle`; nothing here opens or changes a case.
"""

from typing import Any

from workflow.case import Case, Clock, by_ref
from workflow.policies import rule_name
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.trail import SYSTEM, Who, record


def stream(duty: str, unit: str) -> str:
    """The stream of everything that happens to a duty in a unit."""
    return f"duty/{duty}/{unit}"


def is_dated(clock: Clock) -> bool:
    """Whether this clock carries the duty's own date instead of a limit of its type."""
    return "date" in clock.rule


def settle(tx: Tx, case: Case, who: Who, status: str, *, at: str, rule: str, late: bool = False) -> None:
    """The dated clock of a duty's case was met or breached (``status``: met | missed) at an instant.

    A duty done late is missed first and met then, ``late``; what was met or skipped stays so.
    """
    row = tx.one(sql.OF_CASE, ref=case.ref)
    if row is None:
        return
    duty, unit, window, due_on, was = row
    if was not in {"open", "missed"} or was == status:
        return
    key = {"duty": duty, "unit": unit, "window": window}
    tx.put(sql.SETTLE, status=status, was=was, expect=1, **key)
    data: dict[str, Any] = {**key, "ref": case.ref, "due_on": due_on, "at": at}
    if status == "met":
        data["late"] = late
    record(tx, stream(duty, unit), f"duty.{status}", who, unit=unit, rule=rule, data=data)


def lapsed(tx: Tx, today: str) -> list[str]:
    """The cases of open periods whose day is over though no dated clock is left to be missed (withdrawn ones)."""
    return [ref for (ref,) in tx.all(sql.LAPSED, today=today)]


def lapse(tx: Tx, ref: str) -> None:
    """Miss the period of such a case."""
    case = by_ref(tx, ref)
    rule = rule_name(case.type, "duty", case.duty or "", case.definition)
    settle(tx, case, SYSTEM, "missed", at=tx.now, rule=rule)
