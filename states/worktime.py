"""Business time: hours of the weekdays, days off taken away, make-up days with hours of their own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Any

from states.calendar_files import WEEKDAYS
from states.counting import Count
from states.errors import N_, Usage
from states.instants import MIDNIGHT, NO_TIME, at_end, at_start, format_time, parse_time

KEYS = (*WEEKDAYS, "makeup")
_NEXT_MIDNIGHT = "24:00"
_WINDOW = r"\s*([0-9:]+)\s*[-–—]\s*([0-9:]+)\s*"  # compiled when first needed
_HINT = N_(
    "For each of mon to sun and makeup write a list of windows: mon: ['09:00-12:00', '14:00-18:00']; up to 24:00."
)
# Two hundred years of days without the hours being used up: the calendar leaves no business time.
_MOST_DAYS = 366 * 200

Window = tuple[time, time | None]
Span = tuple[datetime, datetime]


def parse_hours(value: object, where: str = "") -> dict[str, list[str]]:
    """Weekday to windows ``HH:MM-HH:MM`` in order, empty days left out; raises Usage. ``makeup`` stays if named."""
    if not isinstance(value, Mapping):
        raise Usage("'hours' must say the hours of each weekday.", where=where, hint=_HINT)
    found: dict[str, list[str]] = {}
    for key in value:
        if key not in KEYS:
            raise Usage("'hours' has no day '{key}'.", key=key, where=where, hint=_HINT)
    for key in KEYS:
        if value.get(key) is None:
            continue
        windows = [value[key]] if isinstance(value[key], str) else value[key]
        if not isinstance(windows, list | tuple):
            raise Usage("The hours of '{day}' must be a list of windows.", day=key, where=where, hint=_HINT)
        read = sorted((_window(window, key, where) for window in windows), key=lambda window: window[0])
        for (_, end), (start, _) in pairwise(read):
            if end is None or start < end:
                raise Usage(
                    "The hours of '{day}' overlap.",
                    day=key,
                    where=where,
                    hint=N_("Let each window begin after the last."),
                )
        if read or key == "makeup":
            found[key] = [f"{format_time(a)}-{_NEXT_MIDNIGHT if b is None else format_time(b)}" for a, b in read]
    if not any(found.values()):
        raise Usage("'hours' leaves no time to count.", where=where, hint=_HINT)
    return found


def _window(text: object, day: str, where: str) -> Window:
    found = re.fullmatch(_WINDOW, text) if isinstance(text, str) else None
    if found is None:
        raise Usage("'{text}' is not a window of hours ({day}).", text=text, day=day, where=where, hint=_HINT)
    try:
        start = parse_time(found[1])
        end = None if found[2] == _NEXT_MIDNIGHT else parse_time(found[2])
    except Usage as problem:
        problem.where = where
        raise
    if end is not None and end <= start:
        raise Usage(
            "The window '{text}' ({day}) ends before it begins.",
            text=text,
            day=day,
            where=where,
            hint=N_("Split a window over midnight: 22:00-24:00 on one day, 00:00-06:00 on the next."),
        )
    return start, end


def compile_hours(hours: Mapping[str, Sequence[str]]) -> tuple[tuple[Window, ...], ...]:
    """Windows by weekday 0..6 and, as the eighth, those of make-up days ("makeup", else "mon")."""
    return _compiled(tuple((key, tuple(windows)) for key, windows in hours.items()))


@lru_cache(maxsize=256)
def _compiled(hours: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[Window, ...], ...]:
    said: dict[str, Any] = dict(hours)
    said.setdefault("makeup", said.get("mon", ()))
    return tuple(tuple(_window(text, key, "") for text in said.get(key, ())) for key in KEYS)


class Worktime:
    """Business time along one count: its calendar, its stops, its zone."""

    __slots__ = ("_count", "_excludes", "_hours", "_zone")

    def __init__(self, hours: Mapping[str, Sequence[str]], count: Count, zone: tzinfo) -> None:
        self._hours = compile_hours(hours)
        self._count = count
        self._zone = zone
        self._excludes = count.stops.excludes

    def spans(self, day: int) -> list[Span]:
        """The business time of that day (ordinal) as UTC spans in order, stops taken out; looks the day up."""
        self._count.saw(day, day)
        kind = self._count.calendar.kind(day)
        if kind == "off" or (self._excludes and self._count.stops.excluded(day)):
            return []
        windows = self._hours[7 if kind == "makeup" else (day + 6) % 7]
        if not windows:
            return []
        local = date.fromordinal(day)
        found: list[Span] = []
        for start, end in windows:
            since = at_start(local, start, self._zone)
            if end is None:
                until = at_start(date.fromordinal(day + 1), MIDNIGHT, self._zone)
            else:
                until = at_end(local, end, self._zone)
            if found:
                since = max(since, found[-1][1])
            found += self._running(since, until)
        return found

    def _running(self, since: datetime, until: datetime) -> Iterator[Span]:
        """The parts of one span in which the clock runs."""
        for pause, again in self._count.stops.pauses:
            if again is not None and again <= since:
                continue
            if pause >= until:
                break
            if pause > since:
                yield since, pause
            if again is None:
                return
            since = again
        if since < until:
            yield since, until

    def on(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant at which ``amount`` of business time has passed since ``start``; raises Standing, Usage."""
        if not amount:
            return start
        at = start
        first = start.astimezone(self._zone).date().toordinal()
        standing = self._count.stops.pauses[-1] if self._count.stops.pauses else None
        for day in range(first, first + _MOST_DAYS):
            for opens, until in self.spans(day):
                since = max(opens, at)
                if until <= since:
                    continue
                if until - since >= amount:
                    return since + amount
                amount -= until - since
                at = until
            if standing and standing[1] is None and at_start(date.fromordinal(day), MIDNIGHT, self._zone) > standing[0]:
                raise self._count.stops.standing()
        raise self._no_time()

    def back(self, end: datetime, amount: timedelta) -> datetime:
        """The last instant from which ``amount`` of business time passes until ``end``; raises Usage."""
        if not amount:
            return end
        at = end
        last = end.astimezone(self._zone).date().toordinal()
        for day in range(last, max(0, last - _MOST_DAYS), -1):
            for since, closes in reversed(self.spans(day)):
                until = min(closes, at)
                if until <= since:
                    continue
                if until - since >= amount:
                    return until - amount
                amount -= until - since
                at = since
        raise self._no_time()

    def passed(self, start: datetime, end: datetime, day: int) -> timedelta:
        """How much business time of that day (ordinal) lies between two instants."""
        parts = (min(until, end) - max(since, start) for since, until in self.spans(day))
        return sum((part for part in parts if part > NO_TIME), NO_TIME)

    def _no_time(self) -> Usage:
        return Usage(
            "The hours and the calendar '{calendar}' leave no business time to count.",
            calendar=self._count.calendar.name,
            hint=_HINT,
        )
