"""`case why`: every day and why it counted, from the record of the clock itself and the calendars of its time."""

from __future__ import annotations

from typing import Any

import pytest
from support.world import World, admin

from states.durations import parse_duration
from workflow import calendars, engine
from workflow.ask_why import why

PERMIT = """
case: permit
title: {en: Permit, zh: 许可}
ref: PER
fields:
  complete_at: {type: time}
  urgent:      {type: flag, default: false}
  class:       {type: choice, choices: [plain, grave], default: plain}
severity: class
states:
  asked:   {initial: true}
  waiting: {}
  decided: {final: true}
actions:
  complete: {from: asked, to: same, by: [owner], needs: [complete_at]}
  note:     {from: asked, to: same, by: [owner]}
  ask_more: {from: asked, to: waiting, by: [unit_head]}
  supply:   {from: waiting, to: asked, by: [owner]}
  amend:    {from: asked, to: same, by: [owner]}
  decide:   {from: [asked, waiting], to: decided, by: [unit_head]}
clocks:
  decide:
    runs_in: asked
    pauses_in: [waiting]
    limit: 20 working days
    holders: [unit_head]
    ladder: overdue
    resets_on: [amend]
    extension: {max: 10 working days, times: 1, approve: [first], from: start}
  check:  {runs_in: asked, from: [complete_at, opened], limit: 5 working days, ladder: overdue}
  wait:   {runs_in: asked, from: complete_at, limit: 24 hours, ladder: overdue}
  hurry:  {runs_in: asked, if: {urgent: true}, limit: 2 hours, ladder: overdue}
  graded: {runs_in: asked, limit: {by: class, of: {grave: 1 day, plain: none}}, ladder: overdue}
  noted:  {runs_in: asked, starts_on: [note], limit: 3 days, ladder: overdue}
  later:  {runs_in: waiting, limit: 3 days, ladder: overdue}
"""


@pytest.fixture
def permits(world: World) -> World:
    """The office with a case type of its own."""
    world.apply(PERMIT)
    return world


def explained(world: World, ref: str, name: str) -> dict[str, Any]:
    """One clock of `case why`; whatever it says, it counts to the end that is on record."""
    with world.store.read() as tx:
        (found,) = why(tx, ref, name)["clocks"]
    assert found["agrees"]
    assert (found["due_at"], found["due_on"]) == tuple(world.clock(ref, name)[key] for key in ("due_at", "due_on"))
    return dict(found)


def close(world: World, *days: str) -> None:
    """The office closes on these days; the open limits are counted again."""
    from jobs import recompute

    def do(tx: Any) -> None:
        known = calendars.bodies(tx)["CN"]
        body = {**known, "off": sorted({*known["off"], *days}), "version": "storm"}
        calendars.import_(tx, {"CN": body}, admin(tx))

    world.store.transact(do)
    recompute.run_once(world.store)


def test_each_day_says_whether_it_counted(world: World) -> None:
    """Ten working days over Spring Festival: days off and the weekend do not count, the make-up Saturday does."""
    ref = world.report()
    found = explained(world, ref, "submit")
    assert (found["run"], found["state"], found["from"]) == (1, "running", "entered")
    assert (found["from_at"], found["zone"]) == ("2026-02-09T09:00:00+08:00", "Asia/Shanghai")
    assert (found["rule"], found["calendar"], found["stops"]) == ({"limit": "10 working days"}, "CN", [])
    days = {day["date"]: (day["what"], day["counted"]) for day in found["days"]}
    assert days["2026-02-09"] == ("start", False)
    assert days["2026-02-14"] == ("makeup", True)
    assert days["2026-02-17"] == ("off", False)
    assert sum(counted for _what, counted in days.values()) == 10
    assert [list(day) for day in found["days"][:1]] == [["date", "what", "counted", "note"]]
    (run,) = found["runs"]
    assert (run["run"], run["kind"], run["due_at"], run["why"]) == (1, "clock.started", found["due_at"], None)


def test_a_clock_is_explained_with_the_calendar_it_was_counted_with(world: World) -> None:
    """What moved with a new calendar shows both runs; what was met before it keeps the calendar of its time."""
    done, ref = world.report(), world.report()
    world.do(done, "submit", "wang", file="x")
    close(world, "2026-02-11", "2026-02-12")
    after = explained(world, ref, "submit")
    assert (after["calendar_version"], after["due_on"]) == ("storm", "2026-03-03")
    assert [(run["run"], run["kind"], run["why"], run["due_at"][:10]) for run in after["runs"]] == [
        (1, "clock.started", None, "2026-02-28"),
        (2, "clock.recomputed", "calendar", "2026-03-03"),
    ]
    assert {day["what"] for day in after["days"] if day["date"] == "2026-02-11"} == {"off"}
    before = explained(world, done, "submit")
    assert before["calendar_version"] != "storm"
    assert {day["what"] for day in before["days"] if day["date"] == "2026-02-11"} == {"working"}


def test_pauses_resets_and_more_time_are_all_there(permits: World) -> None:
    """Each of them is a run with its reason; days on which the clock stood still are paused."""
    ref = permits.new("permit", "wang")
    permits.until("2026-02-10 10:00")
    permits.do(ref, "ask_more", "li")
    still = explained(permits, ref, "decide")
    assert (still["state"], still["stops"]) == ("paused", [{"from": "2026-02-10T10:00:00+08:00", "to": None}])
    permits.until("2026-02-12 10:00")
    permits.do(ref, "supply", "wang")
    resumed = explained(permits, ref, "decide")
    assert [day["date"] for day in resumed["days"] if day["what"] == "paused"] == ["2026-02-10", "2026-02-11"]
    li, qian = permits.who("li"), permits.who("qian")
    permits.store.transact(
        lambda tx: engine.request_extension(tx, ref, "decide", parse_duration("5wd"), who=li, reason="r")
    )
    permits.store.transact(lambda tx: engine.decide_extension(tx, ref, "decide", grant=True, who=qian))
    extended = explained(permits, ref, "decide")
    (more,) = extended["extensions"]
    assert (more["by"], more["asked_by"], more["decided_by"]) == ("5 working days", "li", "qian")
    assert sum(day["counted"] for day in extended["days"]) == 25
    permits.until("2026-03-02 10:00")
    permits.do(ref, "amend", "wang")
    anew = explained(permits, ref, "decide")
    assert (anew["from"], anew["from_at"], anew["stops"]) == ("reset", "2026-03-02T10:00:00+08:00", [])
    assert [(run["run"], run["kind"], run["why"]) for run in anew["runs"]] == [
        (1, "clock.started", None),
        (2, "clock.resumed", "resumed"),
        (3, "clock.extended", "extended"),
        (4, "clock.recomputed", "reset"),
    ]


def test_what_a_clock_is_counted_from_is_named(permits: World) -> None:
    """The first anchor that has happened, and the next once it has; a field moves the run."""
    ref = permits.new("permit", "wang")
    assert explained(permits, ref, "check")["from"] == "opened"
    permits.until("2026-02-11 10:00")
    permits.do(ref, "complete", "wang", complete_at="2026-02-11T09:30+08:00")
    found = explained(permits, ref, "check")
    assert (found["from"], found["from_at"]) == ("complete_at", "2026-02-11T09:30:00+08:00")
    assert found["runs"][-1]["why"] == "complete_at"
    hours = explained(permits, ref, "wait")
    assert [(day["date"], day["counted"], day["note"]) for day in hours["days"]] == [
        ("2026-02-11", True, "the event's day; 14 h 30 min"),
        ("2026-02-12", True, "9 h 30 min"),
    ]


def test_a_clock_that_does_not_run_says_what_it_waits_for(permits: World) -> None:
    """A condition, a grade, another state, an act, an anchor."""
    ref = permits.new("permit", "wang")
    with permits.store.read() as tx:
        idle = {one["name"]: (one["why"], one["of"]) for one in why(tx, ref)["idle"]}
    assert idle == {
        "wait": ("anchor", ["complete_at"]),
        "hurry": ("condition", ["urgent"]),
        "graded": ("grade", ["class"]),
        "noted": ("act", ["note"]),
        "later": ("state", ["waiting"]),
    }


def test_the_date_of_a_duty_is_its_own_explanation(world: World) -> None:
    """A case that a duty opened is due on the duty's day, whatever the limit of its type."""
    lived = world.until("2026-03-10 09:00")
    opened = next(one for one in lived["opened"] if one["duty"] == "yearly-plan")
    (name, *_) = [clock["name"] for clock in world.case(opened["ref"])["clocks"]]
    found = explained(world, opened["ref"], name)
    assert (found["from"], found["rule"]) == ("duty", {"date": found["due_on"]})


def test_every_clock_of_a_quarter_agrees_with_its_record(world: World) -> None:
    """Whatever happened to it: counting again from the record gives the end on record."""
    refs = [world.report(), world.incident("large"), world.incident("general")]
    world.do(refs[0], "submit", "wang", file="x")
    close(world, "2026-02-12")
    world.do(refs[1], "regrade", "zhao", severity="major", reason="worse")
    lived = world.until("2026-04-15 09:00")
    refs += [one["ref"] for one in lived["opened"]]
    with world.store.read() as tx:
        found = [clock for ref in refs for clock in why(tx, ref)["clocks"]]
    assert len(found) > 10
    assert [clock for clock in found if not clock["agrees"]] == []


def test_people_read_it_in_their_language(office):
    """Days numbered as they counted, what moved the end, and what does not run; the same in Chinese."""
    ref = office.incident()
    office.run("extend", "request", ref, "resolve", "--by", "5wd", "--reason", "r", "--as", "li.na")
    office.run("extend", "approve", ref, "resolve", "--as", "zhao.qiang")
    rows = office.run("case", "why", ref, "resolve").rows
    assert ["resolve.day", "2026-01-26", "Mon", "working day", "15", ""] in rows
    more = [
        "resolve.run",
        "2",
        "given more time",
        "2026-01-05 09:00",
        "2026-01-26",
        "5 working days, granted by zhao.qiang",
    ]
    assert more in rows
    assert ["resolve.clock", "Due", "2026-01-26"] in rows
    said = office.run("case", "why", ref, "resolve", "--lang", "zh_CN", "--format", "table").out
    assert "工作日" in said
    assert "事件当日" in said
    answer = office.json("case", "why", ref)
    assert answer.keys() == {"schema", "ref", "clocks", "idle"}
    wanted = {"name", "run", "state", "from_at", "rule", "calendar", "calendar_version", "zone", "stops", "extensions"}
    wanted |= {"due_at", "due_on", "provisional", "days", "runs"}
    assert all(wanted <= clock.keys() for clock in answer["clocks"])
    assert len(office.run("case", "why", ref).rows) > len(rows)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["INC-2026-0099"], 3, "There is no case INC-2026-0099"),
        (["{ref}", "resolv"], 2, "There is no clock resolv in incident"),
    ],
)
def test_wrong_words_of_why(office, words, code, sentence):
    """An unknown case is 3, an unknown clock 2."""
    ref = office.incident()
    assert sentence in office.run("case", "why", *(word.replace("{ref}", ref) for word in words), code=code).err
