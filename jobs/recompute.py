"""After a calendar changed: reckon every open clock again that was reckoned with another version of it.

Resumable: a clock that was done carries the version in force, so that a run that was cut short is simply run again.
"""

from typing import NamedTuple

from jobs.batches import Stopping, in_batches, never
from workflow import calendars, engine
from workflow.case import by_id
from workflow.sql import clock as sql
from workflow.store import Store, Tx

PAGE = 1000


class Recomputed(NamedTuple):
    """How many clocks were counted again, how many of them moved, and how many cases failed."""

    clocks: int = 0
    moved: int = 0
    failed: int = 0

    def told(self) -> dict[str, int]:
        """As a count among others, where there is something to tell."""
        return {"recomputed": self.clocks} if self.clocks else {}


def run_once(store: Store, *, stopping: Stopping = never) -> int:
    """Recompute what is outdated; answers how many clocks were counted again."""
    return run(store, stopping=stopping).clocks


def run(store: Store, *, stopping: Stopping = never) -> Recomputed:
    """Recompute what is outdated, page by page as long as that gets somewhere. Nothing outdated costs a look."""
    store.refresh()
    clocks = moved = failed = 0
    while not stopping():
        with store.read() as tx:
            cases = outdated(tx)
        outcome = in_batches(store, cases, _recompute, stopping=stopping)
        done = sum(one.clocks for one in outcome.done)
        clocks += done
        moved += sum(one.moved for one in outcome.done)
        failed = len(outcome.failed)
        if len(cases) < PAGE or not done:
            break
    return Recomputed(clocks, moved, failed)


def outdated(tx: Tx) -> list[str]:
    """Cases with an open clock that was reckoned with another version of its calendar."""
    known = calendars.load(tx)
    found: dict[str, None] = {}
    for name in known.names():
        for (case_id,) in tx.all(sql.OUTDATED, calendar=name, version=known.get(name).version, limit=PAGE):
            found[case_id] = None
    return list(found)[:PAGE]


def count(tx: Tx) -> int:
    """How many open clocks were reckoned with another version of their calendar; those that stand still wait."""
    known = calendars.load(tx)
    rows = [tx.one(sql.OUTDATED_COUNT, calendar=name, version=known.get(name).version) for name in known.names()]
    return sum(row[0] for row in rows if row)


def _recompute(tx: Tx, case_id: str) -> list[Recomputed]:
    case = by_id(tx, case_id)
    if case is None:
        return []
    runs = {name: clock.run for name, clock in case.clocks.items()}
    done = engine.recompute(tx, case)
    return [Recomputed(done, sum(clock.run != runs.get(name) for name, clock in case.clocks.items()))]
