"""A database behind the program's back: what somebody with a database client and enough rights can do to it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from workflow.fences import NAMES

_PLACE = re.compile(r"(?<![:\w]):([a-z_]\w*)")


class Raw:
    """One connection that commits every statement by itself; names in statements read ``:name``."""

    def __init__(self, url: str) -> None:
        self.kind = "sqlite" if url.startswith("sqlite:///") else "postgres"
        self.unguarded = False
        self.connection: Any
        if self.kind == "sqlite":
            self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        else:
            self.connection = psycopg.connect(url, autocommit=True)

    def run(self, sql: str, **values: Any) -> int:
        """How many rows it changed."""
        if self.kind == "postgres":
            sql = _PLACE.sub(r"%(\1)s", sql.replace("%", "%%"))
        return int(self.connection.execute(sql, values).rowcount)

    def all(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        if self.kind == "postgres":
            sql = _PLACE.sub(r"%(\1)s", sql.replace("%", "%%"))
        return list(self.connection.execute(sql, values).fetchall())

    def one(self, sql: str, **values: Any) -> tuple[Any, ...]:
        (row,) = self.all(sql, **values)
        return row

    def drop_guards(self) -> None:
        """Take the fences away, and on PostgreSQL the CHECK that ties columns to canon."""
        for name in NAMES[self.kind]:
            table = f" ON {name.partition('_')[0]}" if self.kind == "postgres" else ""
            self.run(f"DROP TRIGGER {name}{table}")

    @contextmanager
    def unchecked(self) -> Iterator[None]:
        """Guards and the CHECK of the table `event` out of the way; the guards are put back as they were."""
        self.unguarded = True
        if self.kind == "sqlite":
            guards = self.all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            self.run("PRAGMA ignore_check_constraints = ON")
            for name, _ in guards:
                self.run(f"DROP TRIGGER {name}")
            yield
            for _, statement in guards:
                self.run(statement)
            self.run("PRAGMA ignore_check_constraints = OFF")
        else:
            for table in sorted({name.partition("_")[0] for name in NAMES["postgres"]}):
                self.run(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            self.run("ALTER TABLE event DROP CONSTRAINT ck_event_tied")
            yield
            for name in NAMES["postgres"]:
                self.run(f"ALTER TABLE {name.partition('_')[0]} ENABLE ALWAYS TRIGGER {name}")
        self.unguarded = False

    def close(self) -> None:
        self.connection.close()
