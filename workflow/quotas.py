"""How a counted duty stands against its pace: pure reckoning from the duty, its window and what is done."""

from datetime import date, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from states.instants import at_start
from workflow.instants import moment
from workflow.periods import Period
from workflow.schedule import Duty, Schedule
from workflow.store import Tx
from workflow.windows import Pace, bare, first_day, paces, window_at

AT_RISK = 75  # percent of the time between opening and due


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
    zone = schedule.zone(period.unit)
    over = [part for part in _parts(duty, period, zone) if schedule.told_at(part.last, zone) <= now]
    return over[-1] if over else None


def at_risk(schedule: Schedule, period: Period, tx: Tx) -> bool:
    """Whether an open window may well be missed: behind its pace, or most of its time is gone and it is not done."""
    if period.status != "open" or (period.required is not None and period.done >= period.required):
        return False
    duty = schedule.duties.get(period.duty, {})
    if period.required is not None and "pace" in duty and behind(schedule, period, tx.now):
        return True
    zone = ZoneInfo(schedule.zone(period.unit))
    opens = moment(period.opens_at)
    ends = at_start(date.fromisoformat(period.due_on) + timedelta(days=1), time(), zone)
    if period.required is not None and "pace" in duty:  # on its pace: only what is left for the last part counts
        parts = _parts(duty, period, schedule.zone(period.unit))
        opens = at_start(parts[-1].last + timedelta(days=1), time(), zone) if parts else opens
    return tx.time >= opens + (ends - opens) * AT_RISK / 100


def _parts(duty: Duty, period: Period, zone: str) -> list[Pace]:
    since = moment(period.opens_at).astimezone(ZoneInfo(zone)).date()
    window = window_at(duty["every"], first_day(bare(period.window)))
    return paces(window, duty["pace"], since)
