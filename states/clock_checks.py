"""What clocks and ladders must be: they start, lead somewhere, and do not run in a circle by themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

from states.checking import Known, field_named, named
from states.durations import parse_duration
from states.errors import N_, Usage
from states.graph import reach, steps
from states.guards import ladders_of
from states.rules import check_extensions
from states.sheet import Path, Sheet


def check_clocks(definition: Mapping[str, Any], sheet: Sheet, known: Known) -> None:
    """Report everything wrong with the clocks of one definition."""
    for name, clock in definition["clocks"].items():
        path: Path = ("clocks", name)
        flaws = len(sheet.flaws)
        _check_names(definition, clock, sheet, path, known)
        _check_limit(definition, clock, sheet, path, known)
        _check_ladders(definition, clock, sheet, path, known)
        if len(sheet.flaws) == flaws and definition["initial"] is not None:
            _check_run(definition, clock, sheet, path)
    if not sheet.flaws:
        _check_circles(definition, sheet)


def _check_names(
    definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path, known: Known
) -> None:
    for state in clock["runs_in"]:
        named(sheet, (*path, "runs_in", f"={state}"), "state", state, definition["states"])
    for key in ("met_by", "cancels"):
        for action in clock[key]:
            named(sheet, (*path, key, f"={action}"), "action", action, definition["actions"])
    for role in clock["holders"]:
        known.role(sheet, (*path, "holders", f"={role}"), role)
    if clock["from"] is not None:
        field_named(definition, sheet, (*path, "from"), clock["from"], "time", "date")
    extension = clock["extension"]
    if extension is not None:
        where = (*path, "extension")
        for role in extension["approve"]:
            known.role(sheet, (*where, "approve", f"={role}"), role)
        if extension["times"] < 1:
            sheet.flaw((*where, "times"), "wrong-type", N_("An extension is possible at least once."))
        if extension["max"] == "0":
            sheet.flaw((*where, "max"), "bad-duration", N_("An extension is longer than nothing."))
            return
        for rule, _ in _rules(clock, path):
            try:
                check_extensions(rule, [parse_duration(extension["max"])])
            except Usage as error:
                sheet.flaw(where, "bad-rule", error.message, **error.places)


def _check_limit(
    definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path, known: Known
) -> None:
    for rule, where in _rules(clock, path):
        for at, calendar in _calendars(rule, where):
            known.calendar(sheet, at, calendar)
    limit = clock["limit"]
    if "by" in limit:
        _check_graded(definition, limit, sheet, (*path, "limit"))
        if limit["of"] and not any(limit["of"].values()):
            sheet.flaw(
                (*path, "limit"), "clock-never-starts", N_("This clock has no limit for any choice: it never starts.")
            )


def _rules(clock: Mapping[str, Any], path: Path) -> Iterator[tuple[Mapping[str, Any], Path]]:
    limit = clock["limit"]
    if "by" in limit:
        yield from ((rule, (*path, "limit", "of", choice)) for choice, rule in limit["of"].items() if rule)
    else:
        yield limit, (*path, "limit")
    if clock["again"]:
        yield clock["again"], (*path, "again")


def _calendars(rule: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    if "calendar" in rule:
        yield (*path, "calendar"), rule["calendar"]
    for form in ("earliest", "latest", "sequence"):
        for index, branch in enumerate(rule.get(form, ())):
            yield from _calendars(branch, (*path, form, index))


def _check_graded(definition: Mapping[str, Any], graded: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    """A value for each choice: the field is a choice that is always set, and no choice is forgotten or made up."""
    if not field_named(definition, sheet, (*path, "by"), graded["by"], "choice"):
        return
    field = definition["fields"][graded["by"]]
    if not field["required"] and field["default"] is None:
        sheet.flaw(
            (*path, "by"),
            "unset-field",
            N_("`{field}` may be empty; make it required or give it a default."),
            field=graded["by"],
        )
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
        _check_graded(definition, ladder, sheet, (*path, "ladder"))
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
    for action, where in _automatic(definition, clock, sheet, path):
        _check_automatic(definition, clock, sheet, where, action)


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


def _automatic(
    definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path
) -> Iterator[tuple[str, Path]]:
    """The actions this clock does by itself, with where the text says so."""
    if clock["then"] is not None:
        yield clock["then"], (*path, "then")
    for name in ladders_of(clock):
        for index, step in enumerate(definition["ladders"].get(name, ())):
            if step["do"]:
                here: Path = ("ladders", name, index, "do")
                yield step["do"], here if here in sheet.places else (*path, "ladder")


def _check_automatic(
    definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path, name: str
) -> None:
    if not named(sheet, path, "action", name, definition["actions"]):
        return
    action = definition["actions"][name]
    if action["needs"] or action["files"]:
        sheet.flaw(path, "action-needs-person", N_("A clock cannot do `{name}`: it needs fields or a file."), name=name)
    impossible = [state for state in clock["runs_in"] if state not in action["from"]]
    if impossible:
        sheet.flaw(
            path,
            "action-not-possible",
            N_("`{name}` is not possible in {states}, where this clock may run out."),
            name=name,
            states=", ".join(impossible),
        )


def _check_run(definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    """The clock can start, and what is to meet it can happen while it runs."""
    actions = definition["actions"]
    entered = {definition["initial"], *(action["to"] for action in actions.values())}
    if entered.isdisjoint(clock["runs_in"]):
        sheet.flaw(
            (*path, "runs_in"),
            "clock-never-starts",
            N_("No case ever comes into {states}: this clock never starts."),
            states=", ".join(clock["runs_in"]),
        )
    field = clock["from"]
    if field is not None and definition["fields"][field]["open"] is False:
        given = [name for name, action in actions.items() if field in (*action["needs"], *action["takes"])]
        before = _before(definition, clock)
        if not any(_leads_into(actions[name], before) for name in given):
            sheet.flaw(
                (*path, "from"),
                "clock-never-starts",
                N_("`{field}` is never given before this clock has to start."),
                field=field,
            )
    for name in clock["met_by"]:
        if set(actions[name]["from"]).isdisjoint(clock["runs_in"]):
            sheet.flaw(
                (*path, "met_by", f"={name}"),
                "action-not-possible",
                N_("`{name}` is not possible while this clock runs."),
                name=name,
            )


def _leads_into(action: Mapping[str, Any], states: set[str]) -> bool:
    """Whether a case is in one of these states after the action."""
    return not states.isdisjoint(action["from"] if action["to"] is None else [action["to"]])


def _before(definition: Mapping[str, Any], clock: Mapping[str, Any]) -> set[str]:
    """The states from which a case can still come into those of the clock, these included."""
    return reach(clock["runs_in"], [(to, state) for state, to in steps(definition)])


def _check_circles(definition: Mapping[str, Any], sheet: Sheet) -> None:
    """No circle of states that clocks alone would drive a case through for ever."""
    along = [
        (state, to)
        for name, clock in definition["clocks"].items()
        for action, _ in _automatic(definition, clock, sheet, ("clocks", name))
        if (to := definition["actions"][action]["to"]) is not None
        for state in clock["runs_in"]
    ]
    for name, clock in definition["clocks"].items():
        for action, where in _automatic(definition, clock, sheet, ("clocks", name)):
            to = definition["actions"][action]["to"]
            if to is not None and not reach([to], along).isdisjoint(clock["runs_in"]):
                sheet.flaw(
                    where,
                    "ladder-loop",
                    N_("`{name}` leads back to where this clock runs, again and again, by itself."),
                    name=action,
                )
