"""Times beside a limit: reminders before it, steps after it, shares of it. DST-safe: days move on the wall clock."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from states.calendars import Calendars
from states.counting import Count, add_months
from states.durations import BUSINESS, ELAPSED, TIMED, Duration
from states.errors import N_, Usage
from states.instants import at_start, zone_of
from states.limit import counted_limit, first_day, instant_of
from states.reached import Due, Event, Setting, Settings
from states.rules import BRANCHED, limit_of
from states.stops import NO_STOPS, Stop

ACT_AT = time(9, 0)


def shift(
    at: datetime,
    by: Duration,
    calendars: Calendars,
    *,
    calendar: str,
    zone: str,
    back: bool = False,
    at_time: time | None = None,
) -> datetime:
    """The UTC instant ``by`` after (``back``: before) ``at``.

    Days and longer count from the local date of ``at`` and come out at the wall time ``at_time`` (None: that of
    ``at``); minutes and hours are elapsed. Business time is refused with Usage: it needs the hours of a rule.
    """
    if by.unit in BUSINESS:
        raise Usage(
            "A reminder or step cannot be {amount} {unit} away from its limit.",
            amount=by.n,
            unit=by.unit,
            hint=N_("Use minutes, hours, days, working days, weeks or months."),
        )
    if by.unit in ELAPSED:
        span = timedelta(minutes=by.n) if by.unit == "minutes" else timedelta(hours=by.n)
        return (at - span if back else at + span).astimezone(UTC)
    place = zone_of(zone)
    local = at.astimezone(place)
    day = local.date().toordinal()
    sign = -1 if back else 1
    if by.unit == "working days":
        day = Count(calendars.get(calendar), NO_STOPS).working_days(day, by.n, back)
    elif by.unit in ("months", "years"):
        day = add_months(day, sign * by.n * (12 if by.unit == "years" else 1))[0]
    else:
        day += sign * by.n * (7 if by.unit == "weeks" else 1)
    wall = local.time() if at_time is None else at_time
    return at_start(date.fromordinal(day), wall.replace(fold=0), place)


def fraction(
    percent: int,
    rule: Mapping[str, Any],
    start: datetime,
    due: Due,
    calendars: Calendars,
    *,
    calendar: str | None = None,
    zone: str | None = None,
    stops: Sequence[str | Stop] = (),
    extensions: Sequence[Duration] = (),
    at_time: time = ACT_AT,
) -> datetime:
    """The UTC instant at which ``percent`` of a limit have passed that began at ``start`` and ends at ``due``.

    A limit in days or longer is rounded down to whole days, counted from the start, at the wall time ``at_time``:
    working days for a limit in working days, stopped days left out; months, mixed amounts, branches and limits
    counted back are shared by calendar days. Hours and business time: that share of the elapsed time to ``due``.
    """
    if isinstance(percent, bool) or not 0 <= percent <= 100:
        raise Usage(
            "{percent} % is no share of a limit.", percent=percent, hint=N_("Give a whole number from 0 to 100.")
        )
    if not _by_days(rule, extensions):
        return (start + (due.at - start) * percent / 100).astimezone(UTC)
    setting = Settings(calendars, calendar=calendar, zone=zone, event=start, stops=stops).of(rule)
    if setting.stops.reset is not None:
        start = instant_of(setting.stops.reset, setting.zone)
    count = Count(setting.calendar, setting.stops)
    kinds = _day_kinds(rule, extensions)
    if kinds is None:
        return at_start(_share_of_days(percent, start, due, setting, count), at_time, setting.zone)
    total, working = kinds
    base, first, inclusive = first_day(rule, Event(start), limit_of(rule), count, setting.zone)
    n = total * percent // 100
    after = first - 1 if inclusive else first
    day = count.working_days(after, n) if working else count.days(after, n)
    return at_start(date.fromordinal(day if n else base), at_time, setting.zone)


def _by_days(rule: Mapping[str, Any], extensions: Sequence[Duration]) -> bool:
    """Whether a limit is shared in whole days: it, its extensions or any of its branches count in days or longer."""
    for form in BRANCHED:
        if form in rule:
            return any(_by_days(branch, extensions) for branch in rule[form])
    return "end-of" in rule or any(amount.unit not in TIMED for amount in (limit_of(rule), *extensions))


def _day_kinds(rule: Mapping[str, Any], extensions: Sequence[Duration]) -> tuple[int, bool] | None:
    """(how many days in all, whether working days) of a limit in one kind of day counted forward, else None."""
    if "limit" not in rule or rule.get("before") or "from" in rule:
        return None
    amounts = [counted_limit(rule), *extensions]
    units = {"days" if amount.unit == "weeks" else amount.unit for amount in amounts}
    if len(units) != 1 or not units <= {"days", "working days"}:
        return None
    return sum(amount.n * (7 if amount.unit == "weeks" else 1) for amount in amounts), "working days" in units


def _share_of_days(percent: int, start: datetime, due: Due, setting: Setting, count: Count) -> date:
    """The day by which that share of the counted calendar days between start and due has passed."""
    first = start.astimezone(setting.zone).date().toordinal()
    last = due.on.toordinal()
    total = max(0, last - first - setting.stops.stopped_between(first, last))
    return date.fromordinal(count.days(first, total * percent // 100))
