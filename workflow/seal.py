"""Sealing: events that wait become leaves of the tree, in order, and the tree's head is written down unsigned.

Correct under concurrent commits, because what waits is a list in the database and not a number remembered: whatever
commits later is still on it. Signing comes after the commit (`jobs.seal`): a head that is rolled back was never signed.
"""

import json
from binascii import a2b_base64, b2a_base64
from typing import NamedTuple

from states.errors import N_, Integrity
from workflow.merkle import Reader, Tree, extends, grow
from workflow.notes import Checkpoint, Note, VerifierKey
from workflow.sql import seal as sql
from workflow.store.tx import Row, Tx
from workflow.trail import EMPTY_ROOT, SYSTEM, Written, leaf_hash, record

LIMIT = 20_000  # events one commit seals


class TreeHead(NamedTuple):
    """The tree at a size: root in hex, when it was sealed, the signed checkpoint or None."""

    size: int = 0
    root: str = EMPTY_ROOT
    at: str = ""
    note: str | None = None


def newest(tx: Tx) -> TreeHead:
    """The tree as it stands."""
    return _head(tx.one(sql.NEWEST))


def signed(tx: Tx) -> TreeHead:
    """The newest head with a signed checkpoint; size 0 before the first."""
    return _head(tx.one(sql.SIGNED))


def signed_over(tx: Tx, index: int) -> TreeHead | None:
    """The newest signed head whose tree holds this leaf."""
    head = signed(tx)
    return head if head.size > index else None


def _head(row: Row | None) -> TreeHead:
    return TreeHead(*row) if row else TreeHead()


def tiles(tx: Tx) -> Reader:
    """How the tree of this workspace reads its tiles."""

    def read(level: int, n: int) -> bytes:
        row = tx.one(sql.TILE, level=level, n=n)
        return a2b_base64(row[0]) if row else b""

    return read


def tree(tx: Tx, size: int) -> Tree:
    """The tree at a size it has or had."""
    return Tree(tiles(tx), size)


def batch(tx: Tx, limit: int = LIMIT) -> int:
    """Seal what waits, up to a limit; answers how many events. Integrity where one is not what its hash says."""
    if tx.locks_rows:
        tx.one(sql.TURN_LOCK)  # one sealer at a time; what it committed is seen by the next statement
    rows = tx.all(sql.WAITING, limit=limit)
    if not rows:
        return 0
    for row in rows:
        _check(row)
    head = newest(tx)
    _append(tx, head.size, rows)
    return len(rows)


def _check(row: Row) -> None:
    _, stream, n, id_, canon, hash_ = row
    hint = N_("`duecourse audit verify` tells what else does not match.")
    if id_ is None:
        raise Integrity("Event {n} of {stream} waits to be sealed, and is gone.", hint=hint, stream=stream, n=n)
    if leaf_hash(canon) != hash_:
        raise Integrity(
            "Event {n} of {stream} is not what was recorded, so nothing is sealed.", hint=hint, stream=stream, n=n
        )


def _append(tx: Tx, size: int, rows: list[Row]) -> None:
    """The leaves, the tiles they touch, and the head over them."""
    hashes = [bytes.fromhex(row[5]) for row in rows]
    try:
        changed = grow(tiles(tx), size, hashes)
        known = tiles(tx)
        root = Tree(lambda level, n: changed.get((level, n)) or known(level, n), size + len(rows)).root()
    except LookupError as error:
        raise Integrity(
            "The tree of sealed events is damaged: tile {tile} is missing or too short.",
            hint=N_("`duecourse audit verify` tells what else does not match."),
            tile="/".join(map(str, error.args[0])),
        ) from error
    text = json.dumps([[at, stream, n, id_] for at, stream, n, id_, _, _ in rows])
    if tx.locks_rows:
        tx.put(sql.LEAVES_POSTGRES, expect=len(rows), start=size, rows=text)
        tx.put(sql.TAKE_POSTGRES, expect=len(rows), rows=text)
    else:
        at, stream, n, *_ = rows[-1]
        tx.put(sql.LEAVES_SQLITE, expect=len(rows), start=size, rows=text)
        tx.put(sql.TAKE_SQLITE, expect=len(rows), at=at, stream=stream, n=n)
    tx.put_all(
        sql.TILE_PUT,
        [
            {"level": level, "n": n, "hashes": b2a_base64(tile, newline=False).decode()}
            for (level, n), tile in changed.items()
        ],
    )
    tx.put(sql.HEAD_NEW, size=size + len(rows), root=root.hex(), at=tx.now)


def unsigned(tx: Tx) -> Checkpoint | None:
    """What there is to sign: the tree as it stands, unless its head is signed already. Integrity for a bent tree."""
    head = newest(tx)
    if not head.size or head.note is not None:
        return None
    if not extends_to(tx, head, head.size, head.root):
        raise Integrity(
            "The tree of sealed events is not the one its head names, so nothing is signed.",
            hint=N_("`duecourse audit verify` tells what else does not match."),
        )
    return Checkpoint(tx.workspace.origin, head.size, head.root)


def extends_to(tx: Tx, head: TreeHead | Checkpoint, size: int, root: str) -> bool:
    """Whether the tree under a head extends the tree of (size, root), shown by a proof from its tiles."""
    if size > head.size:
        return False
    whole = tree(tx, head.size)
    try:
        if whole.root().hex() != head.root:
            return False
        path = whole.consistency(size)
    except LookupError:
        return False
    return size == 0 or extends(size, head.size, bytes.fromhex(root), bytes.fromhex(head.root), path)


def keep(tx: Tx, checkpoint: Checkpoint, note: str, key: VerifierKey) -> Written | None:
    """Put a signed checkpoint beside its head; from here on events name it as seen.

    Writes `checkpoint.made` where the batch held more than such events, or the key is new: so that sealing ends.
    """
    if tx.locks_rows:
        tx.one(sql.TURN_LOCK)
    before = signed(tx)
    row = tx.one(sql.HEAD, size=checkpoint.size)
    if row is None or row[0] is not None:
        return None
    tx.put(sql.HEAD_SIGN, expect=1, size=checkpoint.size, note=note)
    if before.size < checkpoint.size:
        tx.put(sql.SEEN, size=checkpoint.size, root=checkpoint.root)
        tx.workspace = tx.workspace._replace(seen_size=checkpoint.size, seen_root=checkpoint.root)
    known = before.note is not None and any(
        (one.name, one.id) == (key.name, key.id) for one in Note.read(before.note).signatures
    )
    if known and tx.one(sql.NEWS, since=before.size) is None:
        return None
    data = {"size": checkpoint.size, "root": checkpoint.root, "key": str(key)}
    return record(tx, "log", "checkpoint.made", SYSTEM, data=data)


def waiting_since(tx: Tx) -> str | None:
    """The time of the oldest event that waits, as a stamp."""
    row = tx.one(sql.WAITING_SINCE)
    return row[0] if row else None


def opening_waits(tx: Tx) -> bool:
    """Whether the first event of some stream waits: a case whose stream is sealed can no longer vanish whole."""
    return tx.one(sql.WAITING_FIRST) is not None
