"""A proof that tells what people wrote is given to some, and it is on record that it was."""

from __future__ import annotations

import pytest
from test_cli_seal import alone, opening, sealed  # noqa: F401 - a fixture

READ = ("audit", "log", "--kind", "data.read", "--format", "json")


@pytest.fixture
def office_(sealed):  # noqa: F811
    return sealed


def reads(office) -> list[dict]:
    rows: list[dict] = office.run(*READ).json["rows"]
    return [row for row in rows if row["data"]["what"] == "proof"]


def test_a_proof_is_on_record(office_):
    """Who took it, of which event, which fields it told, why, and about whom; in the stream of the case."""
    event = opening(office_)
    done = office_.json(
        "audit", "prove", event, "-o", office_.file("p"), "--as", "qian.fang", "--reason", "the court asks"
    )
    (row,) = reads(office_)
    assert (row["id"], row["stream"], row["actor"], row["reason"]) == (
        done["read"]["id"],
        office_.ref,
        "qian.fang",
        "the court asks",
    )
    assert (row["data"]["event"], row["data"]["fields"]) == (event, ["title"])
    assert "chen.chen" in str(row["data"]["persons"])
    held = office_.json("whoami", "--data", "--as", "chen.chen")
    assert any(one["actor"] == "qian.fang" for one in held["read_by"])
    assert office_.json("audit", "verify", "--replay")["ok"] is True


def test_who_has_no_part_gets_no_proof_of_values(office_):
    """Somebody without a role in the case is refused and nothing is written; without the values there is no secret."""
    event, target = opening(office_), office_.home.parent / "p"
    office_.run("audit", "prove", event, "-o", str(target), "--as", "zhou.ping", code=4)
    assert not target.exists()
    assert reads(office_) == []
    done = office_.json("audit", "prove", event, "-o", str(target), "--withhold", "all", "--as", "zhou.ping")
    assert (done["read"], target.exists(), reads(office_)) == (None, True, [])


def test_a_proof_of_the_register_is_for_the_office(office_):
    """Of another stream than a case: administrator, office and inspectors, as for searches and exports."""
    row = office_.json("audit", "log", "--stream", "org", "--limit", "200")["rows"][-1]
    person = next(
        row["id"]
        for row in office_.json("audit", "log", "--stream", "org", "--limit", "200")["rows"]
        if row["data"].get("table") == "person"
    )
    office_.run("audit", "prove", person, "-o", office_.file("p"), "--as", "chen.chen", code=4)
    office_.run("audit", "prove", person, "-o", office_.file("p"), "--as", "he.jing")
    office_.run("audit", "prove", person, "-o", office_.file("p"))
    assert [row["stream"] for row in reads(office_)] == ["log", "log"]
    assert row["stream"] == "org"


def test_a_proof_that_cannot_be_made_leaves_no_trace(office_):
    """An event no checkpoint covers, an unknown event, an unknown field: nothing is on record."""
    office_.ref = office_.report()
    office_.run("audit", "prove", opening(office_), "-o", office_.file("p"), code=5)
    office_.run("audit", "prove", "019b8bab-0680-752f-8f23-f03f61fd0c96", "-o", office_.file("p"), code=3)
    assert reads(office_) == []
