"""Who bears which responsibility for what failed: read from the register as it was then, and from the decision."""

from __future__ import annotations

from typing import Any

import pytest
from support.charge import late_report, missed
from support.world import World

from states.errors import NotFound, NotNow
from workflow import engine
from workflow.answerable import answerable


def bears(world: World, ref: str) -> dict[str, str]:
    """login -> what that person bears for the latest failure of a case."""
    return {row["person"]: row["bears"] for row in told(world, ref)[0]["answerable"]}


def told(world: World, ref: str) -> list[dict[str, Any]]:
    with world.store.read() as tx:
        return list(answerable(tx, ref)["failures"])


def decision(world: World, ref: str, took_part: str, objected: str | None = None) -> str:
    """A decision on record, to which the case is linked."""
    made = world.new("decision", "sun", unit="county", text="the fence can wait")
    more = {"objected": objected} if objected else {}
    world.do(made, "record", "sun", made="together", took_part=took_part, **more)
    who = world.who("li")
    world.store.transact(lambda tx: engine.link(tx, ref, "decided-in", made, who=who))
    return made


def test_the_tiers_of_the_unit_answer(world):
    """First and direct bear the main responsibility, the leader in charge by portfolio, the head concretely."""
    ref = late_report(world)
    assert bears(world, ref) == {"qian": "main", "zhao": "main", "feng": "in-charge", "li": "concrete"}
    (failure,) = told(world, ref)
    assert (failure["how"], failure["unit"], failure["from"], failure["until"]) == (
        "breach", "safety", "2026-02-28", "2026-02-28",
    )  # fmt: skip
    assert failure["answerable"][0] == {
        "person": "qian", "post": "first", "unit": "county", "bears": "main", "why": "posting",
    }  # fmt: skip


def test_members_who_took_part_and_one_who_objected(world):
    """Who took part bears the important responsibility; who objected none, whatever the post."""
    ref = missed(world)
    made = decision(world, ref, "qian,zhao,sun,feng", objected="zhao")
    assert bears(world, ref) == {
        "qian": "main",
        "feng": "important",
        "sun": "important",
        "li": "concrete",
        "zhao": "none",
    }
    rows = {row["person"]: row for row in told(world, ref)[0]["answerable"]}
    assert (rows["zhao"]["why"], rows["sun"]["why"]) == (f"objected:{made}", f"took-part:{made}")
    assert told(world, ref)[0]["decisions"] == [made]


def test_who_decides_alone_answers_alone(world):
    """What one leader decided alone is that leader's; the others of the top do not answer for it."""
    ref = missed(world)
    decision(world, ref, "feng")
    assert bears(world, ref) == {"feng": "main", "li": "concrete"}


def test_changing_the_register_afterwards_changes_nothing(world):
    """Successors, people who left, and postings written later into the past are not who answered then."""
    ref = late_report(world)
    before = told(world, ref)
    world.register(
        """
people: [{login: gu, name: Gu}]
posts: [{unit: safety, post: unit_head, level: 1}]
postings:
  - {person: li, unit: safety, post: unit_head, from: 2025-01-01, to: 2026-03-08}
  - {person: gu, unit: safety, post: unit_head, from: 2026-03-09}
  - {person: gu, unit: county, post: direct, from: 2025-06-01, acting: true}
"""
    )
    assert told(world, ref) == before
    world.fast_forward(days=100)
    assert told(world, ref) == before


def test_where_nothing_failed_nobody_answers(world):
    """A case in time, and one there is not."""
    with pytest.raises(NotNow):
        told(world, world.report())
    with pytest.raises(NotFound):
        told(world, "RPT-2026-9999")
