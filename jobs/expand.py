"""Open what the duties ask for: each window of each duty becomes a period with its case, once, when its time comes."""

from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from jobs.batches import Outcome, Stopping, in_batches, never, sentence
from workflow import expanding, periods, pulses
from workflow.expanding import Opened
from workflow.instants import stamp
from workflow.periods import Period
from workflow.schedule import Opening, Schedule, version
from workflow.sql import duty as sql
from workflow.store import Store, Tx

AGAIN = timedelta(hours=6)  # an opening that failed is tried again after this


@dataclass(slots=True)
class Memory:
    """What one worker remembers between runs, so that a run with nothing to do asks three small questions.

    ``through``: everything that opens by this stamp was seen to; the day of the last look for lapsed periods.
    """

    schedule: Schedule | None = None
    through: str = ""
    lapsed_on: str = ""
    unsettled: str = ""  # what went wrong with a lapsed period, if anything did
    unturned: list[tuple[str, str]] = field(default_factory=list)  # cases that could not be warned of or ended, and why
    failed: dict[Opening, tuple[str, str]] = field(default_factory=dict)  # -> (not before this stamp, what it said)

    def look(self, tx: Tx) -> Schedule:
        """The schedule as it stands; after a change everything is looked through anew."""
        if self.schedule is None or self.schedule.version != version(tx):
            self.schedule = Schedule(tx)
            self.through = ""
            self.failed.clear()
        return self.schedule

    def take(self, other: "Memory") -> None:
        """Remember what the other remembers."""
        for one in fields(self):
            setattr(self, one.name, getattr(other, one.name))

    def owed(self, tx: Tx) -> list[Opening]:
        """What should be open by now and is not, by the schedule last looked at."""
        openings = self.schedule.between(self.through, tx.now) if self.schedule else []
        if self.schedule and not self.through:
            openings = self.schedule.missing(tx, openings)
        if not self.failed:
            return openings
        again = [opening for opening, (not_before, _) in self.failed.items() if not_before <= tx.now]
        return sorted({*openings, *again} - (self.failed.keys() - set(again)))

    def next_instant(self) -> str | None:
        """When there is something to do again, as far as is known."""
        return self.schedule.next_instant(self.through) if self.schedule else None

    def turned(self, tx: Tx) -> bool:
        """Whether paces are to be judged, or vacancies to be ended, since the last look."""
        return self.schedule is not None and self.schedule.turned(self.through, tx.now)

    def saw(self, now: str, owed: list[Opening]) -> None:
        """Everything that should be open by now was tried."""
        self.through = max(self.through, now)
        for opening in owed:
            self.failed.pop(opening, None)

    def trouble(self) -> str:
        """What could not be opened, in one line; empty where all is well."""
        for opening, (_, said) in self.failed.items():
            return f"{len(self.failed)}: {opening.duty} {opening.unit} {opening.window}: {said}"
        return self.unsettled


def run_once(store: Store, memory: Memory | None = None, *, stopping: Stopping = never) -> list[Opened]:
    """Open every period whose time has come, and miss those whose case dropped its limit; tells the pulse."""
    store.refresh()
    memory = memory or Memory()
    outcome = expand(store, memory, stopping=stopping)
    trouble = memory.trouble()
    pulses.beat(store, "expand", ok=not trouble, say=trouble)
    return outcome.done


def expand(store: Store, memory: Memory, *, stopping: Stopping = never) -> Outcome[Opening, Opened]:
    """One run; what fails is remembered and tried again in some hours."""
    with store.read() as tx:
        schedule = memory.look(tx)
        owed, now, again = memory.owed(tx), tx.now, stamp(tx.time + AGAIN)
        day = today(tx)
        lapsed = periods.lapsed(tx, schedule, day) if memory.lapsed_on != day else []
        turned = memory.turned(tx)
    outcome = in_batches(store, owed, partial(open_one, schedule), stopping=stopping)
    settled = in_batches(store, lapsed, lapse_one, stopping=stopping)
    if turned and not stopping():
        with store.read() as tx:
            late, ended = slow(tx, schedule), expanding.ended(tx, schedule)
        told = in_batches(store, late, partial(warn_one, schedule), stopping=stopping)
        over = in_batches(store, ended, partial(end_one, schedule), stopping=stopping)
        memory.unturned = [(found.ref or "", sentence(problem)) for found, problem in told.failed]
        memory.unturned += [(found[1], sentence(problem)) for found, problem in over.failed]
    if not stopping():
        memory.saw(now, owed)
        memory.failed |= {opening: (again, sentence(problem)) for opening, problem in outcome.failed}
        if memory.lapsed_on != day:
            memory.unsettled = "; ".join(f"{ref}: {sentence(problem)}" for ref, problem in settled.failed)
        if turned and memory.unturned:
            memory.unsettled = "; ".join(f"{ref}: {said}" for ref, said in memory.unturned)
        memory.lapsed_on = day
    return outcome


def open_one(schedule: Schedule, tx: Tx, opening: Opening) -> list[Opened]:
    """One period, unless it is there already."""
    opened = expanding.open_period(tx, schedule, opening)
    return [opened] if opened else []


def slow(tx: Tx, schedule: Schedule) -> list[Period]:
    """The open windows that are behind a pace their owner was not told of."""
    from workflow.quotas import behind

    found = []
    for row in tx.all(sql.COUNTED):
        period = Period(*row)
        late = behind(schedule, period, tx.now)
        if late and late.name != period.warned:
            found.append(period)
    return found


def warn_one(schedule: Schedule, tx: Tx, period: Period) -> list[str]:
    """One window whose owner is told."""
    return expanding.warn(tx, schedule, period)


def end_one(schedule: Schedule, tx: Tx, found: tuple[str, str]) -> list[str]:
    """One vacancy that is over."""
    return expanding.end_vacancy(tx, schedule, *found)


def lapse_one(tx: Tx, ref: str) -> list[str]:
    """One period whose case dropped its limit is missed."""
    periods.lapse(tx, ref)
    return [ref]


def today(tx: Tx) -> str:
    """The day it is in the workspace's zone."""
    return tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date().isoformat()
