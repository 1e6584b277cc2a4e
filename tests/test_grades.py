"""Severity from numbers: thresholds in order, each with its stated inclusivity."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import definition, good

from states.compiler import compile_policy
from states.grades import OPERATORS, always_graded, grade

TEXT = good("task").replace(
    "states:\n",
    """\
  severity: {type: choice, choices: [general, large, major, critical]}
  deaths: {type: int}
  injured: {type: int}
grades:
  critical: [deaths >= 30, injured >= 100]
  major: [deaths >= 10, injured >= 50]
  large: deaths > 2
  general: otherwise
states:
""",
)
TASK = definition(TEXT)


def test_grades_compile_to_comparisons_in_order() -> None:
    """Each grade keeps its place, its comparisons are split, and `otherwise` has none."""
    assert TASK["severity"] == "severity"
    assert [row["is"] for row in TASK["grades"]] == ["critical", "major", "large", "general"]
    assert TASK["grades"][0]["any"] == [
        {"field": "deaths", "op": ">=", "n": 30},
        {"field": "injured", "op": ">=", "n": 100},
    ]
    assert TASK["grades"][2] == {"is": "large", "any": [{"field": "deaths", "op": ">", "n": 2}]}
    assert TASK["grades"][3] == {"is": "general", "any": []}
    assert definition(good("task"))["grades"] == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"deaths": 30}, "critical"),
        ({"deaths": 29}, "major"),
        ({"deaths": 0, "injured": 100}, "critical"),
        ({"deaths": 3}, "large"),
        ({"deaths": 2, "injured": 49}, "general"),
        ({}, "general"),
        ({"deaths": None, "injured": True}, "general"),
    ],
)
def test_the_first_grade_with_a_threshold_that_is_met_holds(fields: dict[str, Any], found: str) -> None:
    """Thresholds include or exclude their own number as written; what is not known meets none."""
    assert grade(TASK, fields) == found


def test_without_otherwise_a_case_may_have_no_grade() -> None:
    """A definition without grades, or one that none of them fits, leaves the severity open."""
    partly = definition(TEXT.replace("  general: otherwise\n", ""))
    assert grade(partly, {"deaths": 1}) is None
    assert not always_graded(partly)
    assert always_graded(TASK)
    assert grade(definition(good("task")), {"deaths": 99}) is None


@given(st.integers(-5, 5), st.integers(-5, 5), st.sampled_from(sorted(OPERATORS)))
def test_every_sign_means_what_it_means_in_arithmetic(value: int, n: int, op: str) -> None:
    """The comparison holds exactly where Python says so."""
    law = {"grades": [{"is": "yes", "any": [{"field": "x", "op": op, "n": n}]}]}
    python = {"=": "=="}.get(op, op)
    assert (grade(law, {"x": value}) == "yes") == eval(f"{value} {python} {n}")  # noqa: S307


comparisons = st.tuples(st.sampled_from(sorted(OPERATORS)), st.integers(-3, 3))


@given(comparisons, comparisons)
def test_a_grade_that_is_never_reached_is_refused(first: tuple[str, int], second: tuple[str, int]) -> None:
    """Of two grades with one comparison each, the second compiles exactly where some number makes it hold."""
    rows = {"critical": first, "major": second}
    start, _, rest = TEXT.partition("grades:\n")
    written = "".join(f"  {name}: deaths {op} {n}\n" for name, (op, n) in rows.items())
    _, flaws = compile_policy({"task.yaml": f"{start}grades:\n{written}states:{rest.partition('states:')[2]}"})
    law = {"grades": [{"is": name, "any": [{"field": "deaths", "op": op, "n": n}]} for name, (op, n) in rows.items()]}
    reached = any(grade(law, {"deaths": deaths}) == "major" for deaths in range(-9, 10))
    assert [flaw.code for flaw in flaws] == ([] if reached else ["grade-never"])
