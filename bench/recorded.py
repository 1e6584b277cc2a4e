"""The floor: the same statements and the same hashing as ours, with nothing but the driver around them.

A run of ours is recorded statement by statement. The floor plays the record back with raw ``sqlite3`` or ``psycopg``
on a copy of the same database, one statement at a time, makes each event's canonical text again from its parts and
hashes it. Both must leave the same rows, which `bench.run` compares.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from workflow.sql import event as event_sql
from workflow.store import Store
from workflow.store.postgres import PostgresDriver, PostgresTx, _native
from workflow.store.sqlite import SqliteDriver, SqliteTx
from workflow.store.tx import Tx

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Step(NamedTuple):
    """One statement of a transaction; ``parts`` are those of an event whose canon the floor makes itself."""

    sql: str
    values: dict[str, Any]
    fetch: bool
    parts: dict[str, Any] | None


class Spent(NamedTuple):
    wall: float
    cpu: float


Work = list[list[Step]]


@contextmanager
def recording(store: Store) -> Iterator[Work]:
    """Keep every statement of every writing transaction of this store while inside."""
    work: Work = []
    kinds: dict[type, type[Tx]] = {SqliteDriver: SqliteTx, PostgresDriver: PostgresTx}
    kind = kinds[type(store.driver)]
    plain = {name: getattr(kind, name) for name in ("__init__", "one", "all", "put", "put_all")}

    def began(self: Tx, *args: Any) -> None:
        plain["__init__"](self, *args)
        work.append([])

    def one(self: Tx, sql: str, **values: Any) -> Any:
        work[-1].append(Step(sql, values, True, None))
        return plain["one"](self, sql, **values)

    def every(self: Tx, sql: str, **values: Any) -> Any:
        work[-1].append(Step(sql, values, True, None))
        return plain["all"](self, sql, **values)

    def put(self: Tx, sql: str, *, expect: int | None = None, **values: Any) -> None:
        work[-1].append(Step(sql, values, False, None))
        plain["put"](self, sql, expect=expect, **values)

    def put_all(self: Tx, sql: str, rows: Any) -> None:
        rows = list(rows)
        work[-1].extend(Step(sql, row, False, None) for row in rows)
        plain["put_all"](self, sql, rows)

    for name, wrapper in zip(plain, (began, one, every, put, put_all), strict=True):
        setattr(kind, name, wrapper)
    try:
        yield work
    finally:
        for name, function in plain.items():
            setattr(kind, name, function)


def with_parts(work: Work) -> Work:
    """Take the events apart before the clock runs, so that the floor has to put them together."""
    return [
        [
            step._replace(parts=json.loads(step.values["canon"])) if step.sql == event_sql.INSERT else step
            for step in one
        ]
        for one in work
        if any(not step.fetch for step in one)
    ]


def _made(step: Step) -> dict[str, Any]:
    if step.parts is None:
        return step.values
    text = _encode(step.parts)
    return {**step.values, "canon": text, "hash": hashlib.sha256(b"\x00" + text.encode()).hexdigest()}


def floor_sqlite(path: Path, work: Work) -> Spent:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA recursive_triggers = ON")
    execute = connection.execute
    wall, cpu = time.perf_counter(), time.process_time()
    for transaction in work:
        execute("BEGIN IMMEDIATE")
        for step in transaction:
            cursor = execute(step.sql, _made(step))
            if step.fetch:
                cursor.fetchall()
        execute("COMMIT")
    spent = Spent(time.perf_counter() - wall, time.process_time() - cpu)
    connection.close()
    return spent


def floor_postgres(url: str, work: Work) -> Spent:
    connection = psycopg.connect(url, autocommit=True)
    execute = connection.execute
    native = [[(_native(step.sql), step) for step in transaction] for transaction in work]
    wall, cpu = time.perf_counter(), time.process_time()
    for transaction in native:
        execute("BEGIN")
        for sql, step in transaction:
            cursor = execute(sql, _made(step))
            if step.fetch:
                cursor.fetchall()
        execute("COMMIT")
    spent = Spent(time.perf_counter() - wall, time.process_time() - cpu)
    connection.close()
    return spent
