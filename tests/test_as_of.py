"""`case show --as-of`: the past as the trail says it was, and nothing that was erased since."""

from __future__ import annotations

from typing import Any

import pytest
from support.world import World, local
from test_erase import erased

from states.errors import Integrity, NotFound, Usage
from workflow import engine
from workflow.as_of import case_as_of


def then(world: World, ref: str, at: str) -> dict[str, Any]:
    with world.store.read() as tx:
        return case_as_of(tx, ref, local(at))


def same(past: dict[str, Any], present: dict[str, Any]) -> bool:
    """Whether both say the same of a case, actions aside."""
    return {**past, "actions": None} == {**present, "actions": None, "as_of": past["as_of"]}


def test_every_moment_of_a_life(world):
    """What was shown at each moment is shown of it afterwards, clocks, files, links, remarks and all."""
    ref, other = world.report(period="first quarter"), world.report()
    seen: list[tuple[str, dict[str, Any]]] = []

    def look() -> None:
        seen.append((world.now, world.case(ref)))
        world.fast_forward(minutes=1)

    look()
    world.fast_forward(days=6)
    look()
    wang, feng, li = (world.who(name) for name in ("wang", "feng", "li"))
    world.store.transact(lambda tx: engine.link(tx, ref, "follows", other, who=wang))
    look()
    paper = world.paper("a photograph", "photo.txt")
    world.store.transact(lambda tx: engine.attach(tx, ref, paper, who=wang))
    world.store.transact(lambda tx: engine.assign(tx, ref, str(li.actor), who=feng))
    look()
    world.until("2026-03-10 10:00")
    look()
    world.do(ref, "submit", "li", file="the report")
    look()
    world.do(ref, "return", "feng", reason="page two")
    look()
    world.do(ref, "withdraw", "li", reason="a duplicate")
    look()
    for at, present in seen:
        assert same(then(world, ref, at), present), at
    assert then(world, ref, seen[0][0])["actions"] == []


def test_before_and_after(world):
    """Before its opening a case is unknown, of the future nothing is known."""
    world.fast_forward(hours=1)
    ref = world.report()
    with pytest.raises(NotFound, match="was not opened yet"):
        then(world, ref, "2026-02-09 09:59")
    assert then(world, ref, "2026-02-09 10:00")["state"] == "drafted"
    with pytest.raises(Usage):
        then(world, ref, "2026-02-09 10:01")
    with pytest.raises(NotFound):
        then(world, "RPT-1999-0001", "2026-02-09 10:00")


def test_the_past_gives_nothing_back(world):
    """What was erased since reads erased at every earlier moment too."""
    ref = world.report(title="Mirabelle", period="Zwetschge")
    world.do(ref, "submit", "wang", file="Damson")
    at = world.now
    world.fast_forward(hours=1)
    opening, acted = (world.events(ref, kind)[0]["id"] for kind in ("case.opened", "case.acted"))
    for event, field in ((opening, "title"), (opening, "period"), (acted, "file/1")):
        erased(world, event, field)
    past = then(world, ref, at)
    assert (past["title"], past["fields"]["period"]) == ("", {"erased": True})
    assert [(file["name"], file["sha256"], file["size"]) for file in past["files"]] == [("", "", 0)]


def test_who_answered_then(world):
    """An open clock names who held it on that day, not who holds it now."""
    ref = world.report()
    world.do(ref, "submit", "wang", file="x")
    at = world.now
    world.fast_forward(days=2)
    world.register(
        """
people: [{login: gu, name: Gu}]
postings: [{person: gu, unit: county, post: leader, from: 2026-02-10}]
portfolios:
  - {person: feng, units: [safety], to: 2026-02-09}
  - {person: gu, units: [safety], from: 2026-02-10}
"""
    )
    (holders,) = (clock["holders"] for clock in then(world, ref, at)["clocks"] if clock["name"] == "review")
    assert "feng" in holders
    assert "gu" not in holders
    assert "gu" in world.clock(ref, "review")["holders"]


def test_a_trail_that_does_not_hold(world):
    """A case whose events cannot be lived again is an integrity problem, not a picture."""
    ref = world.report()
    break_it = "UPDATE definition SET body = replace(body, '10 working days', '11 working days') WHERE type = 'report'"
    world.store.transact(lambda tx: tx.put(break_it))
    with pytest.raises(Integrity, match="does not hold"):
        then(world, ref, world.now)
