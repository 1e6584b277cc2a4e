"""A clock can do what its text says: start, be counted from what it names, stand still and run again, be met."""

from collections.abc import Mapping
from typing import Any

from states.anchors import terms_of
from states.errors import N_
from states.graph import reach, steps
from states.sheet import Path, Sheet


def check_run(definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    """Report what of a clock can never happen; the names in it are known to be right."""
    actions = definition["actions"]
    alive = {*clock["runs_in"], *clock["pauses_in"]}
    entered = {definition["initial"], *(action["to"] for action in actions.values())}
    if entered.isdisjoint(clock["runs_in"]):
        sheet.flaw(
            (*path, "runs_in"),
            "clock-never-starts",
            N_("No case ever comes into {states}: this clock never starts."),
            states=", ".join(clock["runs_in"]),
        )
    for name in clock["starts_on"]:
        if not _leads_into(actions[name], set(clock["runs_in"])):
            sheet.flaw(
                (*path, "starts_on", f"={name}"),
                "action-not-possible",
                N_("After `{name}` a case is never where this clock runs."),
                name=name,
            )
    _check_anchors(definition, clock, sheet, path)
    for key in ("met_by", "paused_by", "resumed_by", "resets_on"):
        for name in clock[key]:
            possible = not alive.isdisjoint(actions[name]["from"])
            if not possible or (key != "met_by" and not _leads_into(actions[name], alive)):
                sheet.flaw(
                    (*path, key, f"={name}"),
                    "action-not-possible",
                    N_("`{name}` is not possible while this clock runs."),
                    name=name,
                )
    _check_opposites(clock, sheet, path)
    _check_pauses(definition, clock, alive, sheet, path)


def _check_anchors(definition: Mapping[str, Any], clock: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    """What the clock is counted from can have happened by the time it has to start, or while it waits."""
    actions = definition["actions"]
    before = reach(clock["runs_in"], [(to, state) for state, to in steps(definition)])
    for way, term in terms_of(clock):
        where = (*path, *way)
        match term["a"]:
            case "field":
                field = definition["fields"][term["field"]]
                given = [one for one in actions.values() if term["field"] in (*one["needs"], *one["takes"])]
                if field["open"] or field["default"] is not None or any(_leads_into(one, before) for one in given):
                    continue
                sheet.flaw(
                    where,
                    "clock-never-starts",
                    N_("`{field}` is never given before this clock has to start."),
                    field=term["field"],
                )
            case "acted" if not _leads_into(actions[term["action"]], before):
                sheet.flaw(
                    where,
                    "clock-never-starts",
                    N_("`{name}` is never done before this clock has to start."),
                    name=term["action"],
                )
            case "due" | "breached" if before.isdisjoint(definition["clocks"][term["clock"]]["runs_in"]):
                sheet.flaw(
                    where,
                    "clock-never-starts",
                    N_("The clock `{name}` never runs before this one has to start."),
                    name=term["clock"],
                )


def _check_opposites(clock: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    """No act does two things to the clock that exclude each other."""
    for one, others in (
        ("met_by", ("paused_by", "resumed_by", "resets_on")),
        ("cancels", ("paused_by", "resumed_by", "resets_on")),
        ("paused_by", ("resumed_by",)),
    ):
        for other in others:
            for name in (name for name in clock[other] if name in clock[one]):
                sheet.flaw(
                    (*path, other, f"={name}"),
                    "two-ways",
                    N_("`{name}` stands under both `{one}` and `{other}`; only one of them can be done to a clock."),
                    name=name,
                    one=one,
                    other=other,
                )


def _check_pauses(
    definition: Mapping[str, Any], clock: Mapping[str, Any], alive: set[str], sheet: Sheet, path: Path
) -> None:
    """Where and whenever the clock stands still, it can run again without having been met in between."""
    along = [(state, to) for state, to in steps(definition) if state in alive and to in alive]
    running = alive - set(clock["pauses_in"])
    for state in clock["pauses_in"]:
        where = (*path, "pauses_in", f"={state}")
        if state not in clock["runs_in"] and not any(to == state != origin for origin, to in along):
            sheet.flaw(
                where,
                "pause-never",
                N_("No case comes into `{state}` from where this clock runs: it never stands still there."),
                state=state,
            )
        elif reach([state], along).isdisjoint(running):
            sheet.flaw(
                where,
                "pause-without-resume",
                N_("From `{state}` no way leads back to where this clock runs: it would stand still for ever."),
                state=state,
            )
    for one, other in (("paused_by", "resumed_by"), ("resumed_by", "paused_by")):
        if clock[one] and not clock[other]:
            sheet.flaw(
                (*path, one),
                "pause-without-resume",
                N_("`{one}` stands here without `{other}`."),
                one=one,
                other=other,
            )
            return
    resuming = {state for name in clock["resumed_by"] for state in definition["actions"][name]["from"]}
    for name in clock["paused_by"]:
        if any(reach([state], along).isdisjoint(resuming) for state in _after(definition["actions"][name], alive)):
            sheet.flaw(
                (*path, "paused_by", f"={name}"),
                "pause-without-resume",
                N_("After `{name}` nothing under `resumed_by` is possible: this clock would stand still for ever."),
                name=name,
            )


def _leads_into(action: Mapping[str, Any], states: set[str]) -> bool:
    """Whether a case is in one of these states after the action."""
    return bool(_after(action, states))


def _after(action: Mapping[str, Any], states: set[str]) -> set[str]:
    """Those of these states in which a case can be after the action."""
    return states.intersection(action["from"] if action["to"] is None else [action["to"]])
