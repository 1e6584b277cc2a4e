"""`advance`, `run --once`, `notify`: what happens without anybody asking, and who is told."""

from __future__ import annotations

import pytest
from support.office import run


def test_advance_lives_through_what_happens(office):
    """Overdue limits breach, ladders climb and duties open on the way, each at its instant."""
    ref = office.incident("major")
    done = office.json("advance", "--to", "2026-01-05T12:00+08:00")
    assert done.keys() == {"schema", "now", "fired", "opened", "counts"}
    assert done["now"] == "2026-01-05T12:00:00+08:00"
    mine = [row for row in done["fired"] if row["ref"] == ref]
    assert mine[0].keys() == {"at", "ref", "clock", "run", "what", "step"}
    first = [
        (row["at"], row["what"], row["step"])
        for row in mine
        if row["clock"] == "first_report" and row["what"] != "remind"
    ]
    assert first[:3] == [
        ("2026-01-05T10:00:01+08:00", "breach", 0),
        ("2026-01-05T10:00:01+08:00", "step", 1),
        ("2026-01-05T10:15:00+08:00", "step", 2),
    ]
    overdue = {row["clock"]: row for row in office.json("due", "--overdue")["rows"]}
    assert overdue["first_report"]["level"] >= 2
    assert office.run("due", "--check", code=10).out


def test_advance_opens_duties(office):
    """A duty opens its case when its time comes, and the case is due on the duty's day."""
    done = office.json("advance", "--to", "2026-01-10")
    (opened,) = [row for row in done["opened"] if row["duty"] == "yearly-summary"]
    assert opened.keys() == {"at", "duty", "unit", "ref"}
    row = next(row for row in office.json("duty", "list", "--unit", "CITY")["rows"] if row["duty"] == "yearly-summary")
    assert row["ref"] == opened["ref"]
    assert office.json("case", "show", opened["ref"])["duty"] == "yearly-summary"


def test_advance_by_working_days(office):
    """--by counts working days on the calendar of the workspace: the weekend is passed over."""
    assert office.json("advance", "--by", "5wd")["now"] == "2026-01-12T09:00:00+08:00"
    assert office.json("advance", "--by", "36h")["now"] == "2026-01-13T21:00:00+08:00"


def test_a_jump_fires_nothing_until_later(office):
    """--jump moves the clock as downtime does; the next advance catches up."""
    ref = office.report()
    assert office.json("advance", "--to", "2026-02-02", "--jump")["fired"] == []
    fired = office.json("advance", "--by", "1 min")["fired"]
    assert ("submit", "breach") in {(row["clock"], row["what"]) for row in fired if row["ref"] == ref}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        (["--to", "2026-02-01", "--by", "1d"], 2),
        (["--to", "2025-12-31"], 2),
        (["--by", "soon"], 2),
        (["--to", "x"], 2),
    ],
)
def test_how_far_is_said_once_and_forward(office, words, code):
    """Neither nothing nor both, and never back."""
    office.run("advance", *words, code=code)


def test_a_real_workspace_cannot_be_advanced(tmp_path):
    """Time in a real workspace is the world's."""
    assert run("init", tmp_path / "office", "--pack", "responsibility", folder=tmp_path).code == 0
    refused = run("--home", tmp_path / "office", "advance", "--by", "1d", folder=tmp_path)
    assert (refused.code, "sandbox" in refused.err) == (5, True)


def test_run_once_does_what_is_due(office):
    """`run --once` fires and opens what is due now and answers like `advance`."""
    office.report()
    office.run("advance", "--to", "2026-02-02", "--jump")
    done = office.json("run", "--once")
    assert done["fired"]
    assert done["opened"]
    assert office.json("run", "--once")["fired"] == []
    assert "Now" in office.run("run", "--once").out


def test_notices_are_listed_sent_and_retried(office, tmp_path):
    """What people are owed is listed; run sends it to the file of the settings; what failed can be tried again."""
    office.incident("major")
    office.run("advance", "--to", "2026-01-06")
    rows = office.json("notify", "list")["rows"]
    assert {"person", "ref", "kind", "state", "attempts", "created_at", "sent_at", "error"} <= rows[0].keys()
    assert {row["state"] for row in rows} == {"waiting"}
    people = {row["person"] for row in rows}
    assert "li.na" in people
    mailbox = tmp_path / "mailbox"
    office.run("run", "--once", DUECOURSE_MAIL_TO_FILE=str(mailbox))
    assert "<wang.min@example.org>" in mailbox.read_text()
    sent = office.json("notify", "list", "--state", "sent")["rows"]
    assert {row["person"] for row in sent} == {"wang.min"}  # the only one with an address
    assert office.json("notify", "retry")["count"] == len(office.json("notify", "list", "--state", "waiting")["rows"])
    office.run("notify", "retry", "nothing", code=3)
    office.run("notify", "retry", sent[0]["id"], code=5)


def test_a_test_notice(office, tmp_path):
    """`notify test` sends one message through the channel of the settings; without one it says what to set."""
    mailbox = tmp_path / "mailbox"
    office.run("notify", "test", "a@example.org", DUECOURSE_MAIL_TO_FILE=str(mailbox))
    assert "To: a@example.org" in mailbox.read_text()
    assert "mail.smtp" in office.run("notify", "test", "a@example.org", code=8).err
    refused = office.run(
        "notify", "test", "a@b.example", code=8, DUECOURSE_MAIL_SMTP="mail.b.example", DUECOURSE_MAIL_FROM="x@b.example"
    )
    assert "sandbox" in refused.err
