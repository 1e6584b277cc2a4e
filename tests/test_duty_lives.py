"""Whatever happens to an office, its duties are counted rightly: records, corrections, skips, postings, downtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from support.counting import Counting, invariants
from support.living import LIFE, Step, steps, thrown_away
from support.policies import compiled

from states.catalog import pack_sources

LAW = """
policy: lived
calendar: CN
zone: Asia/Shanghai
roles: {{decider: [direct, first]}}
ladders:
  overdue: [{{after: 0, tell: [owner]}}, {{after: 1 working day, tell: [first]}}]
duties:
  month-count: {{opens: quota, every: month, at-least: {least}, for: {{kind: body}}, owner: office,
                 catch-up: {catch_up}}}
  quarter-count: {{opens: quota, every: quarter, at-least: 4, pace: month, for: {{kind: body}}, owner: office}}
  post-count: {{opens: quota, every: quarter, at-least: 2, pace: month, for: {{kind: body, post: [direct, first]}}}}
  vacancy: {{opens: vacancy, every: vacancy, posts: [direct, unit_head], due: {{after: 3 working days}}, owner: decider,
             fields: {{post: $post, since: $window}}}}
"""
CODES = ("month-count", "quarter-count", "post-count")


def law(least: int, catch_up: str) -> dict[str, Any]:
    shipped = pack_sources("responsibility")
    text = LAW.format(least=least, catch_up=catch_up)
    return compiled(
        {
            "policy.yaml": text,
            **{file: shipped[file].partition("\nopens:")[0] for file in ("quota.yaml", "vacancy.yaml")},
        }
    )


STEPS = steps(20, 50)


def _live(template: Path, steps: list[Step]) -> None:
    with thrown_away(template) as world:
        office = Counting(world, CODES, law)
        office.policy(1, 0, 0)
        for step in steps:
            office.live(step)
        world.fast_forward(days=1)
        invariants(world)


@settings(LIFE, max_examples=12)
@given(steps=STEPS)
def test_in_any_life_duties_are_counted_rightly(world_file, steps):
    """After any records, corrections, skips, changes of posts and policies, and downtime, the invariants hold."""
    _live(world_file, steps)


@pytest.mark.soak
@settings(LIFE, max_examples=400)
@given(steps=STEPS)
def test_in_many_lives_duties_are_counted_rightly(world_file, steps):
    """The same for many more lives."""
    _live(world_file, steps)
