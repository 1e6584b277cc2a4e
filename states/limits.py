"""When a limit ends, and why: the one function behind every clock, duty, reminder and explanation.

`due` works out a rule (CONTRACT.md section 4) in normal form, as `states.rules.parse_rule` gives it. What the
contract leaves open is decided here the way a lawyer would expect:

- zero hours end at the event; a limit of zero days with ``clear`` ends on the next day;
- ``include`` and ``first-working-day`` with ``before`` mirror: the period begins the other way round;
- an amount of elapsed or business time counted back ends at the last instant from which it still fits;
- ``min-working-days`` wants whole days that are not stopped: hours that end within the Nth run to its end, so that
  a longer limit never ends earlier;
- a clock that still stands has a due time only if the limit ended before it stopped, else `Standing` is raised.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from states.calendars import Calendars
from states.counting import Count
from states.durations import Duration
from states.errors import N_, Usage
from states.explained import explain
from states.instants import format_event, parse_instant
from states.limit import count_limit, lengthen, roll
from states.reached import Day, Due, Event, Reached, Settings
from states.rules import check_extensions, parse_rule
from states.steps import fraction, shift
from states.stops import Standing, Stop, parse_stop

__all__ = ["Day", "Due", "Standing", "Stop", "due", "fraction", "parse_instant", "parse_stop", "shift"]


def due(
    rule: Mapping[str, Any] | str,
    event: datetime | date,
    calendars: Calendars,
    *,
    calendar: str | None = None,
    zone: str | None = None,
    stops: Sequence[str | Stop] = (),
    extensions: Sequence[Duration] = (),
    explain: bool = False,
) -> Due:
    """When the limit ends that begins with ``event`` (aware, or a bare date).

    ``calendar`` and ``zone`` are the defaults of unit and workspace; the rule's own come first, the zone of the
    calendar and the event's offset last. Raises Usage, NotFound (calendar), Invalid (calendar without working
    days) and Standing (the clock stands still).
    """
    if isinstance(rule, str):
        rule = parse_rule(rule)
    if isinstance(event, datetime) and event.tzinfo is None:
        format_event(event)
    if extensions:
        check_extensions(rule, extensions)
    settings = Settings(calendars, calendar=calendar, zone=zone, event=event, stops=stops)
    try:
        work = _Work(settings, rule, explain)
        reached = work.count(rule, work.start(event), settings, extensions)
        on = reached.on
    except (OverflowError, ValueError) as problem:
        raise Usage(
            "The limit ends beyond the years a date can have.",
            hint=N_("Check the amount and the date it counts from."),
        ) from problem
    return Due(
        reached.at.astimezone(UTC),
        on,
        reached.precision,
        reached.provisional,
        reached.setting.calendar.name,
        reached.setting.zone_name,
        tuple(reached.days),
    )


class _Work:
    """One computation: what is the same for the rule and all its branches."""

    __slots__ = ("_explain", "_reset")

    def __init__(self, settings: Settings, rule: Mapping[str, Any], explain: bool) -> None:
        self._explain = explain
        self._reset: datetime | date | None = settings.of(rule).stops.reset if settings.stopped else None

    def start(self, event: datetime | date) -> Event:
        """The event counting begins with: the latest reset replaces it."""
        return Event(event if self._reset is None else self._reset)

    def count(
        self, rule: Mapping[str, Any], event: Event, settings: Settings, extensions: Sequence[Duration]
    ) -> Reached:
        """Count a rule, with its branches."""
        if "from" in rule and self._reset is None:
            event = Event(parse_instant(rule["from"]))
        if "limit" in rule or "end-of" in rule:
            return count_limit(rule, event, settings.of(rule), extensions, self._explain)
        under = settings.under(rule)
        if "sequence" in rule:
            reached = self._sequence(rule["sequence"], event, under, extensions)
        else:
            reached = self._pick(rule, event, under, extensions)
        return self._outer(rule, event, reached, settings)

    def _sequence(
        self, parts: Sequence[Mapping[str, Any]], event: Event, settings: Settings, extensions: Sequence[Duration]
    ) -> Reached:
        """Each part begins where the one before it ends; an extension goes to the last."""
        reached = self.count(parts[0], event, settings, () if len(parts) > 1 else extensions)
        for number, part in enumerate(parts[1:], start=2):
            event = Event(reached.at, reached.on if reached.whole_day else None)
            following = self.count(part, event, settings, extensions if number == len(parts) else ())
            following.provisional = following.provisional or reached.provisional
            known = {day.date for day in reached.days}
            following.days = reached.days + [day for day in following.days if day.date not in known]
            reached = following
        return reached

    def _pick(
        self, rule: Mapping[str, Any], event: Event, settings: Settings, extensions: Sequence[Duration]
    ) -> Reached:
        """The earliest or latest branch. A branch whose clock stands can't be the earliest while another ends."""
        found: list[Reached] = []
        standing: Standing | None = None
        for branch in rule["earliest"] if "earliest" in rule else rule["latest"]:
            try:
                found.append(self.count(branch, event, settings, extensions))
            except Standing as problem:
                standing = problem
        if standing is not None and ("latest" in rule or not found):
            raise standing
        pick = min if "earliest" in rule else max
        picked = pick(found, key=lambda reached: reached.at)
        picked.provisional = any(reached.provisional for reached in found)
        return picked

    def _outer(self, rule: Mapping[str, Any], event: Event, reached: Reached, settings: Settings) -> Reached:
        """The rule around the branches: the working days it wants at least, then its own roll."""
        if not rule.get("min-working-days") and "roll" not in rule:
            return reached
        setting = settings.of(rule)
        count = Count(setting.calendar, setting.stops, self._explain)
        at, precision = reached.at, reached.precision
        if rule.get("min-working-days"):
            local = event.at.astimezone(setting.zone).date() if isinstance(event.at, datetime) else event.at
            base = (event.day or local).toordinal()
            at, precision = lengthen(rule, base, (at, precision), count, setting.zone)
        at, precision = roll(rule, at, precision, count, setting.zone)
        provisional = reached.provisional or count.provisional
        if at == reached.at:
            reached.provisional = provisional
            return reached
        moved = {day.date: day for day in (explain(count, setting) if self._explain else ())}
        days = [moved.pop(day.date, day) for day in reached.days] + list(moved.values())
        return Reached(at, precision, precision == "day" or reached.whole_day, provisional, setting, days)
