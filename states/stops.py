"""Stops of a clock: pauses, excluded days, resets; how often they overlap, they count once."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from states.errors import N_, NotNow, Usage
from states.instants import END_OF_DAY, MIDNIGHT, NO_TIME, at_end, at_start, parse_instant

_FOREVER = 1 << 40

_HINT = N_(
    "Write pause:T1/T2 (T2 runs again; pause:T1/ still stands), exclude:D1/D2 (both days included), or reset:T, "
    "with instants such as 2026-03-02T09:00:00+08:00 and dates such as 2026-03-02."
)
# Patterns are compiled when first needed: few limits are stopped.
_STOP = r"\s*(pause|exclude|reset)\s*:\s*([^/]*?)\s*(?:(/)\s*([^/]*?)\s*)?"


class Stop(NamedTuple):
    """``kind``: pause (``since`` in, ``until`` out, None: still standing) | exclude (two dates, both in) | reset."""

    kind: str
    since: datetime | date
    until: datetime | date | None = None


def parse_stop(text: object) -> Stop:
    """The stop written in ``text``; raises Usage. A bare date in a pause or reset is 00:00 local of that day."""
    found = re.fullmatch(_STOP, text) if isinstance(text, str) else None
    if found is None or not found[2]:
        raise Usage("'{text}' is not a stop of a clock.", text=text, hint=_HINT)
    text = found[0]
    kind, first, slash, second = found.groups()
    since = parse_instant(first)
    until = parse_instant(second) if second else None
    if kind == "reset":
        if slash:
            raise Usage("'{text}': a reset is one instant, not two.", text=text, hint=_HINT)
        return Stop(kind, since)
    if kind == "pause":
        if not slash:
            raise Usage("'{text}' does not say when the clock runs again.", text=text, hint=_HINT)
        if until is not None and type(since) is type(until) and until < since:
            raise _backwards(text)
        return Stop(kind, since, until)
    if isinstance(since, datetime) or isinstance(until, datetime) or (slash and until is None):
        raise Usage("'{text}': excluded days are written as dates.", text=text, hint=_HINT)
    if until is not None and until < since:
        raise _backwards(text)
    return Stop(kind, since, until if until is not None else since)


def _backwards(text: str) -> Usage:
    return Usage("'{text}' ends before it begins.", text=text, hint=N_("Write the earlier time first."))


class Standing(NotNow):
    """The clock stands still and its limit does not end before that: there is no due time until it runs again."""


class Stops:
    """Stops as one rule counts them, in its zone: ``pauses`` as disjoint UTC spans, stopped days as ordinals."""

    __slots__ = ("_days", "_excluded", "_lows", "_zone", "pauses", "reset")

    def __init__(self, stops: Iterable[str | Stop], zone: tzinfo) -> None:
        self._zone = zone
        self.reset: datetime | date | None = None
        spans: list[tuple[datetime, datetime | None]] = []
        self._excluded: list[tuple[int, int]] = []
        latest: datetime | None = None
        for stop in stops:
            read = parse_stop(stop) if isinstance(stop, str) else stop
            since = _instant(read.since, zone)
            if read.kind == "reset":
                if latest is None or since >= latest:
                    latest, self.reset = since, read.since
            elif read.kind == "exclude":
                last = read.until if read.until is not None else read.since
                self._excluded.append((read.since.toordinal(), last.toordinal()))
            else:
                until = None if read.until is None else _instant(read.until, zone)
                if until is not None and until < since:
                    raise Usage(
                        "The pause from {since} ends before it begins.",
                        since=since.isoformat(),
                        hint=N_("Write the earlier time first."),
                    )
                spans.append((since, until))
        self.pauses = _merged(spans)
        days = self._excluded + [self._days_of(since, until) for since, until in self.pauses]
        self._days = _merged_days(days)
        self._lows = [low for low, _ in self._days]

    def __bool__(self) -> bool:
        """Whether anything stops the count (a reset alone does not)."""
        return bool(self.pauses or self._days)

    @property
    def excludes(self) -> bool:
        """Whether there are excluded days."""
        return bool(self._excluded)

    def stopped(self, day: int) -> bool:
        """Whether that day (ordinal) does not count: excluded, or standing still at its end, 23:59:59 local."""
        at = bisect_right(self._lows, day) - 1
        return at >= 0 and day <= self._days[at][1]

    def excluded(self, day: int) -> bool:
        """Whether that day (ordinal) is excluded by name."""
        return any(low <= day <= high for low, high in self._excluded)

    def excluded_days(self) -> Sequence[tuple[int, int]]:
        """The excluded days as given, pairs of ordinals, both ends in."""
        return self._excluded

    def stopped_between(self, after: int, to: int) -> int:
        """How many of the days ``after < day <= to`` (ordinals) do not count."""
        return sum(max(0, min(high, to) - max(low, after + 1) + 1) for low, high in self._days)

    def check_standing(self, day: int) -> None:
        """Raise Standing if no day from that one on can count any more."""
        if self._days and self._days[-1][1] >= _FOREVER and day >= self._days[-1][0]:
            raise self.standing()

    def standing(self) -> Standing:
        """The refusal to compute a due time while the clock stands still."""
        since = self.pauses[-1][0].astimezone(self._zone)
        return Standing(
            "The clock stands still since {since}; there is no due time until it runs again.",
            since=since.isoformat(),
            hint=N_("Let it run again, or give the pause an end: pause:T1/T2."),
        )

    def _days_of(self, since: datetime, until: datetime | None) -> tuple[int, int]:
        """The days (ordinals) at whose end, 23:59:59 local, this pause stands."""
        first = since.astimezone(self._zone).date()
        low = first.toordinal() + (at_end(first, END_OF_DAY, self._zone) < since)
        if until is None:
            return low, _FOREVER
        last = until.astimezone(self._zone).date()
        return low, last.toordinal() - (at_end(last, END_OF_DAY, self._zone) >= until)


def _instant(at: datetime | date, zone: tzinfo) -> datetime:
    return at.astimezone(UTC) if isinstance(at, datetime) else at_start(at, MIDNIGHT, zone)


def _merged(spans: list[tuple[datetime, datetime | None]]) -> list[tuple[datetime, datetime | None]]:
    """Disjoint spans, ascending; empty ones dropped; None as an end means for ever."""
    found: list[tuple[datetime, datetime | None]] = []
    for since, until in sorted(spans, key=lambda span: span[0]):
        if until is not None and until <= since:
            continue
        if found and (found[-1][1] is None or since <= found[-1][1]):
            before, end = found[-1]
            found[-1] = (before, None if end is None or until is None else max(end, until))
        else:
            found.append((since, until))
    return found


def _merged_days(days: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in sorted(days):
        if high < low:
            continue
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


NO_STOPS = Stops((), UTC)


def run_on(start: datetime, amount: timedelta, stops: Stops) -> datetime:
    """The first instant at which ``amount`` of running time has passed since ``start``; raises Standing."""
    at = start
    for since, until in stops.pauses:
        if not amount:
            break
        if until is not None and until <= at:
            continue
        running = max(since - at, NO_TIME)
        if running >= amount:
            break
        if until is None:
            raise stops.standing()
        amount -= running
        at = until
    return at + amount


def run_back(end: datetime, amount: timedelta, stops: Stops) -> datetime:
    """The last instant from which ``amount`` of running time passes until ``end``."""
    at = end
    for since, until in reversed(stops.pauses):
        if not amount:
            break
        if since >= at:
            continue
        running = at - until if until is not None and until < at else NO_TIME
        if running >= amount:
            break
        amount -= running
        at = since
    return at - amount
