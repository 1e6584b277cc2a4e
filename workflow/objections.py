"""Who took part in a decision and who objected to it: dissent protects, and is asked for nothing else."""

import json
from typing import Any, NamedTuple

from workflow import policies
from workflow.sql import grounds as sql
from workflow.store import Tx


class Decision(NamedTuple):
    """A case that says who decided: opaque ids."""

    ref: str
    took_part: list[str]
    objected: list[str]
    field: str  # where it says who objected


def decisions(tx: Tx, ref: str) -> list[Decision]:
    """The decisions a case is, or is linked to (opened by it, for one), with who took part and who objected."""
    found = []
    for other, hash_, text, _at in [*tx.all(sql.ITSELF, ref=ref), *tx.all(sql.LINKED, ref=ref)]:
        words = policies.definition_by_hash(tx, hash_).get("decision")
        if not words:
            continue
        fields = json.loads(text)
        persons: dict[str, Any] = {key: fields.get(words.get(key, "")) for key in ("took_part", "objected")}
        took, against = (value if isinstance(value, list) else [] for value in persons.values())
        if took or against:
            found.append(Decision(other, took, against, words.get("objected", "")))
    return found


def objected(tx: Tx, person: str, ref: str) -> str | None:
    """The decision behind a case to which this person objected; None where there is none.

    What somebody has recorded or linked alone does not protect that one: then anybody could write a charge away.
    """
    for one in decisions(tx, ref):
        if person in one.objected and not _said_alone(tx, person, ref, one):
            return one.ref
    return None


def _said_alone(tx: Tx, person: str, ref: str, decision: Decision) -> bool:
    """Whether nobody but this person put it on record, or nobody but this person says that it is behind the case."""
    given = [set(row) for row in tx.all(sql.GIVEN_BY, ref=decision.ref, field=f"field/{decision.field}")]
    linked = [
        {actor, behalf}
        for actor, behalf, canon in tx.all(sql.LINKED_BY, ref=ref)
        if json.loads(canon)["data"]["ref"] == decision.ref
    ]
    return any(persons and all(person in one for one in persons) for persons in (given, linked))
