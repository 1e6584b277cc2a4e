"""Checkpoints given away: to which outlet when, and when it is time again. Only what is elsewhere shows a rewrite.

An outlet is a place that keeps checkpoints outside: a file, mailboxes, a command, a time stamp authority. An event says
that it took one. Such events are no news themselves, so that a quiet log stays quiet.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from workflow import seal
from workflow.instants import moment
from workflow.seal import TreeHead
from workflow.sql import publish as sql
from workflow.sql import seal as seal_sql
from workflow.store.tx import Tx
from workflow.trail import Who, Written, record

PUBLISHED = "checkpoint.published"
STAMPED = "checkpoint.stamped"
OFTEN = timedelta(hours=1)  # no more often where something new was sealed
DAILY = timedelta(days=1)  # at least as often, new or not


class Last(NamedTuple):
    """When an outlet last took a checkpoint, and over how many events."""

    at: str
    size: int


def last(tx: Tx) -> dict[str, Last]:
    """The newest of each outlet."""
    found: dict[str, Last] = {}
    for kind in (PUBLISHED, STAMPED):
        for at, canon in tx.all(sql.LAST, kind=kind):
            data = json.loads(canon)["data"]
            found.setdefault(str(data["to"]), Last(at, int(data["size"])))
    return found


def owed(tx: Tx, outlet: str) -> TreeHead | None:
    """The newest checkpoint, where it is time to give it to this outlet."""
    head = seal.signed(tx)
    if head.note is None:
        return None
    before = last(tx).get(outlet)
    if before is None or tx.time >= moment(before.at) + DAILY:
        return head
    if tx.time < moment(before.at) + OFTEN or tx.one(seal_sql.NEWS, since=before.size) is None:
        return None
    return head


def given(
    tx: Tx, who: Who, outlet: str, head: TreeHead, *, kind: str = PUBLISHED, data: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
) -> Written:  # fmt: skip
    """Put on record that an outlet has taken a checkpoint."""
    told = {"to": outlet, "size": head.size, "root": head.root, **(data or {})}
    return record(tx, "log", kind, who, data=told, private=private)
