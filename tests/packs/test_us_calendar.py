"""The shipped calendar of United States federal holidays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from states.calendars import Calendars, shipped

US = Calendars(shipped()).get("US")
FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_the_federal_holidays_of_2024_to_2027_are_days_off() -> None:
    """Eleven a year, none on a weekend; twelve in 2027, whose last day stands in for New Year's Day 2028.

    All 1,461 days of 2024 to 2027 were compared with holidays 0.109 (`UnitedStates`, observed days, Saturdays and
    Sundays off): none differed.
    """
    assert (US.zone, US.valid) == ("America/New_York", (FIRST, LAST))
    assert "5 U.S.C. 6103" in US.source
    for year, count in ((2024, 11), (2025, 11), (2026, 11), (2027, 12)):
        off = [day for day in DAYS if day.year == year and US.day(day) == "off"]
        assert len(off) == count
        assert all(day.weekday() < 5 for day in off)


@pytest.mark.parametrize(
    ("off", "open_"),
    [
        ("2024-06-19", "2024-06-20"),  # Juneteenth, Wednesday
        ("2025-01-20", "2025-01-21"),  # Birthday of Martin Luther King, Jr., third Monday
        ("2026-02-16", "2026-02-09"),  # Washington's Birthday, third Monday
        ("2026-07-03", "2026-07-02"),  # Friday, for Saturday 4 July
        ("2026-11-26", "2026-11-27"),  # Thanksgiving, fourth Thursday; the Friday is a working day
        ("2027-07-05", "2027-07-06"),  # Monday, for Sunday 4 July
        ("2027-12-24", "2027-12-27"),  # Friday, for Saturday 25 December
        ("2027-12-31", "2027-12-30"),  # Friday, for Saturday 1 January 2028
    ],
)
def test_a_holiday_on_a_weekend_is_kept_on_the_weekday_beside_it(off: str, open_: str) -> None:
    """Saturday on the Friday before, Sunday on the Monday after; the day beside it is a working day."""
    assert not US.is_working(date.fromisoformat(off))
    assert US.is_working(date.fromisoformat(open_))
