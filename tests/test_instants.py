"""Instants, dates and zones as people write them, and wall times that occur twice or never."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.errors import Usage
from states.instants import at_end, at_start, format_event, offset_name, parse_instant, parse_time, zone_of

BERLIN = ZoneInfo("Europe/Berlin")


def test_instants_and_dates_are_read() -> None:
    """RFC 3339 with Z or an offset, seconds optional; a bare date is a date."""
    assert parse_instant("2026-03-02") == date(2026, 3, 2)
    for text in ("2026-03-02T10:00:00Z", "2026-03-02T18:00+08:00", "2026-03-02 10:00:00.000000z"):
        assert parse_instant(text) == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-02-30", "20260302", "2026-03-02T10:00:00", "2026-03-02T25:00:00Z", "2026-W10-1", "10:00"],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    """A time without an offset is not an instant; the hint says how to write one."""
    with pytest.raises(Usage) as caught:
        parse_instant(text)
    assert "offset" in caught.value.hint


def test_the_text_of_an_event_is_read_back() -> None:
    """format_event refuses what has no offset."""
    for event in (date(2026, 3, 2), datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=8)))):
        assert parse_instant(format_event(event)) == event
    with pytest.raises(Usage, match="no offset"):
        format_event(datetime(2026, 3, 2))  # noqa: DTZ001


def test_zones_are_names_utc_or_fixed_offsets() -> None:
    """Unknown names are wrong words, folders of the database too."""
    assert zone_of("UTC") is UTC
    assert zone_of("-03:30").utcoffset(None) == -timedelta(hours=3, minutes=30)
    for name in ("Mars/Base", "Asia", "../etc/passwd", "+25:00", "+08:75"):
        with pytest.raises(Usage, match="unknown"):
            zone_of(name)


def test_the_zone_an_event_tells() -> None:
    """The key of its zone, else its offset, else UTC; zone_of reads it back."""
    assert offset_name(date(2026, 3, 2)) == "UTC"
    assert offset_name(datetime(2026, 3, 2, tzinfo=UTC)) == "UTC"
    assert offset_name(datetime(2026, 3, 2, tzinfo=BERLIN)) == "Europe/Berlin"
    assert offset_name(datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))) == "-03:30"


def test_times_of_day() -> None:
    """00:00 to 23:59:59, the first zero optional."""
    assert (parse_time("9:05"), parse_time("17:30:15")) == (time(9, 5), time(17, 30, 15))
    for text in ("24:00", "9", "12:60", "12:00:60", "", "noon"):
        with pytest.raises(Usage, match="not a time of day"):
            parse_time(text)


def test_a_wall_time_that_occurs_twice_or_never() -> None:
    """Earlier at a start, later at an end; moved forward by the gap in both."""
    autumn, spring, wall = date(2026, 10, 25), date(2026, 3, 29), time(2, 30)
    assert at_start(autumn, wall, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert at_end(autumn, wall, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert at_start(spring, wall, BERLIN) == at_end(spring, wall, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    # A whole day that Apia skipped: its end is the end of the day after.
    apia = ZoneInfo("Pacific/Apia")
    assert at_end(date(2011, 12, 30), time(23, 59, 59), apia) == at_end(date(2011, 12, 31), time(23, 59, 59), apia)


@settings(max_examples=300, deadline=None)
@given(
    st.dates(date(1980, 1, 1), date(2037, 12, 31)),
    st.times().map(lambda wall: wall.replace(fold=0)),
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut", "Pacific/Apia", "UTC"]),
)
def test_the_instant_shows_the_wall_time_or_lies_after_a_gap(day: date, wall: time, name: str) -> None:
    """Seen in its zone, the instant is that wall time, or later by the gap that swallowed it."""
    zone = ZoneInfo(name)
    wanted = datetime.combine(day, wall)
    start, end = at_start(day, wall, zone), at_end(day, wall, zone)
    assert start <= end
    for instant in (start, end):
        seen = instant.astimezone(zone).replace(tzinfo=None)
        assert seen >= wanted
        if seen != wanted:
            # Nothing in that zone shows the wanted time: it lies within a gap.
            assert wanted not in {
                (instant + timedelta(minutes=n * 30)).astimezone(zone).replace(tzinfo=None) for n in range(-60, 60)
            }
