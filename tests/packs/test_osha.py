"""29 CFR 1904.39, lived: eight hours, twenty-four hours, the two windows, and what is not reportable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.regime import Regime

from states.errors import NotPermitted


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Regime]:
    """An employer in New York, Monday 29 June 2026, 09:00."""
    world = Regime.begin(tmp_path, "osha", "2026-06-29 09:00", zone="America/New_York")
    yield world
    world.close()


def test_a_fatality_is_reported_within_eight_hours_of_learning_of_it(plant: Regime) -> None:
    """Died at 07:00, learned at 07:15: due at 15:15 the same day; the call of 13:50 counts although noted at 14:00."""
    ref = plant.new(
        "severe-injury",
        "wang",
        outcome="fatality",
        incident_at=plant.when("2026-06-29 06:30"),
        learned_at=plant.when("2026-06-29 07:15"),
    )
    assert plant.due(ref, "fatality") == "2026-06-29 15:15"  # 07:15 + 8 h
    assert plant.clocks(ref) == {"fatality": "running"}
    plant.until("2026-06-29 14:00")
    assert plant.climbed(ref, "fatality") == [("2026-06-29 13:15:00", ["wang"])]  # two hours before
    plant.do(ref, "report", "li", means="toll-free", reported_at=plant.when("2026-06-29 13:50"))
    assert plant.clock(ref, "fatality")["met_at"] == "2026-06-29T13:50:00-04:00"
    assert plant.clocks(ref) == {"fatality": "met"}
    plant.do(ref, "close", "sun")
    assert plant.state(ref) == "closed"


def test_an_amputation_not_reported_within_twenty_four_hours_climbs_the_ladder(plant: Regime) -> None:
    """Known to be work-related on Thursday 2 July 11:30: due Friday 11:30, although Friday 3 July is a holiday."""
    plant.until("2026-07-02 12:00")
    ref = plant.new(
        "severe-injury",
        "wang",
        outcome="amputation",
        incident_at=plant.when("2026-07-02 08:40"),
        learned_at=plant.when("2026-07-02 09:00"),
        work_related_at=plant.when("2026-07-02 11:30"),
    )
    assert plant.due(ref, "severe") == "2026-07-03 11:30"  # not 09:00 + 24 h: (b)(8) goes before (b)(7)
    plant.until("2026-07-03 14:00")
    assert plant.climbed(ref, "severe") == [
        ("2026-07-03 09:30:00", ["wang"]),
        ("2026-07-03 11:30:01", ["li", "sun"]),
        ("2026-07-03 12:00:00", ["feng"]),
        ("2026-07-03 12:30:00", ["zhao"]),
        ("2026-07-03 13:30:00", ["qian"]),
    ]
    plant.do(ref, "report", "sun", means="web", reason="nobody was in the office")
    assert plant.clocks(ref) == {"severe": "late"}


def test_the_windows_end_and_a_death_inside_the_second_one_starts_the_eight_hours(plant: Regime) -> None:
    """Incident on 29 June 08:00: a hospitalization counts until 30 June 08:00, a death until the end of 29 July."""
    given = {"outcome": "none-yet", "incident_at": plant.when("2026-06-29 08:00")}
    ref, other = plant.new("severe-injury", "wang", **given), plant.new("severe-injury", "li", **given)
    assert plant.due(ref, "severe_window") == "2026-06-30 08:00"
    assert plant.due(ref, "fatality_window") == "2026-07-29"  # 1 day to 30 June, 29 days to 29 July
    plant.until("2026-07-18 10:00")
    assert plant.climbed(ref, "severe_window") == [("2026-06-30 08:00:01", ["sun"])]
    plant.do(ref, "outcome", "wang", outcome="fatality", learned_at=plant.when("2026-07-18 09:20"))
    assert plant.clocks(ref) == {"severe_window": "cancelled", "fatality_window": "cancelled", "fatality": "running"}
    assert plant.due(ref, "fatality") == "2026-07-18 17:20"  # a Saturday; hours run round the clock
    plant.do(ref, "report", "wang", means="area-office")
    plant.until("2026-07-30 10:00")
    assert plant.climbed(other, "fatality_window") == [("2026-07-30 00:00:00", ["sun"])]
    with pytest.raises(NotPermitted):
        plant.do(other, "dismiss", "li", reason="nothing came of it")
    plant.do(other, "dismiss", "sun", reason="nothing came of it")
    assert plant.state(other) == "not-reportable"


def test_an_hour_that_comes_twice_counts_twice(plant: Regime) -> None:
    """Learned at 00:30 of Sunday 1 November 2026, when the clocks go back at 02:00: eight hours end at 07:30."""
    plant.until("2026-11-01 00:45")
    ref = plant.new(
        "severe-injury",
        "wang",
        outcome="fatality",
        incident_at=plant.when("2026-10-31 23:00"),
        learned_at=plant.when("2026-11-01 00:30"),
    )
    assert plant.clock(ref, "fatality")["due_at"] == "2026-11-01T07:30:00-05:00"


def test_an_excepted_outcome_has_no_clock(plant: Regime) -> None:
    """Admitted for observation only, (b)(10), or a death on the fortieth day, (b)(6): nothing is due."""
    for outcome, exception in (("hospitalization", "observation"), ("fatality", "outside-window")):
        ref = plant.new(
            "severe-injury",
            "wang",
            outcome=outcome,
            exception=exception,
            incident_at=plant.when("2026-05-20 08:00"),
        )
        assert plant.clocks(ref) == {}
