"""How a case and its events are put before people; the dicts themselves come from `workflow.ask`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cli.errors import fill
from cli.openings import opener
from cli.render import Block, Column, Row, day_time, names, shown, title_of
from cli.texts import N_, _, language, title
from states.errors import Problem

if TYPE_CHECKING:
    from workflow.store import Tx

CLOCK_STATES = {
    "running": N_("running"),
    "paused": N_("paused"),
    "met": N_("met"),
    "breached": N_("overdue"),
    "cancelled": N_("cancelled"),
}
NEXT = {"remind": N_("reminder"), "breach": N_("overdue"), "step": N_("step {step}")}


def speak(case: Mapping[str, Any]) -> dict[str, Any]:
    """The case with its refusals as sentences, ready to be printed."""
    rows = [
        {**row, "why_not": fill(why.message, why.places) if isinstance(why := row["why_not"], Problem) else why}
        for row in case["actions"] or ()
    ]
    if case["actions"] is None:
        return {**case}
    return {**case, "actions": rows}


def case_blocks(case: Mapping[str, Any], definition: Mapping[str, Any]) -> list[Block]:
    """One case for people: what it is, its fields, clocks, actions, files, links."""

    def named(kind: str, name: str) -> str:
        return title(definition[kind].get(name, {}).get("title"), name)

    head = [
        [_("Number"), case["ref"]],
        [_("Type"), title(definition["title"], case["type"])],
        [_("Title"), title_of(case)],
        [_("Unit"), case["unit"]],
        [_("State"), named("states", case["state"])],
        [_("Version"), str(case["version"])],
        [_("Owner"), case["owner"] or ""],
        [_("Opened"), day_time(case["opened_at"])],
    ]
    if by := opener(case["links"]):
        head.append([_("Opened by"), by])
    if case["closed_at"]:
        head.append([_("Closed"), day_time(case["closed_at"])])
    if case.get("as_of"):
        head.append([_("As of"), day_time(case["as_of"])])
    if case["severity"]:
        head.append([_("Grade"), _value(definition, definition["severity"], case["severity"])])
    fields = [[named("fields", name), _value(definition, name, value)] for name, value in case["fields"].items()]
    clocks = [
        [
            named("clocks", clock["name"]),
            _(CLOCK_STATES[clock["state"]]),
            day_time(clock["due_at"]) + (f" ({_('provisional')})" if clock["provisional"] else ""),
            names(clock["holders"]),
            _next(clock["next"]),
        ]
        for clock in case["clocks"]
    ]
    actions = [
        [row["name"], named("states", row["to"]), shown(row["allowed"]), row["why_not"] or ""]
        for row in case["actions"] or ()
    ]
    files = [
        [file["name"] or _("(erased)"), str(file["size"]), day_time(file["at"]), file["sha256"]]
        for file in case["files"]
    ]
    links = [[link["kind"], link["ref"]] for link in case["links"]]
    return [
        Block("case", "", head),
        Block("field", _("Fields"), fields),
        Block("clock", _("Clocks"), clocks, [_("Clock"), _("State"), _("Due"), _("Held by"), _("Next")]),
        Block("action", _("Actions"), actions, [_("Action"), _("Leads to"), _("Allowed"), _("Why not")]),
        Block("file", _("Files"), files, [_("File"), _("Bytes"), _("Added"), "SHA-256"]),
        Block("link", _("Links"), links, [_("Kind"), _("Case")]),
    ]


def _value(definition: Mapping[str, Any], name: str, value: Any) -> str:
    """A field's value; of a choice its title, of an instant its minute."""
    spec = definition["fields"].get(name, {})
    if spec.get("type") == "choice":
        return title(spec["titles"].get(value), str(value))
    if spec.get("type") == "time" and isinstance(value, str):
        return day_time(value)
    return shown(value)


def _next(next_: Mapping[str, Any] | None) -> str:
    if next_ is None:
        return ""
    return f"{day_time(next_['at'])} {_(NEXT[next_['what']]).format(step=next_['step'])}"


class Labels:
    """What types, their states, clocks and grades, and duties are called in what is in force. English readers see the
    names they type."""

    def __init__(self, tx: "Tx") -> None:
        from workflow import policies

        self._types = {} if language() == "en" else policies.types(tx)
        self._duties = {} if language() == "en" else (policies.current_or_none(tx) or {}).get("duties", {})

    def type(self, row: Row) -> str:
        return title(self._types.get(row["type"], {}).get("title"), row["type"]) if row["type"] else ""

    def state(self, row: Row) -> str:
        return self.named("states", row["type"], row["state"])

    def clock(self, row: Row) -> str:
        return self.named("clocks", row["type"], row["clock"]) if row["clock"] else ""

    def duty(self, code: str) -> str:
        return title(self._duties.get(code, {}).get("title"), code)

    def grade(self, level: str, types: Iterable[str]) -> str:
        """A severity, as the first of these types that has it calls it."""
        for law in (self._types.get(type_, {}) for type_ in types):
            if level in (titles := law.get("fields", {}).get(law.get("severity"), {}).get("titles", {})):
                return title(titles[level], level)
        return level

    def named(self, kind: str, type_: str, name: str) -> str:
        return title(self._types.get(type_, {}).get(kind, {}).get(name, {}).get("title"), name)


def _change(event: Row) -> str:
    """From and to of an event, or what else it says in a word."""
    if event["from"] or event["to"]:
        return f"{event['from'] or ''} → {event['to'] or ''}".strip()
    data = event["data"] or {}
    words = [
        str(data[key])
        for key in ("clock", "what", "step", "duty", "policy", "table", "login", "name", "ref", "field")
        if data.get(key)
    ]
    return " ".join(words)


def _who(row: Row) -> str:
    actor = row["actor"] or _("the scheduler")
    return _("{actor} for {other}").format(actor=actor, other=row["behalf"]) if row["behalf"] else actor


EVENT_COLUMNS: list[Column] = [
    ("at", N_("At"), lambda row: row["at"][:19].replace("T", " ") + "Z"),
    ("stream", N_("Stream"), None),
    ("n", N_("No."), None),
    ("kind", N_("Kind"), None),
    ("actor", N_("Who"), _who),
    ("action", N_("Action"), None),
    ("to", N_("Change"), _change),
    ("reason", N_("Reason"), None),
]


def stamped(stamp: dict[str, Any]) -> str:
    """One sentence about a stamp; whether it was checked is part of it."""
    told = _("Stamped by {by} at {at}.") if stamp["checked"] else _("Stamped, it says, by {by} at {at}; not checked.")
    return told.format(by=stamp["by"], at=f"{stamp['at'][:19].replace('T', ' ')} UTC")
