"""State Council Order 711, lived: correction, twenty working days, consulting, extension, answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.regime import Regime

from states.errors import NotNow


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Regime]:
    """Wednesday 1 April 2026. Days off: 4 to 6 April, 1 to 5 May, 19 to 21 June; Saturday 9 May is worked."""
    world = Regime.begin(tmp_path, "cn-711", "2026-04-01 09:00", zone="Asia/Shanghai")
    yield world
    world.close()


def request(office: Regime) -> str:
    """Received on Tuesday 31 March."""
    return office.new("request", "wang", applicant="A citizen", wanted="The plan of 2025", received_on="2026-03-31")


def test_a_corrected_request_is_answered_from_its_correction_without_the_time_of_consulting(office: Regime) -> None:
    """Corrected 9 April: due 11 May; ten working days of consulting: 25 May; twenty more: 23 June."""
    ref = request(office)
    # 1, 2, 3 April = 3; (4 to 6 off); Tue 7 = 4, 8 = 5, 9 = 6, Fri 10 = 7
    assert office.due(ref, "correction_notice") == "2026-04-10"
    # 13 to 17 = 12, 20 to 24 = 17, Mon 27 = 18, 28 = 19, Wed 29 = 20
    assert office.due(ref, "answer") == "2026-04-29"
    office.until("2026-04-02 10:00")
    office.do(ref, "ask_correction", "wang", unclear="which plan", correct_by="2026-04-17")
    assert office.clocks(ref) == {"correction_notice": "met", "answer": "cancelled", "correction": "running"}
    assert office.due(ref, "correction") == "2026-04-17"
    office.until("2026-04-10 10:00")
    office.do(ref, "correct", "wang", corrected_on="2026-04-09")
    # Fri 10 = 1, 13 to 17 = 6, 20 to 24 = 11, 27 to 30 = 15, (1 to 5 May off), 6 = 16, 7 = 17, 8 = 18, Sat 9 = 19,
    # Mon 11 = 20
    assert office.due(ref, "answer") == "2026-05-11"
    office.until("2026-04-13 10:00")
    office.do(ref, "consult", "wang", consulted="third-party")
    office.until("2026-04-16 10:00")
    office.do(ref, "served", "wang", served_on="2026-04-15")
    # Thu 16 = 1, 17 = 2, 20 to 24 = 7, 27 to 30 = 11, 6 May = 12, 7 = 13, 8 = 14, Sat 9 = 15
    assert (office.due(ref, "opinion"), office.clocks(ref)["answer"]) == ("2026-05-09", "paused")
    office.until("2026-04-27 10:00")
    office.do(ref, "opinion", "wang", file="letter")
    # 13 to 17 and 20 to 24 April did not count: ten more after 11 May: 12 to 15 = 4, 18 to 22 = 9, Mon 25 = 10
    assert office.due(ref, "answer") == "2026-05-25"
    office.extend(ref, "answer", "20 working days", ask="wang", grant="li")
    # 26 to 29 May = 4, 1 to 5 June = 9, 8 to 12 = 14, 15 to 18 = 18, (19 to 21 off), 22 = 19, 23 = 20
    assert office.due(ref, "answer") == "2026-06-23"
    office.do(ref, "notify_extension", "wang", file="notice")
    office.until("2026-06-23 23:59")
    office.do(ref, "answer", "wang", result="partly", file="answer")
    assert office.clocks(ref) == {"correction_notice": "met", "answer": "met", "correction": "met", "opinion": "met"}


def test_a_request_that_is_not_corrected_in_time_is_taken_as_withdrawn(office: Regime) -> None:
    """The office set 17 April; at midnight the clock closes it. A good reason is met by five more working days."""
    ref, other = request(office), request(office)
    for one in (ref, other):
        office.do(one, "ask_correction", "wang", unclear="which plan", correct_by="2026-04-17")
    office.extend(other, "correction", "5 working days", ask="wang", grant="li")
    assert office.due(other, "correction") == "2026-04-24"  # Mon 20 = 1, ..., Fri 24 = 5
    office.until("2026-04-20 09:00")
    assert (office.state(ref), office.state(other)) == ("abandoned", "correcting")
    assert office.case(ref)["closed_at"] == "2026-04-18T00:00:00+08:00"
    office.do(other, "correct", "wang")
    with pytest.raises(NotNow):  # told once for all
        office.do(other, "ask_correction", "wang", unclear="the year", correct_by="2026-05-17")


def test_a_request_left_lying_climbs_the_ladder(office: Regime) -> None:
    """Neither taken in hand nor sent back by 10 April, nor answered by 29 April; both are told, and both come late."""
    ref = request(office)
    office.until("2026-04-13 10:00")
    assert office.climbed(ref, "correction_notice") == [
        ("2026-04-07 09:00:00", ["wang"]),  # three working days before: 9, 8, 7
        ("2026-04-11 00:00:00", ["li", "wang"]),
        ("2026-04-13 09:00:00", ["feng"]),
    ]
    office.do(ref, "take", "wang", reason="it lay in the wrong tray")
    office.until("2026-05-09 10:00")
    assert office.reminded(ref, "answer") == [("2026-04-15 09:00:00", ["wang"])]  # ten of twenty: 10 = 7, 15 = 10
    assert office.climbed(ref, "answer") == [
        ("2026-04-24 09:00:00", ["wang"]),  # three working days before: 28, 27, 24
        ("2026-04-30 00:00:00", ["li", "wang"]),
        ("2026-04-30 09:00:00", ["feng"]),
        ("2026-05-07 09:00:00", ["zhao"]),  # 30 April = 1, 6 May = 2, 7 = 3
        ("2026-05-09 09:00:00", ["qian"]),  # 8 = 4, Sat 9 = 5
    ]
    office.do(ref, "answer", "wang", result="given", file="answer", reason="the file was lent out")
    assert office.clocks(ref) == {"correction_notice": "late", "answer": "late"}


def test_without_an_opinion_in_fifteen_working_days_the_office_goes_on(office: Regime) -> None:
    """Received by the authority on 1 April: 2, 3 = 2; 7 to 10 = 6; 13 to 17 = 11; 20 to 23 = 15."""
    ref = request(office)
    office.do(ref, "take", "wang")
    office.do(ref, "consult", "wang", consulted="authority")
    office.do(ref, "served", "wang")
    assert office.due(ref, "opinion") == "2026-04-23"
    with pytest.raises(NotNow):
        office.do(ref, "no_opinion", "wang")
    office.until("2026-04-24 09:00")
    assert office.climbed(ref, "opinion") == [("2026-04-24 00:00:00", ["wang"])]
    office.do(ref, "no_opinion", "wang")
    # 1, 2, 3, 7 to 10, 13 to 17, 20 to 23 April, sixteen working days, did not count: 29 April and 16 more:
    # 30 = 1, 6 to 9 May = 5, 11 to 15 = 10, 18 to 22 = 15, Mon 25 = 16
    assert office.due(ref, "answer") == "2026-05-25"
