"""Clocks of a case: started, met, cancelled, recomputed, fired. Each change is an event of the case's own stream.

One row per clock, one open timer per running clock. ``run`` rises whenever the due time moves or the state is
entered again, so every firing has the key (case, clock, run, what, step, occurrence) and happens once.
"""

from typing import Any, NamedTuple

from workflow import outbox, periods
from workflow.case import Case, Clock, Pending
from workflow.instants import stamp
from workflow.plan import Point, due_of, ladder_for, limit_for, points
from workflow.scene import Scene
from workflow.sql import clock as sql
from workflow.trail import SYSTEM, Who


class Fired(NamedTuple):
    """One thing a clock did by itself."""

    at: str
    ref: str
    clock: str
    run: int
    what: str
    step: int


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
            start(scene, name, rule, who)


def start(scene: Scene, name: str, rule: dict[str, Any], who: Who) -> None:
    """A clock begins to run, for the first time or again."""
    case, tx = scene.case, scene.tx
    source = scene.definition["clocks"][name]["from"]
    anchor = case.fields.get(source) if source else None
    clock = case.clocks.get(name)
    new = clock is None
    if clock is None:
        clock = case.clocks[name] = _blank(name)
    clock.run += 1
    clock.started_at = tx.now
    clock.level = 0
    clock.breached_at = clock.met_at = clock.ended_at = None
    _set_due(scene, clock, rule, anchor if isinstance(anchor, str) else tx.now)
    case.write(tx, "clock.started", who, rule=scene.rule("clock", name), data=_facts(scene, clock))
    tx.put(sql.INSERT if new else sql.UPDATE, case_id=case.id, **clock.columns())
    _arm(scene, clock, points(scene, clock))


def stop(scene: Scene, clock: Clock, who: Who, state: str) -> None:
    """A clock ends: ``met`` (in time or late) or ``cancelled``."""
    case, tx = scene.case, scene.tx
    clock.state = state
    clock.ended_at = tx.now
    if state == "met":
        clock.met_at = tx.now
    case.write(
        tx,
        f"clock.{state}",
        who,
        rule=scene.rule("clock", clock.name),
        data={"clock": clock.name, "run": clock.run, "due_at": clock.due_at, "late": clock.breached_at is not None},
    )
    if state == "met" and case.duty and periods.is_dated(clock):
        periods.settle(tx, case, who, "met", at=tx.now, rule=scene.rule("clock", clock.name))
    _close(scene, clock)
    tx.put(sql.UPDATE, case_id=case.id, **clock.columns())


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
            continue
        recompute(scene, clock, rule, who, why=field)


def recompute(scene: Scene, clock: Clock, rule: dict[str, Any], who: Who, why: str) -> None:
    """Move the due time of a clock in a run of its own; old and new are recorded."""
    case, tx = scene.case, scene.tx
    was = {"due_at": clock.due_at, "run": clock.run}
    ladder = clock.ladder
    state = clock.state
    before = (clock.due_at, clock.rule)
    _set_due(scene, clock, rule, clock.from_at)
    if (clock.due_at, clock.rule) == before and clock.ladder == ladder:
        clock.state = state
        return
    clock.run += 1
    clock.level = 0
    clock.breached_at = None
    case.write(
        tx,
        "clock.recomputed",
        who,
        rule=scene.rule("clock", clock.name),
        data={**_facts(scene, clock), "was": was, "why": why},
    )
    _close(scene, clock)
    tx.put(sql.UPDATE, case_id=case.id, **clock.columns())
    _arm(scene, clock, points(scene, clock))


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
    _arm(scene, clock, rest)
    return fired, actions


def _do(scene: Scene, clock: Clock, point: Point, *, passed: bool) -> bool:
    """One point of the plan becomes an event, and messages; True where a step found nobody."""
    case, tx = scene.case, scene.tx
    told: list[dict[str, Any]] = []
    skipped: list[dict[str, str]] = []
    data: dict[str, Any] = {"clock": clock.name, "run": clock.run, "due_at": clock.due_at, "timer_at": point.at}
    spec = scene.definition["clocks"][clock.name]
    match point.what:
        case "breach":
            kind = "clock.breached"
            clock.state = "breached"
            clock.breached_at = point.at
            holders, _ = scene.tell(spec["holders"])
            data |= {"holders": [holder["person"] for holder in holders]}
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
    written = case.write(tx, kind, SYSTEM, rule=scene.rule("clock", clock.name), data=data)
    _mark_fired(scene, clock, point)
    if point.what == "breach" and case.duty and periods.is_dated(clock):
        periods.settle(tx, case, SYSTEM, "missed", at=point.at, rule=scene.rule("clock", clock.name))
    if told:
        body = {"clock": clock.name, "due_at": clock.due_at, "step": point.step, "zone": clock.zone}
        key = f"{clock.name}/{clock.run}/{point.what}/{point.step}/{point.occurrence}"
        outbox.owe(tx, case, written, kind, persons=[one["person"] for one in told], key=key, body=body)
    return point.what == "step" and not told and not passed


def _mark_fired(scene: Scene, clock: Clock, point: Point) -> None:
    """The open timer becomes fired; a point done in the same breath gets a row of its own, under the same key."""
    tx, pending = scene.tx, clock.pending
    if pending and (pending.what, pending.step, pending.occurrence) == point[:3]:
        tx.put(sql.TIMER_FIRED, expect=1, id=pending.id, fired_at=tx.now)
    else:
        _new_timer(scene, clock, point, "fired")


def _arm(scene: Scene, clock: Clock, plan: list[Point]) -> None:
    """Write the next timer of a clock. One open row per clock, or none where nothing more will happen."""
    if plan:
        point = plan[0]
        id_ = _new_timer(scene, clock, point, "open")
        clock.pending = Pending(id_, *point[:3], point.at)


def _new_timer(scene: Scene, clock: Clock, point: Point, state: str) -> str:
    tx = scene.tx
    id_ = tx.id()
    tx.put(
        sql.TIMER_NEW,
        id=id_,
        case_id=scene.case.id,
        clock=clock.name,
        run=clock.run,
        what=point.what,
        step=point.step,
        occurrence=point.occurrence,
        at=point.at,
        state=state,
        fired_at=tx.now if state == "fired" else None,
    )
    return id_


def _close(scene: Scene, clock: Clock) -> None:
    if clock.pending:
        scene.tx.put(sql.TIMER_CLOSED, expect=1, id=clock.pending.id)
        clock.pending = None


def _set_due(scene: Scene, clock: Clock, rule: dict[str, Any], from_at: str) -> None:
    due = due_of(scene, rule, from_at)
    clock.rule = rule
    clock.from_at = from_at
    clock.due_at = stamp(due.at)
    clock.due_on = due.on.isoformat()
    clock.precision = due.precision
    clock.provisional = due.provisional
    clock.calendar = due.calendar
    clock.zone = due.zone
    clock.ladder = ladder_for(scene.definition["clocks"][clock.name], scene.case.fields)
    clock.state = "running"


def _facts(scene: Scene, clock: Clock) -> dict[str, Any]:
    """What a start or a new run of a clock puts on record."""
    return {
        "clock": clock.name,
        "run": clock.run,
        "from_at": clock.from_at,
        "due_at": clock.due_at,
        "due_on": clock.due_on,
        "precision": clock.precision,
        "provisional": bool(clock.provisional),
        "calendar": clock.calendar,
        "calendar_version": scene.calendars.get(clock.calendar).version,
        "zone": clock.zone,
        "rule": clock.rule,
        "ladder": clock.ladder,
    }


def _by(choice: Any) -> str | None:
    """The field that a limit or a ladder is chosen by, if it is."""
    return choice["by"] if isinstance(choice, dict) and "by" in choice and "of" in choice else None


def _blank(name: str) -> Clock:
    return Clock((name, 0, "running", "", "", "", "", "", 0, "", "", "{}", None, 0, None, None, None, *[None] * 5))


NEVER = "never"  # sorts after every instant


def earliest_due(case: Case) -> str:
    """The due time a case is listed under: that of the first of its open clocks."""
    return min((clock.due_at for clock in case.clocks.values() if clock.open), default=NEVER)
