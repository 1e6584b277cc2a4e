"""Each guard refuses for its own reason, in one order, and says what to do."""

from dataclasses import replace
from typing import Any

import pytest
from support.policies import definition, good, pack

from states.errors import NotNow, NotPermitted, Problem, Usage
from states.guards import Facts, fired_by_clocks, offered, refusal, roles_asked

REPORT = definition(good("sketch"))
HEAD = Facts("drafted", frozenset({"unit_head"}), ("p1",))
REVIEWER = Facts("submitted", frozenset({"reviewer"}), ("p2",), acted={"submit": ["p1"]})


def why(definition: dict[str, Any], action: str, facts: Facts, *, asking: bool = False) -> Problem:
    """The refusal, which has to be there and to be a whole sentence with a hint."""
    found = refusal(definition, action, facts, asking=asking)
    assert found is not None
    assert str(found).endswith(".")
    assert "{" not in str(found) + found.hint.format(**found.places)
    return found


def test_an_unknown_action_is_wrong_words() -> None:
    """An action nobody defined is wrong usage, with the nearest name or all of them."""
    found = why(REPORT, "submt", HEAD)
    assert isinstance(found, Usage)
    assert found.places["near"] == "submit"
    assert "submit, return, review" in why(REPORT, "xyz", HEAD).places["actions"]


def test_a_wrong_state_says_what_is_possible_now() -> None:
    """An action of another state is not for now; the hint names what this person may do."""
    found = why(REPORT, "archive", HEAD)
    assert isinstance(found, NotNow)
    assert found.places["allowed"] == "submit, withdraw"
    others = why(REPORT, "archive", replace(HEAD, roles=frozenset()))
    assert others.hint.startswith("What others may do")
    closed = why(REPORT, "submit", replace(HEAD, state="archived"))
    assert closed.hint.startswith("Nothing leads on")


def test_a_role_that_is_not_held_is_not_permitted() -> None:
    """Whoever holds none of the roles is refused, and told whose act it is."""
    found = why(REPORT, "submit", replace(HEAD, roles=frozenset({"office"})))
    assert isinstance(found, NotPermitted)
    assert found.places["roles"] == "owner, unit_head"


def test_an_act_in_person_is_not_for_a_deputy() -> None:
    """Held only in another's place, a role does not do; one role of the actor's own is enough."""
    texts = {"submit": {**REPORT["actions"]["submit"], "in_person": True, "needs": [], "files": 0}}
    reserved = {**REPORT, "actions": {**REPORT["actions"], **texts}}
    deputy = replace(HEAD, stands_in=frozenset({"unit_head"}))
    assert refusal(REPORT, "submit", deputy, asking=True) is None
    assert isinstance(why(reserved, "submit", deputy), NotPermitted)
    assert refusal(reserved, "submit", replace(deputy, roles=frozenset({"unit_head", "owner"}))) is None
    assert [row["why_not"] is None for row in offered(reserved, deputy) if row["name"] == "submit"] == [False]


def test_four_eyes_look_over_the_whole_history() -> None:
    """Whoever submitted may not review, himself or by the one who stands in for him, however long ago."""
    assert refusal(REPORT, "review", REVIEWER) is None
    history = replace(REVIEWER, acted={"submit": ["p2", "p1"], "return": ["p1"]})
    assert isinstance(why(REPORT, "review", history), NotPermitted)
    deputy = replace(REVIEWER, who=("p9", "p1"))
    assert isinstance(why(REPORT, "review", deputy), NotPermitted)


def test_whoever_is_party_or_opened_the_case_does_not_decide() -> None:
    """Conflict of interest: respondent, opener and investigator are kept from the decision."""
    accountability = pack()["types"]["accountability"]
    decider = Facts(
        "heard",
        frozenset({"decider"}),
        ("p1",),
        opener="p5",
        acted={"investigate": ["p6"]},
        given={"measure": "none", "effective_on": "2026-01-01", "grounds": "..."},
    )
    assert refusal(accountability, "decide", decider) is None
    for change in (
        {"roles": frozenset({"decider", "party"})},
        {"opener": "p1"},
        {"acted": {"investigate": ["p1"]}},
        {"who": ("p1", "p6")},
    ):
        assert isinstance(why(accountability, "decide", replace(decider, **change)), NotPermitted), change


def test_the_hearing_waits_for_the_answer_or_its_time() -> None:
    """A condition that does not hold yet is not for now; each of its alternatives opens the way."""
    accountability = pack()["types"]["accountability"]
    decider = Facts(
        "investigated", frozenset({"decider"}), ("p1",), clocks={"answer": "running"}, given={"record": "x"}
    )
    found = why(accountability, "hear", decider)
    assert isinstance(found, NotNow)
    assert str(found) == "hear is not possible now: answer has not been done, and the limit answer is not over."
    assert refusal(accountability, "hear", replace(decider, acted={"answer": ["p7"]})) is None
    assert refusal(accountability, "hear", replace(decider, overdue=frozenset({"answer"}))) is None
    assert refusal(accountability, "hear", replace(decider, clocks={"answer": "breached"})) is None


def test_what_comes_with_the_act_is_asked_for_last() -> None:
    """Reason, file and fields are missing only when all else holds, and are not asked for when only asking."""
    incident = pack()["types"]["incident"]
    reviewer = Facts("raised", frozenset({"reviewer"}), ("p1",))
    assert isinstance(why(incident, "regrade", reviewer), NotNow)
    assert isinstance(why(incident, "regrade", replace(reviewer, reason="  ")), NotNow)
    found = why(incident, "regrade", replace(reviewer, reason="worse than thought", given={"severity": ""}))
    assert isinstance(found, Usage)
    assert found.places["options"] == "--severity VALUE"
    full = replace(reviewer, reason="worse", given={"severity": "major"})
    assert refusal(incident, "regrade", full) is None
    assert refusal(incident, "regrade", reviewer, asking=True) is None
    assert isinstance(why(REPORT, "submit", HEAD), NotNow)
    assert refusal(REPORT, "submit", replace(HEAD, files=1)) is None
    assert refusal(REPORT, "submit", HEAD, asking=True) is None


def test_the_scheduler_does_only_what_is_given_to_it() -> None:
    """A clock does what it is said to do at its end, without a reason of its own, and nothing else."""
    accountability = pack()["types"]["accountability"]
    clock = Facts("proposed", system=True)
    assert fired_by_clocks(accountability) == {"dismiss"}
    assert refusal(accountability, "dismiss", clock) is None
    assert isinstance(why(accountability, "open", clock), NotPermitted)
    assert isinstance(why(accountability, "dismiss", replace(clock, state="decided")), NotNow)
    by_system = definition(good("task").replace("by: [owner], needs: [result]", "by: [system]"))
    assert refusal(by_system, "finish", Facts("open", system=True)) is None
    pretender = Facts("open", frozenset({"system"}), ("p1",))
    assert isinstance(why(by_system, "finish", pretender), NotPermitted)


def test_what_is_offered_names_all_ways_on_with_why_not() -> None:
    """The list holds every action of this state in order, each allowed or with its refusal."""
    rows = offered(REPORT, REVIEWER)
    assert [(row["name"], row["to"], row["allowed"]) for row in rows] == [
        ("return", "drafted", True),
        ("review", "reviewed", True),
        ("withdraw", "withdrawn", False),
    ]
    assert isinstance(rows[2]["why_not"], NotPermitted)
    staying = offered(pack()["types"]["incident"], Facts("raised", frozenset({"first"})))
    assert {row["name"]: row["to"] for row in staying}["notify"] == "raised"


def test_the_roles_that_matter_are_known_beforehand() -> None:
    """All roles an action asks about, also in its conditions, and no other."""
    assert roles_asked(REPORT) == {"owner", "unit_head", "reviewer", "office"}
    assert roles_asked(pack()["types"]["accountability"]) == {
        "decider",
        "inspector",
        "office",
        "party",
        "superior.decider",
        "superior.inspector",
        "superior.superior.decider",
    }


@pytest.mark.parametrize(
    ("text", "clocks", "holds"),
    [
        ("met(defend)", {"defend": "met"}, True),
        ("met(defend)", {"defend": "running"}, False),
        ("not met(defend)", {"defend": "running"}, True),
        ("not overdue(defend)", {"defend": "overdue"}, False),
        ("not not overdue(defend)", {"defend": "overdue"}, True),
    ],
)
def test_conditions_on_clocks_and_their_negation(text: str, clocks: dict[str, str], holds: bool) -> None:
    """`met`, `overdue` and `not` read the clocks of the case."""
    sanction = good("sanction").replace("close: {from: decided,", f"close: {{when: {text}, from: decided,")
    facts = Facts("decided", frozenset({"office"}), ("p1",), clocks=clocks)
    assert (refusal(definition(sanction), "close", facts) is None) is holds


def test_other_conditions_in_unless_are_said_as_written() -> None:
    """An `unless` on what happened before is refused with the rule itself."""
    sanction = good("sanction").replace("close: {from: decided,", "close: {unless: acted(appeal), from: decided,")
    facts = Facts("decided", frozenset({"office"}), ("p1",), acted={"appeal": ["p2"]})
    assert why(definition(sanction), "close", facts).places["term"] == "acted(appeal)"
