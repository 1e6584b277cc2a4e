"""The pack `dora`: Regulation (EU) 2022/2554, article 19, and Delegated Regulation (EU) 2025/301, article 5, lived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.packed import Packed, packed

from states.errors import NotNow

# March 2026: the 12th is a Thursday, the 14th a Saturday. Summer time begins on Sunday the 29th.


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Packed]:
    """Thursday 12 March 2026, 10:30, in Brussels."""
    with packed(tmp_path, "dora", "Europe/Brussels", "2026-03-12 10:30") as made:
        yield made


def test_a_bank_reports_through_the_weekend(world: Packed) -> None:
    """From classification to the final report, an update among them; no relief but for the last."""
    ref = world.new("ict-incident", aware_at=world.at("2026-03-12 10:00"), clients="yes")
    # Aware on Thursday at 10:00: 24 hours, Friday 10:00.
    assert world.due(ref) == {"classification": "2026-03-13 10:00"}
    # Classified at 14:30: four hours, 18:30, before the 24 hours are over; the clients within a day, Friday 14:30.
    world.until("2026-03-12 15:00")
    world.do(ref, "classify", "ola", classified_at=world.at("2026-03-12 14:30"))
    assert world.due(ref) == {"initial": "2026-03-12 18:30", "clients": "2026-03-13 14:30"}
    # Notified at 17:00: 72 hours, Sunday 15th 17:00; a bank has no relief for it.
    world.until("2026-03-12 17:00")
    world.do(ref, "notify", "ola", notification="Payments are down")
    assert world.due(ref)["intermediate"] == "2026-03-15 17:00"
    world.do(ref, "inform", "uma", notice="Payments of today are made tomorrow")
    # Reported on Sunday 15 March at noon: one month is Wednesday 15 April, to the end of the day.
    world.until("2026-03-15 12:00")
    world.do(ref, "report", "ola", report="Half of the payments run")
    assert world.due(ref) == {"final": "2026-04-15 23:59"}
    # Recovered on Wednesday 8 April at 20:00: an update within a day, Thursday 9th 20:00.
    world.until("2026-04-08 20:30")
    world.do(ref, "recover", "ola", recovered_at=world.at("2026-04-08 20:00"))
    assert world.due(ref)["updated"] == "2026-04-09 20:00"
    # Updated on Thursday 9 April: a month from it is Saturday 9 May, so noon of Monday 11 May, for a bank as well.
    world.until("2026-04-09 10:00")
    world.do(ref, "report", "ola", report="All payments run")
    assert world.due(ref) == {"final": "2026-05-11 12:00"}
    world.until("2026-05-11 11:00")
    world.do(ref, "conclude", "dan", root_cause="A certificate had run out")
    assert world.ended(ref) == dict.fromkeys(
        ("classification", "initial", "clients", "intermediate", "updated", "final"), "met"
    )


def test_the_end_of_24_hours_comes_before_that_of_four(world: Packed) -> None:
    """Classified in the 22nd hour after awareness, two hours are left; nobody used them, and the ladder climbs."""
    ref = world.new("ict-incident", aware_at=world.at("2026-03-12 10:00"))
    world.until("2026-03-13 08:00")
    world.do(ref, "classify", "ola")
    assert world.due(ref) == {"initial": "2026-03-13 10:00"}
    world.do(ref, "excuse", "ola", reason="The portal of the authority does not answer")
    world.until("2026-03-13 12:30")
    assert world.steps(ref, "initial") == [
        ("2026-03-13 09:00:00", "step 1", ["ola", "uma"]),
        ("2026-03-13 10:00:01", "breach", []),
        ("2026-03-13 10:00:01", "step 2", ["ola", "uma"]),
        ("2026-03-13 10:30:00", "step 3", ["mel", "dan"]),
        ("2026-03-13 12:00:00", "step 4", ["fay"]),
    ]
    world.do(ref, "notify", "ola", notification="Payments are down")
    assert world.ended(ref) == {"classification": "met", "initial": "late"}


def test_other_entities_have_until_noon_of_the_next_working_day(world: Packed) -> None:
    """A limit that falls on a weekend ends on Monday at noon; one that does not stays where it is."""
    world.until("2026-03-14 06:30")
    ref = world.new("ict-incident", entity="other", aware_at=world.at("2026-03-14 06:00"))
    world.until("2026-03-14 08:00")
    world.do(ref, "classify", "ola")
    # Four hours from Saturday 08:00 end on Saturday at noon: Monday 16 March, noon.
    assert world.due(ref) == {"initial": "2026-03-16 12:00"}
    # Notified on Saturday at 09:00: 72 hours end on Tuesday 17 March at 09:00, a working day.
    world.until("2026-03-14 09:00")
    world.do(ref, "notify", "ola", notification="A ledger is wrong")
    assert world.due(ref) == {"intermediate": "2026-03-17 09:00"}
    # Recovered on Saturday at 10:00: 24 hours end on Sunday, so Monday noon; the report meets both.
    world.until("2026-03-14 10:00")
    world.do(ref, "recover", "ola")
    assert world.due(ref)["updated"] == "2026-03-16 12:00"
    world.until("2026-03-16 11:00")
    world.do(ref, "report", "ola", report="The ledger is right again")
    assert world.ended(ref)["updated"] == world.ended(ref)["intermediate"] == "met"
    # Clients found to be affected on Monday 16 March at 11:00: Tuesday 11:00. Then it turns out not to be major.
    world.do(ref, "affects", "ola", clients="yes")
    assert world.due(ref) == {"clients": "2026-03-17 11:00", "final": "2026-04-16 23:59"}
    world.do(ref, "reclassify", "uma", reason="Below every threshold")
    assert world.ended(ref)["clients"] == world.ended(ref)["final"] == "cancelled"


def test_a_late_classification_has_four_hours(world: Packed) -> None:
    """Only after the 24 hours: four hours from the classification, whatever became of the 24."""
    ref = world.new("ict-incident", aware_at=world.at("2026-03-12 10:00"))
    with pytest.raises(NotNow):
        world.do(ref, "classify_late", "ola")
    # Friday 13 March, 11:00, is 25 hours after awareness: due at 15:00.
    world.until("2026-03-13 11:00")
    world.do(ref, "classify_late", "ola")
    assert world.due(ref) == {"initial_late": "2026-03-13 15:00"}
    assert world.ended(ref) == {"classification": "late"}
    world.do(ref, "notify", "ola", notification="A ledger is wrong")
    assert world.ended(ref)["initial_late"] == "met"
    # Notified on Friday 13 March at 11:00: 72 hours are Monday 16th 11:00.
    assert world.due(ref) == {"intermediate": "2026-03-16 11:00"}


def test_most_incidents_are_not_major(world: Packed) -> None:
    """Classified as not major in time: nothing more is owed."""
    ref = world.new("ict-incident", aware_at=world.at("2026-03-12 10:00"))
    world.do(ref, "classify_minor", "ola", reason="One client for ten minutes")
    assert world.ended(ref) == {"classification": "met"}
