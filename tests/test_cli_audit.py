"""`audit`, `duty`: what happened, whether it was changed, and what recurs."""

from __future__ import annotations

import sqlite3

import pytest


def test_the_log_of_a_case(office):
    """`audit log --case` has the keys of the contract, ascends, and chains from sixty-four zeros."""
    ref = office.report()
    rows = office.json("audit", "log", "--case", ref)["rows"]
    wanted = "id stream n case at kind actor behalf via from to action rule reason data hash prev leaf"
    assert rows[0].keys() == set(wanted.split())
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["prev"] for row in rows] == ["0" * 64, *(row["hash"] for row in rows[:-1])]
    assert (rows[0]["kind"], rows[0]["actor"], rows[0]["case"]) == ("case.opened", "chen.chen", ref)
    assert rows[0]["at"] == "2026-01-05T01:00:00.000000Z"


def test_the_log_is_narrowed(office):
    """Actor, kind, unit, stream, since and until each narrow the log; pages follow each other."""
    office.report()
    office.incident()
    mine = office.json("audit", "log", "--actor", "li.na", "--as", "li.na")
    assert {row["actor"] for row in mine["rows"]} == {"li.na"}
    assert {row["kind"] for row in office.json("audit", "log", "--kind", "case.opened")["rows"]} == {"case.opened"}
    assert {row["stream"] for row in office.json("audit", "log", "--stream", "policy")["rows"]} == {"policy"}
    assert office.json("audit", "log", "--since", "2026-01-06")["rows"] == []
    assert office.json("audit", "log", "--until", "2026-01-05")["rows"] == []
    first = office.json("audit", "log", "--limit", "3")
    second = office.json("audit", "log", "--limit", "3", "--after", first["next"])
    both = [(row["at"], row["stream"], row["n"]) for row in (*first["rows"], *second["rows"])]
    assert both == sorted(set(both))
    assert len(both) == 6


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--case", "RPT-1999-0001"], 3),
        (["--actor", "nobody"], 3),
        (["--stream", "nothing"], 3),
        (["--unit", "NOPE"], 3),
        (["--kind", "case.opend"], 2),
        (["--since", "2026-01-05T09:00"], 2),
        (["--after", "???"], 2),
        (["--limit", "0"], 2),
    ],
)
def test_questions_that_cannot_be_asked(office, words, code):
    """Unknown names are exit 3, wrong words exit 2."""
    office.run("audit", "log", *words, code=code)


def test_a_whole_trail_is_verified(office):
    """`audit verify` counts what it checked and says what that shows."""
    office.report()
    found = office.json("audit", "verify")
    wanted = {"schema", "ok", "events", "streams", "cases", "size", "root", "shown", "problems"}
    assert found.keys() == wanted | {"files"}
    assert (found["ok"], found["cases"], found["shown"], found["problems"]) == (True, 1, "self", [])
    assert "whole and unchanged" in office.run("audit", "verify").out


def test_a_changed_trail_is_found(office):
    """A value changed behind the program's back is exit 7, with its stream and number."""
    ref = office.report()
    connection = sqlite3.connect(office.home / "duecourse.db")
    connection.execute("DROP TRIGGER event_no_update")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("UPDATE event SET kind = 'case.acted' WHERE stream = ? AND n = 1", (ref,))
    connection.commit()
    connection.close()
    found = office.json("audit", "verify", code=7)
    assert found["ok"] is False
    assert (ref, 1) in {(problem["stream"], problem["n"]) for problem in found["problems"]}
    assert "does NOT match" in office.run("audit", "verify", code=7).out


def test_duties_of_the_year(office):
    """`duty list` has every window of the year with its status; `duty show` one duty; `duty forecast` what comes."""
    rows = office.json("duty", "list", "--unit", "CITY")["rows"]
    assert rows[0].keys() == {
        "schema",
        "duty",
        "unit",
        "title",
        "window",
        "required",
        "done",
        "due_on",
        "status",
        "ref",
    } - {"schema"}
    halves = [(row["window"], row["due_on"], row["status"]) for row in rows if row["duty"] == "half-yearly-report"]
    assert halves == [("2026-H1", "2026-06-30", "open"), ("2026-H2", "2026-12-31", "open")]
    assert office.json("duty", "list", "--status", "missed")["rows"] == []
    assert office.json("duty", "show", "half-yearly-report")["every"] == "half-year"
    coming = office.json("duty", "forecast", "--until", "2026-02-01")["rows"]
    assert all(row["opens_at"] < "2026-02-02" for row in coming)
    assert coming
    office.run("duty", "show", "nothing", code=3)
    office.run("duty", "list", "--unit", "NOPE", code=3)
    office.run("duty", "list", "--status", "late", code=2)


def test_verify_reads_the_files_too(office):
    """The bytes of the evidence are read: how many, and which are not what was given, exit 7; unless told not to."""
    ref = office.report()
    office.run("do", ref, "submit", "--file", office.file("figures.txt", "the figures"), "--as", "chen.chen")
    assert office.json("audit", "verify", "--files")["files"] == 1
    assert "1 files" in office.run("audit", "verify", "--files").out
    (path,) = [path for path in (office.home / "files").rglob("*") if path.is_file()]
    path.chmod(0o600)
    path.write_text("other figures", encoding="utf-8")
    assert office.json("audit", "verify", "--no-files")["ok"] is True
    (problem,) = office.json("audit", "verify", code=7)["problems"]
    assert (problem["stream"], "the file 1 was altered" in problem["what"]) == (ref, True)
    office.run("audit", "verify", "--files", "--dossier", "x.zip", code=2)
