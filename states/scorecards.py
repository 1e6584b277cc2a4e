"""How a unit or a post did, in points: which figures a policy counts, what each is worth, and the sum with its sums.

A figure is how often something ended in one way: (level, outcome) -> count. ``level`` is the severity of the case, the
step of a ladder, or None. Whole numbers throughout; halves are rounded up. Pure arithmetic: who did what is asked
elsewhere, and nobody is compared with anybody.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

# What is counted, and how each of it can end.
OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "duties": ("met", "late", "missed", "skipped"),
    "clocks": ("in-time", "late", "overdue"),
    "escalations": ("told",),
}

Figures = Mapping[tuple[str | None, str], int]


class Points(NamedTuple):
    """``points`` out of ``of`` (None of 0: nothing happened that counts), and the sum that leads there."""

    points: int | None
    of: int
    how: str


def fitting(data: Mapping[str, Any], types: Mapping[str, Any]) -> dict[str, Any]:
    """A scorecard without what the types no longer have, once one of them was replaced by an office's own.

    What a type has lost cannot be counted; refusing the new type for it would tie it to a card somebody else wrote.
    """
    criteria, measures = data.get("criteria"), {}
    for name, measure in data["measures"].items():
        of = {
            type_: [clock for clock in clocks if clock in types[type_]["clocks"]]
            for type_, clocks in measure.get("of", {}).items()
            if type_ in types and _levels_fit(measure.get("levels"), types[type_])
        }
        of = {type_: clocks for type_, clocks in of.items() if clocks}
        if of or not measure.get("of"):
            measures[name] = {**measure, "of": of} if of else measure
    if criteria and criteria.get("year") not in types.get(criteria.get("case"), {}).get("fields", {}):
        criteria = None
    return {**{key: value for key, value in data.items() if key != "criteria"}, "measures": measures} | (
        {"criteria": criteria} if criteria else {}
    )


def _levels_fit(levels: Mapping[str, int] | None, definition: Mapping[str, Any]) -> bool:
    """Whether the severities a measure weighs are those of the type."""
    if not levels:
        return True
    grading = definition["severity"]
    return grading is not None and set(levels) == set(definition["fields"][grading]["choices"] or ())


def score_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The scorecard of a policy with every default written out."""
    return {
        "criteria": data.get("criteria"),
        "measures": {name: _measure(measure) for name, measure in data["measures"].items()},
    }


def _measure(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": data.get("title"),
        "counts": data["counts"],
        "of": data.get("of", {}),
        "weight": data.get("weight", 0),
        "worth": data.get("worth", {}),
        "levels": data.get("levels", {}),
        "deduct": data.get("deduct", []),
    } | ({"at-most": data["at-most"]} if "at-most" in data else {})


def points_of(measure: Mapping[str, Any], figures: Figures) -> Points:
    """What these figures come to under one measure."""
    if measure["counts"] == "escalations":
        return _deducted(measure["deduct"], measure.get("at-most"), figures)
    return _shared(measure, figures)


def _shared(measure: Mapping[str, Any], figures: Figures) -> Points:
    """The weight, times what was reached of what could have been: each figure by its worth (percent) and its level."""
    reached, could, above, below = 0, 0, [], []
    for (level, outcome), count in sorted(figures.items(), key=lambda item: (item[0][0] or "", item[0][1])):
        worth = measure["worth"].get(outcome)
        graded = measure["levels"].get(level, 1) if measure["levels"] else 1
        if worth is None or not count or not graded:
            continue
        times = f"×{graded}" if measure["levels"] else ""
        reached += count * graded * worth
        could += count * graded
        above.append(f"{count}{times}×{worth}")
        below.append(f"{count}{times}")
    if not could:
        return Points(None, 0, "")
    weight = measure["weight"]
    points = (2 * weight * reached + could * 100) // (2 * could * 100)
    how = f"{weight} × ({' + '.join(above)}) ÷ (({' + '.join(below)}) × 100) = {points}"
    return Points(points, weight, how)


def _deducted(deduct: list[int], most: int | None, figures: Figures) -> Points:
    """So many points less for each step that was climbed, up to ``most``; a step beyond the list costs as the last."""
    lost, parts = 0, []
    for (level, _), count in sorted(figures.items(), key=lambda item: int(item[0][0] or 0)):
        each = deduct[min(int(level or 1), len(deduct)) - 1]
        if count and each:
            lost += count * each
            parts.append(f"{count}×{each}")
    less, bound = (lost, "") if most is None or lost <= most else (most, f", ≤ {most}")
    return Points(-less, 0, f"-({' + '.join(parts)}{bound}) = {-less}" if parts else "")
