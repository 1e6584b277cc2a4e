"""What people add to a case, again: another owner, a remark, a link, a file."""

from typing import TYPE_CHECKING

from workflow.engine.common import keep_files
from workflow.findings import said
from workflow.outbox import owe
from workflow.recorded import Recorded

if TYPE_CHECKING:
    from workflow.replay_case import Life


def assign(life: "Life", one: Recorded) -> None:
    case, data = life.case, one.data
    if data["was"] != case.owner or case.closed_at:
        life.differs(f"the owner was {said(case.owner)}, and the case is {'closed' if case.closed_at else 'open'}")
    written = life.counted(one)
    case.owner = data["owner"]
    body = {"state": case.state}
    key = f"assigned/{one.n}"
    owe(life.room, case, written, "case.assigned", persons=[data["owner"]], key=key, body=body)


def comment(life: "Life", one: Recorded) -> None:
    _keeps(life, one, {"text"})
    life.take(one)


def link(life: "Life", one: Recorded) -> None:
    _keeps(life, one, set())
    life.counted(one)
    life.room.link(one.data["kind"], one.data["ref"])


def attach(life: "Life", one: Recorded) -> None:
    if life.case.closed_at:
        life.differs("the case is closed")
    files = life.files(one.private())
    first = len(life.room.rows["file"]) + 1
    _keeps(life, one, {f"file/{first}"})
    written = life.counted(one)
    keep_files(life.room, life.case, files, first, written)


def _keeps(life: "Life", one: Recorded, wanted: set[str]) -> None:
    """What an event of the small doors commits to; a reason it may always have."""
    kept = set(one.event["commit"])
    if kept - {"reason"} != wanted:
        life.differs(f"it keeps {said(sorted(kept))}, decided again it keeps {said(sorted(wanted))}", one)
