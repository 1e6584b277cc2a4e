"""Reminders, ladder steps and shares of a limit."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from support.limits import ALL, OFFICE, ask

from states.durations import parse_duration
from states.errors import Usage
from states.instants import parse_instant, zone_of
from states.limits import fraction, shift
from states.rules import parse_rule

SHANGHAI = zone_of("Asia/Shanghai")


def moved(at: str, by: str, *, zone: str = "Asia/Shanghai", calendar: str = "CN", **more: Any) -> str:
    """`shift` as local text."""
    start = parse_instant(at)
    found = shift(start, parse_duration(by), ALL, calendar=calendar, zone=zone, **more)
    return found.astimezone(zone_of(zone)).isoformat()


@pytest.mark.parametrize(
    ("at", "by", "back", "answer"),
    [
        # After a due time at the end of Wed Sep 30: the next working day is Thu Oct 8.
        ("2026-09-30T23:59:59+08:00", "1 working day", False, "2026-10-08T09:00:00+08:00"),
        ("2026-09-30T23:59:59+08:00", "3 working days", False, "2026-10-10T09:00:00+08:00"),
        # Before it: Tue 29, Mon 28.
        ("2026-09-30T23:59:59+08:00", "2 working days", True, "2026-09-28T09:00:00+08:00"),
        ("2026-09-30T23:59:59+08:00", "2 days", False, "2026-10-02T09:00:00+08:00"),
        ("2026-09-30T23:59:59+08:00", "1 week", True, "2026-09-23T09:00:00+08:00"),
        ("2026-08-31T23:59:59+08:00", "1 month", False, "2026-09-30T09:00:00+08:00"),
        ("2026-03-31T23:59:59+08:00", "1 month", True, "2026-02-28T09:00:00+08:00"),
        ("2024-02-29T23:59:59+08:00", "1 year", False, "2025-02-28T09:00:00+08:00"),
        ("2026-09-30T23:59:59+08:00", "0 days", False, "2026-09-30T09:00:00+08:00"),
        # Hours and minutes are elapsed from the instant, whatever act-at says.
        ("2026-09-30T10:00:00+08:00", "15 min", False, "2026-09-30T10:15:00+08:00"),
        ("2026-09-30T10:00:00+08:00", "36h", True, "2026-09-28T22:00:00+08:00"),
    ],
)
def test_a_step_so_long_after_or_before_an_instant(at: str, by: str, back: bool, answer: str) -> None:
    """Days and longer move on the calendar and fire at act-at; hours and minutes are elapsed."""
    assert moved(at, by, back=back, at_time=time(9, 0)) == answer


def test_the_local_date_decides_and_without_act_at_the_wall_time_is_kept() -> None:
    """17:00 UTC is already tomorrow in Shanghai."""
    assert moved("2026-03-02T17:00:00Z", "1 day", at_time=time(9, 0)) == "2026-03-04T09:00:00+08:00"
    assert moved("2026-03-02T17:00:00Z", "1 day") == "2026-03-04T01:00:00+08:00"


def test_steps_keep_the_wall_time_when_the_clocks_change() -> None:
    """09:00 stays 09:00; a wall time that does not exist is moved forward, one that occurs twice is the first."""
    berlin = {"zone": "Europe/Berlin", "calendar": "none"}
    assert moved("2026-03-28T12:00:00+01:00", "1 day", **berlin) == "2026-03-29T12:00:00+02:00"
    gap = moved("2026-03-28T12:00:00+01:00", "1 day", at_time=time(2, 30), **berlin)
    assert gap == "2026-03-29T03:30:00+02:00"
    twice = moved("2026-10-24T12:00:00+02:00", "1 day", at_time=time(2, 30), **berlin)
    assert twice == "2026-10-25T02:30:00+02:00"
    assert moved("2026-10-24T12:00:00+02:00", "24h", **berlin) == "2026-10-25T11:00:00+01:00"


def test_a_step_in_business_time_is_refused() -> None:
    """A step has no hours of its own to count business time in."""
    with pytest.raises(Usage, match="8 business hours"):
        moved("2026-03-02T10:00:00Z", "8 business hours")


def share(percent: int, rule: Any, start: str, *, extend: tuple[str, ...] = (), **more: Any) -> str:
    """`fraction` as local text, along the calendar CN at 09:00."""
    at = parse_instant(start)
    parsed = parse_rule(rule)
    context = {"calendar": "CN", "stops": more.pop("stops", ())}
    found = ask(parsed, start, extend=extend, **context)
    extensions = [parse_duration(amount) for amount in extend]
    answer = fraction(percent, parsed, at, found, ALL, extensions=extensions, **context, **more)
    return answer.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


MON = "2026-03-02T10:00:00+08:00"


@pytest.mark.parametrize(
    ("percent", "rule", "answer"),
    [
        # Half of ten working days: the fifth, Mon 9.
        (50, "10 working days", "03-09 09:00"),
        # Half of five is two and a half: rounded down to two, Wed 4.
        (50, "5 working days", "03-04 09:00"),
        (80, "5 working days", "03-06 09:00"),
        (100, "5 working days", "03-09 09:00"),
        (0, "5 working days", "03-02 09:00"),
        (10, "5 days", "03-02 09:00"),
        (50, "2 weeks", "03-09 09:00"),
        # The first of two days is the event's own day if it is included.
        (50, {"limit": "2 days", "start": "include"}, "03-02 09:00"),
        (50, {"limit": "4 days", "start": "include"}, "03-03 09:00"),
        # Five days that count as working days: 40 % are two.
        (40, {"limit": "5 days", "working-if-at-most": 5}, "03-04 09:00"),
        # A month of 31 days: 15 of them.
        (50, "1 month", "03-17 09:00"),
        (50, {"end-of": "month"}, "03-16 09:00"),
        # Branches are shared by calendar days if one of them counts days.
        (50, {"earliest": ["10 days", "2 months"]}, "03-07 09:00"),
        # Hours: that share of the elapsed time.
        (50, "36 hours", "03-03 04:00"),
        (25, {"limit": "7 business hours", "hours": OFFICE}, "03-02 16:00"),
        (50, {"earliest": ["10 hours", "36 hours"]}, "03-02 15:00"),
    ],
)
def test_a_share_of_a_limit(percent: int, rule: object, answer: str) -> None:
    """Day limits round down to whole days counted from the start; hours take their share of the elapsed time."""
    assert share(percent, rule, MON) == answer


def test_a_share_counts_extensions_stops_and_the_cut_off() -> None:
    """The whole limit is shared, along the days that count, from the day the event belongs to."""
    assert share(50, "10 working days", MON, extend=("2 working days",)) == "03-10 09:00"
    # 10 days to Thu 12, five working days to Thu 19: 17 calendar days, half of them 8.
    assert share(50, "10 days", MON, extend=("5 working days",)) == "03-10 09:00"
    assert share(50, "4 days", MON, stops=("exclude:2026-03-03/2026-03-04",)) == "03-06 09:00"
    assert share(50, "4 days", MON, stops=("reset:2026-03-10T10:00:00+08:00",)) == "03-12 09:00"
    assert share(50, {"limit": "4 days", "cutoff": "17:30"}, "2026-03-02T18:00:00+08:00") == "03-05 09:00"
    assert share(50, "10 working days", MON, at_time=time(14, 30)) == "03-09 14:30"


def test_only_shares_from_nothing_to_all_exist() -> None:
    """101 % of a limit lies after it."""
    for percent in (-1, 101):
        with pytest.raises(Usage, match="no share"):
            share(percent, "5 days", MON)


def test_a_share_grows_with_the_percentage_and_never_passes_the_due_time() -> None:
    """From 0 to 100 % the instants never go back, and the last is not after due."""
    start = parse_instant(MON)
    for rule in ("7 working days", "9 days", "1 month", "36 hours", {"sequence": ["3 days", "2 working days"]}):
        parsed = parse_rule(rule)
        found = ask(parsed, MON, calendar="CN")
        shares = [fraction(n, parsed, start, found, ALL, calendar="CN") for n in range(101)]
        assert shares == sorted(shares)
        assert shares[-1] <= found.at
        assert shares[-1] >= found.at - timedelta(days=1)
