"""Office hours: when people of the sample office are at their desks."""

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from states.calendars import Calendar

OPENS, CLOSES = time(8, 30), time(17, 40)
SHORT = timedelta(hours=12)  # a limit up to this is served around the clock, by whoever is on duty


class Days:
    """Working time on a calendar, in a zone; aware datetimes in and out."""

    def __init__(self, calendar: Calendar, zone: ZoneInfo, chance: Random) -> None:
        self.calendar = calendar
        self.zone = zone
        self.chance = chance

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A time of day, local."""
        return datetime.combine(day, time(hour, minute), self.zone)

    def desk(self, at: datetime) -> datetime:
        """That instant if somebody is at the desk then, else some time in the first hours of the next working day."""
        local = at.astimezone(self.zone)
        day = local.date()
        if self.calendar.is_working(day) and OPENS <= local.time() < CLOSES:
            return local
        if local.time() >= CLOSES or not self.calendar.is_working(day):
            day += timedelta(days=1)
        while not self.calendar.is_working(day):
            day += timedelta(days=1)
        return datetime.combine(day, OPENS, self.zone) + timedelta(minutes=self.chance.randint(5, 150))

    def before(self, due: datetime) -> datetime:
        """The last quarter of an hour at a desk at or before an instant."""
        local = due.astimezone(self.zone)
        day = local.date()
        if local.time() < OPENS:
            day -= timedelta(days=1)
        while not self.calendar.is_working(day):
            day -= timedelta(days=1)
        closing = datetime.combine(day, CLOSES, self.zone) - timedelta(minutes=self.chance.randint(1, 15))
        return min(local, closing)

    def some_time(self, first: date, last: date) -> datetime:
        """Some time at a desk on one of the working days between two days, both in."""
        span = [day for day in self.between(first, last) if self.calendar.is_working(day)] or [first]
        return self.at(self.chance.choice(span), 9) + timedelta(minutes=self.chance.randint(0, 500))

    def any_time(self, first: date, last: date) -> datetime:
        """Any instant between two days, both in: incidents keep no office hours."""
        return self.at(first, 0) + timedelta(minutes=self.chance.randrange((last - first).days * 1440 + 1440))

    def between(self, first: date, last: date) -> list[date]:
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def longest_break(self, first: date, last: date) -> tuple[date, date]:
        """The first and last day of the longest run of days off between two days."""
        best = run = (first, first)
        length = 0
        for day in self.between(first, last):
            if self.calendar.is_working(day):
                length = 0
                continue
            run = (run[0], day) if length else (day, day)
            length += 1
            if run[1] - run[0] > best[1] - best[0] or best == (first, first):
                best = run
        return best


def is_short(start: datetime, due: datetime) -> bool:
    return due - start <= SHORT
