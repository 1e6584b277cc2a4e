"""The windows a recurring duty is counted in: ``2026``, ``2026-H1``, ``2026-Q1``, ``2026-03``; pure arithmetic.

A window of one post is named with it: ``direct@2026``; of the second of several holders of it, ``leader#2@2026``. One
that begins with what happens to a post has the day in place of the window: ``direct@2026-03-02``.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, date, timedelta
from itertools import islice
from typing import NamedTuple

from states.vocabulary import MONTHS

_POST = re.compile(r"(?P<post>[a-z][a-z0-9_-]*)(#(?P<number>[0-9]+))?@.+")


_SHAPES = {"year": r"\d{4}", "half-year": r"\d{4}-H\d", "quarter": r"\d{4}-Q\d", "month": r"\d{4}-\d\d"}


def every_of(window: str) -> str | None:
    """How long a window of this name is; None for one that is no part of the calendar."""
    return next((every for every, shape in _SHAPES.items() if re.fullmatch(shape, bare(window))), None)


class Window(NamedTuple):
    """One window: its name, its first and its last day."""

    name: str
    first: date
    last: date

    def holds(self, day: str) -> bool:
        """Whether a day, as ``YYYY-MM-DD``, lies in it."""
        return self.first.isoformat() <= day <= self.last.isoformat()


class Pace(NamedTuple):
    """A part of a window: its name, its last day, and how many of how many parts are over then."""

    name: str
    last: date
    part: int
    parts: int

    def asks(self, required: int) -> int:
        """How often it should be done by then."""
        return required * self.part // self.parts


def windows(every: str, year: int) -> Iterator[Window]:
    """Every window of this length from a year on, in order of time."""
    months = MONTHS[every]
    for at in range(year, MAXYEAR):
        for number in range(12 // months):
            end = (number + 1) * months
            name = {12: f"{at}", 6: f"{at}-H{number + 1}", 3: f"{at}-Q{number + 1}", 1: f"{at}-{end:02d}"}[months]
            yield Window(name, date(at, end - months + 1, 1), date(at, end, monthrange(at, end)[1]))


def window_at(every: str, day: date) -> Window:
    """The window a day lies in."""
    return next(window for window in windows(every, day.year) if window.first <= day <= window.last)


def named(window: str) -> Window | None:
    """The window of a name, with or without a post; None for one that is no part of the calendar."""
    every = every_of(window)
    return window_at(every, first_day(bare(window))) if every else None


def before(window: str) -> str | None:
    """The name of the window before one of the calendar; None for a day."""
    every, found = every_of(window), named(window)
    return window_at(every, found.first - timedelta(days=1)).name if every and found else None


def paces(window: Window, pace: str, since: date) -> list[Pace]:
    """The parts a window is walked through in, without its last: where it was owed from a day on, those since then."""
    parts = list(islice(windows(pace, window.first.year), 12 // MONTHS[pace]))
    mine = [part for part in parts if window.first <= part.first <= window.last and part.last >= since]
    return [Pace(part.name, part.last, number, len(mine)) for number, part in enumerate(mine[:-1], 1)]


def due_day(window: Window, on: Sequence[str] | None) -> date | None:
    """The day named by ``on`` (MM-DD) that lies in the window, else its last day; None: not due in this window.

    Of several such days the last one counts; a day the month does not have is its last day.
    """
    if not on:
        return window.last
    days = [_day(window.first.year, text) for text in on]
    return max((day for day in days if window.first <= day <= window.last), default=None)


def post_of(window: str) -> str | None:
    """The post in whose name a window is kept, if it is a post's."""
    found = _POST.fullmatch(window)
    return found["post"] if found else None


def seat_of(window: str) -> tuple[str, int]:
    """The post, and which of its seats."""
    found = _POST.fullmatch(window)
    return (found["post"], int(found["number"] or 1)) if found else ("", 1)


def bare(window: str) -> str:
    """The window without its post."""
    return window.rpartition("@")[2]


def _day(year: int, text: str) -> date:
    month, day = int(text[:2]), int(text[3:])
    return date(year, month, min(day, monthrange(year, month)[1]))


def first_day(window: str) -> date:
    """The first day of a window of the calendar, by its name without a post."""
    year, _, part = window.partition("-")
    month = {"": 1, "H1": 1, "H2": 7, "Q1": 1, "Q2": 4, "Q3": 7, "Q4": 10}.get(part)
    return date(int(year), month or int(part), 1)
