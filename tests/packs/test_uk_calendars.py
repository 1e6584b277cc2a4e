"""The shipped calendars of the United Kingdom: its three parts, and their union."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from states.calendars import Calendars, shipped

CALENDARS = Calendars(shipped())
PARTS = ("GB-EAW", "GB-SCT", "GB-NIR")
FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


@pytest.mark.parametrize(
    ("name", "holidays"), [("GB-EAW", [8, 8, 8, 8]), ("GB-SCT", [9, 9, 10, 9]), ("GB-NIR", [10, 10, 10, 10])]
)
def test_each_part_has_the_published_bank_holidays(name: str, holidays: list[int]) -> None:
    """Eight a year in England and Wales, nine in Scotland (ten in 2026), ten in Northern Ireland; none on a weekend.

    All 1,461 days of 2024 to 2027 were compared with holidays 0.109 (`UnitedKingdom`, subdivisions ENG and WLS, SCT,
    NIR, Saturdays and Sundays off): none differed.
    """
    calendar = CALENDARS.get(name)
    assert (calendar.zone, calendar.valid) == ("Europe/London", (FIRST, LAST))
    for year, count in zip(range(2024, 2028), holidays, strict=True):
        off = [day for day in DAYS if day.year == year and calendar.day(day) == "off"]
        assert len(off) == count
        assert all(day.weekday() < 5 for day in off)


@pytest.mark.parametrize(
    ("day", "where"),
    [
        ("2026-01-01", PARTS),  # New Year's Day
        ("2026-01-02", ("GB-SCT",)),  # 2 January
        ("2026-03-17", ("GB-NIR",)),  # St Patrick's Day
        ("2026-04-03", PARTS),  # Good Friday
        ("2026-04-06", ("GB-EAW", "GB-NIR")),  # Easter Monday
        ("2026-06-15", ("GB-SCT",)),  # proclaimed for the World Cup
        ("2026-07-13", ("GB-NIR",)),  # in place of Sunday 12 July
        ("2026-08-03", ("GB-SCT",)),  # summer, first Monday
        ("2026-08-31", ("GB-EAW", "GB-NIR")),  # summer, last Monday
        ("2026-11-30", ("GB-SCT",)),  # St Andrew's Day
        ("2026-12-28", PARTS),  # in place of Saturday 26 December
        ("2027-01-04", ("GB-SCT",)),  # in place of Saturday 2 January
        ("2027-12-27", PARTS),  # in place of Saturday 25 December
        ("2026-12-24", ()),
    ],
)
def test_a_day_is_off_where_it_is_a_bank_holiday(day: str, where: tuple[str, ...]) -> None:
    """The three parts differ, and a day that is off in any of them is off in the union."""
    at = date.fromisoformat(day)
    assert tuple(name for name in PARTS if not CALENDARS.get(name).is_working(at)) == where
    assert CALENDARS.get("UK").is_working(at) is (not where)


def test_the_union_is_off_on_every_day_off_of_a_part() -> None:
    """Over four years the union works exactly where all three parts do, in London's time, as new as its parts."""
    union = CALENDARS.get("UK")
    assert (union.zone, union.valid) == ("Europe/London", (FIRST, LAST))
    for day in DAYS:
        assert union.is_working(day) is all(CALENDARS.get(name).is_working(day) for name in PARTS)
    working = [sum(union.is_working(day) for day in DAYS if day.year == year) for year in range(2024, 2028)]
    assert working == [249, 248, 247, 248]


def test_the_plain_week_knows_weekends_only() -> None:
    """Where no holidays are known: Monday to Friday, at any time."""
    plain = CALENDARS.get("MON-FRI")
    assert (plain.zone, plain.valid) == (None, None)
    assert all(plain.is_working(day) is (day.weekday() < 5) for day in DAYS)
