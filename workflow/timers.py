"""The timer rows of a clock: one open row, or none where nothing more will happen by itself."""

from collections.abc import Sequence

from workflow.case import Clock, Pending
from workflow.plan import Point
from workflow.scene import Scene
from workflow.sql import clock as sql


def arm(scene: Scene, clock: Clock, plan: Sequence[Point]) -> None:
    """Write the next timer of a clock."""
    if plan:
        point = plan[0]
        id_ = _new(scene, clock, point, "open")
        clock.pending = Pending(id_, point.what, point.step, point.occurrence, point.at)


def mark_fired(scene: Scene, clock: Clock, point: Point) -> None:
    """The open timer becomes fired; a point done in the same breath gets a row of its own, under the same key."""
    pending = clock.pending
    if pending and (pending.what, pending.step, pending.occurrence) == point[:3]:
        scene.tx.put(sql.TIMER_FIRED, expect=1, id=pending.id, fired_at=scene.tx.now)
    else:
        _new(scene, clock, point, "fired")


def retime(scene: Scene, clock: Clock, plan: Sequence[Point]) -> None:
    """The open timer keeps its key and takes the time the plan now has for it."""
    pending = clock.pending
    if pending is None:
        return
    key = (pending.what, pending.step, pending.occurrence)
    at = next((point.at for point in plan if point[:3] == key), None)
    if at is None:
        disarm(scene, clock)
        arm(scene, clock, [point for point in plan if point.at > scene.tx.now])
    elif at != pending.at:
        scene.tx.put(sql.TIMER_MOVED, expect=1, id=pending.id, at=at)
        pending.at = at


def disarm(scene: Scene, clock: Clock) -> None:
    """Nothing more happens by itself in this run."""
    if clock.pending:
        scene.tx.put(sql.TIMER_CLOSED, expect=1, id=clock.pending.id)
        clock.pending = None


def _new(scene: Scene, clock: Clock, point: Point, state: str) -> str:
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
