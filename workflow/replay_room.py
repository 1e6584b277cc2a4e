"""A transaction without a database: the engine decides in it again, and what it would write is kept to be compared.

Only the statements the engine uses on a case it already holds are known here; a new one must be added, and a test that
replays a life full of everything fails until it is.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from workflow.sql import cases as cases_sql
from workflow.sql import clock as clock_sql
from workflow.sql import duty as duty_sql
from workflow.sql import effect as effect_sql
from workflow.sql import extension as extension_sql
from workflow.sql import outbox as outbox_sql
from workflow.store.tx import Row, Tx, Value, Workspace

Key = tuple[Any, ...]
Columns = dict[str, Any]

_JSON = ("rule", "stops", "extensions")


class Room(Tx):
    """The rows of one case as the engine leaves them: by table, then by key."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace, "")
        self.rows: dict[str, dict[Key, Columns]] = {
            "clock": {}, "timer": {}, "file": {}, "link": {}, "extension": {}, "outbox": {}, "effect": {},
        }  # fmt: skip
        self._ids = 0
        self._timers: dict[str, Key] = {}
        self._writers: dict[str, Callable[[Mapping[str, Any]], None]] = {
            clock_sql.INSERT: self._clock,
            clock_sql.UPDATE: self._clock,
            clock_sql.TIMER_NEW: self._timer,
            clock_sql.TIMER_FIRED: lambda row: self._timer_is(row, state="fired", fired_at=row["fired_at"]),
            clock_sql.TIMER_CLOSED: lambda row: self._timer_is(row, state="closed"),
            clock_sql.TIMER_MOVED: lambda row: self._timer_is(row, at=row["at"]),
            cases_sql.FILE_NEW: self._file,
            outbox_sql.INSERT: self._owe,
            extension_sql.LAPSE: self._lapse,
            effect_sql.NEW: self._bar,
            effect_sql.SET: self._bars_are,
        }

    def id(self) -> str:
        """Ids are random in life; here they only have to differ."""
        self._ids += 1
        return f"#{self._ids}"

    def one(self, sql: str, **_values: Value) -> Row | None:
        if sql == cases_sql.FILE_COUNT:
            return (len(self.rows["file"]),)
        if sql == duty_sql.OF_REF:  # how the window of a duty ends is on record in its own stream
            return None
        raise _unknown(sql)

    def all(self, sql: str, **_values: Value) -> list[Row]:
        raise _unknown(sql)

    def named(self, sql: str, **_values: Value) -> list[dict[str, Any]]:
        raise _unknown(sql)

    def each(self, sql: str, **_values: Value) -> Iterator[Row]:
        raise _unknown(sql)

    def snapshot(self) -> str:
        raise _unknown("snapshot")

    def put(self, sql: str, *, expect: int | None = None, **values: Value) -> None:  # noqa: ARG002
        writer = self._writers.get(sql)
        if writer is None:
            raise _unknown(sql)
        writer(values)

    def put_all(self, sql: str, rows: Iterable[Mapping[str, Value]]) -> None:
        writer = self._writers.get(sql)
        if writer is None:
            raise _unknown(sql)
        for row in rows:
            writer(row)

    def savepoint(self, name: str) -> None:
        raise _unknown(name)

    def rollback_to(self, name: str) -> None:
        raise _unknown(name)

    def link(self, kind: str, ref: str) -> None:
        self.rows["link"][kind, ref] = {}

    def extension(self, id_: str, **columns: Any) -> None:
        """A request for more time is made, or decided."""
        self.rows["extension"].setdefault((id_,), {"decided_by": None, "decided_at": None}).update(columns)

    def _clock(self, row: Mapping[str, Any]) -> None:
        columns = {name: value for name, value in row.items() if name not in {"case_id", "name"}}
        columns |= {name: json.loads(columns[name]) for name in _JSON}
        self.rows["clock"][row["name"],] = columns

    def _timer(self, row: Mapping[str, Any]) -> None:
        key = (row["clock"], row["run"], row["what"], row["step"], row["occurrence"])
        self._timers[row["id"]] = key
        self.rows["timer"][key] = {name: row[name] for name in ("at", "state", "fired_at")}

    def _timer_is(self, row: Mapping[str, Any], **columns: Any) -> None:
        self.rows["timer"][self._timers[row["id"]]] |= columns

    def _file(self, row: Mapping[str, Any]) -> None:
        self.rows["file"][row["no"],] = {name: row[name] for name in ("sha256", "name", "size", "at", "event")}

    def _owe(self, row: Mapping[str, Any]) -> None:
        names = ("event", "kind", "person", "channel", "created_at")
        columns = {name: row[name] for name in names} | {"body": json.loads(row["body"])}
        self.rows["outbox"][row["dedup"],] = columns

    def _bar(self, row: Mapping[str, Any]) -> None:
        names = ("whom", "from_on", "until_on")
        self.rows["effect"][row["event"], row["effect"], row["bars"]] = {
            **{name: row[name] for name in names}, "state": "standing",
        }  # fmt: skip

    def _bars_are(self, row: Mapping[str, Any]) -> None:
        for (_, effect, _), columns in self.rows["effect"].items():
            if effect == row["effect"] and columns["state"] != "ended":
                columns["state"] = row["state"]

    def _lapse(self, row: Mapping[str, Any]) -> None:
        for columns in self.rows["extension"].values():
            if columns["clock"] == row["clock"] and columns["state"] == "asked":
                columns |= {"state": "lapsed", "decided_at": row["at"]}


def _unknown(sql: str) -> NotImplementedError:
    return NotImplementedError(sql)
