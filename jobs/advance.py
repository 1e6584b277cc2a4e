"""Simulated time: a sandbox lives through every instant at which something happens, up to a given one.

The clock moves and what it brings about happens in the same commit, by the same doors as in life. A commit holds as
many instants as it has room for; where one of its pieces fails, that instant is lived again piece by piece.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from jobs import expand, pump, recompute
from jobs.expand import Memory
from states.errors import N_, Failed, NotNow, Outside, Usage
from workflow import expanding, periods
from workflow.expanding import Opened
from workflow.firing import Fired
from workflow.instants import moment, stamp
from workflow.look import local
from workflow.schedule import Schedule
from workflow.sql import cases as cases_sql
from workflow.sql import clock as clock_sql
from workflow.sql import workspace as sql
from workflow.store import Store, Tx

FULL = 200  # firings and openings after which a commit is due

Answer = dict[str, Any]
Tell = Callable[[datetime], None]


class _Lived(NamedTuple):
    """What one commit lived through, what is remembered after it, and whether the end is reached."""

    now: str
    memory: Memory
    over: bool
    fired: list[Fired]
    opened: list[Opened]
    failed: int = 0


def advance(
    store: Store, to: datetime, *, jump: bool = False, tell: Tell | None = None, known: Memory | None = None
) -> Answer:
    """Move a sandbox's clock to an instant, living through everything on the way; answers CONTRACT's ``advance``.

    ``jump`` moves the clock and nothing else, as downtime does: what was missed is caught up at the next advance.
    ``tell`` hears how far it has come. ``known``: what whoever advances again and again remembers of the duties in
    between. NotNow in a real workspace, Usage for an instant that is past.
    """
    if not store.workspace.sandbox:
        raise NotNow(
            "This is a real workspace: its clock is the world's and cannot be moved.",
            hint=N_("Try things out in a sandbox, made with `duecourse init --sandbox --now T`."),
        )
    store.refresh()
    end = stamp(to)
    now = store.transact(lambda tx: _begin(tx, end, jump=jump))
    counted = recompute.Recomputed() if jump else recompute.run(store)
    fired: list[Fired] = []
    opened: list[Opened] = []
    failed, over, memory = 0, jump, known or Memory()
    while not over:
        try:
            lived = store.transact(partial(_live, end=end, memory=memory))
        except Outside:
            raise
        except Exception:  # noqa: BLE001  # one of many: which one shows when they are done one by one
            lived = _carefully(store, end, memory)
        now, memory, over = lived.now, lived.memory, lived.over
        fired += lived.fired
        opened += lived.opened
        failed += lived.failed
        if tell:
            tell(moment(now))
    if known:
        known.take(memory)
    return answer(store, now, fired, opened, failed=failed, **counted.told())


def answer(store: Store, now: str, fired: Sequence[Fired], opened: Sequence[Opened], **counts: int) -> Answer:
    """The shape that `advance` and `run --once` share; ``counts`` adds to the counts of each kind of firing."""
    zone = store.workspace.zone
    return {
        "schema": 1,
        "now": local(now, zone),
        "fired": [{**one._asdict(), "at": local(one.at, zone)} for one in fired],
        "opened": [{**one._asdict(), "at": local(one.at, zone)} for one in opened],
        "counts": {"fired": len(fired), "opened": len(opened), **Counter(one.what for one in fired), **counts},
    }


def _begin(tx: Tx, end: str, *, jump: bool) -> str:
    """Check that time goes forward, and make the jump; answers what time it is then."""
    _hold(tx)
    if end < tx.now:
        zone = tx.workspace.zone
        raise Usage(
            "It is {now} here already, and time does not go back to {to}.",
            hint=N_("Name a later time with --to, or a span with --by."),
            now=local(tx.now, zone),
            to=local(end, zone),
        )
    if jump:
        tx.live_at(moment(end))
    return tx.now


def _hold(tx: Tx) -> None:
    """Hold the clock until the commit, so that no other program moves it meanwhile."""
    if tx.locks_rows:
        row = tx.one(sql.CLOCK_LOCK)
        tx.now = row[0] if row else tx.now


def _live(tx: Tx, end: str, memory: Memory) -> _Lived:
    """Live through instants until the end, or until the commit is full. What is remembered counts once it is kept."""
    _hold(tx)
    memory = replace(memory, failed=dict(memory.failed))
    schedule = memory.look(tx)
    fired: list[Fired] = []
    opened: list[Opened] = []
    while len(fired) + len(opened) < FULL:
        before = len(fired) + len(opened)
        at = _next(tx, memory)
        over = at is None or at > end
        moved = _move(tx, end if at is None or over else at) or not memory.through
        owed = memory.owed(tx)
        turned = memory.turned(tx)
        for opening in owed:
            opened += expand.open_one(schedule, tx, opening)
        memory.saw(tx.now, owed)
        if turned:
            _turn(tx, schedule)
        _lapse(tx, schedule, memory)
        if over:
            return _Lived(tx.now, memory, True, fired, opened)
        for case in pump.owed(tx, FULL):
            fired += _fire(tx, case)
        if not moved and len(fired) + len(opened) == before:
            raise Failed("A timer of {now} is due, and firing it does nothing.", now=tx.now)
    return _Lived(tx.now, memory, False, fired, opened)


def _next(tx: Tx, memory: Memory) -> str | None:
    """The next instant at which something happens; now, where something is owed already."""
    if not memory.through or memory.schedule is None:
        return tx.now
    row = tx.one(clock_sql.NEXT_AT)
    instants = [at for at in (row and row[0], memory.next_instant()) if at]
    return max(tx.now, min(instants)) if instants else None


def _move(tx: Tx, at: str) -> bool:
    if at <= tx.now:
        return False
    tx.live_at(moment(at))
    return True


def _lapse(tx: Tx, schedule: Schedule, memory: Memory) -> None:
    day = expand.today(tx)
    if memory.lapsed_on != day:
        for ref in periods.lapsed(tx, schedule, day):
            periods.lapse(tx, ref)
        memory.lapsed_on = day


def _turn(tx: Tx, schedule: Schedule) -> None:
    """Judge the paces, and end the vacancies that are over."""
    for period in expand.slow(tx, schedule):
        expand.warn_one(schedule, tx, period)
    for found in expanding.ended(tx, schedule):
        expand.end_one(schedule, tx, found)


def _fire(tx: Tx, case_id: str) -> list[Fired]:
    """Fire one case; where somebody else holds it, wait: simulated time does not run on without it."""
    fired = pump.fire(tx, case_id)
    if not fired and tx.locks_rows:
        tx.one(cases_sql.WAIT_LOCK, id=case_id)
        fired = pump.fire(tx, case_id)
    return fired


def _carefully(store: Store, end: str, memory: Memory) -> _Lived:
    """Live through one instant piece by piece, as in life: what fails is put on record and off, the rest happens."""

    def step(tx: Tx) -> str:
        _hold(tx)
        at = _next(tx, memory)
        _move(tx, end if at is None or at > end else at)
        return tx.now

    with store.read() as tx:
        memory.look(tx)
    now = store.transact(step)
    opened = expand.expand(store, memory)
    beat = pump.pump(store)
    with store.read() as tx:
        idle = pump.owed(tx)
    for timers in idle.values():
        pump.put_off(store, timers, Failed("Firing it did nothing."))
    return _Lived(now, memory, False, beat.fired, opened.done, beat.failed + len(idle) + len(opened.failed))
