"""What a duty must be: it opens a case that can be opened so, and the case has a clock that can meet it."""

from collections.abc import Mapping
from typing import Any

from states.anchors import condition_holds
from states.checking import Known, check_value, named
from states.errors import N_
from states.grades import always_graded
from states.sheet import Path, Sheet

# What a duty may put into a field: the body above (or the body itself), its unit, its window, its body.
DUTY_WORDS: Mapping[str, frozenset[str]] = {
    "$superior": frozenset({"unit", "units", "party"}),
    "$unit": frozenset({"unit", "units", "party"}),
    "$body": frozenset({"unit", "units", "party"}),
    "$window": frozenset({"text"}),
}


def check_duty(duty: Mapping[str, Any], sheet: Sheet, path: Path, types: Mapping[str, Any], known: Known) -> None:
    """Report everything wrong with one compiled duty."""
    known.role(sheet, (*path, "owner"), duty["owner"])
    if duty["owner"] in {"owner", "opener", "party", "system"}:
        sheet.flaw(
            (*path, "owner"),
            "unknown-role",
            N_("A duty is a post's; `{name}` is nobody before the case exists."),
            name=duty["owner"],
        )
    _check_due(duty, sheet, path)
    if not named(sheet, (*path, "opens"), "type", duty["opens"], types):
        return
    definition = types[duty["opens"]]
    fields = definition["fields"]
    for name, value in duty["fields"].items():
        where = (*path, "fields", name)
        if where not in sheet.places:
            where = (*path, "fields", f"{name}?")
        if named(sheet, (*where, "#"), "field", name, fields):
            _check_field(fields[name], value, sheet, where)
    computed = definition["severity"] if always_graded(definition) else None
    missing = [
        name
        for name, field in fields.items()
        if field["required"] and field["default"] is None and name not in {*duty["fields"], computed}
    ]
    if missing:
        sheet.flaw(
            (*path, "opens"),
            "duty-missing-field",
            N_("A `{type}` cannot be opened without {fields}; add `fields:`."),
            type=duty["opens"],
            fields=", ".join(missing),
        )
    known_values = {name: field["default"] for name, field in fields.items()} | duty["fields"]
    if not any(_begins(definition, clock, known_values) for clock in definition["clocks"].values()):
        sheet.flaw(
            (*path, "opens"),
            "duty-without-clock",
            N_("A `{type}` has no clock that begins with it in `{state}`: the duty could never be met or missed."),
            type=duty["opens"],
            state=definition["initial"],
        )


def _begins(definition: Mapping[str, Any], clock: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether this clock begins with a case that the duty opens."""
    return definition["initial"] in clock["runs_in"] and not clock["starts_on"] and condition_holds(clock["if"], values)


def _check_due(duty: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    due = duty["due"]
    if bool(due["on"]) == due["end"]:
        sheet.flaw(
            (*path, "due"),
            "duty-due",
            N_("A duty is due either `on:` certain days or at the `end: true` of its window."),
        )
    elif due["on"] and duty["every"] == "month":
        sheet.flaw((*path, "due", "on"), "duty-due", N_("A monthly duty is due at the `end: true` of the month."))


def _check_field(field: Mapping[str, Any], value: Any, sheet: Sheet, path: Path) -> None:
    if not isinstance(value, str) or not value.startswith("$"):
        check_value(field, value, sheet, path, "bad-value")
    elif value not in DUTY_WORDS:
        sheet.unknown(path, "word", value, DUTY_WORDS, code="unknown-word")
    elif field["type"] not in DUTY_WORDS[value]:
        sheet.flaw(
            path,
            "wrong-type",
            N_("`{name}` is a field of type {found}; here it must be of type {wanted}."),
            name=path[-1],
            found=field["type"],
            wanted=", ".join(sorted(DUTY_WORDS[value])),
        )
