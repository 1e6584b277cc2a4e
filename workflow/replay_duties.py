"""Duties again: each window as the stream of its duty says it went, compared with the table of periods both ways."""

from typing import Any

from workflow.findings import Findings, said
from workflow.recorded import Recorded
from workflow.sql import replay as sql
from workflow.store.tx import Row, Tx

_KEY = ("duty", "unit", "window")
_FROM = {"met": ("open", "missed"), "missed": ("open",), "skipped": ("open",)}


class Duties:
    """Takes the streams ``duty/CODE/UNIT`` one by one, and the openings of cases that duties asked for."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.periods: dict[Row, tuple[dict[str, Any], Recorded]] = {}
        self.cases: dict[str, tuple[str, str, Recorded]] = {}  # ref -> duty, day, the opening

    def stream(self, together: list[Recorded]) -> None:
        for one in together:
            try:
                wrong = self._take(one)
            except (KeyError, TypeError):
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
        if one.kind == "duty.opened":
            if key in self.periods:
                return f"the window {key[2]} is opened a second time"
            row = {name: data[name] for name in ("opens_at", "due_on", "ref")} | {"status": "open"}
            self.periods[key] = (row, one)
            return None
        status = one.kind.removeprefix("duty.")
        if status not in _FROM:
            return None if one.kind == "duty.recorded" else f"{one.kind} is not something that happens to a duty"
        if key not in self.periods:
            return f"the window {key[2]} was never opened"
        row, _ = self.periods[key]
        if row["status"] not in _FROM[status]:
            return f"the window {key[2]} cannot be {status}: it is {row['status']}"
        self.periods[key] = (row | {"status": status}, one)
        return None

    def opened(self, one: Recorded) -> None:
        """The opening of a case; remembered where a duty asked for it."""
        if one.data.get("duty"):
            self.cases[one.stream] = (one.data["duty"], str(one.data.get("due_on")), one)

    def compare(self, tx: Tx) -> None:
        for living in tx.named(sql.PERIODS):
            key = tuple(living[name] for name in _KEY)
            row, by = self.periods.pop(key, (None, None))
            if row is None or by is None:
                self.found.add(f"the period {'/'.join(key)} is here, and no event says so", f"duty/{key[0]}/{key[1]}")
                continue
            for column, value in row.items():
                if living[column] != value:
                    is_ = said(living[column])
                    what = f"period {'/'.join(key)}.{column} is {is_}, the trail says {said(value)}"
                    self.found.add(what, by.stream, by.n, by.id)
            duty, due_on, opening = self.cases.pop(str(row["ref"]), (None, None, None))
            if (duty, due_on) != (key[0], row["due_on"]):
                what = f"its case {row['ref']} was not opened for {key[0]} due on {row['due_on']}"
                self.found.add(what, by.stream, by.n, by.id)
            elif opening and opening.event["unit"] != key[1]:
                self.found.add(f"its case {row['ref']} belongs to another unit", by.stream, by.n, by.id)
        for key, (_, by) in self.periods.items():
            self.found.add(f"the period {'/'.join(key)} is missing", by.stream, by.n, by.id)
        for ref, (duty, _, opening) in self.cases.items():
            self.found.add(f"it was opened for {duty}, which has no such window", ref, opening.n, opening.id)
