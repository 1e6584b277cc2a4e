"""Looking at all of a case is on record too: who took it out, as what, and whom it tells about."""

from collections.abc import Iterable, Mapping
from typing import Any

from states.errors import N_, NotPermitted
from states.guards import Definition, ladders_of, roles_asked
from workflow.engine.common import MAY_ADD, held_in
from workflow.engine.remarks import small
from workflow.facts import acting_for
from workflow.receipts import Outcome
from workflow.roles import persons_in
from workflow.scene import Scene
from workflow.sql import dossier as sql
from workflow.store import Tx
from workflow.trail import Who, Written

MAY_READ = (*MAY_ADD, "inspector")


def read(
    tx: Tx,
    ref: str,
    what: str,
    *,
    who: Who,
    reason: str = "",
    expect: int | None = None,
    key: str | None = None,
    persons: Iterable[str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Outcome:
    """Record that a case is read, as ``what``; NotPermitted for somebody with no role in it.

    ``persons``: whom it tells about, everybody in the case by default; ``more`` says what of the case was read. The
    administrator may too: whoever keeps the database can read it anyway, and so it is on record.
    """

    def do(scene: Scene) -> Written:
        asked = sorted({*MAY_READ, *roles_in(scene.definition)})
        held = held_in(scene, who, asked)
        if not held and who.actor != tx.workspace.admin:
            raise NotPermitted(
                "You hold no role in {ref}.",
                hint=N_("Ask its owner, the office or an inspector for it."),
                ref=ref,
            )
        told = persons
        if told is None:
            told = {person for (text,) in tx.each(sql.CANONS, stream=ref) for person in persons_in(text)}
        data = {"what": what, "persons": sorted(told), **(more or {})}
        private = {"reason": reason} if reason else None
        return scene.case.write(tx, "data.read", acting_for(who, held, asked), data=data, private=private)

    return small(tx, "read", [ref, what, reason, who.actor], ref, do, expect=expect, key=key, counts=False)


def roles_in(definition: Definition) -> set[str]:
    """Every role that this law gives a part: who may act, who holds a clock, who is told."""
    found = set(roles_asked(definition))
    for clock in definition["clocks"].values():
        found.update(clock["holders"])
        for ladder in ladders_of(clock):
            found.update(role for step in definition["ladders"].get(ladder, ()) for role in step["tell"])
    return found - {"system"}
