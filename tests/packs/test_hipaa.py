"""45 CFR 164.404 to 164.412, lived: individuals, media, Secretary, business associates, and law enforcement."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.regime import Regime

from states.errors import NotNow


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Regime]:
    """A covered entity, Thursday 5 March 2026, 09:00 Eastern time."""
    world = Regime.begin(tmp_path, "hipaa", "2026-03-05 09:00", zone="America/New_York")
    yield world
    world.close()


def test_a_breach_of_more_than_500_residents_is_told_to_individuals_media_and_secretary(clinic: Regime) -> None:
    """Discovered 2 March: sixty days end on Friday 1 May; the Secretary is due on the day the individuals are told."""
    ref = clinic.new("breach", "wang", discovered_on="2026-03-02", affected="900", residents="501")
    assert clinic.case(ref)["severity"] == "media"
    for clock in ("individuals", "media", "secretary"):
        assert clinic.due(ref, clock) == "2026-05-01"  # 29 days to 31 March, 30 to 30 April, 1 more
    clinic.until("2026-04-08 10:00")
    assert clinic.reminded(ref, "individuals") == [("2026-04-01 09:00:00", ["wang"])]  # 30 of 60 days
    clinic.do(ref, "notify_individuals", "wang", file="letter")
    assert clinic.due(ref, "secretary") == "2026-04-08"
    clinic.do(ref, "notify_secretary", "sun", file="receipt")
    with pytest.raises(NotNow):
        clinic.do(ref, "close", "sun")
    clinic.until("2026-05-06 10:00")
    assert clinic.climbed(ref, "media") == [
        ("2026-04-26 09:00:00", ["sun"]),  # five days before
        ("2026-05-02 00:00:00", ["li", "sun"]),
        ("2026-05-04 09:00:00", ["zhao"]),  # one working day after Friday 1 May
        ("2026-05-06 09:00:00", ["qian"]),
    ]
    with pytest.raises(NotNow):
        clinic.do(ref, "close_without_media", "sun", reason="none")
    clinic.do(ref, "notify_media", "wang", file="press release")
    clinic.do(ref, "close", "sun")
    assert clinic.clocks(ref) == {"individuals": "met", "media": "late", "secretary": "met"}


def test_500_in_several_states_need_no_media_and_499_go_into_the_yearly_log(clinic: Regime) -> None:
    """Thresholds: 500 individuals is large, 500 residents is not yet media; fewer are told of by 1 March 2027."""
    large = clinic.new("breach", "wang", discovered_on="2026-03-02", affected="500", residents="500")
    small = clinic.new("breach", "wang", discovered_on="2026-03-02", affected="499", residents="499")
    assert (clinic.case(large)["severity"], clinic.case(small)["severity"]) == ("large", "small")
    assert clinic.clocks(large) == {"individuals": "running", "secretary": "running"}
    # 60 days after 31 December 2026: 31 in January, 28 in February, 1 March
    assert clinic.due(small, "secretary_yearly") == "2027-03-01"
    clinic.do(small, "notify_individuals", "wang", file="letter")
    clinic.do(large, "notify_individuals", "wang", file="letter")
    clinic.until("2026-03-06 09:00")
    assert clinic.climbed(large, "secretary") == [  # due the day before
        ("2026-03-06 00:00:00", ["li", "sun"]),
        ("2026-03-06 09:00:00", ["zhao"]),
    ]
    clinic.do(large, "notify_secretary", "sun", file="receipt")
    clinic.do(large, "close_without_media", "sun", reason="no State has more than 500")
    assert clinic.clocks(large) == {"individuals": "met", "secretary": "late"}
    clinic.until("2027-03-02 10:00")
    assert clinic.reminded(small, "secretary_yearly") == [("2027-01-30 09:00:00", ["wang"])]  # 30 days before
    assert clinic.climbed(small, "secretary_yearly")[1:] == [
        ("2027-03-02 00:00:00", ["li", "sun"]),
        ("2027-03-02 09:00:00", ["zhao"]),
    ]
    clinic.do(small, "notify_secretary", "sun", file="receipt")
    clinic.do(small, "close_without_media", "sun", reason="fewer than 500")
    assert clinic.clocks(small) == {"individuals": "met", "secretary_yearly": "late"}


def test_more_individuals_than_first_counted_move_the_case_up(clinic: Regime) -> None:
    """From 20 to 2,000: the yearly notice falls away, and the sixty days count from discovery all the same."""
    ref = clinic.new("breach", "wang", discovered_on="2026-03-02", affected="20")
    clinic.until("2026-03-20 09:00")
    clinic.do(ref, "count", "wang", affected="2000")
    assert clinic.clocks(ref) == {
        "individuals": "running",
        "secretary_yearly": "cancelled",
        "secretary": "running",
    }
    assert clinic.due(ref, "secretary") == "2026-05-01"


def test_an_oral_statement_stops_the_clocks_for_thirty_days_and_a_written_one_for_its_time(clinic: Regime) -> None:
    """Days that end while the case is held do not count; the clock of the delay itself lets the notices go on."""
    oral = clinic.new("breach", "wang", discovered_on="2026-03-02", affected="20")
    both = clinic.new("breach", "wang", discovered_on="2026-03-02", affected="20")
    clinic.until("2026-03-10 10:00")
    for ref in (oral, both):
        clinic.do(ref, "hold_oral", "sun", official="agent, by telephone", stated_at=clinic.when("2026-03-09 15:00"))
        assert clinic.due(ref, "hold_oral") == "2026-04-08"  # 9 March + 30 days
        assert clinic.clocks(ref)["individuals"] == "paused"
    with pytest.raises(NotNow):
        clinic.do(oral, "notify_individuals", "wang", file="letter")
    clinic.until("2026-03-20 10:00")
    clinic.do(both, "put_in_writing", "sun", delay_until="2026-04-30", file="letter of the agency")
    assert (clinic.clocks(both)["hold_oral"], clinic.due(both, "hold_written")) == ("cancelled", "2026-04-30")
    clinic.until("2026-05-04 09:00")
    assert (clinic.state(oral), clinic.state(both)) == ("open", "open")
    # 9 March to 8 April are 31 days that did not count: 1 May + 31 = 1 June
    assert clinic.due(oral, "individuals") == "2026-06-01"
    # 9 March to 30 April are 23 + 30 = 53 days: 1 May + 53 = 23 June
    assert clinic.due(both, "individuals") == "2026-06-23"
    clinic.until("2026-06-02 09:00")
    assert clinic.climbed(oral, "individuals")[1] == ("2026-06-02 00:00:00", ["li", "sun"])
    clinic.do(oral, "dismiss", "zhao", file="risk assessment", reason="low probability")
    assert (clinic.state(oral), clinic.clocks(oral)["individuals"]) == ("no-breach", "cancelled")


def test_a_business_associate_tells_the_covered_entity_within_sixty_days(clinic: Regime) -> None:
    """Discovered 5 March: 26 days to 31 March, 30 in April, 4 in May. A written delay to 14 March takes nine out."""
    ref, late = (
        clinic.new("associate-breach", "wang", discovered_on="2026-03-05", entity="The hospital") for _ in range(2)
    )
    assert clinic.due(ref, "entity") == "2026-05-04"
    clinic.do(ref, "hold_written", "sun", official="agency", delay_until="2026-03-14", file="letter")
    assert clinic.due(ref, "hold_written") == "2026-03-14"
    clinic.until("2026-03-15 09:00")
    assert clinic.due(ref, "entity") == "2026-05-13"  # 6 to 14 March do not count; the 5th never did
    clinic.until("2026-05-05 08:00")
    clinic.do(ref, "notify_entity", "wang", file="letter")
    assert clinic.clocks(ref)["entity"] == "met"
    assert clinic.climbed(late, "entity")[-1] == ("2026-05-05 00:00:00", ["li", "sun"])
    clinic.do(late, "hold_oral", "sun", official="agent, by telephone")
    assert (clinic.due(late, "hold_oral"), clinic.clocks(late)["entity"]) == ("2026-06-04", "breached")
    clinic.do(late, "release", "sun")
    clinic.do(late, "notify_entity", "wang", file="letter")
    assert clinic.clocks(late) == {"entity": "late", "hold_oral": "cancelled"}
