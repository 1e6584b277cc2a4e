"""A register as Excel saves it: one sheet a table. The only file that knows openpyxl."""

import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import PurePath
from typing import Any
from zipfile import BadZipFile

from states.errors import N_, Invalid
from states.loader import Node
from workflow.register_csv import rows_of

_ALONE = "postings"  # what a single sheet holds whose name says nothing


def sheets(
    file: str, body: bytes, sections: Sequence[str], problems: list[Invalid]
) -> Iterator[tuple[str, Iterator[Node]]]:
    """(section, its rows) of every sheet that has something in it, hidden ones too."""
    filled = [(sheet.title, cells) for sheet in _workbook(file, body).worksheets if (cells := _lines(sheet))]
    if not filled:
        problems.append(Invalid("There is nothing in this workbook.", where=f"{file}:1:1"))
    for title, cells in filled:
        section = title.strip().lower()
        if section not in sections and len(filled) == 1:
            stem = PurePath(file).stem.lower()
            section = stem if stem in sections else _ALONE
        place = f"{file}[{title}]"
        if section in sections:
            yield section, rows_of(place, _texts(place, cells, problems), problems)
        else:
            message = N_("The sheet {sheet} is no table of a register; its sheets are named {known}.")
            problems.append(Invalid(message, where=f"{place}:1:1", sheet=title, known=", ".join(sections)))


def _workbook(file: str, body: bytes) -> Any:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise Invalid(
            "Reading Excel needs openpyxl, which is not installed.",
            hint=N_("Install duecourse with its extra `excel`, or save each sheet as CSV."),
        ) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles and rules it cannot keep: nothing is written back
        try:
            return load_workbook(io.BytesIO(body))
        except (BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:  # the last: broken XML
            raise Invalid("{path} is not an Excel workbook.", hint=N_("Save it as .xlsx."), path=file) from error


def _lines(sheet: Any) -> list[tuple[int, list[Any]]]:
    """(number of the line, its cells) of every line that has something in it."""
    lines = ((number, list(cells)) for number, cells in enumerate(sheet.iter_rows(), 1))
    return [(number, cells) for number, cells in lines if any(cell.value is not None for cell in cells)]


def _texts(
    place: str, lines: Iterable[tuple[int, list[Any]]], problems: list[Invalid]
) -> Iterator[tuple[int, list[str]]]:
    """The cells as CSV would have them; a formula is no value: what it comes to is Excel's word, not the file's."""
    for number, cells in lines:
        texts = []
        for column, cell in enumerate(cells, 1):
            if cell.data_type in {"f", "e"}:
                message = N_("This cell holds a formula or an error; put its value in its place.")
                problems.append(Invalid(message, where=f"{place}:{number}:{column}"))
            texts.append(_text(cell.value))
        yield number, texts


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date():
            return value.isoformat()
    return str(value)
