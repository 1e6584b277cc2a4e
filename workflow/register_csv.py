"""One table of a register as a spreadsheet saves it: rows that know their line and cell."""

import csv
import io
import re
from collections.abc import Iterator

from states.errors import N_, Invalid
from states.loader import Node, Place

_INTEGER = re.compile(r"0|[1-9][0-9]{0,17}")
_SEVERAL = ("units",)  # cells that may name several, separated by spaces or semicolons


def rows(file: str, text: str, problems: list[Invalid]) -> Iterator[Node]:
    """Each row as a mapping of the names in the first line to its cells; blank rows are left out."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    heads: list[str] | None = None
    start = 1
    try:
        for cells in lines:
            line, start = start, lines.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if heads is None:
                heads = [cell.strip() for cell in cells]
                continue
            if len(cells) > len(heads) and any(cell.strip() for cell in cells[len(heads) :]):
                message = N_("This row has {count} cells, the first line names {named}.")
                where = f"{file}:{line}:{len(heads) + 1}"
                problems.append(Invalid(message, where=where, count=len(cells), named=len(heads)))
                continue
            yield _row(file, line, heads, cells)
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
