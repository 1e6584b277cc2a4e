"""Form 8-K item 1.05, lived: materiality, four business days, the three delays, amendments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.regime import Regime

from states.errors import NotPermitted


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Regime]:
    """A registrant, Thursday 25 June 2026, 09:00 Eastern time. Friday 3 July is a holiday (4 July is a Saturday)."""
    world = Regime.begin(tmp_path, "sec-8k", "2026-06-25 09:00", zone="America/New_York")
    yield world
    world.close()


def material(company: Regime) -> str:
    """An incident determined to be material on Saturday 27 June: due on Thursday 2 July."""
    ref = company.new("cyber-incident", "sun")
    company.until("2026-06-29 10:00")
    company.do(ref, "determine", "zhao", determined_at=company.when("2026-06-27 16:00"))
    return ref


def test_four_business_days_from_the_determination_and_from_what_was_missing(company: Regime) -> None:
    """Determined on Monday 29 June: due Monday 6 July 17:30; filed in time, amended in time, closed."""
    ref = company.new("cyber-incident", "sun", discovered_at=company.when("2026-06-24 22:00"))
    # discovered Wednesday 24: Thu 25 = 1, Fri 26 = 2, Mon 29 = 3, Tue 30 = 4, Wed 1 July = 5
    assert company.due(ref, "determine") == "2026-07-01"
    company.until("2026-06-29 10:00")
    assert company.reminded(ref, "determine") == [("2026-06-26 09:00:00", ["qian", "zhao"])]  # 50 % of 5 = 2 days
    with pytest.raises(NotPermitted):
        company.do(ref, "determine", "sun")
    company.do(ref, "determine", "zhao", determined_at=company.when("2026-06-29 09:00"))
    # Tue 30 = 1, Wed 1 July = 2, Thu 2 = 3, (Fri 3 holiday, Sat, Sun), Mon 6 = 4
    assert company.due(ref, "file") == "2026-07-06 17:30"
    company.until("2026-07-06 17:30")
    company.do(ref, "file", "sun", file="form 8-K", missing="the number of records")
    assert company.clocks(ref) == {"determine": "met", "file": "met"}
    company.until("2026-07-20 09:00")
    company.do(ref, "learn", "sun", available_at=company.when("2026-07-17 15:00"))
    # available Friday 17: Mon 20 = 1, Tue 21 = 2, Wed 22 = 3, Thu 23 = 4
    assert company.due(ref, "amend") == "2026-07-23 17:30"
    company.do(ref, "amend", "sun", file="form 8-K/A")
    assert company.clocks(ref)["amend"] == "met"
    company.do(ref, "learn", "sun")
    # Monday 20, 09:00: Tue 21 = 1, Wed 22 = 2, Thu 23 = 3, Fri 24 = 4; late this time
    assert company.due(ref, "amend") == "2026-07-24 17:30"
    company.until("2026-07-25 09:00")
    company.do(ref, "amend", "zhao", file="form 8-K/A no. 2")
    assert company.clocks(ref)["amend"] == "late"
    company.do(ref, "close", "zhao")
    assert company.state(ref) == "closed"


def test_a_determination_on_a_saturday_counts_from_the_monday_and_a_late_filing_climbs(company: Regime) -> None:
    """Saturday 27 June: Mon 29 = 1, Tue 30 = 2, Wed 1 July = 3, Thu 2 = 4, 17:30; then general counsel and head."""
    ref = material(company)
    assert company.due(ref, "file") == "2026-07-02 17:30"
    company.until("2026-07-07 10:00")
    assert company.climbed(ref, "file") == [
        ("2026-07-01 09:00:00", ["sun"]),  # one working day before
        ("2026-07-02 17:30:01", ["sun", "zhao"]),
        ("2026-07-06 09:00:00", ["qian"]),  # one working day after: Friday is a holiday, so Monday
    ]
    company.do(ref, "file", "sun", file="form 8-K", reason="the vote was late")
    assert company.clocks(ref)["file"] == "late"


def test_materiality_not_determined_in_the_default_time_is_told(company: Regime) -> None:
    """Discovered Thursday 25 June: Fri 26 = 1, Mon 29, Tue 30, Wed 1, Thu 2 July = 5; the holiday puts +1 on Monday."""
    ref = company.new("cyber-incident", "sun")
    assert company.due(ref, "determine") == "2026-07-02"
    company.until("2026-07-06 10:00")
    assert company.climbed(ref, "determine") == [
        ("2026-07-01 09:00:00", ["sun"]),
        ("2026-07-03 00:00:00", ["sun", "zhao"]),
        ("2026-07-06 09:00:00", ["qian"]),
    ]
    company.do(ref, "not_material", "qian", reason="no data left the house")
    assert (company.state(ref), company.clocks(ref)) == ("immaterial", {"determine": "late"})


def test_three_delays_of_30_30_and_60_days_and_four_business_days_after_them(company: Regime) -> None:
    """Each delay counts from the end of the one before; when the last is over the clock itself lets it go on."""
    ref = material(company)  # due Thursday 2 July
    far = "2027-01-31"  # the Attorney General names a day beyond what the form allows
    company.do(ref, "delay", "zhao", file="letter", delay_until=far)
    # 2 July + 30 days: 29 days to 31 July, 1 more
    assert (company.due(ref, "delay"), company.clocks(ref)["file"]) == ("2026-08-01", "cancelled")
    company.until("2026-07-30 10:00")
    # 5 working days before Saturday 1 August: Fri 31, Thu 30, Wed 29, Tue 28, Mon 27 July
    assert company.reminded(ref, "delay") == [("2026-07-27 09:00:00", ["qian", "zhao"])]
    company.do(ref, "delay_again", "zhao", file="letter", delay_until=far)
    assert company.due(ref, "delay_again") == "2026-08-31"  # 1 August + 30 days
    company.until("2026-08-28 10:00")
    company.do(ref, "delay_last", "qian", file="letter", delay_until=far, reason="extraordinary circumstances")
    assert company.due(ref, "delay_last") == "2026-10-30"  # 31 August + 60: 30 to 30 September, 30 to 30 October
    company.until("2026-11-02 09:00")
    assert company.state(ref) == "released"
    # the delay ended on Friday 30 October: Mon 2 November = 1, Tue 3, Wed 4, Thu 5 = 4
    assert company.due(ref, "file_after_delay") == "2026-11-05 17:30"
    company.do(ref, "file", "sun", file="form 8-K")
    assert company.clocks(ref) == {
        "determine": "met",
        "file": "cancelled",
        "delay": "cancelled",
        "delay_again": "cancelled",
        "delay_last": "cancelled",
        "file_after_delay": "met",
    }


def test_a_shorter_delay_ends_on_its_day_and_an_earlier_word_ends_it_at_once(company: Regime) -> None:
    """Specified until 15 July: four business days to 21 July. Lifted on 8 July: four business days to 14 July."""
    ref, other = material(company), company.new("cyber-incident", "sun")
    company.do(other, "determine", "zhao")
    for one in (ref, other):
        company.do(one, "delay", "zhao", file="letter", delay_until="2026-07-15")
        assert company.due(one, "delay") == "2026-07-15"
    company.until("2026-07-08 11:00")
    company.do(other, "release", "zhao")
    # Wed 8: Thu 9 = 1, Fri 10 = 2, Mon 13 = 3, Tue 14 = 4
    assert company.due(other, "file_after_delay") == "2026-07-14 17:30"
    company.until("2026-07-16 09:00")
    # Wed 15: Thu 16 = 1, Fri 17 = 2, Mon 20 = 3, Tue 21 = 4
    assert company.due(ref, "file_after_delay") == "2026-07-21 17:30"
    assert company.climbed(other, "file_after_delay")[-1] == ("2026-07-15 09:00:00", ["qian"])
