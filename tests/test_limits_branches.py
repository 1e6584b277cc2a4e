"""earliest, latest and sequence: what branches inherit, where each begins, and the roll around them."""

from __future__ import annotations

import pytest
from support.limits import OFFICE, ask, calendars, end

MON = "2026-03-02T10:00:00+08:00"


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ({"earliest": ["3 days", "1 week"]}, "2026-03-05"),
        ({"latest": ["3 days", "1 week"]}, "2026-03-09"),
        # from per branch, else --from: Feb 27 + 1 week = Mar 6; Mon 2 + 3 days = Mar 5.
        ({"earliest": [{"from": "2026-02-27", "limit": "1 week"}, "3 days"]}, "2026-03-05"),
        ({"latest": [{"from": "2026-02-27", "limit": "1 week"}, "3 days"]}, "2026-03-06"),
        # No from means the enclosing rule's event.
        ({"from": "2026-01-05", "earliest": ["3 days", "1 week"]}, "2026-01-08"),
        ({"latest": [{"from": "2026-01-05", "earliest": ["3 days", "1 week"]}, "1 day"]}, "2026-03-03"),
        # Each branch rolls itself: Sat 7 to Mon 9 is later than Sun 8 unrolled.
        ({"earliest": [{"limit": "5 days", "roll": "next"}, "6 days"]}, "2026-03-08"),
        # The outer roll comes last.
        ({"earliest": [{"limit": "5 days", "roll": "next"}, "6 days"], "roll": "previous"}, "2026-03-06"),
        ({"latest": ["5 days", "6 days"], "roll": "next"}, "2026-03-09"),
        ({"latest": ["5 days", "6 days"], "roll": "next", "cutoff": "17:30"}, "2026-03-09 17:30:00"),
        # The cut-off of the rule around is for its roll alone: branches do not inherit it.
        ({"latest": ["2 days", "3 days"], "cutoff": "17:30"}, "2026-03-05"),
        ({"latest": ["1 day", "2 hours"], "min-working-days": 4}, "2026-03-06"),
        # Hours against days: Mon 10:00 + 36 h = Tue 22:00 is before the end of Tuesday.
        ({"earliest": ["1 day", "36 hours"]}, "2026-03-03 22:00:00"),
        ({"latest": ["1 day", "36 hours"]}, "2026-03-03"),
        # Branches inherit calendar and hours, and may have their own.
        ({"calendar": "none", "latest": ["5 working days", "1 day"]}, "2026-03-07"),
        ({"calendar": "none", "latest": [{"limit": "5 working days", "calendar": "PLAIN"}, "1 day"]}, "2026-03-09"),
        ({"hours": OFFICE, "earliest": ["3 business hours", "1 day"]}, "2026-03-02 15:00:00"),
        # A sequence of days: the due day is the next part's event day.
        ({"sequence": ["3 days", "2 working days"]}, "2026-03-09"),
        # Sat 7 rolled to Mon 9 is the event's day of the second part.
        ({"sequence": [{"limit": "5 days", "roll": "next"}, "1 day"]}, "2026-03-10"),
        # Hours run from the due_at of the part before: 23:59:59, or its cut-off.
        ({"sequence": ["1 day", "12 hours"]}, "2026-03-04 11:59:59"),
        ({"sequence": [{"limit": "1 day", "cutoff": "17:30"}, "12 hours"]}, "2026-03-04 05:30:00"),
        # The due day is a day, not an instant after the cut-off.
        (
            {"sequence": [{"limit": "1 day", "cutoff": "18:00"}, {"limit": "1 day", "cutoff": "17:30"}]},
            "2026-03-04 17:30:00",
        ),
        # After hours, an instant: Mon 10:00 + 8 h = 18:00 is after the cut-off, so Tuesday, and a day later Wednesday.
        ({"sequence": ["8 hours", {"limit": "1 day", "cutoff": "17:30"}]}, "2026-03-04 17:30:00"),
        ({"sequence": ["36 hours", "1 day"]}, "2026-03-04"),
        ({"sequence": ["1 day"]}, "2026-03-03"),
        ({"sequence": [{"from": "2026-01-05", "limit": "1 day"}, "1 day"]}, "2026-01-07"),
        ({"sequence": ["1 day", {"end-of": "month", "plus": "1 day"}]}, "2026-04-01"),
        # The outer roll of a sequence.
        ({"sequence": ["3 days", "2 days"], "roll": "next"}, "2026-03-09"),
        # Branches within a sequence: the later of Thu 5 and Fri 6, then two hours.
        ({"sequence": [{"latest": ["3 days", "4 days"]}, "2 hours"]}, "2026-03-07 01:59:59"),
        ({"sequence": ["1 day", {"earliest": ["2 days", "20 hours"]}]}, "2026-03-04 19:59:59"),
    ],
)
def test_branches(rule: object, answer: str) -> None:
    """Branches count from their own event, roll themselves, and the rule around rolls last."""
    assert end(rule, MON) == answer


@pytest.mark.parametrize(
    ("rule", "extend", "answer"),
    [
        # To every branch of earliest and latest.
        ({"earliest": ["3 days", "1 week"]}, ["2 days"], "2026-03-07"),
        ({"latest": ["3 days", "1 week"]}, ["2 days"], "2026-03-11"),
        # In a sequence to the last part.
        ({"sequence": ["1 month", "1 week"]}, ["1 month"], "2026-05-09"),
        ({"sequence": ["1 month", {"earliest": ["1 week", "2 weeks"]}]}, ["1 day"], "2026-04-10"),
        # A first part counted back is not extended, so it is not refused.
        ({"sequence": [{"limit": "1 day", "before": True}, "1 week"]}, ["1 day"], "2026-03-09"),
    ],
)
def test_an_extension_goes_to_every_branch_and_to_the_last_part(rule: object, extend: list[str], answer: str) -> None:
    """Extensions reach each branch, in a sequence the last part only."""
    assert end(rule, MON, extend=extend) == answer


def test_a_branch_has_its_own_zone_and_the_answer_tells_which() -> None:
    """The calendar and zone of the branch that decides are told."""
    rule = {"earliest": ["5 days", {"limit": "1 day", "calendar": "ENG", "zone": "Europe/London"}]}
    found = ask(rule, MON, zone="Asia/Shanghai")
    assert (found.calendar, found.zone, found.on.isoformat()) == ("ENG", "Europe/London", "2026-03-03")


def test_the_zone_of_a_calendar_follows_the_calendar_not_the_rule_around() -> None:
    """Where no zone is said anywhere, a branch with its own calendar is counted in that calendar's zone."""
    rule = {"calendar": "CN", "earliest": ["1 day", {"limit": "1 day", "calendar": "ENG"}]}
    # 20:00 UTC is the 3rd in Shanghai, due on the 4th, and still the 2nd in London, due on the 3rd.
    found = ask(rule, "2026-03-02T20:00:00Z", calendar=None)
    assert (found.calendar, found.zone, found.on.isoformat()) == ("ENG", "Europe/London", "2026-03-03")


def test_stops_reach_every_branch() -> None:
    """A day excluded is excluded in each branch."""
    assert end({"latest": ["3 days", "4 days"]}, MON, stops=["exclude:2026-03-03/2026-03-03"]) == "2026-03-07"


def test_the_deciding_branch_is_the_one_explained() -> None:
    """Rows are those of the winning branch; a sequence has the rows of its parts, no day twice."""
    latest = ask({"latest": ["1 day", "3 days"]}, MON, explain=True)
    assert [row.date for row in latest.days] == ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]
    both = ask({"sequence": ["1 working day", "1 day"], "roll": "next"}, "2026-03-05", explain=True)
    assert [(row.date[-2:], row.what, row.counted) for row in both.days] == [
        ("05", "start", False),
        ("06", "working", True),
        ("07", "counted", True),
        ("08", "weekend", False),
        ("09", "rolled", False),
    ]


def test_a_union_member_decides_in_a_branch_too() -> None:
    """A branch may name a union."""
    both = calendars({"name": "BOTH", "union": ["CN", "ENG"], "zone": "Asia/Shanghai"})
    rule = {"latest": [{"limit": "1 working day", "calendar": "BOTH"}, "1 day"]}
    assert end(rule, "2026-10-09", among=both) == "2026-10-12"
