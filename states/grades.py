"""How severe a case is, from its numbers: the thresholds of a definition, each with its stated inclusivity."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

OPERATORS: Mapping[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}


def grade(definition: Mapping[str, Any], fields: Mapping[str, object]) -> str | None:
    """The choice of the first grade of which any comparison holds; None if none does, or there are no grades.

    A number that is not known fulfils no comparison; a grade without comparisons is `otherwise` and takes the rest.
    """
    for row in definition["grades"]:
        if not row["any"] or any(_holds(one, fields) for one in row["any"]):
            return str(row["is"])
    return None


def always_graded(definition: Mapping[str, Any]) -> bool:
    """Whether the grades find a severity whatever the numbers are."""
    return any(not row["any"] for row in definition["grades"])


def _holds(comparison: Mapping[str, Any], fields: Mapping[str, object]) -> bool:
    value = fields.get(comparison["field"])
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return OPERATORS[comparison["op"]](value, comparison["n"])
