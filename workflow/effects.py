"""What decisions bar somebody from, as it stands: rows beside the event of the decision, in its transaction."""

from collections.abc import Mapping
from typing import Any

from states import effects as law
from workflow.case import Case
from workflow.sql import effect as sql
from workflow.store import Tx
from workflow.trail import Written


def follow(tx: Tx, case: Case, definition: Mapping[str, Any], action: str, written: Written) -> None:
    """What an act that was just written does to the effects of its case: old ones first, then those it gives."""
    if not definition["effects"]:
        return
    for index, state in law.touched_by(definition, action).items():
        tx.put(sql.SET, case_id=case.id, effect=index, state=state)
    for index, effect in law.numbered(definition, action, case.fields):
        for bar in effect["bars"]:
            tx.put(
                sql.NEW,
                case_id=case.id,
                event=written.id,
                effect=index,
                bars=bar,
                whom=effect["whom"],
                from_on=effect["from"],
                until_on=effect["until"],
            )


def hold(tx: Tx, case: Case, on: str) -> bool:
    """Whether anything the case decided still bars somebody on a day: for so long nobody forgets why."""
    return tx.one(sql.HOLDS, case_id=case.id, on=on) is not None


def forget(tx: Tx, case: Case) -> None:
    """The case names its respondent no more, and so nothing bars anybody because of it."""
    tx.put(sql.FORGET, case_id=case.id)


def named_in(definition: Mapping[str, Any]) -> set[str]:
    """The fields on whose person effects fall."""
    return {effect["whom"] for effect in definition["effects"]}
