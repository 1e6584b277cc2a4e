"""The windows a recurring duty is counted in: ``2026``, ``2026-H1``, ``2026-Q1``, ``2026-03``; pure arithmetic."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, date
from typing import NamedTuple

MONTHS = {"year": 12, "half-year": 6, "quarter": 3, "month": 1}


_SHAPES = {"year": r"\d{4}", "half-year": r"\d{4}-H\d", "quarter": r"\d{4}-Q\d", "month": r"\d{4}-\d\d"}


def every_of(window: str) -> str | None:
    """How long a window of this name is; None for one that is no part of the calendar."""
    return next((every for every, shape in _SHAPES.items() if re.fullmatch(shape, window)), None)


class Window(NamedTuple):
    """One window: its name, its first and its last day."""

    name: str
    first: date
    last: date


def windows(every: str, year: int) -> Iterator[Window]:
    """Every window of this length from a year on, in order of time."""
    months = MONTHS[every]
    for at in range(year, MAXYEAR):
        for number in range(12 // months):
            end = (number + 1) * months
            name = {12: f"{at}", 6: f"{at}-H{number + 1}", 3: f"{at}-Q{number + 1}", 1: f"{at}-{end:02d}"}[months]
            yield Window(name, date(at, end - months + 1, 1), date(at, end, monthrange(at, end)[1]))


def due_day(window: Window, on: Sequence[str] | None) -> date | None:
    """The day named by ``on`` (MM-DD) that lies in the window, else its last day; None: not due in this window.

    Of several such days the last one counts; a day the month does not have is its last day.
    """
    if not on:
        return window.last
    days = [_day(window.first.year, text) for text in on]
    return max((day for day in days if window.first <= day <= window.last), default=None)


def _day(year: int, text: str) -> date:
    month, day = int(text[:2]), int(text[3:])
    return date(year, month, min(day, monthrange(year, month)[1]))
