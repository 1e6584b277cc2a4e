"""Is the sealed tree the tree of these events? Leaves, tiles, every head, its checkpoint, and what still waits.

The leaf hashes are gathered while `verify` walks the streams, so that no event is read twice; then the tree is built
again from nothing but them.
"""

import json
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator
from typing import Any

from states.errors import Integrity, Problem
from workflow.findings import Findings, said
from workflow.merkle import SIZE, WIDTH, Range, fold, perfect
from workflow.notes import LOG, Checkpoint, Note, VerifierKey
from workflow.sql import audit as audit_sql
from workflow.sql import seal as sql
from workflow.store.tx import Row, Tx
from workflow.trail import EMPTY_ROOT
from workflow.verify_walk import Part

_BLOCK = WIDTH * SIZE
FEW = 16  # leaves of one tile that are named


class Log:
    """What the stream `log` says of the tree: the names the log has had, the keys, the checkpoints made."""

    def __init__(self, tx: Tx) -> None:
        self.origins: list[str] = []
        self.keys: dict[tuple[str, bytes], VerifierKey] = {}
        self.made: list[tuple[Row, dict[str, Any]]] = []
        for row in tx.each(sql.LOG):
            try:
                event = json.loads(row[3])
                data, origin = dict(event["data"]), str(event["log"])
            except (ValueError, TypeError, KeyError):
                continue  # named where events are checked one by one
            if row[2] == "log.created" and origin not in self.origins:
                self.origins.append(origin)
            elif row[2] == "checkpoint.made":
                self.made.append((row, data))
            self._key(data.get("key"))

    def _key(self, text: Any) -> None:
        if isinstance(text, str):
            try:
                key = VerifierKey.read(text, LOG)
            except Problem:
                return
            self.keys[key.name, key.id] = key


class Leaves:
    """The leaf hashes by their place, as the walk meets the events, and those events that wait."""

    def __init__(self, tx: Tx, found: Findings) -> None:
        self.found = found
        self.size = int((tx.one(audit_sql.LEAF_COUNT) or (0,))[0])
        self.hashes = bytearray(self.size * SIZE)
        self.taken = 0
        self._tx = tx
        self._waiting: list[Row] = []  # for events that are not there, or are sealed

    def take(self, part: Part) -> None:
        """Put the hashes of a part in their places."""
        hashes, new = self.hashes, part.hashes
        for at, place in zip(range(0, len(new), SIZE), part.places, strict=True):
            hashes[place * SIZE : place * SIZE + SIZE] = new[at : at + SIZE]
        self.taken += len(part.places)
        self._waiting += part.unmet_waiting

    def close(self) -> None:
        """What is left over on either side."""
        for stream, n, *_ in self._waiting:
            self.found.add("it waits to be sealed, and is sealed or does not exist", stream, n)
        at = self._first_missing()
        if self.taken < self.size:  # else every leaf was met with its event
            for place, event in self._tx.all(audit_sql.LEAF_FOR_NOTHING):
                self.found.add(f"leaf {place} is of an event that does not exist", event=event)
            self.found.add(f"leaf {at} is missing: {self.size - self.taken} of {self.size} leaves have no event")
        elif at < self.size:
            self.found.add(f"leaf {at} is missing, and another is there twice")

    def _first_missing(self) -> int:
        """The first place that no event took; no event has a hash of zeroes only."""
        nothing = bytes(SIZE)
        at = self.hashes.find(nothing)
        while at % SIZE and at > 0:
            at = self.hashes.find(nothing, at + 1)
        return at // SIZE if at >= 0 else self.size

    def root(self, size: int) -> bytes:
        """The root over the first leaves."""
        grown = Grown(self.hashes)
        return grown.root(size)


class Grown:
    """The tree grown again over leaf hashes. Roots are asked for at ascending sizes."""

    def __init__(self, hashes: bytearray) -> None:
        self._hashes = hashes
        self._full = Range()  # over the roots of full tiles
        self.tiles: list[bytes] = []  # those roots
        self._part = Range()  # over the hashes behind them

    def root(self, size: int) -> bytes:
        """The root when the tree had this size."""
        self._grow(size // WIDTH)
        start = (len(self.tiles) * WIDTH + self._part.size) * SIZE
        for at in range(start, size * SIZE, SIZE):
            self._part.add(bytes(self._hashes[at : at + SIZE]))
        return fold([*self._full.nodes, *self._part.nodes])

    def _grow(self, blocks: int) -> None:
        while len(self.tiles) < blocks:
            at = len(self.tiles) * _BLOCK
            self.tiles.append(perfect(bytes(self._hashes[at : at + _BLOCK])))
            self._full.add(self.tiles[-1])
            if self._part.size:
                self._part = Range()


class TreeCheck:
    """The sealed tree against its leaves."""

    def __init__(self, tx: Tx, leaves: Leaves, log: Log, found: Findings) -> None:
        self.tx = tx
        self.leaves = leaves
        self.log = log
        self.found = found
        self.roots: dict[int, str] = {0: EMPTY_ROOT}  # of every head, as it is in these leaves
        self.signed: set[int] = {0}  # the sizes of those with a checkpoint
        self.newest: Note | None = None
        self.root = EMPTY_ROOT

    def run(self, seen: dict[str, tuple[int, str]]) -> None:
        """``seen``: every checkpoint that events name."""
        grown = Grown(self.leaves.hashes)
        size, signed = 0, (0, EMPTY_ROOT)
        for size, root, _, note in self.tx.each(sql.HEADS):
            if size > self.leaves.size:
                self.found.add(f"the head over {size} events names more than the {self.leaves.size} that are sealed")
                continue
            self.roots[size] = grown.root(size).hex()
            if self.roots[size] != root:
                self.found.add(f"the head over {size} events is not the root of their tree")
            if note is not None:
                signed = (size, root)
                self.signed.add(size)
                self._note(size, root, note)
        self.root = grown.root(self.leaves.size).hex()
        if size < self.leaves.size:
            self.found.add(f"no head names the {self.leaves.size} events that are sealed")
        space = self.tx.workspace
        if (space.seen_size, space.seen_root) != signed:
            self.found.add(
                f"workspace.seen_size is {space.seen_size}, the newest checkpoint is over {signed[0]} events"
            )
        for named, root in sorted(set(seen.values())):
            if self.roots.get(named) != root:
                self.found.add(f"events name a checkpoint over {named} events that was never made here")
            elif named not in self.signed:
                self.found.add(f"events name the checkpoint over {named} events, and its signature is gone")
        self._made()
        self._tiles(grown.tiles)

    def _note(self, size: int, root: str, text: str) -> None:
        """A checkpoint says what its head says, under a name and by a key the log has told of."""
        try:
            note = Note.read(str(text))
            said_there = Checkpoint.read(note.text)
            keys = [key for one in note.signatures if (key := self.log.keys.get((one.name, one.id)))]
            fine = said_there[1:] == (size, root) and said_there.origin in self.log.origins
            if not fine:
                self.found.add(f"the checkpoint of the head over {size} events says something else")
            elif not any(key.name == said_there.origin and note.signed_by(key) for key in keys):
                self.found.add(f"the checkpoint over {size} events is signed by no key on record")
            self.newest = note
        except Integrity as problem:
            self.found.add(f"the checkpoint over {size} events: {problem}")

    def _made(self) -> None:
        """Every checkpoint that was told of was made, of this tree."""
        for (n, id_, *_), data in self.log.made:
            size = data.get("size")
            if not isinstance(size, int) or data.get("root") != self.roots.get(size, ""):
                what = f"it tells of a checkpoint over {said(size)} events that was never made here"
                self.found.add(what, "log", n, id_)
            elif size not in self.signed:
                self.found.add(
                    f"it tells of the checkpoint over {size} events, and its signature is gone", "log", n, id_
                )

    def _tiles(self, full: list[bytes]) -> None:
        """What proofs are read from is what follows from the leaves."""
        due = dict(_tiles_over(self.leaves.hashes, full))
        for level, n, text in self.tx.each(audit_sql.TILES):
            should_be = due.pop((level, n), b"")
            if text != b2a_base64(should_be, newline=False).decode():
                self.found.add(f"tile {level}/{n} is not what the leaves make it")
                if not level:
                    self._others(n, text, should_be)
        for level, n in due:
            self.found.add(f"tile {level}/{n} is missing")

    def _others(self, n: int, text: str, should_be: bytes) -> None:
        """Where a tile has leaves as they were sealed, and some are others now: which events, the first of them."""
        try:
            tile = a2b_base64(text)
        except (NotBase64, ValueError):
            return
        ats = range(0, len(should_be), SIZE)
        others = [at // SIZE for at in ats if tile[at : at + SIZE] != should_be[at : at + SIZE]]
        if len(tile) != len(should_be) or len(others) == len(ats):
            return
        for other in others[:FEW]:
            row = self.tx.one(audit_sql.LEAF_OF, idx=n * WIDTH + other)
            if row is not None:
                what = f"it is not what was sealed as leaf {n * WIDTH + other}"
                self.found.add(what, row[1], row[2], row[0])


def _tiles_over(hashes: bytearray, full: list[bytes]) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Every tile there should be; ``full``: the roots of the full ones at level 0."""
    level, row = 0, bytes(hashes)
    while row:
        for n in range(-(-len(row) // _BLOCK)):
            yield (level, n), row[n * _BLOCK : (n + 1) * _BLOCK]
        if level:
            full = [perfect(row[at : at + _BLOCK]) for at in range(0, len(row) - _BLOCK + 1, _BLOCK)]
        level, row = level + 1, b"".join(full)
