"""Values of a case are erased beside the trail and in every living copy; the trail says so, and its proofs stay valid.

The hashed text holds only a commitment, which tells nothing once its salt is gone. What is left where a value stood is
ERASED in the fields of the case, an empty title, and a file without name and hash.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from states.errors import N_, NotNow
from states.keep import kept_until
from workflow import effects, policies
from workflow.case import Case
from workflow.engine.common import save
from workflow.engine.remarks import small
from workflow.event_json import ERASED
from workflow.instants import moment
from workflow.receipts import Outcome
from workflow.roles import is_person
from workflow.scene import Scene
from workflow.sql import erase as sql
from workflow.store import Tx
from workflow.trail import SYSTEM, Who, Written

KIND = "data.erased"
PERSONAL = ("person", "party")  # kinds of field whose value is an opaque id: taken out of the case, not of the trail

Value = tuple[str, str]  # (event, field)


class Erasure(NamedTuple):
    """One value that was erased, and the event that says so."""

    event: str
    field: str
    written: Written


class Forgotten(NamedTuple):
    """What a rule erased of one case, and the SHA-256 of files it no longer cites."""

    ref: str
    rule: str
    since: str
    erased: list[Erasure]
    bytes: list[str]


def erase(
    tx: Tx, ref: str, event: str, field: str, *, who: Who, reason: str, expect: int | None = None,
    key: str | None = None,
) -> tuple[Outcome, list[str]]:  # fmt: skip
    """Erase one value that an event of this case committed to; also the SHA-256 of bytes the case no longer cites."""
    freed: list[str] = []

    def do(scene: Scene) -> Written:
        if tx.one(sql.KEPT, event=event, field=field) is None:
            raise gone(field)
        return _erase(tx, scene.case, (event, field), who, freed, private={"reason": reason})

    asked = [event, field, who.actor, reason]
    return small(tx, "erase", asked, ref, do, expect=expect, key=key, counts=False), freed


def gone(field: str) -> NotNow:
    return NotNow(
        "The value of {field} was erased already.", hint=N_("`duecourse audit log` shows when and why."), field=field
    )


class Due(NamedTuple):
    """What the rules of a case say is to be erased now: under which rule, since when, which values."""

    rule: str
    since: str
    values: list[Value]
    whole: bool  # everything the case has, not its requester alone


def due(tx: Tx, case: Case, definition: dict[str, Any]) -> Due | None:
    """What of a closed case its definition no longer keeps; None where there is nothing (left) to erase."""
    from workflow.instants import stamp
    from workflow.policies import rule_name

    if case.closed_at is None:
        return None
    period, requester = definition["keep"].get(case.state), definition["keep_requester"]
    if period and (since := stamp(kept_until(moment(case.closed_at), period))) <= tx.now:
        if definition["effects"] and effects.hold(tx, case, tx.now[:10]):
            return None
        rule = rule_name(case.type, "keep", case.state, case.definition)
        values = [(event, field) for event, field in tx.all(sql.OF_STREAM, stream=case.ref)]
        values += _persons(tx, case, definition)
        return Due(rule, since, values, whole=True) if values else None
    if requester and (since := stamp(kept_until(moment(case.closed_at), requester))) <= tx.now:
        name = next(name for name, spec in definition["fields"].items() if spec["requester"])
        rule = rule_name(case.type, "keep_requester", name, case.definition)
        values = [(event, field) for event, field in tx.all(sql.OF_STREAM, stream=case.ref) if field == f"field/{name}"]
        return Due(rule, since, values, whole=False) if values else None
    return None


def forget(tx: Tx, case: Case) -> Forgotten | None:
    """Erase of a locked case what its rule no longer keeps; None where there is nothing to do."""
    scene = Scene(tx, case)
    found = due(tx, case, scene.definition)
    if found is None:
        return None
    freed: list[str] = []
    erased = [Erasure(*value, _erase(tx, case, value, SYSTEM, freed, rule=found.rule)) for value in found.values]
    save(scene)
    if found.whole:
        tx.put(sql.DONE, id=case.id, n=case.head.n)
    return Forgotten(case.ref, found.rule, found.since, erased, freed)


def _persons(tx: Tx, case: Case, definition: dict[str, Any]) -> list[Value]:
    """The fields that still name a person, each with the event that gave it."""
    names = [
        name
        for name, value in case.fields.items()
        if definition["fields"][name]["type"] in PERSONAL and isinstance(value, str) and is_person(value)
    ]
    giving = {name: event for name in names if (event := _giving(tx, case, name)) is not None}
    return [(event, f"field/{name}") for name, event in giving.items()]


def _erase(
    tx: Tx, case: Case, value: Value, who: Who, freed: list[str], *, rule: str | None = None, private: Any = None
) -> Written:
    event, field = value
    tx.put(sql.DELETE, event=event, field=field)
    group, _, name = field.partition("/")
    match group:
        case "title":
            case.title = ""
            tx.put(sql.TITLE, id=case.id)
        case "field" if name in case.fields and _giving(tx, case, name) == event:
            case.fields[name] = dict(ERASED)
            if name in effects.named_in(policies.definition_by_hash(tx, case.definition)):
                effects.forget(tx, case)
        case "file":
            freed += _file(tx, case, int(name))
    data = {"event": event, "field": field, "stream": case.ref}
    return case.write(tx, KIND, who, rule=rule, data=data, private=private)


def _giving(tx: Tx, case: Case, name: str) -> str | None:
    """The last event that gave a field its value: only of that one the case holds a copy."""
    for id_, text in tx.all(sql.GIVING, stream=case.ref):
        event = json.loads(text)
        if f"field/{name}" in event["commit"] or name in event["data"].get("fields", {}):
            return str(id_)
    return None


def _file(tx: Tx, case: Case, no: int) -> Iterable[str]:
    row = tx.one(sql.FILE, case_id=case.id, no=no)
    tx.put(sql.FILE_GONE, case_id=case.id, no=no)
    return [row[0]] if row and row[0] else []
