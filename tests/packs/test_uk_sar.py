"""The pack `uk-sar`: UK GDPR, articles 12, 12A and 15, lived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.packed import Packed, packed

from states.errors import NotNow


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Packed]:
    """Wednesday 11 February 2026, 10:00, in London; Dee is the data protection officer."""
    with packed(tmp_path, "uk-sar", "Europe/London", "2026-02-11 10:00", "dpo") as made:
        yield made


def test_a_request_made_clear_extended_and_answered(world: Packed) -> None:
    """The days of the clarification are left out, both ends in; the extension is three months from receipt."""
    ref = world.new("access-request", received_on="2026-02-11", data_subject="A. Person")
    # Received on Wednesday 11 February: Wednesday 11 March.
    assert world.due(ref) == {"first_word": "2026-03-11 23:59", "answer": "2026-03-11 23:59"}
    # Asked on Monday 16 February; the pack waits a month, to Monday 16 March.
    world.until("2026-02-16 10:00")
    world.do(ref, "clarify", "ola", question="All letters, or those of 2025?")
    assert world.due(ref) == {"waiting": "2026-03-16 23:59"}
    # Answered on Friday 20 February: 16, 17, 18, 19, 20, five days. Five after 11 March: Monday 16 March.
    world.until("2026-02-20 12:00")
    world.do(ref, "clear", "ola")
    assert world.due(ref) == {"clarified_day": "2026-02-20 23:59"}
    world.until("2026-02-21 09:00")
    assert world.due(ref) == {"first_word": "2026-03-16 23:59", "answer": "2026-03-16 23:59"}
    # Extended on Friday 13 March: three months from 11 February are 11 May, five days after it Saturday 16 May, so
    # Monday 18 May.
    world.until("2026-03-13 15:00")
    world.do(ref, "extend", "dee", term="extended", grounds="Four systems, 9 000 letters")
    assert world.due(ref) == {"answer": "2026-05-18 23:59"}
    world.until("2026-05-18 16:00")
    world.do(ref, "answer", "uma", answer="Copies of 212 letters")
    by_itself = "clarified_day"  # it ends by running out
    assert {name for name, how in world.ended(ref).items() if how != "met"} == {by_itself}


def test_a_month_is_counted_as_the_commissioner_counts_it(world: Packed) -> None:
    """The examples of the guidance on the right of access, and the holidays of England and Wales."""
    world.until("2026-03-03 10:00")
    for received, due in (
        ("2024-11-25", "2024-12-27"),  # a Monday; 25 and 26 December are bank holidays, so Friday the 27th
        ("2026-01-01", "2026-02-02"),  # a bank holiday all the same; 1 February is a Sunday
        ("2026-01-31", "2026-03-02"),  # 28 February is a Saturday
        ("2026-03-03", "2026-04-07"),  # 3 April is Good Friday, 6 April Easter Monday, so Tuesday
        ("2026-02-17", "2026-03-17"),  # St Patrick's Day is no bank holiday in England and Wales
    ):
        assert world.due(world.new("access-request", received_on=received))["answer"] == f"{due} 23:59"


def test_identity_and_fee_begin_the_month_anew(world: Packed) -> None:
    """The relevant time is the latest of request, proof of identity and fee."""
    ref = world.new("access-request", received_on="2026-02-11")
    world.until("2026-02-12 10:00")
    world.do(ref, "ask_identity", "ola", reason="An unknown address")
    assert world.due(ref) == {"waiting": "2026-03-12 23:59"}
    # The proof came on Friday 20 February, entered on Monday: Friday 20 March.
    world.until("2026-02-23 09:00")
    world.do(ref, "identify", "ola", relevant_on="2026-02-20")
    assert world.due(ref) == {"first_word": "2026-03-20 23:59", "answer": "2026-03-20 23:59"}
    # The fee came on Friday 27 February: Friday 27 March.
    world.until("2026-02-24 09:00")
    world.do(ref, "ask_fee", "dee", fee="40", reason="The third copy of the same file")
    world.until("2026-02-27 09:00")
    world.do(ref, "pay", "ola", relevant_on="2026-02-27")
    assert world.due(ref) == {"first_word": "2026-03-27 23:59", "answer": "2026-03-27 23:59"}
    world.do(ref, "refuse", "dee", grounds="Held for law enforcement only")
    assert world.ended(ref) == {"first_word": "met", "answer": "met", "waiting": "met"}


def test_a_clarification_entered_later_counts_strictly(world: Packed) -> None:
    """It came on Friday 20 February and is entered on Monday: four days are left out, the 20th counts."""
    ref = world.new("access-request", received_on="2026-02-11")
    world.until("2026-02-16 10:00")
    world.do(ref, "clarify", "ola", question="All letters, or those of 2025?")
    world.until("2026-02-23 09:00")
    world.do(ref, "clear_earlier", "ola", clarified_on="2026-02-20")
    # Four days after Wednesday 11 March are Sunday the 15th, so Monday the 16th.
    assert world.due(ref) == {"first_word": "2026-03-16 23:59", "answer": "2026-03-16 23:59"}


def test_a_late_answer_climbs_its_ladder(world: Packed) -> None:
    """Told before, at and after the end; an extension is not to be had any more."""
    ref = world.new("access-request", received_on="2026-02-11")
    world.until("2026-03-19 09:00")
    assert world.steps(ref, "first_word") == [
        ("2026-02-25 09:00:00", "remind", ["ola"]),  # half of 28 days
        ("2026-03-04 09:00:00", "step 1", ["ola", "dee"]),  # back from Wednesday the 11th: 10, 9, 6, 5, 4
        ("2026-03-12 00:00:00", "breach", []),
        ("2026-03-12 00:00:00", "step 2", ["ola", "dee", "uma"]),
        ("2026-03-13 09:00:00", "step 3", ["dan"]),  # 12, 13
        ("2026-03-18 09:00:00", "step 4", ["fay"]),  # 16, 17, 18
    ]
    with pytest.raises(NotNow):
        world.do(ref, "extend", "dee", term="extended", grounds="Too much")
    world.do(ref, "answer", "ola", answer="Everything, with an apology")
    assert world.ended(ref) == {"first_word": "late", "answer": "late"}


def test_a_request_nobody_makes_clear_may_be_closed(world: Packed) -> None:
    """Not before the month of waiting is over; then by who answers for it."""
    ref = world.new("access-request", received_on="2026-02-11")
    world.until("2026-02-16 10:00")
    world.do(ref, "clarify", "ola", question="All letters, or those of 2025?")
    with pytest.raises(NotNow):
        world.do(ref, "lapse", "dee")
    # A month after Monday 16 February: Monday 16 March.
    world.until("2026-03-17 09:00")
    assert world.ended(ref) == {"waiting": "breached"}
    world.do(ref, "lapse", "dee")
    assert world.ended(ref) == {"waiting": "late", "first_word": "cancelled", "answer": "cancelled"}
