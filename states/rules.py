"""The rule object: what a limit may say, checked key by key and brought into one JSON-able normal form.

The normal form is a rule object itself (parsing it again changes nothing): amounts in canonical English, times as
``HH:MM``, instants as text, keys in one order, what is said by default left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from states import rule_values
from states.durations import BUSINESS, TIMED, Duration, format_duration, parse_duration
from states.errors import N_, Usage
from states.worktime import parse_hours

FORMS = ("limit", "end-of", "earliest", "latest", "sequence")
BRANCHED = ("earliest", "latest", "sequence")
STARTS = ("exclude", "include", "first-working-day", "exclude-hour")
PERIODS = ("year", "half-year", "quarter", "month")
KEYS = (
    *("from", "limit", "end-of", "plus", "earliest", "latest", "sequence", "calendar", "zone", "start", "before"),
    *("clear", "working-if-at-most", "min-working-days", "hours", "cutoff", "roll"),
)

_HINT_KEYS = N_(
    "A rule knows: limit, end-of, plus, earliest, latest, sequence, from, calendar, zone, start, roll, cutoff, hours, "
    "clear, working-if-at-most, before, min-working-days."
)
_HINT_ONE = N_("Say one of: limit, end-of (with plus), earliest, latest, sequence.")
_HINT_DAYS = N_("Leave the key out, or give the limit in days or longer.")


def parse_rule(obj: object, where: str = "") -> dict[str, Any]:
    """The normal form of a rule (a plain string is a limit); raises Usage with the place for everything else."""
    return _rule(obj, where, hours=False)


def limit_of(rule: Mapping[str, Any]) -> Duration:
    """The amount a rule in normal form counts: its ``limit``, or the ``plus`` of ``end-of`` (0 days if none)."""
    return parse_duration(rule["limit"] if "limit" in rule else rule.get("plus", "0 days"))


def _rule(obj: object, where: str, *, hours: bool) -> dict[str, Any]:
    if isinstance(obj, str):
        obj = {"limit": obj}
    if not isinstance(obj, Mapping):
        raise Usage(
            "A rule must be text such as '10 days' or a mapping, not {value!r}.", value=obj, where=where, hint=_HINT_ONE
        )
    for key in obj:
        if key not in KEYS:
            raise _unknown_key(str(key), where)
    forms = [key for key in FORMS if key in obj]
    if len(forms) > 1:
        raise Usage(
            "'{one}' and '{other}' are two forms in one rule.",
            one=forms[0],
            other=forms[1],
            where=where,
            hint=_HINT_ONE,
        )
    if not forms:
        raise Usage("The rule says no limit.", where=where, hint=_HINT_ONE)
    if "plus" in obj and forms[0] != "end-of":
        raise Usage("'plus' goes with 'end-of' only.", where=_at(where, "plus"), hint=_HINT_ONE)
    rule = _checked(obj, where)
    form = forms[0]
    if form in BRANCHED:
        rule[form] = _branches(obj[form], form, _at(where, form), hours=hours or "hours" in rule)
    _check_combination(rule, form, where, hours=hours or "hours" in rule)
    return {key: rule[key] for key in KEYS if key in rule}


def _branches(value: object, form: str, where: str, *, hours: bool) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple) or not value:
        raise Usage("'{form}' must be a list of rules.", form=form, where=where, hint=_HINT_ONE)
    rules = [_rule(branch, f"{where}[{number}]", hours=hours) for number, branch in enumerate(value)]
    if form == "sequence":
        for number, rule in enumerate(rules[1:], start=1):
            if "from" in rule:
                raise Usage(
                    "A later part of a sequence starts where the part before it ends, not at a 'from' of its own.",
                    where=f"{where}[{number}].from",
                    hint=N_("Put 'from' into the first part, or use 'latest' or 'earliest'."),
                )
    return rules


def _checked(obj: Mapping[Any, Any], where: str) -> dict[str, Any]:
    """Every key but the branches, checked alone; what is said by default is left out."""
    rule: dict[str, Any] = {}
    for key, value in obj.items():
        place = _at(where, key)
        if key in ("limit", "plus"):
            rule[key] = format_duration(rule_values.amount(value, place))
        elif key in ("calendar", "zone"):
            rule[key] = rule_values.text(value, key, place)
        elif key == "from":
            rule[key] = rule_values.event(value, place)
        elif key == "start":
            rule[key] = rule_values.choice(value, STARTS, key, place)
        elif key == "end-of":
            rule[key] = rule_values.choice(value, PERIODS, key, place)
        elif key == "roll":
            rule[key] = rule_values.roll(value, place)
        elif key == "cutoff":
            rule[key] = rule_values.time(value, place)
        elif key == "hours":
            rule[key] = parse_hours(value, place)
        elif key in ("clear", "before"):
            rule[key] = rule_values.flag(value, key, place)
        elif key in ("working-if-at-most", "min-working-days"):
            rule[key] = rule_values.number(value, key, place)
    defaults = {"start": "exclude", "roll": "none", "clear": False, "before": False}
    return {key: value for key, value in rule.items() if key not in defaults or value != defaults[key]}


def _check_combination(rule: Mapping[str, Any], form: str, where: str, *, hours: bool) -> None:
    """Raise Usage for what cannot be together."""
    if form in BRANCHED:
        for key in ("start", "before", "clear", "working-if-at-most"):
            if key in rule:
                raise Usage(
                    "'{key}' beside '{form}' has no limit to work on.",
                    key=key,
                    form=form,
                    where=_at(where, key),
                    hint=N_("Put it into the branches it is meant for."),
                )
        return
    unit = limit_of(rule).unit
    start = rule.get("start", "exclude")
    if unit in BUSINESS and not hours:
        raise Usage(
            "A limit in {unit} needs 'hours'.",
            unit=unit,
            where=where,
            hint=N_("Add 'hours' with the windows of each weekday: mon: ['09:00-12:00', '14:00-18:00']."),
        )
    if unit in TIMED:
        if start in ("include", "first-working-day"):
            raise Usage(
                "'start: {start}' is about the event's day and cannot go with a limit in {unit}.",
                start=start,
                unit=unit,
                where=_at(where, "start"),
                hint=N_("Hours run from the instant; 'exclude-hour' leaves the event's hour out."),
            )
        for key in ("clear", "working-if-at-most"):
            if key in rule:
                raise Usage(
                    "'{key}' is about days and cannot go with a limit in {unit}.",
                    key=key,
                    unit=unit,
                    where=_at(where, key),
                    hint=_HINT_DAYS,
                )
    elif start == "exclude-hour":
        raise Usage(
            "'start: exclude-hour' is about hours and cannot go with a limit in {unit}.",
            unit=unit,
            where=_at(where, "start"),
            hint=N_("For days, 'exclude' (the default) leaves the event's day out."),
        )
    if "clear" in rule and start == "include":
        raise Usage(
            "'clear' leaves the event's day out and 'start: include' counts it.",
            where=_at(where, "clear"),
            hint=N_("Keep one of the two."),
        )


def check_extensions(rule: Mapping[str, Any], extensions: Sequence[Duration], hours: bool = False) -> None:
    """Raise Usage where an extension cannot be counted: a rule counting back, or business time without hours."""
    hours = hours or "hours" in rule
    for form in BRANCHED:
        if form in rule:
            parts = rule[form][-1:] if form == "sequence" else rule[form]
            for part in parts:
                check_extensions(part, extensions, hours)
            return
    if rule.get("before") and extensions:
        raise Usage(
            "A limit counted back from an event cannot be extended.",
            hint=N_("Move the event, or make the limit itself shorter or longer."),
        )
    if not hours and any(extension.unit in BUSINESS for extension in extensions):
        raise Usage(
            "An extension in business time needs 'hours' in the rule.",
            hint=N_("Extend by days or elapsed hours, or add the hours of each weekday to the rule."),
        )


def _unknown_key(key: str, where: str) -> Usage:
    from difflib import get_close_matches

    near = get_close_matches(key, KEYS, 1)
    if near:
        return Usage(
            "A rule has no key '{key}'; did you mean '{near}'?", key=key, near=near[0], where=where, hint=_HINT_KEYS
        )
    return Usage("A rule has no key '{key}'.", key=key, where=where, hint=_HINT_KEYS)


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
