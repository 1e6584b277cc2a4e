"""One case again: the engine decides every act under the pinned definition, and must write what is on record.

What cannot be decided from the case alone is taken from the record: the time of an act, who acted in which roles, who
was told, which calendars were in force. Everything that follows from these is worked out anew.
"""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from states.durations import parse_duration
from states.guards import refusal
from states.keep import kept_until
from states.opens import OPENED_BY, triggered
from states.vocabulary import MONTHS
from workflow import clocks, effects, fields
from workflow.case import NEVER, Case
from workflow.engine import extending, transition
from workflow.engine.common import keep_files
from workflow.engine.erasing import PERSONAL
from workflow.engine.opening import first_limit
from workflow.engine.opens import Opens
from workflow.event_json import ERASED
from workflow.events import SYSTEM, Head, Who, Written
from workflow.facts import facts_of
from workflow.files import Incoming
from workflow.findings import said
from workflow.instants import moment, stamp
from workflow.outbox import owe
from workflow.periods import is_dated
from workflow.plan import breach_of
from workflow.recorded import GONE, Recorded
from workflow.replay_law import Law
from workflow.replay_opens import opened_by
from workflow.replay_room import Room
from workflow.roles import Holder
from workflow.runs import recheck, stop
from workflow.scene import Scene, Told
from workflow.store.tx import Tx, Workspace
from workflow.trail import canon

FIRED = ("clock.reminded", "clock.breached", "clock.escalated")


class Differs(Exception):
    """What is on record is not what is decided again; the rest of the case is not looked at."""

    def __init__(self, what: str, at: Recorded) -> None:
        super().__init__(what)
        self.what = what
        self.at = at


class Replayed(Case):
    """A case whose next event is already written: writing it means comparing it."""

    __slots__ = ("life",)

    life: "Life"

    def write(self, tx: Tx, kind: str, who: Who, **parts: Any) -> Written:  # noqa: ARG002
        written = self.life.compare(kind, who, **parts)
        self.head = written.head
        return written


class _Scene(Scene):
    """Who answers, and by which calendars it was reckoned, as the record says."""

    __slots__ = ("life", "setting")

    def __init__(self, life: "Life", case: Case, definition: dict[str, Any]) -> None:
        self.life = life
        self.tx = life.room
        self.case = case
        self.definition = definition
        self.setting = definition["calendar"] or life.room.workspace.calendar or "none"
        self.zone = definition["zone"] or life.room.workspace.zone
        self.calendars_n = 0

    @property
    def calendar(self) -> str:
        return self.setting

    def holders(self, role: str) -> list[Holder]:
        raise NotImplementedError(role)

    def tell(self, asked: list[str]) -> tuple[list[Told], list[dict[str, str]]]:  # noqa: ARG002
        """Whom the event that comes next says was told."""
        data = self.life.ahead.data if self.life.ahead else {}
        if "holders" in data:
            return [{"person": person, "role": "", "for": None} for person in data["holders"]], []
        return data.get("told", []), data.get("skipped", [])

    def opens(self, on: Mapping[str, Any], *, as_of: str | None = None) -> Opens | None:  # noqa: ARG002
        """The cases that the event that comes next says were opened, where its law opens such ones."""
        one = self.life.ahead
        if one is None:
            return None
        windows = [None, *MONTHS] if self.case.duty else [None]  # which duties had which, the policy knew then
        lists = [triggered(self.definition, on, self.case.fields, every) for every in windows]
        if not any(lists):
            return None
        for entries in lists:
            if (recorded := opened_by(self, entries, one.data)) is not None:
                return recorded if entries else None
        raise Differs("what it opened is not what its law opens", one)

    def closed(self) -> frozenset[str]:
        """Of which words every linked case was closed, as the act that comes next says."""
        return frozenset(self.life.ahead.data.get("closed", ())) if self.life.ahead else frozenset()


class Life:
    """The events of one case, lived through once more. After `run` its room and its case can be compared."""

    def __init__(self, workspace: Workspace, law: Law, events: list[Recorded]) -> None:
        self.law = law
        self.events = events
        self.room = Room(workspace)
        self.position = 0
        self.case: Replayed
        self.scene: _Scene
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
            doors = {
                "case.acted": self._act, "case.assigned": self._assign, "case.linked": self._link,
                "case.attached": self._attach, "case.commented": self._comment,
                "extension.requested": self._ask_for_time,
                "data.erased": self._erase, "extension.refused": self._refuse_time, "clock.extended": self._grant_time,
                "clock.cancelled": self._release,
                "clock.recomputed": self._recompute, "data.read": self._take, "case.signed": self._take,
                **dict.fromkeys(FIRED, self._fire),
            }  # fmt: skip
            door = doors.get(one.kind)
            if door is None:
                self._differs("nothing that happened before it leads to it")
            before = self.position
            door(one)
            if self.position == before:
                self._differs("nothing that happened before it leads to it")

    def _differs(self, what: str, at: Recorded | None = None) -> NoReturn:
        raise Differs(what, at or self.ahead or self.events[-1])

    def _setting(self, one: Recorded) -> None:
        """Reckon with the calendar, zone and calendars that this event says it was reckoned with."""
        scene, reckoned = self.scene, one.data.get("reckoned", {})
        n = one.data.get("calendars", reckoned.get("calendars", self.law.number_at(one.at)))
        calendars = self.law.calendars(n) if isinstance(n, int) else None
        if calendars is None:
            self._differs(f"there were no calendars as of number {said(n)}", one)
        scene.calendars, scene.calendars_n = calendars, n
        scene.setting = reckoned.get("calendar", scene.setting)
        scene.zone = reckoned.get("zone", scene.zone)

    # what an event must say

    def compare(self, kind: str, who: Who, **parts: Any) -> Written:
        """The engine would write this now: the next event on record must say the same."""
        one = self.ahead
        if one is None:
            self._differs(f"{kind} should follow it, and does not")
        event = one.event
        if one.kind != kind:
            self._differs(f"{kind} should come here, not {one.kind}")
        if kind == "case.acted":
            self._setting(one)  # what follows from it was reckoned in the same transaction
        private = dict(parts.pop("private", None) or {})
        expected = {
            "action": parts.get("action"), "from": parts.get("from_state"), "to": parts.get("to_state"),
            "rule": parts.get("rule"), "unit": self.case.unit, "actor": who.actor, "behalf": who.behalf, "via": who.via,
        }  # fmt: skip
        for name, value in expected.items():
            if event[name] != value:
                self._differs(f"{name} is {said(event[name])}, decided again it is {said(value)}")
        self._same(event["data"], dict(parts.get("data") or {}))
        if set(private) != set(event["commit"]):
            self._differs(f"it keeps {said(sorted(event['commit']))}, decided again it keeps {said(sorted(private))}")
        self.position += 1
        return Written(one.id, one.stream, one.n, one.hash, one.at)

    def _same(self, is_: Mapping[str, Any], again: Mapping[str, Any]) -> None:
        if canon(is_) == canon(again):
            return
        for name in sorted({*is_, *again}):
            if name not in is_ or name not in again or canon({name: is_[name]}) != canon({name: again[name]}):
                self._differs(f"{name} is {said(is_.get(name))}, decided again it is {said(again.get(name))}")

    # what happens to a case

    def _open(self) -> None:
        one = self.events[0]
        self.room.now = one.at
        if one.kind != "case.opened":
            self._differs("a case begins with its opening")
        data, event, private = one.data, one.event, one.private()
        definition = self.law.definitions.get(data["definition"])
        if definition is None or definition["case"] != data["type"]:
            self._differs(f"there was no such definition of {data['type']}")
        if self.law.applied[data["definition"]] > one.at:
            self._differs(f"this definition of {data['type']} was not in force yet")
        values = data["fields"] | self._texts(private)
        severity = values.get(definition["severity"]) if definition["severity"] else None
        missing = [name for name, spec in definition["fields"].items() if spec["required"] and name not in values]
        if missing or not set(values) <= set(definition["fields"]):
            self._differs(f"its fields are not those of {data['type']}")
        self.title = private.get("title", GONE)
        self.case = Replayed(
            (
                data["case"], one.stream, data["type"], data["definition"], self.title, event["unit"],
                definition["initial"], 1, severity, data["owner"], event["actor"], one.at, None, json.dumps(values),
                "{}", "{}", NEVER, data["duty"], 0, Head().hash, "",
            )
        )  # fmt: skip
        self.case.life = self
        self.scene = _Scene(self, self.case, definition)
        self._setting(one)
        who = _who(event)
        by, opens = data.get("by"), self.scene.opens({"t": "opened"})
        again = {
            "type": data["type"], "definition": data["definition"], "case": data["case"], "owner": data["owner"],
            "opener": event["actor"], "severity": severity, "duty": data["duty"], "due_on": data["due_on"],
            "fields": fields.split(definition["fields"], values)[0], "version": 1, "reckoned": self.scene.reckoned,
            **({"by": by} if by else {}), **(opens.data if opens else {}),
            **({"ground": data["ground"]} if "ground" in data else {}),
        }  # fmt: skip
        if definition.get("grounds") and not data.get("ground"):
            self._differs("it was opened on no ground")
        written = self.case.write(
            self.room, "case.opened", who, to_state=definition["initial"], rule=self.scene.rule("case", data["type"]),
            data=again, private=private,
        )  # fmt: skip
        if not one.stream.startswith(f"{definition['ref']}-"):
            self._differs(f"its number does not begin with {definition['ref']}", one)
        clocks.follow(self.scene, who, clocks.Step(instead=first_limit(data["due_on"], by)))
        if by:
            self.room.link(OPENED_BY, by["ref"])
        if opens:
            opens.begin(who, written)

    def _act(self, one: Recorded) -> None:
        """An act of a person: would it be allowed again, and does the same follow from it?"""
        case, event, data, private = self.case, one.event, one.data, one.private()
        who, action = _who(event), event["action"]
        became = data.get("duty")
        if who == SYSTEM and not (became in {"met", "short", "skipped"} and case.duty):
            self._differs("no clock called for it, and no duty")
        held = frozenset(data["roles"])
        values = data["fields"] | self._texts(private)
        self.gone -= data["fields"].keys()
        files = self._files(private)
        facts = facts_of(case, self.room.now, who, held)
        facts.given, facts.files, facts.reason = values, len(files), str(private.get("reason", ""))
        facts.closed = self.scene.closed()
        facts.powers = data.get("powers")
        problem = refusal(self.scene.definition, action, facts)
        if problem is not None:
            self._differs(f"decided again it is refused: {problem}")
        to = self.scene.definition["actions"][action]["to"] or case.state
        transition.carry_out(
            self.scene, action, who, to, held=held, values=values, files=files, reason=facts.reason,
            closed=facts.closed, powers=facts.powers,
            duty=transition.ForDuty(became, data.get("due_on")) if became else None,
        )  # fmt: skip

    def _release(self, one: Recorded) -> None:
        """The window of the duty this case was opened for was skipped: its clock ends."""
        clock = self.case.clocks.get(one.data["clock"])
        if clock is None or not clock.open or not is_dated(clock) or one.data.get("why") != "skipped":
            self._differs("nothing that happened before it leads to it")
        stop(self.scene, clock, _who(one.event), "cancelled", why="skipped")

    def _fire(self, one: Recorded) -> None:
        """The clocks do what they owe by this time."""
        if not any(clock.pending and clock.pending.at <= one.at for clock in self.case.clocks.values()):
            self._differs("no clock owed it at this time")
        transition.catch_up(self.scene)

    def _recompute(self, one: Recorded) -> None:
        recheck(self.scene, _who(one.event))

    def _take(self, one: Recorded) -> Written:
        """Take an event as it is: it says itself all that it changes."""
        self.position += 1
        written = Written(one.id, one.stream, one.n, one.hash, one.at)
        self.case.head = written.head
        return written

    def _counted(self, one: Recorded) -> Written:
        self.case.version += 1
        if one.data["version"] != self.case.version:
            self._differs(f"version is {said(one.data['version'])}, decided again it is {self.case.version}")
        return self._take(one)

    def _assign(self, one: Recorded) -> None:
        case, data = self.case, one.data
        if data["was"] != case.owner or case.closed_at:
            self._differs(f"the owner was {said(case.owner)}, and the case is {'closed' if case.closed_at else 'open'}")
        written = self._counted(one)
        case.owner = data["owner"]
        body = {"state": case.state}
        key = f"assigned/{one.n}"
        owe(self.room, case, written, "case.assigned", persons=[data["owner"]], key=key, body=body)

    def _comment(self, one: Recorded) -> None:
        self._keeps(one, {"text"})
        self._take(one)

    def _keeps(self, one: Recorded, wanted: set[str]) -> None:
        """What an event of the small doors commits to; a reason it may always have."""
        kept = set(one.event["commit"])
        if kept - {"reason"} != wanted:
            self._differs(f"it keeps {said(sorted(kept))}, decided again it keeps {said(sorted(wanted))}", one)

    def _link(self, one: Recorded) -> None:
        self._keeps(one, set())
        self._counted(one)
        self.room.link(one.data["kind"], one.data["ref"])

    def _attach(self, one: Recorded) -> None:
        if self.case.closed_at:
            self._differs("the case is closed")
        files = self._files(one.private())
        first = len(self.room.rows["file"]) + 1
        self._keeps(one, {f"file/{first}"})
        written = self._counted(one)
        keep_files(self.room, self.case, files, first, written)

    # more time

    def _ask_for_time(self, one: Recorded) -> None:
        case, data = self.case, one.data
        clock, allowed = extending.extendable(self.scene, data["clock"])
        extending.check_amount(self.scene, clock, parse_duration(data["by"]), allowed)
        if clock.state != "running" or one.at >= breach_of(clock.due_at):
            self._differs(f"more time for {clock.name} could not be asked for then")
        written = self._counted(one)
        self.room.extension(
            data["id"], clock=data["clock"], run=data["run"], by=data["by"], state="asked",
            asked_by=one.event["actor"] or "", asked_at=one.at,
        )  # fmt: skip
        body = {"clock": clock.name, "by": data["by"], "due_at": clock.due_at, "zone": clock.zone}
        persons = [told["person"] for told in data["told"]]
        owe(self.room, case, written, one.kind, persons=persons, key=f"extend/{data['id']}", body=body)

    def _refuse_time(self, one: Recorded) -> None:
        self._decided(one, "refused", self._counted(one))

    def _grant_time(self, one: Recorded) -> None:
        data, private = one.data, one.private()
        clock, _ = extending.extendable(self.scene, data["clock"])
        more = {"id": data["id"], "by": data["by"], "version": self.case.version + 1}
        written = extending.extend(self.scene, clock, data["by"], _who(one.event), private, more)
        self.case.version += 1
        self._decided(one, "approved", written)

    def _decided(self, one: Recorded, state: str, written: Written) -> None:
        data, clock = one.data, self.case.clocks[one.data["clock"]]
        asked = self.room.rows["extension"].get((data["id"],))
        if asked is None or asked["state"] != "asked" or asked["asked_by"] in _who(one.event).persons:
            self._differs("nobody else had asked for this time", one)
        self.room.extension(data["id"], state=state, decided_by=one.event["actor"], decided_at=one.at)
        body = {"clock": clock.name, "by": data["by"], "due_at": clock.due_at, "zone": clock.zone}
        key = f"extend/{data['id']}/{state}"
        owe(self.room, self.case, written, one.kind, persons=[asked["asked_by"]], key=key, body=body)

    # values that are kept beside the trail

    def _erase(self, one: Recorded) -> None:
        """A value of this case was erased: by its rule when the time had come, or by the administrator."""
        data, field = one.data, str(one.data["field"])
        before = next((event for event in self.events[: self.position] if event.id == data["event"]), None)
        if before is None or data["stream"] != one.stream:
            self._differs("it erases a value of an event that is not before it in this case")
        name = field.removeprefix("field/")
        if field not in before.event["commit"]:
            spec = self.scene.definition["fields"].get(name, {"type": None})
            if spec["type"] not in PERSONAL or name not in before.data["fields"]:
                self._differs(f"it erases {field}, which that event does not keep")
            self.gone.add(name)
            self.case.fields[name] = dict(ERASED)
            if name in effects.named_in(self.scene.definition):
                self.room.rows["effect"].clear()
        if one.event["rule"] is not None:
            self._ran_out(one, name)
        elif one.event["actor"] != self.room.workspace.admin:
            self._differs("only the administrator erases what no rule lets go of")
        self._take(one)

    def _ran_out(self, one: Recorded, name: str) -> None:
        """The rule it names is one of the definition, and its time was over."""
        case, definition, rule = self.case, self.scene.definition, one.event["rule"]
        period = None
        if rule == self.scene.rule("keep", case.state):
            period, self.erased_n = definition["keep"].get(case.state), one.n
        elif rule == self.scene.rule("keep_requester", name) and definition["fields"].get(name, {}).get("requester"):
            period = definition["keep_requester"]
        if not period or not case.closed_at or stamp(kept_until(moment(case.closed_at), period)) > one.at:
            self._differs(f"the rule {said(rule)} lets go of nothing yet")

    def _texts(self, private: Mapping[str, Any]) -> dict[str, Any]:
        texts = {name[6:]: value for name, value in private.items() if name.startswith("field/")}
        self.gone = (self.gone - set(texts)) | {name for name, value in texts.items() if value == GONE}
        return texts

    def _files(self, private: Mapping[str, Any]) -> list[Incoming]:
        numbers = sorted(int(name[5:]) for name in private if name.startswith("file/"))
        if numbers != list(range(len(self.room.rows["file"]) + 1, len(self.room.rows["file"]) + 1 + len(numbers))):
            self._differs(f"its files have the numbers {numbers}")
        kept = [private[f"file/{number}"] for number in numbers]
        gone = {"name": GONE, "sha256": GONE, "size": GONE}
        return [Incoming(**(gone if file == GONE else file)) for file in kept]


def _who(event: Mapping[str, Any]) -> Who:
    """Who acted; the scheduler is always the same one."""
    who = Who(event["actor"], event["via"], event["behalf"])
    return SYSTEM if who == SYSTEM else who
