"""Questions to the trail, for the prompt: events in the shape of CONTRACT.md section 2, page by page, read lane.

Ascends by (at, stream, n). Each question walks one index in that order, so a page costs what it shows, not what the
trail holds. Persons appear as logins; an id nobody is registered under stays an id. What was committed to and is
still kept is shown in its place; what was erased reads ``{"erased": true}``.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from states.errors import N_, NotFound, Usage
from workflow.identity import person_id
from workflow.instants import moment, stamp
from workflow.sql import audit as sql
from workflow.store.tx import Row, Tx, Value

Answer = dict[str, Any]

LARGEST_PAGE = 1_000
OWN_STREAMS = ("calendar", "log", "notices", "org", "policy")
KINDS = (
    "log.created",
    *(f"case.{what}" for what in ("opened", "acted", "assigned", "commented", "linked", "attached", "migrated")),
    *(f"clock.{what}" for what in ("started", "paused", "resumed", "reminded", "breached", "escalated", "met")),
    *(f"clock.{what}" for what in ("cancelled", "extended", "recomputed")),
    *("extension.requested", "extension.refused"),
    *(f"duty.{what}" for what in ("opened", "recorded", "met", "missed", "skipped")),
    *("notice.sent", "notice.failed", "policy.applied", "calendar.imported", "org.changed"),
    *("leave.set", "leave.ended", "data.erased", "data.read", "checkpoint.made"),
)
ERASED = {"erased": True}
_PERSON_ID = 22  # characters of `p_` and 20 hexadecimal digits


class _Place(NamedTuple):
    """Where a page ended: the next one begins after it."""

    at: str
    stream: str
    n: int


def log(
    tx: Tx,
    *,
    case: str | None = None,
    stream: str | None = None,
    actor: str | None = None,
    kind: str | None = None,
    unit: str | None = None,
    rule: str | None = None,
    since: str | datetime | None = None,
    until: str | datetime | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Answer:
    """{schema, rows, next}: events that meet every condition. ``since`` is in, ``until`` is out.

    ``kind`` is a kind or the word before its dot; ``rule`` a rule with its version or without; ``actor`` a login.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise Usage("A page holds 1 to {most} rows, not {limit}.", where="--limit", most=LARGEST_PAGE, limit=limit)
    if case is not None:
        _know_case(tx, case)
    if stream is not None:
        _know_stream(tx, stream)
    if unit is not None and tx.one(sql.UNIT_KNOWN, unit=unit) is None:
        raise NotFound(
            "There is no unit {unit} in the register.", hint=N_("`duecourse org tree` lists the units."), unit=unit
        )
    if case is not None and stream is not None and case != stream:
        return {"schema": 1, "rows": [], "next": None}
    place = _from_token(after) if after is not None else None
    rows = _page(
        tx,
        place,
        limit + 1,
        stream=stream if case is None else case,
        actor=_actor(tx, actor) if actor is not None else None,
        rule=(rule, _rules(tx, rule)) if rule is not None else None,
        unit=unit,
        kind=(kind, _kinds(tx, kind)) if kind is not None else None,
        since=_instant(since, "--since") if since is not None else None,
        until=_instant(until, "--until") if until is not None else None,
    )
    more = len(rows) > limit
    return {"schema": 1, "rows": _shown(tx, rows[:limit]), "next": _to_token(rows[limit - 1]) if more else None}


def history(tx: Tx, ref: str, *, limit: int = 50, after: str | None = None) -> Answer:
    """Everything that happened to a case; NotFound for an unknown one."""
    return log(tx, case=ref, limit=limit, after=after)


def _page(
    tx: Tx,
    place: _Place | None,
    limit: int,
    *,
    stream: str | None,
    actor: str | None,
    rule: tuple[str, list[str]] | None,
    unit: str | None,
    kind: tuple[str, list[str]] | None,
    since: str | None,
    until: str | None,
) -> list[Row]:
    """(at, stream, n, canon, hash) in order. Of several kinds or versions each is walked, and the walks are merged."""
    values: dict[str, Value] = {"limit": limit}
    less = ""
    each: list[tuple[str, str]] = []  # the values of the leading column, one walk each
    lead = "at"
    if stream is not None:
        lead, values["stream"] = "stream", stream
    if actor is not None:
        lead, less = (lead, less + sql.LESS["actor"]) if lead != "at" else ("actor", less)
        values["actor"] = actor
    if rule is not None and lead == "at":
        lead, each = "rule", [("rule", one) for one in rule[1]]
    elif rule is not None:
        less += sql.LESS["rule"]
        values["rule"], values["rule_end"] = _span(rule[0], "@")
    if unit is not None:
        lead, less = (lead, less + sql.LESS["unit"]) if lead != "at" else ("unit", less)
        values["unit"] = unit
    if kind is not None and lead == "at":
        lead, each = "kind", [("kind", one) for one in kind[1]]
    elif kind is not None:
        less += sql.LESS["kind"]
        values["kind"], values["kind_end"] = _span(kind[0], ".")
    if until is not None:
        less += sql.LESS["until"]
        values["until"] = until
    if place is not None:
        less += sql.LESS["after in stream" if lead == "stream" else "after"]
        values |= {"after_n": place.n}
        values |= {} if lead == "stream" else {"after_at": place.at, "after_stream": place.stream}
    if since is not None and lead != "at":
        less += sql.LESS["since"]
        values["since"] = since
    if lead == "at":
        values["since"] = max(since or "", place.at if place else "")
    first, last = sql.ALONG[lead]
    text = first + less + last
    if lead not in {"rule", "kind"}:
        return tx.all(text, **values)
    found = [row for column, value in each for row in tx.all(text, **values, **{column: value})]
    return sorted(found)[:limit] if len(each) > 1 else found


def _span(asked: str, mark: str) -> tuple[str, str]:
    """From where to where (out) the values lie that are asked for: exactly one, or all with this word before it."""
    exact, word = _exact(asked, mark)
    return (asked, f"{asked}\x01") if exact else (word, word[:-1] + chr(ord(word[-1]) + 1))


def _exact(asked: str, mark: str) -> tuple[bool, str]:
    """Whether a whole value is asked for; else the beginning shared by those that are."""
    word = asked.removesuffix("*").removesuffix(mark)
    if word == asked and mark in asked:
        return True, asked
    return False, word + mark


def _rules(tx: Tx, rule: str) -> list[str]:
    exact, word = _exact(rule, "@")
    return [rule] if exact else _different(tx, sql.NEXT_RULE, word)


def _kinds(tx: Tx, kind: str) -> list[str]:
    exact, word = _exact(kind, ".")
    if exact:
        if kind in KINDS or tx.one(sql.KIND_KNOWN, kind=kind):
            return [kind]
    elif (found := _different(tx, sql.NEXT_KIND, word)) or any(known.startswith(word) for known in KINDS):
        return found
    from difflib import get_close_matches

    words = [*KINDS, *{known.partition(".")[0] for known in KINDS}]
    near = get_close_matches(kind, words, n=1)
    raise Usage(
        "There is no kind of event {kind}.",
        hint=N_("Did you mean {near}?") if near else N_("There are: {kinds}."),
        where="--kind",
        kind=kind,
        near=near[0] if near else "",
        kinds=", ".join(KINDS),
    )


def _different(tx: Tx, statement: str, word: str) -> list[str]:
    """The different values that begin with a word, by steps along the index."""
    low, high = word, word[:-1] + chr(ord(word[-1]) + 1)
    found: list[str] = []
    while (row := tx.one(statement, low=low, high=high)) and row[0] is not None:
        low = row[0]
        found.append(low)
    return found


def _actor(tx: Tx, actor: str) -> str:
    """The id behind a login; an id the trail knows is taken too, for persons who were erased."""
    if _is_id(actor) and tx.one(sql.ACTOR_KNOWN, actor=actor):
        return actor
    return person_id(tx, actor)


def _know_case(tx: Tx, ref: str) -> None:
    if not is_ref(ref) or tx.one(sql.STREAM_KNOWN, stream=ref) is None:
        raise NotFound(
            "There is no case {ref} here.", hint=N_("`duecourse case list` shows the cases there are."), ref=ref
        )


def _know_stream(tx: Tx, stream: str) -> None:
    if stream not in OWN_STREAMS and tx.one(sql.STREAM_KNOWN, stream=stream) is None:
        raise NotFound(
            "There is no stream {stream} here.",
            hint=N_("A stream is the number of a case, duty/CODE/UNIT, or one of: {streams}."),
            stream=stream,
            streams=", ".join(OWN_STREAMS),
        )


def _instant(value: str | datetime, option: str) -> str:
    try:
        at = value if isinstance(value, datetime) else moment(value)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Usage(
            "{value} is not an instant.",
            hint=N_("Write it with its offset, as in 2026-02-09T09:00+08:00."),
            where=option,
            value=repr(str(value)),
        )
    return stamp(at)


def _to_token(row: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps(row[:3]).encode()).decode().rstrip("=")


def _from_token(token: str) -> _Place:
    try:
        match json.loads(base64.urlsafe_b64decode(token[:400] + "=" * (-len(token[:400]) % 4))):
            case [str(at), str(stream), int(n)] if 0 < n < 2**53 and "\x00" not in at + stream:
                (at + stream).encode()  # a lone surrogate is a ValueError here, before a driver trips over it
                return _Place(at, stream, n)
    except ValueError:
        pass
    raise Usage(
        "{token} does not continue this listing.",
        hint=N_("Use `next` of the page before."),
        where="--after",
        token=repr(token[:60]),
    )


def _shown(tx: Tx, rows: list[Row]) -> list[Answer]:
    """Events as people read them: two more questions for the whole page, for what was disclosed and who is who."""
    events = [(json.loads(canon), hash_) for _, _, _, canon, hash_ in rows]
    kept: dict[tuple[str, str], Any] = {}
    for event, field, value in _for_ids(tx, sql.VALUES, {event["id"] for event, _ in events if event["commit"]}):
        kept[event, field] = json.loads(value)
    persons: set[str] = set()
    for event, _ in events:
        _collect([event["actor"], event["behalf"], event["data"]], persons)
    logins: dict[str, str] = dict(_for_ids(tx, sql.LOGINS, persons))
    return [_event(event, hash_, kept, logins) for event, hash_ in events]


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
                data.setdefault("fields", {})[name] = value
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
        "leaf": None,  # its place in the sealed tree, once there is one
    }


def is_ref(stream: str) -> bool:
    return stream not in OWN_STREAMS and not stream.startswith("duty/")


def _is_id(value: str) -> bool:
    return len(value) == _PERSON_ID and value.startswith("p_") and not value[2:].strip("0123456789abcdef")


def _collect(value: Any, persons: set[str]) -> None:
    if isinstance(value, str):
        if _is_id(value):
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
