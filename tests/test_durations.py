"""The one parser for amounts of time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.durations import UNITS, Duration, format_duration, parse_duration
from states.errors import Usage


@pytest.mark.parametrize(
    ("text", "n", "unit"),
    [
        ("36h", 36, "hours"),
        ("1 hour", 1, "hours"),
        ("90 min", 90, "minutes"),
        ("90min", 90, "minutes"),
        ("1 minute", 1, "minutes"),
        ("10d", 10, "days"),
        ("1 day", 1, "days"),
        ("0 days", 0, "days"),
        ("10wd", 10, "working days"),
        ("10 working days", 10, "working days"),
        ("1 working day", 1, "working days"),
        ("2w", 2, "weeks"),
        ("1 week", 1, "weeks"),
        ("3mo", 3, "months"),
        ("1 month", 1, "months"),
        ("1y", 1, "years"),
        ("2 years", 2, "years"),
        ("8 business hours", 8, "business hours"),
        ("1 business hour", 1, "business hours"),
        ("30 business minutes", 30, "business minutes"),
        ("  10   Working   Days ", 10, "working days"),
        ("+5 days", 5, "days"),
        ("007 days", 7, "days"),
    ],
)
def test_amounts_people_write(text: str, n: int, unit: str) -> None:
    """Each spelling of the contract, short or long, singular or plural, is read."""
    assert parse_duration(text) == Duration(n, unit)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not an amount"),
        ("10", "not an amount"),
        ("days", "not an amount"),
        ("10 days 3 hours", "not an amount"),
        ("1 month 10 days", "not an amount"),
        ("ten days", "not an amount"),
        ("10 fortnights", "'fortnights' is unknown"),
        ("10 business days", "'business days' is unknown"),
        ("3m", "minutes or months"),
        ("-3 days", "negative"),
        ("1.5 hours", "not a whole number of hours"),
        ("1,5 hours", "not a whole number of hours"),
        ("201 years", "absurdly long"),
        ("99999999999999999999 days", "absurdly long"),
        ("10 days\nmore", "unknown"),
    ],
)
def test_what_is_not_one_sane_amount_is_refused_with_a_hint(text: str, what: str) -> None:
    """The refusal says what is wrong and what to write instead."""
    with pytest.raises(Usage, match=what) as caught:
        parse_duration(text)
    assert caught.value.hint


def test_an_amount_that_is_not_text_is_refused() -> None:
    """A bare number has no unit."""
    with pytest.raises(Usage, match="must be text"):
        parse_duration(10)  # type: ignore[arg-type]


@given(st.builds(Duration, st.integers(0, 200), st.sampled_from(UNITS)))
def test_the_canonical_text_is_read_back(amount: Duration) -> None:
    """format_duration and parse_duration are inverse, with the singular for one."""
    text = format_duration(amount)
    assert parse_duration(text) == amount
    assert text.endswith("s") == (amount.n != 1)
