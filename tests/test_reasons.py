"""A reason that is given is kept, with every change; an expected version is held against what there is."""

from __future__ import annotations

import pytest
from support.attack import Attack
from support.lived import Lived
from support.world import World

from states.errors import Conflict
from workflow import engine

WHY = "so that it can be understood in ten years"


@pytest.mark.parametrize("verb", ["comment", "link", "attach"])
def test_the_small_changes_keep_their_reason(office, verb):
    """`case comment`, `link` and `attach` with --reason: beside the event, erasable, and decided again alike."""
    ref, other, paper = office.report(), office.report(), office.file("annex.txt")
    words = {"comment": ["see the annex"], "link": ["follows", other], "attach": [paper]}[verb]
    kind = {"comment": "case.commented", "link": "case.linked", "attach": "case.attached"}[verb]
    office.run("case", verb, ref, *words, "--reason", WHY, "--as", "chen.chen")
    (event,) = office.json("audit", "log", "--case", ref, "--kind", kind)["rows"]
    assert event["reason"] == WHY
    assert office.json("audit", "verify", "--replay")["ok"] is True
    office.run("audit", "erase", event["id"], "reason", "--reason", "asked for")
    (event,) = office.json("audit", "log", "--case", ref, "--kind", kind)["rows"]
    assert WHY not in str(event)
    assert office.json("audit", "verify", "--replay")["ok"] is True


def test_a_policy_keeps_the_reason_it_was_applied_for(office):
    """`policy apply --reason` is on record."""
    office.run("policy", "apply", "responsibility", "--reason", WHY)
    rows = office.json("audit", "log", "--kind", "policy.applied")["rows"]
    assert [row["reason"] for row in rows] == [None, WHY]
    assert office.json("audit", "verify", "--replay")["ok"] is True


def test_a_key_used_without_a_reason_is_still_known(world: World):
    """The digest of what was asked is what it was: a key from before answers, and with a reason it is another act."""
    ref, who = world.report(), world.who("wang")

    def say(reason: str) -> engine.Outcome:
        return world.store.transact(lambda tx: engine.comment(tx, ref, "noted", who=who, reason=reason, key="k"))

    from workflow.trail import digest

    assert say("").again is False
    assert world.rows("SELECT digest FROM receipt") == [(digest(["comment", ref, "noted", who.actor]),)]
    assert say("").again is True
    with pytest.raises(Conflict, match="already used"):
        say(WHY)


@pytest.mark.parametrize("kind", ["case.commented", "case.linked", "case.attached"])
def test_what_it_keeps_is_what_it_may_keep(lived: Lived, kind):
    """An event of the small doors with another commitment than its own could not have come about."""
    with lived.raw.unchecked():
        attack = Attack(lived)
        (stream, n), *_ = lived.raw.all("SELECT stream, n FROM event WHERE kind = :k", k=kind)
        commit = attack.event(stream, n)["event"]["commit"]
        attack.rewrite(stream, n, commit=commit | {"note": "ab" * 32})
        what = [row["what"] for row in lived.verify(replay=True)["problems"] if row["n"] == n]
    assert any(text.startswith("it keeps ") for text in what), what


def test_a_new_case_is_expected_at_version_0(office):
    """What is yet to be opened is at version 0: `new --expect 0` opens it, another number is a conflict."""
    words = ["new", "report", "--unit", "SAFE", "--title", "Figures", "--recipient", "CITY", "--as", "chen.chen"]
    assert office.json(*words, "--expect", "0", "--key", "k")["version"] == 1
    refused = office.run(*words, "--expect", "1", code=6)
    assert "version 0, not 1" in refused.err
    assert office.json(*words, "--expect", "0", "--key", "k")["again"] is True
    assert len(office.json("case", "list")["rows"]) == 1
