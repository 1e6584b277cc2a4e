"""How a policy text is read: small readers for words, lists, records and amounts; they report and never raise."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from states.durations import BUSINESS, format_duration, parse_duration
from states.errors import N_, Usage
from states.loader import Node
from states.sheet import Path, Sheet

Read = Callable[[Sheet, Node, Path], Any]


def wrong(sheet: Sheet, path: Path, wanted: str, node: Node) -> None:
    found = node.kind if node.kind in {"list", "map"} else (node.raw or "nothing")
    sheet.flaw(path, "wrong-type", N_("Here stands {found}, where {wanted} is expected."), wanted=wanted, found=found)


def text(sheet: Sheet, node: Node, path: Path) -> str:
    """Any one line of text; numbers and dates count as the text they were written as."""
    if node.kind in {"list", "map"} or not node.raw.strip():
        wrong(sheet, path, N_("text"), node)
        return ""
    return " ".join(node.raw.split())


def flag(sheet: Sheet, node: Node, path: Path) -> bool:
    if node.kind != "bool":
        wrong(sheet, path, N_("true or false"), node)
    return node.raw.lower() == "true"


def integer(sheet: Sheet, node: Node, path: Path) -> int:
    if node.kind != "int":
        wrong(sheet, path, N_("a whole number"), node)
        return 0
    return int(node.raw)


def natural(sheet: Sheet, node: Node, path: Path) -> int:
    """A whole number that is not below nothing."""
    found = integer(sheet, node, path)
    if found < 0:
        wrong(sheet, path, N_("a whole number from 0 up"), node)
        return 0
    return found


def percent(sheet: Sheet, node: Node, path: Path) -> int | None:
    """A whole number from 0 to 100; None for the word `none`."""
    if node.raw == "none":
        return None
    found = integer(sheet, node, path)
    if not 0 <= found <= 100:
        wrong(sheet, path, N_("a percentage from 0 to 100, or `none`"), node)
        return 0
    return found


def matching(shape: str, wanted: str, *, code: str = "bad-name") -> Read:
    """A reader for one word of the given shape."""
    pattern = re.compile(shape)

    def read(sheet: Sheet, node: Node, path: Path) -> str:
        found = text(sheet, node, path)
        if found and not pattern.fullmatch(found):
            sheet.flaw(path, code, N_("`{name}` is not {wanted}."), name=found, wanted=wanted)
        return found

    return read


def one_of(*words: str) -> Read:
    """A reader for one of the given words."""

    def read(sheet: Sheet, node: Node, path: Path) -> str:
        found = text(sheet, node, path)
        if found and found not in words:
            sheet.unknown(path, "word", found, words)
            return words[0]
        return found or words[0]

    return read


def many(item: Read, *, bare: bool = True) -> Read:
    """A reader for a list; with `bare`, a value standing alone is a list of one.

    An item is found again by its number or as ``=VALUE``, whatever became of the list.
    """

    def read(sheet: Sheet, node: Node, path: Path) -> list[Any]:
        if node.kind == "list":
            found = []
            for index, child in enumerate(node.items):
                sheet.places[(*path, index)] = child.place
                sheet.places.setdefault((*path, f"={child.raw}"), child.place)
                found.append(item(sheet, child, (*path, index)))
            return found
        if not bare:
            wrong(sheet, path, N_("a list"), node)
            return []
        return [item(sheet, node, path)]

    return read


@dataclass(frozen=True, slots=True)
class Record:
    """A reader for a mapping with known keys; keys that are not given are not in the outcome."""

    keys: Mapping[str, Read]
    required: Sequence[str]

    def __call__(self, sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
        if not _is_map(sheet, node, path):
            return {}
        found = {}
        for key, child in node.entries.items():
            if key not in self.keys:
                sheet.places[(*path, key)] = node.keys[key]
                sheet.unknown((*path, key), "key", key, self.keys)
            elif child.kind == "null":
                sheet.places[(*path, key)] = node.keys[key]
                sheet.flaw((*path, key), "unset", N_("`{key}` has no value; set it, or leave the key out."), key=key)
            else:
                sheet.places[(*path, key)] = child.place
                found[key] = self.keys[key](sheet, child, (*path, key))
        for key in self.required:
            if key not in node.entries:
                sheet.flaw(path, "missing-key", N_("`{key}` is missing here."), key=key)
        return found


def record(keys: Mapping[str, Read], required: Sequence[str] = ()) -> Record:
    return Record(keys, required)


def table(entry: Read, name: Read, *, at_value: bool = False) -> Read:
    """A reader for a mapping of names of one's own to entries.

    The place of an entry is that of its name, or of its value with `at_value`; ``#`` below it is always the name.
    """

    def read(sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
        if not _is_map(sheet, node, path):
            return {}
        found = {}
        for key, child in node.entries.items():
            where = (*path, key)
            sheet.places[where] = child.place if at_value else node.keys[key]
            sheet.places[(*where, "#")] = node.keys[key]
            name(sheet, Node(node.keys[key], "text", key), (*where, "#"))
            found[key] = entry(sheet, child, where)
        return found

    return read


def _is_map(sheet: Sheet, node: Node, path: Path) -> bool:
    if node.kind == "map" or (node.kind == "null" and path):
        return True
    wrong(sheet, path, N_("a mapping"), node)
    return False


def title(sheet: Sheet, node: Node, path: Path) -> dict[str, str]:
    """A text in English and Chinese; one given alone serves for both."""
    if node.kind != "map":
        found = text(sheet, node, path)
        return {"en": found, "zh": found}
    given = record({"en": text, "zh": text})(sheet, node, path)
    if not given:
        sheet.flaw(path, "missing-key", N_("`{key}` is missing here."), key="en")
        return {"en": "", "zh": ""}
    return {"en": given.get("en") or given.get("zh", ""), "zh": given.get("zh") or given.get("en", "")}


def duration(sheet: Sheet, node: Node, path: Path) -> str:
    """An amount of time in its canonical spelling; a bare 0 is `0`. Business time has no hours here to count by."""
    found = amount(sheet, node, path)
    if found != "0" and parse_duration(found).unit in BUSINESS:
        sheet.flaw(
            path, "bad-duration", N_("`{text}` cannot be counted here: there are no business hours."), text=found
        )
    return found


def amount(sheet: Sheet, node: Node, path: Path) -> str:
    """As `duration`, business time included."""
    if node.raw == "0":
        return "0"
    try:
        return format_duration(parse_duration(text(sheet, node, path)))
    except Usage as error:
        if node.raw:
            sheet.flaw(path, "bad-duration", error.message, **error.places)
        return "0"


def needed(sheet: Sheet, node: Node, path: Path) -> bool:
    """`reason: required`, or true or false."""
    if node.raw == "required":
        return True
    if node.kind == "bool":
        return node.raw.lower() == "true"
    wrong(sheet, path, N_("`required`"), node)
    return False
