"""Which clocks a case has: they follow it from state to state, and follow the facts they hang on."""

from typing import Any

from workflow.case import Case
from workflow.plan import limit_for
from workflow.runs import move, start, stop
from workflow.scene import Scene
from workflow.trail import Who

NEVER = "never"  # sorts after every instant


def enter(scene: Scene, who: Who, before: str | None, action: str | None, dated: str | None = None) -> None:
    """Let the clocks follow a case from one state to the next: stop what is done, then start what begins.

    ``dated`` (a day) replaces the limit of the first clock of a case that a duty opened.
    """
    case, specs = scene.case, scene.definition["clocks"]
    for name, spec in specs.items():
        clock = case.clocks.get(name)
        if clock is None or not clock.open:
            continue
        if action in spec["cancels"]:
            stop(scene, clock, who, "cancelled")
        elif action in spec["met_by"] or (case.state not in spec["runs_in"] and before in spec["runs_in"]):
            stop(scene, clock, who, "met")
    for name, spec in specs.items():
        if case.state not in spec["runs_in"] or before in spec["runs_in"]:
            continue
        if name in case.clocks and (spec["once"] or case.clocks[name].open):
            continue
        rule = {"date": dated} if dated else limit_for(spec, case.fields, again=name in case.clocks)
        dated = None
        if rule:
            source = (spec["from"] or {}).get("field") if isinstance(spec["from"], dict) else spec["from"]
            anchor = case.fields.get(source) if source else None
            start(scene, name, rule, anchor if isinstance(anchor, str) else scene.tx.now, who)


def regrade(scene: Scene, who: Who, field: str) -> None:
    """Recompute the open clocks whose limit or ladder hangs on a field that changed, from their original start."""
    case = scene.case
    for name, spec in scene.definition["clocks"].items():
        clock = case.clocks.get(name)
        if clock is None or not clock.open or "date" in clock.rule:
            continue
        if field not in (_by(spec["limit"]), _by(spec["ladder"])):
            continue
        rule = limit_for(spec, case.fields, again=clock.run > 1 and bool(spec["again"]))
        if rule is None:
            stop(scene, clock, who, "cancelled")
        else:
            move(scene, clock, who, "clock.recomputed", why=field, rule=rule)


def _by(choice: Any) -> str | None:
    """The field that a limit or a ladder is chosen by, if it is."""
    return choice["by"] if isinstance(choice, dict) and "by" in choice and "of" in choice else None


def earliest_due(case: Case) -> str:
    """The due time a case is listed under: that of the first of its open clocks."""
    return min((clock.due_at for clock in case.clocks.values() if clock.open), default=NEVER)
