"""The pack `uk-foi`: Freedom of Information Act 2000, sections 1(3), 9, 10 and 17, and internal reviews, lived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.packed import Packed, packed

from states.durations import parse_duration
from states.errors import NotNow, NotPermitted
from workflow import engine

# 2026, off in a part of the United Kingdom: 17 March (NI), 3 April, 6 April (not Scotland), 4 May, 25 May,
# 15 June (Scotland), 13 July (NI). 13 March is a Friday.


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Packed]:
    """Friday 13 March 2026, 10:00, in London."""
    with packed(tmp_path, "uk-foi", "Europe/London", "2026-03-13 10:00") as made:
        yield made


def test_a_request_with_a_fee_the_public_interest_and_a_review(world: Packed) -> None:
    """Each clock of a long request is met in time, to the day that the Act gives."""
    ref = world.new("information-request", received_on="2026-03-13", applicant="A. Person")
    # Twenty working days after Friday 13 March, St Patrick's Day and Easter left out:
    # 16, 18, 19, 20 (4), 23-27 (9), 30 March-2 April (13), 7-10 (17), 13, 14, 15 April (20).
    assert world.due(ref) == {"comply": "2026-04-15 23:59"}

    # Fees notice on Wednesday 18 March: three months beginning with that day end on Wednesday 17 June.
    world.until("2026-03-18 11:00")
    world.do(ref, "ask_fee", "ola", fee="25")
    assert world.due(ref) == {"fee": "2026-06-17 23:59"}
    # Paid on Thursday 26 March. From the notice to the payment, both included: 18, 19, 20, 23, 24, 25, 26 March, seven
    # working days. Seven after Wednesday 15 April: 16, 17, 20, 21, 22, 23, Friday 24.
    world.until("2026-03-26 15:00")
    world.do(ref, "pay", "ola")
    assert world.due(ref) == {"fee_day": "2026-03-26 23:59"}
    world.until("2026-03-27 09:00")
    assert world.due(ref) == {"comply": "2026-04-24 23:59"}

    # Notice on the last day, with an estimate for Friday 15 May. Twenty working days after 24 April at the most:
    # 27 April-1 May (5), 5-8 (9), 11-15 (14), 18-22 (19), Tuesday 26 May (20).
    world.until("2026-04-24 16:00")
    world.do(ref, "extend", "ola", exemption="s.43(2), prejudice to trade", estimated_on="2026-05-15")
    assert world.due(ref) == {"public_interest": "2026-05-15 23:59"}
    world.until("2026-05-14 09:00")
    world.do(ref, "estimate", "ola", estimated_on="2026-06-10", reason="A third party has still to answer")
    assert world.due(ref) == {"public_interest": "2026-05-26 23:59"}
    world.until("2026-05-26 16:00")
    world.do(ref, "respond", "ola", response="Disclosed, but for one page")
    assert (world.ended(ref)["comply"], world.ended(ref)["public_interest"]) == ("met", "met")

    # Forty working days after Tuesday 26 May: 27-29 May (3), 1-5 June (8), 8-12 (13), 16-19 (17), 22-26 (22),
    # 29 June-3 July (27), 6-10 (32), 14-17 (36), 20-23 July (40).
    assert world.due(ref) == {"review_window": "2026-07-23 23:59"}
    # Asked for on Monday 1 June, entered on the 2nd: 2-5 June (4), 8-12 (9), 16-19 (13), 22-26 (18), 29, 30 June (20).
    world.until("2026-06-02 10:00")
    world.do(ref, "ask_review", "ott", asked_on="2026-06-01")
    assert world.due(ref) == {"review": "2026-06-30 23:59"}
    # Twenty working days more: 1-3 July (3), 6-10 (8), 14-17 (12), 20-24 (17), 27, 28, 29 July (20).
    more, ola, dan = parse_duration("20 working days"), world.who("ola"), world.who("dan")
    world.store.transact(lambda tx: engine.request_extension(tx, ref, "review", more, who=ola, reason="Complex"))
    world.store.transact(lambda tx: engine.decide_extension(tx, ref, "review", grant=True, who=dan))
    assert world.due(ref) == {"review": "2026-07-29 23:59"}
    world.until("2026-07-29 15:00")
    world.do(ref, "review", "uma", outcome="The page is disclosed too")
    assert world.case(ref)["state"] == "closed"
    by_itself = "fee_day"  # it ends by running out
    assert {name for name, how in world.ended(ref).items() if how != "met"} == {by_itself}


def test_a_late_response_climbs_its_ladder(world: Packed) -> None:
    """Told five working days before, at the end, and one, five and ten working days after it; no way out then."""
    ref = world.new("information-request", received_on="2026-03-13")
    world.until("2026-04-29 10:00")
    assert world.steps(ref, "comply") == [
        ("2026-03-30 09:00:00", "remind", ["ola"]),  # the tenth working day: 16, 18, 19, 20, 23-27, 30
        ("2026-04-08 09:00:00", "step 1", ["ola", "uma"]),  # back from the 15th: 14, 13, 10, 9, 8
        ("2026-04-16 00:00:00", "breach", []),
        ("2026-04-16 00:00:00", "step 2", ["ola", "uma"]),
        ("2026-04-16 09:00:00", "step 3", ["ott", "mel"]),
        ("2026-04-22 09:00:00", "step 4", ["dan"]),  # 16, 17, 20, 21, 22
        ("2026-04-29 09:00:00", "step 5", ["fay"]),  # 23, 24, 27, 28, 29
    ]
    with pytest.raises(NotNow):
        world.do(ref, "clarify", "ola", question="Which year?")
    with pytest.raises(NotNow):
        world.do(ref, "ask_fee", "ola", fee="25")
    with pytest.raises(NotNow):
        world.do(ref, "extend", "ola", exemption="s.43", estimated_on="2026-05-15")
    world.do(ref, "refuse", "ola", exemption="s.21, published already")
    assert world.ended(ref) == {"comply": "late"}


def test_clarification_begins_the_twenty_days_anew(world: Packed) -> None:
    """The request counts as received on the day on which the further information came."""
    ref = world.new("information-request", received_on="2026-03-13")
    world.until("2026-03-23 10:00")
    world.do(ref, "clarify", "ola", question="Which of the two bridges?")
    # Asked on Monday 23 March: two months, Saturday 23 May.
    assert world.due(ref) == {"clarification": "2026-05-23 23:59"}
    # It came on Friday 27 March, entered on Monday the 30th: 30 March-2 April (4), 7-10 (8), 13-17 (13), 20-24 (18),
    # 27, Tuesday 28 April (20).
    world.until("2026-03-30 09:30")
    world.do(ref, "supply", "ola", supplied_on="2026-03-27")
    assert world.due(ref) == {"comply": "2026-04-28 23:59"}


def test_what_is_not_made_clear_or_paid_for_lapses(world: Packed) -> None:
    """After two months without an answer, and after the three months of a fees notice, nothing is owed."""
    unclear = world.new("information-request", received_on="2026-03-13")
    unpaid = world.new("information-request", received_on="2026-03-13")
    world.until("2026-03-18 10:00")
    world.do(unclear, "clarify", "ola", question="Which of the two bridges?")
    world.do(unpaid, "ask_fee", "ola", fee="25")
    # Two months after Wednesday 18 March: Monday 18 May. Three months beginning with 18 March: 17 June.
    world.until("2026-05-18 23:59")
    assert world.case(unclear)["state"] == "clarifying"
    world.until("2026-06-17 23:59")
    assert (world.case(unclear)["state"], world.case(unpaid)["state"]) == ("lapsed", "fee_due")
    world.until("2026-06-18 00:01")
    assert world.case(unpaid)["state"] == "lapsed"
    assert world.ended(unpaid)["comply"] == "cancelled"


def test_a_fee_entered_later_counts_strictly(world: Packed) -> None:
    """Paid on Thursday 26 March, entered on the 30th: six working days are left out, the 26th counts."""
    ref = world.new("information-request", received_on="2026-03-13")
    world.until("2026-03-18 11:00")
    world.do(ref, "ask_fee", "ola", fee="25")
    world.until("2026-03-30 09:00")
    world.do(ref, "pay_earlier", "ola", paid_on="2026-03-26")
    # Six after Wednesday 15 April: 16, 17, 20, 21, 22, Thursday 23.
    assert world.due(ref) == {"comply": "2026-04-23 23:59"}


def test_a_response_nobody_objects_to_is_closed(world: Packed) -> None:
    """After forty working days the case closes by itself; who responded never decides the review."""
    quiet = world.new("information-request", received_on="2026-03-13")
    asked = world.new("information-request", received_on="2026-03-13")
    for ref in (quiet, asked):
        world.do(ref, "respond", "uma", response="Here it is")
    world.do(asked, "ask_review", "ott")
    with pytest.raises(NotPermitted):
        world.do(asked, "review", "uma", outcome="All is well")
    # After Friday 13 March, as above to Wednesday 15 April (20), then 16, 17 (22), 20-24 (27), 27 April-1 May (32),
    # 5-8 May (36), 11-14 May (40).
    assert world.due(quiet) == {"review_window": "2026-05-14 23:59"}
    world.until("2026-05-15 00:01")
    assert world.case(quiet)["state"] == "closed"
