"""The figures of an office counted once more, as somebody would who has nothing but a print of `audit log`.

Written for the eye, not for speed: it walks every event in order and knows no table.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from workflow.audit import log
from workflow.store import Tx

Row = dict[str, Any]
Key = tuple[Any, ...]


class Counted:
    """One walk through all events of one year.

    ``units``: of each case, as `case list` has them; ``nobody``: (type, clock) for whose end nobody answers.
    """

    def __init__(
        self,
        rows: list[Row],
        year: int,
        units: dict[str, str],
        nobody: set[tuple[str, str]],
        finals: dict[str, set[str]],
    ) -> None:
        self.units = units
        self.year = str(year)
        self.nobody = nobody
        self.finals = finals
        self.ended: Counter[Key] = Counter()  # (unit, type, clock, level, outcome)
        self.climbed: Counter[Key] = Counter()  # (unit, type, clock, step)
        self.cases: Counter[Key] = Counter()  # (unit, opened | closed | open)
        self.duties: dict[Key, str] = {}  # (unit, duty, window) -> outcome
        self._open: dict[Key, Row] = {}
        self._grade: dict[str, str | None] = {}
        self._state: dict[str, Key] = {}
        self._seen: set[Key] = set()
        for row in rows:
            self._take(row)
        for (ref, _), clock in self._open.items():
            if clock["overdue"]:
                self.ended[*clock["of"], self._grade.get(ref), "overdue"] += 1
        for _, unit, closed in self._state.values():
            if not closed:
                self.cases[unit, "open"] += 1

    def _take(self, row: Row) -> None:
        kind, data, ref = row["kind"], row["data"], row["case"]
        if kind == "case.opened":
            self._grade[ref] = data["severity"]
            self._state[ref] = (row["rule"].split("/")[0], self.units[ref], False)
            self.cases[self.units[ref], "opened"] += 1
        elif kind == "case.acted":
            self._grade[ref] = data["fields"].get("severity", self._grade[ref])
            type_, unit, was = self._state[ref]
            closed = row["to"] in self.finals[type_]
            self._state[ref] = (type_, unit, closed)
            if closed and not was:
                self.cases[unit, "closed"] += 1
        elif kind.startswith("clock."):
            self._clock(row, kind, data, ref)
        elif kind.startswith("duty."):
            self._duty(kind, data)

    def _duty(self, kind: str, data: Row) -> None:
        """The last word on a window is its outcome; one that is open again has none."""
        key = data["unit"], data["duty"], data["window"]
        if kind == "duty.reopened":
            self.duties.pop(key, None)  # of another year it never had one
        elif kind in {"duty.met", "duty.missed", "duty.skipped"} and data["due_on"].startswith(self.year):
            self.duties[key] = "late" if kind == "duty.met" and data["late"] else kind.removeprefix("duty.")

    def _clock(self, row: Row, kind: str, data: Row, ref: str) -> None:
        type_, clock = row["rule"].split("@")[0].split("/")[::2]
        if (type_, clock) in self.nobody:
            return
        of, key = (self.units[ref], type_, clock), (ref, clock)
        if kind == "clock.started":
            self._open[key] = {"of": of, "run": data["run"], "overdue": False}
        elif kind == "clock.breached":
            self._open[key]["overdue"] = True
        elif kind == "clock.escalated":
            once = (ref, clock, data["run"], data["step"])
            if not data["passed"] and data["timer_at"] > data["due_at"] and once not in self._seen:
                self._seen.add(once)
                self.climbed[*of, str(data["step"])] += 1
        elif kind in {"clock.met", "clock.cancelled"}:
            del self._open[key]
            if kind == "clock.met":
                self.ended[*of, self._grade[ref], "late" if data["late"] else "in-time"] += 1
        elif kind not in {"clock.reminded", "clock.hindered"} and self._open[key]["run"] != data["run"]:
            self._open[key] |= {"run": data["run"], "overdue": False}


def everything(tx: Tx) -> list[dict[str, Any]]:
    """The whole of `audit log`, page by page."""
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        page = log(tx, limit=1000, after=after)
        rows += page["rows"]
        after = page["next"]
        if after is None:
            return rows
