"""The pack `whistleblower`: Directive (EU) 2019/1937, articles 9 and 11, lived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.packed import Packed, packed

from states.errors import NotNow


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Packed]:
    """Monday 1 June 2026, 09:00, in Brussels; Dee is designated to receive reports."""
    with packed(tmp_path, "whistleblower", "Europe/Brussels", "2026-06-01 09:00", "designated") as made:
        yield made


def test_an_internal_report_in_time(world: Packed) -> None:
    """Acknowledged within seven days, feedback within three months of that, concluded."""
    ref = world.new("internal-report", "dee", received_on="2026-05-30")
    # Received on Saturday 30 May: seven days later is Saturday 6 June; three months after it Sunday 6 September.
    # A month from receipt is Tuesday 30 June.
    assert world.due(ref) == {
        "acknowledgement": "2026-06-06 23:59",
        "follow_up": "2026-06-30 23:59",
        "feedback": "2026-09-06 23:59",
    }
    # Acknowledged on Wednesday 3 June, entered on the 4th: three months from the 3rd end on Thursday 3 September.
    world.until("2026-06-04 09:00")
    world.do(ref, "acknowledge", "dee", acknowledged_on="2026-06-03")
    assert world.due(ref) == {"follow_up": "2026-06-30 23:59", "feedback": "2026-09-03 23:59"}
    world.until("2026-06-22 09:00")
    world.do(ref, "assess", "dee")
    # Feedback on Wednesday 2 September: three months to conclude, Wednesday 2 December.
    world.until("2026-09-02 12:00")
    world.do(ref, "give_feedback", "dee", feedback="The rule was changed, because it was wrong")
    assert world.due(ref) == {"conclusion": "2026-12-02 23:59"}
    world.do(ref, "close", "dee", outcome="Rule changed")
    assert world.ended(ref) == dict.fromkeys(("acknowledgement", "follow_up", "feedback", "conclusion"), "met")


def test_a_late_acknowledgement_climbs_its_ladder_and_gives_no_more_time(world: Packed) -> None:
    """Told before, at and after the seventh day; the three months run from the seventh day all the same."""
    ref = world.new("internal-report", "dee", received_on="2026-05-30")
    world.until("2026-06-11 09:00")
    assert world.steps(ref, "acknowledgement") == [
        ("2026-06-04 09:00:00", "step 1", ["dee"]),  # two days before Saturday 6 June
        ("2026-06-07 00:00:00", "breach", []),
        ("2026-06-07 00:00:00", "step 2", ["dee"]),
        ("2026-06-08 09:00:00", "step 3", ["dee"]),  # Monday
        ("2026-06-10 09:00:00", "step 4", ["fay"]),  # Wednesday
    ]
    world.do(ref, "acknowledge", "dee")
    assert world.ended(ref) == {"acknowledgement": "late"}
    assert world.due(ref)["feedback"] == "2026-09-06 23:59"


def test_without_a_way_to_reach_the_reporter_the_seven_days_still_count(world: Packed) -> None:
    """No acknowledgement: three months from the expiry of the seven days; late feedback is told to the head."""
    ref = world.new("internal-report", "dee", received_on="2026-05-30")
    world.do(ref, "waive", "dee", reason="An anonymous letter")
    assert world.ended(ref) == {"acknowledgement": "cancelled"}
    world.do(ref, "assess", "dee")
    world.until("2026-09-14 08:00")
    # Two weeks before Sunday 6 September: Sunday 23 August; five working days after it: Friday 11 September.
    assert [one for one in world.steps(ref, "feedback") if one[1] != "remind"] == [
        ("2026-08-23 09:00:00", "step 1", ["dee"]),
        ("2026-09-07 00:00:00", "breach", []),
        ("2026-09-07 00:00:00", "step 2", ["dee"]),
        ("2026-09-11 09:00:00", "step 3", ["fay"]),
    ]


def test_an_external_report_with_six_months(world: Packed) -> None:
    """Justified within the three months, six count from the acknowledgement; then the outcome is told."""
    ref = world.new("external-report", "dee", received_on="2026-06-01")
    # Received on Monday 1 June: Monday 8 June; three months after that Tuesday 8 September; a month Wednesday 1 July.
    assert world.due(ref) == {
        "acknowledgement": "2026-06-08 23:59",
        "follow_up": "2026-07-01 23:59",
        "feedback": "2026-09-08 23:59",
    }
    world.until("2026-06-05 09:00")
    world.do(ref, "acknowledge", "dee")
    world.do(ref, "assess", "dee")
    # From Friday 5 June: three months are Saturday 5 September, six are Saturday 5 December.
    assert world.due(ref) == {"feedback": "2026-09-05 23:59"}
    world.until("2026-09-01 09:00")
    world.do(ref, "justify", "dee", term="justified", reason="Three countries have to answer")
    assert world.due(ref) == {"feedback": "2026-12-05 23:59"}
    # Feedback on Friday 4 December: six months for the investigation, Friday 4 June 2027.
    world.until("2026-12-04 12:00")
    world.do(ref, "give_feedback", "dee", feedback="An inspection has been ordered")
    assert world.due(ref) == {"investigation": "2027-06-04 23:59"}
    # It ends on Monday 1 February 2027: one month for the outcome, Monday 1 March.
    world.until("2027-02-01 12:00")
    world.do(ref, "end", "dee")
    assert world.due(ref) == {"outcome": "2027-03-01 23:59"}
    world.do(ref, "tell_outcome", "dee", outcome="Licence withdrawn")
    assert set(world.ended(ref).values()) == {"met"}
    assert len(world.ended(ref)) == 5


def test_six_months_are_not_to_be_had_after_the_three(world: Packed) -> None:
    """Once feedback is overdue, no justification helps."""
    ref = world.new("external-report", "dee", received_on="2026-06-01")
    world.do(ref, "acknowledge", "dee")
    world.until("2026-09-02 09:00")
    with pytest.raises(NotNow):
        world.do(ref, "justify", "dee", term="justified", reason="Too much to do")
    world.do(ref, "close_minor", "dee", reason="The same report was answered in May")
    assert world.ended(ref)["feedback"] == "late"


def test_a_report_for_another_authority_goes_there(world: Packed) -> None:
    """What another authority is competent for is transmitted within the pack's week."""
    ref = world.new("external-report", "dee", received_on="2026-06-01")
    world.until("2026-06-03 09:00")
    world.do(ref, "redirect", "dee")
    # Found on Wednesday 3 June: a week, Wednesday 10 June.
    assert world.due(ref) == {"transmission": "2026-06-10 23:59"}
    world.do(ref, "transmit", "dee", authority="Market surveillance")
    assert world.ended(ref)["transmission"] == "met"
    assert world.ended(ref)["acknowledgement"] == "cancelled"
