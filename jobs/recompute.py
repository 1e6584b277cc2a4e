"""After a calendar changed: reckon every open clock again that was reckoned with another version of it.

Resumable: a clock that was done carries the version in force, so that a run that was cut short is simply run again.
"""

from jobs.batches import Stopping, in_batches, never
from workflow import calendars, engine
from workflow.case import by_id
from workflow.sql import clock as sql
from workflow.store import Store, Tx

PAGE = 1000


def run_once(store: Store, *, stopping: Stopping = never) -> int:
    """Recompute what is outdated; answers how many clocks were looked at."""
    done = 0
    while not stopping():
        with store.read() as tx:
            cases = outdated(tx)
        outcome = in_batches(store, cases, _recompute, stopping=stopping)
        done += sum(outcome.done)
        if len(cases) < PAGE or outcome.failed:
            break
    return done


def outdated(tx: Tx) -> list[str]:
    """Cases with an open clock that was reckoned with another version of its calendar."""
    known = calendars.load(tx)
    found: dict[str, None] = {}
    for name in known.names():
        for (case_id,) in tx.all(sql.OUTDATED, calendar=name, version=known.get(name).version, limit=PAGE):
            found[case_id] = None
    return list(found)[:PAGE]


def _recompute(tx: Tx, case_id: str) -> list[int]:
    case = by_id(tx, case_id)
    return [engine.recompute(tx, case)] if case else []
