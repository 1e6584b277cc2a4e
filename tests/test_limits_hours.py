"""Hours and business time, and what the clocks of the world do to them."""

from __future__ import annotations

import pytest
from support.limits import OFFICE, ask, calendars, end, local

from states.errors import Usage
from states.instants import parse_instant

MON = "2026-03-02T10:00:00+08:00"


def work(limit: str, **more: object) -> dict[str, object]:
    """A rule in business time with office hours, 7 hours a weekday."""
    return {"limit": limit, "hours": OFFICE, **more}


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        ("36h", MON, "2026-03-03 22:00:00"),
        ("90 min", MON, "2026-03-02 11:30:00"),
        ("0 hours", MON, "2026-03-02 10:00:00"),
        # A bare date is 00:00 local for hours.
        ("36 hours", "2026-03-02", "2026-03-03 12:00:00"),
        # exclude-hour: an event at 10:00:00 counts from 11:00, and so does one at 10:59:59.
        ({"limit": "2 hours", "start": "exclude-hour"}, MON, "2026-03-02 13:00:00"),
        ({"limit": "2 hours", "start": "exclude-hour"}, "2026-03-02T10:59:59+08:00", "2026-03-02 13:00:00"),
        # Back from 09:00; back from 10:00 where the event lies within the hour after it.
        ({"limit": "2 hours", "start": "exclude-hour", "before": True}, MON, "2026-03-02 07:00:00"),
        (
            {"limit": "2 hours", "start": "exclude-hour", "before": True},
            "2026-03-02T10:59:59+08:00",
            "2026-03-02 08:00:00",
        ),
        ({"limit": "24 hours", "before": True}, MON, "2026-03-01 10:00:00"),
        # Counting elapsed time ignores the cut-off, as due time and for the event.
        ({"limit": "1 hour", "cutoff": "17:30"}, "2026-03-02T18:00:00+08:00", "2026-03-02 19:00:00"),
        # Fri 10:00 + 24 h = Sat 10:00.
        ({"limit": "24 hours", "roll": "next"}, "2026-03-06T10:00:00+08:00", "2026-03-09"),
        ({"limit": "24 hours", "roll": "next", "cutoff": "17:30"}, "2026-03-06T10:00:00+08:00", "2026-03-09 17:30:00"),
        ({"limit": "24 hours", "roll": "next-same-time"}, "2026-03-06T10:00:00+08:00", "2026-03-09 10:00:00"),
        ({"limit": "24 hours", "roll": {"next-at": "12:00"}}, "2026-03-06T10:00:00+08:00", "2026-03-09 12:00:00"),
        ({"limit": "24 hours", "roll": "previous"}, "2026-03-06T10:00:00+08:00", "2026-03-06"),
        ({"limit": "24 hours", "roll": "next"}, MON, "2026-03-03 10:00:00"),
        # A period of hours must hold two working days: Fri 10:00 + 48 h holds none, so the end of Tuesday.
        ({"limit": "48 hours", "min-working-days": 2}, "2026-03-06T10:00:00+08:00", "2026-03-10"),
        ({"limit": "72 hours", "min-working-days": 2}, MON, "2026-03-05 10:00:00"),
        # Mon 10:00 + 48 h ends within the second working day, so it runs to the end of it, as 72 h would not.
        ({"limit": "48 hours", "min-working-days": 2}, MON, "2026-03-04"),
        ({"limit": "48 hours", "min-working-days": 2, "cutoff": "09:30"}, MON, "2026-03-04 10:00:00"),
        ({"limit": "1 hour", "min-working-days": 0}, MON, "2026-03-02 11:00:00"),
    ],
)
def test_where_a_limit_in_hours_ends(rule: object, start: str, answer: str) -> None:
    """Elapsed hours end at their instant, or where the roll puts them."""
    assert end(rule, start) == answer


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        # Mon 10:00: two hours to 12:00, four in the afternoon to 18:00 make six.
        (work("3 business hours"), MON, "2026-03-02 15:00:00"),
        # Time that ends exactly at closing ends at closing, not at the next opening.
        (work("2 business hours"), MON, "2026-03-02 12:00:00"),
        (work("6 business hours"), MON, "2026-03-02 18:00:00"),
        (work("361 business minutes"), MON, "2026-03-03 09:01:00"),
        # Saturday has no hours: from Friday 17:00 one hour, then Monday 09:00.
        (work("2 business hours"), "2026-03-06T17:00:00+08:00", "2026-03-09 10:00:00"),
        (work("1 business hour"), "2026-03-07T10:00:00+08:00", "2026-03-09 10:00:00"),
        (work("0 business hours"), "2026-03-07T10:00:00+08:00", "2026-03-07 10:00:00"),
        # hours decides the weekdays: a Saturday with hours counts, though the calendar's weekend has it off.
        ({"limit": "2 business hours", "hours": {"sat": ["10:00-12:00"]}}, MON, "2026-03-07 12:00:00"),
        # Back from Mon 10:00: one hour to 09:00, then Friday's from 18:00.
        (work("2 business hours", before=True), MON, "2026-02-27 17:00:00"),
        (work("1 business hour", before=True), MON, "2026-03-02 09:00:00"),
        # The next full hour is 11:00, so one hour is left of the morning.
        (work("2 business hours", start="exclude-hour"), MON, "2026-03-02 15:00:00"),
        (work("2 business hours", cutoff="09:30"), MON, "2026-03-02 12:00:00"),
        # An end may be 24:00, and the next day may open at 00:00.
        (
            {"limit": "3 business hours", "hours": {"mon": ["22:00-24:00"], "tue": ["00:00-06:00"]}},
            MON,
            "2026-03-03 01:00:00",
        ),
    ],
)
def test_where_business_time_ends(rule: object, start: str, answer: str) -> None:
    """Business time passes only within the hours of each weekday."""
    assert end(rule, start) == answer


def test_business_time_knows_days_off_and_make_up_days() -> None:
    """Holidays count nothing; make-up days use makeup, else the hours of Monday."""
    before = "2026-09-30T17:00:00+08:00"
    # One hour on Wed 30; Oct 1..7 off; Thu 8 from 09:00.
    assert end(work("2 business hours"), before, calendar="CN") == "2026-10-08 10:00:00"
    # Fri Oct 9 17:00: one hour; Saturday 10 is a make-up day with Monday's hours.
    assert end(work("2 business hours"), "2026-10-09T17:00:00+08:00", calendar="CN") == "2026-10-10 10:00:00"
    short = {**OFFICE, "makeup": ["13:00-15:00"]}
    rule = {"limit": "2 business hours", "hours": short}
    assert end(rule, "2026-10-09T17:00:00+08:00", calendar="CN") == "2026-10-10 14:00:00"
    none = {"limit": "2 business hours", "hours": {**OFFICE, "makeup": []}}
    assert end(none, "2026-10-09T17:00:00+08:00", calendar="CN") == "2026-10-12 10:00:00"
    # A named day off on a Saturday takes Saturday hours away; a plain weekend day does not.
    saturday = {"limit": "1 business hour", "hours": {"sat": ["10:00-12:00"]}}
    assert end(saturday, "2026-09-28", calendar="CN") == "2026-10-17 11:00:00"


def test_business_time_is_extended_after_the_limit_and_after_days() -> None:
    """Hours of an extension follow the limit's; after days they start with the next opening."""
    assert end(work("2 business hours"), MON, extend=["1 business hour"]) == "2026-03-02 15:00:00"
    assert end(work("1 working day"), MON, extend=["1 business hour"]) == "2026-03-04 10:00:00"
    # Extended by a working day: Tuesday's end, then two hours of Wednesday.
    assert end(work("2 business hours"), MON, extend=["1 working day"]) == "2026-03-04 11:00:00"
    with pytest.raises(Usage, match="needs 'hours'"):
        ask("1 working day", MON, extend=["1 business hour"])


def test_a_calendar_that_leaves_no_business_time_is_refused() -> None:
    """Hours on Sundays only, with every Sunday hour used up never, cannot be counted for ever."""
    closed = {"name": "CLOSED", "off": ["2026-03-08"], "zone": "UTC"}
    rule = {"limit": "1 business hour", "hours": {"makeup": ["09:00-17:00"]}}
    with pytest.raises(Usage, match="no business time"):
        ask(rule, "2026-03-02", calendar="CLOSED", among=calendars(closed))


BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("rule", "start", "zone", "answer"),
    [
        # Elapsed hours are true elapsed time: the night of 2026-03-29 in Berlin has 23 hours, 2026-10-25 has 25.
        ("24 hours", "2026-03-28T12:00:00+01:00", BERLIN, "2026-03-29T13:00:00+02:00"),
        ("24 hours", "2026-10-24T12:00:00+02:00", BERLIN, "2026-10-25T11:00:00+01:00"),
        # Days keep the wall clock.
        ("1 day", "2026-03-28T12:00:00+01:00", BERLIN, "2026-03-29T23:59:59+02:00"),
        # A wall time that occurs twice is the later one at an end ...
        ({"limit": "1 day", "cutoff": "02:30"}, "2026-10-24", BERLIN, "2026-10-25T02:30:00+01:00"),
        # ... one that does not exist is moved forward by the gap ...
        ({"limit": "1 day", "cutoff": "02:30"}, "2026-03-28", BERLIN, "2026-03-29T03:30:00+02:00"),
        # ... and at a start it is the earlier one: 00:00 on Nov 1 2026 in Havana occurs twice.
        ("1 hour", "2026-11-01", "America/Havana", "2026-11-01T00:00:00-05:00"),
        # Beirut skipped 00:00 on 2026-03-29: a bare date starts at 01:00.
        ("1 hour", "2026-03-29", "Asia/Beirut", "2026-03-29T02:00:00+03:00"),
        # Before the event's cut-off: the first 02:30 is not after a cut-off at the later 02:30.
        (
            {"limit": "0 days", "cutoff": "02:30"},
            "2026-10-25T02:40:00+02:00",
            BERLIN,
            "2026-10-25T02:30:00+01:00",
        ),
        # Half-hour change at Lord Howe: 01:45 on 2026-04-05, clocks back from 02:00 to 01:30, next full hour 02:00.
        (
            {"limit": "1 hour", "start": "exclude-hour"},
            "2026-04-05T01:45:00+11:00",
            "Australia/Lord_Howe",
            "2026-04-05T03:00:00+10:30",
        ),
        # A full hour in a zone with half hours: 10:10 in Kolkata counts from 11:00 there.
        (
            {"limit": "1 hour", "start": "exclude-hour"},
            "2026-03-02T04:40:00Z",
            "Asia/Kolkata",
            "2026-03-02T12:00:00+05:30",
        ),
    ],
)
def test_when_the_clocks_change(rule: object, start: str, zone: str, answer: str) -> None:
    """Elapsed time is true; wall times that occur twice or never are read as the contract says."""
    found = ask(rule, start, calendar=None, zone=zone)
    assert found.at == parse_instant(answer)


def test_business_hours_over_a_change_of_the_clocks_are_true_time() -> None:
    """01:00-05:00 on the day the clocks go forward holds three hours, and five when they go back."""
    night = {"limit": "4 business hours", "hours": {"sun": ["01:00-05:00"], "mon": ["01:00-05:00"]}}
    spring = ask(night, "2026-03-29", calendar=None, zone=BERLIN)
    assert spring.at == parse_instant("2026-03-30T02:00:00+02:00")
    autumn = ask(night, "2026-10-25", calendar=None, zone=BERLIN)
    assert autumn.at == parse_instant("2026-10-25T04:00:00+01:00")


def test_an_instant_keeps_its_fraction_of_a_second() -> None:
    """A limit in hours ends at the same microsecond."""
    assert local(ask("1 hour", "2026-03-02T10:00:00.123456+08:00")) == "2026-03-02 11:00:00.123456"
