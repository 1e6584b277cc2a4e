"""The time stamps that are kept: of the checkpoints they say they are, and of times at which the events can have been.

A stamp whose authority is trusted bounds the clocks of this house from outside: what it covers was there by then, and
what was sealed after it was written later.
"""

import json
from base64 import b64decode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from states.errors import Integrity
from workflow import stamps
from workflow.findings import Findings, said
from workflow.instants import moment, stamp
from workflow.sql import publish as sql
from workflow.sql import seal as seal_sql
from workflow.store.tx import Row, Tx

_BROKEN = (KeyError, TypeError, ValueError, AttributeError)
SLACK = timedelta(hours=1)  # clocks differ, and a slow commit may be sealed late; more than that is no accident
_WIDE = 2**53


class Kept(NamedTuple):
    """A stamp that holds, and where the event that keeps it stands in the tree."""

    size: int
    leaf: int | None
    stamp: stamps.Stamp


def of_size(tx: Tx, size: int, note: str, trusted: Sequence[Any]) -> list[tuple[stamps.Stamp, bytes]]:
    """The stamps of one checkpoint with the answers as they came, the oldest first; those that do not hold are left."""
    found = []
    for _, _, canon, value, _ in tx.all(sql.STAMPS):
        if value is not None and json.loads(canon)["data"].get("size") == size:
            answer = b64decode(json.loads(value))
            try:
                found.append((stamps.read(answer, note, trusted), answer))
            except Integrity:
                continue  # `audit verify` names it
    return found


def with_stamps(tx: Tx, found: dict[str, Any], trusted: Sequence[Any]) -> dict[str, Any]:
    """The answer of `verify` with ``stamps``, where any are kept: {of, held, checked, newest}, and what is wrong."""
    rows = tx.all(sql.STAMPS)
    if not rows:
        return found
    inside = Findings()
    held: list[Kept] = []
    for row in rows if stamps.installed() else ():
        try:
            _one(tx, row, trusted, held, inside)
        except _BROKEN as error:
            inside.add(f"it is no stamp ({type(error).__name__}: {error})", "log", row[1], row[0])
    checked = [one for one in held if one.stamp.checked]
    if checked and not tx.workspace.sandbox:  # a sandbox has a time of its own
        _times(tx, checked, inside)
    newest = held[-1] if held else None
    told = {
        "of": len(rows),
        "held": len(held),
        "checked": len(checked),
        "newest": {"size": newest.size, **newest.stamp._asdict()} if newest else None,
    }
    problems = [*found["problems"], *inside.answer()]
    return {**found, "ok": not problems, "stamps": told, "problems": problems}


def _one(tx: Tx, row: Row, trusted: Sequence[Any], held: list[Kept], found: Findings) -> None:
    id_, n, canon, value, leaf = row
    data = json.loads(canon)["data"]
    if value is None:
        return  # erased on record, or named as missing by `verify`
    size = data["size"]
    head = tx.one(seal_sql.HEAD, size=size) if isinstance(size, int) else None
    if head is None or head[0] is None:
        found.add(f"it keeps a stamp of a checkpoint over {said(size)} events that was never made here", "log", n, id_)
        return
    try:
        told = stamps.read(b64decode(json.loads(value)), head[0], trusted)
    except Integrity as problem:
        found.add(f"the stamp of the checkpoint over {size} events does not hold: {problem}", "log", n, id_)
        return
    for name, is_, was in (("by", told.by, data["by"]), ("stamped_at", told.at, data["stamped_at"])):
        if is_ != was:
            found.add(f"{name} is {said(was)}, the stamp says {said(is_)}", "log", n, id_)
    held.append(Kept(size, leaf, told))


def _times(tx: Tx, checked: list[Kept], found: Findings) -> None:
    """What is sealed under a stamp is not later than it, what is sealed after the stamp itself is not earlier."""
    first = 0
    for one in sorted(checked, key=lambda kept: (kept.size, kept.stamp.at)):
        at = stamp(moment(one.stamp.at) + SLACK)
        for id_, stream, n, is_ in tx.all(sql.LATER, first=first, end=one.size, at=at):
            found.add(f"it says it is of {is_}, and {one.stamp.by} stamped it at {one.stamp.at}", stream, n, id_)
        first = max(first, one.size)
    after = sorted((kept.leaf, kept.stamp) for kept in checked if kept.leaf is not None)
    ends = [*(leaf for leaf, _ in after[1:]), _WIDE]
    for (leaf, told), end in zip(after, ends, strict=False):  # without any, there is an end all the same
        at = stamp(moment(told.at) - SLACK)
        for id_, stream, n, is_ in tx.all(sql.EARLIER, first=leaf + 1, end=end, at=at):
            found.add(f"it says it is of {is_}, and was sealed after the stamp of {told.at}", stream, n, id_)
