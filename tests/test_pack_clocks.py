"""Every clock of the pack's part C, from its start to its breach: the end worked out by hand, and who is told first.

It is Monday, 9 February 2026, 09:00. Spring Festival is off from Sunday 15 to Monday 23 February, and Saturdays 14 and
28 February are worked; Qingming from 4 to 6 April, Labour Day from 1 to 5 May, and Saturday 9 May is worked. So the
working days after that Monday are: 1 = 10 Feb, 3 = 12, 5 = 14 Feb (Saturday), 6 = 24, 10 = 28 Feb (Saturday), 15 = 6
March, 20 = 13, 30 = 27 March, 35 = 3 April, 36 = 7 April, 40 = 13 April, 53 = 30 April, 54 = 6 May, 57 = 9 May
(Saturday), 60 = 13 May, 80 = 10 June.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from support.papers import PART_C, acts, climbed, due, ended, verified
from support.policies import pack
from support.world import ZONE, World


class Row(NamedTuple):
    """How a case comes to a clock, when that ends (a day, or a minute), and whom its first step tells."""

    type: str
    clock: str
    given: str
    lines: tuple[str, ...]
    ends: str
    told: str
    unit: str = "safety"
    opener: str = "wang"


INCIDENT = "severity={} occurred_at=2026-02-09T08:30+08:00"
REPORT = "recipient=county"
CHECKED = "facts=checked law=checked personal_data=checked"
MINE = "li wang"  # the unit's head, and Wang who owns what he opened

ROWS = [
    Row("report", "submit", REPORT, (), "2026-02-28", MINE),
    Row("report", "submit", REPORT, ("wang submit file=a", "feng return reason=b"), "2026-02-12", MINE),
    Row("report", "urgent", REPORT + " kind=urgent", (), "2026-02-10", MINE),
    Row("report", "review", REPORT, ("wang submit file=a",), "2026-02-14", MINE),
    Row("report", "archive", REPORT, ("wang submit file=a", "feng review"), "2026-02-14", MINE),
    Row("receipt", "acknowledge", "about=RPT-2026-0001 sent_as=recipient", (), "2026-02-14", MINE),
    Row("receipt", "acknowledge", "about=RPT-2026-0001 sent_as=copy", (), "2026-02-10", MINE),
    Row("receipt", "acknowledge", "about=RPT-2026-0001 sent_as=urgent", (), "2026-02-10", MINE),
    Row("receipt", "acknowledge", "about=RPT-2026-0001 sent_as=circular", (), "2026-02-12", MINE),
    Row("receipt", "acknowledge", "about=RPT-2026-0001 sent_as=bulletin", (), "2026-02-14", MINE),
    Row("incident", "first_report", INCIDENT.format("critical"), (), "2026-02-09 09:30", "li"),
    Row("incident", "first_report", INCIDENT.format("general"), (), "2026-02-10", MINE),
    Row("incident", "analyse", INCIDENT.format("large"), (), "2026-02-09 17:00", "li"),
    Row("incident", "resolve", INCIDENT.format("general"), (), "2026-02-28", MINE),
    Row("incident", "follow_up", INCIDENT.format("critical"), ("li notify to=county",), "2026-02-09 21:00", "li"),
    Row("incident", "follow_up", INCIDENT.format("major"), ("li notify to=county",), "2026-02-10", MINE),
    Row("incident", "follow_up", INCIDENT.format("large"), ("li notify to=county",), "2026-02-12", MINE),
    Row("incident", "follow_up", INCIDENT.format("general"), ("li notify to=county",), "2026-02-14", MINE),
    Row("incident", "lead", INCIDENT.format("critical"), (), "2026-02-09 11:00", "li"),
    Row("incident", "lead", INCIDENT.format("major"), (), "2026-02-09 13:00", "li"),
    Row("incident", "statement", INCIDENT.format("critical"), ("qian call_statement",), "2026-02-09 14:00", "li"),
    Row("incident", "statement", INCIDENT.format("major"), ("qian call_statement",), "2026-02-10 09:00", "li"),
    Row("incident", "statement", INCIDENT.format("large"), ("feng call_statement",), "2026-02-11", MINE),
    Row("relay", "notify", "about=INC-2026-0001 sender=data severity=critical", (), "2026-02-09 09:30", "li"),
    Row("relay", "notify", "about=INC-2026-0001 sender=data severity=major", (), "2026-02-09 10:00", "li"),
    Row("relay", "notify", "about=INC-2026-0001 sender=data severity=large", (), "2026-02-09 11:00", "li"),
    Row("relay", "notify", "about=INC-2026-0001 sender=data severity=general", (), "2026-02-10", MINE),
    Row("task", "acknowledge", "assignment=a", (), "2026-02-10", MINE),
    Row("task", "plan", "assignment=a", ("wang acknowledge",), "2026-02-12", MINE),
    Row("task", "complete", "assignment=a", ("wang acknowledge", "wang plan plan=b"), "2026-03-13", MINE),
    Row(  # by the day that was set, a day off or not
        "task", "complete", "assignment=a due_on=2026-02-20", ("wang acknowledge", "wang plan plan=b"), "2026-02-20",
        MINE,
    ),
    Row(
        "task", "complete", "assignment=a",
        ("wang acknowledge", "wang plan plan=b", "wang complete", "wang report result=c", "feng return reason=d"),
        "2026-02-12", MINE,
    ),
    Row(
        "task", "report", "assignment=a", ("wang acknowledge", "wang plan plan=b", "wang complete"), "2026-02-12", MINE
    ),
    Row(
        "task", "check", "assignment=a",
        ("wang acknowledge", "wang plan plan=b", "wang complete", "wang report result=c"), "2026-02-14", MINE,
    ),
    Row("circular", "send", "recipients=data", (), "2026-02-28", MINE),
    Row("circular", "close", "recipients=data", ("wang send file=a",), "2026-02-28", MINE),
    Row("meeting", "hold", "", (), "2026-03-13", MINE),
    Row("meeting", "hold", "meets_on=2026-02-11", (), "2026-02-11", MINE),
    Row("meeting", "hold", "kind=extraordinary", (), "2026-02-10", MINE),
    Row("meeting", "minutes", "", ("wang hold held_on=2026-02-09 present=unit_head,staff",), "2026-02-14", MINE),
    Row("decision", "record", "text=a", (), "2026-02-12", MINE),
    Row("decision", "carry_out", "text=a", ("wang record made=together took_part=li,feng",), "2026-04-13", MINE),
    Row("inspection", "inspect", "", (), "2026-05-13", "li zhou", opener="zhou"),
    Row("inspection", "notice", "", (), "2026-03-13", "li zhou", opener="zhou"),
    Row(  # five working days before Monday 9 March: 6, 5, 4, 3, 2 March
        "inspection", "notice", "begins_on=2026-03-09", (), "2026-03-02", "li zhou", opener="zhou"
    ),
    Row(  # ten after 9 March: 10 = 1, … 13 = 4, 16 = 5, … 20 = 9, 23 = 10
        "inspection", "visit", "begins_on=2026-03-09", ("zhou notify",), "2026-03-23", "li zhou", opener="zhou"
    ),
    Row("inspection", "visit", "", ("zhou notify",), "2026-02-28", "li zhou", opener="zhou"),
    Row("inspection", "findings", "", ("zhou notify", "zhou visit"), "2026-02-14", "li zhou", opener="zhou"),
    Row(
        "inspection", "correct", "", ("zhou notify", "zhou visit", "zhou issue file=a"), "2026-06-10", "li zhou",
        opener="zhou",
    ),
    Row(
        "inspection", "closing_report", "", ("zhou notify", "zhou visit", "zhou issue file=a", "zhou correct"),
        "2026-02-28", "li zhou", opener="zhou",
    ),
    Row("rectification", "plan", "finding=a", (), "2026-02-28", MINE),
    Row("rectification", "complete", "finding=a class=immediate", ("wang plan plan=b",), "2026-02-12", MINE),
    Row("rectification", "complete", "finding=a", ("wang plan plan=b",), "2026-03-27", MINE),
    Row("rectification", "complete", "finding=a class=long", ("wang plan plan=b",), "2026-05-13", MINE),
    Row("rectification", "progress", "finding=a class=long", ("wang plan plan=b",), "2026-03-09", MINE),
    Row("rectification", "verify", "finding=a", ("wang plan plan=b", "wang complete file=c"), "2026-02-28", MINE),
    Row("revisit", "visit", "about=RPT-2026-0001", (), "2026-05-13", "li zhou", opener="zhou"),
    Row("service", "answer", "matter=a complexity=urgent", (), "2026-02-10", MINE),
    Row("service", "answer", "matter=a", (), "2026-02-14", MINE),
    Row("service", "answer", "matter=a complexity=complex", (), "2026-03-06", MINE),
    Row("service", "answer", "matter=a", ("wang offer offer_to=data",), "2026-02-14", MINE),
    Row("handover", "accept", "about=RPT-2026-0001 sender=data matter=a", (), "2026-02-10", MINE),
    Row("release", "check", "", ("wang submit file=a",), "2026-02-10", MINE),
    Row("release", "check", "urgency=urgent", ("wang submit file=a",), "2026-02-09 11:00", "li"),
    Row(
        "release", "check_again", "",
        ("wang submit file=a", f"li check {CHECKED}"), "2026-02-10", MINE,
    ),
    Row(
        "release", "check_again", "urgency=urgent",
        ("wang submit file=a", f"li check {CHECKED}"), "2026-02-09 11:00", "li",
    ),
    *(
        Row("release", "publish", given, ("wang submit file=a", f"li check {CHECKED}", f"sun check_again {CHECKED}"),
            ends, told)
        for given, ends, told in (("", "2026-02-14", MINE), ("urgency=urgent", "2026-02-09 11:00", "li"))
    ),
    Row("channel", "stale", "", (), "2026-02-28", MINE),
    Row("summary", "submit", "period=2025H2", (), "2026-02-28", MINE),
    Row("summary", "submit", "", ("wang submit file=a", "feng return reason=b"), "2026-02-12", MINE),
    Row("summary", "review", "", ("wang submit file=a",), "2026-02-14", MINE),
    Row("summary", "archive", "", ("wang submit file=a", "feng review"), "2026-02-14", MINE),
]  # fmt: skip

BY_ITSELF = {  # the clock does something instead: it has no ladder
    ("service", "papers"): "complete_papers",
    ("service", "papers_in"): "lapse",
}


def brought(world: World, row: Row) -> str:
    """The case, where its clock runs. The numbers the given fields refer to exist."""
    world.report()
    world.incident("general")
    given = dict(word.split("=", 1) for word in row.given.split())
    return acts(world, world.new(row.type, row.opener, unit=row.unit, **given), *row.lines)


def test_every_clock_of_part_c_is_lived() -> None:
    """No clock of a case type of part C is left out of the table above."""
    lived = {(row.type, row.clock) for row in ROWS} | set(BY_ITSELF)
    assert {(name, clock) for name in PART_C for clock in pack()["types"][name]["clocks"]} == lived


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.type}-{row.clock}-{row.ends.replace(' ', '-')}")
def test_a_clock_ends_when_it_should_and_tells_whom_it_should(world, row):
    """Its end is as worked out by hand; a second later it is breached, and the first step of its ladder is told."""
    ref = brought(world, row)
    assert due(world, ref)[row.clock] == row.ends
    end = datetime.fromisoformat(row.ends).replace(tzinfo=ZONE)
    late = end + (timedelta(days=1) if len(row.ends) == len("2026-02-09") else timedelta(seconds=1))
    world.until((late - timedelta(seconds=1)).isoformat())
    assert climbed(world, ref, row.clock) == []
    world.until((late + timedelta(minutes=1)).isoformat())
    said = late.strftime("%Y-%m-%d %H:%M:%S")
    assert climbed(world, ref, row.clock) == [(said, "breach"), (said, row.told)]
    assert ended(world, ref)[row.clock] == "breached"
    verified(world)


def test_who_has_not_asked_for_papers_by_then_has_them_complete(world):
    """Five working days after Monday: Saturday 14 February. A second later the clock says so, and asking is over."""
    ref = world.new("service", "wang", matter="a", complexity="complex")
    assert due(world, ref)["papers"] == "2026-02-14"
    world.until("2026-02-15 00:00:01")
    assert world.events(ref, "case.acted")[-1]["action"] == "complete_papers"
    assert (world.case(ref)["state"], due(world, ref)) == ("received", {"answer": "2026-03-06"})
    assert [row["why_not"] is None for row in world.case(ref, "wang")["actions"] if row["name"] == "ask_papers"] == [
        False
    ]
    verified(world)


def test_papers_that_never_come_end_the_matter(world):
    """Fifteen working days after they were asked for on Monday: 6 March. The promised time, which stood still, goes."""
    ref = acts(world, world.new("service", "wang", matter="a"), "wang ask_papers missing=all")
    assert due(world, ref) == {"papers_in": "2026-03-06"}
    assert world.clock(ref, "answer")["state"] == "paused"
    world.until("2026-03-07 00:00:01")
    assert (world.case(ref)["state"], ended(world, ref)["answer"]) == ("lapsed", "cancelled")
    verified(world)
