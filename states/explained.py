"""The explanation of a count: one row for every day it went through, in counting order."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from states.counting import Count
from states.errors import N_
from states.instants import MIDNIGHT, NO_TIME, at_start
from states.reached import Day, Setting
from states.worktime import Worktime

_NOTES = {
    "start": N_("the event's day"),
    "moved": N_("after the cut-off: the event belongs to the next working day"),
    "period": N_("the last day of the period"),
    "skipped": N_("counting begins on the next working day"),
    "added": N_("added for a stopped day"),
    "clear": N_("the day of the act does not count"),
    "least": N_("lengthened: too few working days"),
    "roll": N_("the end is moved to this day"),
}


def explain(count: Count, setting: Setting) -> list[Day]:
    """The rows of one count, from its trail; a day met twice has one row."""
    rows = _Rows(count)
    for step, after, to in count.trail or ():
        if step in ("start", "period"):
            rows.put(to, "start", False, _NOTES[step])
        elif step in ("moved", "skipped"):
            rows.walk(after, to, counting=False)
            rows.put(to, "rolled", False, _NOTES[step])
        elif step == "roll":
            rows.walk(after, to, counting=False)
            rows.put(to, "rolled", False, _NOTES[step], replace=True)
        elif step == "hours":
            _hours(rows, count, setting)
        elif step in ("least", "clear"):
            rows.walk(after, to, counting=False)
            rows.put(to, "", False, _NOTES[step])
        else:
            rows.walk(after, to, counting=True, by_calendar=step == "working", note=_NOTES.get(step, ""))
    return rows.listed()


def _hours(rows: "_Rows", count: Count, setting: Setting) -> None:
    """Rows for the hours counted, with how much of each day was."""
    for start, end, business in count.spans:
        work = Worktime(setting.hours or {}, count, setting.zone) if business else None
        low, high = sorted((start, end))
        first, last = (at.astimezone(setting.zone).date().toordinal() for at in (start, end))
        for day in range(first, last + 1) if first <= last else range(first, last - 1, -1):
            passed = work.passed(low, high, day) if work else _elapsed(low, high, day, count, setting)
            if passed:
                what = rows.kind(day, by_calendar=business)
                rows.put(day, "counted" if what in ("paused", "excluded") else what, True, _amount(passed))
            else:
                rows.put(day, rows.kind(day, by_calendar=business), False, "")


def _elapsed(low: datetime, high: datetime, day: int, count: Count, setting: Setting) -> timedelta:
    """The running time of that day between two instants."""
    start = max(low, at_start(date.fromordinal(day), MIDNIGHT, setting.zone))
    end = min(high, at_start(date.fromordinal(day + 1), MIDNIGHT, setting.zone))
    still = NO_TIME
    for since, until in count.stops.pauses:
        still += max(min(end, until or end) - max(start, since), NO_TIME)
    return max(end - start - still, NO_TIME)


def _amount(passed: timedelta) -> str:
    minutes, seconds = divmod(int(passed.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    words = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(words) or "< 1 s"


class _Rows:
    """Rows by day, in the order the days were first met."""

    def __init__(self, count: Count) -> None:
        self._count = count
        self._rows: dict[int, Day] = {}

    def put(self, day: int, what: str, counted: bool, note: str, replace: bool = False) -> None:
        """Add a row, or add to the row the day has: counted stays counted, notes are joined."""
        old = self._rows.get(day)
        if old is not None:
            what = what if replace and old.what != "start" else old.what
            counted = counted or old.counted
            note = "; ".join(text for text in (old.note, note) if text)
        self._rows[day] = Day(date.fromordinal(day).isoformat(), what or self.kind(day, True), counted, note)

    def walk(self, after: int, to: int, *, counting: bool, by_calendar: bool = True, note: str = "") -> None:
        """Rows for the days after ``after`` up to ``to`` (or back to it); the last is left out if not counting."""
        for day in _days(after, to):
            if day == to and not counting:
                return
            what = self.kind(day, by_calendar)
            counted = counting and what in ("working", "makeup", "counted")
            self.put(day, what, counted, note if counted else "")

    def kind(self, day: int, by_calendar: bool) -> str:
        """excluded or paused; else what the calendar says, or ``counted`` where it is not asked."""
        stops = self._count.stops
        if stops.excluded(day):
            return "excluded"
        if stops.stopped(day):
            return "paused"
        return self._count.calendar.kind(day) if by_calendar else "counted"

    def listed(self) -> list[Day]:
        """The rows."""
        return list(self._rows.values())


def _days(after: int, to: int) -> Iterator[int]:
    return iter(range(after + 1, to + 1) if after <= to else range(after - 1, to - 1, -1))
