"""SQLite underneath: WAL, synchronous FULL, one writer at a time behind a file lock, readers beside it.

Paths are text here: pathlib and what it loads would cost a tenth of what a person waits for.
"""
# ruff: noqa: PTH100, PTH110

import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from states.errors import N_, Conflict, Failed, Integrity, Invalid, NotFound, Problem
from workflow.store.tx import Row, Tx, Value, Workspace

if sys.platform != "win32":
    import fcntl

BUSY_SECONDS = 30
MAPPED = 1 << 40  # bytes of a file at most; the library has a limit of its own

# SQLite has no name for what a transaction sees. Every act writes an event and every sealing leaves; what belongs to
# events changes only with one of them.
_WRITTEN = ("SELECT max(rowid) FROM event", "SELECT max(idx) FROM leaf")


class SqliteTx(Tx):
    unreadable = (sqlite3.OperationalError,)

    def __init__(self, workspace: Workspace, now: str, connection: sqlite3.Connection) -> None:
        super().__init__(workspace, now)
        self._connection = connection
        self._execute = connection.execute
        self._many = connection.executemany

    def one(self, sql: str, **values: Value) -> Row | None:
        row: Row | None = self._execute(sql, values).fetchone()
        return row

    def all(self, sql: str, **values: Value) -> list[Row]:
        return self._execute(sql, values).fetchall()

    def named(self, sql: str, **values: Value) -> list[dict[str, Any]]:
        cursor = self._execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def each(self, sql: str, **values: Value) -> Iterator[Row]:
        return self._execute(sql, values)

    def snapshot(self) -> str:
        return "/".join(str(row[0]) for row in map(self.one, _WRITTEN) if row)

    def sweeps(self) -> None:
        """Pages are read where the system keeps them, and not copied one by one, again and again."""
        self._execute(f"PRAGMA mmap_size = {MAPPED}")

    def reads_anything(self) -> None:
        self._connection.text_factory = _text

    def put(self, sql: str, *, expect: int | None = None, **values: Value) -> None:
        changed = self._execute(sql, values).rowcount
        if expect is not None and changed != expect:
            raise Conflict("The record changed while this was being written.", hint=N_("Look again and repeat."))

    def put_all(self, sql: str, rows: Iterable[Mapping[str, Value]]) -> None:
        self._many(sql, rows)

    def savepoint(self, name: str) -> None:
        self._execute(f"SAVEPOINT {name}")

    def rollback_to(self, name: str) -> None:
        self._execute(f"ROLLBACK TO {name}")


class SqliteDriver:
    """The file of one workspace; connections are opened when first needed."""

    kind = "sqlite"

    def __init__(self, path: str, *, synchronous: str = "FULL") -> None:
        self.path = path
        self.synchronous = synchronous
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._handle = -1

    def _connect(self, mode: str) -> sqlite3.Connection:
        if not os.path.exists(self.path):
            raise NotFound(
                "There is no workspace database at {path}.",
                hint=N_("Make one with `duecourse init`, or name another with --home or --db."),
                path=self.path,
            )
        connection = sqlite3.connect(
            f"{_uri(self.path)}?mode={mode}", uri=True, isolation_level=None, timeout=BUSY_SECONDS
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA recursive_triggers = ON")
        return connection

    @contextmanager
    def reading(self, workspace: Workspace, now: str, snapshot: str | None = None) -> Iterator[Tx]:
        """``snapshot``: what it must see, as another transaction calls it; Conflict where that is past."""
        with _translated(self.path):
            if self._reader is None:
                self._reader = self._connect("ro")
            self._reader.execute("BEGIN")
            try:
                tx = SqliteTx(workspace, now, self._reader)
                if snapshot is not None and snapshot != tx.snapshot():
                    raise Conflict("The record changed while it was being opened.", hint=N_("Try again."))
                yield tx
            finally:
                self._reader.text_factory = str
                self._reader.execute("COMMIT")

    @contextmanager
    def writing(self, workspace: Workspace, now: str) -> Iterator[Tx]:
        with _translated(self.path):
            if self._writer is None:
                self._writer = self._connect("rw")
                self._writer.execute("PRAGMA journal_mode = WAL")
                self._writer.execute(f"PRAGMA synchronous = {self.synchronous}")
                self._writer.execute("PRAGMA secure_delete = ON")  # what is erased leaves no bytes in the file
            writer = self._writer
            with self._turn():
                writer.execute("BEGIN IMMEDIATE")
                try:
                    yield SqliteTx(workspace, now, writer)
                    self.commit(writer)
                except BaseException:
                    if writer.in_transaction:
                        writer.execute("ROLLBACK")
                    raise

    def wipe(self) -> None:
        """Let go of the write-ahead log, where bytes of what was erased may stand; a reader may prevent it."""
        if self._writer is not None:
            with _translated(self.path), self._turn():
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def commit(self, writer: sqlite3.Connection) -> None:
        writer.execute("COMMIT")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait in line: SQLite's own busy handler serves several writers unfairly.

        A free lock is taken with the operating system's own call, the one filelock uses; only who has to wait pays
        for that library's import and polling. Both lock the same file in the same way.
        """
        if self._take_free():
            try:
                yield
            finally:
                self._give_back()
            return
        from filelock import FileLock, Timeout

        try:
            with FileLock(f"{self.path}.lock", timeout=BUSY_SECONDS, poll_interval=0.01):
                yield
        except Timeout as error:
            raise Conflict(
                "Another program has held the workspace for {seconds} seconds.",
                hint=N_("Try again; `duecourse doctor` shows what is running."),
                seconds=BUSY_SECONDS,
            ) from error

    def _take_free(self) -> bool:
        if sys.platform == "win32":  # every turn goes through the library there
            return False
        if self._handle < 0:
            self._handle = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_back(self) -> None:
        if sys.platform != "win32":
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _text(kept: bytes) -> str:
    """What is no text is made one that is like nothing ever recorded: no text of the record has U+0000."""
    try:
        return kept.decode()
    except UnicodeDecodeError:
        return kept.decode(errors="replace") + "\0"


def _uri(path: str) -> str:
    """The path as SQLite reads it in a URI, where three signs would mean something."""
    absolute = os.path.abspath(path)
    return "file://" + absolute.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


@contextmanager
def _translated(path: str) -> Iterator[None]:
    """The driver's words into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise problem_of(error, path) from error
    except PermissionError as error:
        raise _readonly(path) from error
    except OSError as error:
        raise Failed(
            "The workspace at {path} cannot be used: {why}.", path=path, why=error.strerror or str(error)
        ) from error


def problem_of(error: sqlite3.Error, path: str) -> Problem:
    code = getattr(error, "sqlite_errorcode", 0) or 0
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Conflict("The workspace is locked by another program.", hint=N_("Try again in a moment."))
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return _readonly(path)
        case sqlite3.SQLITE_FULL:
            return Failed(
                "The disk under {path} is full; nothing was written.",
                hint=N_("Make room and repeat the command."),
                path=path,
            )
        case sqlite3.SQLITE_NOTADB:
            return Invalid(
                "{path} is not a duecourse database.",
                hint=N_("Name the workspace with --home, or its database with --db."),
                path=path,
            )
        case sqlite3.SQLITE_CORRUPT:
            return Invalid(
                "The database {path} is damaged: {why}.",
                hint=N_("Restore a backup; `duecourse audit verify` tells what is intact."),
                path=path,
                why=str(error),
            )
        case sqlite3.SQLITE_CONSTRAINT:
            return Conflict("The database refused a contradiction: {why}.", why=str(error))
    if "no such table" in str(error) or "no such column" in str(error):
        return Invalid(
            "{path} is not a duecourse database.",
            hint=N_("Name the workspace with --home, or its database with --db."),
            path=path,
        )
    if "append-only" in str(error):
        return Integrity("The trail is append-only: {why}.", why=str(error))
    return Failed("The database failed: {why}.", why=str(error))


def _readonly(path: str) -> Problem:
    return Failed(
        "The workspace database {path} cannot be opened for this.",
        hint=N_("Check that its folder exists, is yours to write, and that the disk is not read-only."),
        path=path,
    )
