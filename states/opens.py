"""How one case opens others: which entries of `opens:` something sets off, and the words their fields may hold.

A trigger is ``{"t": "acted", "action": A}``, ``{"t": "opened"}``, ``{"t": "breached", "clock": C}`` or
``{"t": "escalated", "clock": C, "step": N}``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from states.anchors import condition_holds

_UNITS = frozenset({"unit", "units", "party"})
# What stands for a value and into which types of field it goes: of this case, and of the case that is opened.
WORDS: Mapping[str, frozenset[str]] = {
    "$unit": _UNITS,
    "$superior": _UNITS,
    "$body": _UNITS,
    "$above": _UNITS,
    "$new-unit": _UNITS,
    "$new-superior": _UNITS,
    "$new-body": _UNITS,
    "$title": frozenset({"text"}),
    "$ref": frozenset({"ref", "text"}),
    "$holder": frozenset({"person", "persons", "party"}),
    "$post": frozenset({"text", "posts"}),
    "$field": frozenset(),  # what the type of that field goes into
}
NAMING = {"$holder": "ROLE", "$post": "ROLE", "$field": "NAME"}  # these name something in brackets

# A field goes into one of the same type, and into these.
ALSO: Mapping[str, frozenset[str]] = {
    "unit": frozenset({"units", "party", "text"}),
    "person": frozenset({"persons", "party"}),
    **dict.fromkeys(("choice", "ref", "date", "duration", "int"), frozenset({"text"})),
}
_WORD = re.compile(r"(\$[a-z-]+)(?:\(\s*([A-Za-z0-9_.-]*)\s*\))?")

Entry = Mapping[str, Any]
Trigger = Mapping[str, Any]


class Word(NamedTuple):
    """A word of a field: ``$ref``, or one that names something, ``$holder(unit_head)``."""

    word: str
    of: str | None


def word_of(value: object) -> Word | None:
    """The word that stands where a value could; None for a value (an unknown word is a word too)."""
    if not isinstance(value, str) or not value.startswith("$"):
        return None
    found = _WORD.fullmatch(value)
    return Word(found[1], found[2]) if found else Word(value, None)


def triggered(
    definition: Mapping[str, Any], on: Trigger, fields: Mapping[str, object], every: str | None = None
) -> list[Entry]:
    """The entries that this sets off in a case with these fields, in the order of the definition.

    ``every`` is the window of the duty that opened the case (``year``), if one did.
    """
    return [
        entry
        for entry in definition.get("opens", ())
        if entry["on"] == on
        and condition_holds(entry["if"], fields)
        and ("duty" not in entry or every in entry["duty"])
    ]


def limit_of(entry: Entry, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The limit that replaces the first one of the new case, by the fields of this one; None leaves it."""
    limit: Mapping[str, Any] | None = entry["due"]
    if limit and "by" in limit and "of" in limit:
        limit = limit["of"].get(fields.get(limit["by"]))
    return dict(limit) if limit else None


def values_of(entry: Entry, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields an entry gives a case of a type with these; `NAME?` only where the type has it."""
    return {
        name.removesuffix("?"): value
        for name, value in entry["fields"].items()
        if not name.endswith("?") or name.removesuffix("?") in fields
    }


def roles_named(entry: Entry) -> Iterator[str]:
    """The roles an entry asks for."""
    if entry["owner"]:
        yield entry["owner"]
    for value in entry["fields"].values():
        word = word_of(value)
        if word and word.of and NAMING.get(word.word) == "ROLE":
            yield word.of


def by_itself(entry: Entry, automatic: frozenset[str]) -> bool:
    """Whether no person is needed to set it off: ``automatic`` are the actions that clocks do."""
    on = entry["on"]
    return on["t"] != "acted" or on["action"] in automatic
