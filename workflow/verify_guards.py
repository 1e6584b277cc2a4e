"""Whether the fences around the trail still stand in this database (they guard against accidents, see `fences`)."""

import re

from workflow.fences import NAMES, POSTGRES, SQLITE
from workflow.findings import Findings
from workflow.sql import audit as sql
from workflow.store.tx import Tx

_WHEN = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}  # of pg_trigger.tgtype; before 2, for each row 1
_TRIGGER = re.compile(r"CREATE TRIGGER (\w+) BEFORE (.+?) ON \w+\s(FOR EACH ROW )?EXECUTE FUNCTION (\w+)\(\)")
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(\) .*?\$\$(.*)\$\$", re.DOTALL)


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
    """Whether each trigger has its form, is on for every role, and calls the function that refuses."""
    made = _made()
    return {
        name: made.get(name) == (form, body) and on == "A" and always
        for name, form, on, always, body in tx.all(sql.GUARDS_POSTGRES)
    }


def _made() -> dict[str, tuple[int, str]]:
    """Of each trigger on PostgreSQL the form and the body of its function, as they were made."""
    bodies = {found[1]: found[2] for text in POSTGRES if (found := _FUNCTION.match(text))}
    triggers = [found for text in POSTGRES if (found := _TRIGGER.match(text))]
    return {
        name: (2 | bool(row) | sum(_WHEN[word] for word in when.split(" OR ")), bodies[function])
        for name, when, row, function in (found.groups() for found in triggers)
    }
