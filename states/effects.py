"""What a decision bars somebody from, and until when: written into the event of the decision itself."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from states.counting import add_months
from states.durations import Duration, parse_duration


def effects_of(definition: Mapping[str, Any], action: str, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The effects an action gives: ``{bars, whom, from, until}``, both days barred; ``whom`` as the case names it."""
    given = []
    for effect in definition["effects"]:
        if effect["on"] != action or any(fields.get(name) not in values for name, values in effect["if"].items()):
            continue
        begins = date.fromisoformat(fields[effect["from"]])
        given.append(
            {
                "bars": list(effect["bars"]),
                "whom": fields[effect["whom"]],
                "from": begins.isoformat(),
                "until": last_day(effect, begins).isoformat(),
            }
        )
    return given


def last_day(effect: Mapping[str, Any], begins: date) -> date:
    """The last barred day: the end of the year, or the day before the same date so much later."""
    if effect.get("until") == "year-end":
        return date(begins.year, 12, 31)
    span: Duration = parse_duration(effect["for"])
    if span.unit in ("months", "years"):
        months = span.n * (12 if span.unit == "years" else 1)
        return date.fromordinal(add_months(begins.toordinal(), months)[0]) - timedelta(days=1)
    return begins + timedelta(days=span.n * (7 if span.unit == "weeks" else 1) - 1)
