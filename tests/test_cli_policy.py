"""`policy` and `calendar`: the law in force, and how its limits are counted."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from support.office import run

from states.catalog import packs

SKETCH = """
case: visit
title: {en: Visit, zh: 走访}
ref: VST
fields:
  place: {type: text, required: true}
states:
  planned: {initial: true}
  done: {final: true}
actions:
  finish: {from: planned, to: done, by: [owner]}
clocks:
  finish: {runs_in: planned, limit: 3 working days, holders: [owner], ladder: late}
ladders:
  late: [{after: 0, tell: [unit_head]}]
"""
RULE = '{"limit": "10 working days", "calendar": "CN"}'


def test_packs_are_listed_and_hold(tmp_path):
    """Every shipped pack is listed with its types, and one passes its own check; no workspace is needed."""
    rows = run("policy", "packs", "--format", "json", folder=tmp_path).json["rows"]
    assert [row["name"] for row in rows] == [row["name"] for row in packs()]
    (row,) = (row for row in rows if row["name"] == "responsibility")
    assert {"report", "incident", "rectification", "accountability"} <= set(row["types"])
    assert run("policy", "check", "responsibility", "--format", "json", folder=tmp_path).json == {
        "schema": 1,
        "ok": True,
        "problems": [],
    }


def test_a_broken_policy_is_named_with_its_place(tmp_path):
    """`policy check` answers file, line, column, code and sentence, and exits with 8."""
    file = tmp_path / "visit.yaml"
    file.write_text(SKETCH.replace("to: done", "to: doen"))
    found = run("policy", "check", file, "--format", "json", folder=tmp_path)
    assert found.code == 8
    (problem,) = found.json["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("visit.yaml", 11, 31)
    assert "done" in problem["message"]
    shown = run("policy", "check", file, folder=tmp_path)
    assert shown.out.startswith("visit.yaml:11:31: ")
    assert run("policy", "check", tmp_path / "none.yaml", folder=tmp_path).code == 3


def test_a_single_case_file_is_laid_over_the_policy_in_force(office):
    """In a workspace one case file is checked against, and applied over, what is in force."""
    file = office.file("visit.yaml", SKETCH)
    assert office.json("policy", "check", file)["ok"] is True
    assert "visit" in office.run("policy", "apply", file, "--dry-run").out
    office.run("new", "visit", "--help", code=2)
    answer = office.json("policy", "apply", file)
    changed = {row["type"]: row["changed"] for row in answer["types"]}
    assert {name for name, anew in changed.items() if anew} == {"visit"}
    assert changed.keys() > {"accountability", "incident", "rectification", "report"}
    words = ["--unit", "SAFE", "--title", "Plant 3", "--place", "North gate", "--as", "chen.chen"]
    assert office.json("new", "visit", *words)["ref"] == "VST-2026-0001"
    office.run("policy", "apply", file, "--as", "li.na", code=4)


def test_a_broken_policy_is_not_applied(office):
    """What does not pass the check is refused as a whole, each problem named."""
    file = office.file("visit.yaml", SKETCH.replace("to: done", "to: doen").replace("owner", "ownr"))
    refused = office.run("policy", "apply", file, "--format", "json", code=8)
    assert len(refused.error["problems"]) > 1
    assert "visit" not in office.json("policy", "show")["types"]


def test_show_gives_the_text_that_was_applied(office):
    """`policy show` prints the sources, comments and all; as JSON the compiled form."""
    assert "case: report" in office.run("policy", "show", "report").out
    assert "case: incident" not in office.run("policy", "show", "report").out
    assert "policy: responsibility" in office.run("policy", "show").out
    assert office.json("policy", "show", "report")["case"] == "report"
    office.run("policy", "show", "reprt", code=2)


def test_graphs_of_types_and_cases(office):
    """`policy graph` draws a type, and a case with its present state marked."""
    assert office.run("policy", "graph", "report").out.startswith("stateDiagram-v2\n")
    ref = office.report()
    assert "class drafted current" in office.run("policy", "graph", ref).out
    office.run("policy", "graph", "nothing", code=2)


def explain(folder, *words, code=0):
    done = run("calendar", "explain", *words, "--format", "json", folder=folder)
    assert done.code == code, done.err
    return done.json if code == 0 else done.error


def test_explain_counts_without_a_workspace(tmp_path):
    """`calendar explain` shows each day: the make-up Sunday counts, the weekend does not."""
    found = explain(tmp_path, "--from", "2026-09-18", "--rule", '{"limit": "3 working days", "calendar": "CN"}')
    assert found.keys() == {"schema", "due_at", "due_on", "precision", "provisional", "calendar", "days"}
    assert (found["due_at"], found["precision"], found["calendar"]) == ("2026-09-22T23:59:59+08:00", "day", "CN")
    assert [(day["date"], day["what"], day["counted"]) for day in found["days"]] == [
        ("2026-09-18", "start", False),
        ("2026-09-19", "weekend", False),
        ("2026-09-20", "makeup", True),
        ("2026-09-21", "working", True),
        ("2026-09-22", "working", True),
    ]


def test_explain_defaults_without_a_workspace(tmp_path):
    """Without a calendar every day counts in the offset of --from; the one calendar of a file is the default."""
    assert (
        explain(tmp_path, "--from", "2026-02-28T10:00+05:30", "--rule", "36h")["due_at"] == "2026-03-01T22:00:00+05:30"
    )
    assert explain(tmp_path, "--from", "2026-02-27", "--rule", '"2 working days"')["due_on"] == "2026-03-01"
    file = tmp_path / "own.yaml"
    file.write_text("{name: OWN, zone: Europe/Berlin, off: [2026-03-02]}\n")
    found = explain(tmp_path, "--from", "2026-02-27", "--rule", "2 working days", "--calendars", file)
    assert (found["due_at"], found["calendar"]) == ("2026-03-04T23:59:59+01:00", "OWN")
    both = tmp_path / "both.json"
    both.write_text(json.dumps([{"name": "A", "off": ["2026-03-02"]}, {"name": "B"}]))
    assert explain(tmp_path, "--from", "2026-02-27", "--rule", "2wd", "--calendars", both)["calendar"] == "none"


def test_explain_in_a_workspace_uses_its_calendar_and_zone(office):
    """Where there is a workspace, its calendar and zone are the defaults, also beside a file of calendars."""
    assert (
        office.json("calendar", "explain", "--from", "2026-09-18", "--rule", "3wd")["due_at"]
        == "2026-09-22T23:59:59+08:00"
    )
    file = office.file("own.json", '{"name": "OWN", "off": ["2026-09-21"]}')
    words = ["calendar", "explain", "--from", "2026-09-18", "--calendars", file]
    assert office.json(*words, "--rule", "3wd")["calendar"] == "CN"
    assert office.json(*words, "--rule", '{"limit": "3wd", "calendar": "OWN"}')["due_on"] == "2026-09-24"


def test_stops_and_extensions(tmp_path):
    """--stop and --extend may be repeated and are counted as a policy would."""
    words = ["--from", "2026-03-02", "--rule", '{"limit": "5 days"}']
    assert explain(tmp_path, *words)["due_on"] == "2026-03-07"
    assert explain(tmp_path, *words, "--extend", "2d", "--extend", "1 day")["due_on"] == "2026-03-10"
    stops = ["--stop", "exclude:2026-03-04/2026-03-05", "--stop", "exclude:2026-03-07"]
    assert explain(tmp_path, *words, *stops)["due_on"] == "2026-03-10"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--from", "2026-03-02", "--rule", "{limit: 3}"], 2),
        (["--from", "2026-03-02", "--rule", '{"limit": "3d", "limit": "4d"}'], 2),
        (["--from", "2026-03-02", "--rule", '{"limt": "3d"}'], 2),
        (["--from", "2026-03-02", "--rule", '{"limit": "3d", "end-of": "year"}'], 2),
        (["--from", "2026-03-02", "--rule", "three days"], 2),
        (["--from", "2026-03-02", "--rule", "7"], 2),
        (["--from", "2026-03-02T10:00", "--rule", "3d"], 2),
        (["--rule", "3d"], 2),
        (["--from", "2026-03-02", "--rule", "3d", "--stop", "holiday"], 2),
        (["--from", "2026-03-02", "--rule", "3d", "--extend", "-1d"], 2),
        (["--from", "2026-03-02", "--rule", '{"limit": "3d", "calendar": "MARS"}'], 3),
        (["--from", "2026-03-02", "--rule", "3d", "--calendars", "none.yaml"], 3),
        (["--from", "2026-03-02", "--rule", "3d", "--calendars", "bad.yaml"], 8),
        (["--from", "2026-03-02", "--rule", "3d", "--calendars", "bad.json"], 8),
    ],
)
def test_wrong_words_of_explain(tmp_path, monkeypatch, words, code):
    """Bad JSON, unknown keys, two forms, no offset: 2; an unknown calendar: 3; a broken file: 8."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text("{name: X, weekend: [sat, sun}\n")
    (tmp_path / "bad.json").write_text('{"name": "X",}')
    explain(tmp_path, *words, code=code)


def test_calendars_are_listed_and_shown(tmp_path):
    """The shipped calendar shows its days off and its six make-up days of 2026, in order."""
    days = run("calendar", "show", "CN", "--year", "2026", "--format", "json", folder=tmp_path).json["rows"]
    makeup = [row["date"] for row in days if row["what"] == "makeup"]
    assert makeup == ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
    assert all(one["date"] < other["date"] for one, other in pairwise(days))
    assert run("calendar", "show", "XX", folder=tmp_path).code == 3
