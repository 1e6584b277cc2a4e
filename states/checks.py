"""What a definition must be so that no case can get stuck: its states, its actions, its fields, who is named in it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from states.charge_checks import check_charge, check_scheduler
from states.checking import Known, check_value, field_named, is_nothing, named
from states.clock_checks import check_clocks
from states.due_process import check_due_process
from states.errors import N_, Usage
from states.grade_checks import check_grades
from states.graph import reach, steps
from states.guards import innermost
from states.instants import zone_of
from states.ladder_checks import check_ladder
from states.sheet import Path, Sheet
from states.vocabulary import CASE_ROLES, COMPARABLE, PRIVATE, TAKEN_OPTIONS, bare


def check_shared(data: Mapping[str, Any], sheet: Sheet, known: Known) -> None:
    """What any file may hold: its calendar and zone, its role aliases, its ladders."""
    if "calendar" in data:
        known.calendar(sheet, ("calendar",), data["calendar"])
    if "zone" in data:
        try:
            zone_of(data["zone"])
        except Usage:
            sheet.unknown(("zone",), "zone", data["zone"], sorted(available_timezones()))
    for name, members in data.get("roles", {}).items():
        if name in CASE_ROLES:
            sheet.flaw(("roles", name), "reserved-name", N_("`{name}` has a meaning of its own."), name=name)
        for member in members:
            path: Path = ("roles", name, f"={member}")
            known.role(sheet, path, member)
            if name in _reach(member, known.aliases):
                sheet.flaw(path, "role-loop", N_("The role `{name}` leads back to itself."), name=name)
    for index, hats in enumerate(data.get("apart", ())):
        path = ("apart", index)
        for hat in hats:
            if hat in CASE_ROLES or hat != bare(hat):
                message = N_("`{name}` is nobody's hat: it depends on the case.")
                sheet.flaw((*path, f"={hat}"), "apart", message, name=hat)
            else:
                known.role(sheet, (*path, f"={hat}"), hat)
        if len(set(hats)) == 1:
            sheet.flaw(path, "apart", N_("Hats are kept apart from each other: name two or more."))
    for name, ladder in data.get("ladders", {}).items():
        check_ladder(ladder, sheet, ("ladders", name), known)


def _reach(role: str, aliases: Mapping[str, Sequence[str]]) -> set[str]:
    """This role and all its aliases lead to."""
    found: set[str] = set()
    waiting = [role]
    while waiting:
        name = bare(waiting.pop())
        if name not in found:
            found.add(name)
            waiting.extend(aliases.get(name, ()))
    return found


def check_definition(definition: Mapping[str, Any], sheet: Sheet, known: Known) -> None:
    """Report everything wrong with one compiled case type, each at its place in the text."""
    _check_fields(definition, sheet)
    _check_actions(definition, sheet, known)
    _check_party(definition, sheet)
    _check_effects(definition, sheet)
    check_charge(definition, sheet, known)
    _check_keep(definition, sheet)
    _check_distinct(definition, sheet)
    if sheet.flaws:
        return  # what follows goes from state to state: with a wrong name in between it would only guess
    _check_states(definition, sheet)
    check_clocks(definition, sheet, known)
    if definition["effects"] and not sheet.flaws:
        check_due_process(definition, sheet)
        check_scheduler(definition, sheet)


def _check_fields(definition: Mapping[str, Any], sheet: Sheet) -> None:
    for name, field in definition["fields"].items():
        path: Path = ("fields", name)
        if name.replace("_", "-") in TAKEN_OPTIONS:
            sheet.flaw(
                path, "reserved-field", N_("`{name}` is an option of every command; choose another name."), name=name
            )
        if field["type"] == "choice" and not field["choices"]:
            sheet.flaw(path, "missing-key", N_("`{key}` is missing here."), key="choices")
        for key, owner in (("choices", "choice"), ("min", "int"), ("max", "int"), ("cases", "ref"), ("linked", "ref")):
            if field.get(key) is not None and field["type"] != owner:
                sheet.flaw(
                    (*path, key), "wrong-type", N_("`{key}` belongs to fields of type {owner}."), key=key, owner=owner
                )
        _check_linked(definition, sheet, path, field)
        if field["default"] is not None:
            check_value(field, field["default"], sheet, (*path, "default"), "bad-default")
            if field["type"] == "persons":
                sheet.flaw(
                    (*path, "default"), "bad-default", N_("A policy names posts; persons are named by those who act.")
                )
        if field["erasable"] != (field["type"] in PRIVATE):
            sheet.flaw(
                (*path, "erasable"),
                "wrong-type",
                N_("Fields of type text and persons can be erased, and no others can."),
            )
    requesters = [name for name, field in definition["fields"].items() if field["requester"]]
    for index, name in enumerate(requesters):
        path = ("fields", name, "requester")
        if field_named(definition, sheet, path, name, "text") and index:
            sheet.flaw(path, "requester", N_("A case has one requester, and that is `{first}`."), first=requesters[0])
    if definition["severity"] is None or field_named(
        definition, sheet, ("severity",), definition["severity"], "choice"
    ):
        check_grades(definition, sheet)


def _check_linked(definition: Mapping[str, Any], sheet: Sheet, path: Path, field: Mapping[str, Any]) -> None:
    """What came of a case is linked from it by a word of its own `opens`, and no case has any when it begins."""
    for word in field.get("linked", ())[:1]:
        links = {opens["link"]: opens for opens in definition.get("opens", ())}
        named(sheet, (*path, "linked", f"={word}"), "link", word, links)
        if field["open"]:
            message = N_("`{name}` names what came of the case: let an act need it, and give it no default.")
            sheet.flaw((*path, "linked"), "linked", message, name=path[-1])


def _check_actions(definition: Mapping[str, Any], sheet: Sheet, known: Known) -> None:
    for name, action in definition["actions"].items():
        path: Path = ("actions", name)
        for state in action["from"]:
            named(sheet, (*path, "from", f"={state}"), "state", state, definition["states"])
        if action["to"] is not None:
            named(sheet, (*path, "to"), "state", action["to"], definition["states"], code="unknown-target")
        if not action["from"]:
            sheet.flaw((*path, "from"), "action-not-possible", N_("`{name}` is possible in no state."), name=name)
        if not action["by"]:
            sheet.flaw((*path, "by"), "nobody", N_("Nobody may do `{name}`; name at least one role."), name=name)
        for role in action["by"]:
            known.role(sheet, (*path, "by", f"={role}"), role)
        for role in action.get("or_else", ()):
            known.role(sheet, (*path, "or_else", f"={role}"), role)
        for role in action.get("tell", ()):
            known.role(sheet, (*path, "tell", f"={role}"), role)
        for key in ("needs", "takes"):
            for field in action[key]:
                if key == "needs" or field != action["effective"]:
                    named(sheet, (*path, key, f"={field}"), "field", field, definition["fields"])
        _check_manner(definition, sheet, path, action)
        for index, term in enumerate(action["unless"]):
            _check_term(definition, sheet, (*path, "unless", index), term, known)
        for index, item in enumerate(action["when"]):
            for term in item:
                _check_term(definition, sheet, (*path, "when", index), term, known)


def _check_manner(definition: Mapping[str, Any], sheet: Sheet, path: Path, action: Mapping[str, Any]) -> None:
    """As of when an act counts, whether it is one a person does, and who steps in."""
    for role in {"party", "system"}.intersection(action.get("or_else", ())):
        sheet.flaw((*path, "or_else", f"={role}"), "or-else", N_("`{name}` steps in for nobody."), name=role)
    if action["effective"] is not None:
        where: Path = (*path, "effective")
        field_named(definition, sheet, (*where, "field"), action["effective"], "time", "date")
        if action["effective_max"] is not None and is_nothing(action["effective_max"]):
            sheet.flaw((*where, "at-most"), "bad-duration", N_("An act may be dated back by some time, or not at all."))
    if action.get("in_person") and "system" in action["by"]:
        sheet.flaw(
            (*path, "in_person"), "in-person", N_("A clock may do `{name}`: it is no act in person."), name=path[-1]
        )


def _check_term(definition: Mapping[str, Any], sheet: Sheet, path: Path, term: Mapping[str, Any], known: Known) -> None:
    inner = innermost(term)
    if "action" in inner:
        named(sheet, path, "action", inner["action"], definition["actions"])
    elif "clock" in inner:
        named(sheet, path, "clock", inner["clock"], definition["clocks"])
    elif "link" in inner:
        links = {opens["link"]: opens for opens in definition.get("opens", ())}
        named(sheet, path, "link", inner["link"], links)
    elif inner["t"] == "role":
        known.role(sheet, path, inner["role"])


def _check_party(definition: Mapping[str, Any], sheet: Sheet) -> None:
    """The role `party` is whoever a field of that type names: without one it is nobody."""
    if any(field["type"] == "party" for field in definition["fields"].values()):
        return
    message = N_("`party` is nobody here: this type has no field of type party.")
    for name, action in definition["actions"].items():
        if "party" in action["by"]:
            sheet.flaw(("actions", name, "by", "=party"), "unknown-role", message)
        for index, term in enumerate(action["unless"]):
            if innermost(term).get("role") == "party":
                sheet.flaw(("actions", name, "unless", index), "unknown-role", message)
    for name, clock in definition["clocks"].items():
        if "party" in clock["holders"]:
            sheet.flaw(("clocks", name, "holders", "=party"), "unknown-role", message)


def _check_states(definition: Mapping[str, Any], sheet: Sheet) -> None:
    states = definition["states"]
    for name in sorted({"same", "any-open"} & states.keys()):
        sheet.flaw(("states", name), "reserved-name", N_("`{name}` has a meaning of its own."), name=name)
    initial = [name for name, state in states.items() if state["initial"]]
    finals = {name for name, state in states.items() if state["final"]}
    for extra in initial[1:]:
        sheet.flaw(
            ("states", extra, "initial"),
            "several-initial",
            N_("A case begins in `{first}`; only one state is initial."),
            first=initial[0],
        )
    if not initial:
        sheet.flaw(("states",), "no-initial", N_("No state is `initial: true`: no case could begin."))
    if not finals:
        sheet.flaw(("states",), "no-final", N_("No state is `final: true`: no case could ever be closed."))
    if not initial or not finals:
        return
    along = steps(definition)
    reachable = reach([initial[0]], along)
    closing = reach(finals, [(to, state) for state, to in along])
    leaving = {state for state, to in along if to != state}
    for name in states:
        if name not in reachable:
            sheet.flaw(("states", name), "unreachable-state", N_("No action leads to `{name}`."), name=name)
        elif name not in finals and name not in leaving:
            sheet.flaw(
                ("states", name), "dead-end", N_("No action leads out of `{name}`, and it is not final."), name=name
            )
        elif name not in closing:
            sheet.flaw(
                ("states", name), "no-way-to-final", N_("From `{name}` no way leads to a final state."), name=name
            )


def _check_effects(definition: Mapping[str, Any], sheet: Sheet) -> None:
    for index, effect in enumerate(definition["effects"]):
        path: Path = ("effects", index)
        known = named(sheet, (*path, "on"), "action", effect["on"], definition["actions"])
        for field, values in effect["if"].items():
            where = (*path, "if", field)
            if field_named(definition, sheet, (*where, "#"), field, "choice"):
                for value in values:
                    check_value(definition["fields"][field], value, sheet, (*where, f"={value}"), "unknown-choice")
        if ("for" in effect) == ("until" in effect) or ("for" in effect and is_nothing(effect["for"])):
            sheet.flaw(path, "effects-end", N_("An effect ends: say either `for:` how long, or `until: year-end`."))
        for key in ("ended_by", "suspended_by", "resumed_by"):
            for action in effect.get(key, ()):
                named(sheet, (*path, key, f"={action}"), "action", action, definition["actions"])
        if "suspended_by" in effect and not effect.get("resumed_by"):
            sheet.flaw(
                (*path, "suspended_by"),
                "effects-suspended",
                N_("What is suspended goes on or ends: say `resumed_by:` which action."),
            )
        if "at_least_until" in effect:
            field_named(definition, sheet, (*path, "at_least_until"), effect["at_least_until"], "date")
        for key, kind in (("whom", "party"), ("from", "date")):
            if field_named(definition, sheet, (*path, key), effect[key], kind) and known:
                _check_given(definition, sheet, (*path, key), effect[key], effect["on"])


def _check_keep(definition: Mapping[str, Any], sheet: Sheet) -> None:
    """A period is counted from the closing, so it belongs to a final state; that of the requester to a requester."""
    states = definition["states"]
    for name in [str(path[1]) for path in sheet.places if path[:1] == ("keep",) and len(path) == 2]:
        where: Path = ("keep", name, "#")
        if name != "default" and named(sheet, where, "state", name, states) and not states[name]["final"]:
            sheet.flaw(
                where,
                "not-final",
                N_("`{name}` is not final: how long a case is kept counts from its closing."),
                name=name,
            )
    if definition["keep_requester"] and not any(field["requester"] for field in definition["fields"].values()):
        sheet.flaw(
            ("keep_requester",), "requester", N_("No field is `requester: true`: there is nobody to be forgotten.")
        )


def check_cases(definition: Mapping[str, Any], sheet: Sheet, types: Mapping[str, Any], unsure: Collection[Any]) -> None:
    """Report types that a field may refer to and that do not exist; ``unsure`` are those with mistakes of their own."""
    for name, field in definition["fields"].items():
        for index, case in enumerate(field.get("cases", ())):
            if case not in unsure:
                named(sheet, ("fields", name, "cases", index), "type", case, types)


def _check_distinct(definition: Mapping[str, Any], sheet: Sheet) -> None:
    """What tells cases apart are plain facts: no text and no person is ever matched across cases."""
    for index, name in enumerate(definition.get("distinct", ())):
        field_named(definition, sheet, ("distinct", index), name, *COMPARABLE)


def _check_given(definition: Mapping[str, Any], sheet: Sheet, path: Path, field: str, action: str) -> None:
    """Flaw an effect that hangs on a field nobody has to fill in by the time it takes hold."""
    if not definition["fields"][field]["required"] and field not in definition["actions"][action]["needs"]:
        sheet.flaw(
            path,
            "unset-field",
            N_("`{field}` may be empty when `{action}` is done; make it required or needed there."),
            field=field,
            action=action,
        )
