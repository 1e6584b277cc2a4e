"""The background scheduler: when to look. What is due stands in the database; the only importer of APScheduler.

A handful of jobs in memory, each with a thread and a connection of its own. The pump is a heartbeat that ends by
naming its own next run, so that a timer fires on time and a lost wake-up costs one heartbeat at most. What the traps
of APScheduler 3.11 are, and why each is avoided so, stands in docs/adr.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from jobs import deliver, expand, lateness, publish, pump, recompute, retain, seal
from jobs.advance import answer
from jobs.batches import Stopping, sentence
from jobs.expand import Memory
from jobs.letters import Voice
from jobs.mail import Channel
from jobs.outlets import Outlet
from states.errors import Outside, Problem
from workflow import pulses
from workflow.instants import moment
from workflow.signer import Keys
from workflow.sql import clock as sql
from workflow.store import Store
from workflow.store.tx import system_now

SOON = timedelta(seconds=0.25)  # a job that asks to run at once is still counted as running, and would be passed over
CHUNK = 1000  # cases the pump fires before it looks up

log = logging.getLogger("duecourse.run")

Work = Callable[[Store, Stopping], str | None]  # answers when it should run again at the latest, as a stamp


def leave_at_once() -> None:
    """The deadline has passed and a job still runs: leave as a crash would, which loses nothing that was committed."""
    log.error("a job did not end in time; leaving without it")
    logging.shutdown()
    os._exit(1)


@dataclass(frozen=True, slots=True)
class Settings:
    """What `run` needs to know; times in seconds. ``deadline``: how long running jobs have to end when told to."""

    url: str
    channel: Channel | None = None
    voice: Voice = field(default_factory=Voice)
    pump_every: float = 5
    expand_every: float = 60
    recompute_every: float = 60
    deliver_every: float = 15
    watch_every: float = 300
    seal_every: float = 5  # how often it looks whether it is time to seal
    keys: Keys | None = None
    publish_every: float = 300  # how often it looks whether a checkpoint is owed to somebody
    outlets: tuple[Outlet, ...] = ()
    retain_every: float = 300  # a beat; what is due is erased once a day
    home: Path | None = None  # where the files of the evidence lie; where that is not known nothing is erased by rule
    deadline: float = 30
    abandon: Callable[[], None] = leave_at_once


def run(settings: Settings, *, stop_event: threading.Event | None = None) -> None:
    """Run every job until SIGTERM, SIGINT or ``stop_event``; then let running ones end, within the deadline."""
    Store(settings.url).close()  # what cannot be opened is said at once, not at every beat
    stop = stop_event or threading.Event()
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BlockingScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    jobs = [_Job(scheduler, settings.url, stop, *row) for row in _plan(settings)]
    stopper = threading.Thread(target=_stop, args=(scheduler, jobs, stop, settings), name="stopper")
    scheduler.add_listener(lambda _: stopper.start(), EVENT_SCHEDULER_STARTED)  # before that there is nothing to stop
    before = _listen(stop)
    log.info("running: %s", ", ".join(job.name for job in jobs))
    try:
        scheduler.start()
    finally:
        stop.set()
        if stopper.ident is not None:
            stopper.join()
        for number, handler in before.items():
            signal.signal(number, handler)
    log.info("stopped")


def _plan(settings: Settings) -> list[tuple[str, float, Work]]:
    """The jobs: name, seconds between runs, what they do."""
    plan: list[tuple[str, float, Work]] = [
        ("expand", settings.expand_every, _expanding()),
        ("recompute", settings.recompute_every, _recompute),
        ("pump", settings.pump_every, _pump),
        ("lateness", settings.watch_every, _watch),
        ("seal", settings.seal_every, _sealing(settings.keys)),
        ("publish", settings.publish_every, _publishing(settings.outlets)),
    ]
    if settings.home is not None:
        plan.append(("retain", settings.retain_every, _retaining(settings.home)))
    if settings.channel is not None:
        plan.append(("deliver", settings.deliver_every, _delivering(settings.channel, settings.voice)))
    return plan


def _pump(store: Store, stopping: Stopping) -> str | None:
    while fired := pump.run_once(store, limit=CHUNK, stopping=stopping):
        log.info("fired %d", len(fired))
        if stopping():
            break
    if store.workspace.sandbox:
        return None
    with store.read() as tx:
        row = tx.one(sql.NEXT_AT)
    return row[0] if row else None


def _recompute(store: Store, stopping: Stopping) -> None:
    """Count again what hangs on a calendar that changed; a look at an index where none did."""
    done = recompute.run(store, stopping=stopping)
    pulses.beat(store, "recompute", ok=not done.failed, say=f"failed cases: {done.failed}" if done.failed else "")
    if done.clocks:
        log.info("counted %d limits again, %d moved", done.clocks, done.moved)


def _expanding() -> Work:
    memory = Memory()

    def work(store: Store, stopping: Stopping) -> str | None:
        for opened in expand.run_once(store, memory, stopping=stopping):
            log.info("opened %s for %s of %s", opened.ref, opened.duty, opened.unit)
        if store.workspace.sandbox or memory.schedule is None:
            return None
        return memory.next_instant()

    return work


def _delivering(channel: Channel, voice: Voice) -> Work:
    def work(store: Store, stopping: Stopping) -> None:
        counts = deliver.run_once(store, channel, voice=voice, stopping=stopping)
        if any(counts.values()):
            log.info("notices: %s", ", ".join(f"{count} {what}" for what, count in counts.items() if count))

    return work


def _watch(store: Store, _stopping: Stopping) -> None:
    for found in lateness.run_once(store):
        log.warning("%s", found.say.format(**found.places))


def _retaining(home: Path) -> Work:
    """Once a day, and once at the start."""
    done_on = ""

    def work(store: Store, stopping: Stopping) -> None:
        nonlocal done_on
        today = store.now()[:10]
        if today == done_on:
            pulses.beat(store, "retain")
            return
        done = retain.run_once(store, home, stopping=stopping)
        if not (done.trouble or stopping()):
            done_on = today
        if done.values:
            log.info("erased %d values of %d cases by rule", done.values, len(done.done))

    return work


def _sealing(keys: Keys | None) -> Work:
    def work(store: Store, stopping: Stopping) -> None:
        """A sandbox is sealed when somebody asks for it."""
        if store.workspace.sandbox:
            return
        if not seal.owed(store, keys):
            seal.beat(store)
            return
        done = seal.run_once(store, keys, stopping=stopping)
        if done.events:
            log.info("sealed %d, %d in all%s", done.events, done.size, "" if done.signed else ", not signed")

    return work


def _publishing(outlets: tuple[Outlet, ...]) -> Work:
    def work(store: Store, stopping: Stopping) -> None:
        done = publish.run_once(store, outlets, stopping=stopping)
        if done.taken:
            log.info("published the checkpoint over %d events: %s", done.size, ", ".join(done.taken))
        for name, problem in done.problems.items():
            log.warning("publish to %s: %s", name, sentence(problem))

    return work


class _Job:
    """One job: its name, its thread, its connection, which lives in that thread, and its place in the scheduler."""

    def __init__(  # noqa: PLR0917  # a row of the plan
        self, scheduler: BlockingScheduler, url: str, stop: threading.Event, name: str, every: float, work: Work
    ) -> None:
        self.name = name
        self.pool = ThreadPoolExecutor(1, name)
        self._scheduler = scheduler
        self._url = url
        self._stop = stop
        self._every = timedelta(seconds=every)
        self._work = work
        self._store: Store | None = None
        scheduler.add_executor(_OneThread(self.pool), name)
        scheduler.add_job(
            self._beat,
            IntervalTrigger(seconds=every, timezone=UTC),
            id=name,
            executor=name,
            next_run_time=_now(),
        )

    def _beat(self) -> None:
        if self._stop.is_set():
            return
        wanted = None
        try:
            if self._store is None:
                self._store = Store(self._url)
            wanted = self._work(self._store, self._stop.is_set)
        except Outside as problem:
            log.warning("%s: %s", self.name, sentence(problem))
            self.close()
        except Problem as problem:
            log.error("%s: %s", self.name, sentence(problem))  # a sentence, not a traceback
        except Exception:
            log.exception("%s failed", self.name)
        if wanted and not self._stop.is_set():
            self._wake_at(moment(wanted))

    def _wake_at(self, wanted: datetime) -> None:
        """Always the last act of a run; when stopping, nobody touches the scheduler any more."""
        now = _now()
        if wanted < now + self._every:
            self._scheduler.modify_job(self.name, next_run_time=max(wanted, now + SOON))

    def close(self) -> None:
        """Only in the job's own thread."""
        if self._store is not None:
            self._store.close()
            self._store = None


class _OneThread(BasePoolExecutor):  # type: ignore[misc]  # APScheduler has no types
    """An executor on a pool we keep hold of."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        super().__init__(pool)


def _stop(scheduler: BlockingScheduler, jobs: list[_Job], stop: threading.Event, settings: Settings) -> None:
    """Wait until told to stop; queue behind each running job, and then shut down without waiting under its locks."""
    stop.wait()
    end = monotonic() + settings.deadline
    closing = [job.pool.submit(job.close) for job in jobs]
    try:
        for done in closing:
            done.result(timeout=max(0.0, end - monotonic()))
    except Late:
        settings.abandon()
    if scheduler.running:
        scheduler.shutdown(wait=False)


def _listen(stop: threading.Event) -> dict[int, Any]:
    """End on SIGTERM and SIGINT, if this is the main thread; a second one ends the program at once."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    before: dict[int, Any] = {}

    def told(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, told)
    return before


def _now() -> datetime:
    return moment(system_now())


def run_once_all(
    store: Store,
    channel: Channel | None,
    voice: Voice | None = None,
    keys: Keys | None = None,
    home: Path | None = None,
    *,
    outlets: tuple[Outlet, ...] = (),
) -> dict[str, Any]:
    """One pass of every job, as cron or a person asks for it: ``{now, fired, opened, counts}``."""
    counted = recompute.run(store)
    opened = expand.run_once(store)
    fired = pump.run_once(store)
    counts = deliver.run_once(store, channel, voice=voice or Voice()) if channel else {}
    if home is not None:
        counts |= retain.run_once(store, home).told()
    if not store.workspace.sandbox:
        counts |= {"sealed": seal.run_once(store, keys).events}
        counts |= {"published": len(publish.run_once(store, outlets).taken)}
    found = lateness.run_once(store)
    return answer(store, store.now(), fired, opened, late=len(found), **counts, **counted.told())
