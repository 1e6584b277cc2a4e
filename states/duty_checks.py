"""What a duty must be: it opens a case that can be opened so, and the case has a clock that can meet it."""

from collections.abc import Mapping
from typing import Any

from states.checking import Known, check_value, named
from states.errors import N_
from states.opening_checks import check_given, check_word, has_first_clock, missing_fields
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
    if definition["effects"]:
        sheet.flaw(
            (*path, "opens"),
            "effects-opened",
            N_("A `{type}` has effects on somebody: only a person's act or a limit that was missed opens one."),
            type=duty["opens"],
        )
        return
    check_given(duty["fields"], definition, sheet, path, lambda field, value, at: _check_field(field, value, sheet, at))
    if missing := missing_fields(duty["fields"], definition):
        sheet.flaw(
            (*path, "opens"),
            "duty-missing-field",
            N_("A `{type}` cannot be opened without {fields}; add `fields:`."),
            type=duty["opens"],
            fields=", ".join(missing),
        )
    if not has_first_clock(duty["fields"], definition):
        sheet.flaw(
            (*path, "opens"),
            "duty-without-clock",
            N_("A `{type}` has no clock that begins with it in `{state}`: the duty could never be met or missed."),
            type=duty["opens"],
            state=definition["initial"],
        )


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
    else:
        check_word(field, value, sheet, path, DUTY_WORDS)
