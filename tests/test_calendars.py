"""Calendars: files, unions, make-up days, and the Chinese calendar that is shipped."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.calendars import WEEKDAYS, Calendars, parse_calendars, shipped
from states.errors import Invalid, NotFound

CN = Calendars(shipped()).get("CN")
OFF = frozenset(shipped()["CN"]["off"])
MAKEUP = frozenset(shipped()["CN"]["work"])


def days(year: int) -> list[date]:
    """Every day of a year."""
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def test_the_shipped_calendar_is_the_official_schedule_of_2024_to_2026() -> None:
    """Counts per year: working days, named days off, make-up days.

    All 1,096 days were compared with chinesecalendar 1.11.0 (`is_workday`) and holidays 0.109 (`is_working_day`):
    none differed. 251, 248 and 248 working days; the notices name 28, 28 and 33 days off, 8, 5 and 6 to make up.
    """
    assert CN.valid == (date(2024, 1, 1), date(2026, 12, 31))
    assert (CN.zone, CN.version) == ("Asia/Shanghai", "2025-11-04")
    for notice in ("2024", "2025", "2026", "General Office of the State Council"):
        assert notice in CN.source
    for year, working, off, makeup in ((2024, 251, 28, 8), (2025, 248, 28, 5), (2026, 248, 33, 6)):
        kinds = [CN.day(day) for day in days(year)]
        assert sum(CN.is_working(day) for day in days(year)) == working
        assert (kinds.count("off"), kinds.count("makeup")) == (off, makeup)


@pytest.mark.parametrize(
    ("off", "makeup"),
    [
        ([("2026-01-01", 3)], ["2026-01-04"]),
        ([("2026-02-15", 9)], ["2026-02-14", "2026-02-28"]),
        ([("2026-04-04", 3)], []),
        ([("2026-05-01", 5)], ["2026-05-09"]),
        ([("2026-06-19", 3)], []),
        ([("2026-09-25", 3), ("2026-10-01", 7)], ["2026-09-20", "2026-10-10"]),
    ],
)
def test_the_notice_for_2026_is_in_the_shipped_calendar(off: list[tuple[str, int]], makeup: list[str]) -> None:
    """Each paragraph of the notice of 4 November 2025: the days off and the days to make up."""
    for first, count in off:
        start = date.fromisoformat(first)
        assert all(CN.day(start + timedelta(days=n)) == "off" for n in range(count))
        assert CN.day(start + timedelta(days=count)) != "off"
    for text in makeup:
        day = date.fromisoformat(text)
        assert CN.day(day) == "makeup"
        assert day.weekday() >= 5


def test_the_shipped_calendar_is_in_normal_form() -> None:
    """Reading it as a file changes nothing."""
    assert parse_calendars(list(shipped().values())) == shipped()


def test_what_each_day_is() -> None:
    """A work date beats off and the weekend; a make-up day is a work date that would otherwise be off."""
    calendars = Calendars(
        parse_calendars(
            {
                "name": "A",
                "off": ["2026-03-03", "2026-03-04", "2026-03-14"],
                "work": ["2026-03-04", "2026-03-05", "2026-03-07"],
                "valid": ["2026-03-02", "2026-03-31"],
            }
        )
    )
    calendar = calendars.get("A")
    found = {n: calendar.day(date(2026, 3, n)) for n in (2, 3, 4, 5, 7, 8, 14)}
    assert found == {
        2: "working",
        3: "off",
        4: "makeup",
        5: "working",
        7: "makeup",
        8: "weekend",
        14: "off",
    }
    assert [calendar.covers(date(2026, 3, n)) for n in (1, 2, 31)] == [False, True, True]
    assert not calendar.covers(date(2026, 4, 1))
    assert [calendar.is_working(date(2026, 3, n)) for n in (2, 3, 4, 8)] == [True, False, True, False]


def test_the_weekend_is_what_the_calendar_says() -> None:
    """Friday and Saturday, or none at all."""
    calendars = Calendars(parse_calendars([{"name": "AE", "weekend": ["sat", "fri"]}, {"name": "ALL", "weekend": []}]))
    week = [date(2026, 3, 2) + timedelta(days=n) for n in range(7)]
    assert [calendars.get("AE").is_working(day) for day in week] == [True, True, True, True, False, False, True]
    assert all(calendars.get("ALL").is_working(day) for day in week)


def test_under_none_every_day_works_and_is_known() -> None:
    """'none' is always there, without zone or end."""
    none = Calendars({}).get("none")
    assert none.day(date(2026, 3, 7)) == "working"
    assert none.covers(date(9999, 12, 31))
    assert (none.zone, none.valid) == (None, None)
    assert (none.after(100, 3), none.before(100, 3)) == (103, 97)


def test_in_a_union_a_day_off_in_any_member_is_off() -> None:
    """Named days off come before weekends, weekends before make-up days; valid is what all members know."""
    calendars = Calendars(
        parse_calendars(
            [
                {"name": "A", "off": ["2026-03-03"], "work": ["2026-03-07", "2026-03-08"], "zone": "Asia/Shanghai",
                 "valid": ["2026-01-01", "2026-12-31"]},
                {"name": "B", "off": ["2026-03-07"], "weekend": ["sun"], "zone": "Asia/Shanghai",
                 "valid": ["2025-06-01", "2026-06-30"]},
                {"name": "C", "weekend": [], "zone": "UTC"},
                {"name": "AB", "union": ["A", "B"]},
                {"name": "AC", "union": ["A", "C"]},
                {"name": "ABC", "union": ["AB", "C"], "zone": "Europe/Berlin", "valid": ["2026-02-01", "2026-05-31"]},
            ]
        )
    )  # fmt: skip
    both = calendars.get("AB")
    assert [both.day(date(2026, 3, n)) for n in (2, 3, 7, 8)] == ["working", "off", "off", "weekend"]
    assert both.valid == (date(2026, 1, 1), date(2026, 6, 30))
    assert (both.zone, calendars.get("AC").zone, calendars.get("ABC").zone) == ("Asia/Shanghai", None, "Europe/Berlin")
    # C has no weekend, so A's make-up Saturday works in both.
    assert calendars.get("AC").day(date(2026, 3, 7)) == "makeup"
    assert calendars.get("ABC").valid == (date(2026, 2, 1), date(2026, 5, 31))
    assert calendars.get("AB") is both


def test_dates_may_be_text_or_dates_and_come_out_sorted_once() -> None:
    """YAML gives dates, JSON gives text."""
    found = parse_calendars(
        {"name": "A", "off": [date(2026, 3, 4), "2026-03-03", "2026-03-04"], "valid": (date(2026, 1, 1), "2026-12-31"),
         "version": 2, "source": None},
    )["A"]  # fmt: skip
    assert found == {
        "name": "A",
        "weekend": ["sat", "sun"],
        "off": ["2026-03-03", "2026-03-04"],
        "work": [],
        "valid": ["2026-01-01", "2026-12-31"],
        "source": "",
        "version": "2",
    }
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("data", "what", "where"),
    [
        ([], "no calendar", "f"),
        ("CN", "must be a mapping", "f"),
        ([{"name": "A"}, 5], "must be a mapping", "f[1]"),
        ({}, "has no name", "f"),
        ({"name": "none"}, "cannot be called 'none'", "f"),
        ({"name": "A", "holidays": []}, "no key 'holidays'", "f.holidays"),
        ({"name": "A", "weekends": []}, "did you mean 'weekend'", "f.weekends"),
        ({"name": "A", "zone": "Mars/Base"}, "'Mars/Base' is unknown", "f.zone"),
        ({"name": "A", "zone": 8}, "is unknown", "f.zone"),
        ({"name": "A", "weekend": ["saturday"]}, "list of weekdays", "f.weekend"),
        ({"name": "A", "weekend": "sat"}, "list of weekdays", "f.weekend"),
        ({"name": "A", "off": "2026-01-01"}, "list of dates", "f.off"),
        ({"name": "A", "off": ["2026-01-01", "2026-02-30"]}, "'2026-02-30' is not a date", "f.off[1]"),
        ({"name": "A", "off": ["20260101"]}, "is not a date", "f.off[0]"),
        ({"name": "A", "work": [20260101]}, "is not a date", "f.work[0]"),
        ({"name": "A", "valid": ["2026-01-01"]}, "two dates", "f.valid"),
        ({"name": "A", "valid": ["2026-12-31", "2026-01-01"]}, "before it begins", "f.valid"),
        ({"name": "A", "source": ["a"]}, "'source' must be text", "f.source"),
        ([{"name": "A"}, {"name": "A"}], "written twice", "f[1]"),
        ({"name": "A", "union": []}, "list of names", "f.union"),
        ({"name": "A", "union": "CN"}, "list of names", "f.union"),
        ({"name": "A", "union": ["B"], "off": []}, "no 'off' of its own", "f.off"),
        ({"name": "A", "union": ["B"]}, "unites 'B', which does not exist", "f.union"),
        ({"name": "A", "union": ["A"]}, "unites itself: A > A", "f.union"),
        ([{"name": "A", "union": ["B"]}, {"name": "B", "union": ["A"]}], "unites itself", "f[0].union"),
    ],
)
def test_a_calendar_file_that_is_wrong_is_refused_with_its_place(data: object, what: str, where: str) -> None:
    """Invalid, with what and where, and a hint."""
    with pytest.raises(Invalid, match=what) as caught:
        parse_calendars(data, "f")
    assert caught.value.where == where
    assert caught.value.hint


def test_a_union_may_name_calendars_that_exist_already() -> None:
    """The importer says which those are."""
    found = parse_calendars({"name": "A", "union": ["CN", "none"]}, known=shipped())
    assert found["A"]["union"] == ["CN", "none"]
    assert Calendars({**shipped(), **found}).get("A").day(date(2026, 10, 10)) == "makeup"


def test_a_circle_through_calendars_that_exist_already_is_found() -> None:
    """The new member of a union that unites it in turn is refused at its own place."""
    known = {"A": {"name": "A", "union": ["B"]}, "B": {"name": "B"}}
    with pytest.raises(Invalid, match="B > A > B") as caught:
        parse_calendars([{"name": "C"}, {"name": "B", "union": ["A"]}], "f", known)
    assert caught.value.where == "f[1].union"


def test_a_day_both_off_and_work_works_unless_asked_strictly() -> None:
    """`work` beats `off`; who imports is strict and refuses the contradiction at the second mention."""
    body = {"name": "A", "off": ["2026-03-03", "2026-03-04"], "work": ["2026-03-07", "2026-03-04"]}
    assert Calendars(parse_calendars(body)).get("A").is_working(date(2026, 3, 4))
    with pytest.raises(Invalid, match="2026-03-04 is both off and work") as caught:
        parse_calendars(body, "f", strict=True)
    assert caught.value.where == "f.work[1]"


def test_asking_for_a_calendar_that_cannot_be_built_says_why() -> None:
    """Unknown is not found; a union into nothing or in a circle is invalid."""
    with pytest.raises(NotFound, match="no calendar 'X'"):
        Calendars({}).get("X")
    with pytest.raises(Invalid, match="unites 'X'"):
        Calendars({"A": {"name": "A", "union": ["X"]}}).get("A")
    circle = {"A": {"name": "A", "union": ["B"]}, "B": {"name": "B", "union": ["A"]}}
    with pytest.raises(Invalid, match="A > B > A"):
        Calendars(circle).get("A")


def test_a_calendar_without_working_days_is_refused_not_walked_for_ever() -> None:
    """Counting along a calendar that has every weekday off is invalid."""
    calendar = Calendars(parse_calendars({"name": "OFF", "weekend": list(WEEKDAYS), "work": ["2026-03-02"]})).get("OFF")
    march = date(2026, 3, 1).toordinal()
    assert calendar.after(march, 1) == march + 1
    for count in (calendar.after, calendar.before):
        with pytest.raises(Invalid, match="no working day"):
            count(march, 2)


@settings(max_examples=300, deadline=None)
@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(1, 700),
    st.booleans(),
    st.lists(st.dates(date(2020, 1, 1), date(2030, 12, 31)), max_size=5),
)
def test_the_nth_working_day_is_what_walking_gives(day: date, n: int, back: bool, earlier: list[date]) -> None:
    """In either direction, whatever was asked before (the lists of days grow as they are needed)."""
    calendar = Calendars(shipped()).get("CN")
    for other in earlier:
        calendar.after(other.toordinal(), 1)
    found = (calendar.before if back else calendar.after)(day.toordinal(), n)
    walked, left = day, n
    while left:
        walked += timedelta(days=-1 if back else 1)
        text = walked.isoformat()
        left -= text in MAKEUP or (walked.weekday() < 5 and text not in OFF)
    assert date.fromordinal(found) == walked
