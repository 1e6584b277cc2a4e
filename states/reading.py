"""How a policy text is read: small readers for words, lists, records, limits and terms; they report and never raise."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from states.durations import BUSINESS, format_duration, parse_duration
from states.errors import N_, Usage
from states.loader import Node
from states.rules import KEYS, parse_rule
from states.sheet import Path, Sheet

TERMS = {"same_person_as": "action", "acted": "action", "overdue": "clock", "met": "clock"}
_STEP = re.compile(r"[^.\[\]]+")
_CALL = re.compile(r"([A-Za-z_-]+)\s*\(\s*([A-Za-z0-9_-]*)\s*\)")


Read = Callable[[Sheet, Node, Path], Any]


def _wrong(sheet: Sheet, path: Path, wanted: str, node: Node) -> None:
    found = node.kind if node.kind in {"list", "map"} else (node.raw or "nothing")
    sheet.flaw(path, "wrong-type", N_("Here stands {found}, where {wanted} is expected."), wanted=wanted, found=found)


def text(sheet: Sheet, node: Node, path: Path) -> str:
    """Any one line of text; numbers and dates count as the text they were written as."""
    if node.kind in {"list", "map"} or not node.raw.strip():
        _wrong(sheet, path, N_("text"), node)
        return ""
    return " ".join(node.raw.split())


def flag(sheet: Sheet, node: Node, path: Path) -> bool:
    if node.kind != "bool":
        _wrong(sheet, path, N_("true or false"), node)
    return node.raw.lower() == "true"


def integer(sheet: Sheet, node: Node, path: Path) -> int:
    if node.kind != "int":
        _wrong(sheet, path, N_("a whole number"), node)
        return 0
    return int(node.raw)


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
            _wrong(sheet, path, N_("a list"), node)
            return []
        return [item(sheet, node, path)]

    return read


def record(keys: Mapping[str, Read], required: Iterable[str] = ()) -> Read:
    """A reader for a mapping with known keys; keys that are not given are not in the outcome."""

    def read(sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
        if not _is_map(sheet, node, path):
            return {}
        found = {}
        for key, child in node.entries.items():
            if key not in keys:
                sheet.places[(*path, key)] = node.keys[key]
                sheet.unknown((*path, key), "key", key, keys)
            elif child.kind == "null":
                sheet.places[(*path, key)] = node.keys[key]
                sheet.flaw((*path, key), "unset", N_("`{key}` has no value; set it, or leave the key out."), key=key)
            else:
                sheet.places[(*path, key)] = child.place
                found[key] = keys[key](sheet, child, (*path, key))
        for key in required:
            if key not in node.entries:
                sheet.flaw(path, "missing-key", N_("`{key}` is missing here."), key=key)
        return found

    return read


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
    _wrong(sheet, path, N_("a mapping"), node)
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


def rule(sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
    """A limit as a rule object in normal form; the calendar and zone it names keep their places."""
    _remember(sheet, node, path)
    try:
        return parse_rule(node.plain())
    except Usage as error:
        at = (*path, *(int(part) if part.isdigit() else part for part in _STEP.findall(error.where)))
        keyed = (*at, str(error.places.get("key")))  # an unknown key is named, its place is not
        sheet.flaw(keyed if keyed in sheet.places else at, "bad-rule", error.message, **error.places)
        return {}


def _remember(sheet: Sheet, node: Node, path: Path) -> None:
    """Note the place of every value, and of keys that are not known, inside a limit."""
    for index, child in enumerate(node.items):
        sheet.places[(*path, index)] = child.place
        _remember(sheet, child, (*path, index))
    for key, child in node.entries.items():
        sheet.places[(*path, key)] = child.place if key in KEYS else node.keys[key]
        _remember(sheet, child, (*path, key))


def graded(inner: Read, *, absent: bool = False) -> Read:
    """A reader for a value, or `{by: FIELD, of: {choice: value}}`; with `absent`, a choice may have `none`."""

    def choice(sheet: Sheet, node: Node, path: Path) -> Any:
        if absent and (node.kind == "null" or node.raw == "none"):
            return None
        return inner(sheet, node, path)

    by_field = record({"by": text, "of": table(choice, text, at_value=True)}, required=("by", "of"))

    def read(sheet: Sheet, node: Node, path: Path) -> Any:
        if "by" in node.entries or "of" in node.entries:
            found = by_field(sheet, node, path)
            return {"by": found.get("by", ""), "of": found.get("of", {})}
        return inner(sheet, node, path)

    return read


def reminder(sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
    """`50%` of the limit, or an amount of time before the end."""
    found = node.raw.strip()
    if found.endswith("%"):
        number = found[:-1].strip()
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= 99:
            sheet.flaw(path, "bad-duration", N_("`{text}` is not a share between 1% and 99%."), text=found)
            return {"percent": 50}
        return {"percent": int(number)}
    return {"before": duration(sheet, node, path)}


def needed(sheet: Sheet, node: Node, path: Path) -> bool:
    """`reason: required`, or true or false."""
    if node.raw == "required":
        return True
    if node.kind == "bool":
        return node.raw.lower() == "true"
    _wrong(sheet, path, N_("`required`"), node)
    return False


def term(sheet: Sheet, node: Node, path: Path) -> dict[str, Any] | None:
    """One condition, e.g. ``same_person_as(submit)``, ``opener``, ``party``, ``not met(answer)``."""
    return _term(sheet, text(sheet, node, path), path)


def terms(sheet: Sheet, node: Node, path: Path) -> list[dict[str, Any]]:
    """Conditions of which one is enough: ``acted(answer) or overdue(answer)``."""
    words = re.split(r"\s+or\s+", text(sheet, node, path))
    return [found for word in words if (found := _term(sheet, word, path)) is not None]


def _term(sheet: Sheet, word: str, path: Path) -> dict[str, Any] | None:
    if word.startswith("not "):
        inner = _term(sheet, word[4:].strip(), path)
        return None if inner is None else {"t": "not", "of": inner}
    called = _CALL.fullmatch(word)
    if called:
        name, argument = called.groups()
        if name in TERMS:
            return {"t": name, TERMS[name]: argument}
        sheet.unknown(path, "term", name, [*TERMS, "opener"])
        return None
    if word == "opener":
        return {"t": "opener"}
    if word in TERMS:
        sheet.flaw(path, "unknown-term", N_("`{name}` needs a name in brackets, such as `{name}(submit)`."), name=word)
        return None
    if not re.fullmatch(r"[a-z][a-z0-9_.-]*", word):
        if word:
            sheet.unknown(path, "term", word, [*TERMS, "opener"])
        return None
    return {"t": "role", "role": word}
