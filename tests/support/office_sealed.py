"""A sealed office to be attacked: cases, two checkpoints of which somebody keeps the first, and acts that wait."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.attack import Attack
from support.lived import databases
from support.postgres import PostgresServer
from support.raw import Raw
from support.world import World

from jobs import seal
from workflow import engine, signer
from workflow.notes import LOG, Note, VerifierKey
from workflow.outside import Kept
from workflow.signer import Keys
from workflow.store import Store
from workflow.verify import Answer, verify
from workflow.verify_files import with_files

_numbers = itertools.count(1)

REPORT, INCIDENT, NEWEST = "RPT-2026-0001", "INC-2026-0001", "RCT-2026-0001"
KEPT, KEY = "kept-outside", "key-of-the-log"


class SealedOffice:
    """A copy of one's own. ``kept`` and ``key`` are what an auditor has outside, from before the attack."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.home = home
        self.raw = Raw(url)
        self.attack = Attack(self)  # type: ignore[arg-type]
        self.keys = Keys(home / "keys")
        self.kept = Note.read((home / KEPT).read_text("utf-8"))
        self.key = VerifierKey.read((home / KEY).read_text("utf-8"), LOG)

    @contextmanager
    def opened(self) -> Iterator[Store]:
        store = Store(self.url)
        try:
            yield store
        finally:
            store.close()

    def verify(self, *, replay: bool = False, kept: Kept | None = None, files: bool = False) -> Answer:
        with self.opened() as store, store.read() as tx:
            found = verify(tx, replay=replay, kept=kept)
            return with_files(tx, found, self.home) if files else found

    def seal(self) -> Any:
        with self.opened() as store:
            return seal.run_once(store, self.keys)

    def event(self, stream: str, n: int) -> str:
        return str(self.attack.event(stream, n)["id"])

    def close(self) -> None:
        self.raw.close()


def furnish(url: str, home: Path) -> None:
    """Reports and an incident, late, with files and messages; sealed twice, and more that waits."""
    world = World.make(url, home)
    keys = Keys(home / "keys")
    (home / KEY).write_text(str(signer.make(keys, world.store.workspace.origin)), encoding="utf-8")
    assert world.report(period="first quarter") == REPORT
    assert world.incident("large", as_="li") == INCIDENT
    world.do(REPORT, "submit", "wang", file="the figures")
    world.fast_forward(days=20)
    assert seal.run_once(world.store, keys).signed
    with world.store.read() as tx:
        from workflow.seal import signed

        (home / KEPT).write_text(str(signed(tx).note), encoding="utf-8")
    wang = world.who("wang")
    world.store.transact(lambda tx: engine.comment(tx, REPORT, "see the annex", who=wang))
    world.do(INCIDENT, "analyse", "li", analysis="a valve was left open")
    assert seal.run_once(world.store, keys).signed
    world.do(REPORT, "review", "feng")
    assert world.new("rectification", "wang", finding="the valve") == NEWEST
    world.close()


@pytest.fixture(scope="session", params=databases())
def sealed_office_made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """(folder, name of the PostgreSQL database or None), to be copied and never used itself."""
    home = tmp_path_factory.mktemp("sealed-office")
    if request.param == "sqlite":
        furnish(f"sqlite:///{home / 'duecourse.db'}", home)
        yield home, None
        return
    server: PostgresServer = request.getfixturevalue("pg_server")
    server.create("sealed_office")
    furnish(server.url("sealed_office"), home)
    yield home, "sealed_office"
    server.drop("sealed_office")


@pytest.fixture
def victim(request: pytest.FixtureRequest, sealed_office_made: Any, tmp_path: Path) -> Iterator[SealedOffice]:
    """A sound, sealed workspace, to be attacked."""
    made, name = sealed_office_made
    home = Path(shutil.copytree(made, tmp_path / "office"))
    if name is None:
        copied = SealedOffice(f"sqlite:///{home / 'duecourse.db'}", home)
        yield copied
        copied.close()
        return
    server: PostgresServer = request.getfixturevalue("pg_server")
    own = f"attacked_{next(_numbers)}"
    server.create(own, name)
    copied = SealedOffice(server.url(own), home)
    yield copied
    copied.close()
    server.drop(own)
