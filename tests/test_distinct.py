"""The same thing is recorded once: cases of a unit differ in the fields their law says."""

from __future__ import annotations

import threading

import pytest
from support.papers import act, acts, verified
from support.world import World

from states.errors import NotNow

HELD = "wang hold held_on=2026-02-09 present=first"


def test_the_same_meeting_is_held_once(world):
    """A second regular meeting of the unit on that day is refused with the number of the first; nothing is written."""
    first = act(world, world.new("meeting", "wang"), HELD)
    again = world.new("meeting", "wang")
    with pytest.raises(NotNow, match="on record already") as refused:
        act(world, again, HELD)
    assert refused.value.places["ref"] == first
    assert world.case(again)["state"] == "called"
    verified(world)


def test_another_kind_unit_or_day_is_another_meeting(world):
    """Only a meeting that agrees in everything is the same."""
    act(world, world.new("meeting", "wang"), HELD)
    act(world, world.new("meeting", "wang", kind="joint"), HELD)
    act(world, world.new("meeting", "chen", unit="data"), HELD.replace("wang", "chen"))
    later = world.new("meeting", "wang")
    world.fast_forward(days=1)
    act(world, later, HELD.replace("02-09", "02-10"))
    verified(world)


VISIT = """
case: visit
ref: VST
distinct: [day]
fields: {day: {type: date}}
states: {open: {initial: true}, done: {final: true}}
actions:
  move: {from: open, to: same, by: owner, takes: day}
  end:  {from: open, to: done, by: owner}
opens:
  - {on: end, case: visit, fields: {day: $field(day)}}
"""


def test_asked_at_opening_too_and_what_cannot_be_opened_stops_nobody(world):
    """A visit on a day that has one is refused; one that another case would open is left out, on record."""
    world.apply(VISIT)
    ref = world.new("visit", "wang", day="2026-03-02")
    with pytest.raises(NotNow, match=ref):
        world.new("visit", "li", day="2026-03-02")
    world.new("visit", "li")
    world.new("visit", "li")  # nothing said yet, nothing to compare
    acts(world, ref, "wang move day=2026-03-02", "wang end")
    (ended,) = [row for row in world.events(ref, "case.acted") if row["action"] == "end"]
    assert [row["why"] for row in ended["data"]["not_opened"]] == ["on-record"]
    verified(world)


ROUND = """
case: round
ref: RND
fields: {day: {type: date, required: true}}
states: {open: {initial: true}, done: {final: true}}
actions:
  end: {from: open, to: done, by: owner}
opens:
  - {on: end, case: visit, fields: {day: $field(day)}}
  - {on: end, case: visit, fields: {day: $field(day)}, link: other}
  - {on: end, case: visit, link: bare}
  - {on: end, case: visit, link: bare}
"""


def test_one_act_opens_the_same_thing_once(world):
    """Of two entries of one trigger that agree in everything distinct, the second is left out, on record."""
    world.apply(VISIT, ROUND)
    ref = act(world, world.new("round", "wang", day="2026-03-02"), "wang end")
    (ended,) = [row for row in world.events(ref, "case.acted") if row["action"] == "end"]
    assert [row["link"] for row in ended["data"]["opens"]] == ["visit", "bare", "bare"]
    assert [(row["link"], row["why"]) for row in ended["data"]["not_opened"]] == [("other", "on-record")]
    verified(world)


def test_two_who_record_the_same_at_once(world):
    """Of two workers one gets through."""
    refs = [world.new("meeting", "wang") for _ in range(2)]
    ready = threading.Barrier(2)
    refused: list[str] = []

    def record(ref: str) -> None:
        own = World(world.url, world.home)
        try:
            ready.wait()
            act(own, ref, HELD)
        except NotNow as problem:
            refused.append(str(problem))
        finally:
            own.close()

    workers = [threading.Thread(target=record, args=(ref,)) for ref in refs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(refused) == 1
    assert sorted(world.case(ref)["state"] for ref in refs) == ["called", "held"]
    verified(world)
