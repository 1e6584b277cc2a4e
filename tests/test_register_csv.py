"""The register from spreadsheets: one table a file, checked like the rest, with line and cell of what is wrong."""

from __future__ import annotations

import pytest

from workflow.register_file import read_tables
from workflow.register_import import BadRegister, read_register

TABLES = {
    "units.csv": "code,name,parent,kind\nLAW,法规处,CITY,\nGRP,领导小组,CITY,group\n",
    "people.csv": "login,name\nwu.di,吴迪\n1007,工号\n",
    "postings.csv": "person,unit,post,from,to,acting\n"
    "wu.di,LAW,unit_head,2026-01-05,,true\n\n1007,GRP,member,2026-01-05,2026-12-31,\n",
    "posts.csv": "unit,post,level,single\nLAW,unit_head,3,true\n",
    "portfolios.csv": "person,units,from\nsun.yue,LAW; DATA,2026-01-05\n",
    "leave.csv": "person,deputy,from,to\nwu.di,-,2026-02-02,2026-02-03\n",
}


def test_tables_say_what_yaml_says():
    """The same rows as YAML, cell for cell; an empty cell says nothing, a dash says that there is nothing."""
    yaml = """
units: [{code: LAW, name: 法规处, parent: CITY}, {code: GRP, name: 领导小组, parent: CITY, kind: group}]
people: [{login: wu.di, name: 吴迪}, {login: "1007", name: 工号}]
postings:
  - {person: wu.di, unit: LAW, post: unit_head, from: 2026-01-05, acting: true}
  - {person: "1007", unit: GRP, post: member, from: 2026-01-05, to: 2026-12-31}
posts: [{unit: LAW, post: unit_head, level: 3, single: true}]
portfolios: [{person: sun.yue, units: [LAW, DATA], from: 2026-01-05}]
leave: [{person: wu.di, deputy: null, from: 2026-02-02, to: 2026-02-03}]
"""
    one, other = read_tables(TABLES), read_register(yaml)
    for section in ("units", "people", "postings", "posts", "portfolios", "leave"):
        rows = [entry.values for entry in getattr(one, section)]
        assert rows == [entry.values for entry in getattr(other, section)], section
        assert rows


@pytest.mark.parametrize(
    ("file", "text", "where", "says"),
    [
        ("postings.csv", "person,unit,post,from\nli.na,SAFE,staff,01.02.2026\n", "postings.csv:2:4", "is not a day"),
        (
            "postings.csv",
            "person;unit;post;from\n\nli.na;SAFE;Staff;2026-02-01\n",
            "postings.csv:3:3",
            "cannot be a post",
        ),
        ("people.csv", "login,name,tags\nli.na,Li,x\n", "people.csv:2:3", "The person record is closed"),
        ("people.csv", "login,name\nli.na,Li,x\n", "people.csv:2:3", "has 3 cells, the first line names 2"),
        ("postings.csv", "person,unit,from\nli.na,SAFE,2026-02-01\n", "postings.csv:2:1", "lacks `post`"),
        ("units.csv", 'code,name\n"A,b\n', "units.csv:2:1", "is not CSV"),
        ("staff.csv", "login\nli.na\n", "staff.csv:1:1", "is no table of a register"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_cell(file: str, text: str, where: str, says: str):
    """Separated by commas, semicolons or tabs: the line is that of the file, the column is the cell."""
    with pytest.raises(BadRegister) as caught:
        read_tables({file: text})
    (problem,) = caught.value.problems
    assert problem.where == where
    assert says in str(problem)


def test_a_folder_of_tables_is_imported(office):
    """`org import FOLDER` takes every table in it in one go; one table alone works too; wrong names exit 8 or 3."""
    folder = office.home.parent / "tables"
    folder.mkdir()
    office.run("org", "import", str(folder), code=3)
    for name, text in TABLES.items():
        (folder / name).write_text("\ufeff" + text.replace("\n", "\r\n"), encoding="utf-8")
    counts = office.json("org", "import", str(folder), "--dry-run")["counts"]
    assert counts["posting"] == {"new": 2, "changed": 0}
    assert office.json("org", "import", str(folder))["counts"] == counts
    (holder,) = office.json("org", "who", "unit_head", "--unit", "LAW")["holders"]
    assert (holder["person"], holder["why"]) == ("wu.di", "acting")
    (folder / "postings.csv").write_text("person,unit,post,from\nnobody,LAW,staff,2026-01-05\n", encoding="utf-8")
    refused = office.run("org", "import", str(folder / "postings.csv"), code=8)
    assert refused.err.startswith(f"Error: {folder / 'postings.csv'}:2:1: There is no person `nobody`")
