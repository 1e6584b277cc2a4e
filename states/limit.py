"""One limit, counted: from its event over days and hours to the last instant in time.

The order of counting is the contract's: months and years, then weeks, days and working days, then hours and
business time; the limit before its extensions within each group; one roll at the end.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from states.counting import Count, add_months, period_end
from states.durations import BUSINESS, ELAPSED, TIMED, Duration
from states.errors import N_, Usage
from states.explained import explain
from states.instants import END_OF_DAY, MIDNIGHT, at_end, at_start, next_full_hour, parse_time
from states.reached import Event, Reached, Setting
from states.rules import limit_of
from states.stops import run_back, run_on
from states.worktime import Worktime

# (how many, whether working days, step of the explanation)
Part = tuple[int, bool, str]


def count_limit(
    rule: Mapping[str, Any], event: Event, setting: Setting, extensions: Sequence[Duration], explained: bool
) -> Reached:
    """The due time of a rule with a limit of its own (``limit`` or ``end-of``); raises Usage, Standing, Invalid."""
    if setting.stops.excludes and counts_elapsed(rule, extensions):
        raise Usage(
            "Excluded days say nothing to a limit in elapsed time, which runs through every day.",
            hint=N_("Use pause:T1/T2, or give the limit in days or business time."),
        )
    count = Count(setting.calendar, setting.stops, explained)
    limit = counted_limit(rule)
    back = rule.get("before", False)
    months, parts, timed = _groups(limit, extensions, rule.get("clear", False))
    begins = first_day(rule, event, limit, count, setting.zone)
    base = begins[0]

    by_day = bool(months or parts) or "end-of" in rule or limit.unit not in TIMED
    day = _count_days(count, begins, months, parts, back=back, sticky="end-of" in rule) if by_day else base
    if timed or not by_day:
        at = at_end(date.fromordinal(day), END_OF_DAY, setting.zone) if by_day else instant_of(event.at, setting.zone)
        if rule.get("start") == "exclude-hour" and not (months or parts):
            at = next_full_hour(at, setting.zone, back)
        at, precision = _count_hours(count, at, timed, setting, back), "instant"
    else:
        at, precision = end_of(day, rule, setting.zone)
    if rule.get("min-working-days"):
        at, precision = lengthen(rule, base, (at, precision), count, setting.zone)
    at, precision = roll(rule, at, precision, count, setting.zone)
    whole_day = precision == "day" or (by_day and not timed)
    provisional = count.provisional
    days = explain(count, setting) if explained else []
    return Reached(at, precision, whole_day, provisional, setting, days)


def counts_elapsed(rule: Mapping[str, Any], extensions: Sequence[Duration]) -> bool:
    """Whether any amount of a rule with a limit of its own is in elapsed minutes or hours."""
    return limit_of(rule).unit in ELAPSED or any(extension.unit in ELAPSED for extension in extensions)


def counted_limit(rule: Mapping[str, Any]) -> Duration:
    """The limit as it is counted: days become working days where they are few enough (the limit alone decides)."""
    limit = limit_of(rule)
    if limit.unit == "days" and limit.n <= rule.get("working-if-at-most", -1):
        return Duration(limit.n, "working days")
    return limit


def instant_of(at: datetime | date, zone: tzinfo) -> datetime:
    """The UTC instant of an event; a bare date is 00:00 local."""
    return at.astimezone(UTC) if isinstance(at, datetime) else at_start(at, MIDNIGHT, zone)


def first_day(
    rule: Mapping[str, Any], event: Event, limit: Duration, count: Count, zone: tzinfo
) -> tuple[int, int, bool]:
    """(the event's day, the day counting begins on, whether that day itself counts), as ordinals.

    An event after the cut-off of a working day belongs to the next working day, if the limit is in days or longer;
    ``end-of`` makes the period's last day the event's day.
    """
    day = event.day
    after_cutoff = False
    if day is None:
        day = event.at.astimezone(zone).date() if isinstance(event.at, datetime) else event.at
        if "cutoff" in rule and isinstance(event.at, datetime) and limit.unit not in TIMED:
            after_cutoff = event.at > at_end(day, parse_time(rule["cutoff"]), zone)
    base = day.toordinal()
    count.note("start", base, base)
    if after_cutoff and count.working(base):
        # The day the event belongs to is a matter of the calendar alone: a stopped day may well be it.
        moved = count.calendar.after(base, 1)
        count.saw(base, moved)
        count.note("moved", base, moved)
        base = moved
    if "end-of" in rule:
        last = period_end(base, rule["end-of"])
        count.note("period", base, last)
        base = last
    start = rule.get("start", "exclude")
    if start == "first-working-day" and not count.working(base):
        first = count.calendar.before(base, 1) if rule.get("before") else count.calendar.after(base, 1)
        count.saw(base, first)
        count.note("skipped", base, first)
        return base, first, True
    return base, base, start == "include"


def end_of(day: int, rule: Mapping[str, Any], zone: tzinfo) -> tuple[datetime, str]:
    """(the end of that day: the cut-off, if set, else 23:59:59; its precision)."""
    wall, precision = (parse_time(rule["cutoff"]), "instant") if "cutoff" in rule else (END_OF_DAY, "day")
    return at_end(date.fromordinal(day), wall, zone), precision


def lengthen(
    rule: Mapping[str, Any], base: int, reached: tuple[datetime, str], count: Count, zone: tzinfo
) -> tuple[datetime, str]:
    """(due time, precision) after ``min-working-days``: at the earliest (back: latest) the end of the Nth such day."""
    back = rule.get("before", False)
    needed = count.working_days(base, rule["min-working-days"], back)
    whole, precision = end_of(needed, rule, zone)
    if whole >= reached[0] if back else whole <= reached[0]:
        return reached
    count.note("least", reached[0].astimezone(zone).date().toordinal(), needed)
    return whole, precision


def roll(rule: Mapping[str, Any], at: datetime, precision: str, count: Count, zone: tzinfo) -> tuple[datetime, str]:
    """The due time after the roll of the rule, and its precision; unchanged on a working day."""
    how = rule.get("roll", "none")
    if how == "none":
        return at, precision
    local = at.astimezone(zone)
    day = local.date().toordinal()
    rolled = count.roll(day, back=how == "previous")
    if rolled == day:
        return at, precision
    count.note("roll", day, rolled)
    if how in ("next", "previous"):
        return end_of(rolled, rule, zone)
    if how == "next-same-time":
        return at_end(date.fromordinal(rolled), local.time().replace(fold=0), zone), precision
    return at_end(date.fromordinal(rolled), parse_time(how["next-at"]), zone), "instant"


def _groups(
    limit: Duration, extensions: Sequence[Duration], clear: bool
) -> tuple[int, list[Part], list[tuple[timedelta, bool]]]:
    """(months, parts in days, parts in hours: amount and whether business time), the limit first in each."""
    months = 0
    parts: list[Part] = []
    timed: list[tuple[timedelta, bool]] = []
    for number, amount in enumerate((limit, *extensions)):
        n, unit = amount.n, amount.unit
        if number and not n:
            continue
        if unit in TIMED:
            span = timedelta(minutes=n) if unit.endswith("minutes") else timedelta(hours=n)
            timed.append((span, unit in BUSINESS))
            continue
        if unit in ("months", "years"):
            months += n if unit == "months" else 12 * n
        elif unit == "working days":
            parts.append((n, True, "working"))
        else:
            parts.append((n * 7 if unit == "weeks" else n, False, "counted"))
        if clear and not number:
            parts.append((1, unit == "working days", "clear"))
    return months, parts, timed


def _count_days(
    count: Count, begins: tuple[int, int, bool], months: int, parts: list[Part], *, back: bool, sticky: bool
) -> int:
    """The day reached from what `first_day` gave; ``sticky``: months stay at the month's end."""
    base, first, inclusive = begins
    step = -1 if back else 1
    day = before_first = first - step if inclusive else first
    if months:
        to, exists = add_months(first, months * step, sticky and first == base)
        if inclusive and exists:
            to -= step
        count.note("counted", day, to)
        stopped = count.stops.stopped_between(to - 1, day - 1) if back else count.stops.stopped_between(day, to)
        if stopped:
            end = count.days(to, stopped, back)
            count.note("added", to, end)
            to = end
        day = to
    for n, working, label in parts:
        to = count.working_days(day, n, back) if working else count.days(day, n, back)
        count.note(label, day, to)
        day = to
    # Nothing was counted: zero days end on the event's day, however counting would have begun.
    return base if inclusive and day == before_first else day


def _count_hours(
    count: Count, at: datetime, timed: list[tuple[timedelta, bool]], setting: Setting, back: bool
) -> datetime:
    """The instant reached over elapsed and business time."""
    count.note("hours", 0, 0)
    for amount, business in timed:
        if business:
            if setting.hours is None:
                raise Usage(
                    "Business time needs 'hours' in the rule.",
                    hint=N_("Add the hours of each weekday to the rule."),
                )
            work = Worktime(setting.hours, count, setting.zone)
            to = work.back(at, amount) if back else work.on(at, amount)
        else:
            to = run_back(at, amount, count.stops) if back else run_on(at, amount, count.stops)
        if count.trail is not None:
            count.spans.append((at, to, business))
        at = to
    return at
