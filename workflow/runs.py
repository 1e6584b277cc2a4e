"""One clock of a case: started, met, cancelled, paused, resumed, moved. Each change is an event of the case's stream.

``run`` rises whenever the due time moves or the state is entered again, so that every firing has the key
(case, clock, run, what, step, occurrence) and happens once.
"""

from typing import Any

from workflow import periods
from workflow.case import Clock
from workflow.instants import stamp
from workflow.plan import Point, breach_of, due_of, ladder_for, points
from workflow.scene import Scene
from workflow.sql import clock as sql
from workflow.sql import extension as extension_sql
from workflow.timers import arm, disarm, retime
from workflow.trail import Who, Written


def start(scene: Scene, name: str, rule: dict[str, Any], from_at: str, who: Who) -> None:
    """A clock begins to run, for the first time or again, counting from an instant."""
    case, tx = scene.case, scene.tx
    clock = case.clocks.get(name)
    new = clock is None
    if clock is None:
        clock = case.clocks[name] = _blank(name)
    clock.run += 1
    clock.started_at = tx.now
    clock.level = 0
    clock.breached_at = clock.met_at = clock.ended_at = None
    clock.stops, clock.extensions = [], []
    set_due(scene, clock, rule, from_at)
    case.write(tx, "clock.started", who, rule=scene.rule("clock", name), data=facts(scene, clock))
    tx.put(sql.INSERT if new else sql.UPDATE, case_id=case.id, **clock.columns())
    arm(scene, clock, _ahead(scene, clock))


def stop(
    scene: Scene, clock: Clock, who: Who, state: str, *, effective: str | None = None, why: str | None = None
) -> None:
    """A clock ends: ``met`` (in time or late; as of an earlier ``effective`` time, if given) or ``cancelled``."""
    case, tx = scene.case, scene.tx
    at = effective or tx.now
    clock.state = state
    clock.ended_at = tx.now
    data = {"clock": clock.name, "run": clock.run, "due_at": clock.due_at}
    if state == "met":
        clock.met_at = at
        data["late"] = at >= breach_of(clock.due_at)
    if effective:
        data["effective_at"] = effective
    if why:
        data["why"] = why
    case.write(tx, f"clock.{state}", who, rule=scene.rule("clock", clock.name), data=data)
    if state == "met" and case.duty and periods.is_dated(clock):
        periods.settle(tx, case, who, "met", at=at, rule=scene.rule("clock", clock.name), late=bool(data["late"]))
    if scene.definition["clocks"][clock.name]["extension"]:
        tx.put(extension_sql.LAPSE, case_id=case.id, clock=clock.name, at=tx.now)
    disarm(scene, clock)
    tx.put(sql.UPDATE, case_id=case.id, **clock.columns())


def pause(scene: Scene, clock: Clock, who: Who, *, effective: str | None = None, anew: bool = False) -> None:
    """A running clock stands still. One that was breached stays breached: nothing is less late for waiting."""
    case, tx = scene.case, scene.tx
    if clock.state != "running":
        return
    clock.state = "paused"
    at = max(effective or tx.now, clock.started_at)
    if anew:  # when it runs again it counts from here
        clock.stops, clock.from_at = [], at
    clock.stops.append([at, None])
    case.write(
        tx,
        "clock.paused",
        who,
        rule=scene.rule("clock", clock.name),
        data={
            "clock": clock.name,
            "run": clock.run,
            "due_at": clock.due_at,
            "from_at": clock.from_at,
            "stops": clock.stops,
        },
    )
    disarm(scene, clock)
    tx.put(sql.UPDATE, case_id=case.id, **clock.columns())


def resume(scene: Scene, clock: Clock, who: Who, *, effective: str | None = None) -> None:
    """A paused clock runs again; the time it stood still is left out of its limit."""
    if clock.state != "paused":
        return
    since = clock.stops[-1][0] or ""
    clock.stops[-1][1] = max(effective or scene.tx.now, since)
    move(scene, clock, who, "clock.resumed", why="resumed")


def move(
    scene: Scene,
    clock: Clock,
    who: Who,
    kind: str,
    *,
    why: str,
    rule: dict[str, Any] | None = None,
    from_at: str | None = None,
    private: dict[str, Any] | None = None,
    **more: Any,
) -> Written | None:
    """Compute the due time again, from history; old and new are recorded, and where it moved a new run begins.

    A mere ``clock.recomputed`` that finds nothing changed, not even the calendar's version, leaves no trace (None).
    """
    case, tx = scene.case, scene.tx
    was = {"due_at": clock.due_at, "run": clock.run, "calendar_version": clock.calendar_version}
    before, reckoned, state = _moved_by(clock), _reckoned_by(clock), clock.state
    set_due(scene, clock, rule if rule is not None else clock.rule, from_at or clock.from_at)
    goes_on = kind == "clock.recomputed" and _moved_by(clock) == before
    if goes_on:
        clock.state = state
        if _reckoned_by(clock) == reckoned:
            return None
    else:
        clock.run += 1
        clock.level = 0
        clock.breached_at = None
    written = case.write(
        tx,
        kind,
        who,
        rule=scene.rule("clock", clock.name),
        data={**facts(scene, clock), "was": was, "why": why, **more},
        private=private,
    )
    if goes_on:
        retime(scene, clock, points(scene, clock))
    else:
        disarm(scene, clock)
        arm(scene, clock, _ahead(scene, clock))
    tx.put(sql.UPDATE, case_id=case.id, **clock.columns())
    return written


def recheck(scene: Scene, who: Who) -> list[Written]:
    """Compute again what was reckoned with a calendar of another version; a clock that stands still waits."""
    done = []
    for _, clock in sorted(scene.case.clocks.items()):  # always in the same order, however they were read
        if clock.state in {"running", "breached"}:
            version = scene.calendars.get(clock.calendar).version
            if version != clock.calendar_version:
                written = move(scene, clock, who, "clock.recomputed", why="calendar")
                done += [written] if written else []
    return done


def _moved_by(clock: Clock) -> tuple[Any, ...]:
    """What makes a run another run."""
    return clock.due_at, clock.rule, clock.ladder


def _reckoned_by(clock: Clock) -> tuple[Any, ...]:
    """What may change though nothing moves: a limit counted anew on the same day ends where it did."""
    return clock.provisional, clock.calendar_version, clock.from_at


def set_due(scene: Scene, clock: Clock, rule: dict[str, Any], from_at: str) -> None:
    """Fill in what follows from a rule, its beginning, and the clock's own stops and extensions."""
    due = due_of(scene, rule, from_at, clock.stops, clock.extensions)
    clock.rule = rule
    clock.from_at = from_at
    clock.due_at = stamp(due.at)
    clock.due_on = due.on.isoformat()
    clock.precision = due.precision
    clock.provisional = int(due.provisional)
    clock.calendar = due.calendar
    clock.calendar_version = scene.calendars.get(due.calendar).version
    clock.zone = due.zone
    clock.ladder = ladder_for(scene.definition["clocks"][clock.name], scene.case.fields)
    clock.state = "running"


def facts(scene: Scene, clock: Clock) -> dict[str, Any]:
    """What a start or a new run of a clock puts on record: all that its due time follows from."""
    return {
        "clock": clock.name,
        "run": clock.run,
        "from_at": clock.from_at,
        "due_at": clock.due_at,
        "due_on": clock.due_on,
        "precision": clock.precision,
        "provisional": bool(clock.provisional),
        "calendar": clock.calendar,
        "calendar_version": clock.calendar_version,
        "zone": clock.zone,
        "rule": clock.rule,
        "stops": clock.stops,
        "extensions": clock.extensions,
        "ladder": clock.ladder,
        "reckoned": scene.reckoned,
    }


def _ahead(scene: Scene, clock: Clock) -> list[Point]:
    """The plan of a run that begins now: a reminder whose time has gone by would remind of nothing new."""
    return [point for point in points(scene, clock) if point.what != "remind" or point.at > scene.tx.now]


def _blank(name: str) -> Clock:
    unset = ["", "", "", "", "", 0, "", "", ""]
    return Clock((name, 0, "running", *unset, "{}", "[]", "[]", None, 0, None, None, None, *[None] * 5))
