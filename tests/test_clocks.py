"""Clocks and ladders: when they fire, who is told, what happens to vacancies, deputies, severity and downtime.

The office's calendar is the official Chinese schedule: in 2026 Spring Festival is off from 15 to 23 February, and the
Saturdays 14 and 28 February are working days.
"""

from __future__ import annotations

from typing import Any

import pytest
from support.world import World


def test_ten_working_days_step_over_spring_festival(world: World) -> None:
    """From Monday 9 February: 10-14 are five working days, 24-28 the other five; due at the end of the 28th."""
    ref = world.report()
    clock = world.clock(ref, "submit")
    assert (clock["due_at"], clock["due_on"], clock["provisional"]) == (
        "2026-02-28T23:59:59+08:00",
        "2026-02-28",
        False,
    )
    assert clock["holders"] == ["wang"]
    assert clock["next"] == {"at": "2026-02-14T09:00:00+08:00", "what": "remind", "step": 1}


def test_a_late_report_climbs_the_whole_ladder_once(world: World) -> None:
    """Half time, the working day before, the breach, then +0, 1, 3, 5 and 10 working days at 09:00, each step once."""
    ref = world.report()
    lived = world.until("2026-03-20 09:00")
    assert [(one["at"], one["what"], one["step"]) for one in lived["fired"] if one["ref"] == ref] == [
        ("2026-02-14T09:00:00+08:00", "remind", 1),  # 50 % of 10 working days: 5 working days after the 9th
        ("2026-02-27T09:00:00+08:00", "remind", 2),
        ("2026-03-01T00:00:00+08:00", "breach", 0),
        ("2026-03-01T00:00:00+08:00", "step", 1),
        ("2026-03-02T09:00:00+08:00", "step", 2),  # the 1st is a Sunday
        ("2026-03-04T09:00:00+08:00", "step", 3),
        ("2026-03-06T09:00:00+08:00", "step", 4),
        ("2026-03-13T09:00:00+08:00", "step", 5),
    ]
    assert world.told(ref) == [
        ("clock.reminded", 1, ["wang"]),
        ("clock.reminded", 2, ["wang"]),
        ("clock.escalated", 1, ["wang", "li"]),
        ("clock.escalated", 2, ["feng"]),
        ("clock.escalated", 3, ["zhao"]),
        ("clock.escalated", 4, ["qian"]),
        ("clock.escalated", 5, ["wei"]),
    ]
    assert len(world.events(ref, "clock.breached")) == 1
    assert world.clock(ref, "submit")["level"] == 5
    assert world.clock(ref, "submit")["next"] is None
    assert not [one for one in world.until("2026-05-01 09:00")["fired"] if one["ref"] == ref]


def test_reminders_do_not_count_as_acts(world: World) -> None:
    """The version of a case counts what people did."""
    ref = world.report()
    world.until("2026-03-20 09:00")
    assert world.case(ref)["version"] == 1


def test_a_vacant_step_is_recorded_and_passed_to_nobody(world: World) -> None:
    """Where nobody holds the post up to the body, the step says so and the next one keeps its own time."""
    world.register("""
postings:
  - {person: feng, unit: county, post: leader, from: 2025-01-01, to: 2026-02-20}
portfolios:
  - {person: feng, units: [safety], to: 2026-02-20}
""")
    ref = world.report()
    world.until("2026-03-20 09:00")
    step = world.events(ref, "clock.escalated")[1]["data"]
    assert (step["step"], step["told"]) == (2, [])
    assert step["skipped"] == [{"role": "member_in_charge", "why": "vacant"}]
    assert [row["at"] for row in world.events(ref, "clock.escalated")][2] == "2026-03-04T01:00:00.000000Z"


def test_a_deputy_is_told_for_the_one_on_leave(world: World) -> None:
    """Both names are on record; on leave without a deputy the step finds nobody."""
    world.leave("li", "2026-02-24", "2026-03-01", deputy="chen")
    world.leave("zhao", "2026-03-02", "2026-03-10")
    ref = world.report()
    world.until("2026-03-20 09:00")
    first, _, third, *_ = [row["data"] for row in world.events(ref, "clock.escalated")]
    assert {"person": "chen", "role": "unit_head", "for": "li"} in first["told"]
    assert third["told"] == []
    assert third["skipped"] == [{"role": "direct", "why": "on-leave"}]


def test_who_was_told_then_stays_told(world: World) -> None:
    """A posting that changes afterwards changes nothing about who was told."""
    ref = world.report()
    world.until("2026-03-05 09:00")
    before = world.told(ref)
    world.register("""
people: [{login: new, name: New}]
postings:
  - {person: li, unit: safety, post: unit_head, from: 2025-01-01, to: 2026-03-05}
  - {person: new, unit: safety, post: unit_head, from: 2026-03-06}
""")
    assert world.told(ref) == before


SEVERITIES = [
    ("critical", "2026-02-09T09:30:00+08:00", "2026-02-09T11:00:00+08:00", "2026-03-28"),
    ("major", "2026-02-09T10:00:00+08:00", "2026-02-09T13:00:00+08:00", "2026-03-28"),
    ("large", "2026-02-09T11:00:00+08:00", "2026-02-09T17:00:00+08:00", "2026-03-14"),
    ("general", "2026-02-10T23:59:59+08:00", "2026-02-11T23:59:59+08:00", "2026-02-28"),
]


@pytest.mark.parametrize(("severity", "first", "analyse", "_resolve"), SEVERITIES)
def test_an_incident_has_the_limits_of_its_severity(
    world: World, severity: str, first: str, analyse: str, _resolve: str
) -> None:
    """First report 30 min / 1 h / 2 h / 1 working day; analysis 2 h / 4 h / 8 h / 2 working days."""
    ref = world.incident(severity)
    assert world.clock(ref, "first_report")["due_at"] == first
    assert world.clock(ref, "analyse")["due_at"] == analyse


def test_the_first_report_runs_from_awareness_and_beside_the_analysis(world: World) -> None:
    """Aware at 08:40 of a large incident: two hours end at 10:40, whatever was analysed; a notice upward meets it."""
    ref = world.incident("large", aware_at="2026-02-09T08:40+08:00")
    assert world.clock(ref, "first_report")["due_at"] == "2026-02-09T10:40:00+08:00"
    world.do(ref, "analyse", "wang", analysis="a")
    assert world.clock(ref, "first_report")["state"] == "running"
    world.do(ref, "notify", "li", to="county")
    assert world.clock(ref, "first_report")["state"] == "met"
    assert world.case(ref)["state"] == "analysed"


def test_the_hour_ladder_climbs_in_minutes(world: World) -> None:
    """A critical incident nobody reports: 0, +15, +30, +60 minutes, to unit head, member in charge, direct, first."""
    ref = world.incident("critical")
    lived = world.until("2026-02-09 10:45")
    times = [one["at"][11:19] for one in lived["fired"] if one["clock"] == "first_report"]
    assert times == ["09:30:01", "09:30:01", "09:45:00", "10:00:00", "10:30:00"]
    told = [logins for kind, _, logins in world.told(ref) if kind == "clock.escalated"]
    assert told == [["li"], ["feng"], ["zhao"], ["qian"]]


def test_regrading_recomputes_from_the_beginning_and_may_breach_again(world: World) -> None:
    """A large incident regraded critical after 40 minutes is late at once, in a run of its own; old and new stand."""
    ref = world.incident("large")
    world.until("2026-02-09 09:40")
    world.do(ref, "regrade", "feng", severity="critical", reason="more people affected")
    clock = world.clock(ref, "first_report")
    assert (clock["run"], clock["due_at"]) == (2, "2026-02-09T09:30:00+08:00")
    moved = [row["data"] for row in world.events(ref, "clock.recomputed") if row["data"]["clock"] == "first_report"]
    assert moved[0]["was"]["due_at"] == "2026-02-09T03:00:00.000000Z"
    world.until("2026-02-09 09:41")
    assert world.clock(ref, "first_report")["state"] == "breached"


def test_a_returned_report_has_three_working_days_and_its_own_run(world: World) -> None:
    """Coming back to drafted re-arms the clock as run 2, with the limit of a resubmission."""
    ref = world.report()
    world.do(ref, "submit", "wang", file="x")
    world.do(ref, "return", "feng", reason="figures are missing")
    clock = world.clock(ref, "submit")
    assert (clock["run"], clock["due_on"], clock["state"]) == (2, "2026-02-12", "running")
    world.until("2026-02-14 12:00")
    runs = {(row["data"]["run"], row["data"]["step"]) for row in world.events(ref, "clock.escalated")}
    assert runs == {(2, 1), (2, 2)}


def test_withdrawing_cancels_and_nothing_fires_any_more(world: World) -> None:
    """A cancelled clock is neither met nor breached."""
    ref = world.report()
    world.do(ref, "withdraw", "wang", reason="not needed")
    assert world.clock(ref, "submit")["state"] == "cancelled"
    assert not [one for one in world.until("2026-04-01 09:00")["fired"] if one["ref"] == ref]
    assert not world.events(ref, "clock.breached")


def test_after_downtime_only_the_step_that_holds_is_told(world: World) -> None:
    """Down from 9 February to 5 March: what was passed over is recorded as passed, the newest step is told."""
    ref = world.report()
    world.until("2026-03-05 10:00", jump=True)
    world.fast_forward(seconds=1)
    steps = [(row["kind"], row["data"].get("step"), row["data"].get("passed")) for row in world.events(ref)[2:]]
    assert steps == [
        ("clock.reminded", 1, True),
        ("clock.reminded", 2, True),
        ("clock.breached", None, None),
        ("clock.escalated", 1, True),
        ("clock.escalated", 2, True),
        ("clock.escalated", 3, False),
    ]
    assert [logins for _, _, logins in world.told(ref)] == [[], [], [], [], ["zhao"]]
    assert world.clock(ref, "submit")["next"]["at"] == "2026-03-06T09:00:00+08:00"


def test_living_through_time_in_any_steps_gives_the_same_record(world: World) -> None:
    """One long advance and many short ones write the same firings."""
    one, two = world.report(), world.report()
    for day in range(10, 28):
        world.until(f"2026-02-{day} 13:00")
    world.until("2026-03-20 09:00")
    strip = [[(row["at"], row["kind"], row["data"].get("step")) for row in world.events(ref)[1:]] for ref in (one, two)]
    assert strip[0] == strip[1]


SEVERAL = """
case: permit
ref: PER
fields: {pages: {type: int}}
states: {asked: {initial: true}, granted: {final: true}, refused: {final: true}}
actions:
  grant:  {from: asked, to: granted, by: [unit_head]}
  lapse:  {from: asked, to: refused, by: [system]}
clocks:
  decide: {runs_in: asked, limit: 5 working days, holders: [unit_head], ladder: quick}
  lapse:  {runs_in: asked, limit: 20 days, holders: [unit_head], then: lapse}
ladders:
  quick:
    - {after: 0, tell: [member_in_charge], skip: at-once}
    - {after: 2 working days, tell: [first]}
"""


def test_a_type_of_ones_own_needs_one_file(world: World) -> None:
    """A new case type in YAML has its clocks, its ladder and an action its clock does by itself."""
    world.apply(SEVERAL)
    ref = world.new("permit", "wang", pages="3")
    assert ref == "PER-2026-0001"
    lived = world.until("2026-03-02 09:00")
    assert [(one["clock"], one["what"], one["step"]) for one in lived["fired"] if one["ref"] == ref] == [
        ("decide", "breach", 0),
        ("decide", "step", 1),
        ("decide", "step", 2),
        ("lapse", "breach", 0),
    ]
    case = world.case(ref)
    assert (case["state"], case["version"]) == ("refused", 2)
    acted = world.events(ref, "case.acted")[0]
    assert (acted["actor"], acted["via"], acted["action"]) == (None, "system", "lapse")


def test_an_empty_step_that_says_at_once_passes_on_at_once(world: World) -> None:
    """With `skip: at-once` the next step follows a vacant one in the same instant."""
    world.apply(SEVERAL)
    world.leave("feng", "2026-02-10", "2026-03-10")
    ref = world.new("permit", "wang")
    world.until("2026-02-24 00:00")
    steps: list[dict[str, Any]] = [row["data"] for row in world.events(ref, "clock.escalated")]
    assert [(step["step"], len(step["told"])) for step in steps] == [(1, 0), (2, 1)]
    assert steps[0]["skipped"] == [{"role": "member_in_charge", "why": "on-leave"}]


def test_beyond_the_published_calendar_a_date_is_provisional(world: World) -> None:
    """A limit that runs into 2027 is computed, and says that it may move."""
    world.until("2026-12-24 09:00")
    ref = world.report()
    assert world.clock(ref, "submit")["provisional"] is True


def test_half_of_a_dutys_time_is_counted_in_working_days(world: World) -> None:
    """The study plan is due on 28 February and opened on the 9th: half of it is the 14th, not the 18th."""
    world.fast_forward(seconds=1)
    ref = next(row["data"]["ref"] for row in world.log(kind="duty.opened") if "study-plan/county" in row["stream"])
    world.until("2026-02-27 08:00")
    assert [row["at"] for row in world.events(ref, "clock.reminded")] == ["2026-02-14T01:00:00.000000Z"]
