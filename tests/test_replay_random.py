"""Whatever an office does, in whatever order, its trail is consistent and everything in it can be decided again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from support.lived import ERRAND
from support.living import LIFE, STEPS, Acting
from support.opening import CHORE, MATTER
from support.world import World, copy_file

from workflow.verify import verify


def _live(template: Path, steps: list[tuple[int, int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(copy_file(template, Path(folder)), Path(folder))
        world.store.driver.synchronous = "OFF"  # type: ignore[attr-defined]  # nothing here outlives the test
        try:
            world.apply(ERRAND, MATTER, CHORE)
            office = Acting(world)
            for step in steps:
                office.live(step)
                office.found()
            with world.store.read() as tx:
                found = verify(tx, replay=True)
            assert found["problems"] == []
        finally:
            world.close()


@settings(LIFE, max_examples=15)
@given(steps=STEPS)
def test_any_life_can_be_decided_again(world_file, steps):
    """After any acts, refusals, waiting, downtime, new laws and calendars, `verify --replay` finds nothing wrong."""
    _live(world_file, steps)


@pytest.mark.soak
@settings(LIFE, max_examples=600)
@given(steps=STEPS)
def test_many_lives_can_be_decided_again(world_file, steps):
    """The same for many more lives."""
    _live(world_file, steps)
