"""By rule: who asked is forgotten some months after the close, the whole case some years after; each on record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.charge import missed
from support.trails import breaks
from support.world import World

from jobs import retain
from workflow import engine
from workflow.files import place
from workflow.verify import verify

GONE = {"erased": True}

PETITION = """
case: petition
title: {en: Petition, zh: 来信}
ref: PET
keep: {default: 3 years after close, refused: 1 year + 10 days after close}
keep_requester: 6 months after close
fields:
  sender:  {type: text, requester: true}
  clerk:   {type: person}
  subject: {type: text}
states:
  open:     {initial: true}
  answered: {final: true}
  refused:  {final: true}
actions:
  answer: {from: open, to: answered, by: [owner], needs: [file], takes: [sender, subject, clerk]}
  refuse: {from: open, to: refused, by: [owner], reason: required}
  reopen: {from: [answered, refused], to: open, by: [unit_head], reason: required}
clocks:
  answer: {runs_in: open, limit: 10 working days, ladder: late}
ladders:
  late:
    - {after: 0, tell: [owner]}
"""


def forget(world: World) -> retain.Retained:
    return retain.run_once(world.store, world.home)


def waiting(world: World) -> list[tuple[str, str, int]]:
    """(ref, rule without its version, values) of what is due."""
    with world.store.read() as tx:
        return [(row["ref"], row["rule"].partition("@")[0], row["values"]) for row in retain.due(tx)]


def problems(world: World) -> list[str]:
    with world.store.read() as tx:
        return [row["what"] for row in verify(tx, replay=True)["problems"]]


@pytest.fixture
def petition(world: World) -> str:
    """A petition that was answered on 9 February 2026 at 9."""
    world.apply(PETITION)
    ref = world.new("petition", "wang", title="A letter", sender="Ms Mirabelle", subject="the noise", clerk="li")
    world.do(ref, "answer", "wang", file="dear Ms Mirabelle", sender="Ms M. Mirabelle")
    return ref


def test_who_asked_is_forgotten_first(world, petition):
    """At the end of its period, not before, every value of the requester goes, and nothing else."""
    world.until("2026-08-09 08:59:59", jump=True)
    assert waiting(world) == []
    assert forget(world).values == 0
    world.until("2026-08-09 09:00", jump=True)
    assert waiting(world) == [(petition, "petition/keep_requester/sender", 2)]
    done = forget(world)
    assert (done.values, done.files, done.trouble) == (2, 0, "")
    case = world.case(petition)
    assert case["fields"]["sender"] == GONE
    assert (case["title"], case["fields"]["subject"], case["fields"]["clerk"]) == ("A letter", "the noise", "li")
    for row in world.events(petition, "data.erased"):
        assert (row["actor"], row["via"], row["data"]["field"]) == (None, "system", "field/sender")
        assert row["rule"].startswith("petition/keep_requester/sender@")
    assert forget(world).values == 0
    assert problems(world) == breaks(world) == []


def test_then_the_whole_case(world, petition):
    """Title, texts, reasons, files with their bytes, and the persons in its fields; its history stays."""
    sha256 = world.case(petition)["files"][0]["sha256"]
    world.until("2029-02-09 09:00", jump=True)
    done = forget(world)
    assert [(one.ref, one.rule.partition("@")[0]) for one in done.done] == [(petition, "petition/keep/answered")]
    assert done.files == 1
    case = world.case(petition)
    assert case["title"] == ""
    assert case["fields"] == {"sender": GONE, "subject": GONE, "clerk": GONE}
    assert not place(world.home, sha256).exists()
    assert (case["state"], case["unit"], case["owner"]) == ("answered", "safety", "wang")
    assert world.rows(
        "SELECT count(*) FROM payload p JOIN event e ON e.id = p.event WHERE stream = :r", r=petition
    ) == [(0,)]
    assert waiting(world) == []
    assert problems(world) == breaks(world) == []


def test_each_final_state_has_its_own_period(world):
    """Refused petitions are kept for a year and ten days, the others for three."""
    world.apply(PETITION)
    ref = world.new("petition", "wang", title="Another letter")
    world.do(ref, "refuse", "wang", reason="not ours")
    world.until("2027-02-19 08:59", jump=True)
    assert waiting(world) == []
    world.until("2027-02-19 09:00", jump=True)
    assert waiting(world) == [(ref, "petition/keep/refused", 2)]


def test_what_is_said_afterwards_goes_too(world, petition):
    """A remark on a case whose values are gone is kept until the next run only."""
    world.until("2029-02-10 09:00", jump=True)
    forget(world)
    store, wang = world.store, world.who("wang")
    store.transact(lambda tx: engine.comment(tx, petition, "Ms Mirabelle called", who=wang))
    assert waiting(world) == [(petition, "petition/keep/answered", 1)]
    forget(world)
    assert world.events(petition, "case.commented")[0]["data"]["text"] == GONE
    assert waiting(world) == []
    assert problems(world) == []


def test_an_open_case_is_kept(world, petition):
    """A case that was opened again counts from its next closing; what was erased before stays erased."""
    world.until("2026-09-01 09:00", jump=True)
    forget(world)
    world.do(petition, "reopen", "li", reason="a second letter came")
    world.until("2030-01-01 09:00", jump=True)
    assert waiting(world) == []
    world.do(petition, "answer", "wang", file="again", sender="Ms Mirabelle")
    assert world.case(petition)["fields"]["sender"] == "Ms Mirabelle"
    assert waiting(world) == []
    world.until("2030-07-01 10:00", jump=True)
    assert waiting(world) == [(petition, "petition/keep_requester/sender", 1)]
    forget(world)
    assert problems(world) == []


def test_a_case_without_a_rule_is_kept_for_ever(world):
    """A type that says nothing about it is never looked at."""
    world.apply(PETITION.replace("keep: {default: 3 years after close, refused: 1 year + 10 days after close}\n", ""))
    ref = world.new("petition", "wang", title="A letter", sender="Ms Mirabelle")
    world.do(ref, "refuse", "wang", reason="not ours")
    world.until("2060-01-01 09:00", jump=True)
    assert waiting(world) == [(ref, "petition/keep_requester/sender", 1)]
    forget(world)
    assert world.case(ref)["title"] == "A letter"


def test_a_dismissed_case_loses_its_names(world):
    """Of the pack: half a year and the time to appeal after a dismissal nobody is named in the case any more."""
    report = missed(world)
    ref = world.new(
        "accountability", "zhou", respondent="li", post="unit_head", ground="late", cites=report, gravity="minor"
    )
    world.do(ref, "dismiss", "zhao", reason="it was not Li")
    world.until("2026-08-24 09:00", jump=True)
    assert waiting(world) == []
    world.until("2026-08-24 09:01", jump=True)
    forget(world)
    case = world.case(ref)
    assert {case["fields"][name] == GONE for name in ("respondent", "post", "gravity")} == {True}
    assert case["fields"]["cites"] == report
    text = json.dumps(world.events(ref))
    assert '"li"' not in text
    assert '"zhao"' in text
    assert problems(world) == breaks(world) == []


def test_one_failing_case_harms_no_other(world, petition):
    """A case whose definition is missing is named in the pulse; the others are done."""
    other = world.new("petition", "wang", title="Another letter", sender="Mr Damson")
    world.do(other, "refuse", "wang", reason="not ours")
    blocker: Any = "UPDATE cases SET unit = 'nowhere' WHERE ref = :ref"
    world.store.transact(lambda tx: tx.put(blocker, ref=other))
    world.until("2026-09-01 09:00", jump=True)
    done = forget(world)
    assert [one.ref for one in done.done] == [petition]
    assert done.trouble.startswith(other)


def test_run_once_erases_what_is_due(world, petition):
    """One pass of every job counts what was erased; without a home nothing is erased."""
    from jobs.runner import run_once_all

    world.until("2026-09-01 09:00", jump=True)
    assert "erased" not in run_once_all(world.store, None)["counts"]
    assert run_once_all(world.store, None, home=world.home)["counts"]["erased"] == 2
