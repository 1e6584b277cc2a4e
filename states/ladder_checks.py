"""What a ladder must be: it has steps, they tell known roles, each comes after the one above, the last may repeat."""

from collections.abc import Mapping, Sequence
from typing import Any

from states.checking import Known, is_nothing
from states.durations import parse_duration
from states.errors import N_
from states.sheet import Path, Sheet

_DAY = 86400.0
_MOST_TIMES = 1000
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
    above = None
    for index, step in enumerate(steps):
        for role in step.get("tell", ()):
            known.role(sheet, (*path, index, "tell", f"={role}"), role)
        if not step.get("tell") and not step.get("do"):
            sheet.flaw((*path, index), "missing-key", N_("`{key}` is missing here."), key="tell")
        if "before" in step and is_nothing(step["before"]):
            sheet.flaw((*path, index, "before"), "bad-duration", N_("At the end of the limit is `after: 0`."))
        if above is not None and _comes_before(step, above):
            key = "before" if "before" in step else "after"
            sheet.flaw(
                (*path, index, key),
                "ladder-not-ascending",
                N_("This step ({step}) would come before the one above it ({above})."),
                step=_when(step),
                above=_when(above),
            )
        above = step
        if "repeat" in step:
            _check_repeat(step, sheet, (*path, index), last=index == len(steps) - 1)


def _check_repeat(step: Mapping[str, Any], sheet: Sheet, path: Path, *, last: bool) -> None:
    repeat = step["repeat"]
    if not last or "before" in step:
        sheet.flaw((*path, "repeat"), "bad-step", N_("Only the last step is repeated, and only after the end."))
    if "every" in repeat and is_nothing(repeat["every"]):
        sheet.flaw((*path, "repeat", "every"), "bad-duration", N_("Between two times there is some time."))
    if not 1 <= repeat.get("times", 1) <= _MOST_TIMES:
        sheet.flaw(
            (*path, "repeat", "times"), "wrong-type", N_("A step is repeated 1 to {most} times."), most=_MOST_TIMES
        )


def _when(step: Mapping[str, Any]) -> str:
    return f"before: {step['before']}" if "before" in step else f"after: {step.get('after', '0')}"


def _comes_before(step: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
    """Whether the step is certainly earlier than the one above it."""
    if "before" in step:
        return "before" not in above or _earlier(above["before"], step["before"])
    return "before" not in above and _earlier(step.get("after", "0"), above.get("after", "0"))


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
