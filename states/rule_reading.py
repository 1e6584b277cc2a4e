"""How a limit is read from a policy text: a rule with its anchors, one for each choice, reminders."""

import re
from collections.abc import Iterator
from typing import Any

from states.errors import N_, Usage
from states.loader import Node
from states.reading import Read, duration, record, table, text
from states.rules import BRANCHED, KEYS, parse_rule
from states.sheet import Path, Sheet
from states.term_reading import anchor

_STEP = re.compile(r"[^.\[\]]+")
_SOME_DAY = "2000-01-01"  # stands where an anchor was taken out: the rule is judged as if it were an instant


def rule(sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
    """A limit as a rule object in normal form, anchors in it compiled; all it names keeps its place.

    An instant or a date under `from` stays what it is: a rule may name a fixed day.
    """
    _remember(sheet, node, path)
    plain = node.plain()
    anchors = list(_anchors(sheet, node, plain, path, ()))
    try:
        found = parse_rule(plain)
    except Usage as error:
        at = (*path, *(int(part) if part.isdigit() else part for part in _STEP.findall(error.where)))
        keyed = (*at, str(error.places.get("key")))  # an unknown key is named, its place is not
        sheet.flaw(keyed if keyed in sheet.places else at, "bad-rule", error.message, **error.places)
        return {}
    for steps, source in anchors:
        part: Any = found
        for step in steps:
            part = part[step]
        part["from"] = source
    return found


def _anchors(sheet: Sheet, node: Node, plain: Any, path: Path, steps: Path) -> Iterator[tuple[Path, Any]]:
    """Take the anchors out of a rule and its branches: each with the way to the rule that is counted from it."""
    if node.kind != "map":
        return
    source = node.entries.get("from")
    if source is not None and source.kind != "null" and not source.raw[:1].isdigit():
        yield steps, anchor(sheet, source, (*path, "from"))
        plain["from"] = _SOME_DAY
    for form in BRANCHED:
        for index, branch in enumerate(node.entries[form].items if form in node.entries else ()):
            yield from _anchors(sheet, branch, plain[form][index], (*path, form, index), (*steps, form, index))


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
