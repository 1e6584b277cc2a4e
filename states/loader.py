"""YAML text to a tree in which every key and value knows its line and column; all that is wrong becomes a `Flaw`."""

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from states.errors import N_

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_MOST_VALUES = 100_000  # far above any policy; stops a small text whose aliases unfold into millions of values


@dataclass(frozen=True)
class Flaw:
    """One thing wrong in a policy text; ``line`` and ``column`` count from 1 (0: the file as a whole)."""

    file: str
    line: int
    column: int
    code: str
    message: str  # a gettext source text with {named} places
    places: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.message.format(**self.places) if self.places else self.message

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.text}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a source text, counted from 1."""

    file: str
    line: int
    column: int

    def flaw(self, code: str, message: str, **places: Any) -> Flaw:
        return Flaw(self.file, self.line, self.column, code, message, places)


@dataclass(slots=True, eq=False)
class Node:
    """A YAML value: ``kind`` is text, int, bool, null, list or map; a map keeps the place of each key."""

    place: Place
    kind: str
    raw: str = ""
    items: list["Node"] = field(default_factory=list)
    entries: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)

    def plain(self) -> Any:
        """The value as Python has it: str, int, bool, None, list, dict; everything else YAML knows stays text."""
        match self.kind:
            case "map":
                return {key: node.plain() for key, node in self.entries.items()}
            case "list":
                return [node.plain() for node in self.items]
            case "int":
                return int(self.raw)
            case "bool":
                return self.raw.lower() == "true"
            case "null":
                return None
        return self.raw


class _Refused(Exception):
    """Carries the one flaw that makes the rest of a file meaningless."""

    def __init__(self, flaw: Flaw) -> None:
        self.flaw = flaw


def load(file: str, text: str, *, most: int = _MOST_VALUES) -> tuple[Node | None, list[Flaw]]:
    """The root mapping of one YAML document, or None with the flaws that make the text unreadable."""
    root, flaws = load_any(file, text, most=most)
    if root is None:
        empty = N_("This file is empty; a policy file begins with `policy:` or `case:`.")
        return None, flaws or [Place(file, 1, 1).flaw("empty", empty)]
    if root.kind != "map":
        return None, [
            *flaws,
            root.place.flaw(
                "not-a-mapping", N_("A policy file is a mapping of keys to values, not {kind}."), kind=root.kind
            ),
        ]
    return root, flaws


def load_any(file: str, text: str, *, most: int = _MOST_VALUES) -> tuple[Node | None, list[Flaw]]:
    """The value of one YAML document, whatever it is, with its flaws; None for an unreadable or empty text."""
    start = Place(file, 1, 1)
    try:
        found = YAML(typ="safe", pure=True).compose(text)
        if found is None:
            return None, []
        converter = _Converter(file, most)
        root = converter.node(found)
    except _Refused as refused:
        return None, [refused.flaw]
    except MarkedYAMLError as error:
        return None, [_syntax(file, error)]
    except YAMLError as error:  # a character YAML does not allow: only its position in the text is known
        before = text[: getattr(error, "position", 0)]
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        return None, [place.flaw("yaml", N_("This character is not allowed in YAML."))]
    except RecursionError:
        return None, [start.flaw("yaml", N_("The values of this file are nested too deeply."))]
    return root, converter.flaws


def _syntax(file: str, error: MarkedYAMLError) -> Flaw:
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    problem = " ".join(str(error.problem or error.context or error).split())
    if "another document" in problem:
        return place.flaw("yaml", N_("One file holds one document: put what follows `---` into a file of its own."))
    return place.flaw("yaml", N_("This is not YAML: {problem}."), problem=problem)


class _Converter:
    """Turns ruamel's node graph into our tree, once per use of an alias."""

    def __init__(self, file: str, most: int) -> None:
        self.file = file
        self.flaws: list[Flaw] = []
        self._left = most
        self._open: set[int] = set()

    def node(self, found: Any) -> Node:
        place = self._place(found)
        self._left -= 1
        if self._left < 0 or id(found) in self._open:
            raise _Refused(place.flaw("yaml", N_("The aliases of this file unfold without end.")))
        if found.tag and not str(found.tag).startswith("tag:yaml.org,2002:"):
            raise _Refused(place.flaw("yaml", N_("Tags such as {tag} are not used here."), tag=str(found.tag)))
        if isinstance(found, ScalarNode):
            return Node(place, _kind(found), str(found.value))
        self._open.add(id(found))
        try:
            return self._map(found, place) if isinstance(found, MappingNode) else self._list(found, place)
        finally:
            self._open.discard(id(found))

    def _list(self, found: SequenceNode, place: Place) -> Node:
        return Node(place, "list", items=[self.node(item) for item in found.value])

    def _map(self, found: MappingNode, place: Place) -> Node:
        made = Node(place, "map")
        for key, value in found.value:
            where = self._place(key)
            if not isinstance(key, ScalarNode):
                raise _Refused(where.flaw("yaml", N_("A key has to be a word.")))
            name = str(key.value)
            if name in made.entries:
                first = made.keys[name].line
                self.flaws.append(
                    where.flaw(
                        "duplicate-key",
                        N_("`{key}` stands here twice; the first is in line {first}."),
                        key=name,
                        first=first,
                    )
                )
                continue
            made.keys[name] = where
            made.entries[name] = self.node(value)
        return made

    def _place(self, found: Any) -> Place:
        mark = found.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)


def _kind(found: ScalarNode) -> str:
    tag = str(found.tag).rpartition(":")[2]
    if tag == "int":
        return "int" if _INTEGER.fullmatch(found.value) else "text"
    return tag if tag in {"bool", "null"} else "text"
