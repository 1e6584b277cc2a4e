"""What grades must be: thresholds on whole numbers, the gravest first, so that each can be reached."""

import math
from collections.abc import Mapping
from typing import Any

from states.checking import field_named
from states.errors import N_
from states.sheet import Path, Sheet

Span = tuple[float, float]  # the whole numbers from the first to the second, both included


def check_grades(definition: Mapping[str, Any], sheet: Sheet) -> None:
    """Report everything wrong with the grades of a definition whose severity field, if any, is a choice."""
    rows = definition["grades"]
    if not rows:
        return
    if definition["severity"] is None:
        sheet.flaw(("grades",), "missing-key", N_("`{key}` is missing here."), key="severity")
        return
    choices = definition["fields"][definition["severity"]]["choices"] or ()
    flaws = len(sheet.flaws)
    for index, row in enumerate(rows):
        path: Path = ("grades", row["is"])
        if row["is"] not in choices:
            sheet.unknown((*path, "#"), "choice", row["is"], choices)
        if not row["any"] and index < len(rows) - 1:
            sheet.flaw(path, "grade-never", N_("`otherwise` takes all that is left: it comes last."))
        for number, one in enumerate(row["any"]):
            field_named(definition, sheet, (*path, number), one["field"], "int")
    if len(sheet.flaws) == flaws:
        _check_order(rows, sheet)


def _check_order(rows: list[Mapping[str, Any]], sheet: Sheet) -> None:
    """A comparison that an earlier grade has already answered decides nothing: the order or the sign is wrong."""
    taken: list[tuple[str, Span, str]] = []
    for row in rows:
        for number, one in enumerate(row["any"]):
            low, high = _span(one)
            for field, (least, most), other in taken:
                if field == one["field"] and least <= low and high <= most:
                    sheet.flaw(
                        ("grades", row["is"], number),
                        "grade-never",
                        N_("`{text}` never makes a case {grade}: it is {other} before."),
                        text=f"{one['field']} {one['op']} {one['n']}",
                        grade=row["is"],
                        other=other,
                    )
                    break
        taken += [(one["field"], _span(one), row["is"]) for one in row["any"]]


def _span(comparison: Mapping[str, Any]) -> Span:
    n = comparison["n"]
    match comparison["op"]:
        case ">=":
            return n, math.inf
        case ">":
            return n + 1, math.inf
        case "<=":
            return -math.inf, n
        case "<":
            return -math.inf, n - 1
    return n, n
