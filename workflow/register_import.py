"""Writing what a register file changes. Rows the file does not name stay as they are."""

from pathlib import PurePath

from states.errors import N_, Conflict
from workflow import outbox
from workflow.register_file import BadRegister, Register, read_register
from workflow.register_plan import Change, Plan, plan
from workflow.seats import hold
from workflow.sql import event as event_sql
from workflow.sql import register as sql
from workflow.store.tx import Tx
from workflow.trail import Who, Written, append

__all__ = ["BadRegister", "Change", "Plan", "Register", "import_register", "plan", "read_register"]

_WRITE = {
    "unit": sql.SET_UNIT,
    "person": sql.SET_PERSON,
    "post": sql.SET_POST,
    "posting": sql.SET_POSTING,
    "portfolio": sql.SET_PORTFOLIO,
    "leave": sql.SET_LEAVE,
}
_PRIVATE = ("login", "name", "email")


def import_register(tx: Tx, planned: Plan, who: Who, *, reason: str = "") -> Written | None:
    """Write a plan made in this or an earlier transaction: each row with its event. The last event, if any."""
    head = hold(tx)
    if (head.hash if head.n else "") != planned.head:
        raise Conflict("The register changed while this import was being prepared.", hint=N_("Run it again."))
    if not planned.changes:
        return None
    first, written = head, None
    note = {"file": PurePath(planned.file).name} | ({"reason": reason} if reason else {})
    for change in planned.changes:
        tx.put(_WRITE[change.table], **change.row)
        hidden = _PRIVATE if change.table == "person" else ()
        told = [change.row["id"]] if change.table == "person" and change.was is None else []
        written = append(
            tx,
            head,
            "org",
            "org.changed",
            who,
            unit=change.row["code"] if change.table == "unit" else change.row.get("unit"),
            data={
                "table": change.table,
                "op": "set",
                "row": {key: value for key, value in change.row.items() if key not in hidden},
                **({"corrects": change.since} if change.since else {}),
                **({"welcomed": told} if told else {}),
            },
            private={**{key: change.row[key] for key in hidden}, **note},
        )
        for person in told:
            outbox.welcome(tx, person, written)
        head = written.head
    tx.put(event_sql.HEAD_SET, name="org", n=head.n, hash=head.hash, at=head.at, was=first.n, expect=1)
    return written
