"""The register from a workbook: a sheet for each table, the same rows as from CSV, sheet, line and cell in errors."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from states.errors import Invalid
from workflow.register_file import read_tables, read_workbook
from workflow.register_import import BadRegister

DAY = datetime.fromisoformat("2026-01-05")  # Excel knows no zones

SHEETS: dict[str, list[list[Any]]] = {
    "Units": [
        ["code", "name", "parent", "kind"],
        ["LAW", "法规处", "CITY", None],
        ["GRP", "领导小组", "CITY", "group"],
    ],
    "people": [["login", "name"], ["wu.di", "吴迪"], [1007, "工号"]],
    "postings": [
        [None, None, None, None, None, None],
        ["person", "unit", "post", "from", "to", "acting"],
        ["wu.di", "LAW", "unit_head", DAY, None, True],
        [1007.0, "GRP", "member", date(2026, 1, 5), "2026-12-31", None],
    ],
    "posts": [["unit", "post", "level", "single"], ["LAW", "unit_head", 3, "true"]],
    "portfolios": [["person", "units", "from"], ["sun.yue", "LAW; DATA", "2026-01-05"]],
    "leave": [["person", "deputy", "from", "to"], ["wu.di", "-", "2026-02-02", "2026-02-03"]],
    "empty": [],
}
SAME = {
    "units.csv": "code,name,parent,kind\nLAW,法规处,CITY,\nGRP,领导小组,CITY,group\n",
    "people.csv": "login,name\nwu.di,吴迪\n1007,工号\n",
    "postings.csv": "person,unit,post,from,to,acting\n"
    "wu.di,LAW,unit_head,2026-01-05,,true\n1007,GRP,member,2026-01-05,2026-12-31,\n",
    "posts.csv": "unit,post,level,single\nLAW,unit_head,3,true\n",
    "portfolios.csv": "person,units,from\nsun.yue,LAW; DATA,2026-01-05\n",
    "leave.csv": "person,deputy,from,to\nwu.di,-,2026-02-02,2026-02-03\n",
}


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def test_a_workbook_says_what_csv_says() -> None:
    """Cells that are dates, numbers and flags for Excel are read as the words a table would have."""
    one, other = read_workbook(workbook(SHEETS), "office.xlsx"), read_tables(SAME)
    assert one.said() == other.said()
    assert all(one.said())


POSTING = ["person", "unit", "post", "from"]


@pytest.mark.parametrize(
    ("sheets", "where", "says"),
    [
        ({"postings": [POSTING, ["li.na", "SAFE", "staff", "01.02.2026"]]}, "o.xlsx[postings]:2:4", "is not a day"),
        ({"Sheet1": [[], POSTING, [], ["li.na", "SAFE", "Staff", "2026-02-01"]]}, "o.xlsx[Sheet1]:4:3", "be a post"),
        ({"postings": [POSTING, ["li.na", "SAFE", "staff", "=TODAY()"]]}, "o.xlsx[postings]:2:4", "holds a formula"),
        (
            {"postings": [POSTING, ["li.na", "SAFE", "staff", DAY.replace(hour=9)]]},
            "o.xlsx[postings]:2:4", "is not a day",
        ),
        ({"people": [["login"]], "Notes": [["x"]]}, "o.xlsx[Notes]:1:1", "is no table of a register"),
        ({"people": [["login", "tags"], ["li.na", "x"]]}, "o.xlsx[people]:2:2", "The person record is closed"),
        ({"people": [["login", "name", "login"], ["a", "b", "c"]]}, "o.xlsx[people]:1:3", "names `login` twice"),
        ({"people": []}, "o.xlsx:1:1", "nothing in this workbook"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_sheet_line_and_cell(sheets, where: str, says: str) -> None:
    """FILE[SHEET]:LINE:CELL, blank lines counted; a formula, a table nobody knows and a column twice are refused."""
    with pytest.raises(BadRegister) as caught:
        read_workbook(workbook(sheets), "o.xlsx")
    problems = [(problem.where, str(problem)) for problem in caught.value.problems]
    assert any(place == where and says in text for place, text in problems), problems


def test_what_is_no_workbook_is_refused() -> None:
    """An old .xls, a text, half a workbook."""
    for body in (b"\xd0\xcf\x11\xe0", b"person,unit\n", workbook(SHEETS)[:900]):
        with pytest.raises(Invalid, match=r"o.xls is not an Excel workbook"):
            read_workbook(body, "o.xls")


def test_a_workbook_is_imported(office) -> None:
    """`org import office.xlsx`, dry first; a single sheet is what the file is named after, or postings."""
    file = office.home.parent / "office.xlsx"
    file.write_bytes(workbook(SHEETS))
    counts = office.json("org", "import", str(file), "--dry-run")["counts"]
    assert counts["posting"] == {"new": 2, "changed": 0}
    assert office.json("org", "import", str(file))["counts"] == counts
    (holder,) = office.json("org", "who", "unit_head", "--unit", "LAW")["holders"]
    assert (holder["person"], holder["why"]) == ("wu.di", "acting")
    people = office.home.parent / "people.xlsx"
    people.write_bytes(workbook({"Sheet1": [["login", "name"], ["new.one", "New"]]}))
    assert office.json("org", "import", str(people))["counts"] == {"person": {"new": 1, "changed": 0}}
    file.write_bytes(workbook({"Tabelle1": [POSTING, ["nobody", "LAW", "staff", date(2026, 1, 5)]]}))
    refused = office.run("org", "import", str(file), code=8)
    assert refused.err.startswith(f"Error: {file}[Tabelle1]:2:1: There is no person `nobody`")
    office.run("org", "import", str(office.home.parent / "none.xlsx"), code=3)
