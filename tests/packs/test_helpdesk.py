"""A help desk, lived: business hours by priority, waiting for the requester, closing by itself, reopening."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.regime import Regime


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Regime]:
    """Friday 3 April 2026, 09:00, in a workspace with the Chinese calendar. Days off: 4 to 6 April."""
    world = Regime.begin(tmp_path, "helpdesk", "2026-04-03 09:00", zone="Asia/Shanghai")
    yield world
    world.close()


def request(desk: Regime, priority: str) -> str:
    return desk.new("helpdesk", "wang", requester="A colleague", matter="No mail", priority=priority)


@pytest.mark.parametrize(
    ("opened", "priority", "respond", "resolve"),
    [
        # 10 minutes on Friday, 5 on Tuesday 7 April; 10 minutes and 3 h 50 min
        ("2026-04-03 17:50", "P1", "2026-04-07 09:05", "2026-04-07 12:50"),
        # 30 minutes; 9 hours are the whole of Friday and end when it ends
        ("2026-04-03 09:00", "P2", "2026-04-03 09:30", "2026-04-03 18:00"),
        # 1 h 30 min on Friday, 2 h 30 min on Tuesday; 1.5 + 9 (7th) + 9 (8th) + 7.5 (9th) = 27
        ("2026-04-03 16:30", "P3", "2026-04-07 11:30", "2026-04-09 16:30"),
        # 9 hours; 9 on Friday and 36 from Tuesday to Friday 10 April
        ("2026-04-03 09:00", "P4", "2026-04-03 18:00", "2026-04-10 18:00"),
        # 1 hour on Friday 8 May, 8 on Saturday 9 May, which is worked in place of a day of Labour Day
        ("2026-05-08 17:00", "P2", "2026-05-08 17:30", "2026-05-09 17:00"),
        # on Sunday nothing counts: 15 minutes and 4 hours of Monday
        ("2026-04-12 11:00", "P1", "2026-04-13 09:15", "2026-04-13 13:00"),
    ],
)
def test_limits_are_in_business_hours(desk: Regime, opened: str, priority: str, respond: str, resolve: str) -> None:
    """Monday to Friday, 09:00 to 18:00, of the workspace's calendar."""
    if opened != "2026-04-03 09:00":
        desk.until(opened)
    ref = request(desk, priority)
    assert (desk.due(ref, "respond"), desk.due(ref, "resolve")) == (respond, resolve)


def test_waiting_for_the_requester_does_not_count_and_what_is_reopened_has_nine_hours(desk: Regime) -> None:
    """Asked Tuesday 10:00, answered Wednesday 14:00: thirteen business hours later than Thursday 16:30."""
    desk.until("2026-04-03 16:30")
    ref = request(desk, "P3")
    desk.until("2026-04-07 10:00")
    desk.do(ref, "ask", "wang", question="Since when?")
    assert desk.clocks(ref) == {"respond": "met", "resolve": "paused"}
    desk.until("2026-04-08 14:00")
    desk.do(ref, "answered", "wang")
    # 8 hours of Tuesday and 5 of Wednesday: 1.5 on Thursday, 9 on Friday, 2.5 on Monday 13 April
    assert desk.due(ref, "resolve") == "2026-04-13 11:30"
    desk.until("2026-04-13 11:00")
    desk.do(ref, "resolve", "wang", solution="A new password")
    assert desk.due(ref, "close") == "2026-04-16"  # 14 = 1, 15 = 2, 16 = 3
    desk.until("2026-04-15 10:00")
    desk.do(ref, "reopen", "wang", reason="it is back")
    assert desk.due(ref, "resolve") == "2026-04-16 10:00"  # 8 hours of Wednesday, 1 of Thursday
    desk.until("2026-04-17 10:00")
    assert desk.climbed(ref, "resolve") == [
        ("2026-04-16 10:00:01", ["li", "wang"]),
        ("2026-04-16 11:00:00", ["feng"]),
        ("2026-04-17 09:00:00", ["zhao"]),
    ]
    desk.do(ref, "resolve", "wang", solution="A new account", reason="the server had to be rebuilt")
    assert desk.clocks(ref) == {"respond": "met", "resolve": "late", "close": "running"}
    desk.until("2026-04-23 09:00")
    assert (desk.state(ref), desk.case(ref)["closed_at"]) == ("closed", "2026-04-23T00:00:00+08:00")  # 20, 21, 22
    desk.do(ref, "reopen", "li", reason="it is back once more")
    assert desk.due(ref, "resolve") == "2026-04-23 18:00"
    assert desk.clocks(ref)["respond"] == "met"


def test_a_higher_priority_moves_the_limits_and_a_missed_response_is_told(desk: Regime) -> None:
    """From P3 to P1 at 11:00: fifteen minutes and four hours after 09:00, so the response is already late."""
    ref = request(desk, "P3")
    assert desk.due(ref, "respond") == "2026-04-03 13:00"
    desk.until("2026-04-03 11:00")
    desk.do(ref, "prioritise", "li", priority="P1", reason="nobody has mail")
    assert (desk.due(ref, "respond"), desk.due(ref, "resolve")) == ("2026-04-03 09:15", "2026-04-03 13:00")
    desk.until("2026-04-03 11:05")
    assert desk.clocks(ref)["respond"] == "breached"
    assert {name for _, told in desk.climbed(ref, "respond") for name in told} >= {"feng"}
    desk.do(ref, "respond", "wang", reason="it was a P3")
    assert desk.clocks(ref) == {"respond": "late", "resolve": "running"}
    assert desk.reminded(ref, "resolve") == []
    desk.until("2026-04-03 12:30")
    assert desk.reminded(ref, "resolve") == [("2026-04-03 12:00:00", ["li", "wang"])]  # three of four hours
