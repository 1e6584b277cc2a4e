"""Whatever an office does, each figure of `stats` is what a naive count over `audit log` comes to."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from support.counted import Counted, everything
from support.counting import Counting
from support.lived import ERRAND
from support.lives import RECORDED
from support.living import LIFE, STEPS, Acting, Step, thrown_away
from support.world import World

from states.errors import Problem
from workflow import policies, stats, stats_standing, stats_tables
from workflow.scorecard import scorecard
from workflow.store import Tx

YEAR = 2026


class Recording(Acting):
    """Acts on cases, and records what counts towards duties, corrects it, leaves windows out."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        counting = Counting(world, RECORDED, lambda _least, _catch_up: {})
        self.more = (counting.record, counting.record, counting.correct, counting.skip)

    def live(self, step: Step) -> None:
        number, a, b, c = step
        if (door := number % 19 - 15) < 0:
            super().live((number % 19, a, b, c))
            return
        with contextlib.suppress(Problem):
            self.more[door](a, b, c)


# What nothing else is sure to reach: a pace that is warned of, a met window that a correction opens again, and the
# case of a post's duty that is late.
WARNED: list[Step] = [(8, 5, 0, 0)] * 3
TAKEN_BACK: list[Step] = [(8, 0, 0, 0), (15, 2, 0, 0), (17, 0, 0, 0), *WARNED]
APPOINTED: list[Step] = [(12, 0, 0, 1), *WARNED]


def agree(tx: Tx) -> None:
    """Every table and the scorecard against the naive count."""
    types = policies.types(tx)
    nobody = {
        (name, clock)
        for name, law in types.items()
        for clock, spec in law["clocks"].items()
        if not [role for role in spec["holders"] if role != "party"]
    }
    finals = {name: {s for s, state in law["states"].items() if state["final"]} for name, law in types.items()}
    units = dict(tx.all("SELECT ref, unit FROM cases"))
    told = Counted(everything(tx), YEAR, units, nobody, finals)

    ontime = {row["unit"]: row for row in stats_tables.ontime(tx, year=YEAR)["rows"]}
    for outcome, key in (("in-time", "in_time"), ("late", "late"), ("overdue", "overdue")):
        count: Counter[str] = Counter()
        for (unit, *_, how), number in told.ended.items():
            count[unit] += number if how == outcome else 0
        assert +count == +Counter({unit: row[key] for unit, row in ontime.items()}), outcome

    work = [row for row in stats_tables.workload(tx, year=YEAR)["rows"] if row["post"] is None]
    assert {(row["unit"], key): row[key] for row in work for key in ("opened", "closed", "open") if row[key]} == (
        told.cases
    )
    lies: Counter[str] = Counter()
    for row in stats_tables.backlog(tx)["rows"]:
        lies[row["unit"]] += row["open"]
    assert lies == {unit: number for (unit, what), number in told.cases.items() if what == "open"}
    _card(tx, told)


def _card(tx: Tx, told: Counted) -> None:
    found = scorecard(tx, year=YEAR)
    for measure in found["measures"]:
        name, of = measure["name"], {(type_, clock) for type_, clocks in measure["of"].items() for clock in clocks}
        counted: Counter[Any] = Counter()
        if measure["counts"] == "duties":
            counted.update((unit, None, outcome) for (unit, *_), outcome in told.duties.items())
        elif measure["counts"] == "escalations":
            for (unit, type_, clock, step), number in told.climbed.items():
                if not of or (type_, clock) in of:
                    counted[unit, step, "told"] += number
        else:
            for (unit, type_, clock, level, outcome), number in told.ended.items():
                if (type_, clock) in of:
                    counted[unit, level if measure["levels"] else None, outcome] += number
        for whole in (True, False):  # the unit's figure, and that of its posts together
            figures: Counter[Any] = Counter()
            for row in found["rows"]:
                if row["measure"] == name and (row["post"] is None) == whole:
                    for figure in row["figures"]:
                        figures[row["unit"], figure["level"], figure["outcome"]] += figure["count"]
            assert figures == counted, name
    facts = scorecard(tx, year=YEAR, explain=True)["rows"]
    assert len(facts) == sum(
        figure["count"] for row in found["rows"] if row["post"] is None for figure in row["figures"]
    )


def the_trail_says_the_same(tx: Tx) -> None:
    """What the living tables say is open and overdue now, the trail says too, as of an instant gone by."""
    law = stats.Law(tx)
    now = stats.year_of(tx, YEAR)
    then = now._replace(until=tx.now + "~", past=True)  # just after now
    living = Counter((*fact[:7], fact.due_at) for fact in stats_standing.limits(tx, law, now))
    trail = Counter((*fact[:7], fact.due_at) for fact in stats_standing.limits(tx, law, then))
    assert living == trail
    assert {case[:5] for case in stats_standing.cases(tx, now)} == {case[:5] for case in stats_standing.cases(tx, then)}


def _live(template: Path, steps: list[Step]) -> None:
    with thrown_away(template) as world:
        world.apply(ERRAND)
        office = Recording(world)
        for step in steps:
            office.live(step)
        world.fast_forward(hours=1)
        with world.store.read() as tx:
            agree(tx)
            the_trail_says_the_same(tx)


@settings(LIFE, max_examples=10)
@example(steps=WARNED)
@example(steps=TAKEN_BACK)
@example(steps=APPOINTED)
@given(steps=STEPS)
def test_any_life_is_counted_right(world_file, steps):
    """After any acts, refusals, waiting, downtime, new laws and calendars, every figure is the naive count."""
    _live(world_file, steps)


@pytest.mark.soak
@settings(LIFE, max_examples=400)
@given(steps=STEPS)
def test_many_lives_are_counted_right(world_file, steps):
    """The same for many more lives."""
    _live(world_file, steps)
