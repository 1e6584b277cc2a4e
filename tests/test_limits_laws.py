# ruff: noqa: PLR0917 - hypothesis hands its examples over by position
"""Laws every limit keeps, whatever the rule, the zone and the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from support.limits import ALL, OFFICE

from states.durations import TIMED, UNITS, Duration
from states.instants import zone_of
from states.limits import Stop, due
from states.rules import parse_rule

LAW = settings(max_examples=300, deadline=None)
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
events = st.integers(0, 3 * 365 * 24 * 3600).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=n))
zones = st.sampled_from(ZONES)
units = st.sampled_from(UNITS)
amounts = st.integers(0, 60)
shapes = st.fixed_dictionaries(
    {},
    optional={
        "roll": st.sampled_from(["next", "previous", "next-same-time"]),
        "cutoff": st.sampled_from(["00:00", "02:30", "17:30"]),
        "min-working-days": st.integers(1, 5),
    },
)
spans = st.tuples(st.integers(-3000, 40_000), st.integers(0, 10_000))


def end(limit: tuple[int, str], event: datetime | date, zone: str, shape: dict | None = None, **more: object):
    """The due time of a limit along the Chinese calendar with office hours."""
    rule = parse_rule({"limit": f"{limit[0]} {limit[1]}", "hours": OFFICE, **(shape or {})})
    return due(rule, event, ALL, calendar="CN", zone=zone, **more).at


def monotone(unit: str, shape: dict) -> dict:
    """Hours are not rolled here: a roll to the end of Monday is later than what ends on Monday by itself."""
    return {key: value for key, value in shape.items() if key != "roll" or unit not in TIMED}


def paused(event: datetime, span: tuple[int, int]) -> tuple[datetime, datetime]:
    """A pause near the event, from minutes."""
    return event + timedelta(minutes=span[0]), event + timedelta(minutes=span[0] + span[1])


@LAW
@given(events, zones, units, amounts, amounts, shapes)
def test_a_longer_limit_never_ends_earlier(
    event: datetime, zone: str, unit: str, one: int, more: int, shape: dict
) -> None:
    """Due rises with the amount."""
    shape = monotone(unit, shape)
    assert end((one, unit), event, zone, shape) <= end((one + more, unit), event, zone, shape)


@LAW
@given(events, st.integers(0, 5 * 24 * 60), zones, units, amounts, shapes)
def test_a_later_event_never_ends_earlier(
    event: datetime, later: int, zone: str, unit: str, n: int, shape: dict
) -> None:
    """Due rises with the event. A cut-off is left out: late on Friday it moves an event past one on Saturday."""
    shape = {key: value for key, value in monotone(unit, shape).items() if key != "cutoff"}
    assert end((n, unit), event, zone, shape) <= end((n, unit), event + timedelta(minutes=later), zone, shape)


@LAW
@given(events, zones, units, amounts, amounts)
def test_an_extension_of_the_same_unit_is_a_longer_limit(
    event: datetime, zone: str, unit: str, n: int, more: int
) -> None:
    """N and M more are N + M, counted together from the original start."""
    extended = end((n, unit), event, zone, extensions=[Duration(more, unit)])
    assert extended == end((n + more, unit), event, zone)


@LAW
@given(events, zones, units, amounts, st.integers(-3000, 40_000), shapes)
def test_a_pause_of_no_length_changes_nothing(
    event: datetime, zone: str, unit: str, n: int, at: int, shape: dict
) -> None:
    """T1 = T2 stops nothing."""
    moment = event + timedelta(minutes=at)
    stops = [Stop("pause", moment, moment)]
    assert end((n, unit), event, zone, shape, stops=stops) == end((n, unit), event, zone, shape)


@LAW
@given(events, zones, units, amounts, spans, st.floats(0, 1), shapes)
def test_a_pause_cut_in_two_or_told_twice_is_the_same_pause(
    event: datetime, zone: str, unit: str, n: int, span: tuple[int, int], cut: float, shape: dict
) -> None:
    """Where a pause is split, and whether parts overlap, does not matter."""
    since, until = paused(event, span)
    middle = since + timedelta(minutes=int(span[1] * cut))
    whole = end((n, unit), event, zone, shape, stops=[Stop("pause", since, until)])
    parts = [Stop("pause", middle, until), Stop("pause", since, middle), Stop("pause", since, until)]
    assert end((n, unit), event, zone, shape, stops=parts) == whole


@LAW
@given(events, zones, units, amounts, spans)
def test_a_pause_never_makes_a_limit_shorter(
    event: datetime, zone: str, unit: str, n: int, span: tuple[int, int]
) -> None:
    """Standing still can only put the end off."""
    since, until = paused(event, span)
    assert end((n, unit), event, zone, stops=[Stop("pause", since, until)]) >= end((n, unit), event, zone)


@LAW
@given(events, zones, st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000))
def test_a_pause_within_elapsed_time_puts_the_end_off_by_its_length(
    event: datetime, zone: str, before: int, after: int, length: int
) -> None:
    """Elapsed time resumes where it stopped."""
    total = (before + after + 1, "minutes")
    since = event + timedelta(minutes=before)
    stops = [Stop("pause", since, since + timedelta(minutes=length))]
    assert end(total, event, zone, stops=stops) == end(total, event, zone) + timedelta(minutes=length)


@LAW
@given(events, zones, st.integers(0, 2000))
def test_elapsed_time_is_true_whatever_the_clocks_do(event: datetime, zone: str, minutes: int) -> None:
    """N minutes are N minutes in every zone on every day."""
    assert end((minutes, "minutes"), event, zone) - event == timedelta(minutes=minutes)


@LAW
@given(events, zones, st.sampled_from(["days", "working days", "weeks", "months", "years"]), amounts)
def test_a_limit_in_days_ends_at_the_end_of_a_local_day(event: datetime, zone: str, unit: str, n: int) -> None:
    """23:59:59 on the wall, on every day of the year, changes of the clocks included."""
    wall = end((n, unit), event, zone).astimezone(zone_of(zone))
    assert (wall.hour, wall.minute, wall.second) == (23, 59, 59)


@LAW
@given(events, zones, st.integers(0, 48), st.booleans())
def test_months_end_on_the_same_day_number_or_on_the_last(
    event: datetime, zone: str, months: int, include: bool
) -> None:
    """Either the day number is kept or the month has no such day and it is the month's last."""
    start = event.astimezone(zone_of(zone)).date()
    shape = {"start": "include"} if include and months else {}
    reached = end((months, "months"), event, zone, shape).astimezone(zone_of(zone)).date()
    following = reached + timedelta(days=1)
    kept = following if shape and (following.day == start.day) else reached
    assert kept.day == start.day or (following.day == 1 and reached.day < start.day)


@LAW
@given(events, zones, st.integers(1, 60))
def test_counting_back_undoes_counting_forward_in_working_days(event: datetime, zone: str, n: int) -> None:
    """N working days after a working day, N working days before that, is the same day again."""
    calendar = ALL.get("CN")
    day = event.astimezone(zone_of(zone)).date()
    while not calendar.is_working(day):
        day += timedelta(days=1)
    reached = due(parse_rule(f"{n} working days"), day, ALL, calendar="CN", zone=zone).on
    back = due(parse_rule({"limit": f"{n} working days", "before": True}), reached, ALL, calendar="CN", zone=zone)
    assert back.on == day


@LAW
@given(events, zones, units, amounts, shapes)
def test_the_explanation_counts_as_many_days_as_the_limit_says(
    event: datetime, zone: str, unit: str, n: int, shape: dict
) -> None:
    """As many rows are counted as the limit has days, and the last row is the due day or rolled from it."""
    rule = parse_rule({"limit": f"{n} {unit}", "hours": OFFICE, **shape})
    found = due(rule, event, ALL, calendar="CN", zone=zone, explain=True)
    if unit in ("days", "working days", "weeks"):
        assert sum(row.counted for row in found.days) == n * (7 if unit == "weeks" else 1)
    assert found.on.isoformat() in {row.date for row in found.days}
