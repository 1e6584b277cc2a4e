"""PostgreSQL underneath: one schema per workspace, writes of a transaction sent in one pipeline."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Literal

from states.errors import N_, Conflict, Failed, Integrity, Invalid, Outside, Problem
from workflow.store.tx import Row, Tx, Value, Workspace

_PLACE = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_texts: dict[str, bytes] = {}

AT_ONCE = 2_000  # rows a server-side cursor brings over in one answer
RETRY = ("40001", "40P01")


def _native(sql: str) -> bytes:
    """The named statement in psycopg's spelling, translated once."""
    text = _texts.get(sql)
    if text is None:
        text = _texts[sql] = _PLACE.sub(r"%(\1)s", sql.replace("%", "%%")).encode()
    return text


class PostgresTx(Tx):
    locks_rows = True

    def __init__(self, workspace: Workspace, now: str, connection: psycopg.Connection[Row]) -> None:
        super().__init__(workspace, now)
        self._connection = connection
        self._queue: list[tuple[bytes, Mapping[str, Value], int | None]] = []
        self._walks = 0

    def one(self, sql: str, **values: Value) -> Row | None:
        self.flush()
        return self._connection.execute(_native(sql), values).fetchone()

    def all(self, sql: str, **values: Value) -> list[Row]:
        self.flush()
        return self._connection.execute(_native(sql), values).fetchall()

    def named(self, sql: str, **values: Value) -> list[dict[str, Any]]:
        self.flush()
        return self._connection.cursor(row_factory=dict_row).execute(_native(sql), values).fetchall()

    def each(self, sql: str, **values: Value) -> Iterator[Row]:
        self.flush()
        self._walks += 1
        with self._connection.cursor(name=f"each_{self._walks}") as cursor:
            cursor.itersize = AT_ONCE
            yield from cursor.execute(_native(sql), values)

    def snapshot(self) -> str:
        (name,) = self.one("SELECT pg_export_snapshot()") or ("",)
        return str(name)

    def put(self, sql: str, *, expect: int | None = None, **values: Value) -> None:
        self._queue.append((_native(sql), values, expect))

    def put_all(self, sql: str, rows: Iterable[Mapping[str, Value]]) -> None:
        native = _native(sql)
        self._queue.extend((native, row, None) for row in rows)

    def savepoint(self, name: str) -> None:
        self._queue.append((f"SAVEPOINT {name}".encode(), {}, None))

    def rollback_to(self, name: str) -> None:
        self._queue.clear()
        self._connection.execute(f"ROLLBACK TO {name}".encode())

    def flush(self) -> None:
        """Send what waits in one flight; check the row counts before anything can be committed."""
        if not self._queue:
            return
        queue, self._queue = self._queue, []
        with self._connection.pipeline():
            sent = [self._connection.execute(sql, values) for sql, values, _ in queue]
        for cursor, (_, _, expect) in zip(sent, queue, strict=True):
            if expect is not None and cursor.rowcount != expect:
                raise Conflict("The record changed while this was being written.", hint=N_("Look again and repeat."))


class PostgresDriver:
    kind = "postgres"

    def __init__(self, url: str, schema: str | None) -> None:
        self.url = url
        self.schema = schema
        self._connection: psycopg.Connection[Row] | None = None

    def _open(self) -> psycopg.Connection[Row]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self.url, autocommit=True, connect_timeout=10)
            if self.schema:
                self._connection.execute("SELECT set_config('search_path', quote_ident(%s), false)", (self.schema,))
        return self._connection

    @contextmanager
    def reading(self, workspace: Workspace, now: str, snapshot: str | None = None) -> Iterator[Tx]:
        """``snapshot``: what it must see, as another transaction that still runs exported it."""
        with _translated():
            connection = self._open()
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                if snapshot is not None:
                    connection.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(Literal(snapshot)))
                yield PostgresTx(workspace, now, connection)
            finally:
                if not connection.closed:
                    connection.execute("ROLLBACK")

    @contextmanager
    def writing(self, workspace: Workspace, now: str) -> Iterator[Tx]:
        with _translated():
            connection = self._open()
            connection.execute("BEGIN")
            tx = PostgresTx(workspace, now, connection)
            try:
                yield tx
                tx.flush()
            except BaseException:
                if not connection.closed:
                    connection.execute("ROLLBACK")
                raise
            self.commit(connection)

    def wipe(self) -> None:
        """Dead rows and the log of the server are the server's: VACUUM and the archive's own term end them."""

    def commit(self, connection: psycopg.Connection[Row]) -> None:
        connection.execute("COMMIT")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise problem_of(error) from error


def problem_of(error: psycopg.Error) -> Problem:
    """The driver's words into one sentence."""
    why = (error.diag.message_primary or str(error)).strip().splitlines()[0] if str(error) else type(error).__name__
    match error.sqlstate:
        case "42P01" | "3F000" | "42703":
            return Invalid(
                "This PostgreSQL schema is not a duecourse workspace.",
                hint=N_("Make one with `duecourse init --db URL`, or name another schema."),
            )
        case "40001" | "40P01" | "55P03":
            return Conflict("Another program changed the same record at the same time.", hint=N_("Try again."))
        case "23505" | "23514":
            return Conflict("The database refused a contradiction: {why}.", why=why)
        case "42501" | "25006":
            return Failed("The database role may not do this: {why}.", why=why)
        case "53100":
            return Failed("The disk of the database server is full; nothing was written.")
        case "P0001" if "append-only" in why:
            return Integrity("The trail is append-only: {why}.", why=why)
    if isinstance(error, psycopg.OperationalError):
        return Outside(
            "The database server did not answer: {why}.",
            hint=N_("Check that it runs and that the address is right; then try again."),
            why=why,
        )
    return Failed("The database failed: {why}.", why=why)
