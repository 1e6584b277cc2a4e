"""Counting days: from the event's day to the day a limit in days, working days, weeks, months or years ends on.

Days are ordinals throughout. ``Count`` keeps which days of the calendar were looked up (that decides
``provisional``) and, when asked to explain, the trail of steps the count went through.
"""

from datetime import date, datetime

from states.calendars import Calendar
from states.stops import Stops


class Count:
    """One count along one calendar.

    Only where an explanation is wanted: ``trail`` rows ``(step, after, to)`` of days in counting order (else None)
    and ``spans`` rows ``(from, to, whether business time)`` of hours.
    """

    __slots__ = ("calendar", "high", "low", "spans", "stops", "trail")

    def __init__(self, calendar: Calendar, stops: Stops, explain: bool = False) -> None:
        self.calendar = calendar
        self.stops = stops
        self.low = 0
        self.high = 0
        self.trail: list[tuple[str, int, int]] | None = [] if explain else None
        self.spans: list[tuple[datetime, datetime, bool]] = []

    @property
    def provisional(self) -> bool:
        """Whether a day that was looked up lies outside what the calendar knows."""
        return self.high > 0 and not self.calendar.covers_span(self.low, self.high)

    def saw(self, one: int, other: int) -> None:
        """Note that the calendar was asked about every day between two days, both in."""
        low, high = (one, other) if one <= other else (other, one)
        if not self.high:
            self.low, self.high = low, high
        else:
            self.low, self.high = min(self.low, low), max(self.high, high)

    def note(self, step: str, after: int, to: int) -> None:
        """Remember a step of the explanation: the days after ``after`` up to ``to`` (or back to it)."""
        if self.trail is not None:
            self.trail.append((step, after, to))

    def working(self, day: int) -> bool:
        """Whether that day is a working day; looks it up."""
        self.saw(day, day)
        return self.calendar.working(day)

    def days(self, day: int, n: int, back: bool = False) -> int:
        """The ``n``-th day after (before) ``day`` that is not stopped; ``day`` itself for n = 0."""
        if not self.stops:
            return day - n if back else day + n
        if back:
            while n:
                day -= 1
                n -= not self.stops.stopped(day)
            return day
        while n:
            day += 1
            self.stops.check_standing(day)
            n -= not self.stops.stopped(day)
        return day

    def working_days(self, day: int, n: int, back: bool = False) -> int:
        """The ``n``-th working day after (before) ``day`` that is not stopped; ``day`` itself for n = 0."""
        if not n:
            return day
        calendar = self.calendar
        if not self.stops:
            found = calendar.before(day, n) if back else calendar.after(day, n)
        else:
            found = day
            while n:
                if not back:
                    self.stops.check_standing(found + 1)
                found = calendar.before(found, 1) if back else calendar.after(found, 1)
                n -= not self.stops.stopped(found)
        self.saw(day - 1 if back else day + 1, found)
        return found

    def roll(self, day: int, back: bool = False) -> int:
        """``day`` if it is a working day, else the next (previous) working day that is not stopped."""
        if self.working(day):
            return day
        return self.working_days(day, 1, back)


def add_months(day: int, months: int, at_month_end: bool = False) -> tuple[int, bool]:
    """The same day number ``months`` later (negative: earlier) and whether it exists; else the end of that month."""
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = _last_day(year, month + 1)
    if at_month_end:
        return date(year, month + 1, last).toordinal(), True
    return date(year, month + 1, min(start.day, last)).toordinal(), start.day <= last


def period_end(day: int, period: str) -> int:
    """The last day of the ``year``, ``half-year``, ``quarter`` or ``month`` that ``day`` lies in."""
    start = date.fromordinal(day)
    size = {"year": 12, "half-year": 6, "quarter": 3, "month": 1}[period]
    month = (start.month - 1) // size * size + size
    return date(start.year, month, _last_day(start.year, month)).toordinal()


def _last_day(year: int, month: int) -> int:
    """How many days that month has."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
