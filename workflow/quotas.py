"""How a counted duty stands against its pace: pure reckoning from the duty, its window and what is done."""

from typing import NamedTuple

from workflow import paces
from workflow.paces import Count
from workflow.periods import Period
from workflow.schedule import Schedule
from workflow.store import Tx
from workflow.windows import Pace


class Behind(NamedTuple):
    """The last part of a window that is over, by whose end more was asked than is done."""

    name: str
    asked: int


def behind(schedule: Schedule, period: Period, now: str) -> Behind | None:
    """Where an open window is behind its pace at an instant; None where it is not, or has none."""
    over = last_part(schedule, period, now)
    if over is None or (asked := over.asks(period.required or 0)) <= period.done:
        return None
    return Behind(over.name, asked)


def last_part(schedule: Schedule, period: Period, now: str) -> Pace | None:
    """The last part of a window that is over and judged at an instant; None for none, or where there is no pace."""
    duty = schedule.duties.get(period.duty)
    if duty is None or "pace" not in duty or not period.required:
        return None
    zone = schedule.zone(period.unit, period.duty)
    mine = paces.parts(_count(period), duty["every"], duty["pace"], zone)
    over = [part for part in mine if schedule.told_at(part.last, zone) <= now]
    return over[-1] if over else None


def at_risk(schedule: Schedule, period: Period, tx: Tx) -> bool:
    """Whether an open window may well be missed: behind its pace, or most of its time is gone and it is not done.

    On its pace only the last part is looked at: what it still asks for is for then.
    """
    if period.status != "open" or (period.required is not None and period.done >= period.required):
        return False
    zone = schedule.zone(period.unit, period.duty)
    count = _count(period)
    duty = schedule.duties.get(period.duty, {})
    if period.required is not None and "pace" in duty:
        if behind(schedule, period, tx.now):
            return True
        if mine := paces.parts(count, duty["every"], duty["pace"], zone):
            count = count._replace(opens_at=schedule.told_at(mine[-1].last, zone))
    return paces.near_end(count, tx.now, zone)


def _count(period: Period) -> Count:
    """A dated duty is one that is done once."""
    required = 1 if period.required is None else period.required
    return Count(period.window, period.opens_at, period.due_on, required, period.done, period.warned)
