"""The rule object: what a limit may say, checked key by key and brought into one JSON-able normal form.

The normal form is a rule object itself (parsing it again changes nothing): amounts in canonical English, times as
``HH:MM``, instants as text, keys in one order, what is said by default left out.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from states.durations import BUSINESS, ELAPSED, TIMED, Duration, format_duration, parse_duration
from states.errors import N_, Usage
from states.instants import format_event, format_time, parse_instant, parse_time, zone_of
from states.worktime import parse_hours

FORMS = ("limit", "end-of", "earliest", "latest", "sequence")
BRANCHED = ("earliest", "latest", "sequence")
STARTS = ("exclude", "include", "first-working-day", "exclude-hour")
ROLLS = ("none", "next", "next-same-time", "previous")
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
            rule[key] = format_duration(_amount(value, place))
        elif key in ("calendar", "zone"):
            rule[key] = _text(value, key, place)
        elif key == "from":
            rule[key] = _event(value, place)
        elif key == "start":
            rule[key] = _choice(value, STARTS, key, place)
        elif key == "end-of":
            rule[key] = _choice(value, PERIODS, key, place)
        elif key == "roll":
            rule[key] = _roll(value, place)
        elif key == "cutoff":
            rule[key] = _time(value, place)
        elif key == "hours":
            rule[key] = parse_hours(value, place)
        elif key in ("clear", "before"):
            rule[key] = _flag(value, key, place)
        elif key in ("working-if-at-most", "min-working-days"):
            rule[key] = _number(value, key, place)
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
            hint=N_("Add the hours of each weekday: 'hours: {mon: [\"09:00-17:00\"], ...}'."),
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


def check_extensions(rule: Mapping[str, Any], extensions: Any, hours: bool = False) -> None:
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


def counts_elapsed(rule: Mapping[str, Any], extensions: Any) -> bool:
    """Whether any amount of a rule with a limit of its own is in elapsed minutes or hours."""
    return limit_of(rule).unit in ELAPSED or any(extension.unit in ELAPSED for extension in extensions)


def _amount(value: object, where: str) -> Duration:
    try:
        if isinstance(value, str):
            return parse_duration(value)
    except Usage as problem:
        problem.where = where
        raise
    raise Usage(
        "An amount of time must be text such as '10 days', not {value!r}.",
        value=value,
        where=where,
        hint=N_("Write a whole number and a unit, such as '10 working days'."),
    )


def _event(value: object, where: str) -> str:
    try:
        if isinstance(value, str):
            return format_event(parse_instant(value))
        if isinstance(value, date):
            return format_event(value)
    except Usage as problem:
        problem.where = where
        raise
    raise Usage(
        "'from' must be an instant or a date, not {value!r}.",
        value=value,
        where=where,
        hint=N_("Write 2026-03-02T09:00:00+08:00 or 2026-03-02."),
    )


def _roll(value: object, where: str) -> Any:
    if isinstance(value, Mapping):
        if list(value) == ["next-at"]:
            return {"next-at": _time(value["next-at"], _at(where, "next-at"))}
        raise Usage(
            "'roll' as a mapping says 'next-at' and nothing else.", where=where, hint=N_("Write {'next-at': '12:00'}.")
        )
    return _choice(value, ROLLS, "roll", where)


def _time(value: object, where: str) -> str:
    try:
        if isinstance(value, str):
            return format_time(parse_time(value))
    except Usage as problem:
        problem.where = where
        raise
    raise Usage(
        "'{text}' is not a time of day.",
        text=value,
        where=where,
        hint=N_("Write hours and minutes, 00:00 to 23:59, such as '17:30'."),
    )


def _text(value: object, key: str, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise Usage("'{key}' must be a name.", key=key, where=where, hint=_HINT_KEYS)
    if key == "zone":
        try:
            zone_of(value)
        except Usage as problem:
            problem.where = where
            raise
    return value


def _flag(value: object, key: str, where: str) -> bool:
    if not isinstance(value, bool):
        raise Usage("'{key}' is true or false, not {value!r}.", key=key, value=value, where=where, hint=_HINT_KEYS)
    return value


def _number(value: object, key: str, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10_000:
        raise Usage(
            "'{key}' must be a whole number from 0 to 10000, not {value!r}.",
            key=key,
            value=value,
            where=where,
            hint=N_("Give the number of days."),
        )
    return value


def _choice(value: object, choices: tuple[str, ...], key: str, where: str) -> str:
    if isinstance(value, str) and value in choices:
        return value
    raise Usage(
        "'{key}' cannot be {value!r}; it is one of: {choices}.",
        key=key,
        value=value,
        choices=", ".join(choices),
        where=where,
        hint=N_("Correct the word."),
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
