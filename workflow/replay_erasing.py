"""Values that were kept beside the trail and erased, again: by a rule when its time had come, or by hand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from states.keep import kept_until
from workflow import effects
from workflow.engine.erasing import PERSONAL
from workflow.event_json import ERASED
from workflow.findings import Findings, said
from workflow.instants import moment, stamp
from workflow.recorded import Recorded

if TYPE_CHECKING:
    from workflow.replay_case import Life


def erase(life: "Life", one: Recorded) -> None:
    """A value of this case was erased: by its rule when the time had come, or by the administrator."""
    data, field = one.data, str(one.data["field"])
    before = next((event for event in life.events[: life.position] if event.id == data["event"]), None)
    if before is None or data["stream"] != one.stream:
        life.differs("it erases a value of an event that is not before it in this case")
    name = field.removeprefix("field/")
    if field not in before.event["commit"]:
        spec = life.scene.definition["fields"].get(name, {"type": None})
        if spec["type"] not in PERSONAL or name not in before.data["fields"]:
            life.differs(f"it erases {field}, which that event does not keep")
        life.gone.add(name)
        life.case.fields[name] = dict(ERASED)
        if name in effects.named_in(life.scene.definition):
            life.room.rows["effect"].clear()
    if one.event["rule"] is not None:
        _ran_out(life, one, name)
    elif one.event["actor"] != life.room.workspace.admin:
        life.differs("only the administrator erases what no rule lets go of")
    life.take(one)


def _ran_out(life: "Life", one: Recorded, name: str) -> None:
    """The rule it names is one of the definition, and its time was over."""
    case, definition, rule = life.case, life.scene.definition, one.event["rule"]
    period = None
    if rule == life.scene.rule("keep", case.state):
        period, life.erased_n = definition["keep"].get(case.state), one.n
    elif rule == life.scene.rule("keep_requester", name) and definition["fields"].get(name, {}).get("requester"):
        period = definition["keep_requester"]
    if not period or not case.closed_at or stamp(kept_until(moment(case.closed_at), period)) > one.at:
        life.differs(f"the rule {said(rule)} lets go of nothing yet")


def erased_beside(events: Sequence[Recorded], admin: str, found: Findings) -> None:
    """Of a stream that is no case: what was erased in it stood there before, and the administrator erased it."""
    kept: dict[str, set[str]] = {}
    for one in events if any(one.kind == "data.erased" for one in events) else ():
        if one.kind == "data.erased":
            event, field = str(one.data.get("event")), str(one.data.get("field"))
            if field not in kept.get(event, ()) or one.data.get("stream") != one.stream:
                found.add("it erases a value that no event before it in this stream keeps", one.stream, one.n, one.id)
            elif one.event["actor"] != admin:
                found.add("only the administrator erases what no rule lets go of", one.stream, one.n, one.id)
        kept[one.id] = set(one.event["commit"])
