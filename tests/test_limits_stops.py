"""Pauses, excluded days and resets: what stands still does not count, and counts once however often it overlaps."""

from __future__ import annotations

import pytest
from support.limits import OFFICE, ask, end

from states.errors import NotNow, Usage
from states.limits import Standing, parse_stop

MON = "2026-03-02T10:00:00+08:00"


def pause(since: str, until: str) -> str:
    """A pause in March 2026, Shanghai time: ``03 10:00``."""
    (a, at), (b, then) = since.split(), until.split()
    return f"pause:2026-03-{a}T{at}:00+08:00/2026-03-{b}T{then}:00+08:00"


@pytest.mark.parametrize(
    ("rule", "stops", "answer"),
    [
        # Elapsed time stands still: 24 h with 6 h of pause.
        ("24 hours", [pause("02 12:00", "02 18:00")], "2026-03-03 16:00:00"),
        # T2 runs again, and what ends when the pause begins has ended.
        ("2 hours", [pause("02 12:00", "02 18:00")], "2026-03-02 12:00:00"),
        ("3 hours", [pause("02 12:00", "02 18:00")], "2026-03-02 19:00:00"),
        # Overlaps count once: 12..18 and 16..20 are eight hours.
        ("24 hours", [pause("02 12:00", "02 18:00"), pause("02 16:00", "02 20:00")], "2026-03-03 18:00:00"),
        # An event within a pause counts from its end; a pause before the event counts nothing.
        ("1 hour", [pause("02 09:00", "02 12:00")], "2026-03-02 13:00:00"),
        ("1 hour", [pause("01 09:00", "02 09:00")], "2026-03-02 11:00:00"),
        # A day does not count if the clock stood still at its end: paused Tue noon to Wed noon, Tuesday is lost.
        ("3 days", [pause("03 12:00", "04 12:00")], "2026-03-06"),
        ("3 days", [pause("03 09:00", "03 18:00")], "2026-03-05"),
        # 23:59:59 decides, T2 runs again.
        ("3 days", ["pause:2026-03-03T23:59:59+08:00/2026-03-04T00:00:00+08:00"], "2026-03-06"),
        ("3 days", ["pause:2026-03-03T12:00:00+08:00/2026-03-03T23:59:59+08:00"], "2026-03-05"),
        # Bare dates in a pause are 00:00 local: Tue and Wed are lost.
        ("3 days", ["pause:2026-03-03/2026-03-05"], "2026-03-07"),
        # exclude: both days included.
        ("3 days", ["exclude:2026-03-03/2026-03-04"], "2026-03-07"),
        ("3 working days", ["exclude:2026-03-03/2026-03-04"], "2026-03-09"),
        # An excluded day that is paused as well counts once.
        ("3 days", ["exclude:2026-03-03/2026-03-04", "pause:2026-03-04/2026-03-05"], "2026-03-07"),
        # The event's own day may be stopped; it does not count anyway, but included it is lost.
        ("3 days", ["exclude:2026-03-02/2026-03-02"], "2026-03-05"),
        ({"limit": "3 days", "start": "include"}, ["exclude:2026-03-02/2026-03-02"], "2026-03-05"),
        # Inside months, stopped days are added after the end: three days of March, so April 5.
        ("1 month", ["exclude:2026-03-10/2026-03-12"], "2026-04-05"),
        ("1 month", ["pause:2026-03-10/2026-03-13"], "2026-04-05"),
        # Those added days must run too: Apr 1 and 2 are lost inside, Apr 3 and 4 do not count, so 5 and 6.
        ("1 month", ["exclude:2026-04-01/2026-04-04"], "2026-04-06"),
        # Rolled-to days that are excluded or paused are passed: Sat 7 rolls to Wed 11.
        ({"limit": "5 days", "roll": "next"}, ["exclude:2026-03-09/2026-03-10"], "2026-03-11"),
        ({"limit": "5 days", "roll": "next"}, ["pause:2026-03-09/2026-03-10"], "2026-03-10"),
        ({"limit": "2 days", "before": True}, ["exclude:2026-02-28/2026-03-01"], "2026-02-26"),
        # A stopped working day is not one of those the period must contain: Tue, Wed out, so Thu, Fri.
        ({"limit": "1 hour", "min-working-days": 2}, ["pause:2026-03-03/2026-03-05"], "2026-03-06"),
        # Business time: only what is stopped within the hours is lost, one hour of the morning here.
        (
            {"limit": "3 business hours", "hours": OFFICE},
            [pause("02 11:00", "02 13:00")],
            "2026-03-02 16:00:00",
        ),
        ({"limit": "3 business hours", "hours": OFFICE}, ["exclude:2026-03-02/2026-03-03"], "2026-03-04 12:00:00"),
    ],
)
def test_what_stands_still_does_not_count(rule: object, stops: list[str], answer: str) -> None:
    """Pauses stop hours by the minute and days by their end; excluded days do not count."""
    assert end(rule, MON, stops=stops) == answer


@pytest.mark.parametrize(
    ("rule", "stops", "extend", "answer"),
    [
        # The latest reset counts anew, whatever the order they are given in.
        ("10 days", ["reset:2026-03-05", "reset:2026-03-04"], [], "2026-03-15"),
        ("36 hours", ["reset:2026-03-05T10:00:00+08:00"], [], "2026-03-06 22:00:00"),
        # It replaces every from; the extension is kept.
        ({"from": "2026-01-01", "limit": "10 days"}, ["reset:2026-03-05"], ["2 days"], "2026-03-17"),
        (
            {"latest": [{"from": "2026-06-01", "limit": "1 day"}, {"limit": "3 days"}]},
            ["reset:2026-03-05"],
            [],
            "2026-03-08",
        ),
        # A pause before the reset no longer matters.
        ("10 days", ["reset:2026-03-05", "exclude:2026-03-03/2026-03-04"], [], "2026-03-15"),
    ],
)
def test_a_reset_counts_anew(rule: object, stops: list[str], extend: list[str], answer: str) -> None:
    """The latest reset is the event, for the rule and all its branches."""
    assert end(rule, MON, stops=stops, extend=extend) == answer


def test_excluded_days_are_wrong_words_where_elapsed_time_is_counted() -> None:
    """exclude on hours, on an extension in hours, or on a branch in hours answers 2."""
    for rule, extend in (("36 hours", []), ("2 days", ["3 hours"]), ({"earliest": ["1 hour", "1 day"]}, [])):
        with pytest.raises(Usage, match="elapsed"):
            ask(rule, MON, stops=["exclude:2026-03-03/2026-03-03"], extend=extend)


def test_a_clock_that_still_stands_has_no_due_time_unless_it_ended_before() -> None:
    """pause:T1/ refuses with not-now; what ends before T1 ends as ever."""
    standing = ["pause:2026-03-04T10:00:00+08:00/"]
    assert end("48 hours", MON, stops=standing) == "2026-03-04 10:00:00"
    assert end("1 day", MON, stops=standing) == "2026-03-03"
    office = {"limit": "8 business hours", "hours": OFFICE}
    assert end(office, MON, stops=standing) == "2026-03-03 11:00:00"
    for rule in (
        "49 hours",
        "2 days",
        "2 working days",
        "1 month",
        {"limit": "30 business hours", "hours": OFFICE},
        {"latest": ["1 day", "1 month"]},
        {"earliest": ["1 month", "2 days"]},
    ):
        with pytest.raises(Standing, match="stands still since 2026-03-04T10:00:00") as caught:
            ask(rule, MON, stops=standing)
        assert isinstance(caught.value, NotNow)
    assert end({"earliest": ["1 month", "1 day"]}, MON, stops=standing) == "2026-03-03"


def test_stops_are_read_as_people_write_them() -> None:
    """Each kind of stop is parsed; one day alone may be excluded."""
    assert parse_stop("pause:2026-03-03/2026-03-05").kind == "pause"
    assert parse_stop("pause:2026-03-03/").until is None
    assert parse_stop("exclude:2026-03-03") == parse_stop("exclude:2026-03-03/2026-03-03")
    assert parse_stop(" reset : 2026-03-03T10:00:00Z ").kind == "reset"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pause",
        "pause:",
        "pause:2026-03-03",
        "pause:2026-03-03T10:00/2026-03-04",
        "pause:2026-03-05/2026-03-03",
        "pause:2026-03-05T10:00:00Z/2026-03-05T09:00:00Z",
        "pause:/2026-03-05",
        "exclude:2026-03-05/2026-03-03",
        "exclude:2026-03-05/",
        "exclude:2026-03-05T10:00:00Z/2026-03-06",
        "reset:2026-03-05/2026-03-06",
        "reset:",
        "hold:2026-03-05/2026-03-06",
        "pause:2026-03-03/2026-03-04/2026-03-05",
    ],
)
def test_a_stop_that_cannot_be_meant_is_refused(text: str) -> None:
    """Wrong stops are wrong words, with what a stop looks like."""
    with pytest.raises(Usage) as caught:
        parse_stop(text)
    assert caught.value.hint


def test_a_pause_of_a_date_and_an_instant_that_ends_too_early_is_refused_when_counted() -> None:
    """Only in its zone is it known that the pause ends before it begins."""
    with pytest.raises(Usage, match="ends before it begins"):
        ask("1 day", MON, stops=["pause:2026-03-03/2026-03-02T10:00:00Z"])
