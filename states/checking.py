"""What all static checks share: the names known around a text, and whether a field takes a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from states.durations import parse_duration
from states.errors import N_, Usage
from states.instants import parse_instant
from states.sheet import Path, Sheet
from states.vocabulary import CASE_ROLES, LISTS, POSTS, UPWARD, bare


@dataclass(frozen=True, slots=True)
class Known:
    """The names a text may use without giving them itself."""

    posts: frozenset[str]
    aliases: Mapping[str, Sequence[str]]
    ladders: Mapping[str, Any]
    calendars: frozenset[str]

    def role(self, sheet: Sheet, path: Path, role: str) -> None:
        """Flaw a role that is neither of the case, nor a post, nor an alias, nor one of these two in a body above."""
        known = {*POSTS, *self.posts, *self.aliases}
        if bare(role) in known or role in CASE_ROLES:
            return
        sheet.unknown(
            path, "role", role, sorted({*known, *CASE_ROLES, *(f"{up}{one}" for up in UPWARD for one in known)})
        )

    def calendar(self, sheet: Sheet, path: Path, name: str) -> None:
        if name not in self.calendars:
            sheet.unknown(path, "calendar", name, sorted(self.calendars))


def named(sheet: Sheet, path: Path, what: str, name: str, known: Mapping[str, Any], *, code: str = "") -> bool:
    """Whether the name is known; flaws it if not."""
    if name not in known:
        sheet.unknown(path, what, name, known, code=code)
        return False
    return True


def field_named(definition: Mapping[str, Any], sheet: Sheet, path: Path, name: str, *types: str) -> bool:
    """Whether there is a field of that name and of one of these types; flaws it if not."""
    if not named(sheet, path, "field", name, definition["fields"]):
        return False
    found = definition["fields"][name]["type"]
    if found not in types:
        sheet.flaw(
            path,
            "wrong-type",
            N_("`{name}` is a field of type {found}; here it must be of type {wanted}."),
            name=name,
            found=found,
            wanted=", ".join(types),
        )
        return False
    return True


def is_nothing(amount: str) -> bool:
    """Whether an amount of time in canonical spelling is none at all."""
    return amount == "0" or parse_duration(amount).n == 0


def check_value(field: Mapping[str, Any], value: Any, sheet: Sheet, path: Path, code: str) -> None:
    """Flaw a value, as YAML gave it, that a field of this type does not take."""
    kind = field["type"]
    if kind == "choice":
        if field["choices"] and str(value) not in field["choices"]:
            sheet.unknown(path, "choice", str(value), field["choices"], code=code)
    elif not _fits(field, kind, value):
        sheet.flaw(path, code, N_("`{value}` is not a value for a field of type {type}."), value=value, type=kind)


def _fits(field: Mapping[str, Any], kind: str, value: Any) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "int":
        low, high = field["min"], field["max"]
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and (low is None or value >= low) and (high is None or value <= high)
    if isinstance(value, list):
        return kind in LISTS
    try:
        if kind == "duration":
            parse_duration(str(value))
        elif kind in {"time", "date"} and value != "now":
            return isinstance(parse_instant(str(value)), datetime) == (kind == "time")
    except Usage:
        return False
    return True
