"""How long a closed case is kept: how a period is written, and when it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import BROKEN, compiled, definition

from states.catalog import pack_sources, packs
from states.errors import Usage
from states.keep import SLACK, closed_before, kept_until, parse_period

PERMIT = (BROKEN / "keep-not-final.yaml").read_text(encoding="utf-8")


def kept(keep: str, requester: str = "6 months") -> tuple[object, object]:
    """(keep, keep_requester) of a small type, compiled."""
    text = PERMIT.replace("keep: {default: 5 years, checked: 1 year}", f"keep: {keep}\nkeep_requester: {requester}")
    found = definition(text)
    return found["keep"], found["keep_requester"]


def test_one_period_serves_every_final_state():
    """A period alone is written out for each final state, in its canonical spelling."""
    assert kept("5y after close", "6 months after close") == ({"decided": "5 years"}, "6 months")


def test_a_state_may_have_its_own_period():
    """What is said of a state goes before the default; a sum stays a sum."""
    assert kept("{default: 5 years, decided: 6mo + 15d after close}")[0] == {"decided": "6 months + 15 days"}
    assert kept("{decided: 2 weeks}")[0] == {"decided": "2 weeks"}


def test_without_a_rule_everything_is_kept():
    """A type that says nothing keeps its cases for ever."""
    found = definition(PERMIT.replace("keep: {default: 5 years, checked: 1 year}\n", ""))
    assert (found["keep"], found["keep_requester"]) == ({}, None)


@pytest.mark.parametrize("text", ["36h", "10wd", "0d", "5 years + 0 days", "1 day before close"])
def test_what_is_no_period(text):
    """Hours, working days and nothing at all are no time to keep a case for."""
    with pytest.raises(Usage):
        parse_period(text)


@pytest.mark.parametrize(
    ("closed", "period", "until"),
    [
        ("2026-08-31T10:00", "6 months", "2027-02-28T10:00"),
        ("2024-02-29T23:59", "5 years", "2029-02-28T23:59"),
        ("2026-01-01T00:00", "6 months + 15 days", "2026-07-16T00:00"),
        ("2026-12-31T08:00", "2 weeks", "2027-01-14T08:00"),
    ],
)
def test_when_a_period_ends(closed, period, until):
    """Months and years keep the day number or end with the month; sums are counted in their order."""
    at = datetime.fromisoformat(closed).replace(tzinfo=UTC)
    assert kept_until(at, period) == datetime.fromisoformat(until).replace(tzinfo=UTC)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["6 months", "5 years", "6 months + 15 days", "1 month + 1 year", "3 weeks"]),
    st.integers(-20, 20),
)
def test_counting_back_never_ends_a_period_early(now, period, days):
    """Whatever closed by the instant counted back has run out of its period; beyond the slack nothing has."""
    now = now.replace(tzinfo=UTC)
    latest = closed_before(now, period)
    assert kept_until(latest - timedelta(days=abs(days)), period) <= now
    assert kept_until(latest + SLACK, period) > now


@pytest.mark.parametrize("name", [pack["name"] for pack in packs()])
def test_packs_forget_those_who_asked(name):
    """Every shipped type with a requester says when the requester is erased (RESPONSIBILITY.md E5)."""
    for type_ in compiled(pack_sources(name))["types"].values():
        if any(field["requester"] for field in type_["fields"].values()):
            assert type_["keep_requester"], type_["case"]


def test_the_names_of_a_dismissed_case_go_first():
    """Of the pack `responsibility` every type is kept for some time, a dismissed accountability case the shortest."""
    types = compiled(pack_sources("responsibility"))["types"]
    assert all(set(type_["keep"]) == {n for n, s in type_["states"].items() if s["final"]} for type_ in types.values())
    assert types["accountability"]["keep"]["dismissed"] == "6 months + 15 days"
