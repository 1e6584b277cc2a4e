"""A second, slow way to count a limit: walk day by day and minute by minute, and look at every step.

Written from the contract, sharing nothing with `states` (no ordinals, no bisection, no interval arithmetic), so that
two wrong counts would have to be wrong in the same way. Whole minutes only; rules with a limit of their own only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
END = time(23, 59, 59)


@dataclass
class SlowCalendar:
    """Days off, work dates and weekdays off; ``weekend`` as numbers, Monday 0."""

    off: set[date] = field(default_factory=set)
    work: set[date] = field(default_factory=set)
    weekend: set[int] = field(default_factory=lambda: {5, 6})

    def working(self, day: date) -> bool:
        """Whether that day is a working day."""
        if day in self.work:
            return True
        return day not in self.off and day.weekday() not in self.weekend

    def body(self) -> dict[str, object]:
        """The same calendar as a file would say it."""
        return {
            "name": "C",
            "weekend": [NAMES[n] for n in sorted(self.weekend)],
            "off": [day.isoformat() for day in self.off],
            "work": [day.isoformat() for day in self.work],
        }


@cache
def to_utc(day: date, wall: time, zone: ZoneInfo, later: bool) -> datetime:
    """The instant of a wall time, found by trying every quarter-hour offset there is."""
    naive = datetime.combine(day, wall)
    hits = []
    for quarters in range(-14 * 4, 15 * 4 + 1):
        instant = (naive - timedelta(minutes=15 * quarters)).replace(tzinfo=UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == naive:
            hits.append(instant)
    if hits:
        return max(hits) if later else min(hits)
    before = (naive - DAY).replace(tzinfo=zone).utcoffset()
    return (naive - before).replace(tzinfo=UTC)


@dataclass
class Slow:
    """One count: everything it needs is a plain attribute."""

    calendar: SlowCalendar
    zone: ZoneInfo
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    excluded: list[tuple[date, date]] = field(default_factory=list)
    hours: dict[str, list[tuple[time, time]]] = field(default_factory=dict)

    def still(self, instant: datetime) -> bool:
        """Whether the clock stands still at that instant."""
        return any(since <= instant < until for since, until in self.pauses)

    def stopped(self, day: date) -> bool:
        """Whether that day does not count."""
        if any(first <= day <= last for first, last in self.excluded):
            return True
        return bool(self.pauses) and self.still(to_utc(day, END, self.zone, later=True))

    def local(self, instant: datetime) -> datetime:
        """The wall time there."""
        return instant.astimezone(self.zone)

    def next_working(self, day: date, step: int) -> date:
        """The next (previous) working day that is not stopped."""
        day += DAY * step
        while not self.calendar.working(day) or self.stopped(day):
            day += DAY * step
        return day

    def due(self, rule: dict, amounts: list[tuple[int, str]], event: datetime | date) -> datetime:
        """The due time; ``amounts`` are the limit and its extensions, taken apart by the caller."""
        step = -1 if rule.get("before") else 1
        n, unit = amounts[0]
        if unit == "days" and n <= rule.get("working-if-at-most", -1):
            amounts = [(n, "working days"), *amounts[1:]]
        minutes = [(n, unit) for n, unit in amounts if unit.endswith(("minutes", "hours"))]
        day_limit = not unit.endswith(("minutes", "hours"))
        cutoff = time.fromisoformat(rule["cutoff"]) if "cutoff" in rule else None
        start = event if isinstance(event, datetime) else to_utc(event, time(0), self.zone, later=False)
        event_day = self.local(start).date() if isinstance(event, datetime) else event
        late = cutoff and isinstance(event, datetime) and event > to_utc(event_day, cutoff, self.zone, later=True)
        if day_limit and late and self.calendar.working(event_day):
            event_day += DAY
            while not self.calendar.working(event_day):
                event_day += DAY
        by_day = day_limit or any(n and not unit.endswith(("minutes", "hours")) for n, unit in amounts)
        day = self.days(rule, amounts, event_day, step) if by_day else event_day
        if minutes:
            at = to_utc(day, END, self.zone, later=True) if by_day else start
            if rule.get("start") == "exclude-hour" and not by_day:
                at = self.full_hour(at, step)
            for amount, kind in minutes:
                at = self.walk(at, amount * (1 if kind.endswith("minutes") else 60), kind.startswith("business"), step)
        else:
            at = to_utc(day, cutoff or END, self.zone, later=True)
        at = self.lengthen(rule, at, event_day, step, cutoff)
        return self.roll(rule, at, cutoff)

    def days(self, rule: dict, amounts: list[tuple[int, str]], event_day: date, step: int) -> date:
        """The day reached, one day at a time."""
        first, counts_first = event_day, rule.get("start") == "include"
        if rule.get("start") == "first-working-day" and not self.calendar.working(event_day):
            counts_first = True
            while not self.calendar.working(first):
                first += DAY * step
        day, waiting = first, counts_first
        months = sum(n * (12 if unit == "years" else 1) for n, unit in amounts if unit in ("months", "years"))
        if months:
            target = self.months(first, months * step, counts_first, step)
            passed = [first] if counts_first else []
            while day != target:
                day += DAY * step
                passed.append(day)
            for _ in [one for one in passed if self.stopped(one)]:
                day += DAY * step
                while self.stopped(day):
                    day += DAY * step
            waiting = False
        for number, (n, unit) in enumerate(amounts):
            left = n * 7 if unit == "weeks" else n if unit in ("days", "working days") else 0
            if rule.get("clear") and number == 0:
                left += 1
            while left:
                day = first if waiting else day + DAY * step
                waiting = False
                if not self.stopped(day) and (unit != "working days" or self.calendar.working(day)):
                    left -= 1
        return event_day if waiting else day

    def months(self, first: date, months: int, counts_first: bool, step: int) -> date:
        """The same day number, month by month; the end of the month where there is no such day."""
        year, month = first.year, first.month
        for _ in range(abs(months)):
            month += 1 if months > 0 else -1
            if month in (0, 13):
                year, month = (year + 1, 1) if month == 13 else (year - 1, 12)
        number = first.day
        while True:
            try:
                target = date(year, month, number)
                break
            except ValueError:
                number -= 1
        return target - DAY * step if counts_first and number == first.day else target

    def full_hour(self, at: datetime, step: int) -> datetime:
        """The next (previous) full hour on the wall, never ``at`` itself."""
        at = at.replace(second=0, microsecond=0) + MINUTE * step
        while self.local(at).minute:
            at += MINUTE * step
        return at

    def walk(self, at: datetime, minutes: int, business: bool, step: int) -> datetime:
        """The instant when so much has run, looking at one whole minute (else second) after the other."""
        left = minutes * 60
        while left:
            size = 60 if at.second == 0 and left >= 60 else 1
            piece = at if step > 0 else at - timedelta(seconds=size)
            if not self.still(piece) and (not business or self.at_work(piece)):
                left -= size
            at += timedelta(seconds=size * step)
        return at

    def at_work(self, minute: datetime) -> bool:
        """Whether that minute is business time."""
        wall = self.local(minute)
        day = wall.date()
        if any(first <= day <= last for first, last in self.excluded):
            return False
        free = day in self.calendar.off or day.weekday() in self.calendar.weekend
        if day in self.calendar.work and free:
            windows = self.hours.get("makeup", self.hours.get("mon", []))
        elif day in self.calendar.off and day not in self.calendar.work:
            windows = []
        else:
            windows = self.hours.get(NAMES[day.weekday()], [])
        return any(opens <= wall.time() < closes for opens, closes in windows)

    def lengthen(self, rule: dict, at: datetime, event_day: date, step: int, cutoff: time | None) -> datetime:
        """The end of the Nth working day where the period holds fewer."""
        least = rule.get("min-working-days", 0)
        if not least:
            return at
        needed = event_day
        for _ in range(least):
            needed = self.next_working(needed, step)
        whole = to_utc(needed, cutoff or END, self.zone, later=True)
        return whole if (whole - at) * step > timedelta(0) else at

    def roll(self, rule: dict, at: datetime, cutoff: time | None) -> datetime:
        """The end moved off a day that is not a working day."""
        how = rule.get("roll", "none")
        day = self.local(at).date()
        if how == "none" or self.calendar.working(day):
            return at
        to = self.next_working(day, -1 if how == "previous" else 1)
        if how == "next-same-time":
            return to_utc(to, self.local(at).time(), self.zone, later=True)
        if isinstance(how, dict):
            return to_utc(to, time.fromisoformat(how["next-at"]), self.zone, later=True)
        return to_utc(to, cutoff or END, self.zone, later=True)
