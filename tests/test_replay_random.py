"""Whatever an office does, in whatever order, its trail is consistent and everything in it can be decided again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from support.lived import ERRAND
from support.living import LIFE, STEPS, Acting, Step, thrown_away
from support.opening import CHORE, MATTER

from workflow.verify import verify


def _live(template: Path, steps: list[Step]) -> None:
    with thrown_away(template) as world:
        world.apply(ERRAND, MATTER, CHORE)
        office = Acting(world)
        for step in steps:
            office.live(step)
            office.found()
        with world.store.read() as tx:
            found = verify(tx, replay=True)
        assert found["problems"] == []


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
