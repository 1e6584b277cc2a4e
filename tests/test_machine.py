"""The machine and the question "what may I do?" are one law."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.policies import definition, good, pack

from states.errors import NotNow, NotPermitted, Usage
from states.guards import Facts, offered, refusal
from states.machine import fire

STATES = ["s0", "s1", "s2"]
ROLES = ["owner", "reviewer", "party", "system"]
ACTIONS = ["go", "stay", "to_s1", "trigger"]  # two of them are names the library itself uses
CLOCKS = ["c0", "c1"]
PEOPLE = ["p1", "p2", "p3"]

terms = st.recursive(
    st.one_of(
        st.sampled_from(ACTIONS).map(lambda name: {"t": "same_person_as", "action": name}),
        st.sampled_from(ACTIONS).map(lambda name: {"t": "acted", "action": name}),
        st.sampled_from(CLOCKS).map(lambda name: {"t": "overdue", "clock": name}),
        st.sampled_from(CLOCKS).map(lambda name: {"t": "met", "clock": name}),
        st.sampled_from(ROLES).map(lambda name: {"t": "role", "role": name}),
        st.just({"t": "opener"}),
    ),
    lambda inner: inner.map(lambda term: {"t": "not", "of": term}),
    max_leaves=2,
)
actions = st.fixed_dictionaries(
    {
        "from": st.lists(st.sampled_from(STATES), min_size=1, unique=True),
        "to": st.sampled_from([*STATES, None]),
        "by": st.lists(st.sampled_from(ROLES), min_size=1, unique=True),
        "needs": st.lists(st.sampled_from(["f", "g"]), unique=True),
        "files": st.integers(0, 1),
        "reason": st.booleans(),
        "unless": st.lists(terms, max_size=2),
        "when": st.lists(st.lists(terms, min_size=1, max_size=2), max_size=2),
    }
)
clock = st.fixed_dictionaries({"then": st.sampled_from([None, *ACTIONS]), "ladder": st.none()})
definitions = st.fixed_dictionaries(
    {
        "case": st.just("thing"),
        "states": st.just(dict.fromkeys(STATES)),
        "initial": st.just("s0"),
        "actions": st.dictionaries(st.sampled_from(ACTIONS), actions, min_size=1),
        "clocks": st.fixed_dictionaries(dict.fromkeys(CLOCKS, clock)),
        "ladders": st.just({}),
    }
)
facts_of_cases = st.builds(
    Facts,
    state=st.sampled_from(STATES),
    roles=st.frozensets(st.sampled_from(ROLES)),
    who=st.lists(st.sampled_from(PEOPLE), max_size=2).map(tuple),
    acted=st.dictionaries(st.sampled_from(ACTIONS), st.lists(st.sampled_from(PEOPLE))),
    opener=st.sampled_from([None, *PEOPLE]),
    given=st.dictionaries(st.sampled_from(["f", "g"]), st.sampled_from(["x", "", None])),
    files=st.integers(0, 1),
    reason=st.sampled_from(["", "because"]),
    clocks=st.dictionaries(st.sampled_from(CLOCKS), st.sampled_from(["running", "met", "breached", None])),
    overdue=st.frozensets(st.sampled_from(CLOCKS)),
    system=st.booleans(),
)


@given(definitions, facts_of_cases)
@settings(max_examples=400, deadline=None)
def test_the_machine_and_the_guards_agree(law: dict[str, Any], facts: Facts) -> None:
    """Every action fires exactly when nothing refuses it, and refuses with the same problem."""
    for action in [*ACTIONS, "nonsense"]:
        expected = refusal(law, action, facts)
        if expected is None:
            assert fire(law, action, facts) == (law["actions"][action]["to"] or facts.state)
        else:
            with pytest.raises(type(expected)) as caught:
                fire(law, action, facts)
            assert str(caught.value) == str(expected)
            assert caught.value.hint == expected.hint


@given(definitions, facts_of_cases)
@settings(max_examples=400, deadline=None)
def test_what_is_offered_fires_once_everything_is_supplied(law: dict[str, Any], facts: Facts) -> None:
    """An action offered as allowed fires when its fields, file and reason are given; one not offered never does."""
    rows = {row["name"]: row for row in offered(law, facts)}
    facts.given, facts.files, facts.reason = {"f": "x", "g": "y"}, 1, "because"
    for action in law["actions"]:
        if action in rows and rows[action]["allowed"]:
            assert fire(law, action, facts) == rows[action]["to"]
        else:
            with pytest.raises((NotNow, NotPermitted)) as caught:
                fire(law, action, facts)
            if action in rows:
                assert str(caught.value) == str(rows[action]["why_not"])


def test_a_definition_is_recognised_by_its_hash() -> None:
    """Two definitions of one name and different hashes do not share a machine, equal hashes do."""
    first = definition(good("sketch")) | {"hash": "one"}
    second = definition(good("sketch").replace("to: drafted", "to: reviewed")) | {"hash": "two"}
    reviewer = Facts("submitted", frozenset({"reviewer"}), ("p1",), reason="because")
    assert fire(first, "return", reviewer) == "drafted"
    assert fire(second, "return", reviewer) == "reviewed"
    assert fire(first | {"actions": {}}, "return", reviewer) == "drafted"


def test_firing_leaves_the_facts_as_they_were() -> None:
    """The machine moves a throw-away carrier; what it was asked about is not touched."""
    head = Facts("drafted", frozenset({"owner"}), ("p1",), files=1)
    fire(definition(good("sketch")), "submit", head)
    assert head == Facts("drafted", frozenset({"owner"}), ("p1",), files=1)


def test_a_state_that_is_not_of_the_definition_is_refused() -> None:
    """A case in a state that its definition does not know gets the ordinary refusal."""
    with pytest.raises(NotNow, match="drifted"):
        fire(definition(good("sketch")), "submit", Facts("drifted", frozenset({"owner"}), ("p1",), files=1))


def test_an_unknown_action_is_refused_as_wrong_words() -> None:
    """What the machine has no event for is a Usage problem, not a KeyError."""
    with pytest.raises(Usage, match="sumbit"):
        fire(definition(good("sketch")), "sumbit", Facts("drafted"))


def test_one_machine_serves_many_threads() -> None:
    """Acts on one definition from several threads do not see each other."""
    law = pack()["types"]["incident"] | {"hash": "threads"}

    def act(number: int) -> str:
        state = "raised" if number % 2 else "analysed"
        facts = Facts(state, frozenset({"unit_head"}), ("p1",), given={"analysis": "a", "summary": "s"})
        return fire(law, "analyse" if number % 2 else "report", facts)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(act, range(2000)))
    assert found == ["analysed" if number % 2 else "reported" for number in range(2000)]
