"""When a clock is due, and everything it will do by itself, in order: reminders, breach, the steps of its ladder.

All of it is computed from the case's law, the calendars and the clock's own row; nothing here writes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.durations import parse_duration
from states.limits import due, fraction, shift
from states.reached import Due
from states.rules import parse_rule
from workflow.case import Clock
from workflow.instants import moment, stamp
from workflow.scene import Scene

LATE = timedelta(seconds=1)  # an act at due is in time; the breach is one second after it
_OF_THAT_DAY = parse_rule("0 days")

Spec = Mapping[str, Any]


class Point(NamedTuple):
    """One thing a clock does by itself: its key within the run, and its instant as a stamp."""

    what: str
    step: int
    occurrence: int
    at: str


def limit_for(spec: Spec, fields: Mapping[str, Any], *, again: bool) -> dict[str, Any] | None:
    """The rule this run follows: the one for re-entry, the one for the case's grade, or None (no such clock)."""
    if again and spec["again"]:
        return dict(spec["again"])
    limit: dict[str, Any] = spec["limit"]
    if "by" in limit and "of" in limit:
        chosen = limit["of"].get(fields.get(limit["by"]))
        return dict(chosen) if chosen else None
    return limit


def ladder_for(spec: Spec, fields: Mapping[str, Any]) -> str | None:
    ladder: str | dict[str, Any] | None = spec["ladder"]
    if isinstance(ladder, dict):
        chosen: str | None = ladder["of"].get(fields.get(ladder["by"]))
        return chosen
    return ladder


def due_of(
    scene: Scene, rule: dict[str, Any], start: str, stops: Sequence[Sequence[str | None]] = (), more: Sequence[str] = ()
) -> Due:
    """The due time of a rule from an instant, with its stops and extensions (``more``).

    ``{"date": D}`` (a duty's own date) is the end of that day.
    """
    event, counted = dated(rule, start)
    return due(
        counted,
        event,
        scene.calendars,
        calendar=scene.calendar,
        zone=scene.zone,
        stops=stops_of(stops),
        extensions=[parse_duration(text) for text in more],
    )


def dated(rule: dict[str, Any], start: str) -> tuple[datetime | date, dict[str, Any]]:
    """(event, rule) to count: of ``{"date": D}`` the day itself."""
    return (date.fromisoformat(rule["date"]), _OF_THAT_DAY) if "date" in rule else (begun(start), own(rule))


def own(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule itself, also of ``{"given": RULE}``: what the case that opened this one gave its first clock."""
    given: dict[str, Any] = rule.get("given", rule)
    return given


def with_more(clock: Clock, by: str, spec: Spec) -> tuple[dict[str, Any], list[str]]:
    """(rule, extensions) of a clock once it is given more time: counted on from its end, or with the limit itself."""
    if spec["extension"].get("from") == "due":
        longer = parse_rule({"sequence": [own(clock.rule), by]})
        return {"given": longer} if "given" in clock.rule else longer, clock.extensions
    return clock.rule, [*clock.extensions, by]


def begun(text: str) -> datetime | date:
    """What a limit is counted from: an instant, or a bare date where a date field says so."""
    return date.fromisoformat(text) if len(text) == len("2026-02-09") else moment(text)


def stops_of(stops: Sequence[Sequence[str | None]]) -> list[str]:
    """The intervals a clock stood still, in the words of `states.limits`."""
    return [f"pause:{since}/{until or ''}" for since, until in stops]


def breach_of(due_at: str) -> str:
    """The instant from which an act is late."""
    return stamp(moment(due_at) + LATE)


def points(scene: Scene, clock: Clock) -> list[Point]:
    """Everything the clock does in this run, in order of time; reminders only between start and due."""
    spec = scene.definition["clocks"][clock.name]
    act_at = time.fromisoformat(scene.definition["act_at"])
    due_at = moment(clock.due_at)
    breach_at = breach_of(clock.due_at)
    plan = [Point("breach", 0, 1, breach_at)]
    for step, remind in enumerate(spec["remind"], 1):
        at = stamp(_remind_at(scene, clock, remind, due_at, act_at))
        if clock.started_at < at <= clock.due_at:
            plan.append(Point("remind", step, 1, at))
    for step, rung in enumerate(scene.definition["ladders"].get(clock.ladder, ()), 1):
        plan += _climb(scene, clock, step, rung, due_at, act_at)
    plan.sort(key=lambda point: (point.at, _RANK[point.what], point.step, point.occurrence))
    return plan


_RANK = {"remind": 0, "breach": 1, "step": 2}  # of what happens in the same instant


def _climb(  # noqa: PLR0917  # one caller, right above
    scene: Scene, clock: Clock, step: int, rung: Mapping[str, Any], due_at: datetime, act_at: time
) -> list[Point]:
    """One step of a ladder: before, at or after due, and as often again as it says."""
    place = {"calendar": clock.calendar, "zone": clock.zone, "at_time": act_at}
    if before := rung.get("before"):
        at = shift(due_at, parse_duration(before), scene.calendars, back=True, **place)
        return [Point("step", step, 1, stamp(at))] if clock.started_at < stamp(at) else []
    breach_at = breach_of(clock.due_at)
    if rung["after"] == "0":
        first = breach_at
    else:
        first = max(breach_at, stamp(shift(due_at, parse_duration(rung["after"]), scene.calendars, **place)))
    found = [Point("step", step, 1, first)]
    if repeat := rung.get("repeat"):
        every = parse_duration(repeat["every"])
        for occurrence in range(2, repeat["times"] + 2):
            at = shift(moment(found[-1].at), every, scene.calendars, **place)
            found.append(Point("step", step, occurrence, stamp(at)))
    return found


def _remind_at(scene: Scene, clock: Clock, remind: dict[str, Any], due_at: datetime, act_at: time) -> datetime:
    """A share of the limit after the start, or an amount before due."""
    if "before" in remind:
        before = parse_duration(remind["before"])
        return shift(
            due_at, before, scene.calendars, calendar=clock.calendar, zone=clock.zone, back=True, at_time=act_at
        )
    percent = int(remind["percent"])
    if "date" in clock.rule:
        return _share_of_working_days(scene, clock, percent, act_at)
    ends = Due(
        due_at,
        date.fromisoformat(clock.due_on),
        clock.precision,
        bool(clock.provisional),
        clock.calendar,
        clock.zone,
        (),
    )
    start = begun(clock.from_at)
    if not isinstance(start, datetime):
        start = datetime.combine(start, time.min, ZoneInfo(clock.zone))
    return fraction(
        percent,
        own(clock.rule),
        start,
        ends,
        scene.calendars,
        calendar=clock.calendar,
        zone=clock.zone,
        stops=stops_of(clock.stops),
        extensions=[parse_duration(text) for text in clock.extensions],
        at_time=act_at,
    )


def _share_of_working_days(scene: Scene, clock: Clock, percent: int, act_at: time) -> datetime:
    """A share of the working days between the opening of a duty's case and the duty's date."""
    zone, calendar = ZoneInfo(clock.zone), scene.calendars.get(clock.calendar)
    begun = moment(clock.started_at).astimezone(zone).date()
    first, last = begun.toordinal(), date.fromisoformat(clock.due_on).toordinal()
    total = sum(first < day <= last for day in calendar.days(first, last))
    share = total * percent // 100
    day = date.fromordinal(calendar.after(first, share)) if share else begun
    return datetime.combine(day, act_at, zone)
