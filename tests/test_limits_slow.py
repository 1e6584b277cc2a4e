"""The fast count against the slow one: any rule, any zone, any stops, any calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.slow_counter import NAMES, Slow, SlowCalendar

from states.calendars import Calendars, parse_calendars
from states.durations import Duration
from states.limits import Stop, due
from states.rules import parse_rule

ZONES = (
    *("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe"),
    *("Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "America/Santiago", "Asia/Beirut", "Pacific/Chatham"),
)
FAST = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAY_UNITS = ("days", "working days", "weeks", "months", "years")
MOST = {
    "minutes": 4000,
    "hours": 120,
    "business minutes": 3000,
    "business hours": 40,
    "days": 60,
    "working days": 40,
    "weeks": 8,
    "months": 14,
    "years": 2,
}

minutes = st.integers(0, 3 * 365 * 24 * 60).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
# Changes of the clocks happen here in some of the zones: around them the counts could differ.
near_changes = st.tuples(
    st.sampled_from([date(2025, 3, 9), date(2025, 3, 30), date(2025, 10, 26), date(2025, 11, 2), date(2025, 4, 6)]),
    st.integers(-5 * 24 * 60, 2 * 24 * 60),
).map(lambda pair: datetime(pair[0].year, pair[0].month, pair[0].day, tzinfo=UTC) + timedelta(minutes=pair[1]))
instants = st.one_of(minutes, near_changes)
events = st.one_of(instants, instants.map(lambda at: at.date()))
walls = st.builds(lambda h, m: f"{h:02d}:{m:02d}", st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))


def amounts(units: tuple[str, ...]) -> st.SearchStrategy[tuple[int, str]]:
    """A sane amount of one of the units."""
    return st.sampled_from(units).flatmap(lambda unit: st.tuples(st.integers(0, MOST[unit]), st.just(unit)))


@st.composite
def places(draw: st.DrawFn, around: datetime, excludes: bool) -> Slow:
    """A calendar with holidays and make-up days near the event, a zone, and stops near the event."""
    day = around.date()
    near = st.integers(-12, 40).map(lambda n: day + timedelta(days=n))
    calendar = SlowCalendar(
        off=draw(st.sets(near, max_size=8)),
        work=draw(st.sets(near, max_size=4)),
        weekend=draw(st.sampled_from([{5, 6}, {4, 5}, {6}, set()])),
    )
    pauses = draw(
        st.lists(
            st.tuples(st.integers(-4 * 1440, 25 * 1440), st.integers(0, 6 * 1440)).map(
                lambda pair: (around + timedelta(minutes=pair[0]), around + timedelta(minutes=sum(pair)))
            ),
            max_size=3,
        )
    )
    excluded = draw(
        st.lists(st.tuples(near, st.integers(0, 4)).map(lambda p: (p[0], p[0] + timedelta(days=p[1]))), max_size=2)
    )
    return Slow(calendar, ZoneInfo(draw(st.sampled_from(ZONES))), pauses, excluded if excludes else [])


def as_instant(event: datetime | date) -> datetime:
    """The event, or noon of its day: only to put things near it."""
    return event if isinstance(event, datetime) else datetime.combine(event, time(12), UTC)


def fast(slow: Slow, rule: dict, units: list[tuple[int, str]], event: datetime | date) -> datetime:
    """What the product answers."""
    calendars = Calendars(parse_calendars(slow.calendar.body()))
    stops = [Stop("pause", since, until) for since, until in slow.pauses]
    stops += [Stop("exclude", first, last) for first, last in slow.excluded]
    extensions = [Duration(n, unit) for n, unit in units[1:]]
    whole = parse_rule({"limit": f"{units[0][0]} {units[0][1]}", **rule})
    arguments = {"calendar": "C", "zone": slow.zone.key, "stops": stops, "extensions": extensions}
    plain = due(whole, event, calendars, **arguments)
    explained = due(whole, event, calendars, **arguments, explain=True)
    assert (plain.at, plain.precision, plain.days) == (explained.at, explained.precision, ())
    assert explained.days[0].what == "start"
    assert len({row.date for row in explained.days}) == len(explained.days)
    return plain.at


def options(draw: st.DrawFn, allowed: dict[str, st.SearchStrategy]) -> dict:
    """Any of the options, each there or not."""
    return {key: draw(values) for key, values in allowed.items() if draw(st.integers(0, 2)) == 0}


ROLLS = st.one_of(st.sampled_from(["next", "next-same-time", "previous"]), walls.map(lambda at: {"next-at": at}))


@FAST
@given(st.data())
def test_a_limit_in_days_is_what_walking_day_by_day_gives(data: st.DataObject) -> None:
    """Days to years with every start, roll, cut-off, stop and extension end where the slow counter ends."""
    event = data.draw(events)
    back = data.draw(st.booleans())
    rule = options(
        data.draw,
        {
            "roll": ROLLS,
            "cutoff": walls,
            "start": st.sampled_from(["include", "first-working-day"]),
            "working-if-at-most": st.integers(0, 30),
            "min-working-days": st.integers(1, 15),
            "clear": st.just(True),
        },
    )
    if rule.get("start") == "include":
        rule.pop("clear", None)
    if back:
        rule["before"] = True
    units = [data.draw(amounts(DAY_UNITS))]
    if not back:
        units += data.draw(st.lists(amounts(DAY_UNITS), max_size=2))
    slow = data.draw(places(as_instant(event), excludes=True))
    assert fast(slow, rule, units, event) == slow.due(rule, units, event)


@FAST
@given(st.data())
def test_a_limit_in_hours_is_what_walking_minute_by_minute_gives(data: st.DataObject) -> None:
    """Elapsed time, with pauses, an extension in days or hours, and every roll, ends where the slow counter ends."""
    event = data.draw(events)
    back = data.draw(st.booleans())
    rule = options(
        data.draw,
        {"roll": ROLLS, "cutoff": walls, "start": st.just("exclude-hour"), "min-working-days": st.integers(1, 4)},
    )
    if back:
        rule["before"] = True
    units = [data.draw(amounts(("minutes", "hours")))]
    if not back:
        units += data.draw(st.lists(amounts(("minutes", "hours", "working days", "months")), max_size=2))
    slow = data.draw(places(as_instant(event), excludes=False))
    assert fast(slow, rule, units, event) == slow.due(rule, units, event)


@FAST
@given(st.data())
def test_business_time_is_what_walking_minute_by_minute_gives(data: st.DataObject) -> None:
    """Business time over holidays, make-up days, pauses and excluded days ends where the slow counter ends."""
    event = data.draw(events)
    back = data.draw(st.booleans())
    shapes = [[], [("09:00", "12:00"), ("14:00", "18:00")], [("08:30", "16:45")], [("10:00", "11:00")]]
    days = data.draw(st.lists(st.sampled_from(shapes), min_size=8, max_size=8).filter(any))
    said = dict(zip([*NAMES, "makeup"], days, strict=True))
    if data.draw(st.booleans()):
        del said["makeup"]
    said["tue"] = shapes[1]
    rule = options(data.draw, {"roll": ROLLS, "start": st.just("exclude-hour")})
    rule["hours"] = {day: [f"{a}-{b}" for a, b in windows] for day, windows in said.items()}
    if back:
        rule["before"] = True
    units = [data.draw(amounts(("business minutes", "business hours")))]
    if not back:
        units += data.draw(st.lists(amounts(("business hours", "working days")), max_size=1))
    slow = data.draw(places(as_instant(event), excludes=True))
    slow.hours = {
        day: [(time.fromisoformat(a), time.fromisoformat(b)) for a, b in windows] for day, windows in said.items()
    }
    assert fast(slow, rule, units, event) == slow.due(rule, units, event)
