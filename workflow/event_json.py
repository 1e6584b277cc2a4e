"""Events as people read them: the shape of CONTRACT.md section 2, persons as logins, what is kept in its place."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from workflow.sql import audit as sql
from workflow.store.tx import Row, Tx

Answer = dict[str, Any]

OWN_STREAMS = ("calendar", "log", "notices", "org", "policy")
ERASED = {"erased": True}
WITHHELD = {"withheld": True}  # a list of persons, where events of many cases stand together
_PERSON_ID = 22  # characters of `p_` and 20 hexadecimal digits


def shown(tx: Tx, rows: list[Row], *, whole: bool) -> list[Answer]:
    """Of rows (…, canon, hash) the events; asks once for all what is kept, who is who, and where each is sealed.

    ``whole``: these are events of one stream. Else lists of persons are withheld: who objected stands in its case, and
    is not to be gathered across cases.
    """
    events = [(json.loads(canon), hash_) for *_, canon, hash_ in rows]
    kept: dict[tuple[str, str], Any] = {}
    for event, field, value in _for_ids(tx, sql.VALUES, {event["id"] for event, _ in events if event["commit"]}):
        kept[event, field] = json.loads(value)
        if not whole and persons_of(field, kept[event, field]):
            kept[event, field] = WITHHELD
    persons: set[str] = set()
    for (_, field), value in kept.items():
        persons.update(persons_of(field, value))
    for event, _ in events:
        _collect([event["actor"], event["behalf"], event["data"]], persons)
    logins: dict[str, str] = dict(_for_ids(tx, sql.LOGINS, persons))
    leaves: dict[str, int] = dict(_for_ids(tx, sql.LEAVES, {event["id"] for event, _ in events}))
    lost = lost_names(tx, {event["stream"] for event, _ in events if is_ref(event["stream"])})
    told = []
    for event, hash_ in events:
        named = _without(logins, lost[event["stream"]]) if event["stream"] in lost else logins
        told.append({**_event(event, hash_, kept, named), "leaf": leaves.get(event["id"])})
    return told


def lost_names(tx: Tx, refs: set[str]) -> dict[str, set[str]]:
    """Of the cases whose rule erased them: whom their fields named. There they stay opaque ids."""
    lost: dict[str, set[str]] = {}
    for (ref,) in _for_ids(tx, sql.FORGOTTEN, refs):
        persons = lost.setdefault(ref, set())
        for (text,) in tx.all(sql.FIELDS_OF, stream=ref):
            _collect(json.loads(text)["data"].get("fields"), persons)
    return lost


def _without(logins: Mapping[str, str], persons: set[str]) -> dict[str, str]:
    return {person: login for person, login in logins.items() if person not in persons}


def _for_ids(tx: Tx, statements: Mapping[int, str], ids: Iterable[str]) -> Iterable[Row]:
    left = sorted(ids)
    while left:
        size = next((size for size in sql.SIZES if size >= len(left)), sql.SIZES[-1])
        some, left = left[:size], left[size:]
        some += [some[0]] * (size - len(some))
        yield from tx.all(statements[size], **{f"i{n}": one for n, one in enumerate(some)})


def _event(event: Answer, hash_: str, kept: Mapping[tuple[str, str], Any], logins: Mapping[str, str]) -> Answer:
    data = _named(event["data"], logins)
    reason = None
    for field in sorted(event["commit"], key=lambda field: (len(field), field)):  # file/2 before file/10
        value = kept.get((event["id"], field), ERASED)
        group, _, name = field.partition("/")
        match group:
            case "reason" if value is not ERASED:
                reason = value
            case "field":
                told = sorted(_named(value, logins)) if persons_of(field, value) else value
                data.setdefault("fields", {})[name] = told
            case "file":
                data.setdefault("files", []).append(value)
            case _:
                data[field] = value
    return {
        "id": event["id"],
        "stream": event["stream"],
        "n": event["n"],
        "case": event["stream"] if is_ref(event["stream"]) else None,
        "at": event["at"],
        "kind": event["kind"],
        "actor": _named(event["actor"], logins),
        "behalf": _named(event["behalf"], logins),
        "via": event["via"],
        "from": event["from"],
        "to": event["to"],
        "action": event["action"],
        "rule": event["rule"],
        "reason": reason,
        "data": data,
        "hash": hash_,
        "prev": event["prev"],
    }


def persons_of(field: str, value: Any) -> list[str]:
    """The opaque ids in a value kept beside the trail: only a field of type persons keeps a list."""
    return [one for one in value if is_id(one)] if field.startswith("field/") and isinstance(value, list) else []


def is_ref(stream: str) -> bool:
    return stream not in OWN_STREAMS and not stream.startswith("duty/")


def is_id(value: str) -> bool:
    return len(value) == _PERSON_ID and value.startswith("p_") and not value[2:].strip("0123456789abcdef")


def _collect(value: Any, persons: set[str]) -> None:
    if isinstance(value, str):
        if is_id(value):
            persons.add(value)
    elif isinstance(value, list):
        for item in value:
            _collect(item, persons)
    elif isinstance(value, dict):
        for item in value.values():
            _collect(item, persons)


def _named(value: Any, logins: Mapping[str, str]) -> Any:
    """The same value with logins in place of person ids."""
    if isinstance(value, str):
        return logins.get(value, value)
    if isinstance(value, list):
        return [_named(item, logins) for item in value]
    if isinstance(value, dict):
        return {key: _named(item, logins) for key, item in value.items()}
    return value
