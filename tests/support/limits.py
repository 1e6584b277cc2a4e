"""Short ways to ask for a due time in tests: rules as people write them, answers as local text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from states.calendars import Calendars, parse_calendars, shipped
from states.durations import parse_duration
from states.instants import parse_instant, zone_of
from states.limits import Due, due
from states.rules import parse_rule

# Bank holidays of England and Wales; what is not listed here is not needed by the examples.
ENGLAND = {
    "name": "ENG",
    "zone": "Europe/London",
    "off": ["2017-04-14", "2017-04-17", "2024-12-25", "2024-12-26", "2025-01-01", "2026-12-25", "2026-12-28"],
}
# A calendar of weekends only, known for 2026.
PLAIN = {"name": "PLAIN", "zone": "Asia/Shanghai", "valid": ["2026-01-01", "2026-12-31"]}
GERMAN = {"name": "DE", "zone": "Europe/Berlin", "off": ["2020-12-25", "2026-12-25", "2026-04-03", "2026-04-06"]}
OFFICE = {day: ["09:00-12:00", "14:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def calendars(*more: dict[str, Any]) -> Calendars:
    """The shipped calendars, those above, and more."""
    return Calendars({**shipped(), **parse_calendars([ENGLAND, PLAIN, GERMAN, *more], known=shipped())})


ALL = calendars()


def ask(
    rule: Any,
    start: str,
    *,
    calendar: str | None = "PLAIN",
    zone: str | None = None,
    stops: Sequence[str] = (),
    extend: Sequence[str] = (),
    among: Calendars = ALL,
    explain: bool = False,
) -> Due:
    """The whole answer."""
    return due(
        parse_rule(rule),
        parse_instant(start),
        among,
        calendar=calendar,
        zone=zone,
        stops=stops,
        extensions=[parse_duration(amount) for amount in extend],
        explain=explain,
    )


def local(answer: Due) -> str:
    """The due time on the wall of its zone: ``2026-03-16 23:59:59``."""
    return answer.at.astimezone(zone_of(answer.zone)).replace(tzinfo=None).isoformat(" ")


def end(rule: Any, start: str, **more: Any) -> str:
    """The due time on the wall; the end of a day as its date alone."""
    answer = ask(rule, start, **more)
    return answer.on.isoformat() if answer.precision == "day" else local(answer)
