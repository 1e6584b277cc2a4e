"""Is the trail consistent with itself? Every event re-hashed, compared with its columns, its stream, its heads.

Shows that nothing was changed by anybody who could not also rewrite all that follows: what a rewrite of everything
leaves is for checkpoints kept elsewhere to show (docs/audit-format.md). ``replay`` also decides everything again.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from workflow import outside
from workflow.epochs import following
from workflow.findings import Findings
from workflow.openings import Openings
from workflow.outside import Kept
from workflow.sql import audit as sql
from workflow.store.tx import Row, Tx, Workspace
from workflow.verify_event import Memory
from workflow.verify_guards import guards
from workflow.verify_tree import Leaves, Log, TreeCheck
from workflow.verify_values import unpromised
from workflow.verify_walk import Part, ranges, walk

Answer = dict[str, Any]
Crew = Callable[[Tx, int], Iterator[Part]]  # (what to read, how many leaves there are) -> parts in order


def verify(tx: Tx, *, replay: bool = False, kept: Kept | None = None, crew: Crew | None = None) -> Answer:
    """{schema, ok, events, streams, cases, size, root, shown, problems: [{event, stream, n, what}]}.

    ``kept``: what the asker keeps outside, to show more than that the trail is consistent with itself; then
    ``since`` tells what it was held against. ``crew``: who walks the streams, where several processes share that
    (`workflow.verify_crew`); the answer is the same.
    """
    try:
        return _verify(tx, replay, kept or Kept(), crew or by_oneself)
    except tx.unreadable:  # reading in a way that bears it is slower
        tx.reads_anything()
        return _verify(tx, replay, kept or Kept(), by_oneself)


def _verify(tx: Tx, replay: bool, kept: Kept, crew: Crew) -> Answer:
    found = Findings()
    tx.sweeps()
    tx.workspace = _workspace(tx)
    guards(tx, found)
    _genesis(tx, found)
    log = Log(tx)
    _epochs(tx, log, found)
    whole = _Whole(tx, found)
    for part in crew(tx, whole.leaves.size):
        whole.take(part)
    whole.close()
    for name in sorted(whole.logs - {tx.workspace.origin, *log.origins}):
        found.add(f"there are events of the log {name}, which was never begun")
    tree = TreeCheck(tx, whole.leaves, log, found)
    tree.run(whole.seen)
    against = outside.shown(kept, tree, found)
    if replay:
        from workflow.replay import replay as decide_again

        decide_again(tx, found)
    return {
        "schema": 1,
        "ok": not found.rows,
        "events": whole.events,
        "streams": whole.streams,
        "cases": whole.cases,
        "size": tree.leaves.size,
        "root": tree.root,
        **against,
        "problems": found.answer(),
    }


def by_oneself(tx: Tx, size: int) -> Iterator[Part]:
    """All streams, one range after the other."""
    memory = Memory()
    return (walk(tx, size, streams, memory) for streams in ranges(tx))


def _workspace(tx: Tx) -> Workspace:
    """As it stands in what this transaction sees: since the database was opened, a checkpoint may have been signed."""
    row = tx.one(sql.WORKSPACE)
    return Workspace(row[0], bool(row[1]), *row[2:]) if row else tx.workspace


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


class _Whole:
    """What the parts of a walk through everything come to, in the order of the streams."""

    def __init__(self, tx: Tx, found: Findings) -> None:
        self.tx = tx
        self.found = found
        self.leaves = Leaves(tx, found)
        self.openings = Openings(int((tx.one(sql.CASE_COUNT) or (0,))[0]))
        self.values, self.restored, self.met = Findings(), Findings(), 0
        self.seen: dict[str, tuple[int, str]] = {}
        self.logs: set[str] = set()
        self.heads: list[Row] = []
        self.events = self.streams = self.cases = 0

    def take(self, part: Part) -> None:
        """The part of the streams that come next."""
        self.events += part.events
        self.streams += part.streams
        self.cases += part.cases
        self.found.take(part.found)
        self.values.take(part.values)
        self.restored.take(part.restored)
        self.met += part.met
        self.leaves.take(part)
        for register, opening in part.openings:
            self.openings.took(register, opening)
        self.seen |= part.seen
        self.logs |= part.logs
        self.heads += part.unmet_heads

    def close(self) -> None:
        """Everything was seen: what is left over, and what only all of it together shows."""
        for name, n, _, _, is_case in self.heads:
            self.cases += is_case
            what = "the case has no event at all" if is_case else "the stream has no event at all"
            self.found.add(f"{what}: events 1 to {n} are gone" if n else what, name)
        self.found.take(self.values)
        self.found.take(self.restored)
        if self.tx.one(sql.KEPT_COUNT) != (self.met,):
            unpromised(self.tx, self.found)
        self.openings.close(self.tx, self.found)
        self.leaves.close()
