"""Amounts of time as people write them: ``36h``, ``10wd``, ``10 working days``, ``1 month``; one parser for all."""

import re
from functools import lru_cache
from typing import NamedTuple

from states.errors import N_, Usage

UNITS = (
    "minutes",
    "hours",
    "days",
    "working days",
    "weeks",
    "months",
    "years",
    "business minutes",
    "business hours",
)
ELAPSED = frozenset({"minutes", "hours"})
BUSINESS = frozenset({"business minutes", "business hours"})
TIMED = ELAPSED | BUSINESS

_SHORT = {
    "min": "minutes",
    "mins": "minutes",
    "h": "hours",
    "hr": "hours",
    "hrs": "hours",
    "d": "days",
    "wd": "working days",
    "w": "weeks",
    "mo": "months",
    "y": "years",
    "bmin": "business minutes",
    "bh": "business hours",
}
_WORDS = {**{unit: unit for unit in UNITS}, **{unit[:-1]: unit for unit in UNITS}, **_SHORT}

# About two hundred years of each unit: beyond that a limit is a slip of the pen, not a limit.
_MOST = {
    "minutes": 105_000_000,
    "hours": 1_750_000,
    "days": 73_000,
    "working days": 73_000,
    "weeks": 10_400,
    "months": 2_400,
    "years": 200,
    "business minutes": 105_000_000,
    "business hours": 1_750_000,
}
_SHAPE = re.compile(r"([+-]?)([0-9]+(?:[.,][0-9]+)?)\s*([^\W\d_]+(?:\s+[^\W\d_]+)*)", re.UNICODE)

_HINT = N_("Write a whole number and a unit: 36h, 90 min, 10d, 10wd, 2w, 3mo, 1y, 10 working days, 8 business hours.")


class Duration(NamedTuple):
    """``n`` whole units, ``n >= 0``; ``unit`` is one of `UNITS`."""

    n: int
    unit: str


@lru_cache(maxsize=4096)
def parse_duration(text: str) -> Duration:
    """The amount written in ``text``; raises Usage for anything but one whole, sane number of one known unit."""
    if not isinstance(text, str):
        raise Usage("An amount of time must be text such as '10 days', not {text!r}.", text=text, hint=_HINT)
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise Usage("'{text}' is not an amount of time, a number followed by a unit.", text=text, hint=_HINT)
    sign, number, word = found.groups()
    word = " ".join(word.lower().split())
    if word == "m":
        raise Usage(
            "'{text}' could mean minutes or months.", text=text, hint=N_("Write 'min' for minutes or 'mo' for months.")
        )
    unit = _WORDS.get(word)
    if unit is None:
        raise Usage("'{text}' is no amount of time: its unit '{unit}' is unknown.", text=text, unit=word, hint=_HINT)
    if sign == "-":
        raise Usage(
            "'{text}' is negative; an amount of time is counted forward.",
            text=text,
            hint=N_("Write a positive amount; to count back from the event, set 'before: true' in the rule."),
        )
    if not number.isdigit():
        raise Usage(
            "'{text}' is not a whole number of {unit}.",
            text=text,
            unit=unit,
            hint=N_("Use a smaller unit instead of a fraction: 90 min, 36h, 10d."),
        )
    if len(number) > 12 or int(number) > _MOST[unit]:
        raise Usage(
            "'{text}' is absurdly long: at most {most} {unit} can be counted.",
            text=text,
            most=_MOST[unit],
            unit=unit,
            hint=N_("Check the number and the unit."),
        )
    return Duration(int(number), unit)


def format_duration(d: Duration) -> str:
    """Canonical English: ``10 working days``, ``1 month``; `parse_duration` reads it back to the same value."""
    return f"{d.n} {d.unit[:-1] if d.n == 1 else d.unit}"
