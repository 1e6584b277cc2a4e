"""What a decision bars somebody from, and until when: written into the event of the decision itself."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from states.counting import add_months
from states.durations import Duration, parse_duration

Definition = Mapping[str, Any]


def effects_of(definition: Definition, action: str, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The effects an action gives: ``{bars, whom, from, until}``, both days barred; ``whom`` as the case names it."""
    return [effect for _, effect in numbered(definition, action, fields)]


def numbered(definition: Definition, action: str, fields: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """The same, each with the place of its rule among the effects of the definition."""
    given = []
    for index, effect in enumerate(definition["effects"]):
        if effect["on"] != action or any(fields.get(name) not in values for name, values in effect["if"].items()):
            continue
        begins = date.fromisoformat(fields[effect["from"]])
        ends = last_day(effect, begins)
        if longer := fields.get(effect.get("at_least_until", "")):
            ends = max(ends, date.fromisoformat(longer))
        row = {
            "bars": list(effect["bars"]),
            "whom": fields[effect["whom"]],
            "from": begins.isoformat(),
            "until": ends.isoformat(),
        }
        given.append((index, row))
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


def ended_by(definition: Definition, effect: Mapping[str, Any]) -> list[str]:
    """The actions that take an effect away: those it names, else whatever leads from under appeal to an end of its own.

    An end of its own is a final state that no other way leads to, such as ``overturned``.
    """
    if "ended_by" in effect:
        return list(effect["ended_by"])
    actions, states = definition["actions"], definition["states"]
    decided = {actions[effect["on"]]["to"], None}
    appealed = {action["to"] for action in actions.values() if "party" in action["by"]} - decided
    leading: dict[str, list[str]] = {}
    for name, action in actions.items():
        leading.setdefault(action["to"], []).append(name)
    return [
        name
        for name, action in actions.items()
        if action["to"]
        and states[action["to"]]["final"]
        and all(set(actions[other]["from"]) <= appealed for other in leading[action["to"]])
    ]


def touched_by(definition: Definition, action: str) -> dict[int, str]:
    """What becomes of effects given before when an action is done: {place of the effect: ended|suspended|standing}."""
    found = {}
    for index, effect in enumerate(definition["effects"]):
        if action == effect["on"] or action in ended_by(definition, effect):
            found[index] = "ended"  # a new decision takes the place of the one before
        elif action in effect.get("suspended_by", ()):
            found[index] = "suspended"
        elif action in effect.get("resumed_by", ()):
            found[index] = "standing"
    return found
