"""The pack `nis2`: Directive (EU) 2022/2555, article 23, lived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.packed import Packed, packed

# 2026: 1 March is a Sunday; summer time begins on Sunday 29 March at 02:00.


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Packed]:
    """Friday 6 March 2026, 22:30, in Brussels."""
    with packed(tmp_path, "nis2", "Europe/Brussels", "2026-03-06 22:30") as made:
        yield made


def test_an_incident_reported_in_time_and_found_to_go_on(world: Packed) -> None:
    """Warning, request, notification, progress, handling and final report; each within its limit."""
    ref = world.new("significant-incident", aware_at=world.at("2026-03-06 22:00"), recipients="yes")
    # Aware on Friday 6 March at 22:00. 24 hours: Saturday 7th 22:00. 72 hours: Monday 9th 22:00. Weekends count.
    assert world.due(ref) == {
        "early_warning": "2026-03-07 22:00",
        "notification": "2026-03-09 22:00",
        "recipients": "2026-03-09 22:00",
    }
    world.until("2026-03-07 08:00")
    world.do(ref, "warn", "ola", warning="Ransomware in the billing system", malicious="yes")
    world.do(ref, "inform", "uma", notice="Billing is down; change your passwords")
    assert world.ended(ref) == {"early_warning": "met", "recipients": "met"}

    # The CSIRT asks on Saturday 7 March at 10:00; the pack gives 24 hours: Sunday 8th 10:00.
    world.until("2026-03-07 10:00")
    world.do(ref, "ask", "ott")
    assert world.due(ref)["intermediate"] == "2026-03-08 10:00"
    world.until("2026-03-08 09:00")
    world.do(ref, "update", "ola", status="Contained; restoring from backups")
    assert world.ended(ref)["intermediate"] == "met"

    # Notified on Monday 9 March at 15:00; one month after that is Thursday 9 April, to the end of the day.
    world.until("2026-03-09 15:00")
    world.do(ref, "notify", "ola", assessment="Severe; one service, 40 000 recipients")
    assert world.ended(ref)["notification"] == "met"
    assert world.due(ref) == {"final_report": "2026-04-09 23:59"}

    # Still ongoing on 8 April: a progress report at that time; the pack wants a word every month: Friday 8 May.
    world.until("2026-04-08 12:00")
    world.do(ref, "progress", "ola", status="Two systems still offline")
    assert world.ended(ref)["final_report"] == "met"
    assert world.due(ref) == {"still_ongoing": "2026-05-08 23:59"}
    # A word on 4 May counts anew from there: Thursday 4 June.
    world.until("2026-05-04 09:00")
    world.do(ref, "update", "ola", status="One system offline")
    assert world.due(ref) == {"still_ongoing": "2026-06-04 23:59"}

    # Handled on Saturday 30 May at 18:00, entered on Monday 1 June: one month after 30 May is Tuesday 30 June.
    world.until("2026-06-01 09:00")
    world.do(ref, "handle", "ola", handled_at=world.at("2026-05-30 18:00"))
    assert world.due(ref) == {"final_after_handling": "2026-06-30 23:59"}
    world.until("2026-06-30 17:00")
    world.do(ref, "conclude", "dan", description="Phished account; second factor everywhere now")
    assert world.case(ref)["state"] == "reported"
    assert set(world.ended(ref).values()) == {"met"}
    assert world.due(ref) == {}


def test_a_late_warning_climbs_its_ladder(world: Packed) -> None:
    """Two hours before the end, at the end, one hour and four hours after it: each step tells its people."""
    ref = world.new("significant-incident", aware_at=world.at("2026-03-06 22:00"))
    world.until("2026-03-08 06:00")
    assert world.steps(ref, "early_warning") == [
        ("2026-03-07 20:00:00", "step 1", ["ola", "uma"]),
        ("2026-03-07 22:00:01", "breach", []),
        ("2026-03-07 22:00:01", "step 2", ["ola", "uma"]),
        ("2026-03-07 23:00:00", "step 3", ["mel", "dan"]),
        ("2026-03-08 02:00:00", "step 4", ["fay"]),
    ]
    # A notification at once is warning and notification in one: the warning was late, the notification is not.
    # Half of the 72 hours had gone by on Sunday 8 March at 10:00, after this act: nobody is reminded.
    world.do(ref, "notify", "ola", assessment="Severe")
    assert world.ended(ref) == {"early_warning": "late", "notification": "met"}
    # Notified on Sunday 8 March: one month is Wednesday 8 April.
    assert world.due(ref) == {"final_report": "2026-04-08 23:59"}


def test_a_trust_service_provider_notifies_within_a_day(world: Packed) -> None:
    """Article 23(4), second subparagraph: 24 hours for both; recipients found later have their own beginning."""
    ref = world.new("significant-incident", aware_at=world.at("2026-03-06 22:00"), entity="trust")
    assert world.due(ref) == {"early_warning": "2026-03-07 22:00", "notification": "2026-03-07 22:00"}
    # Found on Saturday 7 March at 09:00 that recipients are affected: 72 hours, Tuesday 10th 09:00.
    world.until("2026-03-07 09:00")
    world.do(ref, "affects", "uma", recipients="yes")
    assert world.due(ref)["recipients"] == "2026-03-10 09:00"
    world.do(ref, "dismiss", "uma", reason="A test certificate, used by nobody")
    assert set(world.ended(ref).values()) == {"cancelled"}


def test_months_run_to_the_end_of_the_shorter_one(tmp_path: Path) -> None:
    """Notified on 31 January 2026: there is no 31 February, so the final report is due on Saturday the 28th."""
    with packed(tmp_path, "nis2", "Europe/Brussels", "2026-01-31 09:00") as world:
        ref = world.new("significant-incident", aware_at=world.at("2026-01-31 08:00"))
        world.do(ref, "notify", "ola", assessment="Severe")
        assert world.due(ref) == {"final_report": "2026-02-28 23:59"}
        world.until("2026-03-06 12:00")
        # Three working days before Saturday the 28th: Friday 27, Thursday 26, Wednesday 25; a working day after it:
        # Monday 2 March; five: Friday 6 March.
        assert [one for one in world.steps(ref, "final_report") if one[1] != "remind"] == [
            ("2026-02-25 09:00:00", "step 1", ["ola"]),
            ("2026-03-01 00:00:00", "breach", []),
            ("2026-03-01 00:00:00", "step 2", ["ola", "uma"]),
            ("2026-03-02 09:00:00", "step 3", ["mel", "dan"]),
            ("2026-03-06 09:00:00", "step 4", ["fay"]),
        ]
