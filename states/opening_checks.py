"""What holds of every case that is opened without a person: its fields can be filled, and a clock begins with it."""

from collections.abc import Callable, Mapping
from typing import Any

from states.anchors import condition_holds
from states.checking import named
from states.errors import N_
from states.grades import always_graded
from states.sheet import Path, Sheet


def check_given(
    given: Mapping[str, Any],
    definition: Mapping[str, Any],
    sheet: Sheet,
    path: Path,
    check: Callable[[Mapping[str, Any], Any, Path], None],
) -> None:
    """Report each field that the type does not have; ``check`` judges the value of one it has."""
    fields = definition["fields"]
    for name, value in given.items():
        where = (*path, "fields", name)
        if where not in sheet.places:
            where = (*path, "fields", f"{name}?")
        if named(sheet, (*where, "#"), "field", name, fields):
            check(fields[name], value, where)


def check_enough(given: Mapping[str, Any], definition: Mapping[str, Any], sheet: Sheet, path: Path, code: str) -> None:
    """Flaw a type that needs a field which nothing gives it."""
    if missing := missing_fields(given, definition):
        sheet.flaw(
            path,
            code,
            N_("A `{type}` cannot be opened without {fields}; add `fields:`."),
            type=definition["case"],
            fields=", ".join(missing),
        )


def missing_fields(given: Mapping[str, Any], definition: Mapping[str, Any]) -> list[str]:
    """The fields without which such a case cannot be opened, and which nothing fills."""
    computed = definition["severity"] if always_graded(definition) else None
    return [
        name
        for name, field in definition["fields"].items()
        if field["required"] and field["default"] is None and name not in {*given, computed}
    ]


def has_first_clock(
    given: Mapping[str, Any], definition: Mapping[str, Any], unsure: frozenset[str] = frozenset()
) -> bool:
    """Whether a clock begins with such a case; the fields in ``unsure`` may have any value by then."""
    return bool(first_clocks(given, definition, unsure))


def first_clocks(
    given: Mapping[str, Any], definition: Mapping[str, Any], unsure: frozenset[str] = frozenset()
) -> list[str]:
    """The clocks that begin with such a case, in order; the fields in ``unsure`` may have any value by then."""
    values = {name: field["default"] for name, field in definition["fields"].items()} | dict(given)
    return [
        clock
        for clock, spec in definition["clocks"].items()
        if definition["initial"] in spec["runs_in"]
        and not spec["starts_on"]
        and condition_holds({name: these for name, these in spec["if"].items() if name not in unsure}, values)
    ]


def check_word(
    field: Mapping[str, Any], value: str, sheet: Sheet, path: Path, words: Mapping[str, frozenset[str]]
) -> None:
    """Flaw a word that is not one of these, or that goes into fields of other types."""
    if value not in words:
        sheet.unknown(path, "word", value, words, code="unknown-word")
    else:
        check_type(field, sheet, path, words[value])


def check_type(field: Mapping[str, Any], sheet: Sheet, path: Path, wanted: frozenset[str]) -> None:
    """Flaw a field of another type than these."""
    if field["type"] not in wanted:
        sheet.flaw(
            path,
            "wrong-type",
            N_("`{name}` is a field of type {found}; here it must be of type {wanted}."),
            name=path[-1],
            found=field["type"],
            wanted=", ".join(sorted(wanted)),
        )
