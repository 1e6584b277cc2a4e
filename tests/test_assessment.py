"""The yearly assessment, lived: criteria before the year, a draft, an objection, an answer, a final result."""

from __future__ import annotations

from typing import Any

import pytest
from support.world import World

from states.errors import NotNow, NotPermitted, Problem
from workflow.scorecard import scorecard

CRITERIA = {"content": "duties and reports", "method": "the scorecard", "procedure": "draft, objection, final"}


def criteria_of(world: World, year: int) -> dict[str, Any]:
    with world.store.read() as tx:
        return dict(scorecard(tx, year=year)["criteria"])


def fixed(world: World, year: int = 2027) -> str:
    """Criteria of a year, proposed by the office and fixed by the head."""
    ref = world.new("criteria", "sun", unit="county", title="Criteria")
    world.do(ref, "propose", "sun", year=str(year), **CRITERIA)
    world.do(ref, "fix", "qian")
    return ref


@pytest.fixture
def december(world: World) -> World:
    """The office in December 2026."""
    world.until("2026-12-14 09:00", jump=True)
    return world


def test_criteria_are_due_before_the_year_begins(december: World) -> None:
    """Whoever proposes them does not fix them, and the last working day of the old year is the last."""
    ref = december.new("criteria", "sun", unit="county", title="Criteria")
    assert december.clock(ref, "fix")["due_at"] == "2026-12-31T23:59:59+08:00"
    december.do(ref, "propose", "sun", year="2027", **CRITERIA)
    with pytest.raises(NotPermitted):
        december.do(ref, "fix", "sun")
    december.do(ref, "return", "zhao", reason="too vague")
    december.do(ref, "propose", "sun", year="2027", **CRITERIA)
    december.do(ref, "fix", "zhao")
    assert december.case(ref)["state"] == "fixed"


def test_a_scorecard_says_that_its_criteria_stood_before_the_year(december: World) -> None:
    """Fixed in December and left alone, they are named with their day; so are the weights."""
    ref = fixed(december)
    december.until("2027-01-05 09:00")
    found = criteria_of(december, 2027)
    assert found["before_year"] is True
    assert found["weights_changed_at"] is None
    assert [(case["ref"], case["fixed_at"][:10], case["changed"]) for case in found["cases"]] == [
        (ref, "2026-12-14", [])
    ]


def test_a_scorecard_says_that_its_criteria_were_changed_within_the_year(december: World) -> None:
    """An amendment after the year began is shown with its day, and the card is not what was announced."""
    ref = fixed(december)
    december.until("2027-03-01 10:00")
    december.do(ref, "amend", "qian", method="another one", reason="a new law")
    found = criteria_of(december, 2027)
    assert found["before_year"] is False
    assert found["cases"][0]["changed"] == [{"at": "2027-03-01T10:00:00+08:00", "action": "amend"}]


def test_an_amendment_before_the_year_is_no_change(december: World) -> None:
    """What is amended in December stands when the year begins."""
    december.do(fixed(december), "amend", "qian", method="another one", reason="a better one")
    december.until("2027-01-05 09:00")
    assert criteria_of(december, 2027)["before_year"] is True


def test_criteria_that_come_late_and_weights_that_change_are_told(december: World) -> None:
    """Criteria fixed in January, and weights applied in the year, are both said to be later than the year."""
    december.until("2027-01-08 09:00")
    fixed(december)
    found = criteria_of(december, 2027)
    assert (found["before_year"], found["cases"][0]["fixed_at"][:10]) == (False, "2027-01-08")
    assert found["weights_changed_at"] is None
    december.apply("scorecard: {measures: {steps: {counts: escalations, deduct: [7]}}}", name="scorecard.yaml")
    assert criteria_of(december, 2027)["weights_changed_at"][:10] == "2027-01-08"
    with december.store.read() as tx:
        assert [measure["name"] for measure in scorecard(tx, year=2027)["measures"]] == ["steps"]
        assert "steps" not in [measure["name"] for measure in scorecard(tx, year=2026)["measures"]]


def test_no_criteria_are_told_too(december: World) -> None:
    """Without any for the year, the card does not claim that it was announced."""
    assert criteria_of(december, 2026) == {
        "weights_at": "2026-02-09T09:00:00+08:00",
        "weights_changed_at": "2026-02-09T09:00:00+08:00",
        "before_year": False,
        "cases": [],
    }


@pytest.fixture
def draft(december: World) -> tuple[World, str]:
    """The result of the safety unit for 2026, drafted by the office on 18 January 2027."""
    december.until("2027-01-18 09:00")
    ref = december.new("assessment", "sun", unit="safety", title="Assessment 2026")
    december.do(ref, "draft", "sun", year="2026", result="good, two reports late", points="81", file="scorecard")
    return december, ref


def test_an_objection_is_answered_before_the_result_is_final(draft: tuple[World, str]) -> None:
    """The head of the assessed unit objects within five working days; another answers; then it becomes final."""
    world, ref = draft
    assert world.clock(ref, "object")["due_at"] == "2027-01-25T23:59:59+08:00"
    assert world.clock(ref, "final")["due_at"] == "2027-02-26T23:59:59+08:00"  # the 28th is a Sunday
    with pytest.raises(NotPermitted):
        world.do(ref, "object", "wang", objection="no")  # of the unit, but not its head
    world.do(ref, "object", "li", objection="one of them was in time")
    with pytest.raises(NotNow):
        world.do(ref, "finalise", "qian")
    with pytest.raises(NotPermitted):
        world.do(ref, "answer", "li", reply="yes, it was")
    world.do(ref, "answer", "zhao", reply="so it was", points="85")
    world.do(ref, "finalise", "qian")
    case = world.case(ref)
    assert (case["state"], case["fields"]["points"], case["fields"]["result"]) == (
        "finalised", 85, "good, two reports late",
    )  # fmt: skip


def test_a_result_waits_for_the_assessed(draft: tuple[World, str]) -> None:
    """While the time to object runs it is not final; who lets it pass or accepts opens the way, and is not late."""
    world, ref = draft
    with pytest.raises(NotNow):
        world.do(ref, "finalise", "zhao")
    world.until("2027-01-26 09:00")
    world.do(ref, "finalise", "zhao")
    other = world.new("assessment", "sun", unit="data", title="Assessment 2026")
    world.do(other, "draft", "sun", year="2026", result="good", file="scorecard")
    world.do(other, "accept", "chen")
    world.do(other, "finalise", "zhao")
    with world.store.read() as tx:
        from workflow.stats_tables import ontime

        limits = {row["name"] for row in ontime(tx, year=2027, explain=True)["rows"] if row["type"] == "assessment"}
    assert limits == {"draft", "final"}


def test_nobody_judges_alone(draft: tuple[World, str]) -> None:
    """Neither who drafted it nor the assessed makes it final, and a new draft gives a new time to object."""
    world, ref = draft
    world.until("2027-01-22 09:00")
    world.do(ref, "draft", "sun", year="2026", result="fair", points="70", file="scorecard")
    assert world.clock(ref, "object")["due_at"] == "2027-01-29T23:59:59+08:00"
    world.do(ref, "accept", "li")
    for login in ("sun", "li", "zhou"):
        with pytest.raises(Problem):
            world.do(ref, "finalise", login)


def test_the_head_of_the_body_does_not_speak_for_a_unit(draft: tuple[World, str]) -> None:
    """Whoever will make it final can neither raise no objection nor object in the place of the unit's head."""
    world, ref = draft
    for action, given in (("accept", {}), ("object", {"objection": "no"})):
        with pytest.raises(NotPermitted):
            world.do(ref, action, "qian", **given)
    world.do(ref, "accept", "li")


def test_what_was_opened_by_mistake_is_withdrawn(draft: tuple[World, str]) -> None:
    """Criteria that were never proposed and a result that is not final end with a reason, and nobody is late for it."""
    world, ref = draft
    world.do(ref, "withdraw", "zhao", reason="there are two of it")
    twice = world.new("criteria", "sun", unit="county", title="Criteria")
    world.do(twice, "withdraw", "sun", reason="there are two of it")
    for case in map(world.case, (ref, twice)):
        assert (case["state"], case["closed_at"] is not None) == ("withdrawn", True)
        assert {clock["state"] for clock in case["clocks"]} <= {"met", "cancelled"}
    proposed = world.new("criteria", "sun", unit="county", title="Criteria")
    world.do(proposed, "propose", "sun", year="2028", **CRITERIA)
    world.do(proposed, "return", "zhao", reason="too vague")
    with pytest.raises(NotNow):
        world.do(proposed, "withdraw", "sun", reason="no")


def test_a_body_does_not_assess_itself(december: World) -> None:
    """Its own office drafts nothing, its leaders make nothing final: the body above does, and its head has a say."""
    world = december
    world.register("postings: [{person: pan, unit: province, post: office, from: 2026-01-01}]")
    ref = world.new("assessment", "pan", unit="county", title="Assessment 2026")
    given = {"year": "2026", "result": "good", "file": "scorecard"}
    assert world.clock(ref, "draft")["holders"] == ["pan"]
    with pytest.raises(NotPermitted):
        world.do(ref, "draft", "sun", **given)
    world.do(ref, "draft", "pan", **given)
    world.do(ref, "accept", "qian")
    assert world.clock(ref, "final")["holders"] == ["wei", "pan"]
    for login in ("zhao", "qian"):
        with pytest.raises(NotPermitted):
            world.do(ref, "finalise", login)
    world.do(ref, "finalise", "wei")
    assert world.case(ref)["state"] == "finalised"
