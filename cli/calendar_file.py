"""Calendar files as people write them, YAML or JSON: read, checked, and every problem told at its line and column."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cli.inputs import text as text_of
from states.calendars import parse_calendars
from states.errors import Invalid

if TYPE_CHECKING:
    from states.loader import Node

Bodies = dict[str, dict[str, Any]]

_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")


class CalendarFile:
    """One file as read; ``bodies`` checks what it holds."""

    def __init__(self, path: str) -> None:
        """Raises what `cli.inputs` raises, and Invalid for a file that is no YAML or JSON."""
        self._path = path
        text = text_of(path)
        self._root = _root(path, text) if not path.endswith(".json") else None
        self._data = self._root.plain() if self._root else None
        if path.endswith(".json"):
            self._data = _json(path, text)
            self._root = _places(path, text)

    def bodies(self, known: Mapping[str, Mapping[str, Any]] | None = None, *, strict: bool = False) -> Bodies:
        """The calendars by name, in normal form; Invalid, with ``FILE:LINE:COLUMN``, for what cannot be."""
        try:
            return parse_calendars(self._data, "", known, strict=strict)
        except Invalid as problem:
            problem.where = self._place(problem.where)
            raise

    def _place(self, way: str) -> str:
        """Where in the text something stands that is reached like ``[0].off[3]``: the value, or an odd key itself."""
        if self._root is None:
            return self._path
        node, place = self._root, self._root.place
        for index, name in _STEP.findall(way):
            below = _below(node, name, int(index or 0))
            if below is None:
                place = node.keys.get(name, place)
                break
            node, place = below, below.place
        return f"{self._path}:{place.line}:{place.column}"


def read_calendars(path: str, known: Mapping[str, Mapping[str, Any]] | None = None) -> Bodies:
    """The calendars in a file, by name, to count with."""
    return CalendarFile(path).bodies(known)


def _below(node: "Node", name: str, index: int) -> "Node | None":
    """The value under a key that calendars have, or the item of that number."""
    from states.calendar_files import KEYS

    if name:
        return node.entries.get(name) if name in KEYS else None
    return node.items[index] if index < len(node.items) else None


def _json(path: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}:{error.colno}"
        raise Invalid("This is not JSON: {why}.", where=where, why=error.msg) from error


def _root(path: str, text: str) -> "Node | None":
    from states.loader import load_any

    root, flaws = load_any(path, text)
    for flaw in flaws:
        raise Invalid(flaw.message, where=f"{path}:{flaw.line}:{flaw.column}", **flaw.places)
    return root


def _places(path: str, text: str) -> "Node | None":
    """Where everything stands in a JSON text; None where it is no YAML, which nearly all JSON is."""
    try:
        return _root(path, text)
    except Invalid:
        return None
