"""`duty record` and `duty skip`: what counts, what is left out, and what is refused with which exit code."""

from __future__ import annotations

import pytest

CODE = "study-sessions"


def record(office, *words, on="2026-01-05", as_="qian.fang", code=0, duty=CODE, unit="CITY"):
    return office.run("duty", "record", duty, "--unit", unit, "--on", on, *words, "--as", as_, code=code)


@pytest.fixture
def open_(office):
    """The windows of the year are open."""
    office.run("advance", "--by", "1h")
    return office


def listed(office, duty=CODE):
    return next(row for row in office.json("duty", "list", "--unit", "CITY")["rows"] if row["duty"] == duty)


def test_a_record_says_how_the_window_stands(open_):
    """The row of the window, the number of the record and the receipt; `duty show` has it with its minutes."""
    minutes = open_.file("minutes.txt", "who said what")
    words = ["--posts", "first,direct", "--title", "Law", "--file", minutes]
    said = record(open_, *words).out
    assert said.startswith("study-sessions CITY 2026: 1 of 12, open\nReceipt: duty/study-sessions/CITY/2 ")
    answer = open_.json(
        "duty", "record", CODE, "--unit", "CITY", "--on", "2026-01-04", "--count", "3", "--as", "qian.fang"
    )
    assert (answer["done"], answer["required"], answer["status"], answer["no"]) == (4, 12, "open", 3)
    assert list(listed(open_)) == ["duty", "unit", "title", "window", "required", "done", "due_on", "status", "ref"]
    (first, second) = open_.json("duty", "show", CODE)["periods"][0]["records"]
    assert (first["on"], first["posts"], first["title"]) == ("2026-01-05", ["first", "direct"], "Law")
    assert [paper["name"] for paper in first["files"]] == ["minutes.txt"]
    assert (second["count"], second["by"], second["corrected_by"]) == (3, "qian.fang", None)
    assert open_.run("case", "files", listed(open_)["ref"], "--verify").code == 0


def test_a_correction_is_shown_beside_what_it_corrects(open_):
    """Both stay, and the window follows the correction."""
    record(open_, "--count", "5")
    record(open_, "--count", "2", "--corrects", "2", "--reason", "misread")
    assert listed(open_)["done"] == 2
    assert "corrected by 3" in open_.run("duty", "show", CODE).out
    log = open_.json("audit", "log", "--stream", f"duty/{CODE}/CITY")["rows"]
    assert (log[-1]["kind"], log[-1]["reason"], log[-1]["data"]["corrects"]) == ("duty.recorded", "misread", 2)
    record(open_, "--corrects", "2", code=6)
    record(open_, "--corrects", "9", code=3)


@pytest.mark.parametrize(
    ("words", "more", "code"),
    [
        ([], {"on": "2026-01-06"}, 2),  # to come
        ([], {"on": "soon"}, 2),
        (["--count", "0"], {}, 2),
        (["--posts", "chen.chen"], {}, 2),
        (["--present", "0"], {}, 2),
        ([], {"duty": "half-yearly-report"}, 2),  # done with its case
        ([], {"duty": "nothing"}, 3),
        ([], {"unit": "NOPE"}, 3),
        (["--file", "nowhere.pdf"], {}, 3),
        ([], {"as_": "chen.chen"}, 4),
        ([], {"on": "2025-12-30"}, 5),  # another window
        ([], {"unit": "SAFE"}, 5),  # not bound
    ],
)
def test_what_cannot_be_recorded_has_its_exit_code(open_, words, more, code):
    """One sentence, the code of the contract, and nothing written."""
    before = open_.json("audit", "verify")["events"]
    assert record(open_, *words, code=code, **more).err.startswith("Error: ")
    assert open_.json("audit", "verify")["events"] == before


def test_the_same_meeting_is_a_conflict_and_the_same_key_is_not(open_):
    """Recorded twice it is refused; repeated under its key it answers what was done."""
    record(open_, "--title", "Law", "--key", "k1")
    record(open_, "--title", "Law", code=6)
    assert "nothing was done again" in record(open_, "--title", "Law", "--key", "k1").out
    record(open_, "--title", "Economy", "--key", "k1", code=6)
    assert "dry" not in record(open_, "--title", "Economy", "--dry-run").err
    assert listed(open_)["done"] == 1


def test_a_window_is_skipped_with_a_reason(open_):
    """By who leads the body or its office; without a reason, or by others, not."""
    words = ["duty", "skip", "special-meeting", "--unit", "CITY"]
    open_.run(*words, "--window", "2026", "--as", "wang.min", code=5)
    open_.run(*words, "--window", "2026", "--as", "chen.chen", "--reason", "flood", code=4)
    open_.run(*words, "--window", "2031-H9", "--as", "wang.min", "--reason", "flood", code=3)
    open_.run(*words, "--as", "wang.min", code=2)
    said = open_.run(*words, "--window", "2026", "--as", "wang.min", "--reason", "flood").out
    assert said.startswith("special-meeting CITY 2026: 0 of 2, skipped")
    assert listed(open_, "special-meeting")["status"] == "skipped"
    open_.run(*words, "--window", "2026", "--as", "wang.min", "--reason", "flood", code=5)
    assert open_.json("audit", "verify", "--replay")["ok"]


def test_due_and_its_check_know_duties(open_):
    """What is counted is due as a duty, the case of a date as a limit; overdue ones make the check fail."""
    open_.run("advance", "--to", "2026-04-02")
    rows = open_.json("due", "--unit", "CITY", "--limit", "200")["rows"]
    kinds = {row["duty"]: row["kind"] for row in rows if row["duty"] in {CODE, "special-meeting"}}
    assert kinds == {CODE: "duty", "special-meeting": "duty"}
    assert "clock" in {row["kind"] for row in rows if row["duty"]}
    assert next(row for row in rows if row["duty"] == CODE)["required"] == 12
    assert "counting 0/12" in open_.run("due", "--unit", "CITY", "--limit", "200").out
    open_.run("due", "--check", "--overdue", code=10)
