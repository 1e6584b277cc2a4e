"""The living tables of cases beside the lives that were lived through again: each row, both ways."""

import json
from collections.abc import Callable
from typing import Any

from workflow.clocks import earliest_due
from workflow.findings import Beside, Findings, said
from workflow.recorded import GONE
from workflow.replay_case import Life
from workflow.replay_room import Columns, Key
from workflow.sql import replay as sql
from workflow.store.tx import Row, Tx

_CASE = (
    "id", "type", "definition", "title", "unit", "state", "version", "severity", "owner", "opener", "opened_at",
    "closed_at", "fields", "acted", "acted_at", "due_at", "duty",
)  # fmt: skip
_PARSED = {"fields", "acted", "acted_at", "rule", "stops", "extensions", "body"}

# table: (its rows in the order of refs, the columns of its key, its other columns)
_TABLES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "clock": (
        sql.CLOCKS,
        ("name",),
        (
            "run", "state", "started_at", "from_at", "due_at", "due_on", "precision", "provisional", "calendar", "zone",
            "calendar_version", "rule", "stops", "extensions", "ladder", "level", "breached_at", "met_at", "ended_at",
        ),
    ),
    "timer": (sql.TIMERS, ("clock", "run", "what", "step", "occurrence"), ("at", "state", "fired_at")),
    "file": (sql.FILES, ("no",), ("sha256", "name", "size", "at", "event")),
    "link": (sql.LINKS, ("kind", "ref"), ()),
    "extension": (
        sql.EXTENSIONS,
        ("id",),
        ("clock", "run", "by", "state", "asked_by", "asked_at", "decided_by", "decided_at"),
    ),
    "effect": (sql.EFFECTS, ("event", "effect", "bars"), ("whom", "from_on", "until_on", "state")),
    "outbox": (sql.OUTBOX, ("dedup",), ("event", "kind", "person", "channel", "body", "created_at")),
}  # fmt: skip

_STRAYS = {
    "clock": sql.STRAY_CLOCKS, "timer": sql.STRAY_TIMERS, "file": sql.STRAY_FILES, "link": sql.STRAY_LINKS,
    "extension": sql.STRAY_EXTENSIONS, "effect": sql.STRAY_EFFECTS, "outbox": sql.STRAY_OUTBOX,
}  # fmt: skip


class Living:
    """The tables, walked case by case in the order of refs."""

    def __init__(self, tx: Tx, found: Findings) -> None:
        self.tx = tx
        self.found = found
        self.cases = Beside(tx.each(sql.CASES))
        self.elsewhere: list[Row] = []  # messages that a case shows and another stream owes
        self.tables = {name: Beside(tx.each(statement)) for name, (statement, _, _) in _TABLES.items()}

    def take(self, ref: str) -> tuple[Row | None, dict[str, list[Row]]]:
        """The row of a case, and its rows in the other tables."""
        rows = self.cases.take((ref,))
        tables = {name: beside.take((ref,)) for name, beside in self.tables.items()}
        mine = [row for row in tables["outbox"] if row[3] != "duty.warned"]
        self.elsewhere += [row for row in tables["outbox"] if row[3] == "duty.warned"]
        return (rows[0] if rows else None), {**tables, "outbox": mine}

    def compare(self, life: Life, case: Row | None, tables: dict[str, list[Row]]) -> None:
        """Name everything that is otherwise than the life of the case says."""
        last = life.events[-1]

        def wrong(what: str) -> None:
            self.found.add(what, last.stream, last.n, last.id)

        if case is not None:
            self._case(life, case, wrong)
        for name, rows in tables.items():
            _, keys, columns = _TABLES[name]
            expected = dict(life.room.rows[name])
            for row in rows:
                key = row[1 : 1 + len(keys)]
                if key not in expected:
                    wrong(f"{_name(name, key)} is here, and nothing on record says so")
                else:
                    _compare(_name(name, key), columns, row[1 + len(keys) :], expected.pop(key), wrong)
            for key in expected:
                wrong(f"{_name(name, key)} is missing")

    def _case(self, life: Life, row: Row, wrong: Callable[[str], None]) -> None:
        again = life.case
        again.due_at = earliest_due(again)
        expected = {name: getattr(again, name) for name in _CASE}
        living = dict(zip(_CASE, row[1:-1], strict=True))
        if row[-1] != life.erased_n:
            wrong(f"cases.erased_n is {said(row[-1])}, the trail says {said(life.erased_n)}")
        if life.gone:  # what was erased may be gone from the case too, and is nobody's to compare
            shown = _parsed("fields", living["fields"])
            if isinstance(shown, dict):
                living["fields"] = json.dumps({name: v for name, v in shown.items() if name not in life.gone})
            expected["fields"] = {name: v for name, v in again.fields.items() if name not in life.gone}
        _compare("cases", _CASE, tuple(living.values()), expected, wrong)

    def rest(self) -> None:
        """Rows that belong to no case, or to one without a trail."""
        for row in self.cases.rest():
            self.found.add("the case is in the table, and nothing is on record about it", str(row[0]))
        for name, beside in self.tables.items():
            if name == "outbox":
                for row in beside.rest():
                    self.found.add(f"{_name(name, row[1:2])} is owed for something that is not on record", str(row[0]))
            for owner, key in self.tx.all(_STRAYS[name]):
                what = (
                    "owed for an event that does not exist" if name == "outbox" else f"of a case {owner} that is gone"
                )
                self.found.add(f"{_name(name, (key,))} is {what}")


def _compare(name: str, columns: tuple[str, ...], row: Row, expected: Columns, wrong: Callable[[str], None]) -> None:
    for column, value in zip(columns, row, strict=True):
        is_, again = _parsed(column, value), expected[column]
        if again not in (GONE, is_):
            wrong(f"{name}.{column} is {said(is_)}, the trail says {said(again)}")


def _parsed(column: str, value: Any) -> Any:
    if column not in _PARSED:
        return value
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _name(table: str, key: Key) -> str:
    return f"{table} {'/'.join(map(str, key))}"
