"""One table of a register as spreadsheets have it, or save it as CSV: rows that know their line and cell."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from states.errors import N_, Invalid
from states.loader import Node, Place

_INTEGER = re.compile(r"0|[1-9][0-9]{0,17}")
_SEVERAL = ("units",)  # cells that may name several, separated by spaces or semicolons


def rows(file: str, text: str, problems: list[Invalid]) -> Iterator[Node]:
    """Each row as a mapping of the names in the first line to its cells; blank rows are left out."""
    return rows_of(file, _lines(file, text, problems), problems)


def rows_of(file: str, lines: Iterable[tuple[int, list[str]]], problems: list[Invalid]) -> Iterator[Node]:
    """The same of (number of the line, its cells): the first line that is not blank names the cells."""
    heads: list[str] | None = None
    before = len(problems)
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if heads is None:
            heads = [cell.strip() for cell in cells]
            for number, name in enumerate(heads):
                if name and name in heads[:number]:
                    message = N_("The first line names `{name}` twice.")
                    problems.append(Invalid(message, where=f"{file}:{line}:{number + 1}", name=name))
            continue
        if len(cells) > len(heads) and any(cell.strip() for cell in cells[len(heads) :]):
            message = N_("This row has {count} cells, the first line names {named}.")
            where = f"{file}:{line}:{len(heads) + 1}"
            problems.append(Invalid(message, where=where, count=len(cells), named=len(heads)))
            continue
        yield _row(file, line, heads, cells)
    if heads is None and len(problems) == before:
        message = N_("This table is empty: its first line names the columns.")
        problems.append(Invalid(message, where=f"{file}:1:1"))


def _lines(file: str, text: str, problems: list[Invalid]) -> Iterator[tuple[int, list[str]]]:
    """(number of the line it begins on, its cells) of every line of a CSV text."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in lines:
            line, start = start, lines.line_num + 1
            yield line, cells
    except csv.Error as error:
        message = N_("This line is not CSV: {why}.")
        problems.append(Invalid(message, where=f"{file}:{lines.line_num}:1", why=str(error)))


def _row(file: str, line: int, heads: list[str], cells: list[str]) -> Node:
    row = Node(Place(file, line, 1), "map")
    for number, (name, cell) in enumerate(zip(heads, cells, strict=False), 1):
        place = Place(file, line, number)
        if cell.strip():
            row.keys[name] = place
            row.entries[name] = _cell(name, cell.strip(), place)
    return row


def _cell(name: str, text: str, place: Place) -> Node:
    if text == "-":
        return Node(place, "null")
    if name in _SEVERAL:
        return Node(place, "list", items=[Node(place, "text", one) for one in re.split(r"[;\s]+", text) if one])
    if text.lower() in {"true", "false"}:
        return Node(place, "bool", text.lower())
    return Node(place, "int" if _INTEGER.fullmatch(text) else "text", text)
