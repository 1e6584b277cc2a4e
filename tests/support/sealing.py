"""Workspaces with a key, and the tree looked at from outside: from the events alone, by the RFC's own definition."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from support.raw import Raw

from jobs import seal
from workflow import signer
from workflow.signer import Keys
from workflow.store import Store
from workflow.trail import SYSTEM, record
from workflow.workspace import create, new_origin

HEAD = "SELECT size, root, note FROM head ORDER BY size DESC LIMIT 1"


class Sealing:
    """A real workspace and its keys; ``write`` adds events to a stream."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.keys = Keys(home / "keys")
        origin = new_origin()
        self.store = create(url, admin_login="root", origin=origin, key=str(signer.make(self.keys, origin)))
        self.raw = Raw(url)

    def write(self, stream: str = "notices", count: int = 1) -> None:
        for _ in range(count):
            self.store.transact(lambda tx: record(tx, stream, "notice.sent", SYSTEM, private={"text": "a secret"}))

    def seal(self) -> seal.Sealed:
        return seal.run_once(self.store, self.keys)

    def again(self) -> Store:
        """The same workspace as another process opens it."""
        return Store(self.url)

    def close(self) -> None:
        self.raw.close()
        self.store.close()


def leaves(raw: Raw) -> list[bytes]:
    """The leaf hashes in order, from the texts of the events."""
    rows = raw.all("SELECT l.idx, e.canon FROM leaf l JOIN event e ON e.id = l.event ORDER BY l.idx")
    assert [idx for idx, _ in rows] == list(range(len(rows)))
    return [hashlib.sha256(b"\x00" + canon.encode()).digest() for _, canon in rows]


def mth(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, over leaf hashes."""
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def flaws(raw: Raw) -> list[str]:
    """What is wrong with the sealing, counted from outside; every event must be sealed."""
    found = []
    hashes = leaves(raw)
    (events,) = raw.one("SELECT count(*) FROM event")
    (waiting,) = raw.one("SELECT count(*) FROM unsealed")
    if (len(hashes), waiting) != (events, 0):
        found.append(f"{events} events, {len(hashes)} leaves, {waiting} waiting")
    size, root, note = raw.one(HEAD)
    if (size, root) != (len(hashes), mth(hashes).hex()):
        found.append(f"the head is {size} {root}")
    if note is None:
        found.append("the head is not signed")
    places: dict[str, list[int]] = {}
    for stream, n in raw.all("SELECT e.stream, e.n FROM leaf l JOIN event e ON e.id = l.event ORDER BY l.idx"):
        places.setdefault(stream, []).append(n)
    found += [stream for stream, numbers in places.items() if numbers != list(range(1, len(numbers) + 1))]
    return found


def checkpoint_events(raw: Raw) -> list[dict[str, Any]]:
    import json

    rows = raw.all("SELECT canon FROM event WHERE kind = 'checkpoint.made' ORDER BY n")
    return [json.loads(canon) for (canon,) in rows]
