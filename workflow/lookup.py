"""Looking somebody or something up in what people wrote: who may, and the record that it was done (`data.read`).

On SQLite whoever can read the file can search it without asking; the record binds those who use the program.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from states.errors import N_, NotNow, NotPermitted
from workflow.sql import lookup as sql
from workflow.store import Tx
from workflow.trail import Who, Written, record

STREAM = "log"
MAY = ("office", "inspector")


def permit(tx: Tx, who: Who) -> None:
    """NotPermitted for everybody but the administrator and who holds the post of office or inspector today."""
    today = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date().isoformat()
    for person in who.persons:
        if person == tx.workspace.admin or tx.one(sql.POSTED, person=person, on=today):
            return
    raise NotPermitted(
        "Only an administrator, the office or an inspector may look into everything people wrote.",
        hint=N_("Ask one of them, or look at the cases you have a part in."),
    )


def look_up(
    tx: Tx, who: Who, what: str, *, reason: str, persons: Iterable[str] = (), query: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> Written:  # fmt: skip
    """Put a look-up on record before it is answered; ``what`` is a word for its kind, the query a commitment."""
    private: dict[str, Any] = {"reason": reason} if reason else {}
    if query is not None:
        private["query"] = query
    return record(
        tx, STREAM, "data.read", who, data={**(more or {}), "what": what, "persons": sorted(persons)}, private=private
    )


def search(tx: Tx, who: Who, query: str, *, reason: str) -> Written:
    """A search in texts: NotPermitted without a role, NotNow without a reason."""
    permit(tx, who)
    if not reason.strip():
        raise NotNow("A search in what people wrote needs a reason.", hint=N_("Say why with --reason TEXT."))
    return look_up(tx, who, "search", reason=reason, query=query)


def actor(tx: Tx, who: Who, person: str, *, reason: str) -> Written:
    """What one person did, over all cases: NotPermitted without a role, NotNow without a reason."""
    permit(tx, who)
    if not reason.strip():
        raise NotNow("Looking up what somebody did needs a reason.", hint=N_("Say why with --reason TEXT."))
    return look_up(tx, who, "actor", reason=reason, persons=[person])


def unsearchable(tx: Tx) -> list[str]:
    """Payload fields that are never searched: who asked for something, and lists of persons, such as who objected."""
    laws = (json.loads(body) for (body,) in tx.all(sql.DEFINITIONS))
    names = {
        name
        for law in laws
        for name, field in law["fields"].items()
        if field["requester"] or field["type"] == "persons"
    }
    return sorted(f"field/{name}" for name in names)
