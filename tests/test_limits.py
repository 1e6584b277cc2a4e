"""Limits in days and longer: each sentence of the rule object, worked out by hand.

Unless a row says otherwise the calendar is PLAIN (Saturday and Sunday off, Asia/Shanghai). In March 2026 the 2nd,
9th, 16th, 23rd and 30th are Mondays.
"""

from __future__ import annotations

import pytest
from support.limits import ask, calendars, end, local

from states.errors import NotFound, Usage

MON = "2026-03-02T10:00:00+08:00"
FRI = "2026-03-06T10:00:00+08:00"
SAT = "2026-03-07T10:00:00+08:00"


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        # Units. Monday's own day does not count: 10 days end on Thursday the 12th.
        ("10 days", MON, "2026-03-12"),
        ("10d", MON, "2026-03-12"),
        # Tue 3 .. Fri 6 are four, Mon 9 .. Fri 13 nine, Mon 16 the tenth.
        ("10 working days", MON, "2026-03-16"),
        ("10wd", MON, "2026-03-16"),
        ("1 working day", FRI, "2026-03-09"),
        ("2 weeks", MON, "2026-03-16"),
        ("1 month", MON, "2026-04-02"),
        ("1 year", MON, "2027-03-02"),
        # Zero days is the event's day, whatever the start, working day or not.
        ("0 days", SAT, "2026-03-07"),
        ("0 working days", SAT, "2026-03-07"),
        ({"limit": "0 days", "start": "include"}, MON, "2026-03-02"),
        ({"limit": "0 days", "start": "first-working-day"}, SAT, "2026-03-07"),
        # include: the event's day is the first day; weeks, months, years end the day before the same date.
        ({"limit": "10 days", "start": "include"}, MON, "2026-03-11"),
        ({"limit": "1 day", "start": "include"}, MON, "2026-03-02"),
        ({"limit": "1 working day", "start": "include"}, SAT, "2026-03-09"),
        ({"limit": "2 weeks", "start": "include"}, MON, "2026-03-15"),
        ({"limit": "1 month", "start": "include"}, MON, "2026-04-01"),
        ({"limit": "1 year", "start": "include"}, MON, "2027-03-01"),
        # first-working-day: an event on Saturday begins on, and includes, Monday; on Monday itself it is exclude.
        ({"limit": "3 days", "start": "first-working-day"}, SAT, "2026-03-11"),
        ({"limit": "3 working days", "start": "first-working-day"}, SAT, "2026-03-11"),
        ({"limit": "3 days", "start": "first-working-day"}, MON, "2026-03-05"),
        ({"limit": "1 month", "start": "first-working-day"}, SAT, "2026-04-08"),
        # Months keep the day number; a date that does not exist ends at the month's end, also with include.
        ("1 month", "2026-01-31", "2026-02-28"),
        ("1 month", "2024-01-31", "2024-02-29"),
        ("1 month", "2026-02-28", "2026-03-28"),
        ("1 year", "2024-02-29", "2025-02-28"),
        ("4 years", "2024-02-29", "2028-02-29"),
        ({"limit": "1 month", "start": "include"}, "2026-01-31", "2026-02-28"),
        ({"limit": "1 month", "start": "include"}, "2026-01-29", "2026-02-28"),
        ({"limit": "1 month", "start": "include"}, "2026-01-28", "2026-02-27"),
        # Under the calendar none every day is working.
        ({"limit": "10 working days", "calendar": "none"}, MON, "2026-03-12"),
    ],
)
def test_where_a_limit_in_days_ends(rule: object, start: str, answer: str) -> None:
    """A limit in days or longer ends on the day counted by hand, at the end of that day."""
    assert end(rule, start) == answer
    assert local(ask(rule, start)) == f"{answer} 23:59:59"


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        # none is the default: Saturday the 7th stays.
        ("5 days", MON, "2026-03-07"),
        ({"limit": "5 days", "roll": "none"}, MON, "2026-03-07"),
        ({"limit": "5 days", "roll": "next"}, MON, "2026-03-09"),
        ({"limit": "5 days", "roll": "previous"}, MON, "2026-03-06"),
        # The end of a day by a day rule, at the same time on the next working day, is the end of that day.
        ({"limit": "5 days", "roll": "next-same-time"}, MON, "2026-03-09"),
        ({"limit": "5 days", "roll": {"next-at": "12:00"}}, MON, "2026-03-09 12:00:00"),
        # A working day is not rolled, and then 12:00 plays no part.
        ({"limit": "3 days", "roll": {"next-at": "12:00"}}, MON, "2026-03-05"),
        ({"limit": "5 days", "roll": "next", "calendar": "none"}, MON, "2026-03-07"),
        # One roll, at the end: zero days from a Saturday roll too.
        ({"limit": "0 days", "roll": "next"}, SAT, "2026-03-09"),
    ],
)
def test_an_end_on_a_day_that_is_not_working_is_rolled_as_the_rule_says(rule: object, start: str, answer: str) -> None:
    """The end moves only off a day that is not a working day, to where the roll says."""
    assert end(rule, start) == answer


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        # The due time of a day-unit limit is the cut-off.
        ({"limit": "1 working day", "cutoff": "17:30"}, MON, "2026-03-03 17:30:00"),
        # An event at the cut-off is in time; one second after, it belongs to Tuesday.
        ({"limit": "1 working day", "cutoff": "17:30"}, "2026-03-02T17:30:00+08:00", "2026-03-03 17:30:00"),
        ({"limit": "1 working day", "cutoff": "17:30"}, "2026-03-02T17:30:01+08:00", "2026-03-04 17:30:00"),
        # Friday evening belongs to Monday, so one day later is Tuesday.
        ({"limit": "1 working day", "cutoff": "17:30"}, "2026-03-06T18:00:00+08:00", "2026-03-10 17:30:00"),
        ({"limit": "1 day", "cutoff": "17:30"}, "2026-03-06T18:00:00+08:00", "2026-03-10 17:30:00"),
        # It moves only an event on a working day: Saturday evening stays Saturday.
        ({"limit": "1 day", "cutoff": "17:30"}, "2026-03-07T18:00:00+08:00", "2026-03-08 17:30:00"),
        # A bare date is never after it.
        ({"limit": "1 day", "cutoff": "00:00"}, "2026-03-06", "2026-03-07 00:00:00"),
        # The event's new day is the one included.
        ({"limit": "1 day", "cutoff": "17:30", "start": "include"}, "2026-03-06T18:00:00+08:00", "2026-03-09 17:30:00"),
        ({"limit": "0 days", "cutoff": "17:30"}, "2026-03-06T18:00:00+08:00", "2026-03-09 17:30:00"),
        # Every day is working under none: Friday evening belongs to Saturday.
        (
            {"limit": "1 day", "cutoff": "17:30", "calendar": "none"},
            "2026-03-06T18:00:00+08:00",
            "2026-03-08 17:30:00",
        ),
        # next and previous mean the cut-off of that day; next-at and next-same-time say their own time.
        ({"limit": "5 days", "cutoff": "17:30", "roll": "next"}, MON, "2026-03-09 17:30:00"),
        ({"limit": "5 days", "cutoff": "17:30", "roll": "previous"}, MON, "2026-03-06 17:30:00"),
        ({"limit": "5 days", "cutoff": "17:30", "roll": {"next-at": "12:00"}}, MON, "2026-03-09 12:00:00"),
        ({"limit": "5 days", "cutoff": "17:30", "roll": "next-same-time"}, MON, "2026-03-09 17:30:00"),
    ],
)
def test_the_cut_off_is_the_due_time_and_moves_later_events(rule: object, start: str, answer: str) -> None:
    """The cut-off ends the due day early and sends an event after it to the next working day."""
    assert end(rule, start) == answer


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        # Due on the (N+1)th day of the same kind; one day more for weeks and months.
        ({"limit": "3 days", "clear": True}, MON, "2026-03-06"),
        ({"limit": "3 working days", "clear": True}, "2026-03-04", "2026-03-10"),
        ({"limit": "1 week", "clear": True}, MON, "2026-03-10"),
        ({"limit": "1 month", "clear": True}, MON, "2026-04-03"),
        ({"limit": "0 days", "clear": True}, MON, "2026-03-03"),
        # Up to that many days are working days: 5 days from Monday are Tue .. Mon 9; 6 days stay calendar days.
        ({"limit": "5 days", "working-if-at-most": 5}, MON, "2026-03-09"),
        ({"limit": "6 days", "working-if-at-most": 5}, MON, "2026-03-08"),
        ({"limit": "1 week", "working-if-at-most": 7}, MON, "2026-03-09"),
        # The period must contain so many, the event's day not counted: Fri + 2 days holds none, so Tue 10.
        ({"limit": "2 days", "min-working-days": 2}, FRI, "2026-03-10"),
        ({"limit": "2 days", "min-working-days": 2}, MON, "2026-03-04"),
        ({"limit": "2 days", "min-working-days": 2, "cutoff": "17:30"}, FRI, "2026-03-10 17:30:00"),
        # Before the roll: Fri + 1 day lengthens to Mon 9; a Saturday reached is rolled only afterwards.
        ({"limit": "1 day", "min-working-days": 1, "roll": "previous"}, FRI, "2026-03-09"),
        ({"limit": "5 days", "min-working-days": 2, "roll": "previous"}, MON, "2026-03-06"),
    ],
)
def test_clear_days_short_limits_and_least_working_days(rule: object, start: str, answer: str) -> None:
    """clear, working-if-at-most and min-working-days each change the count as the contract says."""
    assert end(rule, start) == answer


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        ({"limit": "3 days", "before": True}, FRI, "2026-03-03"),
        # Back from Mon 9 over the weekend: Fri 6, Thu 5, Wed 4.
        ({"limit": "3 working days", "before": True}, "2026-03-09", "2026-03-04"),
        ({"limit": "2 weeks", "before": True}, "2026-03-16", "2026-03-02"),
        ({"limit": "1 month", "before": True}, "2026-03-31", "2026-02-28"),
        # Starts mirror: include ends a day nearer; first-working-day begins on, and includes, the Friday before.
        ({"limit": "3 days", "before": True, "start": "include"}, FRI, "2026-03-04"),
        ({"limit": "1 month", "before": True, "start": "include"}, "2026-03-15", "2026-02-16"),
        ({"limit": "2 days", "before": True, "start": "first-working-day"}, SAT, "2026-03-05"),
        # The roll does not mirror: next is later, previous earlier.
        ({"limit": "1 day", "before": True, "roll": "next"}, "2026-03-09", "2026-03-09"),
        ({"limit": "1 day", "before": True, "roll": "previous"}, "2026-03-09", "2026-03-06"),
        # Due is the end of the day reached: the cut-off, if set.
        ({"limit": "3 days", "before": True, "cutoff": "17:30"}, FRI, "2026-03-03 17:30:00"),
        ({"limit": "3 days", "before": True, "clear": True}, FRI, "2026-03-02"),
        # min-working-days lengthens the period backwards: Mon 9 less 2 days holds none, so Thu 5.
        ({"limit": "2 days", "before": True, "min-working-days": 2}, "2026-03-09", "2026-03-05"),
    ],
)
def test_counting_back_from_the_event(rule: object, start: str, answer: str) -> None:
    """before mirrors the start and the count, not the roll."""
    assert end(rule, start) == answer


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        ({"end-of": "month"}, MON, "2026-03-31"),
        ({"end-of": "quarter"}, MON, "2026-03-31"),
        ({"end-of": "quarter"}, "2026-04-01", "2026-06-30"),
        ({"end-of": "half-year"}, MON, "2026-06-30"),
        ({"end-of": "half-year"}, "2026-07-01", "2026-12-31"),
        ({"end-of": "year"}, MON, "2026-12-31"),
        ({"end-of": "month"}, "2024-02-10", "2024-02-29"),
        # The period's last day is the event's day of plus: June 30 + 60 days = August 29.
        ({"end-of": "half-year", "plus": "60 days"}, MON, "2026-08-29"),
        ({"end-of": "quarter", "plus": "1 working day"}, MON, "2026-04-01"),
        # Months stay at month end: June 30 + 1 month = July 31.
        ({"end-of": "half-year", "plus": "1 month"}, MON, "2026-07-31"),
        ({"end-of": "month", "plus": "1 month"}, "2026-02-10", "2026-03-31"),
        ({"end-of": "month", "plus": "12 months"}, "2027-02-10", "2028-02-29"),
        ({"end-of": "half-year", "plus": "10 days", "before": True}, MON, "2026-06-20"),
        # Feb 28 is a Saturday.
        ({"end-of": "month", "roll": "previous"}, "2026-02-10", "2026-02-27"),
        ({"end-of": "month", "roll": "next"}, "2026-02-10", "2026-03-02"),
        # Hours of plus run from the end of the period's last day.
        ({"end-of": "month", "plus": "12 hours"}, MON, "2026-04-01 11:59:59"),
    ],
)
def test_the_end_of_a_period_and_a_limit_from_there(rule: object, start: str, answer: str) -> None:
    """end-of is the last day of the period the event lies in; plus counts from that day."""
    assert end(rule, start) == answer


@pytest.mark.parametrize(
    ("rule", "extend", "answer"),
    [
        ("10 working days", ["5 working days"], "2026-03-23"),
        ("10 days", ["5 days", "1 day"], "2026-03-18"),
        # Counted together from the original start: Jan 31 + 2 months, not Feb 28 + 1 month.
        ({"from": "2026-01-31", "limit": "1 month"}, ["1 month"], "2026-03-31"),
        # Months first, whatever came first: Mar 2 + 1 month = Apr 2, + 3 days.
        ("3 days", ["1 month"], "2026-04-05"),
        ("1 month", ["3 days"], "2026-04-05"),
        # Within a group the limit before the extension: 5 calendar days to Sat 7, then 1 working day.
        ("5 days", ["1 working day"], "2026-03-09"),
        ("1 working day", ["5 days"], "2026-03-08"),
        # Hours after a day part start at 23:59:59 whatever the cut-off.
        ({"limit": "2 days", "cutoff": "17:30"}, ["12h"], "2026-03-05 11:59:59"),
        # A limit in hours extended by days: the days first.
        ("36 hours", ["2 days"], "2026-03-06 11:59:59"),
        # One roll, at the end: Sat 7 is not rolled before the second day is added.
        ({"limit": "5 days", "roll": "next"}, ["2 days"], "2026-03-09"),
        # include takes its day off once: Mar 2 .. Apr 1, then three days.
        ({"limit": "1 month", "start": "include"}, ["3 days"], "2026-04-04"),
        # working-if-at-most looks at the limit alone: 5 working days to Mon 9, then 3 calendar days.
        ({"limit": "5 days", "working-if-at-most": 5}, ["3 days"], "2026-03-12"),
        ({"limit": "2 days", "min-working-days": 4}, ["1 day"], "2026-03-06"),
        ({"end-of": "half-year", "plus": "1 month"}, ["1 month"], "2026-08-31"),
        ("10 days", ["0 days"], "2026-03-12"),
        ("36 hours", ["0 days"], "2026-03-03 22:00:00"),
    ],
)
def test_an_extension_is_counted_together_with_the_limit(rule: object, extend: list[str], answer: str) -> None:
    """Limit and extensions count from the original start, group by group, with one roll at the end."""
    assert end(rule, MON, extend=extend) == answer


def test_an_extension_of_a_limit_counted_back_is_refused() -> None:
    """What is counted back from an event cannot be extended (exit 2)."""
    with pytest.raises(Usage, match="cannot be extended"):
        ask({"limit": "3 days", "before": True}, MON, extend=["1 day"])
    with pytest.raises(Usage, match="cannot be extended"):
        ask({"earliest": ["1 day", {"limit": "3 days", "before": True}]}, MON, extend=["1 day"])


@pytest.mark.parametrize(
    ("rule", "start", "stops", "answer", "provisional"),
    [
        # PLAIN is known for 2026. Thu Dec 31 is the last known day, both ends in.
        ("1 working day", "2026-12-30", [], "2026-12-31", False),
        ("1 working day", "2026-12-31", [], "2027-01-01", True),
        # Calendar days look nothing up, so nothing is guessed.
        ("5 days", "2026-12-31", [], "2027-01-05", False),
        # The roll looks the due day up.
        ({"limit": "5 days", "roll": "next"}, "2026-12-31", [], "2027-01-05", True),
        # The event's day is looked up by first-working-day and by a cut-off that is passed.
        ({"limit": "5 days", "start": "first-working-day"}, "2025-12-31", [], "2026-01-05", True),
        ({"limit": "1 working day"}, "2025-12-31", [], "2026-01-01", False),
        ({"limit": "5 days", "min-working-days": 2}, "2026-12-30", [], "2027-01-04", True),
        ({"limit": "5 days", "min-working-days": 1}, "2026-12-30", [], "2027-01-04", False),
        # In any branch, even one that does not win.
        ({"earliest": ["1 day", {"limit": "1 working day"}]}, "2026-12-31", [], "2027-01-01", True),
        ({"sequence": ["1 working day", "1 day"]}, "2026-12-31", [], "2027-01-02", True),
        ({"limit": "1 working day", "calendar": "none"}, "2026-12-31", [], "2027-01-01", False),
    ],
)
def test_a_day_looked_up_outside_the_known_years_makes_the_answer_provisional(
    rule: object, start: str, stops: list[str], answer: str, provisional: bool
) -> None:
    """provisional is said exactly where a day that was looked up lies outside valid."""
    found = ask(rule, start, stops=stops)
    assert (found.on.isoformat(), found.provisional) == (answer, provisional)


@pytest.mark.parametrize(
    ("rule", "precision"),
    [
        ("5 days", "day"),
        ({"limit": "5 days", "cutoff": "17:30"}, "instant"),
        ({"limit": "5 days", "roll": {"next-at": "12:00"}}, "instant"),
        ("36 hours", "instant"),
        # Tue 10:00 + 96 h = Sat 10:00, rolled to the end of Monday: a day by roll; with a cut-off an instant.
        ({"from": "2026-03-03T10:00:00+08:00", "limit": "96 hours", "roll": "next"}, "day"),
        ({"from": "2026-03-03T10:00:00+08:00", "limit": "96 hours", "roll": "next", "cutoff": "17:30"}, "instant"),
        ({"from": "2026-03-03T10:00:00+08:00", "limit": "96 hours", "roll": "next-same-time"}, "instant"),
        ({"end-of": "month"}, "day"),
    ],
)
def test_precision_says_whether_a_day_or_an_instant_was_found(rule: object, precision: str) -> None:
    """day for the end of a day by a day rule or roll; instant with a cut-off, next-at or hours."""
    assert ask(rule, MON).precision == precision


def test_calendar_and_zone_come_from_the_rule_then_the_context_then_the_calendar_then_the_event() -> None:
    """The rule's own calendar and zone win; the calendar's zone comes before the event's offset."""
    assert ask("1 day", "2026-03-02T23:00:00Z").on.isoformat() == "2026-03-04"  # 07:00 on the 3rd in Shanghai
    assert ask("1 day", "2026-03-02T23:00:00Z", zone="UTC").on.isoformat() == "2026-03-03"
    found = ask({"limit": "1 day", "zone": "Asia/Tokyo"}, "2026-03-02T15:30:00Z", zone="UTC")
    assert (found.on.isoformat(), found.zone) == ("2026-03-04", "Asia/Tokyo")
    found = ask({"limit": "1 day", "calendar": "ENG"}, MON)
    assert (found.calendar, found.zone) == ("ENG", "Europe/London")
    found = ask("1 day", "2026-03-02T23:30:00-05:00", calendar=None)
    assert (found.calendar, found.zone, found.on.isoformat()) == ("none", "-05:00", "2026-03-03")
    assert ask("1 day", "2026-03-02", calendar=None).zone == "UTC"


def test_an_unknown_calendar_is_not_found_and_an_unknown_zone_is_wrong_words() -> None:
    """Unknown calendars answer 3, unknown zones 2."""
    with pytest.raises(NotFound, match="'XX'"):
        ask({"limit": "1 day", "calendar": "XX"}, MON)
    with pytest.raises(Usage, match="'Mars/Base'"):
        ask("1 day", MON, zone="Mars/Base")


def test_a_limit_beyond_the_last_year_is_refused_not_a_crash() -> None:
    """Past the year 9999 there is no date, and the message says so."""
    for rule in ("200 years", "70000 days", "2400 months", "1000000 hours", "60000 working days"):
        with pytest.raises(Usage, match="beyond the years"):
            ask(rule, "9990-01-01")


def test_days_are_counted_along_make_up_days_and_holidays_of_the_chinese_calendar() -> None:
    """3 working days from Fri 2026-09-18: Sun 20 (make-up), Mon 21, Tue 22."""
    assert end("3 working days", "2026-09-18T10:00:00+08:00", calendar="CN") == "2026-09-22"
    # Mon 28, Tue 29, Wed 30 are three; Oct 1..7 are off; Thu 8, Fri 9 and Saturday 10 (make-up) make six.
    assert end("6 working days", "2026-09-27", calendar="CN") == "2026-10-10"
    assert end({"limit": "3 days", "roll": "next"}, "2026-09-30", calendar="CN") == "2026-10-08"
    assert end({"limit": "3 days", "roll": "previous"}, "2026-09-30", calendar="CN") == "2026-09-30"


def test_a_union_counts_only_days_that_are_working_in_every_member() -> None:
    """Sat 2026-10-10 is a make-up day in China but a weekend in England, so the union has it off."""
    both = calendars({"name": "BOTH", "union": ["CN", "ENG"], "zone": "UTC"})
    assert end("1 working day", "2026-10-09", calendar="BOTH", among=both) == "2026-10-12"
    assert end("1 working day", "2026-12-24", calendar="BOTH", among=both) == "2026-12-29"
