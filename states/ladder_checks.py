"""What a ladder must be: it has steps, they tell roles that exist, and each comes after the one above it."""

from collections.abc import Mapping, Sequence
from typing import Any

from states.checking import Known
from states.durations import parse_duration
from states.errors import N_
from states.sheet import Path, Sheet

_DAY = 86400.0
# The shortest and longest a unit can be, in seconds, holidays of a fortnight allowed for; enough to see an order.
_SPAN = {
    "minutes": (60.0, 60.0),
    "hours": (3600.0, 3600.0),
    "days": (_DAY, _DAY),
    "working days": (_DAY, 3 * _DAY),
    "weeks": (7 * _DAY, 7 * _DAY),
    "months": (28 * _DAY, 31 * _DAY),
    "years": (365 * _DAY, 366 * _DAY),
}


def check_ladder(steps: Sequence[Mapping[str, Any]], sheet: Sheet, path: Path, known: Known) -> None:
    """The steps of one ladder: there are some, they tell known roles, and none comes before the one above it."""
    if not steps:
        sheet.flaw(path, "ladder-empty", N_("A ladder has at least one step."))
    before = "0"
    for index, step in enumerate(steps):
        for role in step.get("tell", ()):
            known.role(sheet, (*path, index, "tell", f"={role}"), role)
        if not step.get("tell") and not step.get("do"):
            sheet.flaw((*path, index), "missing-key", N_("`{key}` is missing here."), key="tell")
        after = step.get("after", before)
        if _earlier(after, before):
            sheet.flaw(
                (*path, index, "after"),
                "ladder-not-ascending",
                N_("This step ({after}) would come before the one above it ({before})."),
                after=after,
                before=before,
            )
        before = after


def _earlier(one: str, other: str) -> bool:
    """Whether the first amount of time is certainly shorter."""
    if other == "0":
        return False
    if one == "0":
        return parse_duration(other).n > 0
    left, right = parse_duration(one), parse_duration(other)
    if left.unit == right.unit:
        return left.n < right.n
    return left.n * _SPAN[left.unit][1] < right.n * _SPAN[right.unit][0]
