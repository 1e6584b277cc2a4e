"""What a clock is counted from: the words of a policy become instants, or the clock waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import definition, good, pack

from states.anchors import Moments, anchor_text, condition_holds, depends_on, happened, resolved, terms_of
from states.calendars import Calendars, shipped
from states.limits import due
from states.rules import parse_rule

CALENDARS = Calendars(shipped())
PERMIT = definition(good("permit"))
EARLY, MIDDLE, LATE = (f"2026-03-0{day}T05:15:00.123456Z" for day in (2, 3, 4))
NONE = Moments("2026-03-01T00:00:00.000000Z", "2026-03-01T08:00:00.000000Z", {}, {}, {}, {})

SUBMITTED: dict[str, Any] = {"a": "acted", "action": "submit"}
KNOWN: dict[str, Any] = {"a": "field", "field": "known_at"}
DUE: dict[str, Any] = {"a": "due", "clock": "reply"}
BREACHED: dict[str, Any] = {"a": "breached", "clock": "reply"}


@pytest.mark.parametrize(
    ("anchor", "found"),
    [
        (None, NONE.entered),
        ({"a": "opened"}, NONE.opened),
        (KNOWN, LATE),
        ({"a": "field", "field": "empty"}, None),
        (SUBMITTED, MIDDLE),
        ({"a": "acted", "action": "refuse"}, None),
        (DUE, EARLY),
        (BREACHED, None),
        ({"first": [BREACHED, KNOWN, SUBMITTED]}, LATE),
        ({"first": [BREACHED]}, None),
        ({"earliest": [KNOWN, BREACHED, SUBMITTED]}, MIDDLE),
        ({"earliest": [BREACHED]}, None),
        ({"latest": [SUBMITTED, KNOWN]}, LATE),
        ({"latest": [SUBMITTED, BREACHED]}, None),
        ({"latest": [SUBMITTED, {"first": [BREACHED, DUE]}]}, MIDDLE),
    ],
)
def test_an_anchor_is_the_time_of_what_it_names(anchor: dict[str, Any] | None, found: str | None) -> None:
    """First is by order in the list, earliest of what has happened, latest once all has, and nothing is not yet."""
    moments = NONE._replace(
        fields={"known_at": LATE, "empty": None},
        acted={"submit": MIDDLE},
        due={"reply": EARLY},
        zone="Asia/Shanghai",
    )
    assert happened(anchor, moments) == found


def test_a_date_begins_at_midnight_where_the_case_is() -> None:
    """A date is compared with instants as the beginning of that day in the zone of the case, and stays a date."""
    both: dict[str, Any] = {"earliest": [{"a": "field", "field": "day"}, SUBMITTED]}
    evening = NONE._replace(fields={"day": "2026-03-02"}, acted={"submit": "2026-03-01T18:00:00.000000Z"})
    assert happened(both, evening) == "2026-03-01T18:00:00.000000Z"
    assert happened(both, evening._replace(zone="Asia/Shanghai")) == "2026-03-02"
    assert resolved({"from": both, "limit": "2 days"}, evening._replace(zone="Asia/Shanghai")) == {
        "from": "2026-03-02",
        "limit": "2 days",
    }


def test_a_branch_that_waits_is_left_out_of_earliest_and_holds_up_the_others() -> None:
    """Earliest goes by what is there; latest, sequence and a rule of its own wait for everything."""
    branches = [{"limit": "3 days"}, {"from": SUBMITTED, "limit": "1 day"}]
    assert resolved({"earliest": branches, "roll": "next"}, NONE) == {"earliest": [{"limit": "3 days"}], "roll": "next"}
    assert resolved({"earliest": branches[1:]}, NONE) is None
    assert resolved({"latest": branches}, NONE) is None
    assert resolved({"sequence": branches[::-1]}, NONE) is None
    assert resolved({"from": SUBMITTED, "limit": "1 day"}, NONE) is None
    assert resolved({"latest": [{"earliest": branches}, {"limit": "1 day"}]}, NONE) is not None
    done = NONE._replace(acted={"submit": "2026-03-02T05:15:00.000000Z"})
    assert resolved({"latest": branches}, done) == {
        "latest": [{"limit": "3 days"}, {"from": "2026-03-02T05:15:00+00:00", "limit": "1 day"}]
    }
    assert resolved({"from": "2026-03-02", "limit": "1 day"}, NONE) == {"from": "2026-03-02", "limit": "1 day"}


def test_a_condition_holds_when_every_field_has_one_of_its_values() -> None:
    """An empty condition holds; a field that is not set fulfils none."""
    condition = PERMIT["clocks"]["decide"]["if"]
    assert condition == {"kind": ["complex"], "urgent": [True, False]}
    assert condition_holds({}, {})
    assert condition_holds(condition, {"kind": "complex", "urgent": False})
    assert not condition_holds(condition, {"kind": "plain", "urgent": False})
    assert not condition_holds(condition, {"kind": "complex"})


def test_a_clock_tells_what_may_move_it() -> None:
    """Fields, acts and clocks named anywhere: anchors, branches, conditions, choices, starts, pauses and resets."""
    clocks = PERMIT["clocks"]
    assert depends_on(clocks["receive"]) == {"fields": set(), "actions": set(), "clocks": set()}
    assert depends_on(clocks["check"]) == {
        "fields": {"received_at", "severity"},
        "actions": set(),
        "clocks": {"receive"},
    }
    assert depends_on(clocks["decide"]) == {
        "fields": {"kind", "urgent", "received_at"},
        "actions": {"check", "hold", "proceed"},
        "clocks": set(),
    }
    assert depends_on(clocks["progress"])["actions"] == {"check", "progress"}
    assert depends_on(clocks["stale"]) == {"fields": set(), "actions": {"progress"}, "clocks": {"check", "decide"}}
    assert depends_on(pack()["types"]["incident"]["clocks"]["first_report"])["fields"] == {"aware_at", "severity"}


@pytest.mark.parametrize(
    ("anchor", "text"),
    [
        ({"a": "opened"}, "opened"),
        (KNOWN, "known_at"),
        ({"first": [SUBMITTED, DUE]}, "acted(submit) else due(reply)"),
        (
            {"earliest": [BREACHED, {"latest": [KNOWN, DUE]}]},
            "earliest of (breached(reply), latest of (known_at, due(reply)))",
        ),
    ],
)
def test_an_anchor_is_said_in_the_words_of_a_policy(anchor: dict[str, Any], text: str) -> None:
    """Each form has a short text that a reader of policies knows."""
    assert anchor_text(anchor) == text


# One of each kind of term; which of them has happened, and when, is drawn.
TERMS = [
    *({"a": "field", "field": name} for name in ("known_at", "day")),
    {"a": "opened"},
    *({"a": "acted", "action": name} for name in ("submit", "hear")),
    *({"a": kind, "clock": name} for kind in ("due", "breached") for name in ("reply", "check")),
]
anchors = st.recursive(
    st.sampled_from(TERMS),
    lambda inner: st.builds(
        lambda form, parts: {form: parts},
        st.sampled_from(["first", "earliest", "latest"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=5,
)
amounts = st.sampled_from(["36 hours", "10 days", "5 working days", "1 month"])


@st.composite
def rules(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """A rule in normal form, with anchors where a rule may have an event of its own."""
    found: dict[str, Any] = {}
    form = draw(st.sampled_from(["limit", "limit", "earliest", "latest", "sequence"] if depth else ["limit"]))
    if draw(st.booleans()):
        found["from"] = draw(anchors)
    if form == "limit":
        return found | {"limit": draw(amounts)}
    branches = [draw(rules(depth - 1)) for _ in range(draw(st.integers(1, 3)))]
    if form == "sequence":
        for branch in branches[1:]:
            branch.pop("from", None)
    return found | {form: branches}


stamps = st.integers(0, 60 * 24 * 60).map(
    lambda minutes: (datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)).strftime(
        "%Y-%m-%dT%H:%M:%S.000000Z"
    )
)
some = st.dictionaries(st.sampled_from(["reply", "check"]), stamps)
cases = st.builds(
    Moments,
    opened=stamps,
    entered=stamps,
    fields=st.fixed_dictionaries({}, optional={"known_at": stamps, "day": st.dates().map(lambda day: day.isoformat())}),
    acted=st.dictionaries(st.sampled_from(["submit", "hear"]), stamps),
    due=some,
    breached=some,
    zone=st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin"]),
)
FULL = Moments(
    EARLY, EARLY, {"known_at": LATE, "day": "2026-03-05"}, {"submit": MIDDLE, "hear": LATE},
    {"reply": LATE, "check": EARLY}, {"reply": LATE, "check": LATE}, "Asia/Shanghai",
)  # fmt: skip


def clock(rule: dict[str, Any]) -> dict[str, Any]:
    """A clock with nothing but a limit."""
    lists = dict.fromkeys(("starts_on", "paused_by", "resumed_by", "resets_on"), ())
    return {"from": None, "if": {}, "limit": rule, "again": None, "ladder": None, **lists}


@given(rules(), cases)
def test_what_is_resolved_is_a_rule_like_any_other(rule: dict[str, Any], moments: Moments) -> None:
    """It is in the normal form of rules, names no anchor, and a due time comes of it."""
    before = repr(rule)
    found = resolved(rule, moments)
    assert repr(rule) == before
    if found is not None:
        assert parse_rule(found) == found
        assert list(terms_of(clock(found))) == []
        assert due(found, datetime(2026, 3, 2, tzinfo=UTC), CALENDARS, calendar="CN", zone="Asia/Shanghai").on


@given(rules())
def test_nothing_waits_once_all_has_happened(rule: dict[str, Any]) -> None:
    """Where everything has its time, no branch is left out and the clock runs."""
    found = resolved(rule, FULL)
    assert found is not None
    assert str(found).count("limit") == str(rule).count("limit")


@given(rules(), cases, cases)
def test_what_a_clock_does_not_depend_on_cannot_move_it(rule: dict[str, Any], one: Moments, other: Moments) -> None:
    """Two cases that agree in all that `depends_on` names have the same rule."""
    asked = depends_on(clock(rule))

    def mixed(kind: str, first: Any, second: Any) -> dict[str, Any]:
        return {name: first[name] for name in first if name in asked[kind]} | {
            name: second[name] for name in second if name not in asked[kind]
        }

    same = Moments(
        one.opened,
        other.entered,
        mixed("fields", one.fields, other.fields),
        mixed("actions", one.acted, other.acted),
        mixed("clocks", one.due, other.due),
        mixed("clocks", one.breached, other.breached),
        one.zone,
    )
    assert resolved(rule, same) == resolved(rule, one)


@given(st.lists(anchors, min_size=1, max_size=4), cases)
def test_earliest_and_latest_are_of_what_their_parts_are(parts: list[dict[str, Any]], moments: Moments) -> None:
    """The answer is always that of one part; earliest waits for none, latest for all."""
    each = [happened(part, moments) for part in parts]
    there = [found for found in each if found is not None]
    assert happened({"first": parts}, moments) == (there[0] if there else None)
    earliest, latest = happened({"earliest": parts}, moments), happened({"latest": parts}, moments)
    assert (earliest in there) if there else earliest is None
    assert (latest in there) if len(there) == len(each) else latest is None
