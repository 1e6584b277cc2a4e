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
    }


def points_of(measure: Mapping[str, Any], figures: Figures) -> Points:
    """What these figures come to under one measure."""
    if measure["counts"] == "escalations":
        return _deducted(measure["deduct"], figures)
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


def _deducted(deduct: list[int], figures: Figures) -> Points:
    """So many points less for each step that was climbed; a step beyond the list costs as much as the last."""
    lost, parts = 0, []
    for (level, _), count in sorted(figures.items(), key=lambda item: int(item[0][0] or 0)):
        each = deduct[min(int(level or 1), len(deduct)) - 1]
        if count and each:
            lost += count * each
            parts.append(f"{count}×{each}")
    return Points(-lost, 0, f"-({' + '.join(parts)}) = {-lost}" if parts else "")
