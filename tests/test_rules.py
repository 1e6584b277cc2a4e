"""The rule object: what may be said, its normal form, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from support.limits import OFFICE

from states.errors import Usage
from states.rules import parse_rule

EVERYTHING = {
    "limit": "5d",
    "calendar": "CN",
    "zone": "Asia/Shanghai",
    "start": "first-working-day",
    "roll": {"next-at": "9:00"},
    "cutoff": "17:30",
    "hours": {"tue": "09:00-12:00", "mon": ["14:00-18:00", "9:00-12:00"], "makeup": []},
    "clear": True,
    "working-if-at-most": 5,
    "before": True,
    "min-working-days": 2,
    "from": "2026-03-02T10:00:00+08:00",
}


def test_a_plain_string_is_short_for_a_limit() -> None:
    """'10wd' and {'limit': '10 working days'} are one rule."""
    assert parse_rule("10wd") == parse_rule({"limit": "10 working days"}) == {"limit": "10 working days"}


def test_the_normal_form_is_canonical_json_and_reads_back_as_itself() -> None:
    """Times, amounts and windows are brought into one spelling; parsing again changes nothing."""
    rule = parse_rule(EVERYTHING)
    assert rule == {
        **EVERYTHING,
        "limit": "5 days",
        "roll": {"next-at": "09:00"},
        "hours": {"mon": ["09:00-12:00", "14:00-18:00"], "tue": ["09:00-12:00"], "makeup": []},
    }
    assert json.loads(json.dumps(rule)) == rule
    assert parse_rule(rule) == rule
    assert list(parse_rule(dict(reversed(EVERYTHING.items())))) == list(rule)


def test_what_is_said_by_default_is_left_out() -> None:
    """start exclude, roll none, clear and before false are the defaults."""
    rule = {"limit": "1 day", "start": "exclude", "roll": "none", "clear": False, "before": False}
    assert parse_rule(rule) == {"limit": "1 day"}
    assert parse_rule({"limit": "36h", "start": "exclude"}) == {"limit": "36 hours"}


def test_branches_are_rules_of_their_own_and_may_be_strings() -> None:
    """Strings, nesting and from (text, instant or date as YAML reads them) are normalised."""
    rule = parse_rule(
        {
            "latest": [
                "10d",
                {"from": date(2026, 3, 2), "limit": "1 month"},
                {"from": datetime(2026, 3, 2, tzinfo=UTC), "sequence": ["1 day", {"earliest": ["2h"]}]},
            ],
            "roll": "next",
        }
    )
    assert rule == {
        "latest": [
            {"limit": "10 days"},
            {"from": "2026-03-02", "limit": "1 month"},
            {
                "from": "2026-03-02T00:00:00+00:00",
                "sequence": [{"limit": "1 day"}, {"earliest": [{"limit": "2 hours"}]}],
            },
        ],
        "roll": "next",
    }
    assert parse_rule(rule) == rule
    assert parse_rule({"end-of": "half-year", "plus": "60d"}) == {"end-of": "half-year", "plus": "60 days"}


def test_hours_of_the_rule_around_serve_its_branches() -> None:
    """Business time in a branch needs hours there or above."""
    assert parse_rule({"hours": OFFICE, "earliest": ["8 business hours", "3 days"]})["hours"] == OFFICE


@pytest.mark.parametrize(
    ("rule", "what", "where"),
    [
        # unknown keys, with the nearest one
        ({"limit": "1 day", "rol": "next"}, "did you mean 'roll'", ""),
        ({"limit": "1 day", "cut_off": "17:30"}, "did you mean 'cutoff'", ""),
        ({"limit": "1 day", "xyz": 1}, "no key 'xyz'", ""),
        # forms
        ({}, "no limit", ""),
        (None, "must be text", ""),
        ([], "must be text", ""),
        (10, "must be text", ""),
        ({"limit": "1 day", "end-of": "month"}, "two forms", ""),
        ({"earliest": ["1 day"], "latest": ["1 day"]}, "two forms", ""),
        ({"limit": "1 day", "plus": "1 day"}, "'plus' goes with", "plus"),
        ({"earliest": []}, "list of rules", "earliest"),
        ({"earliest": "1 day"}, "list of rules", "earliest"),
        ({"sequence": ["1 day", {"limit": "1 day", "rol": 1}]}, "did you mean", "sequence[1]"),
        ({"sequence": ["1 day", {"limit": "1 day", "from": "2026-01-01"}]}, "later part", "sequence[1].from"),
        # values
        ({"limit": 10}, "must be text", "limit"),
        ({"limit": "ten days"}, "not an amount", "limit"),
        ({"limit": "-1 days"}, "negative", "limit"),
        ({"end-of": "week"}, "cannot be 'week'", "end-of"),
        ({"limit": "1 day", "start": "tomorrow"}, "cannot be 'tomorrow'", "start"),
        ({"limit": "1 day", "roll": "nearest"}, "cannot be 'nearest'", "roll"),
        ({"limit": "1 day", "roll": {"next-at": "25:00"}}, "not a time of day", "roll.next-at"),
        ({"limit": "1 day", "roll": {"at": "12:00"}}, "'next-at' and nothing else", "roll"),
        ({"limit": "1 day", "cutoff": "5 pm"}, "not a time of day", "cutoff"),
        ({"limit": "1 day", "cutoff": 1730}, "not a time of day", "cutoff"),
        ({"limit": "1 day", "zone": "Mars/Base"}, "'Mars/Base' is unknown", "zone"),
        ({"limit": "1 day", "calendar": ""}, "must be a name", "calendar"),
        ({"limit": "1 day", "calendar": 5}, "must be a name", "calendar"),
        ({"limit": "1 day", "clear": "yes"}, "true or false", "clear"),
        ({"limit": "1 day", "before": 1}, "true or false", "before"),
        ({"limit": "1 day", "working-if-at-most": "5"}, "whole number", "working-if-at-most"),
        ({"limit": "1 day", "min-working-days": True}, "whole number", "min-working-days"),
        ({"limit": "1 day", "min-working-days": -1}, "whole number", "min-working-days"),
        ({"limit": "1 day", "from": "2026-03-02T10:00"}, "no offset", "from"),
        ({"limit": "1 day", "from": datetime(2026, 3, 2)}, "no offset", "from"),  # noqa: DTZ001
        ({"limit": "1 day", "from": 5}, "instant or a date", "from"),
        # hours
        ({"limit": "1 business hour"}, "needs 'hours'", ""),
        ({"earliest": ["1 business hour"]}, "needs 'hours'", "earliest[0]"),
        ({"limit": "1 business hour", "hours": {}}, "no time to count", "hours"),
        ({"limit": "1 business hour", "hours": {"mon": []}}, "no time to count", "hours"),
        ({"limit": "1 business hour", "hours": ["09:00-17:00"]}, "each weekday", "hours"),
        ({"limit": "1 business hour", "hours": {"monday": ["09:00-17:00"]}}, "no day 'monday'", "hours"),
        ({"limit": "1 business hour", "hours": {"mon": 9}}, "list of windows", "hours"),
        ({"limit": "1 business hour", "hours": {"mon": ["9-17"]}}, "not a time of day", "hours"),
        ({"limit": "1 business hour", "hours": {"mon": ["all day"]}}, "not a window", "hours"),
        ({"limit": "1 business hour", "hours": {"mon": ["17:00-09:00"]}}, "ends before", "hours"),
        ({"limit": "1 business hour", "hours": {"mon": ["09:00-12:00", "11:00-13:00"]}}, "overlap", "hours"),
        # impossible combinations
        ({"limit": "36h", "start": "include"}, "event's day", "start"),
        ({"limit": "36h", "start": "first-working-day"}, "event's day", "start"),
        ({"limit": "8 business hours", "hours": OFFICE, "start": "include"}, "event's day", "start"),
        ({"limit": "3 days", "start": "exclude-hour"}, "about hours", "start"),
        ({"end-of": "month", "start": "exclude-hour"}, "about hours", "start"),
        ({"limit": "36h", "clear": True}, "about days", "clear"),
        ({"limit": "36h", "working-if-at-most": 5}, "about days", "working-if-at-most"),
        ({"limit": "3 days", "clear": True, "start": "include"}, "leaves the event's day out", "clear"),
        ({"earliest": ["1 day"], "before": True}, "no limit to work on", "before"),
        ({"sequence": ["1 day"], "clear": True}, "no limit to work on", "clear"),
        ({"latest": ["1 day"], "start": "include"}, "no limit to work on", "start"),
        ({"latest": ["1 day"], "working-if-at-most": 3}, "no limit to work on", "working-if-at-most"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place_and_a_hint(rule: object, what: str, where: str) -> None:
    """Unknown keys, two forms, bad values and impossible combinations are wrong words (exit 2)."""
    with pytest.raises(Usage, match=what) as caught:
        parse_rule(rule)
    assert caught.value.where == where
    assert caught.value.hint


def test_the_place_of_the_rule_comes_before_the_place_within_it() -> None:
    """Whoever reads the file finds the word."""
    with pytest.raises(Usage) as caught:
        parse_rule({"earliest": ["1 day", {"limit": "1 day", "cutoff": "x"}]}, "clocks.submit.limit")
    assert caught.value.where == "clocks.submit.limit.earliest[1].cutoff"


def test_no_hint_holds_a_brace_that_is_not_a_named_place() -> None:
    """Hints are filled like messages, so a literal brace would break them."""
    for rule in ({"limit": "1 business hour", "hours": 5}, {"limit": "1 business hour"}, {"limit": "1d", "roll": {}}):
        with pytest.raises(Usage) as caught:
            parse_rule(rule)
        assert caught.value.hint.format(**caught.value.places)
