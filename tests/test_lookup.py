"""Searching in what people wrote: found by every word, never by who asked; and on record with a reason."""

from __future__ import annotations

import csv
import io
import json
import stat

import pytest
from support.world import World
from test_retain import PETITION

from states.errors import NotNow, NotPermitted, Usage
from workflow import engine, lookup
from workflow.trail import commitment, leaf_hash


def found(world: World, text: str, **more: object) -> list[tuple[str, str]]:
    """(stream, kind) of what a search finds."""
    return [(row["stream"], row["kind"]) for row in world.log(text=text, **more)]


def test_words_are_found_wherever_people_write(world):
    """Titles, fields, reasons, remarks and names of files; all words, in any case of ASCII letters, also Chinese."""
    ref = world.report(title="A leaking valve", period="first 100% of_the year")
    world.do(ref, "submit", "wang", file="x", reason="the VALVE was repaired")
    remark = '阀门漏水，"已修" \\ done'
    wang = world.who("wang")
    world.store.transact(lambda tx: engine.comment(tx, ref, remark, who=wang))
    opened, acted, said = (ref, "case.opened"), (ref, "case.acted"), (ref, "case.commented")
    assert found(world, "valve") == [opened, acted]
    assert found(world, "LEAKING valve") == [opened]
    assert found(world, "valve repaired", case=ref) == [acted]
    assert found(world, "valve", kind="case.acted", unit="safety") == [acted]
    assert found(world, "漏水") == [said]
    assert found(world, '"已修"') == [said]
    assert found(world, "\\") == [said]
    assert found(world, "100% of_the") == [opened]
    assert found(world, "100_ of%the") == []
    assert found(world, "paper.txt") == [acted]
    assert found(world, "sha256") == []
    assert found(world, "size") == []


def test_who_asked_is_never_found(world):
    """The requester of a case is not matched, whatever the word."""
    world.apply(PETITION)
    ref = world.new("petition", "wang", title="A letter", sender="Ms Mirabelle", subject="noise at night")
    assert found(world, "Mirabelle") == []
    assert found(world, "noise") == [(ref, "case.opened")]


def test_pages_of_a_search(world):
    """A search goes on where its page ended."""
    refs = [world.report(title=f"valve {n}") for n in range(5)]
    with world.store.read() as tx:
        from workflow import audit

        first = audit.log(tx, text="valve", limit=3)
        rest = audit.log(tx, text="valve", limit=3, after=first["next"])
    assert [row["stream"] for row in (*first["rows"], *rest["rows"])] == refs
    assert rest["next"] is None


@pytest.mark.parametrize("text", ["", "  ", " ".join("abcdefghijklmnopqrstuvwxyz")])
def test_a_search_needs_some_words(world, text):
    """Nothing, or too much, is no question."""
    with pytest.raises(Usage):
        world.log(text=text)


@pytest.mark.parametrize(("login", "may"), [("admin", True), ("sun", True), ("zhou", True), ("li", False)])
def test_who_may_search(world, login, may):
    """The administrator, the office and inspectors may, with a reason; the question is a commitment on record."""
    who = world.who(login)
    with pytest.raises(NotNow if may else NotPermitted):
        world.store.transact(lambda tx: lookup.search(tx, who, "valve", reason=" "))
    if not may:
        with pytest.raises(NotPermitted):
            world.store.transact(lambda tx: lookup.search(tx, who, "valve", reason="an inspection"))
        assert world.log(kind="data.read") == []
        return
    world.store.transact(lambda tx: lookup.search(tx, who, "valve", reason="an inspection"))
    (row,) = world.log(kind="data.read")
    assert (row["stream"], row["actor"], row["reason"]) == ("log", login, "an inspection")
    assert row["data"] == {"what": "search", "persons": [], "query": "valve"}
    (text,) = world.rows("SELECT canon FROM event WHERE kind = 'data.read'")[0]
    assert "valve" not in text
    assert "inspection" not in text


def test_the_command_records_before_it_answers(office):
    """`audit log --text` needs a reason and a role, and finds the record of itself in the log."""
    ref = office.report()
    office.run("audit", "log", "--text", "figures", code=5)
    office.run("audit", "log", "--text", "figures", "--reason", "x", "--as", "li.na", code=4)
    rows = office.json("audit", "log", "--text", "Quarterly figures", "--reason", "an inspection", "--as", "he.jing")
    assert [row["stream"] for row in rows["rows"]] == [ref, "log"]
    (read,) = office.json("audit", "log", "--kind", "data.read")["rows"]
    assert (read["actor"], read["data"]["query"]) == ("he.jing", "Quarterly figures")


def test_what_somebody_did_is_looked_up_on_record(office):
    """By whoever has the role, with a reason, and the person can see it; about oneself it takes neither."""
    office.report()
    plain = office.json("audit", "log", "--actor", "chen.chen", "--as", "chen.chen")["rows"]
    assert {row["actor"] for row in plain} == {"chen.chen"}
    office.run("audit", "log", "--actor", "chen.chen", code=5)
    office.run("audit", "log", "--actor", "chen.chen", "--as", "he.jing", code=5)
    office.run("audit", "log", "--actor", "chen.chen", "--as", "li.na", "--reason", "I wonder", code=4)
    office.run("audit", "log", "--actor", "nobody", "--reason", "x", code=3)
    assert office.json("audit", "log", "--kind", "data.read")["rows"] == []
    words = ("audit", "log", "--actor", "chen.chen", "--reason", "a question from the court")
    assert office.json(*words, "--as", "he.jing")["rows"] == plain
    (read,) = office.json("audit", "log", "--kind", "data.read")["rows"]
    assert (read["actor"], read["data"]) == ("he.jing", {"what": "actor", "persons": ["chen.chen"]})
    (seen,) = office.json("whoami", "--data", "--as", "chen.chen")["read_by"]
    assert seen["actor"] == "he.jing"


def test_the_trail_is_exported(office):
    """Every event with its hash and what opens its commitments, the export's own record the last; for its owner."""
    ref = office.report()
    target = office.home.parent / "trail.ndjson"
    done = office.json("audit", "export", "-o", str(target), "--reason", "for the archive")
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert (done["events"], len(lines)) == (len(lines), len(office.json("audit", "log", "--limit", "1000")["rows"]))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    for line in lines:
        event = json.loads(line["canon"])
        assert line["hash"] == leaf_hash(line["canon"])
        assert set(line["values"]) == set(event["commit"])
        for field, kept in line["values"].items():
            assert commitment(kept["salt"], field, kept["value"]) == event["commit"][field]
    places = [(json.loads(line["canon"])["at"], json.loads(line["canon"])["stream"]) for line in lines]
    assert places == sorted(places)
    assert ref in {stream for _, stream in places}
    (own,) = [event for line in lines if (event := json.loads(line["canon"]))["kind"] == "data.read"]
    assert (own["id"], own["data"]) == (done["event"]["id"], {"what": "export", "persons": []})


def test_who_may_not_export(office):
    """Without a role there is no export, no record, and no file."""
    target = office.home.parent / "trail.ndjson"
    office.run("audit", "export", "-o", str(target), "--as", "li.na", code=4)
    office.run("audit", "export", "-o", str(office.home.parent), code=2)
    office.run("audit", "export", code=2)
    assert not target.exists()
    assert office.json("audit", "log", "--kind", "data.read")["rows"] == []


def test_a_log_for_a_spreadsheet_holds_no_formula(office):
    """What people wrote reaches a CSV of the log as text: no cell begins with what a spreadsheet would obey."""
    ref = office.report()
    office.run("case", "comment", ref, "=HYPERLINK(1)", "--as", "chen.chen")
    office.run("do", ref, "withdraw", "--reason", "@SUM(A1)", "--as", "chen.chen")
    shown = office.run("audit", "log", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(shown)))
    assert {row["reason"] for row in rows} == {"", "'@SUM(A1)"}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    lines = [json.loads(line) for line in office.run("audit", "log", "--format", "ndjson").out.splitlines()]
    assert [line["n"] for line in lines] == [int(row["n"]) for row in rows]
    assert next(line for line in lines if line["action"] == "withdraw")["reason"] == "@SUM(A1)"
