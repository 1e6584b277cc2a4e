"""The pack `gdpr`: Regulation (EU) 2016/679, articles 33, 34 and 12, lived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.packed import Packed, packed

from states.errors import NotNow


@pytest.fixture
def breach(tmp_path: Path) -> Iterator[Packed]:
    """Thursday 14 May 2026, 16:30, in Brussels; Dee is the data protection officer."""
    with packed(tmp_path, "gdpr", "Europe/Brussels", "2026-05-14 16:30", "dpo") as made:
        yield made


@pytest.fixture
def request_(tmp_path: Path) -> Iterator[Packed]:
    """Monday 2 February 2026, 10:00, in Brussels."""
    with packed(tmp_path, "gdpr", "Europe/Brussels", "2026-02-02 10:00", "dpo") as made:
        yield made


def test_a_breach_of_high_risk_in_time(breach: Packed) -> None:
    """Notified in phases, told to the data subjects, documented; each within its limit."""
    ref = breach.new("breach", aware_at=breach.at("2026-05-14 16:20"))
    # Aware on Thursday 14 May at 16:20. 72 hours, the weekend included: Sunday 17th 16:20. One month: 14 June is a
    # Sunday, so Monday the 15th.
    assert breach.due(ref) == {"authority": "2026-05-17 16:20", "documented": "2026-06-15 23:59"}
    # High risk found on Friday 15 May at 10:00: 72 hours, Monday 18th 10:00.
    breach.until("2026-05-15 10:00")
    breach.do(ref, "assess", "dee", risk="high", reason="Health data, readable")
    assert breach.due(ref)["data_subjects"] == "2026-05-18 10:00"
    # Notified on Saturday 16 May, more to follow: two weeks, Saturday 30 May.
    breach.until("2026-05-16 12:00")
    breach.do(ref, "notify", "ola", notification="About 900 patients", incomplete="yes", persons="900")
    assert breach.due(ref)["phases"] == "2026-05-30 23:59"
    breach.until("2026-05-18 09:30")
    breach.do(ref, "communicate", "uma", communication="Letters to 900 patients")
    breach.until("2026-05-29 17:00")
    breach.do(ref, "supplement", "ola", notification="It was 912 patients")
    breach.until("2026-06-15 12:00")
    breach.do(ref, "close", "dee", record="Lost laptop; disks are encrypted now")
    assert breach.due(ref) == {}
    assert breach.ended(ref) == dict.fromkeys(("authority", "documented", "phases", "data_subjects"), "met")


def test_a_late_notification_needs_its_reasons(breach: Packed) -> None:
    """The ladder climbs around the 72nd hour; afterwards only a notification with reasons is possible."""
    ref = breach.new("breach", aware_at=breach.at("2026-05-14 16:20"))
    breach.until("2026-05-18 08:00")
    assert breach.steps(ref, "authority") == [
        ("2026-05-16 04:20:00", "remind", ["ola", "dee"]),  # half of 72 hours: 36 hours after Thursday 16:20
        ("2026-05-17 08:20:00", "step 1", ["ola", "dee"]),
        ("2026-05-17 16:20:01", "breach", []),
        ("2026-05-17 16:20:01", "step 2", ["ola", "dee", "uma"]),
        ("2026-05-17 18:20:00", "step 3", ["dan"]),
        ("2026-05-17 22:20:00", "step 4", ["fay"]),
    ]
    with pytest.raises(NotNow):
        breach.do(ref, "notify", "ola", notification="A lost laptop")
    with pytest.raises(NotNow):
        breach.do(ref, "notify_late", "ola", notification="A lost laptop")
    breach.do(ref, "notify_late", "ola", notification="A lost laptop", reason="Found to hold data on Monday only")
    assert breach.ended(ref) == {"authority": "late"}


def test_a_processor_tells_its_controller(breach: Packed) -> None:
    """No notification to the authority is owed; the controller hears within a day; what happened is documented."""
    ref = breach.new("breach", role="processor", aware_at=breach.at("2026-05-14 16:20"))
    assert breach.due(ref) == {"controller": "2026-05-15 16:20", "documented": "2026-06-15 23:59"}
    breach.do(ref, "tell_controller", "ola")
    breach.do(ref, "close", "dee", record="Wrong address on one letter")
    assert breach.ended(ref) == {"controller": "met", "documented": "met"}


def test_an_unlikely_risk_owes_no_notification(breach: Packed) -> None:
    """The 72 hours end where a risk is unlikely, and are back, from awareness, where it turns out otherwise."""
    ref = breach.new("breach", aware_at=breach.at("2026-05-14 16:20"))
    breach.do(ref, "find_unlikely", "dee", reason="The disk is encrypted")
    assert breach.ended(ref) == {"authority": "cancelled"}
    assert breach.due(ref) == {"documented": "2026-06-15 23:59"}
    # Friday 15 May at 09:00: a high risk after all; 72 hours for the data subjects from then, Monday 18th 09:00.
    breach.until("2026-05-15 09:00")
    breach.do(ref, "find_risk", "dee", risk="high", reason="The key was in the bag")
    assert breach.due(ref) == {
        "authority": "2026-05-17 16:20",
        "data_subjects": "2026-05-18 09:00",
        "documented": "2026-06-15 23:59",
    }
    breach.do(ref, "find_unlikely", "dee", reason="The bag was found, unopened")
    breach.do(ref, "close", "dee", record="A bag was lost for a night")
    assert breach.ended(ref) == {"authority": "cancelled", "data_subjects": "cancelled", "documented": "met"}


def test_a_request_is_identified_extended_and_answered(request_: Packed) -> None:
    """The month from receipt, the days the identity took, and the two further months, counted from receipt."""
    world = request_
    ref = world.new("subject-request", right="access", received_on="2026-01-31", data_subject="A. Person")
    # Received on Saturday 31 January: February has no 31st, the 28th is a Saturday, so Monday 2 March.
    assert world.due(ref) == {"first_word": "2026-03-02 23:59", "answer": "2026-03-02 23:59"}
    # Identity asked for on Wednesday 4 February: one month to wait, Wednesday 4 March.
    world.until("2026-02-04 11:00")
    world.do(ref, "ask_identity", "ola", reason="The address differs from ours")
    assert world.due(ref) == {"identity": "2026-03-04 23:59"}
    # The proof came on Friday 13 February and is entered on Tuesday the 17th. The clocks stood still at the end of
    # nine days, 4 to 12 February: nine days after 28 February is Monday 9 March.
    world.until("2026-02-17 09:00")
    world.do(ref, "identify", "ola", identified_on="2026-02-13")
    assert world.due(ref) == {"first_word": "2026-03-09 23:59", "answer": "2026-03-09 23:59"}
    # Extended on Friday 6 March: three months from 31 January end on 30 April, nine days later on Saturday 9 May, so
    # Monday 11 May.
    world.until("2026-03-06 15:00")
    world.do(ref, "extend", "dee", term="extended", grounds="Eleven archives have to be searched")
    assert world.due(ref) == {"answer": "2026-05-11 23:59"}
    world.until("2026-05-11 16:00")
    world.do(ref, "answer", "uma", answer="A copy of 1 100 pages")
    assert world.ended(ref) == {"first_word": "met", "answer": "met", "identity": "met"}


def test_a_late_answer_climbs_its_ladder_and_cannot_be_extended(request_: Packed) -> None:
    """Received on Tuesday 10 February, due on Tuesday 10 March; after that no extension is possible."""
    world = request_
    world.until("2026-02-10 09:00")
    ref = world.new("subject-request", right="erasure", received_on="2026-02-10")
    world.until("2026-03-18 09:00")
    assert world.steps(ref, "first_word") == [
        ("2026-02-24 09:00:00", "remind", ["ola"]),  # half of the 28 days
        ("2026-03-03 09:00:00", "step 1", ["ola", "dee"]),  # five working days before
        ("2026-03-11 00:00:00", "breach", []),
        ("2026-03-11 00:00:00", "step 2", ["ola", "dee", "uma"]),
        ("2026-03-12 09:00:00", "step 3", ["dan"]),  # Wednesday, Thursday
        ("2026-03-17 09:00:00", "step 4", ["fay"]),  # Wednesday to Friday, Monday, Tuesday
    ]
    with pytest.raises(NotNow):
        world.do(ref, "extend", "dee", term="extended", grounds="Too much")
    world.do(ref, "refuse", "dee", grounds="Kept by law until 2030")
    assert world.ended(ref) == {"first_word": "late", "answer": "late"}


def test_a_request_need_not_name_who_asked(request_: Packed) -> None:
    """The data subject is one erasable text and never required; a withdrawn request owes no answer."""
    ref = request_.new("subject-request", right="objection", received_on="2026-02-02")
    assert "data_subject" not in request_.case(ref)["fields"]
    request_.do(ref, "withdraw", "ola")
    assert request_.ended(ref) == {"first_word": "cancelled", "answer": "cancelled"}
