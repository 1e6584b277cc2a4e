"""What decisions bar somebody from becomes a table; what was decided before is worked out from the trail."""

import json
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from alembic import op

from states.effects import numbered, touched_by

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_CASES = """SELECT c.id, c.ref, d.body FROM cases c JOIN definition d ON d.hash = c.definition
WHERE c.erased_n IS NULL ORDER BY c.ref"""
_EVENTS = """SELECT id, kind, action, canon FROM event
WHERE stream = :ref AND kind IN ('case.opened', 'case.acted') ORDER BY n"""


def upgrade() -> None:
    op.create_table(
        "effect",
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("effect", INT, autoincrement=False, nullable=False),
        sa.Column("bars", TEXT, nullable=False),
        sa.Column("whom", TEXT, nullable=False),
        sa.Column("from_on", TEXT, nullable=False),
        sa.Column("until_on", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "event", "effect", "bars", name=op.f("pk_effect")),
        sa.CheckConstraint("state IN ('standing','suspended','ended')", name=op.f("ck_effect_state")),
    )
    op.create_index("ix_effect_whom", "effect", ["whom", "bars", "until_on"], unique=False)
    rows = [row for case in _with_effects() for row in _lived(case)]
    if rows:
        op.bulk_insert(sa.table("effect", *(sa.column(name) for name in rows[0])), rows)


def _with_effects() -> list[SimpleNamespace]:
    laws: dict[str, Any] = {}
    found = []
    for id_, ref, body in op.get_bind().execute(sa.text(_CASES)):
        definition = laws.setdefault(body, json.loads(body)) if body not in laws else laws[body]
        if definition["effects"]:
            found.append(SimpleNamespace(id=id_, ref=ref, definition=definition))
    return found


def _lived(case: SimpleNamespace) -> list[dict[str, Any]]:
    """The rows one case would have, had the table been there from the beginning."""
    fields: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for id_, kind, action, text in op.get_bind().execute(sa.text(_EVENTS), {"ref": case.ref}).all():
        fields |= json.loads(text)["data"].get("fields", {})
        if kind != "case.acted":
            continue
        touched = touched_by(case.definition, action)
        for row in rows:
            if row["effect"] in touched and row["state"] != "ended":
                row["state"] = touched[row["effect"]]
        rows += [
            {
                "case_id": case.id, "event": id_, "effect": index, "bars": bar, "whom": effect["whom"],
                "from_on": effect["from"], "until_on": effect["until"], "state": "standing",
            }
            for index, effect in numbered(case.definition, action, fields)
            for bar in effect["bars"]
        ]  # fmt: skip
    return rows
