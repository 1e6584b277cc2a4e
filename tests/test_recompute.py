"""After a calendar changed every open clock is counted again, by whoever runs, once, and nothing else moves."""

from __future__ import annotations

import threading
from typing import Any

from support.world import World, admin

from jobs import recompute
from jobs.recompute import Recomputed
from jobs.runner import Settings, run, run_once_all
from workflow import calendars
from workflow.sql import clock as sql


def close(world: World, *days: str, version: str = "storm") -> None:
    """The office closes on these days, make-up days among them."""

    def do(tx: Any) -> None:
        known = calendars.bodies(tx)["CN"]
        work = [day for day in known["work"] if day not in days]
        body = {**known, "off": sorted({*known["off"], *days}), "work": work, "version": version}
        calendars.import_(tx, {"CN": body}, admin(tx))

    world.store.transact(do)


def outdated(world: World) -> int:
    with world.store.read() as tx:
        return recompute.count(tx)


def test_what_hangs_on_the_calendar_is_counted_and_what_moves_is_told(world: World) -> None:
    """Two reports and an incident are counted again; limits in hours stand still, limits in days move."""
    refs = [world.report(), world.report()]
    close(world, "2026-02-11", "2026-02-12")
    assert outdated(world) == 2
    assert recompute.run(world.store) == Recomputed(clocks=2, moved=2, failed=0)
    assert outdated(world) == 0
    assert recompute.run(world.store) == Recomputed()
    for ref in refs:
        assert world.clock(ref, "submit")["due_on"] == "2026-03-03"
    close(world, "2026-11-11", version="autumn")
    assert recompute.run(world.store) == Recomputed(clocks=2, moved=0, failed=0)


def test_more_cases_than_a_page_are_all_counted(world: World, monkeypatch) -> None:
    """Page after page, until nothing is outdated."""
    monkeypatch.setattr(recompute, "PAGE", 3)
    for _ in range(8):
        world.report()
    close(world, "2026-02-11")
    assert recompute.run(world.store).clocks == 8


def test_one_case_that_cannot_be_counted_harms_no_other(world: World) -> None:
    """A clock whose rule no program understands is told as failed, and the others are counted again."""
    bad, good = world.report(), world.report()
    broken = """UPDATE clock SET rule = '{"limit": "soon"}' WHERE case_id = (SELECT id FROM cases WHERE ref = :ref)"""
    world.store.transact(lambda tx: tx.put(broken, ref=bad))
    close(world, "2026-02-11")
    assert recompute.run(world.store) == Recomputed(clocks=1, moved=1, failed=1)
    assert world.clock(good, "submit")["due_on"] == "2026-03-02"


def test_a_clock_that_stands_still_is_counted_when_it_runs_again(world: World) -> None:
    """Its end is worked out then, with the calendar then in force."""
    world.apply(
        """
case: permit
ref: PER
states: {asked: {initial: true}, waiting: {}, decided: {final: true}}
actions:
  ask:    {from: asked, to: waiting, by: [unit_head]}
  supply: {from: waiting, to: asked, by: [owner]}
  decide: {from: asked, to: decided, by: [unit_head]}
clocks:
  decide: {runs_in: asked, pauses_in: [waiting], limit: 10 working days, ladder: overdue}
"""
    )
    ref = world.new("permit", "wang")
    world.do(ref, "ask", "li")
    close(world, "2026-03-02")
    assert recompute.run(world.store) == Recomputed()
    world.until("2026-02-10 08:00")
    world.do(ref, "supply", "wang")
    clock = world.clock(ref, "decide")
    version = world.rows("SELECT calendar_version FROM clock WHERE name = 'decide'")
    assert (clock["state"], version) == ("running", [("storm",)])


def test_an_end_that_comes_nearer_is_kept_by_the_next_pass(world: World) -> None:
    """Make-up days bring the end forward: `run --once` and `advance` count again before anything fires."""
    ref = world.report()

    def work_through(tx: Any, *days: str) -> None:
        known = calendars.bodies(tx)["CN"]
        body = {**known, "work": sorted({*known["work"], *days}), "version": "busy"}
        calendars.import_(tx, {"CN": body}, admin(tx))

    world.store.transact(lambda tx: work_through(tx, "2026-02-16", "2026-02-17", "2026-02-18"))
    lived = world.until("2026-03-01 09:00")
    assert lived["counts"]["recomputed"] == 1
    breach = next(one for one in lived["fired"] if one["ref"] == ref and one["what"] == "breach")
    assert (breach["at"], breach["run"]) == ("2026-02-26T00:00:00+08:00", 2)
    close(world, "2026-03-10")
    other = world.report()
    close(world, "2026-03-11", version="again")
    assert run_once_all(world.store, None)["counts"]["recomputed"] >= 1
    assert world.clock(other, "submit")["due_on"] == "2026-03-17"


def test_the_scheduler_counts_again_by_itself(world: World) -> None:
    """Some time after the import the running scheduler has moved the clock."""
    ref = world.report()
    close(world, "2026-02-11", "2026-02-12")
    stop = threading.Event()
    fast = {"recompute_every": 0.05, "pump_every": 60, "expand_every": 60, "watch_every": 60}
    thread = threading.Thread(target=run, args=(Settings(world.url, **fast),), kwargs={"stop_event": stop})
    thread.start()
    try:
        for _ in range(1000):
            if world.clock(ref, "submit")["due_on"] == "2026-03-03":
                break
            stop.wait(0.02)
    finally:
        stop.set()
        thread.join(20)
    assert world.clock(ref, "submit")["due_on"] == "2026-03-03"


def test_looking_for_outdated_clocks_walks_an_index(world: World) -> None:
    """A look where nothing changed costs the same however many clocks are open."""
    if world.store.driver.kind != "sqlite":
        return
    values = {"calendar": "CN", "version": "x"}
    plan = str(world.rows(f"EXPLAIN QUERY PLAN {sql.OUTDATED}", **values, limit=1000))
    plan += str(world.rows(f"EXPLAIN QUERY PLAN {sql.OUTDATED_COUNT}", **values))
    assert plan.count("ix_clock_open_calendar") >= 2
    assert "SCAN clock" not in plan
