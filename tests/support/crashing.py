"""A program that is killed (SIGKILL) at every point of its writing transactions, one child after the other.

    python -m support.crashing URL pump|expand|advance SKIP [END]

Each child does the work from the start and dies in its writing transaction number SKIP: after its first statement,
its second, … then just before the commit, then just after it, which is when the work has come one commit further and
the round begins again. A child that finds nothing left to do ends by itself, and so does this program. It prints one
JSON line for each death: {"where": inside|before|after, "statement": n, "wrote": bool}.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from jobs import advance as advancing
from jobs import expand, pump
from workflow.store import Store

WORK: dict[str, Callable[[Store, str], object]] = {
    "pump": lambda store, _end: pump.run_once(store),
    "expand": lambda store, _end: expand.run_once(store),
    "advance": lambda store, end: advancing.advance(store, datetime.fromisoformat(end)),
}
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Death:
    """Where this process dies, and what it has seen so far. ``where`` inside: after ``statement`` statements."""

    where: str
    statement: int
    skip: int
    pipe: int
    count: int = -1  # of the present transaction; -1 outside any that counts
    wrote: bool = False

    def begin(self) -> None:
        self.count = 0 if self.skip == 0 else -1
        self.skip -= 1
        self.wrote = False

    def statement_done(self, sql: str) -> None:
        if self.count < 0:
            return
        self.count += 1
        self.wrote = self.wrote or sql.lstrip().startswith(WRITES)
        if self.where == "inside" and self.count == self.statement:
            self.die("inside")

    def around_commit(self, commit: Callable[[], Any]) -> Any:
        if self.count >= 0 and self.where != "after":
            self.die("before" if self.where == "before" else "short")
        done = commit()
        if self.count >= 0:
            self.die("after")
        return done

    def die(self, where: str) -> None:
        os.write(self.pipe, json.dumps({"where": where, "statement": self.count, "wrote": self.wrote}).encode())
        os.kill(os.getpid(), signal.SIGKILL)


def arm(death: Death) -> None:
    """Have the drivers themselves watch out for the moment."""

    class Sqlite(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> Any:
            if sql == "COMMIT":
                return death.around_commit(lambda: super(Sqlite, self).execute(sql, *values))
            cursor = super().execute(sql, *values)
            if sql == "BEGIN IMMEDIATE":
                death.begin()
            else:
                death.statement_done(sql)
            return cursor

        def executemany(self, sql: str, rows: Any) -> Any:
            cursor = super().executemany(sql, rows)
            death.statement_done(sql)
            return cursor

    class Postgres(psycopg.Connection[Any]):
        def execute(self, query: Any, *values: Any, **more: Any) -> Any:
            sql = query.decode() if isinstance(query, bytes) else str(query)
            if sql == "COMMIT":
                return death.around_commit(lambda: super(Postgres, self).execute(query, *values, **more))
            cursor = super().execute(query, *values, **more)
            if sql == "BEGIN":
                death.begin()
            else:
                death.statement_done(sql)
            return cursor

    plain = sqlite3.connect

    def connect(*words: Any, **more: Any) -> sqlite3.Connection:
        return plain(*words, factory=Sqlite, **more)

    sqlite3.connect = connect
    psycopg.connect = Postgres.connect


def child(url: str, work: str, end: str, death: Death) -> None:
    """Do the work until killed; exits by itself only when the work is done."""
    arm(death)
    advancing.FULL = 3
    code = 1
    try:
        store = Store(url)
        WORK[work](store, end)
        store.close()
        code = 0
    finally:
        os._exit(code)


def deaths(url: str, work: str, skip: int, end: str) -> Iterator[dict[str, Any]]:
    """Every death, in order, until a child finds nothing to do: it ends by itself, or commits nothing."""
    where, statement = "inside", 1
    while True:
        gone_from(url)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            child(url, work, end, Death(where, statement, skip, writing))
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        _, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            if os.WEXITSTATUS(status):
                raise SystemExit("a child failed")
            return
        death = json.loads(said)
        if death["where"] == "short":  # the transaction had no such statement: on to its commit
            where = "before"
            continue
        yield death
        if where == "after" and not death["wrote"]:
            return
        where, statement = {
            "inside": ("inside", statement + 1),
            "before": ("after", 0),
            "after": ("inside", 1),
        }[where]


def gone_from(url: str) -> None:
    """Wait until the server has noticed that the last child is gone, and taken back what it had begun."""
    if not url.startswith("postgresql"):
        return
    with psycopg.Connection.connect(url, autocommit=True) as connection:
        question = """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        while connection.execute(question).fetchone() != (0,):
            time.sleep(0.002)


def main() -> None:
    url, work, skip, *end = sys.argv[1:]
    for death in deaths(url, work, int(skip), end[0] if end else ""):
        print(json.dumps(death), flush=True)


if __name__ == "__main__":
    main()
