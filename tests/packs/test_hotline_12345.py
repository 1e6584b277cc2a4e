"""A service hotline, lived: dispatch, return, first contact, handling by class, doing again, call-back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.regime import Regime

from states.errors import NotNow, NotPermitted


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Regime]:
    """Wednesday 1 April 2026, 09:00. Days off: 4 to 6 April."""
    world = Regime.begin(tmp_path, "hotline-12345", "2026-04-01 09:00", zone="Asia/Shanghai")
    yield world
    world.close()


def ticket(desk: Regime, **given: str) -> str:
    return desk.new("ticket", "sun", caller="A resident", matter="A street light is out", **given)


def test_a_plain_request_extended_done_again_and_called_back_late(desk: Regime) -> None:
    """Dispatched 1 April: contact and return by the 2nd, handled by the 9th, then the 16th, redone by the 20th."""
    ref = ticket(desk)
    assert desk.due(ref, "dispatch") == "2026-04-02"
    desk.do(ref, "dispatch", "sun")
    assert (desk.due(ref, "return"), desk.due(ref, "contact")) == ("2026-04-02", "2026-04-02")
    assert desk.due(ref, "handle") == "2026-04-09"  # Thu 2 = 1, Fri 3 = 2, (4 to 6 off), 7 = 3, 8 = 4, 9 = 5
    desk.until("2026-04-02 10:00")
    desk.do(ref, "contact", "wang")
    desk.extend(ref, "handle", "5 working days", ask="li", grant="feng")
    assert desk.due(ref, "handle") == "2026-04-16"  # Fri 10 = 1, 13 = 2, 14 = 3, 15 = 4, 16 = 5
    desk.until("2026-04-10 10:00")
    # half of an extended limit is half of its calendar days: seven of the fifteen from 1 to 16 April
    assert desk.reminded(ref, "handle") == [("2026-04-08 09:00:00", ["li", "sun"])]
    desk.do(ref, "finish", "wang", outcome="The lamp was changed")
    assert desk.due(ref, "call_back") == "2026-04-15"  # Mon 13 = 1, 14 = 2, 15 = 3
    desk.until("2026-04-13 10:00")
    desk.do(ref, "redo", "sun", reason="it is dark again")
    assert desk.due(ref, "redo") == "2026-04-20"  # 14 = 1, 15 = 2, 16 = 3, 17 = 4, Mon 20 = 5
    desk.until("2026-04-17 10:00")
    desk.do(ref, "finish", "wang", outcome="The cable was changed")
    assert desk.due(ref, "call_back") == "2026-04-22"  # Mon 20 = 1, 21 = 2, 22 = 3
    with pytest.raises(NotNow):
        desk.do(ref, "redo", "sun", reason="once more")
    desk.until("2026-04-23 10:00")
    assert desk.climbed(ref, "call_back") == [("2026-04-23 00:00:00", ["sun"]), ("2026-04-23 09:00:00", ["zhao"])]
    with pytest.raises(NotPermitted):
        desk.do(ref, "call_back", "wang")
    desk.do(ref, "call_back", "sun", reason="the line was busy")
    assert desk.clocks(ref) == {
        "dispatch": "met",
        "return": "late",
        "contact": "met",
        "handle": "met",
        "redo": "met",
        "call_back": "late",
    }


def test_an_emergency_has_half_an_hour_and_two_hours_and_climbs_in_minutes(desk: Regime) -> None:
    """Received 09:00, dispatched 09:40 (due 09:30), done 13:00 (due 11:40): unit head, member, direct, first."""
    ref = ticket(desk, **{"class": "emergency"})
    assert desk.due(ref, "dispatch") == "2026-04-01 09:30"
    desk.until("2026-04-01 09:40")
    assert desk.climbed(ref, "dispatch") == [("2026-04-01 09:30:01", ["sun"])]
    desk.do(ref, "dispatch", "sun", reason="three calls at once")
    assert desk.due(ref, "handle") == "2026-04-01 11:40"
    desk.until("2026-04-01 13:00")
    assert desk.climbed(ref, "handle") == [
        ("2026-04-01 11:40:01", ["li"]),
        ("2026-04-01 11:55:00", ["feng"]),
        ("2026-04-01 12:10:00", ["zhao"]),
        ("2026-04-01 12:40:00", ["qian"]),
    ]
    desk.do(ref, "finish", "li", outcome="The road was closed", reason="the crew was far away")
    assert desk.clocks(ref) == {
        "dispatch": "late",
        "return": "met",
        "contact": "met",
        "handle": "late",
        "call_back": "running",
    }
    desk.do(ref, "redo", "sun", reason="one lane is open")
    assert desk.due(ref, "redo") == "2026-04-01 15:00"


def test_a_unit_returns_what_is_not_its_own_within_one_working_day(desk: Regime) -> None:
    """Urgent: two hours to dispatch, one day to do; returned it begins again, too late it stays."""
    ref, other = ticket(desk, **{"class": "urgent"}), ticket(desk)
    assert desk.due(ref, "dispatch") == "2026-04-01 11:00"
    for one in (ref, other):
        desk.do(one, "dispatch", "sun")
    assert desk.due(ref, "handle") == "2026-04-02 09:00"
    desk.do(ref, "return", "li", reason="a matter of the water company")
    assert (desk.state(ref), desk.clocks(ref)["handle"], desk.clocks(ref)["return"]) == (
        "received",
        "cancelled",
        "cancelled",
    )
    desk.until("2026-04-01 10:00")
    desk.do(ref, "dispatch", "sun", **{"class": "complex"})
    # Thu 2, Fri 3 = 2; 7 to 10 = 6; 13 to 17 = 11; 20 to 23 = 15
    assert desk.due(ref, "handle") == "2026-04-23"
    desk.do(ref, "reclassify", "feng", reason="people may be hurt", **{"class": "urgent"})
    assert desk.due(ref, "handle") == "2026-04-02 10:00"
    desk.until("2026-04-03 10:00")
    assert desk.climbed(other, "return") == [("2026-04-03 00:00:00", ["sun"])]
    with pytest.raises(NotNow):
        desk.do(other, "return", "li", reason="a matter of the water company")
    assert desk.climbed(other, "contact")[-2:] == [("2026-04-03 00:00:00", ["li"]), ("2026-04-03 09:00:00", ["feng"])]
    desk.do(other, "contact", "wang", reason="nobody picked up")
    assert desk.clocks(other)["contact"] == "late"
