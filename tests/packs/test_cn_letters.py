"""The procedure times of letters and visits, lived: receipt, handling, review, re-examination."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.regime import Regime

from states.errors import NotNow

ABOVE = """
people: [{login: yu, name: Yu}]
postings: [{person: yu, unit: province, post: office, from: 2025-01-01}]
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Regime]:
    """Wednesday 1 April 2026. Days off: 4 to 6 April, 1 to 5 May; Saturday 9 May is worked."""
    world = Regime.begin(tmp_path, "cn-letters", "2026-04-01 09:00", zone="Asia/Shanghai")
    world.register(ABOVE)
    yield world
    world.close()


def matter(office: Regime, **given: str) -> str:
    """Received on Tuesday 31 March."""
    return office.new("matter", "wang", sender="A resident", subject="Street light", received_on="2026-03-31", **given)


def test_a_matter_through_handling_review_and_re_examination(office: Regime) -> None:
    """15 days, 60 and 30, 30 to ask, 30 to review (late), 30 to ask, 30 to re-examine without the hearing."""
    ref = matter(office)
    assert office.due(ref, "acceptance") == "2026-04-15"
    office.until("2026-04-10 10:00")
    office.do(ref, "accept", "wang", file="notice of receipt")
    assert office.due(ref, "handling") == "2026-06-09"  # 20 days to 30 April, 31 in May, 9 in June
    office.extend(ref, "handling", "30 days", ask="wang", grant="zhao")
    assert office.due(ref, "handling") == "2026-07-09"  # 21 to 30 June, 9 in July
    office.until("2026-06-10 10:00")
    office.do(ref, "answer", "li", file="opinion")
    office.do(ref, "serve", "wang", served_on="2026-06-08")
    assert office.due(ref, "ask_review") == "2026-07-08"  # 22 days to 30 June, 8 in July
    office.until("2026-07-07 10:00")
    office.do(ref, "ask_review", "yu", review_asked_on="2026-07-06")
    assert office.due(ref, "review") == "2026-08-05"  # 25 days to 31 July, 5 in August
    office.until("2026-08-10 10:00")
    assert office.climbed(ref, "review") == [
        ("2026-08-02 09:00:00", ["yu"]),  # three days before
        ("2026-08-06 00:00:00", ["yu"]),
        ("2026-08-06 09:00:00", ["pan"]),  # one working day after Wednesday 5 August
        ("2026-08-10 09:00:00", ["wei"]),  # 6 = 1, 7 = 2, Mon 10 = 3
    ]
    office.do(ref, "review", "pan", file="opinion on review", reason="the file came late")
    office.do(ref, "serve_review", "yu", review_served_on="2026-08-12")
    assert office.due(ref, "ask_recheck") == "2026-09-11"  # 19 days to 31 August, 11 in September
    office.until("2026-08-20 10:00")
    office.do(ref, "ask_recheck", "yu")
    assert office.due(ref, "recheck") == "2026-09-19"  # 11 days to 31 August, 19 in September
    office.until("2026-08-24 10:00")
    office.do(ref, "hear", "yu")
    office.until("2026-09-03 10:00")
    office.do(ref, "heard", "yu", file="record")
    assert office.due(ref, "recheck") == "2026-09-29"  # 24 August to 2 September, ten days, did not count
    office.do(ref, "recheck", "wei", file="opinion on re-examination")
    assert office.state(ref) == "closed"
    assert office.clocks(ref) == {
        "acceptance": "met",
        "handling": "met",
        "ask_review": "met",
        "review": "late",
        "ask_recheck": "met",
        "recheck": "met",
    }


def test_a_matter_handled_late_climbs_the_ladder_and_rests_when_nobody_asks_further(office: Regime) -> None:
    """Accepted 1 April: due Sunday 31 May, not moved; no re-examination asked for within thirty days of the review."""
    ref, quiet = matter(office), matter(office)
    for one in (ref, quiet):
        office.do(one, "accept", "wang", file="notice of receipt")
        assert office.due(one, "handling") == "2026-05-31"  # 29 days to 30 April, 31 in May
    office.do(quiet, "answer", "li", file="opinion")
    office.do(quiet, "serve", "wang", served_on="2026-04-01")
    assert office.due(quiet, "ask_review") == "2026-05-01"
    with pytest.raises(NotNow):
        office.do(quiet, "close", "sun")
    office.until("2026-06-05 12:00")
    assert office.climbed(quiet, "ask_review") == [("2026-05-02 00:00:00", ["wang"])]
    office.do(quiet, "close", "sun")
    assert office.clocks(quiet)["ask_review"] == "cancelled"
    assert office.climbed(ref, "handling") == [
        ("2026-05-28 09:00:00", ["wang"]),
        ("2026-06-01 00:00:00", ["li", "wang"]),
        ("2026-06-01 09:00:00", ["feng"]),
        ("2026-06-03 09:00:00", ["zhao"]),
        ("2026-06-05 09:00:00", ["qian"]),
    ]
    office.do(ref, "answer", "zhao", file="opinion", reason="the survey took long")
    office.do(ref, "ask_review", "wang")
    office.do(ref, "review", "wei", file="opinion on review")
    office.do(ref, "serve_review", "wang", review_served_on="2026-06-05")
    office.until("2026-07-06 09:00")
    assert office.climbed(ref, "ask_recheck") == [("2026-07-06 00:00:00", ["wang"])]  # 25 days to 30 June, 5 in July
    office.do(ref, "close", "sun")
    assert (office.state(ref), office.clocks(ref)["handling"]) == ("closed", "late")


def test_a_transferred_matter_is_handed_back_within_five_working_days_or_not_at_all(office: Regime) -> None:
    """Received 31 March: 1, 2, 3 = 3; (4 to 6 off); 7 = 4, 8 = 5. Passing on is due by 15 April, and comes late."""
    ref, other = matter(office, source="transferred"), matter(office, source="transferred")
    assert office.due(ref, "objection") == "2026-04-08"
    office.until("2026-04-08 17:00")
    office.do(ref, "hand_back", "li", reason="a matter of the water company")
    assert office.state(ref) == "handed-back"
    office.until("2026-04-17 10:00")
    assert office.climbed(other, "objection") == [("2026-04-09 00:00:00", ["wang"])]
    with pytest.raises(NotNow):
        office.do(other, "hand_back", "li", reason="a matter of the water company")
    assert office.climbed(other, "acceptance") == [
        ("2026-04-12 09:00:00", ["wang"]),
        ("2026-04-16 00:00:00", ["li", "wang"]),
        ("2026-04-16 09:00:00", ["feng"]),
    ]
    office.do(other, "pass_on", "wang", reason="to the water company")
    assert office.clocks(other)["acceptance"] == "late"
