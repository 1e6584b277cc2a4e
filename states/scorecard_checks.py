"""What a scorecard must be: no weight is left open, and what it counts is there and can end in each way it values."""

from collections.abc import Mapping
from typing import Any

from states.checking import field_named, named
from states.errors import N_
from states.scorecards import OUTCOMES
from states.sheet import Path, Sheet

# Which keys belong to what is counted; those of `worth` are its outcomes.
_KEYS: Mapping[str, frozenset[str]] = {
    "duties": frozenset({"weight", "worth"}),
    "clocks": frozenset({"of", "weight", "worth", "levels"}),
    "escalations": frozenset({"of", "deduct", "at-most"}),
}
_OPTIONAL = frozenset({"levels", "at-most"})


def check_scorecard(data: Mapping[str, Any], sheet: Sheet, types: Mapping[str, Any], unsure: set[Any]) -> None:
    """Report everything wrong with the scorecard of one document; ``unsure``: types that have flaws of their own."""
    criteria = data.get("criteria")
    if criteria and {"case", "year"} <= criteria.keys() and criteria["case"] not in unsure:
        where: Path = ("scorecard", "criteria")
        if named(sheet, (*where, "case"), "type", criteria["case"], types):
            field_named(types[criteria["case"]], sheet, (*where, "year"), criteria["year"], "int")
    for name, measure in data.get("measures", {}).items():
        if "counts" in measure:
            _check_measure(measure, sheet, ("scorecard", "measures", name), types, unsure)


def _check_measure(
    measure: Mapping[str, Any], sheet: Sheet, path: Path, types: Mapping[str, Any], unsure: set[Any]
) -> None:
    counts = measure["counts"]
    for key in sorted(measure.keys() - {"title", "counts"} - _KEYS[counts]):
        sheet.flaw(
            (*path, key),
            "wrong-key",
            N_("`{key}` says nothing about what counts {counts}."),
            key=key,
            counts=counts,
        )
    for key in sorted(_KEYS[counts] - _OPTIONAL - measure.keys()):
        if not (counts == "escalations" and key == "of"):
            sheet.flaw(path, "missing-key", N_("`{key}` is missing here."), key=key)
    if "deduct" in measure and not measure["deduct"]:
        sheet.flaw((*path, "deduct"), "unset-weight", N_("How much is a step worth? The list is empty."))
    _check_worth(measure, sheet, (*path, "worth"))
    for type_, clocks in measure.get("of", {}).items():
        where = (*path, "of", type_)
        if type_ in unsure or not named(sheet, (*where, "#"), "type", type_, types):
            continue
        for clock in clocks:
            named(sheet, (*where, f"={clock}"), "clock", clock, types[type_]["clocks"])
        if "levels" in measure and counts == "clocks":
            _check_levels(measure["levels"], sheet, path, type_, types[type_])


def _check_worth(measure: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    """Every way to end has a worth, or `none`: what was forgotten would silently not count."""
    worth, outcomes = measure.get("worth"), OUTCOMES[measure["counts"]]
    if worth is None:
        return
    for outcome in worth:
        if outcome not in outcomes:
            sheet.unknown((*path, outcome, "#"), "word", outcome, outcomes)
    missing = [outcome for outcome in outcomes if outcome not in worth]
    if missing:
        sheet.flaw(
            path,
            "unset-weight",
            N_("Nothing says what {outcomes} is worth: a percentage, or `none` where it does not count."),
            outcomes=", ".join(missing),
        )
    elif all(value is None for value in worth.values()):
        sheet.flaw(path, "unset-weight", N_("Nothing here counts: give at least one outcome a worth."))


def _check_levels(
    levels: Mapping[str, int], sheet: Sheet, path: Path, type_: str, definition: Mapping[str, Any]
) -> None:
    """Every severity of the type has a weight, and no other."""
    grading = definition["severity"]
    if grading is None:
        sheet.flaw((*path, "levels"), "wrong-key", N_("A `{type}` has no severity: leave `levels` out."), type=type_)
        return
    choices = definition["fields"][grading]["choices"]
    for level in levels:
        if level not in choices:
            sheet.unknown((*path, "levels", level, "#"), "choice", level, choices)
    missing = [choice for choice in choices if choice not in levels]
    if missing:
        sheet.flaw((*path, "levels"), "unset-weight", N_("These have no weight: {levels}."), levels=", ".join(missing))
