"""Give the newest checkpoint away, to every outlet whose turn it is: within an hour where something new was sealed, and
daily all the same. What an outlet does not take is told by the pulse and tried again at the next run.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from jobs.batches import Stopping, never, sentence
from jobs.outlets import Outlet
from states.errors import Problem
from workflow import publishing, pulses, seal
from workflow.events import SYSTEM, Who, Written
from workflow.seal import TreeHead
from workflow.store import Store


class Published(NamedTuple):
    """Which outlets took it, the event of each, and what the others said."""

    size: int
    taken: dict[str, Written]
    problems: dict[str, Problem]


def run_once(store: Store, outlets: Sequence[Outlet], *, stopping: Stopping = never) -> Published:
    """Where it is time; tells the pulse. A sandbox gives nothing away by itself."""
    if store.workspace.sandbox:
        return Published(0, {}, {})
    done = _give(store, outlets, SYSTEM, stopping=stopping)
    trouble = "; ".join(f"{name}: {sentence(problem)}" for name, problem in done.problems.items())
    pulses.beat(store, "publish", ok=not trouble, say=trouble)
    return done


def now(store: Store, outlets: Sequence[Outlet], who: Who) -> Published:
    """Whether it is time or not, because somebody asks."""
    return _give(store, outlets, who, at_once=True)


def _give(
    store: Store, outlets: Sequence[Outlet], who: Who, *, at_once: bool = False, stopping: Stopping = never
) -> Published:
    size, taken, problems = 0, {}, {}
    for outlet in outlets:
        if stopping():
            break
        with store.read() as tx:
            head = seal.signed(tx) if at_once else publishing.owed(tx, outlet.name)
            at = tx.now
        if head is None or head.note is None:
            continue
        size = max(size, head.size)
        try:
            taken[outlet.name] = _one(store, outlet, head, at, who)
        except Problem as problem:
            problems[outlet.name] = problem
    return Published(size, taken, problems)


def _one(store: Store, outlet: Outlet, head: TreeHead, at: str, who: Who) -> Written:
    """Given first and recorded then: a crash between the two gives it a second time, which harms nobody."""
    done = outlet.give(head, at)
    put = partial(publishing.given, who=who, outlet=outlet.name, head=head)
    return store.transact(lambda tx: put(tx, kind=done.kind, data=done.data, private=done.private or None))
