"""A register file read into rows that know where they stand. Says what is wrong with the text; knows no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from states.errors import N_, Invalid
from workflow.register_values import SECTIONS, Wrong

if TYPE_CHECKING:
    from states.loader import Node, Place

_MOST_VALUES = 5_000_000

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

    def said(self) -> list[list[dict[str, Any]]]:
        """The values of every row: two files that say the same are the same to an idempotency key."""
        return [[entry.values for entry in getattr(self, section)] for section in SECTIONS]


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
        if section not in SECTIONS:
            message = N_("{file} is no table of a register; its files are named {known}.")
            problems.append(
                Invalid(message, where=f"{file}:1:1", file=file, known=", ".join(f"{one}.csv" for one in SECTIONS))
            )
            continue
        from workflow.register_csv import rows

        reader.table(section, rows(file, text, problems))
    if problems:
        raise BadRegister(problems)
    return register


def read_workbook(body: bytes, file: str = "register.xlsx") -> Register:
    """The register in an Excel workbook: each sheet is one section and named after it. A single sheet whose name says
    nothing is what the file is named after, and else of postings.

    A place in it is ``FILE[SHEET]:LINE:CELL``. Cells are read as in CSV. Invalid for what is no workbook.
    """
    from workflow.register_excel import sheets

    register, problems = Register(file), list[Invalid]()
    reader = _Reader(register, problems)
    for section, rows in sheets(file, body, tuple(SECTIONS), problems):
        reader.table(section, rows)
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
            if name not in SECTIONS:
                self.unknown(name, root.keys[name], list(SECTIONS))
            elif node.kind == "list":
                self.table(name, node.items)
            elif node.kind != "null":
                self.wrong(node.place, N_("`{name}` holds a list of rows."), name=name)

    def table(self, section: str, rows: "Iterable[Node]") -> None:
        entries = (self.entry(section, row) for row in rows)
        getattr(self.register, section).extend(row for row in entries if row)

    def entry(self, section: str, node: "Node") -> Entry | None:
        keys, needed = SECTIONS[section]
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
            except Wrong as wrong:
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
