"""`audit erase`: who may, what is asked for, and what it says."""

from __future__ import annotations

import pytest


@pytest.fixture
def opening(office) -> str:
    """The opening of a report."""
    return str(office.json("audit", "log", "--case", office.report())["rows"][0]["id"])


def test_an_administrator_erases_with_a_reason(office, opening):
    """The value is gone from case, listing and trail, verify and replay are in order, and the receipt is new."""
    done = office.json("audit", "erase", opening, "title", "--reason", "the wrong name")
    assert done.keys() == {"schema", "rows", "files", "again", "event"}
    (row,) = done["rows"]
    assert (row["event"], row["field"], row["stream"]) == (opening, "title", "RPT-2026-0001")
    assert row["by"] == done["event"]
    assert office.json("case", "show", "RPT-2026-0001")["title"] == ""
    assert "(erased)" in office.run("case", "show", "RPT-2026-0001").out
    assert "(erased)" in office.run("case", "list").out
    last = office.json("audit", "log", "--kind", "data.erased")["rows"][-1]
    assert (last["id"], last["hash"], last["reason"]) == (row["by"]["id"], row["by"]["hash"], "the wrong name")
    assert office.json("audit", "verify", "--replay")["ok"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["{id}", "title"], 5),
        (["{id}", "title", "--reason", "x", "--as", "wang.min"], 4),
        (["{id}", "nothing", "--reason", "x"], 2),
        (["nothing", "title", "--reason", "x"], 3),
        (["{id}", "--reason", "x"], 2),
        (["{id}", "title", "--due"], 2),
        (["--due", "--as", "wang.min"], 4),
        ([], 2),
    ],
)
def test_what_is_refused(office, opening, words, code):
    """No reason, no right, no such field or event, or nothing named: nothing is erased."""
    office.run("audit", "erase", *(word.replace("{id}", opening) for word in words), code=code)
    assert office.json("audit", "log", "--kind", "data.erased")["rows"] == []


def test_a_dry_run_erases_nothing(office, opening):
    """With --dry-run the same is said and taken back."""
    done = office.json("audit", "erase", opening, "title", "--reason", "x", "--dry-run")
    assert (done["dry_run"], done["event"], done["rows"][0]["field"]) == (True, None, "title")
    assert office.json("case", "show", "RPT-2026-0001")["title"] == "Quarterly figures"


def test_an_erased_file_is_no_missing_file(office):
    """`case files --verify` tells a file that was erased from one that is lost."""
    ref = office.report()
    office.run("do", ref, "submit", "--file", office.file("figures.txt"), "--as", "chen.chen")
    kept = next((office.home / "files").rglob("[0-9a-f]" * 64))
    event = next(row["id"] for row in office.json("audit", "log", "--case", ref)["rows"] if row["action"] == "submit")
    done = office.json("audit", "erase", event, "file/1", "--reason", "a name stood in it")
    assert (done["files"], kept.exists()) == (1, False)
    (row,) = office.json("case", "files", ref, "--verify")["rows"]
    assert (row["name"], row["sha256"], row["size"], row["status"]) == ("", "", 0, "erased")


def test_what_is_due_by_rule(office):
    """`--due --dry-run` lists what no rule keeps, `--due` erases it, and `run --once` finds nothing left."""
    ref = office.report()
    office.run("do", ref, "withdraw", "--reason", "done elsewhere", "--as", "chen.chen")
    assert "Nothing is due" in office.run("audit", "erase", "--due", "--dry-run").out
    office.run("advance", "--to", "2036-01-06", "--jump")
    listed = office.json("audit", "erase", "--due", "--dry-run")
    (row,) = listed["rows"]
    assert (row["ref"], row["values"], listed["values"]) == (ref, 2, 2)
    assert row["rule"].startswith("report/keep/withdrawn@")
    assert row["since"] == "2036-01-05T01:00:00.000000Z"
    assert office.json("case", "show", ref)["title"]
    assert office.json("audit", "erase", "--due")["rows"] == listed["rows"]
    assert office.json("case", "show", ref)["title"] == ""
    assert "erased" not in office.json("run", "--once")["counts"]
    assert office.json("audit", "verify", "--replay")["ok"]


def test_run_once_forgets(office):
    """`run --once` erases what is due and counts the values."""
    ref = office.report()
    office.run("do", ref, "withdraw", "--reason", "done elsewhere", "--as", "chen.chen")
    office.run("advance", "--to", "2036-01-06", "--jump")
    assert office.json("run", "--once")["counts"]["erased"] == 2
