"""Random lives of whole offices: whatever happens in whatever order, what must hold of any office holds of this one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from support.lives import Whole, holds
from support.living import LIFE, Step, steps, the_same, thrown_away
from support.world import World

STEPS = steps(30, 80)


def _live(world: World, steps: list[Step]) -> None:
    office = Whole(world)
    for step in steps:
        office.live(step)
    world.fast_forward(hours=1)  # what was due while the program was down has fired
    holds(office)


@settings(LIFE, max_examples=8)
@given(steps=STEPS)
def test_what_must_hold_holds_of_any_office(world_file, steps):
    """Steps once, nobody in their own case, one timer each, somebody answers or `doctor` says so, all decided again."""
    with thrown_away(world_file) as world:
        _live(world, steps)


@pytest.mark.soak
@settings(LIFE, max_examples=300)
@given(steps=STEPS)
def test_what_must_hold_holds_of_many_offices(world_file, steps):
    """The same for many more lives."""
    with thrown_away(world_file) as world:
        _live(world, steps)


@pytest.mark.parametrize("seed", [3, 11])
def test_one_long_life_on_either_database(world, seed):
    """The same long life, on SQLite and on PostgreSQL."""
    _live(world, the_same(seed, 120))
