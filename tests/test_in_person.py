"""Acts reserved to the head in person: a deputy is told so and cannot do them, whoever is absent still can."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from support.attack import Attack
from support.policies import compiled, good
from support.raw import Raw
from support.world import World

from states.errors import NotPermitted
from workflow import ask, engine
from workflow.trail import Who
from workflow.verify import verify

ORDER = """
case: order
ref: ORD
states: {issued: {initial: true}, followed: {}, closed: {final: true}}
actions:
  follow: {from: issued, to: followed, by: [first, owner], in_person: true}
  close:  {from: followed, to: closed, by: [first], in_person: true}
  drop:   {from: issued, to: closed, by: [first]}
clocks:
  follow: {runs_in: issued, limit: 10 working days, ladder: late}
ladders:
  late:
    - {after: 0, tell: [first]}
"""


@pytest.fixture
def order(world: World) -> str:
    """An order Wang owns; Qian, first of the county, is away and Zhao stands in."""
    world.apply(ORDER)
    world.leave("qian", "2026-02-09", "2026-02-13", deputy="zhao")
    return world.new("order", "wang")


def allowed(world: World, ref: str, login: str) -> dict[str, bool]:
    return {row["name"]: row["allowed"] for row in world.case(ref, login)["actions"]}


def test_a_deputy_cannot_do_what_is_reserved_to_the_head(world: World, order: str) -> None:
    """Zhao may drop the order in Qian's place but not follow it up; what is shown and what is done agree."""
    assert allowed(world, order, "zhao") == {"follow": False, "drop": True}
    shown = next(row for row in world.case(order, "zhao")["actions"] if row["name"] == "follow")
    assert "in person" in str(shown["why_not"])
    with pytest.raises(NotPermitted, match="in person by first, owner"):
        world.do(order, "follow", "zhao")
    assert world.events(order, "case.acted") == []
    world.do(order, "drop", "zhao")
    assert world.events(order, "case.acted")[0]["behalf"] == "qian"


def test_whoever_is_absent_and_an_acting_holder_may_act_in_person(world: World, order: str) -> None:
    """Leave takes nothing from the head; a holder who is acting holds the post; a role of one's own is enough."""
    assert allowed(world, order, "qian") == {"follow": True, "drop": True}
    world.do(order, "follow", "wang")
    world.register({"postings": [{"person": "feng", "unit": "county", "post": "first", "from": "2026-02-01",
                                  "acting": True}]})  # fmt: skip
    world.do(order, "close", "feng")
    with world.store.read() as tx:
        answer = verify(tx, replay=True)
    assert answer["problems"] == []


def test_a_recorded_delegation_is_no_act_in_person(world: World, order: str) -> None:
    """Acting as the head by `--as` on the head's own delegation is acting in his place, too."""
    who = Who(world.who("zhao").actor, "delegation", world.who("qian").actor)
    with world.store.read() as tx:
        rows = {row["name"]: row["allowed"] for row in ask.case(tx, order, who)["actions"]}
    assert rows == {"follow": False, "drop": True}
    with pytest.raises(NotPermitted, match="in person"):
        world.store.transact(lambda tx: engine.act(tx, order, "follow", who=who))


def test_a_forged_act_in_person_is_found_at_replay(world: World, order: str) -> None:
    """The trail is decided again: an act put under a deputy's name that was reserved to the head is named."""
    world.do(order, "follow", "qian")
    raw = Raw(world.url)
    attack = Attack(SimpleNamespace(raw=raw))  # type: ignore[arg-type]
    (n,) = attack.kinds(order, "case.acted")
    with raw.unchecked():
        attack.rewrite(order, n, actor=world.who("zhao").actor, behalf=world.who("qian").actor)
    raw.close()
    with world.store.read() as tx:
        problems = verify(tx, replay=True)["problems"]
    assert any(row["stream"] == order and "in person" in row["what"] for row in problems), problems


def test_a_type_without_such_acts_keeps_its_hash() -> None:
    """The key stands in the compiled form only where it is true: what was applied before is the same definition."""
    task = good("task")
    same = compiled({"task.yaml": task.replace("needs: [result]}", "needs: [result], in_person: false}")})
    other = compiled({"task.yaml": task.replace("needs: [result]}", "needs: [result], in_person: true}")})
    plain = compiled({"task.yaml": task})["types"]["task"]
    assert same["types"]["task"] == plain
    assert other["types"]["task"] != plain
