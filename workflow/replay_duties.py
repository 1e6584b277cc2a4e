"""Duties again: each window as the stream of its duty says it went, compared with the tables both ways.

How often something was done is counted anew from the records; that it was enough, or too little for its pace, must
follow from that.
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from workflow.findings import Findings, said
from workflow.recorded import GONE, Recorded
from workflow.sql import replay as sql
from workflow.store.tx import Row, Tx
from workflow.windows import named

_KEY = ("duty", "unit", "window")
_FROM = {"met": ("open", "missed"), "missed": ("open",), "skipped": ("open",), "reopened": ("met",)}
_BECAME = {"met": "met", "short": "reopened", "skipped": "skipped"}  # what a case was told of its duty -> the event
_MAIL = ("event", "kind", "person", "channel", "created_at")


class Window:
    """One window as its events leave it; ``by`` is the last of them."""

    __slots__ = ("by", "ends", "records", "row")

    def __init__(self, row: dict[str, Any], by: Recorded) -> None:
        self.row = row
        self.by = by
        self.records: dict[int, int] = {}  # number -> how often, of what stands
        self.ends: Counter[str] = Counter()

    @property
    def done(self) -> int:
        return sum(self.records.values())


class Duties:
    """Takes the streams ``duty/CODE/UNIT`` one by one, and the cases that duties opened."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.windows: dict[Row, Window] = {}
        self.records: dict[Row, tuple[dict[str, Any], Recorded]] = {}
        self.cases: dict[str, tuple[str, str, Recorded, Counter[str]]] = {}  # ref -> duty, day, opening, what it became
        self.mail: dict[tuple[str, str], Recorded] = {}  # (event, person) -> the warning that owes it

    def stream(self, together: list[Recorded]) -> None:
        for one in together:
            try:
                wrong = self._take(one)
            except (KeyError, TypeError, ValueError):
                wrong = "it does not say which window of which duty it is about"
            if wrong:
                self.found.add(wrong, one.stream, one.n, one.id)

    def _take(self, one: Recorded) -> str | None:
        data = one.data
        if one.kind == "data.erased":
            return None
        key = tuple(data[name] for name in _KEY)
        if one.stream != f"duty/{key[0]}/{key[1]}":
            return "it is about another duty or unit"
        window = self.windows.get(key)
        if one.kind == "duty.opened" or (one.kind == "duty.skipped" and data["ref"] is None):
            if window is not None:
                return f"the window {key[2]} is opened a second time"
            status = "open" if one.kind == "duty.opened" else "skipped"
            row = {name: data[name] for name in ("opens_at", "due_on", "ref")}
            row |= {"status": status, "required": data.get("required"), "done": 0, "warned": data.get("warned")}
            self.windows[key] = Window(row, one)
            return None
        if window is None:
            return f"the window {key[2]} was never opened"
        match one.kind:
            case "duty.recorded":
                return self._record(window, key, one)
            case "duty.warned":
                return self._warn(window, one)
        return self._end(window, key, one)

    def _end(self, window: Window, key: Row, one: Recorded) -> str | None:
        status = one.kind.removeprefix("duty.")
        if status not in _FROM:
            return f"{one.kind} is not something that happens to a duty"
        row, required = window.row, window.row["required"]
        if row["status"] not in _FROM[status]:
            return f"the window {key[2]} cannot be {status}: it is {row['status']}"
        wrong = None
        if status == "met" and row["status"] == "missed" and not one.data["late"]:
            wrong = f"the window {key[2]} was missed, and is met as if in time"
        elif required is not None and (status, window.done >= required) in {("met", False), ("reopened", True)}:
            wrong = f"the window {key[2]} cannot be {status}: {window.done} of {required} are recorded"
        row["status"] = "open" if status == "reopened" else status
        window.ends[status] += 1
        window.by = one
        return wrong

    def _record(self, window: Window, key: Row, one: Recorded) -> str | None:
        data, corrects = one.data, one.data["corrects"]
        if corrects is not None and window.records.pop(corrects, None) is None:
            return f"it corrects {corrects}, which is no record that stands in the window {key[2]}"
        window.records[one.n] = data["count"]
        window.row["done"] = window.done
        window.by = one
        self.records[key[0], key[1], one.n] = (
            {
                "window": key[2], "held_on": data["on"], "count": data["count"], "posts": data["posts"],
                "present": data["present"], "title": one.private().get("title"), "attached": data["attached"],
                "corrects": corrects, "at": one.at, "actor": one.event["actor"],
            },
            one,
        )  # fmt: skip
        if data["done"] != window.done:
            return f"done is {said(data['done'])}, its records count {window.done}"
        if window.row["required"] is None or window.row["status"] == "skipped":
            return "nothing is counted in this window"
        days = named(key[2])
        return None if days and days.holds(data["on"]) else f"{data['on']} does not lie in the window {key[2]}"

    def _warn(self, window: Window, one: Recorded) -> str | None:
        data, row = one.data, window.row
        for told in data["told"]:
            self.mail[one.id, told["person"]] = one
        was, row["warned"], window.by = row["warned"], data["pace"], one
        if row["status"] != "open" or was == data["pace"]:
            return f"of the pace {data['pace']} nothing was to be said again"
        if (data["done"], data["required"]) != (window.done, row["required"]) or window.done >= data["asked"]:
            return f"it says {data['done']} of {data['asked']}, its records count {window.done}"
        return None

    def case(self, together: list[Recorded]) -> None:
        """The events of a case; remembered where a duty asked for it."""
        opening = together[0]
        if not opening.data.get("duty"):
            return
        became = Counter[str]()
        dated = next((one.data["clock"] for one in together if one.kind == "clock.started"), None)
        for one in together:
            if one.kind == "case.acted" and one.data.get("duty"):
                became[_BECAME.get(one.data["duty"], "?")] += 1
            elif one.kind == "clock.cancelled" and one.data.get("why") == "skipped":
                became["skipped"] += 1
            elif one.kind in {"clock.met", "clock.cancelled"} and one.data["clock"] == dated:
                became["over"] = 1  # there was nothing left to end when the window was left out
        self.cases[opening.stream] = (opening.data["duty"], str(opening.data.get("due_on")), opening, became)

    def compare(self, tx: Tx, mail: Iterable[Row]) -> None:
        """Name every row that is otherwise; ``mail``: messages about cases that warnings of duties owe."""
        for living in tx.named(sql.PERIODS):
            key = tuple(living[name] for name in _KEY)
            window = self.windows.pop(key, None)
            called = "/".join(map(str, key))
            if window is None:
                self.found.add(f"the period {called} is here, and no event says so", f"duty/{key[0]}/{key[1]}")
                continue
            self._columns(f"period {called}", living, window.row, window.by)
            if window.row["ref"] is not None:
                self._case(key, window)
        for key, window in self.windows.items():
            by = window.by
            self.found.add(f"the period {'/'.join(map(str, key))} is missing", by.stream, by.n, by.id)
        for ref, (duty, _, opening, _) in self.cases.items():
            self.found.add(f"it was opened for {duty}, which has no such window", ref, opening.n, opening.id)
        self._activities(tx)
        self._mail(mail)

    def _case(self, key: Row, window: Window) -> None:
        """The case of a window is the one that was opened for it, and was told what became of it."""
        row, by = window.row, window.by
        duty, due_on, opening, became = self.cases.pop(str(row["ref"]), (None, None, None, Counter[str]()))
        if (duty, due_on) != (key[0], row["due_on"]):
            what = f"its case {row['ref']} was not opened for {key[0]} due on {row['due_on']}"
            self.found.add(what, by.stream, by.n, by.id)
            return
        if opening and opening.event["unit"] != key[1]:
            self.found.add(f"its case {row['ref']} belongs to another unit", by.stream, by.n, by.id)
        ends = window.ends
        skipped = {ends["skipped"], 0} if became["over"] else {ends["skipped"]}
        if became["met"] > ends["met"] or became["reopened"] != ends["reopened"] or became["skipped"] not in skipped:
            what = f"its case {row['ref']} was told otherwise what became of the window {key[2]}"
            self.found.add(what, by.stream, by.n, by.id)

    def _activities(self, tx: Tx) -> None:
        for living in tx.named(sql.ACTIVITIES):
            key = (living["duty"], living["unit"], living["no"])
            row, by = self.records.pop(key, (None, None))
            name = f"activity {'/'.join(map(str, key))}"
            if row is None or by is None:
                self.found.add(f"{name} is here, and no event says so", f"duty/{key[0]}/{key[1]}")
                continue
            living["posts"] = _list(living["posts"])
            self._columns(name, living, row, by)
        for key, (_, by) in self.records.items():
            self.found.add(f"activity {'/'.join(map(str, key))} is missing", by.stream, by.n, by.id)

    def _mail(self, mail: Iterable[Row]) -> None:
        """Everybody a warning says was told has a message about it, as it is there, and nobody else."""
        for row in mail:
            ref, key = row[0], row[1]
            living = dict(zip((*_MAIL[:4], "body", "created_at"), row[2:], strict=True))
            by = self.mail.pop((living["event"], living["person"]), None)
            if by is None:
                self.found.add(f"outbox {key} is here, and nothing on record says so", ref)
                continue
            said_ = {name: by.data[name] for name in ("asked", "done", "required", "pace")}
            expected = {"channel": "mail", "created_at": by.at, "body": json.dumps(said_, sort_keys=True)}
            self._columns(f"outbox {key}", living, expected, by)
            if by.data["ref"] != ref or not str(key).endswith(f"/pace/{by.data['pace']}/{living['person']}/mail"):
                self.found.add(f"outbox {key} is not under its name", by.stream, by.n, by.id)
        for (_, person), by in self.mail.items():
            self.found.add(f"outbox: {person} was told of it, and has no message", by.stream, by.n, by.id)

    def _columns(self, name: str, living: dict[str, Any], row: dict[str, Any], by: Recorded) -> None:
        for column, value in row.items():
            if value != GONE and living[column] != value:
                what = f"{name}.{column} is {said(living[column])}, the trail says {said(value)}"
                self.found.add(what, by.stream, by.n, by.id)


def _list(text: str | None) -> Any:
    try:
        return json.loads(text) if text else []
    except ValueError:
        return text
