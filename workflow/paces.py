"""How a counted duty stands, from its row alone: what everybody who looks may know without drawing up a schedule."""

from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workflow.instants import moment
from workflow.windows import Pace, bare, every_of, first_day, paces, window_at

AT_RISK = 75  # percent of the time between opening and due


class Count(NamedTuple):
    """What of a period says how it stands; ``warned`` is the last part of the window of which something was said."""

    window: str
    opens_at: str
    due_on: str
    required: int
    done: int
    warned: str | None


def parts(count: Count, every: str, pace: str, zone: str) -> list[Pace]:
    """The parts a window is walked through in, since it was owed."""
    since = moment(count.opens_at).astimezone(ZoneInfo(zone)).date()
    return paces(window_at(every, first_day(bare(count.window))), pace, since)


def slow(count: Count, zone: str) -> bool:
    """Whether less is done than the last part that was judged asks for."""
    every, pace = every_of(count.window), every_of(count.warned) if count.warned else None
    if every is None or pace is None:
        return False
    asked = next(
        (part.asks(count.required) for part in parts(count, every, pace, zone) if part.name == count.warned), 0
    )
    return count.done < asked


def near_end(count: Count, now: str, zone: str) -> bool:
    """Whether most of the time of a window is gone, and not enough is done."""
    opens = moment(count.opens_at)
    last = date.fromisoformat(count.due_on) + timedelta(days=1)
    ends = moment(f"{last.isoformat()}T00:00:00.000000Z").replace(tzinfo=ZoneInfo(zone))
    return count.done < count.required and moment(now) >= opens + (ends - opens) * AT_RISK / 100
