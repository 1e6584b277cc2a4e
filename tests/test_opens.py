"""A case opens others in the commit of what sets it off; both say so, and it can be decided again."""

from __future__ import annotations

from typing import Any

import pytest
from support.world import World

from states.errors import NotNow
from workflow.verify import verify

MATTER = """
case: matter
title: {en: Matter, zh: 事项}
ref: MAT
fields:
  severity: {type: choice, choices: [minor, major, critical], default: minor}
  copies:   {type: units}
  details:  {type: text}
states:
  open:    {initial: true}
  decided: {}
  done:    {final: true}
actions:
  decide: {from: open, to: decided, by: [owner], takes: [details, severity, copies]}
  close:  {from: decided, to: done, by: [owner], when: closed(follow-up)}
clocks:
  decide: {runs_in: open, limit: 5 working days, ladder: late}
ladders:
  late:
    - {after: 0, tell: owner}
    - {after: 1 working day, tell: unit_head}
opens:
  - on: decide
    if: {severity: [major, critical]}
    case: errand
    unit: copies
    owner: unit_head
    title: {en: Task, zh: 任务}
    fields: {subject: $title, about: $ref, asked_by: $unit, note: $field(details), answerable: $holder(unit_head)}
    due: {by: severity, of: {minor: none, major: 5 working days, critical: 1 working day}}
    link: follow-up
  - on: breached(decide)
    case: errand
    fields: {subject: $title, about: $ref, asked_by: $body, answerable: $holder(unit_head), "post?": $post(unit_head)}
    link: missed
"""

ERRAND = """
case: errand
title: {en: Errand, zh: 差事}
ref: ERR
fields:
  subject:    {type: text, required: true}
  about:      {type: ref}
  asked_by:   {type: unit, required: true}
  note:       {type: text}
  post:       {type: text}
  answerable: {type: person, required: true}
states:
  asked: {initial: true}
  done:  {final: true}
actions:
  finish: {from: asked, to: done, by: [owner, unit_head]}
clocks:
  finish: {runs_in: asked, limit: 10 working days, ladder: late}
ladders:
  late: [{after: 0, tell: owner}]
"""


@pytest.fixture
def office(world: World) -> World:
    """The office with matters that open errands."""
    world.apply(MATTER, ERRAND)
    return world


def sound(world: World) -> list[dict[str, Any]]:
    with world.store.read() as tx:
        return list(verify(tx, replay=True)["problems"])


def test_a_decision_opens_a_case_in_each_unit(office: World) -> None:
    """One errand for each unit that was named, owned there, with what the matter says, and linked both ways."""
    ref = office.new("matter", "wang", title="Gas")
    done = office.do(ref, "decide", "wang", severity="major", copies="data,county", details="look at it")
    assert done.opened == ("ERR-2026-0001", "ERR-2026-0002")
    assert office.case(ref)["links"] == [{"kind": "follow-up", "ref": child} for child in done.opened]
    errand = office.case("ERR-2026-0001")
    assert (errand["title"], errand["unit"], errand["owner"]) == ("Task / 任务: Gas", "data", "chen")
    assert errand["fields"] == {
        "subject": "Gas", "about": ref, "asked_by": "safety", "note": "look at it", "answerable": "li",
    }  # fmt: skip
    assert errand["links"] == [{"kind": "opened-by", "ref": ref}]
    (acted,) = office.events(ref, "case.acted")
    assert [(row["ref"], row["unit"]) for row in acted["data"]["opens"]] == [
        ("ERR-2026-0001", "data"),
        ("ERR-2026-0002", "county"),
    ]
    assert sound(office) == []


def test_a_case_waits_for_those_it_opened(office: World) -> None:
    """An act that asks for closed cases is refused, and shown as refused, until the last of them is closed."""
    ref = office.new("matter", "wang")
    office.do(ref, "decide", "wang", severity="critical", copies="data,safety")
    with pytest.raises(NotNow):
        office.do(ref, "close", "wang")
    office.do("ERR-2026-0001", "finish", "chen")
    (close,) = office.case(ref, "wang")["actions"]
    assert not close["allowed"]
    office.do("ERR-2026-0002", "finish", "li")
    (close,) = office.case(ref, "wang")["actions"]
    assert close["allowed"]
    office.do(ref, "close", "wang")
    assert office.events(ref, "case.acted")[-1]["data"]["closed"] == ["follow-up"]
    assert sound(office) == []


def test_a_limit_that_is_missed_opens_a_case_once(office: World) -> None:
    """The breach opens one errand, by nobody, about who held the post then; going on opens no other."""
    ref = office.new("matter", "wang")
    office.fast_forward(days=30)
    (link,) = office.case(ref)["links"]
    errand = office.case(link["ref"])
    assert (link["kind"], errand["owner"], errand["fields"]["answerable"]) == ("missed", None, "li")
    assert errand["fields"]["post"] == "unit_head"
    assert office.events(link["ref"], "case.opened")[0]["actor"] is None
    assert sound(office) == []
