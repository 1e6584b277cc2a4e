"""Whether the fences around the trail still stand in this database (they guard against accidents, see `fences`)."""

from workflow.fences import NAMES, SQLITE
from workflow.findings import Findings
from workflow.sql import audit as sql
from workflow.store.tx import Tx

# pg_trigger.tgtype: for each row 1, before 2, delete 8, update 16, truncate 32
_POSTGRES = {
    "event_no_change": 1 | 2 | 8 | 16,
    "event_no_truncate": 2 | 32,
    "payload_no_update": 1 | 2 | 16,
    "payload_no_truncate": 2 | 32,
}


def guards(tx: Tx, found: Findings) -> None:
    """Every trigger is there, does what it should, and is on."""
    state = _postgres(tx) if tx.locks_rows else _sqlite(tx)
    for name in NAMES["postgres" if tx.locks_rows else "sqlite"]:
        if name not in state:
            found.add(f"guard {name} is missing")
        elif not state[name]:
            found.add(f"guard {name} does not guard: it was altered or switched off")


def _sqlite(tx: Tx) -> dict[str, bool]:
    """Whether each trigger has the text it was made with."""
    made = {statement.split()[2]: statement for statement in SQLITE}
    return {name: made.get(name) == text for name, text in tx.all(sql.GUARDS_SQLITE)}


def _postgres(tx: Tx) -> dict[str, bool]:
    """Whether each trigger has its form, is on for every role, and calls a function that refuses."""
    return {
        name: _POSTGRES.get(name) == form and on == "A" and always and "BEGIN RAISE EXCEPTION 'append-only" in body
        for name, form, on, always, body in tx.all(sql.GUARDS_POSTGRES)
    }
