"""The only place that opens a database: SQLite or PostgreSQL, one transaction with one ``now`` at a time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from states.errors import N_, Conflict, Invalid, Outside
from workflow.store.tx import UNOPENED, Row, Tx, Value, Workspace, new_id, system_now

__all__ = [
    "REVISION",
    "REVISIONS",
    "Row",
    "Store",
    "Tx",
    "Value",
    "Workspace",
    "WrongRevision",
    "driver_for",
    "new_id",
]

REVISIONS = ("0001", "0002", "0003", "0004")
REVISION = REVISIONS[-1]
TRIES = 4

_LOOK = """SELECT (SELECT version_num FROM alembic_version), now, origin, sandbox, admin, zone, calendar, policy,
seen_size, seen_root FROM workspace WHERE id = 1"""
_NOW = "SELECT now FROM workspace WHERE id = 1"
_LANDED = "SELECT hash FROM event WHERE stream = :stream AND n = :n"
_HEAD = "SELECT root FROM head WHERE size = :size"

T = TypeVar("T")


class Driver(Protocol):
    kind: str

    @contextmanager
    def reading(self, workspace: Workspace, now: str, snapshot: str | None = None) -> Iterator[Tx]: ...
    @contextmanager
    def writing(self, workspace: Workspace, now: str) -> Iterator[Tx]: ...
    def wipe(self) -> None: ...
    def close(self) -> None: ...


def driver_for(url: str) -> Driver:
    """``sqlite:///PATH`` or ``postgresql://…[?schema=NAME]``."""
    if url.startswith("sqlite:///"):
        from workflow.store.sqlite import SqliteDriver

        return SqliteDriver(url.removeprefix("sqlite:///"))
    if url.startswith(("postgresql://", "postgres://")):
        from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

        try:
            from workflow.store.postgres import PostgresDriver
        except ImportError as error:
            raise Invalid(
                "PostgreSQL needs the driver psycopg, which is not installed.",
                hint=N_("Install duecourse with its extra `postgres`."),
            ) from error
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        schema = query.pop("schema", None)
        return PostgresDriver(urlunsplit(parts._replace(query=urlencode(query))), schema)
    raise Invalid(
        "{url} is not a database address duecourse knows.",
        hint=N_("Use sqlite:///PATH or postgresql://HOST/NAME."),
        url=url,
    )


class Store:
    """An open workspace. ``read`` and ``write`` give a transaction; ``transact`` also retries what may be retried."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.driver = driver_for(url)
        self.workspace = UNOPENED
        try:
            self.refresh()
        except BaseException:
            self.close()
            raise

    def refresh(self) -> None:
        """Read again what this workspace is (the policy in force may have changed)."""
        with self.driver.reading(UNOPENED, "") as tx:
            row = tx.one(_LOOK)
        if row is None:
            raise Invalid("The database has no workspace in it.", hint=N_("Make one with `duecourse init`."))
        revision, now, origin, sandbox, *rest = row
        if revision != REVISION:
            raise WrongRevision(revision, sandbox=bool(sandbox), now=now or system_now())
        self.workspace = Workspace(origin, bool(sandbox), *rest)

    def now(self) -> str:
        """What time it is here: the system's, or in a sandbox the one that stands in the database."""
        if not self.workspace.sandbox:
            return system_now()
        with self.driver.reading(self.workspace, "") as tx:
            return _sandbox_now(tx)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        with self.driver.reading(self.workspace, system_now()) as tx:
            if self.workspace.sandbox:
                tx.now = _sandbox_now(tx)
            yield tx

    @contextmanager
    def write(self) -> Iterator[Tx]:
        with self.driver.writing(self.workspace, system_now()) as tx:
            if self.workspace.sandbox:
                tx.now = _sandbox_now(tx)
            else:
                tx.now = system_now()  # fixed when the lock is held, not while waiting for it
            yield tx

    def transact(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` in one transaction; re-read and re-check on a conflict of the database or a lost connection.

        A COMMIT whose answer was lost is looked up by (stream, n, hash) of its last event, never repeated blindly.
        """
        for left in reversed(range(TRIES)):
            tx: Tx | None = None
            done: list[T] = []
            try:
                with self.write() as tx:
                    done.append(work(tx))
                return done[0]
            except (Conflict, Outside) as problem:
                if done and tx is not None and tx.last_event and self._landed(*tx.last_event):
                    return done[0]
                if not left or not _retryable(problem):
                    raise
        raise AssertionError("unreachable")

    def wipe(self) -> None:
        """After values were erased: leave no copy of them where this program can reach it."""
        self.driver.wipe()

    def holds(self, written: Sequence[tuple[Any, ...]]) -> list[bool]:
        """Of each (stream, n, hash, …) that was written once, whether it is on record."""
        with self.driver.reading(self.workspace, "") as tx:
            return [tx.one(_LANDED, stream=stream, n=n) == (hash_,) for stream, n, hash_, *_ in written]

    def had_head(self, size: int, root: str) -> bool:
        """Whether the tree of sealed events had this root at this size."""
        with self.driver.reading(self.workspace, "") as tx:
            return tx.one(_HEAD, size=size) == (root,)

    def _landed(self, stream: str, n: int, hash_: str) -> bool:
        try:
            return self.holds([(stream, n, hash_)])[0]
        except Outside:
            return False

    def close(self) -> None:
        self.driver.close()


def _sandbox_now(tx: Tx) -> str:
    row = tx.one(_NOW)
    if row is None or row[0] is None:
        raise Invalid("The sandbox has no clock in it.", hint=N_("Make a new one with `duecourse init --sandbox`."))
    return str(row[0])


def _retryable(problem: Conflict | Outside) -> bool:
    """Only what the driver raised; a conflict the engine found by reading is the caller's to solve."""
    return problem.__cause__ is not None


class WrongRevision(Invalid):
    """A workspace this program cannot work in: its schema is another. ``found`` and the rest is what could be read."""

    def __init__(self, found: str | None, *, sandbox: bool = False, now: str | None = None) -> None:
        if found in REVISIONS:
            super().__init__(
                "This workspace is at revision {found}; this program needs {needed}.",
                hint=N_("Run `duecourse db upgrade`."),
                found=found,
                needed=REVISION,
            )
        else:
            super().__init__(
                "This workspace was written by a newer duecourse (revision {found}).",
                hint=N_("Install that version or a later one."),
                found=found or "?",
            )
        self.found = found
        self.sandbox = sandbox
        self.now = now
