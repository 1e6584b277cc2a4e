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
            found.append(Decision(other, took, against))
    return found


def objected(tx: Tx, person: str, ref: str) -> str | None:
    """The decision behind a case to which this person objected; None where there is none."""
    return next((one.ref for one in decisions(tx, ref) if person in one.objected), None)
