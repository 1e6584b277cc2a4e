"""`--key` on what administrators bring in: the same again is answered, not done; anything else is a conflict."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.office import REGISTER, START, Office, run

STORM = "{name: STORM, off: [2026-08-03], version: a}"
POLICY = "policy: more\nroles: {watch: [office]}\n"


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Office:
    """A sandbox on either database."""
    home = tmp_path / "office"
    words = ["--db", database_url, "--pack", "responsibility", "--sandbox", "--now", START]
    made = run("init", str(home), *words, folder=tmp_path)
    assert made.code == 0, made.err
    return Office(home)


def test_the_same_key_brings_it_in_once(desk: Office):
    """`org import`, `calendar import`, `policy apply`: the earlier answer and no event; other arguments exit 6."""
    register = desk.file("register.yaml", REGISTER)
    later = desk.file("later.yaml", "people: [{login: wu.di, name: Wu}]\n")
    storm, other = desk.file("storm.yaml", STORM), desk.file("other.yaml", STORM.replace("03", "04"))
    policy, changed = desk.file("policy.yaml", POLICY), desk.file("changed.yaml", POLICY.replace("office", "first"))
    for verb, mine, another, kept in (
        (("org", "import"), register, later, ("counts", "event")),
        (("calendar", "import"), storm, other, ("calendars", "clocks")),
        (("policy", "apply"), policy, changed, ("hash", "types", "event")),
    ):
        key = ("--key", verb[0])
        first = desk.json(*verb, mine, *key)
        before = len(desk.json("audit", "log", "--limit", "1000")["rows"])
        again = desk.json(*verb, mine, *key)
        assert (first["again"], again["again"]) == (False, True)
        assert {name: again[name] for name in kept} == {name: first[name] for name in kept}
        assert "This key was used before" in desk.run(*verb, mine, *key).out
        assert "was already used for something else" in desk.run(*verb, another, *key, code=6).err
        desk.run(*verb, mine, *key, "--reason", "another reason", code=6)
        assert len(desk.json("audit", "log", "--limit", "1000")["rows"]) == before
    desk.run("org", "import", register, "--key", "org", "--as", "li.na", code=4)
    assert desk.json("audit", "verify", "--replay")["ok"]


def test_a_key_takes_over_a_backlog_once(desk: Office):
    """`case reassign` gives every case the actor may give, tells those left, and is done once under a key."""
    desk.run("org", "import", desk.file("register.yaml", REGISTER))
    words = ["--title", "Figures", "--recipient", "CITY", "--as", "chen.chen"]
    mine = [desk.json("new", "report", "--unit", unit, *words)["ref"] for unit in ("SAFE", "SAFE", "DATA")]
    desk.run("case", "reassign", "chen.chen", "--as", "zhou.ping", "--unit", "SAFE", code=4)
    desk.run("case", "reassign", "chen.chen", "nobody", "--as", "li.na", code=3)
    desk.run("case", "reassign", "chen.chen", "--unit", "NOPE", "--as", "li.na", code=3)
    desk.run("case", "reassign", "li.na", "--as", "li.na", code=2)
    dry = desk.json("case", "reassign", "chen.chen", "--as", "li.na", "--dry-run")
    assert (dry["cases"], dry["event"]) == (mine[:2], None)
    done = desk.json("case", "reassign", "chen.chen", "--as", "li.na", "--key", "k", "--reason", "he left")
    assert (done["to"], done["cases"], done["kept"], done["again"]) == ("li.na", mine[:2], mine[2:], False)
    again = desk.json("case", "reassign", "chen.chen", "--as", "li.na", "--key", "k", "--reason", "he left")
    assert again == {**done, "again": True}
    assert [desk.json("case", "show", ref)["owner"] for ref in mine] == ["li.na", "li.na", "chen.chen"]
    desk.run("case", "reassign", "chen.chen", "li.na", "--as", "chen.chen", "--unit", "DATA")
    assert "no open case" in desk.run("case", "reassign", "chen.chen", "--as", "li.na").out
    events = desk.json("audit", "log", "--kind", "case.assigned")["rows"]
    assert [(row["case"], row["actor"]) for row in events] == [
        (mine[0], "li.na"), (mine[1], "li.na"), (mine[2], "chen.chen")
    ]  # fmt: skip
    assert desk.json("audit", "verify", "--replay")["ok"]
