"""Several processes that walk the trail for one `verify`, each its ranges of streams, all in the same snapshot.

They are started before the reading begins and open their own connections to read only; where a process can be
copied, they are copies of this one, which saves them the imports. On PostgreSQL they take the
snapshot of the transaction that asks; on SQLite they begin with it, and where somebody wrote in that moment all begin
again. What a process cannot do (it was killed, the snapshot is gone) the asking process does itself: fewer processes
make it slower, never another answer.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from workflow.sql import audit as sql
from workflow.store import Store, Tx
from workflow.store.tx import Workspace
from workflow.verify import Crew
from workflow.verify_event import Memory
from workflow.verify_walk import EVENTS, Part, ranges, walk

PAYS = 100_000  # events, from which on starting processes takes less time than it saves
MOST = 8
START = "fork" if sys.platform == "linux" else "spawn"
_TRIES = 5


@contextmanager
def reading(
    store: Store, *, processes: int | None = None, pays: int = PAYS, events: int = EVENTS
) -> Iterator[tuple[Tx, Crew | None]]:
    """A transaction to verify in, and who helps; nobody where the trail is short or there is one processor.

    ``processes``: how many at most, else as many as there are processors. ``events`` of a range.
    """
    count = min(processes or _processors(), MOST)
    if count > 1 and _long(store, pays):
        with _started(store, count, events) as crew:
            for _ in range(_TRIES):
                with store.read() as tx:
                    if crew.begin(tx):
                        yield tx, crew
                        return
                    crew.end()
    with store.read() as tx:
        yield tx, None


def _processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _long(store: Store, pays: int) -> bool:
    with store.read() as tx:
        return tx.one(sql.AS_MANY_EVENTS, most=pays) == (pays,)


@contextmanager
def _started(store: Store, count: int, events: int) -> Iterator["Processes"]:
    context = get_context(START)
    make: Callable[..., BaseProcess] = context.Process  # type: ignore[attr-defined]  # every context has it
    pipes: list[Connection] = []
    started: list[BaseProcess] = []
    store.driver.close()  # what a copy of this process has of a connection is of no use to it, nor good for anybody
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            pipes.append(ours)
            copied = pipes if START == "fork" else []
            process = make(target=_serve, args=(theirs, copied, store.url, store.workspace), daemon=True)
            process.start()
            theirs.close()
            started.append(process)
        yield Processes(pipes, events)
    finally:
        for pipe in pipes:
            pipe.close()  # which ends them
        for process in started:
            process.join(5)
            if process.is_alive():
                process.terminate()


class Processes:
    """Those that were started, by the pipe to each."""

    def __init__(self, pipes: list[Connection], events: int) -> None:
        self.pipes = pipes
        self.events = events

    def begin(self, tx: Tx) -> bool:
        """Whether all of them see what this transaction sees."""
        self._tell(tx.snapshot())
        answers = [self._answer(pipe) for pipe in self.pipes]
        return bool(answers) and None not in answers

    def end(self) -> None:
        """Let go of the snapshot."""
        self._tell(None)

    def __call__(self, tx: Tx, size: int) -> Iterator[Part]:
        """All parts in order. Each process has a range while others wait; the last of them is a short one."""
        todo = list(ranges(tx, self.events))
        given = iter(sorted(range(len(todo)), key=lambda n: not todo[n].long))  # a long one last would be waited for
        parts: dict[int, Part | None] = {}
        busy: dict[Any, int] = {}
        idle: list[Any] = list(self.pipes)
        memory = Memory()
        for next_ in range(len(todo)):
            while next_ not in parts:
                while idle and (n := next(given, None)) is not None:
                    pipe = idle.pop()
                    busy[pipe] = n
                    self._send(pipe, (size, todo[n]))
                if not busy:  # nobody is left
                    parts[next_] = None
                    break
                for pipe in wait(list(busy)):
                    part = parts[busy.pop(pipe)] = self._answer(pipe)
                    if part is not None:
                        idle.append(pipe)
            yield parts.pop(next_) or walk(tx, size, todo[next_], memory)

    def _tell(self, what: Any) -> None:
        for pipe in self.pipes:
            self._send(pipe, what)

    def _send(self, pipe: Connection, what: Any) -> None:
        try:
            pipe.send(what)
        except OSError:
            return  # its answer will be the end of the pipe

    def _answer(self, pipe: Any) -> Any:
        """What it says; None, and no more is asked of it, where it is gone."""
        try:
            return pipe.recv()
        except (EOFError, OSError):
            self.pipes = [one for one in self.pipes if one is not pipe]
            return None


def _serve(pipe: Connection, others: list[Connection], url: str, workspace: Workspace) -> None:
    """One process: a snapshot, then ranges in it until None; then the next, until the pipe ends. ``others``: ends of
    pipes that are not its own, and would keep them from ending.
    """
    import signal

    from states.errors import Problem
    from workflow.store import driver_for

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked decides
    for other in others:
        other.close()
    driver, memory = driver_for(url), Memory()
    try:
        while True:
            snapshot = pipe.recv()
            if snapshot is None:
                continue
            try:
                with driver.reading(workspace, "", snapshot) as tx:
                    pipe.send(True)
                    tx.sweeps()
                    while (asked := pipe.recv()) is not None:
                        size, streams = asked
                        pipe.send(walk(tx, size, streams, memory))
            except Problem:
                pipe.send(None)
    except (EOFError, OSError):
        pass
    finally:
        driver.close()
