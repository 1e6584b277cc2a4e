"""The scheduler proposes that somebody be held to account, and no more: people take it up, or it lapses."""

from __future__ import annotations

from typing import Any

import pytest
from support.world import World

from workflow.verify import verify


def problems(world: World) -> list[str]:
    with world.store.read() as tx:
        return [row["what"] for row in verify(tx, replay=True)["problems"]]


def charges(world: World, *cites: str) -> list[dict[str, Any]]:
    """Every accountability case, or those that cite these; oldest first."""
    refs = [row["stream"] for row in world.log(kind="case.opened") if row["data"]["type"] == "accountability"]
    found = [world.case(ref) for ref in refs]
    return [case for case in found if not cites or case["fields"]["cites"] in cites]


def test_a_missed_first_report_of_a_grave_incident_is_proposed(world):
    """The proposal names the head and the breach, nobody opened it, and it waits as proposed."""
    ref = world.incident("large", as_="li", aware_at="2026-02-09T08:50+08:00")
    world.fast_forward(hours=2)
    (case,) = charges(world)
    breach = world.events(ref, "clock.breached")[-1]
    assert (case["state"], case["unit"], case["owner"]) == ("proposed", "safety", "zhou")
    assert {name: case["fields"][name] for name in ("respondent", "post", "cites", "ground")} == {
        "respondent": "li", "post": "unit_head", "cites": ref, "ground": "not-done",
    }  # fmt: skip
    opening = world.events(case["ref"], "case.opened")[0]
    assert (opening["actor"], opening["data"]["opener"]) == (None, None)
    assert opening["data"]["ground"]["stream"] == ref
    assert opening["data"]["ground"]["n"] == next(
        row["n"] for row in world.events(ref, "clock.breached") if row["data"]["clock"] == "first_report"
    )
    assert breach["data"]["opens"][0]["ref"] == case["ref"]
    assert problems(world) == []


def test_what_is_not_grave_is_not_proposed(world):
    """An ordinary incident, an ordinary report and a plan that came late are dealt with by the ladder alone."""
    incident = world.incident("general", as_="li")
    report = world.report()
    plan = world.new("rectification", "zhou", finding="no fence")
    world.fast_forward(days=40)
    assert all(world.events(ref, "clock.breached") for ref in (incident, report, plan))
    assert charges(world, incident, report, plan) == []


def test_a_proposal_lapses_by_itself(world):
    """After twenty working days it is dismissed, and the scheduler did nothing else with it."""
    world.incident("critical", as_="li", aware_at="2026-02-09T08:35+08:00")
    world.until("2026-03-20 09:00")
    case = charges(world)[0]
    assert case["state"] == "dismissed"
    acts = [(row["action"], row["to"], row["actor"]) for row in world.events(case["ref"], "case.acted")]
    assert acts == [("dismiss", "dismissed", None)]
    assert problems(world) == []


def test_people_take_a_proposal_up(world):
    """From there it goes the way of any other."""
    world.incident("critical", as_="li", aware_at="2026-02-09T08:35+08:00")
    world.fast_forward(minutes=10)
    (case,) = charges(world)
    world.do(case["ref"], "open", "zhao")
    assert world.case(case["ref"])["state"] == "opened"


def test_a_rectification_overdue_by_twenty_working_days_is_proposed(world):
    """Once, when the step of twenty days is reached, and not before."""
    ref = world.new("rectification", "zhou", finding="no fence", **{"class": "immediate"})
    world.do(ref, "plan", "li", plan="a fence")  # due 12 February
    world.until("2026-03-17 08:00")
    assert charges(world, ref) == []
    world.until("2026-03-20 10:00")
    (case,) = charges(world, ref)
    assert (case["fields"]["respondent"], case["fields"]["cites"]) == ("li", ref)
    assert world.clock(ref, "complete")["level"] == 6
    world.until("2026-04-30 10:00")
    assert len(charges(world, ref)) == 1
    assert problems(world) == []


def test_a_yearly_duty_missed_is_proposed_for_who_answers(world):
    """The first of the body for its plan, the head of each unit for its statement; the report of a half-year is not."""
    world.until("2026-04-01 10:00")
    found = {
        (case["unit"], case["fields"]["respondent"], case["fields"]["post"])
        for case in charges(world)
        if case["title"].startswith("Yearly duty missed")
    }
    assert found == {
        ("county", "qian", "first"), ("province", "wei", "first"),
        ("safety", "li", "unit_head"), ("data", "chen", "unit_head"),
    }  # fmt: skip
    before = len(charges(world))
    world.until("2026-07-02 10:00")
    assert len(charges(world)) == before
    assert problems(world) == []


def test_every_kind_of_yearly_duty_is_proposed_when_it_is_missed(world):
    """What is counted, met, inspected, fixed or assessed once a year, too: for the first of the body that owed it."""
    world.until("2027-02-02 10:00")
    found = {
        (world.case(case["fields"]["cites"])["type"], case["unit"], case["fields"]["respondent"])
        for case in charges(world)
        if case["title"].startswith("Yearly duty missed")
    }
    for type_ in ("quota", "meeting", "criteria", "report"):
        assert {("county", "qian"), ("province", "wei")} <= {row[1:] for row in found if row[0] == type_}, type_
    for type_ in ("inspection", "assessment"):  # of its units by the county, of the county by the province
        assert {row[1:] for row in found if row[0] == type_} == {("county", "qian"), ("province", "wei")}
    assert problems(world) == []


def test_what_opened_after_its_day_is_no_ground(world):
    """The program was down all spring: what it opens late is missed and told, and nobody is proposed for it."""
    world.until("2026-06-01 09:00", jump=True)
    world.until("2026-06-03 10:00")
    missed = {row["data"]["ref"] for row in world.log(kind="duty.missed")}
    assert missed
    assert [case for case in charges(world) if case["fields"]["cites"] in missed] == []
    assert problems(world) == []


def test_where_nobody_held_the_post_nothing_is_proposed(world):
    """The breach says why not, and goes on."""
    world.register("postings: [{person: li, unit: safety, post: unit_head, from: 2025-01-01, to: 2026-02-08}]")
    ref = world.incident("large", as_="wang", aware_at="2026-02-09T08:50+08:00")
    world.fast_forward(hours=2)
    assert charges(world) == []
    breach = next(row for row in world.events(ref, "clock.breached") if row["data"]["clock"] == "first_report")
    assert [(row["case"], row["why"], row["of"]) for row in breach["data"]["not_opened"]] == [
        ("accountability", "vacant", "unit_head")
    ]
    assert problems(world) == []


@pytest.mark.parametrize("action", ["open", "investigate", "hear", "decide", "file", "close", "uphold", "overturn"])
def test_no_clock_does_anything_else(action):
    """In the pack nothing but the lapse of a proposal is done by a clock."""
    from support.policies import pack

    from states.guards import fired_by_clocks

    assert action not in fired_by_clocks(pack()["types"]["accountability"])
