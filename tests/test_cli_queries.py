"""`query`: a question kept under a name answers as if it had been typed."""

from __future__ import annotations

import json
import stat

import pytest


def test_a_saved_question_is_asked(office):
    """It answers what its words answer; words after the name are added, options before it hold as well."""
    ref = office.report()
    office.run("query", "save", "mine", "case", "list", "--owner", "chen.chen")
    assert office.json("query", "run", "mine") == office.json("case", "list", "--owner", "chen.chen")
    assert office.run("query", "run", "mine", "--format", "csv").out == (
        office.run("case", "list", "--owner", "chen.chen", "--format", "csv").out
    )
    assert office.json("query", "run", "mine", "--closed")["rows"] == []
    office.run("query", "save", "past", "case", "show")
    assert office.json("query", "run", "past", ref, "--as_of", "2026-01-05T09:00+08:00")["ref"] == ref
    assert office.run("query", "run", "mine").out.startswith(ref)
    assert office.run("--quiet", "query", "run", "mine").out == ""


def test_the_exit_code_is_the_answers(office):
    """`due --check` says by its code that something is overdue, saved or not; errors are those of the question."""
    office.report()
    office.run("query", "save", "late", "--", "due", "--check")
    office.run("query", "run", "late")
    office.run("advance", "--by", "30d")
    office.run("query", "run", "late", code=10)
    office.run("query", "save", "nobody", "case", "list", "--owner", "nobody")
    office.run("query", "run", "nobody", code=3)
    office.run("query", "run", "late", "--nonsense", code=2)


def test_list_replace_and_delete(office):
    """Names are listed with their words; another question under the same name needs --replace; gone is gone."""
    office.run("query", "save", "late", "due", "--overdue")
    office.run("query", "save", "late", "due", "--overdue")
    office.run("query", "save", "late", "due", "--mine", code=6)
    office.run("query", "save", "--replace", "late", "due", "--unit", "SAFE")
    office.run("query", "save", "死", "audit", "log", "--kind", "case.opened")
    assert office.json("query", "list")["rows"] == [
        {"name": "late", "words": ["due", "--unit", "SAFE"]},
        {"name": "死", "words": ["audit", "log", "--kind", "case.opened"]},
    ]
    office.run("query", "delete", "late")
    assert [row["name"] for row in office.json("query", "list")["rows"]] == ["死"]
    office.run("query", "run", "late", code=3)
    office.run("query", "delete", "late", code=3)


@pytest.mark.parametrize(
    "words",
    [
        ["x", "new", "report"],
        ["x", "do", "RPT-2026-0001", "submit"],
        ["x", "audit", "erase", "--due"],
        ["x", "audit", "log", "--text", "word", "--reason", "habit"],
        ["x", "case", "list", "--as=li.na"],
        ["a b", "due"],
        ["x"],
        ["x", "query", "run", "x"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_saved(office, words):
    """Only questions can, without the reason and the identity that each asking needs anew."""
    office.run("query", "save", *words, code=2)
    assert office.json("query", "list")["rows"] == []


def test_where_they_lie(office):
    """In the user's state folder, for its owner alone, whatever the workspace; a broken file is named."""
    state = office.home.parent / "state"
    office.run("query", "save", "late", "due", XDG_STATE_HOME=str(state))
    path = state / "duecourse" / "queries.json"
    assert json.loads(path.read_text(encoding="utf-8")) == {"schema": 1, "queries": {"late": ["due"]}}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("{", encoding="utf-8")
    done = office.run("query", "list", "--format", "json", code=8, XDG_STATE_HOME=str(state))
    assert done.error["where"] == str(path)
