"""What every test may ask for. A database fixture runs its test once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.lived import lived, lived_through  # noqa: F401 - fixtures
from support.office import Office, copy, make_template
from support.office_sealed import sealed_office_made, victim  # noqa: F401 - fixtures
from support.postgres import PostgresServer, find_binaries
from support.world import World, copy_file

from states import documents

_numbers = itertools.count(1)

# No test looks at what a disk would have kept: where memory can be had as a folder, a third of the time is saved.
_MEMORY, _ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108  # only the parent of fresh folders; room in bytes
if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ["TMPDIR"] = str(_MEMORY)
    tempfile.tempdir = None  # what has been looked up before is forgotten

# Reading YAML is most of what a test of a policy costs, and the same text always reads the same: once per test process.
documents.load = functools.lru_cache(maxsize=512)(documents.load)


def _databases() -> list[str]:
    """Which halves to run: DUECOURSE_TEST_DB=sqlite, postgres or both (the default)."""
    wanted = os.environ.get("DUECOURSE_TEST_DB", "both")
    halves = {"sqlite": ["sqlite"], "postgres": ["postgres"], "both": ["sqlite", "postgres"]}
    if wanted not in halves:
        raise pytest.UsageError(f"DUECOURSE_TEST_DB={wanted} is not one of {', '.join(halves)}.")
    return halves[wanted]


@pytest.fixture(scope="session")
def pg_server() -> Iterator[PostgresServer]:
    """One PostgreSQL cluster per test process, about a second; without binaries its tests fail."""
    with PostgresServer(find_binaries()) as server:
        yield server


@pytest.fixture(scope="session")
def pg_template(pg_server: PostgresServer) -> str:
    """The name of the database that new ones are copied from; empty for now."""
    return "template1"


@pytest.fixture
def pg_url(pg_server: PostgresServer, pg_template: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database, dropped after the test."""
    name = f"test_{next(_numbers)}"
    pg_server.create(name, pg_template)
    yield pg_server.url(name)
    pg_server.drop(name)


@pytest.fixture(params=_databases())
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh database: a file that does not exist yet, or an empty PostgreSQL database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'duecourse.db'}"
    url: str = request.getfixturevalue("pg_url")
    return url


@pytest.fixture(scope="session")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox with the shipped policy and a small register; copied, never used itself."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def office(office_template: Path, tmp_path: Path) -> Office:
    """A small office in a sandbox of its own, Monday 2026-01-05 09:00."""
    return copy(office_template, tmp_path)


@pytest.fixture(scope="session")
def world_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A furnished SQLite sandbox; copied, never used itself."""
    home = tmp_path_factory.mktemp("world")
    World.make(f"sqlite:///{home / 'duecourse.db'}", home).close()
    return home / "duecourse.db"


@pytest.fixture(scope="session")
def world_database(pg_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a furnished PostgreSQL sandbox; copied, never used itself."""
    pg_server.create("world")
    World.make(pg_server.url("world"), tmp_path_factory.mktemp("world")).close()
    return "world"


@pytest.fixture(params=_databases())
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A furnished office in a sandbox of its own, Monday 2026-02-09 09:00, on each database."""
    if request.param == "sqlite":
        url = copy_file(request.getfixturevalue("world_file"), tmp_path)
        made = World(url, tmp_path)
        yield made
        made.close()
        return
    server: PostgresServer = request.getfixturevalue("pg_server")
    name = f"world_{next(_numbers)}"
    server.create(name, request.getfixturevalue("world_database"))
    made = World(server.url(name), tmp_path)
    yield made
    made.close()
    server.drop(name)


_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember each half that did not run on PostgreSQL."""
    if report.skipped and "postgres" in report.nodeid:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A half that was skipped is a half that was not tested: the whole run fails."""
    if _skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for nodeid in _skipped:
        terminalreporter.write_line(f"FAILED {nodeid}: a test on PostgreSQL was skipped", red=True)
