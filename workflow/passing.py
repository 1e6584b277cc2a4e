"""The open cases of one owner, passed on to another in one go: when a post changes hands, or somebody leaves."""

from typing import NamedTuple

from states.errors import N_, NotFound, NotPermitted, Usage
from workflow import engine
from workflow.sql import cases as sql
from workflow.sql import register as register_sql
from workflow.store import Tx
from workflow.trail import Who, Written


class Passed(NamedTuple):
    """The cases that have another owner now, those that the actor may not assign, and the last event."""

    refs: list[str]
    kept: list[str]
    event: Written | None


def pass_on(tx: Tx, owner: str, to: str, *, who: Who, unit: str | None = None, reason: str = "") -> Passed:
    """Assign every open case of ``owner`` (a person id), of this unit and those below, that the actor may assign.

    Each is assigned by its own law and event, as `engine.assign` does it. NotPermitted where the actor may assign none.
    """
    if unit is not None and tx.one(sql.UNIT, code=unit) is None:
        raise NotFound("There is no unit {unit} in the register.", hint=N_("See `duecourse org tree`."), unit=unit)
    if owner == to:
        raise Usage("Whoever owns the cases has them already.", hint=N_("Name somebody else."))
    passed: list[str] = []
    kept: list[str] = []
    event: Written | None = None
    problem: NotPermitted | None = None
    for ref in _open_cases(tx, owner, unit):
        try:
            event = engine.assign(tx, ref, to, who=who, reason=reason).event
        except NotPermitted as refused:
            problem = refused
            kept.append(ref)
        else:
            passed.append(ref)
    if problem is not None and not passed:
        raise problem
    return Passed(passed, kept, event)


def _open_cases(tx: Tx, owner: str, unit: str | None) -> list[str]:
    if unit is None:
        return [ref for (ref,) in tx.all(register_sql.OPEN_CASES_OF, person=owner)]
    return [ref for (ref,) in tx.all(register_sql.OPEN_CASES_OF_UNDER, person=owner, unit=unit)]
