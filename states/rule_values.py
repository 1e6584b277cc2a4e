"""The values of a rule's keys, each checked alone: given as people write it, returned in normal form.

Every function takes the place the value stands at and raises Usage with it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from states.durations import Duration, parse_duration
from states.errors import N_, Usage
from states.instants import format_event, format_time, parse_instant, parse_time, zone_of

ROLLS = ("none", "next", "next-same-time", "previous")


def amount(value: object, where: str) -> Duration:
    """An amount of time, as text."""
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


def event(value: object, where: str) -> str:
    """An instant with its offset or a bare date, as text that `parse_instant` reads."""
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


def roll(value: object, where: str) -> Any:
    """A roll: one of its words, or ``{"next-at": "HH:MM"}``."""
    if isinstance(value, Mapping):
        if list(value) == ["next-at"]:
            return {"next-at": time(value["next-at"], f"{where}.next-at")}
        raise Usage(
            "'roll' as a mapping says 'next-at' and nothing else.",
            where=where,
            hint=N_("Write next-at: '12:00' under roll."),
        )
    return choice(value, ROLLS, "roll", where)


def time(value: object, where: str) -> str:
    """A time of day, ``HH:MM``."""
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


def text(value: object, key: str, where: str) -> str:
    """The name of a calendar or of a zone that exists."""
    if not isinstance(value, str) or not value:
        raise Usage("'{key}' must be a name.", key=key, where=where, hint=N_("Write the name as text."))
    if key == "zone":
        try:
            zone_of(value)
        except Usage as problem:
            problem.where = where
            raise
    return value


def flag(value: object, key: str, where: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Usage(
            "'{key}' is true or false, not {value!r}.",
            key=key,
            value=value,
            where=where,
            hint=N_("Write true, or leave the key out."),
        )
    return value


def number(value: object, key: str, where: str) -> int:
    """A whole number of days."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10_000:
        raise Usage(
            "'{key}' must be a whole number from 0 to 10000, not {value!r}.",
            key=key,
            value=value,
            where=where,
            hint=N_("Give the number of days."),
        )
    return value


def choice(value: object, choices: tuple[str, ...], key: str, where: str) -> str:
    """One of the words."""
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
