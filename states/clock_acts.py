"""What clocks do by themselves, at their breach or on a step: it can be done then, and drives nothing in a circle."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from states.anchors import terms_of
from states.checking import named
from states.errors import N_
from states.graph import reach
from states.guards import fired_by_clocks, ladders_of, links_asked
from states.hindrance import never
from states.sheet import Path, Sheet


class Automatic(NamedTuple):
    """An action a clock does, where the text says so, in which states that may be, and whether its limit is over."""

    action: str
    where: Path
    states: list[str]
    over: bool


def check_automatic(definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    """Every action this clock does by itself exists, asks for nothing, and is possible where the clock may do it."""
    for name, where, states, over in _automatic(definition, clock, sheet, path):
        if not named(sheet, where, "action", name, definition["actions"]):
            continue
        action = definition["actions"][name]
        if action["needs"] or action["files"]:
            sheet.flaw(
                where, "action-needs-person", N_("A clock cannot do `{name}`: it needs fields or a file."), name=name
            )
        if action.get("in_person"):
            sheet.flaw(
                where, "in-person", N_("A clock cannot do `{name}`: it is reserved to people in person."), name=name
            )
        if links_asked(definition, name):
            sheet.flaw(where, "action-waits", N_("A clock cannot do `{name}`: it waits for other cases."), name=name)
        for rule in never(action, {str(path[-1])} if over else ()):
            sheet.flaw(
                where,
                "action-needs-person",
                N_("A clock can never do `{name}`: its rule `{rule}` stands against it."),
                name=name,
                rule=rule,
            )
        impossible = [state for state in states if state not in action["from"]]
        if impossible:
            sheet.flaw(
                where,
                "action-not-possible",
                N_("`{name}` is not possible in {states}, where this clock may run out."),
                name=name,
                states=", ".join(impossible),
            )


def _automatic(
    definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path
) -> Iterator[Automatic]:
    """Everything this clock does by itself."""
    running = [state for state in clock["runs_in"] if state not in clock["pauses_in"]]
    if clock["then"] is not None:
        yield Automatic(clock["then"], (*path, "then"), running, over=True)
    late = list(dict.fromkeys([*clock["runs_in"], *clock["pauses_in"]]))  # what is breached does not stand still
    for name in ladders_of(clock):
        for index, step in enumerate(definition["ladders"].get(name, ())):
            if step["do"]:
                here: Path = ("ladders", name, index, "do")
                where = here if here in sheet.places else (*path, "ladder")
                early = bool(step["before"])
                yield Automatic(step["do"], where, running if early else late, over=not early)


def check_circles(definition: Mapping[str, Any], sheet: Sheet) -> None:
    """No clock is counted from itself; no circle of states or of runs that clocks alone would go through for ever."""
    _check_counting(definition, sheet)
    if not sheet.flaws:
        _check_states(definition, sheet)
        _check_runs(definition, sheet)


def _check_counting(definition: Mapping[str, Any], sheet: Sheet) -> None:
    along = [
        (name, term["clock"])
        for name, clock in definition["clocks"].items()
        for _, term in terms_of(clock)
        if "clock" in term
    ]
    for name, clock in definition["clocks"].items():
        for steps, term in terms_of(clock):
            if "clock" in term and name in reach([term["clock"]], along):
                sheet.flaw(
                    ("clocks", name, *steps), "clock-loop", N_("The clock `{name}` is counted from itself."), name=name
                )


def _check_states(definition: Mapping[str, Any], sheet: Sheet) -> None:
    clocks = {name: clock for name, clock in definition["clocks"].items() if _starts_alone(definition, clock)}
    along = [
        (state, to)
        for name, clock in clocks.items()
        for action, _, states, _ in _automatic(definition, clock, sheet, ("clocks", name))
        if (to := definition["actions"][action]["to"]) is not None
        for state in states
    ]
    for name, clock in clocks.items():
        for action, where, *_ in _automatic(definition, clock, sheet, ("clocks", name)):
            to = definition["actions"][action]["to"]
            if to is not None and not reach([to], along).isdisjoint(clock["runs_in"]):
                sheet.flaw(
                    where,
                    "ladder-loop",
                    N_("`{name}` leads back to where this clock runs, again and again, by itself."),
                    name=action,
                )


def _starts_alone(definition: Mapping[str, Any], clock: Mapping[str, Any]) -> bool:
    """Whether no person is needed to start this clock: by entering a state, or by an act that clocks do."""
    return not clock["starts_on"] or not fired_by_clocks(definition).isdisjoint(clock["starts_on"])


def _check_runs(definition: Mapping[str, Any], sheet: Sheet) -> None:
    """An act of a clock starts another run, whose end acts, and so on: that may not come back to the first."""
    clocks = definition["clocks"]
    moved_by = {name: _moved_by(clock) for name, clock in clocks.items()}
    counted = [
        (term["clock"], name) for name, clock in clocks.items() for _, term in terms_of(clock) if "clock" in term
    ]
    along = counted + [
        (name, other)
        for name, clock in clocks.items()
        for action, *_ in _automatic(definition, clock, sheet, ("clocks", name))
        for other in clocks
        if action in moved_by[other]
    ]
    for name, clock in clocks.items():
        for action, where, *_ in _automatic(definition, clock, sheet, ("clocks", name)):
            if name in reach([other for other in clocks if action in moved_by[other]], along):
                sheet.flaw(
                    where,
                    "ladder-loop",
                    N_("`{name}` lets this clock run anew, again and again, by itself."),
                    name=action,
                )


def _moved_by(clock: Mapping[str, Any]) -> set[str]:
    """The actions that begin a run of this clock."""
    return {
        *clock["starts_on"],
        *clock["resets_on"],
        *(term["action"] for _, term in terms_of(clock) if "action" in term),
    }
