"""Every event of some streams, each after the one before it, with what was kept beside it and the heads.

Streams do not depend on each other, so the trail is walked in ranges of them, in whatever process: what a range gives
is a `Part`, and parts are put together in the order of the streams.
"""

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workflow.event_json import is_ref
from workflow.findings import Beside, Findings
from workflow.sql import audit as sql
from workflow.store.tx import Row, Tx
from workflow.trail import NO_HASH
from workflow.verify_event import COLUMNS, Checker, Memory
from workflow.verify_odd import Table, even
from workflow.verify_values import Values

_NO_LEAF = "f" * 64  # in the place of a hash that is none; zeroes are a place that nothing took
_EVENT = Table("the event", (*COLUMNS, "canon", "hash", "leaf"), stream=1, n=2, id=0)
_HEAD = Table("the head", ("name", "n", "hash", "at", "is_case"))
_WAITING = Table("what waits", ("stream", "n", "at"))
EVENTS = 50_000  # of a range, about: what one process takes at a time


class Range(NamedTuple):
    """Streams from ``low`` to before ``high``; None: to the last. ``long``: its first one fills it, however long."""

    low: str = ""
    high: str | None = None
    long: bool = False


@dataclass(slots=True)
class Part:
    """What a walk through a range of streams found. Pickles, and is small: 40 bytes an event and what is wrong."""

    events: int = 0
    streams: int = 0
    cases: int = 0
    found: Findings = field(default_factory=Findings)
    values: Findings = field(default_factory=Findings)  # that are gone, or are not what was committed to
    restored: Findings = field(default_factory=Findings)  # values that were erased on record and are there again
    met: int = 0  # values kept beside events that committed to some
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)  # every checkpoint an event names, by its text
    logs: set[str] = field(default_factory=set)
    openings: list[tuple[Any, Row]] = field(default_factory=list)  # register entry; stream, n, id, hash of the event
    places: "array[int]" = field(default_factory=lambda: array("q"))  # of the leaves that were met, and
    hashes: bytes = b""  # their hashes side by side
    unmet_heads: list[Row] = field(default_factory=list)
    unmet_waiting: list[Row] = field(default_factory=list)


def ranges(tx: Tx, events: int = EVENTS) -> Iterator[Range]:
    """All streams, in ranges of about so many events; a stream is in one range, however long it is."""
    low = ""
    while (row := tx.one(sql.STREAM_AHEAD, low=low, ahead=events)) is not None:
        high = row[0]
        if long := high == low:  # it fills the range by itself
            (high,) = tx.one(sql.STREAM_AFTER, low=low) or (None,)
        yield Range(low, high, long)
        if high is None:
            return
        low = high
    yield Range(low)


def walk(tx: Tx, size: int, streams: Range, memory: Memory) -> Part:
    """Look at every event of the range. ``size``: how many leaves there are; ``memory``: the same for every walk of a
    process.
    """
    try:
        return _Walk(tx, size, streams, memory).all()
    except (TypeError, AttributeError):  # SQLite keeps whatever it is given: a number may be a word, a text be bytes
        return _Walk(tx, size, streams, memory, odd=True).all()


class _Walk:
    """Through all events of a range, stream by stream, with the heads beside them."""

    def __init__(self, tx: Tx, size: int, streams: Range, memory: Memory, *, odd: bool = False) -> None:
        self.size = size
        self.part = Part()
        self.found = self.part.found
        self.checker = Checker(tx.workspace.origin, self.found, memory)
        self.values = Values(tx, self.part.values, self.part.restored)
        heads, waiting, rows = (_within(tx, which, streams) for which in (sql.HEADS, sql.UNSEALED, sql.EVENTS))
        if odd:
            heads, waiting = even(heads, _HEAD, self.found), even(waiting, _WAITING, self.found)
            rows = even(rows, _EVENT, self.found)
        self.heads, self.waiting, self.rows = Beside(heads), Beside(waiting, 2), rows
        self.hashes: list[str] = []
        self.promised: list[tuple[str, int, dict[str, str]]] = []  # of the stream: id, n, commitments
        self.erased: set[tuple[str, str]] = set()  # of the stream: (event, field) of every erasure on record

    def all(self) -> Part:
        """The hot loop of `verify`."""
        part, checker, size = self.part, self.checker, self.size
        check, placed, hashed, promised = checker.commits, part.places.append, self.hashes.append, self.promised.append
        leaf: int | None = -1  # of the event before, in its stream
        stream: str | None = None
        n, hash_, at, events = 0, NO_HASH, "", 0
        for row in self.rows:
            id_, of, number, _, instant, kind, _, _, _, _, _, _, _, _, _, its_hash, place = row
            if of != stream:
                if stream is not None:
                    self._ended(stream, n, hash_, at)
                n, hash_, at, leaf = 0, NO_HASH, "", -1
                self._begins(row)
            if commits := check(row, n + 1, hash_, at):
                promised((id_, number, commits))
            if place is None:
                self._waits(row)
            elif leaf is not None and leaf < place < size and checker.seen_size <= place and len(its_hash) == 64:
                placed(place)
                hashed(its_hash)
            else:
                self._odd_leaf(row, leaf)
            if kind == "case.opened":
                self._opened(row, n)
            elif kind == "data.erased":
                self._erased(row[14])
            events += 1
            stream, n, at, hash_, leaf = of, number, instant, its_hash, place
        if stream is not None:
            self._ended(stream, n, hash_, at)
        self.values.close()
        part.events, part.met = events, self.values.met
        part.hashes = _bytes(self.hashes)
        part.seen, part.logs = checker.seen, checker.logs
        part.unmet_heads, part.unmet_waiting = self.heads.rest(), self.waiting.rest()
        return part

    def _begins(self, row: Row) -> None:
        self.part.streams += 1
        if is_ref(row[1]) and row[5] != "case.opened":
            self.found.add(f"the case begins with {row[5]}, not with its opening", row[1], row[2], row[0])

    def _opened(self, row: Row, n: int) -> None:
        if n:
            self.found.add("the case is opened a second time", row[1], row[2], row[0])
        self.part.openings.append((self.checker.register, (row[1], row[2], row[0], row[15])))

    def _waits(self, row: Row) -> None:
        """An event without a leaf."""
        if [waits[2] for waits in self.waiting.take((row[1], row[2]))] != [row[4]]:
            self.found.add("it has no leaf, and does not wait for one", row[1], row[2], row[0])

    def _odd_leaf(self, row: Row, before: int | None) -> None:
        """An event with its leaf. ``before``: the leaf of the event before it in its stream, -1 for the first, None
        for one that waits.
        """

        def wrong(what: str) -> None:
            self.found.add(what, row[1], row[2], row[0])

        place, seen = row[16], self.checker.seen_size
        if before is None:
            wrong("it is sealed before the event before it")
        elif place <= before:
            wrong(f"it is leaf {place}, before the event before it")
        if seen > place:
            wrong(f"it is leaf {place}, and names a checkpoint over {seen} events")
        if 0 <= place < self.size:
            self.part.places.append(place)
            self.hashes.append(row[15] if len(row[15]) == 64 else _NO_LEAF)
        else:
            wrong(f"it is leaf {place}, and there are {self.size}")

    def _ended(self, stream: str, n: int, hash_: str, at: str) -> None:
        """The head of a stream stands where its last event is."""
        if self.promised or self.erased:
            self.values.take(stream, self.promised, frozenset(self.erased))
            self.promised.clear()
            self.erased.clear()
        heads = self.heads.take((stream,))
        self.part.cases += sum(head[4] for head in heads)
        for head in heads:
            if head[1] > n:
                missing = f"event {head[1]} is" if head[1] == n + 1 else f"events {n + 1} to {head[1]} are"
                self.found.add(f"the tail is missing: {missing} gone", stream, n + 1)
            elif head[1:4] != (n, hash_, at):
                self.found.add("its head does not name its last event", stream, n)
        if len(heads) > 1:
            self.found.add("it is a case and another stream at once", stream)
        elif not heads:
            what = "its case is missing" if is_ref(stream) else "its head is missing"
            self.found.add(what, stream, n)

    def _erased(self, text: str) -> None:
        """An erasure speaks for the stream it stands in; one that cannot be read was named already."""
        try:
            data = json.loads(text)["data"]
            self.erased.add((str(data["event"]), str(data["field"])))
        except (ValueError, TypeError, KeyError):
            return


def _within(tx: Tx, statements: dict[str, str], streams: Range) -> Iterator[Row]:
    if streams.high is None:
        return tx.each(statements["onward"], low=streams.low)
    return tx.each(statements["within"], low=streams.low, high=streams.high)


def _bytes(hashes: list[str]) -> bytes:
    """The hashes side by side, each of 64 signs; one that is none, which is named already, leaves its place empty."""
    try:
        together = bytes.fromhex("".join(hashes))
    except (ValueError, TypeError):
        together = b""
    return together if len(together) == 32 * len(hashes) else b"".join(map(_one, hashes))


def _one(hash_: str) -> bytes:
    try:
        return bytes.fromhex(hash_).ljust(32)
    except (ValueError, TypeError):
        return bytes.fromhex(_NO_LEAF)
