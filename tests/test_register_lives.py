"""Random offices live for weeks: posts pass, units move, people are away; what was true on a day stays answerable."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from support.keeping import Keeping
from support.living import LIFE, Step, steps, the_same, thrown_away
from support.world import World

from workflow.verify import verify


def _live(world: World, steps: list[Step]) -> None:
    office = Keeping(world)
    office.book.read(world)
    for step in steps:
        office.live(step)
    office.wait(0, 0, 0)
    book = office.book
    for day, answers in office.then.items():
        assert office.answers(day, known=day) == answers, f"as known on {day}"
    for day in [*office.then, office.day(0), office.day(5), "2025-06-01"]:
        for (unit, role), found in office.answers(day).items():
            assert found == book.answers(role, unit, day), (role, unit, day)
    for actor, unit, day, roles, ref in office.acts():
        assert any(book.held(actor, role, unit, day) for role in roles), (actor, roles, unit, day, ref)
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []


STEPS = steps(8, 30)


@settings(LIFE, max_examples=12)
@given(steps=STEPS)
def test_the_past_of_any_office_stays_answerable(world_file, steps):
    """Each day answers as it did then, by what was known then; by now as the slow second opinion; and acts stand."""
    with thrown_away(world_file) as world:
        _live(world, steps)


@pytest.mark.soak
@settings(LIFE, max_examples=400)
@given(steps=STEPS)
def test_the_past_of_many_offices_stays_answerable(world_file, steps):
    """The same for many more lives."""
    with thrown_away(world_file) as world:
        _live(world, steps)


@pytest.mark.parametrize("seed", [7, 23])
def test_one_life_on_either_database(world, seed):
    """The same life gives the same on SQLite and on PostgreSQL."""
    _live(world, the_same(seed, 30))
