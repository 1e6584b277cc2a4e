"""The trail: one line per event, hashed once, linked to the line before it in its stream.

The preimage is version 1 and frozen (docs/audit-format.md): one RFC 8785 object from a restricted domain (ASCII
keys; text without U+0000, integers within 2^53, booleans, null, lists, maps; no floats), written with the standard
library. ``hash = SHA-256(0x00 || canon)`` is the link, the RFC 6962 leaf hash and the receipt at once. Free text,
names and files enter only as commitments; their values lie in ``payload`` and may be erased.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from json import JSONEncoder
from json import encoder as json_encoder
from typing import Any

from states.errors import N_, Invalid
from workflow.events import NO_HASH, SYSTEM, Head, Who, Written
from workflow.sql import event as sql
from workflow.store.tx import Tx

__all__ = [
    "EMPTY_ROOT", "LARGEST", "NO_HASH", "SYSTEM", "VERSION", "Head", "Who", "Written", "append", "canon", "check",
    "commitment", "commitment_to", "digest", "leaf_hash", "record",
]  # fmt: skip

VERSION = 1
EMPTY_ROOT = hashlib.sha256(b"").hexdigest()
LARGEST = 65_535  # bytes of one canon: an entry of a C2SP tlog-tiles bundle
_SAFE = 2**53


def _encoder() -> Callable[[Any], str]:
    """The standard library's encoder of canonical text. Its C part is made once here, not for each value (a third)."""
    plain = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    make = getattr(json_encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    try:
        chunks = make(None, plain.default, json_encoder.encode_basestring, None, ":", ",", True, False, False)
        join = "".join
        join(chunks([None, "", 0, {}], 0))
    except TypeError:  # not the arguments of this Python
        return plain.encode
    return lambda value: join(chunks(value, 0))


_encode = _encoder()


def canon(value: Mapping[str, Any]) -> str:
    """RFC 8785 text of a value from the restricted domain."""
    return _encode(value)


def leaf_hash(text: str) -> str:
    """SHA-256(0x00 || canon), in hex: RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x00" + text.encode()).hexdigest()


def digest(value: Any) -> str:
    """SHA-256 of a value's canonical text, in hex: names versions of definitions, policies, calendars, arguments."""
    return hashlib.sha256(_encode(value).encode()).hexdigest()


def commitment(salt: str, field: str, value: Any) -> str:
    """HMAC-SHA256 under a salt of 32 random bytes: binds field and value, and tells nothing once the salt is gone."""
    return commitment_to(salt, field, _encode(value))


def commitment_to(salt: str, field: str, text: str) -> str:
    """The same of a value's canonical text, as the payload keeps it."""
    message = f"duecourse/field/v1\x00[{json_encoder.encode_basestring(field)},{text}]"
    return hmac.digest(bytes.fromhex(salt), message.encode(), "sha256").hex()


def append(
    tx: Tx,
    head: Head,
    stream: str,
    kind: str,
    who: Who,
    *,
    unit: str | None = None,
    action: str | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    rule: str | None = None,
    data: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
    register: Mapping[str, Any] | None = None,
) -> Written:
    """Write the next event of a stream. ``private`` values are committed to, and kept apart to be erasable.

    ``at`` is the transaction's now, never before the event it follows. The caller keeps the new head.
    """
    event_id = tx.id()
    at = max(tx.now, head.at)
    commit: dict[str, str] = {}
    for field, value in (private or {}).items():
        check(value)
        salt = os.urandom(32).hex()
        commit[field] = commitment(salt, field, value)
        tx.put(sql.PAYLOAD, event=event_id, field=field, salt=salt, value=_encode(value))
    check(data)
    workspace = tx.workspace
    text = _encode(
        {
            "action": action,
            "actor": who.actor,
            "at": at,
            "behalf": who.behalf,
            "commit": commit,
            "data": data or {},
            "from": from_state,
            "id": event_id,
            "kind": kind,
            "log": workspace.origin,
            "n": head.n + 1,
            "prev": head.hash,
            "register": register,
            "rule": rule,
            "seen": {"root": workspace.seen_root, "size": workspace.seen_size},
            "stream": stream,
            "to": to_state,
            "unit": unit,
            "v": VERSION,
            "via": who.via,
        }
    )
    if len(text) > LARGEST // 4 and len(text.encode()) > LARGEST:
        raise Invalid("One act carries more than the {limit} bytes an event may hold.", limit=LARGEST)
    hash_ = leaf_hash(text)
    tx.put(
        sql.INSERT,
        id=event_id,
        stream=stream,
        n=head.n + 1,
        prev=head.hash,
        at=at,
        kind=kind,
        actor=who.actor,
        behalf=who.behalf,
        via=who.via,
        unit=unit,
        action=action,
        from_state=from_state,
        to_state=to_state,
        rule=rule,
        canon=text,
        hash=hash_,
    )
    tx.put(sql.UNSEALED, at=at, stream=stream, n=head.n + 1)
    tx.last_event = (stream, head.n + 1, hash_)
    return Written(event_id, stream, head.n + 1, hash_, at)


def record(tx: Tx, stream: str, kind: str, who: Who, **parts: Any) -> Written:
    """Append to a stream that is not a case: its head is read, and set with a compare."""
    lock = sql.HEAD_LOCK if tx.locks_rows else sql.HEAD
    row = tx.one(lock, name=stream)
    head = Head(*row) if row else Head()
    written = append(tx, head, stream, kind, who, **parts)
    if row:
        tx.put(sql.HEAD_SET, name=stream, n=written.n, hash=written.hash, at=written.at, was=head.n, expect=1)
    else:
        tx.put(sql.HEAD_NEW, name=stream, n=written.n, hash=written.hash, at=written.at)
    return written


def check(value: Any) -> None:
    """Refuse what the restricted domain cannot hold (floats, U+0000, integers beyond 2^53, lone surrogates)."""
    match value:
        case None | bool():
            return
        case int():
            fine = -_SAFE < value < _SAFE
        case str():
            fine = "\x00" not in value and (value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value))
        case list() | tuple():
            for item in value:
                check(item)
            return
        case dict():
            for key, item in value.items():
                if not (isinstance(key, str) and key.isascii()):
                    raise Invalid("The trail holds only ASCII names, not {key!r}.", key=key)
                check(item)
            return
        case _:
            fine = False
    if not fine:
        raise Invalid(
            "The trail cannot hold the value {value}.",
            hint=N_("Write numbers as whole numbers or text, and leave out control characters."),
            value=repr(value)[:80],
        )
