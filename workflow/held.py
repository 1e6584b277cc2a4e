"""Everything the workspace holds about one person, for that person: `whoami --data`."""

from typing import Any

from workflow.sql import effect as effect_sql
from workflow.sql import held as sql
from workflow.sql import register as register_sql
from workflow.store import Tx


def held(tx: Tx, person: str) -> dict[str, Any]:
    """What the register says, cases owned, opened or naming the person, notices, acts on record, and who read it.

    ``person`` is the opaque id the trail knows the person by.
    """
    values = {"person": person, "inside": f'%"{person}"%'}
    count, first, last = tx.one(sql.ACTS, person=person) or (0, None, None)
    return {
        "id": person,
        "postings": _dated(tx.named(register_sql.POSTS_OF_PERSON, person=person)),
        "portfolios": _dated(tx.named(register_sql.CHARGE_OF_PERSON, person=person)),
        "leave": [
            {"deputy": row["deputy_login"], "from": row["from_on"], "to": row["to_on"]}
            for row in tx.named(register_sql.LEAVE_OF_PERSON, person=person, since="")
        ],
        "stands_in_for": _dated(tx.named(sql.DEPUTY_OF, person=person)),
        "cases": tx.named(sql.CASES_OF_PERSON, person=person),
        "named_in": tx.named(sql.CASES_THAT_NAME, **values),
        "effects": _dated(tx.named(effect_sql.OF_PERSON, person=person)),
        "notices": tx.named(sql.NOTICES, person=person),
        "acts": {"count": count, "first": first, "last": last},
        "read_by": tx.named(sql.READS, inside=values["inside"]),
    }


def _dated(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as a register file says them: ``from`` and ``to``, a flag as true or false."""
    spoken = {"from_on": "from", "to_on": "to", "until_on": "until"}
    return [
        {spoken.get(key, key): bool(value) if key == "acting" else value for key, value in row.items()} for row in rows
    ]
