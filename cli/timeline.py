"""What happened to a case, event by event, in sentences for somebody who does not know the program."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cli import openings
from cli.render import Block, day_time, shown
from cli.texts import N_, _, role, title

Event = Mapping[str, Any]

SENTENCES = {
    "case.opened": N_("opened the case: {title}"),
    "case.acted": N_("{action}: {before} → {to}"),
    "case.assigned": N_("gave the case to {owner}"),
    "case.commented": N_("remarked: {text}"),
    "case.linked": N_("linked it: {kind} {ref}"),
    "case.attached": N_("added a file"),
    "case.migrated": N_("moved the case to another version of its law"),
    "clock.started": N_("the limit {clock} begins: due {due}"),
    "clock.paused": N_("the limit {clock} stands still"),
    "clock.resumed": N_("the limit {clock} runs again: due {due}"),
    "clock.reminded": N_("reminded of the limit {clock}"),
    "clock.breached": N_("the limit {clock} was missed: it was due {due}"),
    "clock.escalated": N_("the limit {clock}: step {step} of its ladder"),
    "clock.hindered": N_("the limit {clock} could not do what it called for"),
    "clock.met": N_("the limit {clock} was met"),
    "clock.cancelled": N_("the limit {clock} no longer applies"),
    "clock.extended": N_("gave {by} more for the limit {clock}: due {due}"),
    "clock.recomputed": N_("the limit {clock} was counted again: due {due}"),
    "extension.requested": N_("asked for {by} more for the limit {clock}"),
    "extension.refused": N_("refused {by} more for the limit {clock}"),
    "case.signed": N_("signed event {n}, with the key {fingerprint}"),
    "data.read": N_("took out all of the case: {what}"),
    "data.erased": N_("erased a value: {field}"),
}
_LATE = N_("the limit {clock} was met late: it was due {due}")
_PROVED = N_("took out a proof of an event, with what it discloses")
_HEADS = (N_("No."), N_("When"), N_("Who"), N_("What"), N_("Details"), N_("Rule"), N_("Reason"))
_VACANT = {"vacant": N_("vacant"), "on-leave": N_("on leave"), "respondent": N_("the respondent's")}
_HINDERED = {
    "when": N_("it waits for: {of}"),
    "unless": N_("not possible after: {of}"),
    "refused": N_("the case does not allow it"),
}


class Timeline:
    """The words of one case: its law, the persons it names, and the zone its times are told in."""

    def __init__(self, definition: Mapping[str, Any], persons: Iterable[Mapping[str, Any]], zone: str) -> None:
        self.definition = definition
        self.zone = ZoneInfo(zone)
        self.names = {person["login"]: person["name"] for person in persons}

    def block(self, events: Iterable[Event]) -> Block:
        """One line per event."""
        lines = [self._line(event) for event in events]
        return Block("event", _("What happened"), lines, [_(head) for head in _HEADS])

    def _line(self, event: Event) -> list[str]:
        actor = self.person(event["actor"]) if event["actor"] else _("the scheduler")
        if event["behalf"]:
            actor = _("{actor} for {other}").format(actor=actor, other=self.person(event["behalf"]))
        return [
            str(event["n"]),
            self.at(event["at"]),
            actor,
            self._sentence(event),
            "; ".join(self._details(event)),
            event["rule"] or "",
            self._value(event["reason"]),
        ]

    def person(self, login: str) -> str:
        """Name and login; an id that nobody is registered under stays an id."""
        name = self.names.get(login)
        return f"{name} ({login})" if name and name != login else login

    def at(self, stamp: str) -> str:
        """An instant in the zone of the case, to the second."""
        return datetime.fromisoformat(stamp).astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def named(self, kind: str, name: str | None) -> str:
        """What the law calls one of its states, actions, clocks or fields."""
        if not name:
            return ""
        return title(self.definition[kind].get(name, {}).get("title"), name)

    def _sentence(self, event: Event) -> str:
        data = event["data"]
        pattern = SENTENCES.get(event["kind"])
        if pattern is None:
            return str(event["kind"])
        if event["kind"] == "clock.met" and data.get("late"):
            pattern = _LATE
        if event["kind"] == "data.read" and data.get("what") == "proof":
            pattern = _PROVED
        places = {
            key: self._value(value) for key, value in data.items() if isinstance(value, str | int) or _gone(value)
        }
        due = data.get("due_at")
        return _(pattern).format_map(
            _Places(
                places,
                action=self.named("actions", event["action"]),
                before=self.named("states", event["from"]),
                to=self.named("states", event["to"]),
                clock=self.named("clocks", data.get("clock")),
                owner=self.person(str(data.get("owner"))),
                due=day_time(datetime.fromisoformat(due).astimezone(self.zone).isoformat()) if due else "",
            )
        )

    def _details(self, event: Event) -> Iterable[str]:
        data = event["data"]
        fields = data.get("fields") or {}
        if isinstance(fields, list):  # of a proof: the names of the values it discloses
            yield ", ".join(self.named("fields", name) for name in fields)
            fields = {}
        for name, value in fields.items():
            yield f"{self.named('fields', name)}: {self._field(name, value)}"
        for file in data.get("files") or ():
            yield _("file {name}").format(name=self._value(file if _gone(file) else file["name"]))
        for told in data.get("told") or ():
            who = f"{self.person(told['person'])}, {role(told['role'])}"
            if told.get("for"):
                who = _("{actor} for {other}").format(actor=who, other=self.person(told["for"]))
            yield _("told {who}").format(who=who)
        for skipped in data.get("skipped") or ():
            yield _("nobody to tell as {role}: {why}").format(
                role=role(skipped["role"]), why=_(_VACANT.get(skipped["why"], skipped["why"]))
            )
        if left := data.get("not_done"):
            why = _(_HINDERED[left["why"]]).format(of=left["of"])
            yield _("not done by itself: {action} ({why})").format(
                action=self.named("actions", left["action"]), why=why
            )
        yield from openings.lines([row["ref"] for row in data.get("opens") or ()], data.get("not_opened") or ())
        if isinstance(data.get("by"), dict):  # of an extension it is the amount
            yield openings.origin(data["by"]["ref"])
        for effect in data.get("effects") or ():
            yield _("bars {who} from {what}: {since} – {until}").format(
                who=self.person(str(effect["whom"])),
                what=", ".join(effect["bars"]),
                since=effect["from"],
                until=effect["until"] or "",
            )
        if data.get("holders"):
            yield _("held by {who}").format(who=", ".join(self.person(login) for login in data["holders"]))
        if data.get("passed"):
            yield _("passed over while nothing ran")

    def _field(self, name: str, value: Any) -> str:
        spec = self.definition["fields"].get(name, {})
        if isinstance(value, str):
            if spec.get("type") == "choice":
                return title(spec["titles"].get(value), value)
            if spec.get("type") == "time":
                return self.at(value)
            if value in self.names:
                return self.person(value)
        return self._value(value)

    @staticmethod
    def _value(value: Any) -> str:
        return _("(erased)") if _gone(value) else shown(value)


def _gone(value: Any) -> bool:
    return isinstance(value, dict) and value.get("erased") is True


class _Places(dict[str, str]):
    """The places of a sentence; one that an event does not fill stays empty."""

    def __missing__(self, key: str) -> str:
        return ""
