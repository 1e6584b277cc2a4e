"""Random lives of whole offices: whatever happens in whatever order, what must hold of any office holds of this one."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.lives import Whole, holds
from support.living import LIFE
from support.world import World, copy_file

Steps = list[tuple[int, int, int, int]]
STEPS = st.lists(st.tuples(*[st.integers(min_value=0, max_value=5039)] * 4), min_size=30, max_size=80)


def _live(world: World, steps: Steps) -> None:
    office = Whole(world)
    for step in steps:
        office.live(step)
    world.fast_forward(hours=1)  # what was due while the program was down has fired
    holds(office)


def _on_sqlite(template: Path, steps: Steps) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(copy_file(template, Path(folder)), Path(folder))
        world.store.driver.synchronous = "OFF"  # type: ignore[attr-defined]  # nothing here outlives the test
        try:
            _live(world, steps)
        finally:
            world.close()


@settings(LIFE, max_examples=8)
@given(steps=STEPS)
def test_what_must_hold_holds_of_any_office(world_file, steps):
    """Steps once, nobody in their own case, one timer each, somebody answers or `doctor` says so, all decided again."""
    _on_sqlite(world_file, steps)


@pytest.mark.soak
@settings(LIFE, max_examples=300)
@given(steps=STEPS)
def test_what_must_hold_holds_of_many_offices(world_file, steps):
    """The same for many more lives."""
    _on_sqlite(world_file, steps)


@pytest.mark.parametrize("seed", [3, 11])
def test_one_long_life_on_either_database(world, seed):
    """The same long life, on SQLite and on PostgreSQL."""
    drawn = random.Random(seed)  # noqa: S311  # the same life every time, nothing secret
    _live(world, [tuple(drawn.randrange(5040) for _ in range(4)) for _ in range(120)])  # type: ignore[misc]
