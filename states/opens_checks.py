"""What an entry of `opens:` must be: its trigger happens, its case can be opened so, and nothing goes in a circle."""

from collections.abc import Iterator, Mapping
from typing import Any

from states.charge_checks import check_proposal
from states.checking import Known, check_value, field_named, named
from states.clock_checks import calendars_in, check_graded
from states.errors import N_
from states.graph import reach
from states.guards import fired_by_clocks, ladders_of
from states.opening_checks import check_enough, check_given, check_type, has_first_clock
from states.opens import ALSO, NAMING, WORDS, by_itself, values_of, word_of
from states.rules import BRANCHED
from states.sheet import Path, Sheet
from states.vocabulary import CASE_ROLES, OPENED_BY

_UNIT_WORDS = ("$unit", "$superior", "$body", "$above")


def check_opens(definition: Mapping[str, Any], sheet: Sheet, known: Known, types: Mapping[str, Any]) -> None:
    """Report everything wrong with what cases of this type open; ``types`` are all that can be opened for sure."""
    for index, entry in enumerate(definition.get("opens", ())):
        path: Path = ("opens", index)
        _check_trigger(definition, entry, sheet, (*path, "on"))
        _check_condition(definition, entry, sheet, (*path, "if"))
        _check_unit(definition, entry, sheet, (*path, "unit"))
        _check_owner(entry, sheet, (*path, "owner"), known)
        _check_due(definition, entry, sheet, (*path, "due"), known)
        if entry["link"] == OPENED_BY:
            sheet.flaw((*path, "link"), "reserved-name", N_("`{name}` has a meaning of its own."), name=entry["link"])
        if entry["case"] in types:
            _check_case(definition, entry, sheet, path, known, types[entry["case"]])


def check_known(definition: Mapping[str, Any], sheet: Sheet, types: Mapping[str, Any], unsure: set[Any]) -> None:
    """Report types that are opened and do not exist; ``unsure`` are those with mistakes of their own."""
    for index, entry in enumerate(definition.get("opens", ())):
        if entry["case"] not in unsure:
            named(sheet, ("opens", index, "case"), "type", entry["case"], types)


def check_circle(definition: Mapping[str, Any], sheet: Sheet, types: Mapping[str, Any]) -> None:
    """Report where a case of this type would come to open another of its own type with nobody doing anything."""
    along = [(name, entry["case"]) for name, found in types.items() for entry in _alone(found)]
    for index, entry in enumerate(definition.get("opens", ())):
        if entry in _alone(definition) and definition["case"] in reach([entry["case"]], along):
            sheet.flaw(
                ("opens", index, "case"),
                "opens-loop",
                N_("A `{type}` leads by itself to another `{own}`, again and again."),
                type=entry["case"],
                own=definition["case"],
            )


def _alone(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    automatic = fired_by_clocks(definition)
    return [entry for entry in definition.get("opens", ()) if by_itself(entry, automatic)]


def _check_trigger(definition: Mapping[str, Any], entry: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    on = entry["on"]
    match on["t"]:
        case "acted":
            named(sheet, path, "action", on["action"], definition["actions"])
        case "opened" if "opened" in definition["actions"]:
            sheet.flaw(path, "reserved-name", N_("`{name}` has a meaning of its own."), name="opened")
        case "breached":
            named(sheet, path, "clock", on["clock"], definition["clocks"])
        case "escalated" if named(sheet, path, "clock", on["clock"], definition["clocks"]):
            ladders = [definition["ladders"].get(name, ()) for name in ladders_of(definition["clocks"][on["clock"]])]
            if not 1 <= on["step"] <= max(map(len, ladders), default=0):
                sheet.flaw(
                    path,
                    "unknown-step",
                    N_("The ladder of `{clock}` has no step {step}; it has {steps}."),
                    clock=on["clock"],
                    step=on["step"],
                    steps=max(map(len, ladders), default=0),
                )


def _check_condition(definition: Mapping[str, Any], entry: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    for name, values in entry["if"].items():
        if field_named(definition, sheet, (*path, name, "#"), name, "choice", "flag"):
            field = definition["fields"][name]
            for index, value in enumerate(values):
                code = "unknown-choice" if field["type"] == "choice" else "bad-value"
                check_value(field, value, sheet, (*path, name, index), code)


def _check_unit(definition: Mapping[str, Any], entry: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    unit = entry["unit"]
    if unit.startswith("$"):
        if unit not in _UNIT_WORDS:
            sheet.unknown(path, "word", unit, _UNIT_WORDS)
    else:
        field_named(definition, sheet, path, unit, "unit", "units")


def _check_owner(entry: Mapping[str, Any], sheet: Sheet, path: Path, known: Known) -> None:
    owner = entry["owner"]
    if owner is None:
        return
    known.role(sheet, path, owner)
    if owner in CASE_ROLES:
        sheet.flaw(
            path,
            "unknown-role",
            N_("The owner is a post's holder in the new unit; `{name}` is nobody before the case exists."),
            name=owner,
        )


def _check_due(definition: Mapping[str, Any], entry: Mapping[str, Any], sheet: Sheet, path: Path, known: Known) -> None:
    due = entry["due"]
    if due is None:
        return
    rules = [(path, due)]
    if "by" in due:
        check_graded(definition, due, sheet, path)
        rules = [((*path, "of", choice), rule) for choice, rule in due["of"].items() if rule]
    for where, rule in rules:
        for at, calendar in calendars_in(rule, where):
            known.calendar(sheet, at, calendar)
        for at in _anchored(rule, where):
            sheet.flaw(
                at, "opens-due", N_("The limit is counted from the opening of the new case; nothing else may be said.")
            )


def _anchored(rule: Mapping[str, Any], path: Path) -> Iterator[Path]:
    yield from ((*path, key) for key in ("from", "before") if rule.get(key))
    for form in BRANCHED:
        for index, branch in enumerate(rule.get(form, ())):
            yield from _anchored(branch, (*path, form, index))


def _check_case(  # noqa: PLR0917  # one caller, above
    definition: Mapping[str, Any],
    entry: Mapping[str, Any],
    sheet: Sheet,
    path: Path,
    known: Known,
    opened: Mapping[str, Any],
) -> None:
    """The case it opens, seen from the type of that case."""
    given = values_of(entry, opened["fields"])
    check_given(
        given, opened, sheet, path, lambda field, value, at: _check_value(definition, field, value, sheet, at, known)
    )
    check_enough(given, opened, sheet, (*path, "case"), "opens-missing-field")
    unsure = frozenset(name for name, value in given.items() if word_of(value))
    if entry["due"] is not None and not has_first_clock(given, opened, unsure):
        sheet.flaw(
            (*path, "due"),
            "opens-without-clock",
            N_("A `{type}` has no clock that begins with it in `{state}`: `due:` would limit nothing."),
            type=entry["case"],
            state=opened["initial"],
        )
    check_proposal(definition, entry, sheet, path, opened)


def _check_value(  # noqa: PLR0917  # one caller, right above
    definition: Mapping[str, Any], field: Mapping[str, Any], value: Any, sheet: Sheet, path: Path, known: Known
) -> None:
    word = word_of(value)
    if word is None:
        check_value(field, value, sheet, path, "bad-value")
        return
    naming = NAMING.get(word.word)
    if word.word not in WORDS:
        sheet.unknown(path, "word", word.word, WORDS)
    elif naming and not word.of:
        sheet.flaw(
            path,
            "unknown-word",
            N_("`{word}` needs a name in brackets: `{word}({what})`."),
            word=word.word,
            what=naming,
        )
    elif not naming and word.of is not None:
        sheet.unknown(path, "word", f"{word.word}({word.of})", WORDS)
    elif word.word == "$field":
        _check_copy(definition, field, word.of or "", sheet, path)
    else:
        check_type(field, sheet, path, WORDS[word.word])
        if naming:
            _check_role(word.word, word.of or "", sheet, path, known)


def _check_role(word: str, role: str, sheet: Sheet, path: Path, known: Known) -> None:
    known.role(sheet, path, role)
    if role == "system" or (word == "$post" and role in CASE_ROLES):
        sheet.flaw(path, "unknown-role", N_("`{name}` is not a post."), name=role)


def _check_copy(definition: Mapping[str, Any], field: Mapping[str, Any], name: str, sheet: Sheet, path: Path) -> None:
    """A field of this case goes into one of the new case: the types agree, and so do the choices."""
    if not named(sheet, path, "field", name, definition["fields"]):
        return
    source = definition["fields"][name]
    if source["requester"]:
        sheet.flaw(path, "requester", N_("`{name}` is the requester: who that is stays in this case."), name=name)
    check_type(field, sheet, path, frozenset({source["type"]}) | ALSO.get(source["type"], frozenset()))
    if field["type"] == source["type"] == "choice":
        for choice in source["choices"]:
            if choice not in field["choices"]:
                sheet.unknown(path, "choice", choice, field["choices"])
