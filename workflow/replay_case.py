"""One case again: the engine decides every act under the pinned definition, and must write what is on record.

What cannot be decided from the case alone is taken from the record: the time of an act, who acted in which roles, who
was told, which calendars were in force. Everything that follows from these is worked out anew.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from states.doers import gives
from states.guards import refusal
from states.vocabulary import OPENED_BY
from workflow import clocks, fields
from workflow import replay_erasing as erasing
from workflow import replay_extending as more_time
from workflow import replay_remarks as remarks
from workflow.case import NEVER, Case
from workflow.engine import transition
from workflow.engine.opening import first_limit, tell
from workflow.events import SYSTEM, Head, Who, Written
from workflow.facts import facts_of
from workflow.files import Incoming
from workflow.findings import said
from workflow.periods import is_dated
from workflow.recorded import GONE, Recorded
from workflow.replay_law import Law
from workflow.replay_room import Room
from workflow.replay_scene import Differs, RecordedScene, who_of
from workflow.runs import recheck, stop
from workflow.store.tx import Tx, Workspace
from workflow.trail import canon

FIRED = ("clock.reminded", "clock.breached", "clock.escalated")


class Replayed(Case):
    """A case whose next event is already written: writing it means comparing it."""

    __slots__ = ("life",)

    life: "Life"

    def write(self, tx: Tx, kind: str, who: Who, **parts: Any) -> Written:  # noqa: ARG002
        written = self.life.compare(kind, who, **parts)
        self.head = written.head
        return written


class Life:
    """The events of one case, lived through once more. After `run` its room and its case can be compared."""

    def __init__(self, workspace: Workspace, law: Law, events: list[Recorded]) -> None:
        self.law = law
        self.events = events
        self.room = Room(workspace)
        self.position = 0
        self.case: Replayed
        self.scene: RecordedScene
        self.title: Any = None
        self.gone: set[str] = set()  # fields whose value was erased
        self.erased_n: int | None = None  # the last event by which a rule erased all of it

    @property
    def ahead(self) -> Recorded | None:
        """The event that must be written next."""
        return self.events[self.position] if self.position < len(self.events) else None

    def run(self) -> None:
        """Raises Differs at the first event that is not what is decided again."""
        self._open()
        while (one := self.ahead) is not None:
            self.room.now = one.at
            self._setting(one)
            door = _DOORS.get(one.kind)
            if door is None:
                self.differs("nothing that happened before it leads to it")
            before = self.position
            door(self, one)
            if self.position == before:
                self.differs("nothing that happened before it leads to it")

    def differs(self, what: str, at: Recorded | None = None) -> NoReturn:
        raise Differs(what, at or self.ahead or self.events[-1])

    def _setting(self, one: Recorded) -> None:
        """Reckon with the calendar, zone and calendars that this event says it was reckoned with."""
        scene, reckoned = self.scene, one.data.get("reckoned", {})
        n = one.data.get("calendars", reckoned.get("calendars", self.law.number_at(one.at)))
        calendars = self.law.calendars(n) if isinstance(n, int) else None
        if calendars is None:
            self.differs(f"there were no calendars as of number {said(n)}", one)
        scene.calendars, scene.calendars_n = calendars, n
        scene.setting = reckoned.get("calendar", scene.setting)
        scene.zone = reckoned.get("zone", scene.zone)

    # what an event must say

    def compare(self, kind: str, who: Who, **parts: Any) -> Written:
        """The engine would write this now: the next event on record must say the same."""
        one = self.ahead
        if one is None:
            self.differs(f"{kind} should follow it, and does not")
        event = one.event
        if one.kind != kind:
            self.differs(f"{kind} should come here, not {one.kind}")
        if kind == "case.acted":
            self._setting(one)  # what follows from it was reckoned in the same transaction
        private = dict(parts.pop("private", None) or {})
        expected = {
            "action": parts.get("action"), "from": parts.get("from_state"), "to": parts.get("to_state"),
            "rule": parts.get("rule"), "unit": self.case.unit, "actor": who.actor, "behalf": who.behalf, "via": who.via,
        }  # fmt: skip
        for name, value in expected.items():
            if event[name] != value:
                self.differs(f"{name} is {said(event[name])}, decided again it is {said(value)}")
        self._same(event["data"], dict(parts.get("data") or {}))
        if set(private) != set(event["commit"]):
            self.differs(f"it keeps {said(sorted(event['commit']))}, decided again it keeps {said(sorted(private))}")
        self.position += 1
        return Written(one.id, one.stream, one.n, one.hash, one.at)

    def _same(self, is_: Mapping[str, Any], again: Mapping[str, Any]) -> None:
        if canon(is_) == canon(again):
            return
        for name in sorted({*is_, *again}):
            if name not in is_ or name not in again or canon({name: is_[name]}) != canon({name: again[name]}):
                self.differs(f"{name} is {said(is_.get(name))}, decided again it is {said(again.get(name))}")

    # what happens to a case

    def _open(self) -> None:
        one = self.events[0]
        self.room.now = one.at
        if one.kind != "case.opened":
            self.differs("a case begins with its opening")
        data, event, private = one.data, one.event, one.private()
        definition = self.law.definitions.get(data["definition"])
        if definition is None or definition["case"] != data["type"]:
            self.differs(f"there was no such definition of {data['type']}")
        if self.law.applied[data["definition"]] > one.at:
            self.differs(f"this definition of {data['type']} was not in force yet")
        values = data["fields"] | self._texts(private)
        severity = values.get(definition["severity"]) if definition["severity"] else None
        missing = [name for name, spec in definition["fields"].items() if spec["required"] and name not in values]
        if missing or not set(values) <= set(definition["fields"]):
            self.differs(f"its fields are not those of {data['type']}")
        self.title = private.get("title", GONE)
        self.case = Replayed(
            (
                data["case"], one.stream, data["type"], data["definition"], self.title, event["unit"],
                definition["initial"], 1, severity, data["owner"], event["actor"], one.at, None, json.dumps(values),
                "{}", "{}", NEVER, data["duty"], 0, Head().hash, "",
            )
        )  # fmt: skip
        self.case.life = self
        self.scene = RecordedScene(self, self.case, definition)
        self._setting(one)
        who = who_of(event)
        by, opens = data.get("by"), self.scene.opens({"t": "opened"})
        again = {
            "type": data["type"], "definition": data["definition"], "case": data["case"], "owner": data["owner"],
            "opener": event["actor"], "severity": severity, "duty": data["duty"], "due_on": data["due_on"],
            "fields": fields.split(definition["fields"], values)[0], "version": 1, "reckoned": self.scene.reckoned,
            **({"by": by} if by else {}), **(opens.data if opens else {}),
            **({"ground": data["ground"]} if "ground" in data else {}),
            **({"told": data["told"]} if data.get("told") else {}),
        }  # fmt: skip
        if definition.get("grounds") and not data.get("ground"):
            self.differs("it was opened on no ground")
        written = self.case.write(
            self.room, "case.opened", who, to_state=definition["initial"], rule=self.scene.rule("case", data["type"]),
            data=again, private=private,
        )  # fmt: skip
        if not one.stream.startswith(f"{definition['ref']}-"):
            self.differs(f"its number does not begin with {definition['ref']}", one)
        clocks.follow(self.scene, who, clocks.Step(instead=first_limit(data["due_on"], by)))
        tell(self.scene, written, data.get("told", []))
        if by:
            self.room.link(OPENED_BY, by["ref"])
        if opens:
            opens.begin(who, written)

    def act(self, one: Recorded) -> None:
        """An act of a person: would it be allowed again, and does the same follow from it?"""
        case, event, data, private = self.case, one.event, one.data, one.private()
        who, action = who_of(event), event["action"]
        became = data.get("duty")
        if who == SYSTEM and not (became in {"met", "short", "skipped"} and case.duty):
            self.differs("no clock called for it, and no duty")
        held = frozenset(data["roles"])
        values = data["fields"] | self._texts(private)
        self.gone -= data["fields"].keys()
        files = self.files(private)
        facts = facts_of(case, self.room.now, who, held)
        facts.given, facts.files, facts.reason = values, len(files), str(private.get("reason", ""))
        facts.closed = self.scene.closed()
        facts.on_record = True
        others = self._others(data)
        facts.powers, facts.or_else = others.powers, frozenset([action] if others.step_in else [])
        problem = refusal(self.scene.definition, action, facts)
        if problem is not None:
            self.differs(f"decided again it is refused: {problem}")
        to = self.scene.definition["actions"][action]["to"] or case.state
        transition.carry_out(
            self.scene, action, who, to, held=held, values=values, files=files, reason=facts.reason,
            closed=facts.closed, others=others,
            duty=transition.ForDuty(became, data.get("due_on")) if became else None,
        )  # fmt: skip

    def _others(self, data: Mapping[str, Any]) -> transition.Others:
        """Who did it in the place of others, as the record says; the powers are those that the law gives somebody."""
        powers = data.get("powers")
        if powers and not gives(self.scene.definition, powers):
            self.differs(f"powers is {said(powers)}, and its law gives nobody such powers")
        return transition.Others(powers, "or_else" in data)

    def release(self, one: Recorded) -> None:
        """The window of the duty this case was opened for was skipped: its clock ends."""
        clock = self.case.clocks.get(one.data["clock"])
        if clock is None or not clock.open or not is_dated(clock) or one.data.get("why") != "skipped":
            self.differs("nothing that happened before it leads to it")
        stop(self.scene, clock, who_of(one.event), "cancelled", why="skipped")

    def fire(self, one: Recorded) -> None:
        """The clocks do what they owe by this time."""
        if not any(clock.pending and clock.pending.at <= one.at for clock in self.case.clocks.values()):
            self.differs("no clock owed it at this time")
        transition.catch_up(self.scene)

    def recompute(self, one: Recorded) -> None:
        recheck(self.scene, who_of(one.event))

    def take(self, one: Recorded) -> Written:
        """Take an event as it is: it says itself all that it changes."""
        self.position += 1
        written = Written(one.id, one.stream, one.n, one.hash, one.at)
        self.case.head = written.head
        return written

    def counted(self, one: Recorded) -> Written:
        self.case.version += 1
        if one.data["version"] != self.case.version:
            self.differs(f"version is {said(one.data['version'])}, decided again it is {self.case.version}")
        return self.take(one)

    def _texts(self, private: Mapping[str, Any]) -> dict[str, Any]:
        texts = {name[6:]: value for name, value in private.items() if name.startswith("field/")}
        self.gone = (self.gone - set(texts)) | {name for name, value in texts.items() if value == GONE}
        return texts

    def files(self, private: Mapping[str, Any]) -> list[Incoming]:
        numbers = sorted(int(name[5:]) for name in private if name.startswith("file/"))
        if numbers != list(range(len(self.room.rows["file"]) + 1, len(self.room.rows["file"]) + 1 + len(numbers))):
            self.differs(f"its files have the numbers {numbers}")
        kept = [private[f"file/{number}"] for number in numbers]
        gone = {"name": GONE, "sha256": GONE, "size": GONE}
        return [Incoming(**(gone if file == GONE else file)) for file in kept]


# What an event on record goes through once more: the door by which it once came.
_DOORS: dict[str, Callable[[Life, Recorded], object]] = {
    "case.acted": Life.act,
    **dict.fromkeys(FIRED, Life.fire),
    "clock.recomputed": Life.recompute,
    "clock.cancelled": Life.release,
    "case.assigned": remarks.assign,
    "case.commented": remarks.comment,
    "case.linked": remarks.link,
    "case.attached": remarks.attach,
    "extension.requested": more_time.ask_for_time,
    "extension.refused": more_time.refuse_time,
    "clock.extended": more_time.grant_time,
    "data.erased": erasing.erase,
    "data.read": Life.take,
    "case.signed": Life.take,
}
