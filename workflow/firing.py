"""What a clock does by itself when its time has come: remind, breach, climb. Each is an event, and messages."""

from typing import Any, NamedTuple

from states.hindrance import hindrance
from workflow import outbox, periods
from workflow.case import Clock
from workflow.facts import facts_of
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


class Call(NamedTuple):
    """An action that a clock called for, and on which step (0: at its breach)."""

    action: str
    step: int


def fire(scene: Scene, clock: Clock) -> tuple[list[Fired], list[Call]]:
    """Do everything this clock owes by now, from its pending timer on; answers what, and the actions it calls for.

    After downtime the step that should hold now is told; reminders and steps passed over are recorded as passed.
    An action that something hinders is not called for, and the event says so; what comes after another action may
    hang on that one, and is asked when its turn comes (`hindered`, `leave`).
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
    calls: list[Call] = []
    while owed:
        point = owed.pop(0)
        passed = point.what != "breach" and point.at < newest
        empty, action = _do(scene, clock, point, passed=passed, first=not calls)
        fired.append(Fired(tx.now, case.ref, clock.name, clock.run, point.what, point.step))
        if action:
            calls.append(Call(action, point.step))
        if point.what == "step":
            rung = scene.definition["ladders"][clock.ladder][point.step - 1]
            if empty and rung["skip"] == "at-once" and not owed and rest:
                owed.append(rest.pop(0))
    tx.put(sql.UPDATE, case_id=case.id, **clock.columns())
    clock.pending = None
    arm(scene, clock, rest)
    return fired, calls


def hindered(scene: Scene, action: str) -> dict[str, str] | None:
    """Why the scheduler does not do this in the case as it is now; None where it may."""
    return hindrance(scene.definition, action, facts_of(scene.case, scene.tx.now, SYSTEM, ["system"]))


def leave(scene: Scene, clock: Clock, run: int, call: Call, left: dict[str, str]) -> None:
    """Put on record that an action was left undone which nothing hindered yet when the clock called for it."""
    if not scene.tells_left:
        return
    data = {"clock": clock.name, "run": run, "step": call.step, "not_done": left}
    scene.case.write(scene.tx, "clock.hindered", SYSTEM, rule=scene.rule("clock", clock.name), data=data)


def _do(scene: Scene, clock: Clock, point: Point, *, passed: bool, first: bool) -> tuple[bool, str | None]:
    """One point of the plan becomes an event, and messages; answers whether a step found nobody, and the action due.

    ``first``: no other action is due before that one.
    """
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
    action: str | None = None
    match point.what:
        case "breach":
            action = spec["then"]
            kind = "clock.breached"
            clock.state = "breached"
            clock.breached_at = point.at
            holders, _ = scene.tell(lambda doers: doers.holders(clock.name))
            data |= {"holders": [holder["person"] for holder in holders]}
            on = {"t": "breached", "clock": clock.name}
        case "remind":
            kind = "clock.reminded"
            if not passed:
                told, skipped = scene.tell(lambda doers: doers.holders(clock.name))
            data |= {"step": point.step, "told": told, "skipped": skipped, "passed": passed}
        case _:
            rung = scene.definition["ladders"][clock.ladder][point.step - 1]
            action = rung["do"]
            kind = "clock.escalated"
            clock.level = point.step
            if not passed:
                told, skipped = scene.tell(lambda doers: doers.rung(clock.name, rung))
            data |= {"step": point.step, "told": told, "skipped": skipped, "passed": passed}
            if point.occurrence == 1:
                on = {"t": "escalated", "clock": clock.name, "step": point.step}
    if action and first and (left := hindered(scene, action)):
        data["not_done"] = left
        action = None
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
    return point.what == "step" and not told and not passed, action
