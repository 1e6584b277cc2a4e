"""Due dates a second on one core, beside a loop that walks the calendar day by day, as one would write it first.

``python -m bench.limits`` alone, or as the first part of `make bench`. Both answer for the same events; where they
differ in one of them, nothing is printed.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from states.calendars import Calendars, shipped
from states.limits import due
from states.rules import parse_rule

ZONE = "Asia/Shanghai"
EVENTS = 4000
TARGET = 20_000  # working-day limits a second
RULES: tuple[Any, ...] = (
    "5 working days",
    "20 working days",
    "60 working days",
    {"limit": "20 working days", "start": "first-working-day"},
    {"limit": "30 days", "roll": "next"},
)

Answer = Callable[[datetime], datetime]


def naive(rule: dict[str, Any]) -> Answer:
    """The plain way: two sets of dates, one day after the other."""
    body, zone = shipped()["CN"], ZoneInfo(ZONE)
    off = {date.fromisoformat(day) for day in body["off"]}
    work = {date.fromisoformat(day) for day in body["work"]}
    count, _, unit = rule["limit"].partition(" ")

    def working(day: date) -> bool:
        return day in work or (day not in off and day.weekday() < 5)

    def answer(event: datetime) -> datetime:
        day, left = event.astimezone(zone).date(), int(count)
        if rule.get("start") == "first-working-day" and not working(day):
            while not working(day):
                day += timedelta(days=1)
            left -= 1
        while left:
            day += timedelta(days=1)
            left -= 1 if unit == "days" or working(day) else 0
        while rule.get("roll") == "next" and not working(day):
            day += timedelta(days=1)
        return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone).astimezone(UTC)

    return answer


def ours(rule: dict[str, Any]) -> Answer:
    """The function behind every clock."""
    calendars = Calendars(shipped())
    return lambda event: due(rule, event, calendars, calendar="CN", zone=ZONE).at


def events(count: int = EVENTS) -> list[datetime]:
    """Instants over two years, at every hour of the day."""
    first = datetime(2024, 1, 1, tzinfo=UTC)
    return [first + timedelta(minutes=n * 2 * 365 * 1440 // count + n % 1440) for n in range(count)]


def main(rounds: int = 5) -> None:
    """Print the median rate of each rule, and how many times the naive loop's it is."""
    asked = events()
    print(f"{len(asked)} events a rule, {rounds} rounds, one core; working-day limits are to reach {TARGET}/s")
    for written in RULES:
        rule = parse_rule(written)
        mine, plain = ours(rule), naive(rule)
        if [mine(event) for event in asked] != [plain(event) for event in asked]:
            raise SystemExit(f"{rule}: the naive loop answers otherwise: the comparison would mean nothing")
        spent = [(_seconds(mine, asked), _seconds(plain, asked)) for _ in range(rounds)]
        rate = statistics.median(len(asked) / one for one, _ in spent)
        ratio = statistics.median(other / one for one, other in spent)
        short = "" if rate >= TARGET else "  below the target"
        words = ", ".join(f"{key} {value}" if key != "limit" else str(value) for key, value in rule.items())
        print(f"limits    {words:45} {rate:7.0f}/s  {ratio:5.1f} x the naive loop{short}", flush=True)


def _seconds(answer: Answer, asked: list[datetime]) -> float:
    start = time.perf_counter()
    for event in asked:
        answer(event)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
