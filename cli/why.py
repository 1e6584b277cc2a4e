"""`case why`: how the limits of a case came to their ends, day by day."""

from collections.abc import Mapping
from typing import Any

from cli import render
from cli.base import arg, command
from cli.explain import HEADS, day_lines, told
from cli.session import Session
from cli.texts import N_, _, title
from cli.views import CLOCK_STATES

KINDS = {
    "clock.started": N_("started"),
    "clock.recomputed": N_("counted again"),
    "clock.extended": N_("given more time"),
    "clock.resumed": N_("runs again"),
}
ORIGINS = {
    "entered": N_("the case came into this state"),
    "reset": N_("an act began it anew"),
    "duty": N_("the duty's own date"),
    "opener": N_("the case that opened it gave the limit"),
    "opened": N_("the case was opened"),
}
REASONS = {"calendar": N_("new calendar"), "reset": N_("begun anew"), "clock": N_("another limit moved")}
IDLE = {
    "condition": N_("it does not exist here, because of {of}"),
    "grade": N_("the grade of the case gives it no limit: {of}"),
    "state": N_("it runs in {of}"),
    "act": N_("it is started by {of}"),
    "anchor": N_("it waits for {of}"),
    "met": N_("it was met before it could start: {of}"),
}


@command(
    N_("Show why the limits of a case are due when they are: each day, what counted, what moved the end."),
    arg("ref"),
    arg("clock", required=False, metavar="[CLOCK]"),
)
def why(session: Session, ref: str, clock: str | None) -> None:
    """With the calendars as they were when each limit was counted."""
    from workflow import policies
    from workflow.ask import case
    from workflow.ask_why import why as asked

    with session.read() as tx:
        found = asked(tx, ref, clock)
        definition = policies.definition_by_hash(tx, case(tx, ref, None)["policy"])
    for one in found["clocks"]:
        one["days"] = [{**day, "note": told(day["note"])} for day in one["days"]]
    render.one(session, found, lambda: blocks(found, definition))


def blocks(found: Mapping[str, Any], definition: Mapping[str, Any]) -> list[render.Block]:
    made: list[render.Block] = []
    for clock in found["clocks"]:
        name = clock["name"]
        made += [
            render.Block(f"{name}.clock", title(definition["clocks"][name]["title"], name), _head(clock, definition)),
            render.Block(f"{name}.day", _("Days"), day_lines(clock["days"]), [_(head) for head in HEADS]),
            render.Block(
                f"{name}.run",
                _("Runs"),
                [_run(run, definition) for run in clock["runs"]],
                [_("Run"), _("What"), _("At"), _("Due"), _("Why")],
            ),
        ]
    idle = [
        [
            title(definition["clocks"][one["name"]]["title"], one["name"]),
            _(IDLE[one["why"]]).format(of=_named(definition, one)),
        ]
        for one in found["idle"]
    ]
    return [*made, render.Block("idle", _("Not running"), idle)]


def _head(clock: Mapping[str, Any], definition: Mapping[str, Any]) -> list[list[str]]:
    from states.diagram import rule_text

    precise = clock["due_on"] if clock["precision"] == "day" else clock["due_at"]
    origin = _(ORIGINS[clock["from"]]) if clock["from"] in ORIGINS else _title(definition, clock["from"])
    rule = clock["rule"].get("date") or rule_text(clock["rule"].get("given", clock["rule"]))
    lines = [
        [_("State"), _(CLOCK_STATES[clock["state"]])],
        [_("Counted from"), f"{_time(clock['from_at'])} ({origin})"],
        [_("Limit"), rule],
        *([_("Stood still"), f"{_time(stop['from'])} – {_time(stop['to'])}".rstrip(" ")] for stop in clock["stops"]),
        *(
            [_("More time"), _("{by}, granted by {who}").format(by=more["by"], who=more["decided_by"])]
            for more in clock["extensions"]
        ),
        [_("Calendar"), f"{clock['calendar']} {clock['calendar_version']}, {clock['zone']}"],
        [_("Due"), precise],
    ]
    if clock["provisional"]:
        lines.append([_("Provisional"), _("a day lies outside what the calendar knows; it will be counted anew")])
    if not clock["agrees"]:
        lines.append([_("Attention"), _("counted now, the end is another: see `duecourse audit verify`")])
    return lines


def _run(run: Mapping[str, Any], definition: Mapping[str, Any]) -> list[str]:
    reason = run["why"] or ""
    if run["kind"] == "clock.recomputed":
        words = [
            _(REASONS[word]) if word in REASONS else _title(definition, word)
            for word in filter(None, reason.split(", "))
        ]
        reason = ", ".join(words)
    elif run["kind"] == "clock.extended":
        reason = _("{by}, granted by {who}").format(by=run["by"], who=run["actor"])
    else:
        reason = ""
    return [str(run["run"]), _(KINDS[run["kind"]]), _time(run["at"]), render.day_time(run["due_at"]), reason]


def _named(definition: Mapping[str, Any], idle: Mapping[str, Any]) -> str:
    return ", ".join(_title(definition, word) for word in idle["of"])


def _title(definition: Mapping[str, Any], word: str) -> str:
    """What a field, an action or a state of that name is called; other words stay as they are."""
    for kind in ("fields", "actions", "states"):
        if word in definition[kind]:
            return title(definition[kind][word]["title"], word)
    return word


def _time(at: str | None) -> str:
    return f"{at[:10]} {at[11:16]}".rstrip() if at else ""
