"""One transaction: one ``now``, statements by name, and what the store must know when it ends."""

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from workflow.instants import moment, stamp

Value = str | int | None
Row = tuple[Any, ...]


class Workspace(NamedTuple):
    """What this database is; read once when it is opened. ``policy`` is the hash in force at that time."""

    origin: str
    sandbox: bool
    admin: str
    zone: str
    calendar: str | None
    policy: str | None
    seen_size: int
    seen_root: str


UNOPENED = Workspace("", False, "", "UTC", None, None, 0, "")  # before it is known what this database is


def new_id(at: datetime) -> str:
    """A UUIDv7 (RFC 9562) of an instant: 48 bits of milliseconds, the rest random."""
    milliseconds = int(at.timestamp() * 1000) & 0xFFFFFFFFFFFF
    bits = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds << 80) | (0x7 << 76) | ((bits >> 64 & 0xFFF) << 64) | (0b10 << 62) | (bits & (1 << 62) - 1)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Tx(ABC):
    """``one`` and ``all`` read, ``put`` writes. Writes may travel together at the next read or commit."""

    locks_rows = False  # whether this database needs FOR UPDATE (SQLite's one writer already has it all)

    def __init__(self, workspace: Workspace, now: str) -> None:
        self.workspace = workspace
        self.now = now
        self.last_event: tuple[str, int, str] | None = None

    @property
    def time(self) -> datetime:
        return moment(self.now)

    def id(self) -> str:
        return new_id(self.time)

    @abstractmethod
    def one(self, sql: str, **values: Value) -> Row | None:
        """The first row, or None."""

    @abstractmethod
    def all(self, sql: str, **values: Value) -> list[Row]:
        """Every row."""

    @abstractmethod
    def named(self, sql: str, **values: Value) -> list[dict[str, Any]]:
        """Every row, keyed by column name."""

    @abstractmethod
    def each(self, sql: str, **values: Value) -> Iterator[Row]:
        """Row by row, without holding them all; several may be walked at once."""

    @abstractmethod
    def snapshot(self) -> str:
        """What this reading transaction sees, in a word by which another connection can be made to see the same."""

    def sweeps(self) -> None:  # noqa: B027  # what a database can make of it
        """Nearly everything will be read, along an order that is not that of the file."""

    unreadable: tuple[type[Exception], ...] = ()  # what reading raises where bytes stand as a text that are none

    def reads_anything(self) -> None:  # noqa: B027  # PostgreSQL keeps no such text
        """From now on such bytes come as a text that is like no other, and do not end the reading."""

    @abstractmethod
    def put(self, sql: str, *, expect: int | None = None, **values: Value) -> None:
        """Write; where ``expect`` rows must change and another number does, the transaction is a Conflict."""

    @abstractmethod
    def put_all(self, sql: str, rows: Iterable[Mapping[str, Value]]) -> None:
        """The same write for several rows."""

    @abstractmethod
    def savepoint(self, name: str) -> None: ...

    @abstractmethod
    def rollback_to(self, name: str) -> None: ...

    def live_at(self, now: datetime) -> None:
        """Move a sandbox's clock, inside this transaction; a real workspace ignores every clock but the system's."""
        if not self.workspace.sandbox:
            raise RuntimeError("only a sandbox has a clock that can be moved")
        self.now = stamp(now)
        self.put("UPDATE workspace SET now = :now WHERE id = 1", now=self.now)


def system_now() -> str:
    """The only place that reads the system clock for the record."""
    return stamp(datetime.fromtimestamp(time.time(), tz=UTC))
