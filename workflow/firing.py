"""What a clock does by itself when its time has come: remind, breach, climb. Each is an event, and messages."""

from typing import Any, NamedTuple

from workflow import outbox, periods
from workflow.case import Clock
from workflow.plan import Point, points
from workflow.scene import Scene
from workflow.sql import clock as sql
from workflow.timers import arm, mark_fired
from workflow.trail import SYSTEM


class Fired(NamedTuple):
    """One thing a clock did by itself."""

    at: str
    ref: str
    clock: str
    run: int
    what: str
    step: int


def fire(scene: Scene, clock: Clock) -> tuple[list[Fired], list[str]]:
    """Do everything this clock owes by now, from its pending timer on; answers what, and the actions it calls for.

    After downtime the step that should hold now is told; reminders and steps passed over are recorded as passed.
    """
    case, tx = scene.case, scene.tx
    if clock.pending is None:
        return [], []
    plan = points(scene, clock)
    key = (clock.pending.what, clock.pending.step, clock.pending.occurrence)
    first = next(i for i, point in enumerate(plan) if point[:3] == key)
    owed = [plan[first], *(point for point in plan[first + 1 :] if point.at <= tx.now)]
    rest = plan[first + len(owed) :]
    newest = owed[-1].at
    fired: list[Fired] = []
    actions: list[str] = []
    spec = scene.definition["clocks"][clock.name]
    while owed:
        point = owed.pop(0)
        empty = _do(scene, clock, point, passed=point.what != "breach" and point.at < newest)
        fired.append(Fired(tx.now, case.ref, clock.name, clock.run, point.what, point.step))
        if point.what == "breach" and spec["then"]:
            actions.append(spec["then"])
        if point.what == "step":
            rung = scene.definition["ladders"][clock.ladder][point.step - 1]
            if rung["do"]:
                actions.append(rung["do"])
            if empty and rung["skip"] == "at-once" and not owed and rest:
                owed.append(rest.pop(0))
    tx.put(sql.UPDATE, case_id=case.id, **clock.columns())
    clock.pending = None
    arm(scene, clock, rest)
    return fired, actions


def _do(scene: Scene, clock: Clock, point: Point, *, passed: bool) -> bool:
    """One point of the plan becomes an event, and messages; True where a step found nobody."""
    case, tx = scene.case, scene.tx
    on: dict[str, Any] | None = None  # what this may open other cases by
    told: list[dict[str, Any]] = []
    skipped: list[dict[str, str]] = []
    data: dict[str, Any] = {
        "clock": clock.name,
        "run": clock.run,
        "due_at": clock.due_at,
        "timer_at": point.at,
        "calendars": scene.calendars_n,
    }
    spec = scene.definition["clocks"][clock.name]
    match point.what:
        case "breach":
            kind = "clock.breached"
            clock.state = "breached"
            clock.breached_at = point.at
            holders, _ = scene.tell(spec["holders"])
            data |= {"holders": [holder["person"] for holder in holders]}
            on = {"t": "breached", "clock": clock.name}
        case "remind":
            kind = "clock.reminded"
            if not passed:
                told, skipped = scene.tell(spec["holders"])
            data |= {"step": point.step, "told": told, "skipped": skipped, "passed": passed}
        case _:
            kind = "clock.escalated"
            clock.level = point.step
            if not passed:
                told, skipped = scene.tell(scene.definition["ladders"][clock.ladder][point.step - 1]["tell"])
            data |= {"step": point.step, "told": told, "skipped": skipped, "passed": passed}
            if point.occurrence == 1:
                on = {"t": "escalated", "clock": clock.name, "step": point.step}
    opens = scene.opens(on, as_of=clock.due_at if clock.breached_at else point.at) if on else None
    if opens:
        data |= opens.data
    written = case.write(tx, kind, SYSTEM, rule=scene.rule("clock", clock.name), data=data)
    mark_fired(scene, clock, point)
    if point.what == "breach" and case.duty and periods.is_dated(clock):
        periods.settle(tx, case, SYSTEM, "missed", at=point.at, rule=scene.rule("clock", clock.name))
    if told:
        body = {"clock": clock.name, "due_at": clock.due_at, "step": point.step, "zone": clock.zone}
        key = f"{clock.name}/{clock.run}/{point.what}/{point.step}/{point.occurrence}"
        outbox.owe(tx, case, written, kind, persons=[one["person"] for one in told], key=key, body=body)
    if opens:
        opens.begin(SYSTEM, written)
    return point.what == "step" and not told and not passed
