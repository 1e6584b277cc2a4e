"""What the text of a clock must be: names that stand for something, limits that can be counted, a result."""

from collections.abc import Iterator, Mapping
from typing import Any

from states.anchors import rules_of, terms_of
from states.checking import Known, check_value, field_named, is_nothing, named
from states.clock_acts import check_automatic, check_circles
from states.durations import parse_duration
from states.errors import N_, Usage
from states.grades import always_graded
from states.rules import check_extensions
from states.run_checks import check_run
from states.sheet import Path, Sheet
from states.term_reading import ANCHORS


def check_clocks(definition: Mapping[str, Any], sheet: Sheet, known: Known) -> None:
    """Report everything wrong with the clocks of one definition."""
    for name, clock in definition["clocks"].items():
        path: Path = ("clocks", name)
        flaws = len(sheet.flaws)
        _check_names(definition, clock, sheet, path, known)
        _check_limit(definition, clock, sheet, path, known)
        _check_ladders(definition, clock, sheet, path, known)
        if len(sheet.flaws) == flaws and definition["initial"] is not None:
            check_run(definition, clock, sheet, path)
    if not sheet.flaws:
        check_circles(definition, sheet)


def _check_names(
    definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path, known: Known
) -> None:
    for key in ("runs_in", "pauses_in"):
        for state in clock[key]:
            named(sheet, (*path, key, f"={state}"), "state", state, definition["states"])
    for key in ("starts_on", "paused_by", "resumed_by", "resets_on", "met_by", "cancels"):
        for action in clock[key]:
            named(sheet, (*path, key, f"={action}"), "action", action, definition["actions"])
    for role in clock["holders"]:
        known.role(sheet, (*path, "holders", f"={role}"), role)
    for way, term in terms_of(clock):
        _check_anchor(definition, sheet, (*path, *way), term)
    _check_condition(definition, clock, sheet, (*path, "if"))
    extension = clock["extension"]
    if extension is not None:
        where = (*path, "extension")
        for role in extension["approve"]:
            known.role(sheet, (*where, "approve", f"={role}"), role)
        if not extension["approve"]:
            sheet.flaw((*where, "approve"), "nobody", N_("Nobody may approve it; name at least one role."))
        if extension["times"] < 1:
            sheet.flaw((*where, "times"), "wrong-type", N_("An extension is possible at least once."))
        if is_nothing(extension["max"]):
            sheet.flaw((*where, "max"), "bad-duration", N_("An extension is longer than nothing."))
            return
        for _, rule in rules_of(clock):
            try:
                check_extensions(rule, [parse_duration(extension["max"])])
            except Usage as error:
                sheet.flaw(where, "bad-rule", error.message, **error.places)


def _check_anchor(definition: Mapping[str, Any], sheet: Sheet, path: Path, term: Mapping[str, Any]) -> None:
    name = term.get("field", "opened")
    match term["a"]:
        case "opened" if name in definition["fields"]:
            sheet.flaw(path, "reserved-name", N_("`{name}` has a meaning of its own."), name=name)
        case "field" if name in ANCHORS and name not in definition["fields"]:
            sheet.flaw(
                path, "unknown-term", N_("`{name}` needs a name in brackets, such as `{name}(submit)`."), name=name
            )
        case "field":
            field_named(definition, sheet, path, name, "time", "date")
        case "acted":
            named(sheet, path, "action", term["action"], definition["actions"])
        case "due" | "breached":
            named(sheet, path, "clock", term["clock"], definition["clocks"])


def _check_condition(definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    """The fields of `if` can be compared, and each value is one they may have."""
    for name, values in clock["if"].items():
        if not field_named(definition, sheet, (*path, name, "#"), name, "choice", "flag", "int", "text"):
            continue
        field = definition["fields"][name]
        if field["requester"]:
            sheet.flaw(
                (*path, name, "#"),
                "requester",
                N_("`{name}` is the requester: nothing hangs on who that is."),
                name=name,
            )
        if not values:
            sheet.flaw((*path, name), "clock-never-starts", N_("No value is named here: this clock never starts."))
        for index, value in enumerate(values):
            code = "unknown-choice" if field["type"] == "choice" else "bad-value"
            check_value(field, value, sheet, (*path, name, index), code)


def _check_limit(
    definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path, known: Known
) -> None:
    for way, rule in rules_of(clock):
        for at, calendar in calendars_in(rule, (*path, *way)):
            known.calendar(sheet, at, calendar)
    limit = clock["limit"]
    if "by" in limit:
        check_graded(definition, limit, sheet, (*path, "limit"))
        if limit["of"] and not any(limit["of"].values()):
            sheet.flaw(
                (*path, "limit"), "clock-never-starts", N_("This clock has no limit for any choice: it never starts.")
            )


def calendars_in(rule: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    if "calendar" in rule:
        yield (*path, "calendar"), rule["calendar"]
    for form in ("earliest", "latest", "sequence"):
        for index, branch in enumerate(rule.get(form, ())):
            yield from calendars_in(branch, (*path, form, index))


def check_graded(definition: Mapping[str, Any], graded: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    """A value for each choice: the field is a choice that is always set, and no choice is forgotten or made up."""
    if not field_named(definition, sheet, (*path, "by"), graded["by"], "choice"):
        return
    field = definition["fields"][graded["by"]]
    by_numbers = graded["by"] == definition["severity"] and bool(definition["grades"])
    if not (field["required"] or field["default"] is not None or (by_numbers and always_graded(definition))):
        message = N_("`{field}` may be empty; make it required or give it a default.")
        if by_numbers:
            message = N_("`{field}` may be empty; let the last of the grades be `otherwise`, or give it a default.")
        sheet.flaw((*path, "by"), "unset-field", message, field=graded["by"])
    for choice in graded["of"]:
        if choice not in field["choices"]:
            sheet.unknown((*path, "of", choice, "#"), "choice", choice, field["choices"])
    missing = [choice for choice in field["choices"] if choice not in graded["of"]]
    if missing:
        sheet.flaw(
            (*path, "of"),
            "missing-choice",
            N_("Nothing is said for: {choices}. Write `none` where there is no limit."),
            choices=", ".join(missing),
        )


def _check_ladders(
    definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path, known: Known
) -> None:
    ladder = clock["ladder"]
    if isinstance(ladder, str):
        named(sheet, (*path, "ladder"), "ladder", ladder, known.ladders)
    elif ladder is not None:
        check_graded(definition, ladder, sheet, (*path, "ladder"))
        for choice, name in ladder["of"].items():
            if name is not None:
                named(sheet, (*path, "ladder", "of", choice), "ladder", name, known.ladders)
    for silent in _without_result(clock, path):
        sheet.flaw(
            silent,
            "clock-without-result",
            N_("Nothing happens when `{name}` runs out; give it a `ladder:` or a `then:`."),
            name=path[-1],
        )
    check_automatic(definition, clock, sheet, path)


def _without_result(clock: Mapping[str, Any], path: Path) -> Iterator[Path]:
    """Where a breach of this clock would have no consequence: nowhere, in all, or for some choices."""
    limit, ladder = clock["limit"], clock["ladder"]
    if clock["then"] is not None or isinstance(ladder, str):
        return
    if ladder is None:
        yield path
        return
    for choice, name in ladder["of"].items():
        unlimited = limit.get("by") == ladder["by"] and limit["of"].get(choice) is None
        if name is None and not unlimited:
            yield (*path, "ladder", "of", choice)
