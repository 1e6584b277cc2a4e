"""Fire the timers that are due: the next thing each clock does by itself. Any number of workers may pump at once.

What is due is read without locking. Then each case is locked first, as every act does, and fires what it owes then:
a case another worker holds is left to that worker, one that fails is put off and told, and the others go on.
"""

from datetime import timedelta
from secrets import randbelow
from typing import NamedTuple

from jobs.batches import CALM, CHUNK, Stopping, in_batches, never, sentence
from states.errors import NotFound
from states.guards import fired_by_clocks
from states.opens import by_itself
from workflow import case as cases
from workflow import engine, policies, pulses
from workflow.firing import Fired
from workflow.instants import stamp
from workflow.sql import clock as sql
from workflow.store import Store, Tx

PAGE = 1000  # timers looked at in one go
FIRST_WAIT = timedelta(minutes=1)  # after a failure; doubles with every further one
LONGEST_WAIT = timedelta(days=1)

Due = dict[str, list[str]]  # case id -> its due timers


class Beat(NamedTuple):
    """What one run of the pump did; ``failed`` counts cases."""

    fired: list[Fired]
    failed: int


def run_once(store: Store, *, limit: int | None = None, stopping: Stopping = never) -> list[Fired]:
    """Fire everything due now, or what is due in ``limit`` cases; tells the pulse."""
    store.refresh()
    beat = pump(store, limit=limit, stopping=stopping)
    pulses.beat(store, "pump", ok=not beat.failed, say=f"failed cases: {beat.failed}" if beat.failed else "")
    return beat.fired


def pump(store: Store, *, limit: int | None = None, stopping: Stopping = never) -> Beat:
    """Page by page until nothing is due; no case is tried twice in one call, so it ends."""
    beat = Beat([], 0)
    tried: set[str] = set()
    while not stopping() and (limit is None or len(tried) < limit):
        with store.read() as tx:
            due = owed(tx)
            alone = openers(tx) if tx.locks_rows and len(due) > CALM else frozenset()
        todo = [case for case in due if case not in tried]
        if limit is not None:
            todo = todo[: limit - len(tried)]
        if not todo:
            break
        tried.update(todo)
        if store.driver.kind == "postgres" and len(todo) > 1:  # workers side by side begin at different places
            first = randbelow(len(todo))
            todo = todo[first:] + todo[:first]
        for cases_, most in (
            ([one for one in todo if one not in alone], CHUNK),
            ([one for one in todo if one in alone], 1),
        ):
            outcome = in_batches(store, cases_, fire, most=most, stopping=stopping)
            beat.fired.extend(outcome.done)
            for case, problem in outcome.failed:
                put_off(store, due[case], problem)
            beat = beat._replace(failed=beat.failed + len(outcome.failed))
    return beat


def owed(tx: Tx, limit: int = PAGE) -> Due:
    """The cases with timers due now, longest due first."""
    due: Due = {}
    for timer, case, _ in tx.all(sql.DUE, now=tx.now, limit=limit):
        due.setdefault(case, []).append(timer)
    return due


def openers(tx: Tx, limit: int = PAGE) -> frozenset[str]:
    """Of the cases with timers due now, those whose clocks may open other cases: each has a commit of its own.

    Such a commit takes the register of openings, and another case of its batch may have told the stream of a duty
    before; `expand` takes the two the other way round, and one would wait for the other in a circle.
    """
    return frozenset(case for case, law in tx.all(sql.DUE_LAWS, now=tx.now, limit=limit) if opens(tx, law))


def opens(tx: Tx, law: str) -> bool:
    """Whether clocks under this definition open other cases."""
    try:
        definition = policies.definition_by_hash(tx, law)
    except NotFound:
        return False  # its cases fail one by one, and say why
    entries = definition.get("opens", ())
    return bool(entries) and any(by_itself(entry, fired_by_clocks(definition)) for entry in entries)


def fire(tx: Tx, case_id: str) -> list[Fired]:
    """Lock one case and do what its clocks owe by now: nothing, where another worker was or is at it."""
    case = cases.by_id(tx, case_id)
    return engine.fire_timers(tx, case) if case else []


def put_off(store: Store, timers: list[str], problem: Exception) -> None:
    """Record on the timers of a failing case what went wrong, and try again later, ever more patiently."""
    error = sentence(problem)

    def later(tx: Tx) -> None:
        for timer in timers:
            row = tx.one(sql.ATTEMPTS, id=timer)
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row[0], 20)) if row else FIRST_WAIT
            tx.put(sql.BACK_OFF, id=timer, error=error, try_at=stamp(tx.time + wait))

    store.transact(later)
