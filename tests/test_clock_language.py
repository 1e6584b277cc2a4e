"""What a policy can say of a clock beyond a plain limit, lived: anchors, conditions, pauses, resets, effective times,
severity from numbers, steps before the end, and a calendar that changes under way."""

from __future__ import annotations

from typing import Any

import pytest
from support.world import World, admin

from jobs import recompute
from states.errors import NotNow, Usage
from workflow import calendars

PERMIT = """
case: permit
title: {en: Permit, zh: 许可}
ref: PER
fields:
  received_on: {type: date}
  complete_at: {type: time}
  urgent:      {type: flag, default: false}
  pages:       {type: int}
states:
  asked:   {initial: true}
  waiting: {}
  decided: {final: true}
actions:
  complete: {from: asked, to: same, by: [owner, unit_head], needs: [complete_at]}
  ask_more: {from: asked, to: waiting, by: [unit_head]}
  supply:   {from: waiting, to: asked, by: [owner], effective: {field: received_on, at-most: 5 working days}}
  amend:    {from: asked, to: same, by: [owner]}
  mark:     {from: asked, to: same, by: [owner], needs: [urgent]}
  decide:   {from: [asked, waiting], to: decided, by: [unit_head]}
clocks:
  decide:  {runs_in: asked, pauses_in: [waiting], limit: 20 working days, holders: [unit_head], ladder: early,
            resets_on: [amend]}
  check:   {runs_in: asked, pauses_in: [waiting], from: [complete_at, due(hurry)], limit: 24 hours,
            holders: [unit_head], ladder: early}
  hurry:   {runs_in: asked, if: {urgent: true}, limit: 2 hours, holders: [unit_head], ladder: early}
  latest:
    runs_in: asked
    pauses_in: [waiting]
    limit: {earliest: [{from: complete_at, limit: 4 hours}, {from: opened, limit: 3 days}]}
    holders: [unit_head]
    ladder: early
ladders:
  early:
    - {before: 2 working days, tell: [unit_head]}
    - {after: 0, tell: [unit_head]}
    - {after: 1 working day, tell: [first], repeat: {every: 1 working day, times: 2}}
"""


@pytest.fixture
def permits(world: World) -> World:
    """The office with a case type of its own."""
    world.apply(PERMIT)
    return world


def states(world: World, ref: str) -> dict[str, str]:
    return {clock["name"]: clock["state"] for clock in world.case(ref)["clocks"]}


def test_a_clock_waits_for_the_anchor_that_has_not_happened(permits: World) -> None:
    """Without completeness there is no check; it starts when the field is set, and counts from what the field says."""
    ref = permits.new("permit", "wang")
    assert "check" not in states(permits, ref)
    permits.until("2026-02-09 15:00")
    permits.do(ref, "complete", "wang", complete_at="2026-02-09T14:00+08:00")
    assert permits.clock(ref, "check")["due_at"] == "2026-02-10T14:00:00+08:00"


def test_a_fallback_anchor_counts_from_the_end_of_another_limit(permits: World) -> None:
    """Nobody said it was complete, but it is urgent: the check runs from the end of the two hours."""
    ref = permits.new("permit", "wang", urgent="yes")
    permits.do(ref, "amend", "wang")
    assert permits.clock(ref, "hurry")["due_at"] == "2026-02-09T11:00:00+08:00"
    assert permits.clock(ref, "check")["due_at"] == "2026-02-10T11:00:00+08:00"


def test_the_earliest_of_two_beginnings_moves_when_the_second_happens(permits: World) -> None:
    """Three days from opening, but four hours from completeness once that is known: a new run, old and new kept."""
    ref = permits.new("permit", "wang")
    assert permits.clock(ref, "latest")["due_at"] == "2026-02-12T23:59:59+08:00"
    permits.until("2026-02-10 10:00")
    permits.do(ref, "complete", "wang", complete_at="2026-02-10T09:30+08:00")
    clock = permits.clock(ref, "latest")
    assert (clock["run"], clock["due_at"]) == (2, "2026-02-10T13:30:00+08:00")
    moved = [row["data"] for row in permits.events(ref, "clock.recomputed")]
    assert [(one["clock"], one["was"]["due_at"]) for one in moved] == [("latest", "2026-02-12T15:59:59.000000Z")]


def test_a_conditional_clock_comes_and_goes_with_its_condition(permits: World) -> None:
    """Marking a case urgent starts its two hours, taking the mark back cancels them, marking it again brings them back.

    They count from the opening each time: what is urgent now was so from the beginning.
    """
    ref = permits.new("permit", "wang")
    assert "hurry" not in states(permits, ref)
    permits.do(ref, "mark", "wang", urgent="yes")
    assert states(permits, ref)["hurry"] == "running"
    permits.do(ref, "mark", "wang", urgent="no")
    assert states(permits, ref)["hurry"] == "cancelled"
    permits.until("2026-02-09 09:30")
    permits.do(ref, "mark", "wang", urgent="yes")
    clock = permits.clock(ref, "hurry")
    assert (clock["state"], clock["run"], clock["due_at"]) == ("running", 2, "2026-02-09T11:00:00+08:00")


def test_a_pause_is_left_out_of_the_limit(permits: World) -> None:
    """Twenty working days from 9 February end on 14 March; five working days of waiting move that to 20 March."""
    ref = permits.new("permit", "wang")
    before = permits.clock(ref, "decide")
    assert before["due_on"] == "2026-03-14" or before["due_on"] == "2026-03-13"
    permits.until("2026-02-10 10:00")
    permits.do(ref, "ask_more", "li")
    assert states(permits, ref)["decide"] == "paused"
    assert permits.clock(ref, "decide")["next"] is None
    permits.until("2026-02-25 10:00")
    permits.do(ref, "supply", "wang")
    after = permits.clock(ref, "decide")
    assert (after["state"], after["run"]) == ("running", 2)
    stood = [row["data"]["stops"] for row in permits.events(ref, "clock.resumed") if row["data"]["clock"] == "decide"]
    assert stood == [[["2026-02-10T02:00:00.000000Z", "2026-02-25T02:00:00.000000Z"]]]
    assert _working_days_between(before["due_on"], after["due_on"]) == 6  # the 10th to 14th and the 24th did not count


def _working_days_between(first: str, last: str) -> int:
    """Plain weekdays: in March 2026 there is no holiday and no make-up day."""
    from datetime import date, timedelta

    day, count = date.fromisoformat(first), 0
    while day < date.fromisoformat(last):
        day += timedelta(days=1)
        count += day.weekday() < 5
    return count


def test_nothing_fires_while_a_clock_stands_still(permits: World) -> None:
    """A case that waits for papers all spring is not late."""
    ref = permits.new("permit", "wang")
    permits.do(ref, "ask_more", "li")
    lived = permits.until("2026-05-01 09:00")
    assert not [one for one in lived["fired"] if one["ref"] == ref]


def test_a_reset_counts_anew_from_the_act(permits: World) -> None:
    """An amended application starts its twenty days again."""
    ref = permits.new("permit", "wang")
    permits.until("2026-03-02 10:00")
    permits.do(ref, "amend", "wang")
    assert permits.clock(ref, "decide")["due_on"] == "2026-03-30"


def test_an_act_may_count_from_when_the_paper_came(permits: World) -> None:
    """Papers received on Tuesday and entered on Thursday end the pause on Tuesday; both times are kept."""
    ref = permits.new("permit", "wang")
    permits.do(ref, "ask_more", "li")
    permits.until("2026-02-12 10:00")
    permits.do(ref, "supply", "wang", received_on="2026-02-10")
    acted = permits.events(ref, "case.acted")[-1]
    assert acted["data"]["effective_at"] == "2026-02-09T16:00:00.000000Z"
    assert acted["at"] == "2026-02-12T02:00:00.000000Z"
    stood = [row["data"]["stops"] for row in permits.events(ref, "clock.resumed") if row["data"]["clock"] == "decide"]
    assert stood == [[["2026-02-09T01:00:00.000000Z", "2026-02-09T16:00:00.000000Z"]]]  # Tuesday 00:00 there


def test_an_act_is_not_dated_back_further_than_the_policy_says(permits: World) -> None:
    """Five working days at most; and never into the future."""
    ref = permits.new("permit", "wang")
    permits.do(ref, "ask_more", "li")
    permits.until("2026-03-02 10:00")
    with pytest.raises(NotNow, match="further back"):
        permits.do(ref, "supply", "wang", received_on="2026-02-11")
    with pytest.raises(Usage):
        permits.do(ref, "supply", "wang", received_on="2026-03-03")


def test_a_step_may_come_before_the_end_and_the_last_one_again(permits: World) -> None:
    """Two working days before the end, at the end, a working day after it, and twice again."""
    ref = permits.new("permit", "wang")
    lived = permits.until("2026-04-01 09:00")
    mine = [one for one in lived["fired"] if one["ref"] == ref and one["clock"] == "decide"]
    assert [(one["what"], one["step"]) for one in mine] == [
        ("step", 1), ("breach", 0), ("step", 2), ("step", 3), ("step", 3), ("step", 3),
    ]  # fmt: skip
    times = [one["at"][:16] for one in mine]
    assert times == sorted(times)
    assert permits.clock(ref, "decide")["level"] == 3


CHAIN = """
case: notice
ref: NTC
states: {open: {initial: true}, hold: {}, done: {final: true}}
actions:
  receive: {from: open, to: same, by: [owner]}
  forward: {from: open, to: same, by: [owner]}
  stop:    {from: open, to: hold, by: [owner]}
  amend:   {from: hold, to: open, by: [owner]}
  close:   {from: open, to: done, by: [unit_head]}
clocks:
  answer:  {runs_in: open, pauses_in: [hold], from: due(work), limit: 2 days, holders: [owner], ladder: plain}
  work:    {runs_in: open, pauses_in: [hold], limit: 3 days, holders: [owner], ladder: plain, resets_on: [amend]}
  forward: {runs_in: open, starts_on: [receive], met_by: [forward], limit: 2 hours, holders: [owner], ladder: plain}
  chase:   {runs_in: open, from: breached(work), limit: 1 day, holders: [unit_head], ladder: plain}
ladders:
  plain: [{after: 0, tell: [unit_head]}]
"""


def test_each_level_has_its_own_time_from_when_it_receives(world: World) -> None:
    """Received at nine: two hours. Received again before it was passed on: counted anew. Passed on: met. Then again."""
    world.apply(CHAIN)
    ref = world.new("notice", "wang")
    assert "forward" not in states(world, ref)
    world.do(ref, "receive", "wang")
    world.until("2026-02-09 10:00")
    world.do(ref, "receive", "wang")
    clock = world.clock(ref, "forward")
    assert (clock["run"], clock["due_at"]) == (2, "2026-02-09T12:00:00+08:00")
    world.do(ref, "forward", "wang")
    assert states(world, ref)["forward"] == "met"
    world.do(ref, "receive", "wang")
    clock = world.clock(ref, "forward")
    assert (clock["run"], clock["due_at"]) == (3, "2026-02-09T12:00:00+08:00")


def test_a_clock_may_count_from_the_end_of_one_below_it(world: World) -> None:
    """The answer is due two days after the three days of work, and both run from the opening on."""
    world.apply(CHAIN)
    ref = world.new("notice", "wang")
    assert world.clock(ref, "work")["due_on"] == "2026-02-12"
    assert world.clock(ref, "answer")["due_on"] == "2026-02-14"


def test_a_breach_starts_what_is_counted_from_it(world: World) -> None:
    """The chase begins one second after the work was late, without anybody acting."""
    world.apply(CHAIN)
    ref = world.new("notice", "wang")
    world.until("2026-02-12 23:00")
    assert "chase" not in states(world, ref)
    world.until("2026-02-13 00:01")
    assert world.clock(ref, "chase")["due_on"] == "2026-02-14"


def test_an_act_that_ends_a_pause_may_also_count_anew(world: World) -> None:
    """Amending after a hold starts the three days again from the amendment; what hangs on them moves along."""
    world.apply(CHAIN)
    ref = world.new("notice", "wang")
    world.do(ref, "stop", "wang")
    world.until("2026-02-20 10:00")
    world.do(ref, "amend", "wang")
    assert world.clock(ref, "work")["due_on"] == "2026-02-23"
    assert world.clock(ref, "answer")["due_on"] == "2026-02-25"


GRADED = """
case: accident
ref: AXD
severity: severity
fields:
  severity: {type: choice, choices: [general, large, major, critical]}
  deaths:   {type: int, default: 0}
  injured:  {type: int, default: 0}
grades:
  critical: [deaths >= 30, injured >= 100]
  major:    [deaths >= 10, injured >= 50]
  large:    [deaths >= 3, injured >= 10]
  general:  otherwise
states: {raised: {initial: true}, closed: {final: true}}
actions:
  update: {from: raised, to: same, by: [owner], takes: [deaths, injured]}
  close:  {from: raised, to: closed, by: [unit_head]}
clocks:
  report:
    runs_in: raised
    limit: {by: severity, of: {critical: 30 minutes, major: 1 hour, large: 2 hours, general: 1 working day}}
    holders: [unit_head]
    ladder: overdue
"""


def test_severity_follows_the_numbers_upward(world: World) -> None:
    """Two deaths are general, three large (the threshold is included); numbers that fall do not lower it."""
    world.apply(GRADED)
    ref = world.new("accident", "wang", deaths="2")
    assert world.case(ref)["severity"] == "general"
    world.do(ref, "update", "wang", deaths="3")
    assert world.case(ref)["severity"] == "large"
    assert world.clock(ref, "report")["due_at"] == "2026-02-09T11:00:00+08:00"
    world.do(ref, "update", "wang", deaths="1", injured="0")
    assert world.case(ref)["severity"] == "large"


def test_numbers_overrule_a_milder_word_and_not_a_graver_one(world: World) -> None:
    """Thirty deaths are critical whatever was said; a case called critical stays so with none."""
    world.apply(GRADED)
    assert world.case(world.new("accident", "wang", deaths="30", severity="general"))["severity"] == "critical"
    assert world.case(world.new("accident", "wang", deaths="0", severity="critical"))["severity"] == "critical"


def _import(world: World, off: list[str], version: str) -> None:
    """The office closes on these days, make-up days among them."""

    def do(tx: Any) -> None:
        known = calendars.bodies(tx)["CN"]
        work = [day for day in known["work"] if day not in off]
        body = {**known, "off": sorted({*known["off"], *off}), "work": work, "version": version}
        calendars.import_(tx, {"CN": body}, admin(tx))

    world.store.transact(do)


def test_a_changed_calendar_moves_open_clocks_and_says_so(world: World) -> None:
    """A closure of two days moves the end by two working days: a new run, with the old and the new date on record."""
    ref = world.report()
    _import(world, ["2026-02-11", "2026-02-12"], "storm")
    assert recompute.run_once(world.store) >= 1
    clock = world.clock(ref, "submit")
    assert (clock["run"], clock["due_on"]) == (2, "2026-03-03")
    event = world.events(ref, "clock.recomputed")[0]["data"]
    assert (event["was"]["due_at"], event["why"]) == ("2026-02-28T15:59:59.000000Z", "calendar")
    assert recompute.run_once(world.store) == 0


def test_the_pump_never_fires_what_a_newer_calendar_has_moved(world: World) -> None:
    """The job has not run yet, but the clock is reckoned again before it would fire."""
    ref = world.report()
    world.until("2026-02-27 20:00")
    _import(world, ["2026-02-28"], "storm")
    world.until("2026-03-01 12:00")
    assert not world.events(ref, "clock.breached")
    assert world.clock(ref, "submit")["due_on"] == "2026-03-02"


def test_a_calendar_that_changes_nothing_keeps_the_run(world: World) -> None:
    """A closure in autumn is noted in the clock's record; its run and its due time stay."""
    ref = world.report()
    before = world.clock(ref, "submit")
    _import(world, ["2026-11-11"], "autumn")
    recompute.run_once(world.store)
    assert world.clock(ref, "submit") == before
    assert len(world.events(ref, "clock.recomputed")) == 1
