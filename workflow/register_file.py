"""A register file read into rows that know where they stand. Says what is wrong with the text; knows no database."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from states.errors import N_, Invalid
from workflow.roles import is_person

if TYPE_CHECKING:
    from states.loader import Node, Place

Value = str | int | list[str] | None

_MOST_VALUES = 5_000_000
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CODE = re.compile(r"\w[^\s/\\,;:\"'`$#|<>]{0,63}")
_POST = re.compile(r"[^\W\d_][\w-]{0,63}")
_EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")
_WORKED_OUT = ("owner", "opener", "party", "system")

_NO_CODE = N_("`{text}` cannot be a code: no spaces, slashes, commas, colons or quotes, 64 characters at most.")
_NO_LOGIN = N_("`{text}` cannot be a login: no spaces, slashes, commas, colons or quotes, 64 characters at most.")
_NO_POST = N_("`{text}` cannot be a post: lower-case letters, digits, `_` and `-`, a letter first, no spaces.")
_NOTHING = N_("Nothing was written.")
_SEVERAL = N_("There are {count} problems in this file; nothing was written.")


class BadRegister(Invalid):
    """A register that cannot be imported: the first problem speaks, ``problems`` holds every one of them."""

    def __init__(self, problems: list[Invalid]) -> None:
        first = problems[0]
        hint = first.hint or (_NOTHING if len(problems) == 1 else _SEVERAL)
        super().__init__(first.message, hint=hint, where=first.where, **{"count": len(problems), **first.places})
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the file: its values as the database has them, and ``FILE:LINE:COLUMN`` of each."""

    where: str
    values: dict[str, Any]
    places: dict[str, str]  # by key; the items of a list by KEY.ITEM

    def at(self, key: str) -> str:
        return self.places.get(key, self.where)


@dataclass(slots=True)
class Register:
    """What a register file says, section by section, in its order."""

    file: str
    units: list[Entry] = field(default_factory=list)
    posts: list[Entry] = field(default_factory=list)
    people: list[Entry] = field(default_factory=list)
    postings: list[Entry] = field(default_factory=list)
    leave: list[Entry] = field(default_factory=list)
    portfolios: list[Entry] = field(default_factory=list)


class _Wrong(Exception):
    """A value that cannot be used; carries the sentence and what fills it."""

    def __init__(self, message: str, at: "Place | None" = None, **places: Any) -> None:
        self.message = message
        self.at = at
        self.places = places


def read_register(text: str | Mapping[str, Any], file: str = "register.yaml") -> Register:
    """The register in a YAML (or JSON) text; a mapping is taken as the JSON it would be. BadRegister if unreadable."""
    from states.loader import load

    if not isinstance(text, str):
        import json

        text = json.dumps(text, ensure_ascii=False, indent=1)
    root, flaws = load(file, text, most=_MOST_VALUES)
    problems = [
        Invalid(_ELSE.get(flaw.code, flaw.message), where=f"{file}:{flaw.line}:{flaw.column}", **flaw.places)
        for flaw in flaws
    ]
    register = Register(file)
    if root is not None:
        _Reader(register, problems).sections(root)
    if problems:
        raise BadRegister(problems)
    return register


def read_tables(tables: Mapping[str, str], name: str = "register") -> Register:
    """The register in CSV texts, ``{FILE: text}``: each file is one section and named after it (``postings.csv``).

    A place in it is ``FILE:LINE:CELL``. An empty cell says nothing, ``-`` says that there is nothing.
    """
    register, problems = Register(name), list[Invalid]()
    reader = _Reader(register, problems)
    for file, text in tables.items():
        section = PurePath(file).stem.lower()
        if section not in _SECTIONS:
            message = N_("{file} is no table of a register; its files are named {known}.")
            problems.append(
                Invalid(message, where=f"{file}:1:1", file=file, known=", ".join(f"{one}.csv" for one in _SECTIONS))
            )
            continue
        from workflow.register_csv import rows

        reader.table(section, rows(file, text, problems))
    if problems:
        raise BadRegister(problems)
    return register


_ELSE = {
    "empty": N_("This file is empty; a register holds units, people, postings, posts, portfolios or leave."),
    "not-a-mapping": N_("A register is a mapping of units, people, postings, posts, portfolios and leave."),
}


class _Reader:
    def __init__(self, register: Register, problems: list[Invalid]) -> None:
        self.register = register
        self.problems = problems

    def sections(self, root: "Node") -> None:
        for name, node in root.entries.items():
            if name not in _SECTIONS:
                self.unknown(name, root.keys[name], list(_SECTIONS))
            elif node.kind == "list":
                self.table(name, node.items)
            elif node.kind != "null":
                self.wrong(node.place, N_("`{name}` holds a list of rows."), name=name)

    def table(self, section: str, rows: "Iterable[Node]") -> None:
        entries = (self.entry(section, row) for row in rows)
        getattr(self.register, section).extend(row for row in entries if row)

    def entry(self, section: str, node: "Node") -> Entry | None:
        keys, needed = _SECTIONS[section]
        if node.kind != "map":
            row = ", ".join(keys)
            self.wrong(node.place, N_("A row of `{section}` is a mapping of {row}."), section=section, row=row)
            return None
        before = len(self.problems)
        values: dict[str, Any] = {}
        places: dict[str, str] = {}
        for key, value in node.entries.items():
            if key not in keys:
                self.unknown(key, node.keys[key], list(keys), closed=section == "people")
                continue
            places[key] = _where(value.place)
            places.update({f"{key}.{item.raw.strip()}": _where(item.place) for item in value.items or [value]})
            try:
                values[key] = keys[key](value)
            except _Wrong as wrong:
                self.wrong(wrong.at or value.place, wrong.message, key=key, **wrong.places)
        for key in needed:
            if key not in node.entries:
                self.wrong(node.place, N_("This row of `{section}` lacks `{key}`."), section=section, key=key)
        if (start := values.get("from")) and (to := values.get("to")) and to < start:
            self.problems.append(
                Invalid("It ends on {to}, before it begins on {start}.", where=places["to"], to=to, start=start)
            )
        return Entry(_where(node.place), values, places) if len(self.problems) == before else None

    def unknown(self, name: str, place: "Place", known: list[str], *, closed: bool = False) -> None:
        near = get_close_matches(name, known, n=1, cutoff=0.6)
        if near:
            message = N_("`{name}` is not a key that may stand here; did you mean `{near}`?")
            self.wrong(place, message, name=name, near=near[0])
        elif closed:
            message = N_("The person record is closed: it holds login, name and email; `{name}` has no place in it.")
            self.wrong(place, message, name=name)
        else:
            message = N_("`{name}` is not a key that may stand here; there are: {known}.")
            self.wrong(place, message, name=name, known=", ".join(known))

    def wrong(self, place: "Place", message: str, **places: Any) -> None:
        self.problems.append(Invalid(message, where=_where(place), **places))


def _where(place: "Place") -> str:
    return f"{place.file}:{place.line}:{place.column}"


# One reader for each kind of value: what the database shall hold, or _Wrong.


def _scalar(node: "Node") -> str:
    if node.kind in {"list", "map"}:
        raise _Wrong(N_("`{key}` is one value, not a {kind}."), kind=node.kind)
    if node.kind == "null" or not node.raw.strip():
        raise _Wrong(N_("`{key}` is empty."))
    return node.raw.strip()


def _line(node: "Node") -> str:
    text = _scalar(node)
    if not text.isprintable() or len(text) > 200:
        raise _Wrong(N_("`{key}` is one line of at most 200 printable characters."))
    return text


def _code(node: "Node") -> str:
    text = _line(node)
    if not _CODE.fullmatch(text) or is_person(text):
        raise _Wrong(_NO_CODE, node.place, text=text)
    return text


def _login(node: "Node") -> str:
    text = _line(node)
    if not _CODE.fullmatch(text.replace("\\", ".")):  # accounts of a Windows domain are DOMAIN\login
        raise _Wrong(_NO_LOGIN, text=text)
    return text


def _post(node: "Node") -> str:
    text = _line(node)
    if not _POST.fullmatch(text) or text != text.lower():
        raise _Wrong(_NO_POST, text=text)
    if text in _WORKED_OUT or text.startswith("superior"):
        raise _Wrong(N_("`{text}` is worked out from each case; nobody is posted to it."), text=text)
    return text


def _day(node: "Node") -> str:
    text = _scalar(node)
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise _Wrong(N_("`{text}` is not a day; write it like 2026-03-31."), text=text) from None
    return text


def _flag(node: "Node") -> int:
    if node.kind != "bool":
        raise _Wrong(N_("`{key}` is true or false."))
    return int(node.raw.lower() == "true")


def _level(node: "Node") -> int:
    if node.kind != "int" or int(node.raw) < 1 or int(node.raw) > 99:
        raise _Wrong(N_("`{key}` is a whole number from 1, the highest, to 99."))
    return int(node.raw)


def _email(node: "Node") -> str:
    text = _line(node)
    if not _EMAIL.fullmatch(text):
        raise _Wrong(N_("`{text}` is not an e-mail address."), text=text)
    return text


def _zone(node: "Node") -> str:
    from zoneinfo import ZoneInfo

    text = _line(node)
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise _Wrong(N_("`{text}` is not a time zone; they are named like Asia/Shanghai."), text=text) from None
    return text


def _codes(node: "Node") -> list[str]:
    if node.kind != "list":
        return [_code(node)]
    return list(dict.fromkeys(_code(item) for item in node.items))


def _or_nothing(read: Callable[["Node"], Value]) -> Callable[["Node"], Value]:
    return lambda node: None if node.kind == "null" else read(node)


Keys = dict[str, Callable[["Node"], Value]]

_SECTIONS: dict[str, tuple[Keys, tuple[str, ...]]] = {
    "units": (
        {
            "code": _code,
            "name": _line,
            "parent": _or_nothing(_code),
            "kind": _code,
            "zone": _or_nothing(_zone),
            "calendar": _or_nothing(_code),
        },
        ("code",),
    ),
    "posts": ({"unit": _code, "post": _post, "level": _or_nothing(_level), "single": _flag}, ("unit", "post")),
    "people": ({"login": _login, "name": _line, "email": _or_nothing(_email)}, ("login",)),
    "postings": (
        {"person": _login, "unit": _code, "post": _post, "from": _day, "to": _or_nothing(_day), "acting": _flag},
        ("person", "unit", "post", "from"),
    ),
    "leave": (
        {"person": _login, "deputy": _or_nothing(_login), "from": _day, "to": _day},
        ("person", "from", "to"),
    ),
    "portfolios": (
        {"person": _login, "units": _codes, "from": _day, "to": _or_nothing(_day)},
        ("person", "units"),
    ),
}
