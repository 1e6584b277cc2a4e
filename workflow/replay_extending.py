"""More time, again: asked for, refused, granted."""

from typing import TYPE_CHECKING

from states.durations import parse_duration
from workflow.engine import extending
from workflow.events import Written
from workflow.outbox import owe
from workflow.plan import breach_of
from workflow.recorded import Recorded
from workflow.replay_scene import who_of

if TYPE_CHECKING:
    from workflow.replay_case import Life


def ask_for_time(life: "Life", one: Recorded) -> None:
    case, data = life.case, one.data
    clock, allowed = extending.extendable(life.scene, data["clock"])
    extending.check_amount(life.scene, clock, parse_duration(data["by"]), allowed)
    if clock.state != "running" or one.at >= breach_of(clock.due_at):
        life.differs(f"more time for {clock.name} could not be asked for then")
    written = life.counted(one)
    life.room.extension(
        data["id"], clock=data["clock"], run=data["run"], by=data["by"], state="asked",
        asked_by=one.event["actor"] or "", asked_at=one.at,
    )  # fmt: skip
    body = {"clock": clock.name, "by": data["by"], "due_at": clock.due_at, "zone": clock.zone}
    persons = [told["person"] for told in data["told"]]
    owe(life.room, case, written, one.kind, persons=persons, key=f"extend/{data['id']}", body=body)


def refuse_time(life: "Life", one: Recorded) -> None:
    _decided(life, one, "refused", life.counted(one))


def grant_time(life: "Life", one: Recorded) -> None:
    data, private = one.data, one.private()
    clock, _ = extending.extendable(life.scene, data["clock"])
    more = {"id": data["id"], "by": data["by"], "version": life.case.version + 1}
    more |= {"approve": data["approve"]} if "approve" in data else {}
    written = extending.extend(life.scene, clock, data["by"], who_of(one.event), private, more)
    life.case.version += 1
    _decided(life, one, "approved", written)


def _decided(life: "Life", one: Recorded, state: str, written: Written) -> None:
    data, clock = one.data, life.case.clocks[one.data["clock"]]
    asked = life.room.rows["extension"].get((data["id"],))
    if asked is None or asked["state"] != "asked" or asked["asked_by"] in who_of(one.event).persons:
        life.differs("nobody else had asked for this time", one)
    life.room.extension(data["id"], state=state, decided_by=one.event["actor"], decided_at=one.at)
    body = {"clock": clock.name, "by": data["by"], "due_at": clock.due_at, "zone": clock.zone}
    key = f"extend/{data['id']}/{state}"
    owe(life.room, life.case, written, one.kind, persons=[asked["asked_by"]], key=key, body=body)
