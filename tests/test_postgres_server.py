"""The PostgreSQL server the other tests stand on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from support.postgres import PostgresServer, find_binaries, packaged_binaries, system_binaries

# A machine may have no PostgreSQL of its own; the package of the development requirements is always there.
BINARIES = {"package": packaged_binaries()[:1], "system": system_binaries()[:1]}


@pytest.mark.parametrize("source", [name for name, found in BINARIES.items() if found or name == "package"])
def test_a_server_starts_and_leaves_nothing(source):
    """A server answers from the binaries of the package and of the system, and its files go with it."""
    with PostgresServer(BINARIES[source][0]) as server:
        server.create("fresh")
        with psycopg.connect(server.url("fresh")) as connection:
            assert connection.execute("SELECT current_database(), 40 + 2").fetchone() == ("fresh", 42)
        server.drop("fresh")
    assert not server.home.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn("postgres"))


def test_a_server_dies_with_a_killed_test_process():
    """A test process that is killed without a word takes its server and its files along."""
    script = (
        "import os, signal, sys; from pathlib import Path; from support.postgres import PostgresServer\n"
        "server = PostgresServer(Path(sys.argv[1])).__enter__()\n"
        "print(server.home, server._server.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The watchdog keeps the output open until it has cleaned up, so reading to the end is waiting for it.
    command = [sys.executable, "-c", script, str(find_binaries())]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    home, pid = done.stdout.split()
    assert not Path(home).exists()
    assert not Path("/proc", pid).exists()


def test_named_binaries_must_be_there(monkeypatch, tmp_path):
    """A folder named in the environment that holds no server is refused, not passed over."""
    monkeypatch.setenv("DUECOURSE_TEST_PG_BIN", str(tmp_path))
    with pytest.raises(RuntimeError, match="holds no initdb and postgres"):
        find_binaries()


def test_each_test_gets_an_empty_database(database_url):
    """The database of a test holds nothing, whichever kind it is."""
    if database_url.startswith("sqlite:///"):
        assert not Path(database_url.removeprefix("sqlite:///")).exists()
    else:
        with psycopg.connect(database_url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
