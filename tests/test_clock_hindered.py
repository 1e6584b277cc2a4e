"""What a clock would do by itself and may not: it is left undone, the event says why, and nothing is held up."""

from __future__ import annotations

import zipfile

import pytest
from support.office import Office
from support.papers import acts, verified
from support.policies import compiled

from jobs import pump
from states.compiler import compile_policy

ORDER = """
case: order
ref: ORD
states: {open: {initial: true}, gone: {final: true}}
actions:
  ask:   {from: open, to: same, by: owner}
  allow: {from: open, to: same, by: owner}
  press: {from: open, to: same, by: owner, unless: acted(allow)}
  lapse: {from: open, to: gone, by: owner, when: acted(ask)}
clocks:
  answer: {runs_in: open, limit: 2 working days, then: lapse, ladder: slow}
  look:   {runs_in: open, limit: 3 working days, ladder: late}
ladders:
  slow: [{after: 0, tell: owner}, {after: 2 working days, tell: unit_head, do: press}]
  late: [{after: 0, tell: owner}, {after: 1 working day, tell: unit_head}]
"""
LATER = "2026-02-27T18:00+08:00"


def undone(world, ref: str) -> list[dict]:
    """What was left undone, in order."""
    return [event["data"]["not_done"] for event in world.events(ref) if "not_done" in event["data"]]


def test_what_does_not_hold_is_left_undone_and_on_record(world):
    """`when` does not hold at the breach: the case stays, the breach says why, and the other clock goes on in time."""
    world.apply(ORDER)
    ref = world.new("order", "wang")
    acts(world, ref, "wang allow")
    world.until(LATER)
    assert world.case(ref)["state"] == "open"
    assert undone(world, ref) == [
        {"action": "lapse", "why": "when", "of": "acted(ask)"},
        {"action": "press", "why": "unless", "of": "acted(allow)"},
    ]
    assert [clock["state"] for clock in world.case(ref)["clocks"]] == ["breached", "breached"]
    assert world.clock(ref, "look")["level"] == 2
    verified(world)


def test_what_holds_is_done(world):
    """The same clocks act where nothing hinders them, and nothing is said of it."""
    world.apply(ORDER)
    asked, left = world.new("order", "wang"), world.new("order", "wang")
    acts(world, asked, "wang ask")
    world.until(LATER)
    assert [world.case(ref)["state"] for ref in (asked, left)] == ["gone", "open"]
    assert undone(world, asked) == []
    assert [event["action"] for event in world.events(left, "case.acted")] == ["press"]
    verified(world)


def test_after_downtime_a_hindered_case_fails_nothing(world):
    """When nothing ran for days, one run of the pump fires all of it, and fails no case."""
    world.apply(ORDER)
    ref = world.new("order", "wang")
    acts(world, ref, "wang allow")
    world.until(LATER, jump=True)
    beat = pump.pump(world.store)
    assert beat.failed == 0
    assert [row["action"] for row in undone(world, ref)] == ["lapse", "press"]
    assert pump.run_once(world.store) == []
    verified(world)


def test_one_act_of_a_clock_makes_room_for_the_next_after_downtime_too(world):
    """Two steps that follow each other do so whether or not anything ran in between."""
    law = ORDER.replace("unless: acted(allow)", "when: acted(ask)").replace(
        "{after: 0, tell: owner}, {after: 2", "{after: 0, do: ask}, {after: 2"
    )
    world.apply(law.replace("when: acted(ask)}\nclocks", "when: acted(press)}\nclocks"))
    lived = world.new("order", "wang")
    world.until(LATER)
    slept = world.new("order", "wang")
    world.until("2026-03-16T18:00+08:00", jump=True)
    pump.run_once(world.store)
    for ref in (lived, slept):
        assert [event["action"] for event in world.events(ref, "case.acted")] == ["ask", "press"]
        assert [row["action"] for row in undone(world, ref)] == ["lapse"]
    verified(world)


def test_an_act_held_back_only_at_its_turn_is_on_record(world):
    """After downtime the breach closes the case, and the act of a later step, hindered by nothing yet, comes late."""
    world.apply(ORDER)
    ref = world.new("order", "wang")
    acts(world, ref, "wang ask")
    world.until(LATER, jump=True)
    pump.run_once(world.store)
    assert world.case(ref)["state"] == "gone"
    (event,) = world.events(ref, "clock.hindered")
    left = {"action": "press", "why": "refused", "of": ""}
    assert event["data"] == {"clock": "answer", "run": 1, "step": 2, "not_done": left}
    assert event["rule"].startswith("order/clock/answer@")
    verified(world)


def test_a_dossier_tells_what_was_left_undone(office: Office) -> None:
    """The timeline names the act and the condition in the reader's words."""
    law = office.home.parent / "order.yaml"
    law.write_text(ORDER, encoding="utf-8")
    office.run("policy", "apply", str(law))
    ref = office.json("new", "order", "--unit", "SAFE", "--title", "Gas", "--as", "li.na")["ref"]
    office.run("advance", "--by", "20d")
    out = str(office.home.parent / "order.zip")
    office.run("case", "dossier", ref, "-o", out, "--html", "--as", "li.na")
    with zipfile.ZipFile(out) as archive:
        pages = [archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".html")]
    assert any("not done by itself: Lapse (it waits for: acted(ask))" in page for page in pages)


@pytest.mark.parametrize(
    "rule",
    [
        "when: same_person_as(ask)",
        "when: [acted(ask), opener or first]",
        "unless: not opener",
        "unless: overdue(answer)",
        "when: not overdue(answer)",
    ],
)
def test_what_a_clock_could_never_do_is_refused(rule):
    """A condition that never holds when the scheduler acts is a mistake of the policy."""
    assert compiled({"order.yaml": ORDER})
    policy, flaws = compile_policy({"order.yaml": ORDER.replace("when: acted(ask)", rule)})
    assert policy is None
    (flaw,) = flaws
    assert (flaw.code, flaw.line) == ("action-needs-person", 11)
