"""Is the trail consistent with itself? Every event re-hashed, compared with its columns, its stream, its heads.

Shows that nothing was changed by anybody who could not also rewrite all that follows: what a rewrite of everything
leaves is for checkpoints kept elsewhere to show (docs/audit-format.md). ``replay`` also decides everything again.
"""

from binascii import unhexlify
from itertools import pairwise
from typing import Any

from workflow import outside
from workflow.epochs import following
from workflow.event_json import is_ref
from workflow.findings import Beside, Findings
from workflow.merkle import SIZE
from workflow.openings import Openings
from workflow.outside import Kept
from workflow.sql import audit as sql
from workflow.store.tx import Row, Tx
from workflow.trail import NO_HASH, commitment_to
from workflow.verify_event import Checker
from workflow.verify_guards import guards
from workflow.verify_tree import Leaves, Log, TreeCheck

Answer = dict[str, Any]
_AT_ONCE = sql.SIZES[-1]


def verify(tx: Tx, *, replay: bool = False, kept: Kept | None = None) -> Answer:
    """{schema, ok, events, streams, cases, size, root, shown, problems: [{event, stream, n, what}]}.

    ``kept``: what the asker keeps outside, to show more than that the trail is consistent with itself; then
    ``since`` tells what it was held against.
    """
    found = Findings()
    guards(tx, found)
    _genesis(tx, found)
    log = Log(tx)
    _epochs(tx, log, found)
    walk = _Walk(tx, tx.workspace.origin, found)
    walk.all()
    found_logs = walk.checker.logs - {tx.workspace.origin, *log.origins}
    for name in sorted(found_logs):
        found.add(f"there are events of the log {name}, which was never begun")
    tree = TreeCheck(tx, walk.leaves, log, found)
    tree.run(walk.checker.seen)
    against = outside.shown(kept or Kept(), tree, found)
    if replay:
        from workflow.replay import replay as decide_again

        decide_again(tx, found)
    return {
        "schema": 1,
        "ok": not found.rows,
        "events": walk.events,
        "streams": walk.streams,
        "cases": walk.cases,
        "size": tree.leaves.size,
        "root": tree.root,
        **against,
        "problems": found.answer(),
    }


def _epochs(tx: Tx, log: Log, found: Findings) -> None:
    """The name of the log is the one it was begun with, or last recovered under."""
    for before, after in pairwise(log.origins):
        if after != following(before):
            found.add(f"after the log {before} comes {after}")
    if log.origins and tx.workspace.origin != log.origins[-1]:
        found.add(f"workspace.origin is {tx.workspace.origin!r}, the log calls itself {log.origins[-1]!r}", "log", 1)


def _genesis(tx: Tx, found: Findings) -> None:
    """What the workspace says of itself must be what its first event says."""
    import json

    space = tx.workspace
    row = tx.one(sql.GENESIS)
    try:
        event = json.loads(row[1]) if row else None
        said = (event["kind"], event["actor"], event["data"]["sandbox"]) if event else None
    except (ValueError, TypeError, KeyError):
        said = None
    if row is None or said is None:
        found.add("the first event of the log is missing: nothing says what this workspace is", "log", 1)
        return
    kind, admin, sandbox = said
    if kind != "log.created":
        found.add(f"the log begins with {kind}, not with log.created", "log", 1, row[0])
    for name, is_, was in (
        ("admin", space.admin, admin),
        ("sandbox", bool(space.sandbox), sandbox),
    ):
        if is_ != was:
            found.add(f"workspace.{name} is {is_!r}, the first event says {was!r}", "log", 1, row[0])


class _Walk:
    """Through all events, stream by stream, with the heads beside them."""

    def __init__(self, tx: Tx, log: str, found: Findings) -> None:
        self.tx = tx
        self.found = found
        self.checker = Checker(log, found)
        self.openings = Openings(found)
        self.heads = Beside(tx.each(sql.HEADS))
        self.leaves = Leaves(tx, found)
        self.missing: list[tuple[str, str, int]] = []  # of the stream: (event, field, n) of values not kept
        self.erased: set[tuple[str, str]] = set()  # of the stream: (event, field) of every erasure on record
        self.past: list[tuple[str, str, str]] = []  # erasures not yet looked up: (event, field, stream)
        self.events = self.streams = self.cases = 0

    def all(self) -> None:
        """The hot loop of `verify`: an event comes once for each value kept beside it, or once without any."""
        checker, leaves = self.checker, self.leaves
        check, hashes, size, taken = checker.commits, leaves.hashes, leaves.size, 0
        leaf: int | None = -1  # of the event before, in its stream
        stream: str | None = None
        id_, n, hash_, at, events = "", 0, NO_HASH, "", 0
        commits: dict[str, str] = {}
        row: Row = ()
        for row in self.tx.each(sql.EVENTS):
            if row[0] != id_ or row[2] != n or row[1] != stream:
                if commits:
                    self.missing += [(id_, field, n) for field in commits]
                if row[1] != stream:
                    if stream is not None:
                        self._ended(stream, n, hash_, at)
                    n, hash_, at = 0, NO_HASH, ""
                    self._begins(row)
                    leaf = -1
                commits = check(row, n + 1, hash_, at)
                place = row[19]
                if place is None:
                    leaves.waits(row)
                elif leaf is not None and leaf < place < size and checker.seen_size <= place and len(row[15]) == 64:
                    try:
                        hashes[place * SIZE : place * SIZE + SIZE] = unhexlify(row[15])
                        taken += 1
                    except ValueError:
                        leaves.take(row, leaf, checker.seen_size)
                else:
                    leaves.take(row, leaf, checker.seen_size)
                leaf = place
                if row[5] == "case.opened":
                    self._opened(row, n)
                elif row[5] == "data.erased":
                    self._erased(row[14])
                events += 1
                id_, stream, n, at, hash_ = row[0], row[1], row[2], row[4], row[15]
            field = row[16]
            if field is not None:
                promised = commits.pop(field, None)
                if promised is None or not _opens(promised, field, row[17], row[18]):
                    self._changed(promised, row)
        if commits:
            self.missing += [(id_, field, n) for field in commits]
        if stream is not None:
            self._ended(stream, n, hash_, at)
        self.events = events
        leaves.taken += taken
        self._after()

    def _begins(self, row: Row) -> None:
        self.streams += 1
        if is_ref(row[1]) and row[5] != "case.opened":
            self.found.add(f"the case begins with {row[5]}, not with its opening", row[1], row[2], row[0])

    def _opened(self, row: Row, n: int) -> None:
        if n:
            self.found.add("the case is opened a second time", row[1], row[2], row[0])
        self.openings.took(self.checker.register, row)

    def _ended(self, stream: str, n: int, hash_: str, at: str) -> None:
        """The head of a stream stands where its last event is."""
        for event, field, of in self.missing:
            if (event, field) not in self.erased:
                self.found.add(f"the value of {field} is gone without a record", stream, of, event)
        self.missing.clear()
        if self.erased:
            self.past += [(event, field, stream) for event, field in sorted(self.erased)]
            if len(self.past) >= _AT_ONCE:
                self._restored()
        self.erased.clear()
        heads = self.heads.take((stream,))
        self.cases += sum(head[4] for head in heads)
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

    def _changed(self, promised: str | None, row: Row) -> None:
        """What is kept beside an event is what the event committed to."""
        what = f"a value of {row[16]} is kept that it never committed to"
        if promised is not None:
            what = f"the value of {row[16]} was CHANGED"
        self.found.add(what, row[1], row[2], row[0])

    def _erased(self, text: str) -> None:
        """An erasure speaks for the stream it stands in; one that cannot be read was named already."""
        import json

        try:
            data = json.loads(text)["data"]
            self.erased.add((str(data["event"]), str(data["field"])))
        except (ValueError, TypeError, KeyError):
            return

    def _restored(self) -> None:
        """What was erased on record is not there again, as it would be after a backup was brought back."""
        while self.past:
            some, self.past = self.past[:_AT_ONCE], self.past[_AT_ONCE:]
            ids = [event for event, _, _ in some]
            places = {f"i{n}": ids[min(n, len(ids) - 1)] for n in range(_AT_ONCE)}
            kept = {(event, field) for event, field, _ in self.tx.all(sql.VALUES[_AT_ONCE], **places)}
            for event, field, stream in some:
                if (event, field) in kept:
                    self.found.add(
                        f"the value of {field} was erased on record, and is there again", stream, None, event
                    )

    def _after(self) -> None:
        for name, n, _, _, is_case in self.heads.rest():
            self.cases += is_case
            what = "the case has no event at all" if is_case else "the stream has no event at all"
            self.found.add(f"{what}: events 1 to {n} are gone" if n else what, name)
        self._restored()
        for event, field in self.tx.all(sql.KEPT_FOR_NOTHING):
            self.found.add(f"a value of {field} is kept for an event that does not exist", event=event)
        self.openings.close(self.tx)
        self.leaves.close()


def _opens(promised: str, field: str, salt: str, value: str) -> bool:
    try:
        return commitment_to(salt, field, value) == promised
    except (ValueError, TypeError):
        return False
