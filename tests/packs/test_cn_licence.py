"""The Administrative Licensing Law, lived: acceptance, decision alone and joint, examination, hearing, delivery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.regime import Regime

from states.errors import NotNow


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Regime]:
    """Wednesday 1 April 2026. Days off: 4 to 6 April, 1 to 5 May, 19 to 21 June; Saturday 9 May is worked."""
    world = Regime.begin(tmp_path, "cn-licence", "2026-04-01 09:00", zone="Asia/Shanghai")
    yield world
    world.close()


def licence(office: Regime, **given: str) -> str:
    """Papers received on Tuesday 31 March."""
    return office.new("licence", "wang", applicant="A company", matter="Storage", received_on="2026-03-31", **given)


def test_a_licence_with_a_hearing_and_an_extension_and_a_late_delivery(office: Regime) -> None:
    """Supplied 7 April, accepted 9 April, decision due 11 May, after the hearing 28 May, extended 11 June."""
    ref = licence(office)
    assert office.due(ref, "acceptance") == "2026-04-08"  # 1, 2, 3 = 3; (4 to 6 off); 7 = 4, 8 = 5
    office.until("2026-04-02 10:00")
    office.do(ref, "ask", "wang", missing="a plan of the site")
    assert office.clocks(ref) == {"acceptance": "met"}
    office.until("2026-04-08 10:00")
    office.do(ref, "supply", "wang", supplied_on="2026-04-07")
    assert office.due(ref, "acceptance") == "2026-04-14"  # 8 = 1, 9 = 2, 10 = 3, 13 = 4, 14 = 5
    with pytest.raises(NotNow):
        office.do(ref, "ask", "wang", missing="one more plan")
    office.until("2026-04-09 10:00")
    office.do(ref, "accept", "wang")
    # 10 = 1, 13 to 17 = 6, 20 to 24 = 11, 27 to 30 = 15, 6, 7, 8 May = 18, Sat 9 = 19, Mon 11 = 20
    assert office.due(ref, "decision") == "2026-05-11"
    office.until("2026-04-13 10:00")
    office.do(ref, "tell", "wang", file="notice")
    assert office.due(ref, "ask_hearing") == "2026-04-20"  # 14, 15, 16, 17 = 4, Mon 20 = 5
    office.until("2026-04-16 10:00")
    office.do(ref, "begin", "wang", procedure="hearing", time_needed="20 days")
    # 17 = 1, 20 to 24 = 6, 27 to 30 = 10, 6 to 9 May = 14, 11 to 15 = 19, Mon 18 = 20
    assert (office.due(ref, "hearing"), office.clocks(ref)["decision"]) == ("2026-05-18", "paused")
    office.until("2026-05-08 10:00")
    office.do(ref, "end", "wang", file="record of the hearing")
    # 16, 17, 20 to 24, 27 to 30 April, 6, 7 May = 13 did not count: 12 to 15 = 4, 18 to 22 = 9, 25 to 28 = 13
    assert office.due(ref, "decision") == "2026-05-28"
    office.extend(ref, "decision", "10 working days", ask="wang", grant="zhao")
    assert office.due(ref, "decision") == "2026-06-11"  # 29 = 1, 1 to 5 June = 6, 8 to 11 = 10
    office.until("2026-05-15 10:00")
    office.do(ref, "grant", "li")
    assert office.due(ref, "delivery") == "2026-05-29"  # 18 to 22 = 5, 25 to 29 = 10
    office.until("2026-06-01 10:00")
    assert office.climbed(ref, "delivery") == [
        ("2026-05-27 09:00:00", ["wang"]),
        ("2026-05-30 00:00:00", ["li", "wang"]),
        ("2026-06-01 09:00:00", ["feng"]),
    ]
    office.do(ref, "deliver", "wang", reason="the printer was broken")
    assert office.clocks(ref) == {
        "acceptance": "met",
        "decision": "met",
        "ask_hearing": "met",
        "hearing": "met",
        "delivery": "late",
    }


def test_papers_nobody_objects_to_count_as_accepted_from_their_receipt(office: Regime) -> None:
    """At midnight after 8 April it is accepted as of 31 March: the decision is due on 29 April, and comes late."""
    ref = licence(office)
    office.until("2026-04-09 09:00")
    assert office.reminded(ref, "acceptance") == [("2026-04-03 09:00:00", ["wang"])]  # two working days before: 7, 3
    assert office.state(ref) == "accepted"
    # 31 March + 20: 1 to 3 April = 3, 7 to 10 = 7, 13 to 17 = 12, 20 to 24 = 17, 27, 28, 29 = 20
    assert office.due(ref, "decision") == "2026-04-29"
    office.until("2026-05-09 10:00")
    assert office.climbed(ref, "decision") == [
        ("2026-04-27 09:00:00", ["wang"]),
        ("2026-04-30 00:00:00", ["li", "wang"]),
        ("2026-04-30 09:00:00", ["feng"]),
        ("2026-05-07 09:00:00", ["zhao"]),  # 30 April = 1, 6 May = 2, 7 = 3
        ("2026-05-09 09:00:00", ["qian"]),  # 8 = 4, Sat 9 = 5
    ]
    office.do(ref, "refuse", "zhao", reason="the site is too near a school")
    assert office.clocks(ref)["decision"] == "late"


def test_joint_handling_has_45_and_15_days_and_the_lower_authority_20(office: Regime) -> None:
    """Accepted 1 April: joint to 8 June, with the government's approval to 30 June; examined by 30 April."""
    joint, lower = licence(office, mode="joint"), licence(office, mode="examine")
    for ref in (joint, lower):
        office.do(ref, "accept", "wang")
    # 2, 3 April = 2; 7 to 10 = 6; 13 to 17 = 11; 20 to 24 = 16; 27 to 30 = 20; 6 to 9 May = 24; 11 to 15 = 29;
    # 18 to 22 = 34; 25 to 29 = 39; 1 to 5 June = 44; Mon 8 = 45
    assert (office.due(joint, "decision_joint"), office.due(lower, "examination")) == ("2026-06-08", "2026-04-30")
    office.extend(joint, "decision_joint", "15 working days", ask="wang", grant="wei")
    # 9 to 12 June = 4, 15 to 18 = 8, (19 to 21 off), 22 to 26 = 13, 29 = 14, 30 = 15
    assert office.due(joint, "decision_joint") == "2026-06-30"
    office.until("2026-04-30 12:00")
    office.do(lower, "forward", "li", file="opinion and papers")
    office.until("2026-07-01 08:00")
    assert office.climbed(joint, "decision_joint")[-1] == ("2026-07-01 00:00:00", ["li", "wang"])
    office.do(joint, "grant", "qian")
    office.do(joint, "deliver", "wang")
    assert office.clocks(joint) == {"acceptance": "met", "decision_joint": "late", "delivery": "met"}
    assert office.clocks(lower) == {"acceptance": "met", "examination": "met"}


def test_without_a_request_in_five_days_there_is_no_hearing_and_one_not_held_in_twenty_is_told(office: Regime) -> None:
    """Told on 1 April: 2, 3 = 2; 7, 8, 9 = 5. A hearing begun on 1 April is due on 30 April."""
    ref, heard = licence(office), licence(office)
    for one in (ref, heard):
        office.do(one, "accept", "wang")
        office.do(one, "tell", "wang", file="notice")
    assert office.due(ref, "ask_hearing") == "2026-04-09"
    office.do(heard, "begin", "wang", procedure="hearing", time_needed="20 days")
    with pytest.raises(NotNow):
        office.do(ref, "no_hearing", "wang")
    office.until("2026-04-10 09:00")
    assert office.climbed(ref, "ask_hearing") == [("2026-04-10 00:00:00", ["wang"])]
    office.do(ref, "no_hearing", "wang")
    assert office.due(ref, "decision") == "2026-04-30"
    office.until("2026-05-05 12:00")
    assert office.climbed(heard, "hearing")[1:] == [
        ("2026-05-01 00:00:00", ["li", "wang"]),
    ]  # one working day after 30 April is Wednesday 6 May
    office.do(heard, "end", "wang", file="record")
    assert office.clocks(heard)["hearing"] == "late"
    # nothing counted from 1 April to 4 May, so twenty from there: 6 to 9 May = 4, 11 to 15 = 9, 18 to 22 = 14,
    # 25 to 29 = 19, 1 June = 20
    assert office.due(heard, "decision") == "2026-06-01"
