"""Which clocks a case has: they follow it from state to state, and follow the facts they hang on."""

from collections.abc import Iterable, Mapping
from typing import Any

from states.anchors import Moments, condition_holds, depends_on, happened, resolved
from workflow.case import NEVER, Case, Clock
from workflow.plan import limit_for
from workflow.runs import move, pause, resume, start, stop
from workflow.scene import Scene
from workflow.trail import Who

Spec = Mapping[str, Any]


class Step:
    """What just happened to a case: from which state, by which action, with which fields, as of when."""

    __slots__ = ("action", "before", "changed", "effective", "instead")

    def __init__(
        self,
        before: str | None = None,
        action: str | None = None,
        changed: Iterable[str] = (),
        *,
        effective: str | None = None,
        instead: Mapping[str, Any] | None = None,
    ) -> None:
        self.before = before
        self.action = action
        self.changed = frozenset(changed)
        self.effective = effective  # the act counts as done then, where the policy allows it
        self.instead = instead  # replaces the limit of the first clock of a case: {"date": DAY} or {"given": RULE}


def follow(scene: Scene, who: Who, step: Step) -> None:
    """Let the clocks of a case follow what happened: stop what is done, start what begins, move what hangs on it."""
    case, specs = scene.case, scene.definition["clocks"]
    for name, spec in specs.items():
        clock = case.clocks.get(name)
        if clock is not None and clock.open:
            _go_on_or_end(scene, clock, spec, who, step)
    instead = step.instead
    started: set[str] = set()
    again = True
    while again:  # a clock that starts may be what one above it is counted from
        again = False
        for name, spec in specs.items():
            if name in started or not _begins(case, name, spec, step):
                continue
            inputs = _inputs(scene, spec, step, again=name in case.clocks)
            if instead:
                inputs, instead = (dict(instead), _entered(scene, step)), None
            if inputs:
                start(scene, name, *inputs, who)
                started.add(name)
                again = True
    for name, spec in specs.items():
        clock = case.clocks.get(name)
        if clock is not None and clock.open and name not in started and _touches(spec, step):
            _keep_up(scene, clock, spec, who, step)


def settle(scene: Scene, who: Who) -> None:
    """After a clock was breached or moved by itself: let those that are counted from it follow."""
    if any(depends_on(spec)["clocks"] for spec in scene.definition["clocks"].values()):
        follow(scene, who, Step(scene.case.state))


def _go_on_or_end(scene: Scene, clock: Clock, spec: Spec, who: Who, step: Step) -> None:
    """A running clock is cancelled, met, paused, resumed or counted anew, or simply goes on."""
    case, action = scene.case, step.action
    here = {*spec["runs_in"], *spec["pauses_in"]}
    at = step.effective or scene.tx.now
    if action in spec["cancels"] or not condition_holds(spec["if"], case.fields):
        stop(scene, clock, who, "cancelled")
        return
    if action in spec["met_by"] or (case.state not in here and step.before in here):
        stop(scene, clock, who, "met", effective=step.effective)
        return
    anew = action in spec["resets_on"] or action in spec["starts_on"]
    if action in spec["paused_by"] or (case.state in spec["pauses_in"] and step.before not in spec["pauses_in"]):
        pause(scene, clock, who, effective=step.effective, anew=anew)
    elif anew and (clock.state != "paused" or _resumes(spec, case, step)):
        clock.stops = []
        move(scene, clock, who, "clock.recomputed", why="reset", from_at=at)
    elif _resumes(spec, case, step):
        resume(scene, clock, who, effective=step.effective)


def _resumes(spec: Spec, case: Case, step: Step) -> bool:
    left = step.before in spec["pauses_in"] and case.state not in spec["pauses_in"]
    return step.action in spec["resumed_by"] or left


def _begins(case: Case, name: str, spec: Spec, step: Step) -> bool:
    """Whether a clock may start now: on entry, by its own actions, or because what it waited for has happened."""
    clock = case.clocks.get(name)
    if case.state not in spec["runs_in"] or (clock is not None and (clock.open or spec["once"])):
        return False
    if not condition_holds(spec["if"], case.fields):
        return False
    if spec["starts_on"]:
        return step.action in spec["starts_on"]
    if step.before not in spec["runs_in"] and step.before not in spec["pauses_in"]:
        return True
    if clock is None:  # it waited for its condition, its grade or its anchor
        return not any(action in case.acted for action in spec["met_by"])
    return clock.state == "cancelled" and not step.changed.isdisjoint(spec["if"])  # the condition holds again


def _touches(spec: Spec, step: Step) -> bool:
    """Whether what happened may move a clock that runs already."""
    hangs = depends_on(spec)
    return bool(hangs["clocks"] or (hangs["fields"] & step.changed) or step.action in hangs["actions"])


def _keep_up(scene: Scene, clock: Clock, spec: Spec, who: Who, step: Step) -> None:
    """Recompute a clock from its original start where its rule, its beginning or its ladder changed."""
    if "date" in clock.rule or clock.state == "paused":
        return
    if "given" in clock.rule:  # the limit its opener gave stays; its ladder may be another one now
        move(scene, clock, who, "clock.recomputed", why=", ".join(sorted(step.changed)) or step.action or "clock")
        return
    again = spec["again"] is not None and clock.rule == resolved(spec["again"], _moments(scene, step, spec, clock))
    inputs = _inputs(scene, spec, step, again=again, clock=clock)
    if inputs is None:
        stop(scene, clock, who, "cancelled")
        return
    rule, from_at = inputs
    if spec["from"] is None or step.action in spec["resets_on"]:
        from_at = clock.from_at
    why = ", ".join(sorted(step.changed)) or step.action or "clock"
    move(scene, clock, who, "clock.recomputed", why=why, rule=rule, from_at=from_at)


def _inputs(
    scene: Scene, spec: Spec, step: Step, *, again: bool, clock: Clock | None = None
) -> tuple[dict[str, Any], str] | None:
    """The rule a clock follows and what it is counted from; None while there is no such limit, or it has to wait."""
    moments = _moments(scene, step, spec, clock)
    limit = limit_for(spec, scene.case.fields, again=again)
    rule = resolved(limit, moments) if limit else None
    from_at = happened(spec["from"], moments)
    return (rule, from_at) if rule and from_at else None


def _moments(scene: Scene, step: Step, spec: Spec, clock: Clock | None = None) -> Moments:
    case = scene.case
    return Moments(
        opened=case.opened_at,
        entered=clock.started_at if clock else _entered(scene, step, spec),
        fields=case.fields,
        acted=case.acted_at,
        due={name: other.due_at for name, other in case.clocks.items()},
        breached={name: other.breached_at for name, other in case.clocks.items() if other.breached_at},
        zone=scene.zone,
    )


def _entered(scene: Scene, step: Step, spec: Spec | None = None) -> str:
    """When the case came into its present state, or did what starts the clock; one that waited counts from there."""
    case, actions = scene.case, scene.definition["actions"]
    if step.before != case.state or (spec and step.action in spec["starts_on"]):
        return step.effective or scene.tx.now
    return max((at for action, at in case.acted_at.items() if actions[action]["to"]), default=case.opened_at)


def earliest_due(case: Case) -> str:
    """The due time a case is listed under: that of the first of its open clocks."""
    return min((clock.due_at for clock in case.clocks.values() if clock.open), default=NEVER)
