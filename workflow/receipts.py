"""Idempotency keys: the same key with the same arguments answers what was done; with others it is a conflict."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from states.errors import N_, Conflict
from workflow.sql import workspace as sql
from workflow.store import Tx
from workflow.trail import Written, digest


class Outcome(NamedTuple):
    """What a change did. ``again`` is True where an idempotency key answered instead of doing it twice."""

    ref: str
    version: int
    from_state: str | None
    to_state: str
    event: Written
    again: bool = False
    opened: tuple[str, ...] = ()  # the cases it opened
    not_opened: tuple[Mapping[str, Any], ...] = ()  # those it could not open: {case, link, unit, why, of}


def answer(tx: Tx, key: str | None, verb: str, asked: list[Any]) -> Outcome | None:
    """What this key did before, or None for a new key (or no key)."""
    kept = _kept(tx, key, verb, asked)
    if kept is None:
        return None
    ref, version, from_state, to_state, event, *opened = kept
    return Outcome(ref, version, from_state, to_state, Written(*event), again=True, opened=tuple(opened))


def keep(tx: Tx, key: str | None, verb: str, asked: list[Any], outcome: Outcome) -> None:
    """Remember what the key did, in the same commit."""
    if key:
        event = outcome.event
        told = [*outcome[:4], [event.id, event.stream, event.n, event.hash, event.at], *outcome.opened]
        _keep(tx, key, verb, asked, told)


def once(tx: Tx, key: str | None, verb: str, asked: list[Any], work: Callable[[], Written]) -> tuple[Written, bool]:
    """Do what belongs to no case, or answer the event where this key did it before (then True)."""
    if seen := answer(tx, key, verb, asked):
        return seen.event, True
    written = work()
    keep(tx, key, verb, asked, Outcome("", 0, None, "", written))
    return written, False


def told(
    tx: Tx, key: str | None, verb: str, asked: list[Any], work: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """The same where more than an event is answered: kept as it is, so nothing in it may ever have to be erased."""
    kept = _kept(tx, key, verb, asked)
    if kept is not None:
        return kept, True
    done = work()
    if key:
        _keep(tx, key, verb, asked, done)
    return done, False


def _kept(tx: Tx, key: str | None, verb: str, asked: list[Any]) -> Any:
    row = tx.one(sql.RECEIPT, key=key) if key else None
    if row is None:
        return None
    if row[0] != digest([verb, *asked]):
        raise Conflict(
            "The key {key} was already used for something else.", hint=N_("Use a new --key for a new act."), key=key
        )
    return json.loads(row[1])


def _keep(tx: Tx, key: str, verb: str, asked: list[Any], answer: Any) -> None:
    tx.put(sql.RECEIPT_NEW, key=key, digest=digest([verb, *asked]), answer=json.dumps(answer), at=tx.now)
