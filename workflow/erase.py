"""Erase one value that an event committed to, wherever its stream is: a case, the register, any other.

What is erased of a person (login, name, e-mail) is erased in every event that said it, and in the register; the opaque
id takes its place there. A person who holds a post now cannot be erased, nor can the administrator.
"""

import json
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.errors import N_, NotFound, NotNow, Usage
from workflow import receipts
from workflow.engine import erasing
from workflow.engine.erasing import KIND, Erasure
from workflow.event_json import is_ref
from workflow.receipts import Outcome
from workflow.sql import erase as sql
from workflow.store import Tx
from workflow.trail import Who, Written, record

_PERSON = {"login": sql.PERSON_LOGIN, "name": sql.PERSON_NAME, "email": sql.PERSON_EMAIL}


class Erased(NamedTuple):
    """What was erased and says so, the first as it was asked for; ``bytes``: SHA-256 of files nothing may cite now."""

    rows: list[Erasure]
    bytes: list[str]
    again: bool = False


def erase(
    tx: Tx, event: str, field: str, *, who: Who, reason: str, expect: int | None = None, key: str | None = None
) -> Erased:
    """For an administrator. NotFound for an unknown event, Usage for a field it does not have, NotNow without a reason.

    ``field`` is reason, title, text, field/NAME or file/N, as events show it; NAME and files/N are taken too.
    """
    row = tx.one(sql.EVENT, id=event)
    if row is None:
        raise NotFound(
            "There is no event {event} here.",
            hint=N_("`duecourse audit log --format json` has their ids."),
            event=event,
        )
    stream, _, text = row
    said = json.loads(text)
    name = _field(said, field)
    if not reason.strip():
        raise NotNow("Erasing needs a reason.", hint=N_("Say why with --reason TEXT; say nothing in it of the value."))
    if is_ref(stream):
        outcome, freed = erasing.erase(tx, stream, event, name, who=who, reason=reason, expect=expect, key=key)
        done = Erased([Erasure(event, name, outcome.event)], freed, outcome.again)
    else:
        done = _beside_cases(tx, stream, said, name, who=who, reason=reason, key=key)
    if not done.again:
        for one in done.rows:
            tx.put(sql.RECEIPT, event=f'%"{one.event}"%')
    return done


def _field(said: dict[str, Any], asked: str) -> str:
    """What the event calls the field."""
    known: dict[str, str] = said["commit"]
    bare = asked.removeprefix("data.").replace("fields.", "field/").replace("files/", "file/")
    for name in (asked, bare, f"field/{bare}"):
        if name in known:
            return name
    raise Usage(
        "The event {event} keeps no {field} that could be erased.",
        hint=N_("It keeps: {known}.") if known else N_("It keeps nothing beside the trail."),
        where="FIELD",
        event=said["id"],
        field=repr(asked[:60]),
        known=", ".join(sorted(known)),
    )


def _beside_cases(
    tx: Tx, stream: str, said: dict[str, Any], field: str, *, who: Who, reason: str, key: str | None
) -> Erased:
    asked = [said["id"], field, who.actor, reason]
    if seen := receipts.answer(tx, key, "erase", asked):
        return Erased([Erasure(said["id"], field, seen.event)], [], again=True)
    if tx.one(sql.KEPT, event=said["id"], field=field) is None:
        raise erasing.gone(field)
    row = said["data"].get("row") or {}
    of_person = said["kind"] == "org.changed" and said["data"].get("table") == "person" and field in _PERSON
    events = _of_person(tx, str(row["id"]), said["id"], field) if of_person else [said["id"]]
    if said["kind"] == "notice.failed" and field == "error":
        tx.put(sql.NOTICE, id=said["data"]["notice"])
    rows = [
        Erasure(event, field, _one(tx, {"event": event, "field": field, "stream": stream}, who, reason))
        for event in events
    ]
    receipts.keep(tx, key, "erase", asked, Outcome(stream, 0, None, "", rows[0].written))
    return Erased(rows, [])


def _one(tx: Tx, data: dict[str, str], who: Who, reason: str) -> Written:
    tx.put(sql.DELETE, event=data["event"], field=data["field"])
    return record(tx, data["stream"], KIND, who, data=data, private={"reason": reason})


def _of_person(tx: Tx, person: str, event: str, field: str) -> list[str]:
    """The events that still say this of a person, the asked one first; the register is blanked."""
    if person == tx.workspace.admin:
        raise NotNow(
            "The administrator of a workspace cannot be erased: who made it is known by that login.",
        )
    today = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date().isoformat()
    if tx.one(sql.POSTED_ON, person=person, on=today):
        raise NotNow(
            "Somebody who holds a post, or will, cannot be erased: others must know who answers.",
            hint=N_("Let the postings and portfolios end first, with `duecourse org import`."),
        )
    events = [
        id_
        for id_, text in tx.all(sql.PERSON_EVENTS, field=field, inside=f'%"{person}"%')
        if json.loads(text)["data"].get("row", {}).get("id") == person
    ]
    tx.put(_PERSON[field], id=person)
    return [event, *(one for one in events if one != event)]
