"""Sealing while many write: whatever commits late, out of order or slowly, nothing stays behind."""

from __future__ import annotations

import multiprocessing
import random
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from support.sealing import Sealing, flaws

from jobs import seal
from states.errors import Conflict
from workflow.signer import Keys
from workflow.store import Store
from workflow.trail import SYSTEM, record

WRITERS = 8
STREAMS = 40


def write(url: str, seed: int, seconds: float) -> None:
    """Commit events of random streams; one transaction in ten is held open for a while before it commits."""
    chance = random.Random(seed)  # noqa: S311
    store = Store(url)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        streams = sorted({f"duty/D/{chance.randrange(STREAMS)}" for _ in range(chance.choice((1, 1, 2, 3)))})
        hold = chance.uniform(0.01, 0.12) if chance.random() < 0.1 else 0

        def work(tx: Any, streams: list[str] = streams, hold: float = hold) -> None:
            for stream in streams:
                record(tx, stream, "duty.recorded", SYSTEM, data={"seed": seed})
            if hold:
                tx.one("SELECT count(*) FROM unsealed")  # what waits travels now, and the rows stay locked
                time.sleep(hold)

        store.transact(work)
    store.close()


def sealer(url: str, folder: str, stop: Any) -> None:
    store = Store(url)
    keys = Keys(Path(folder))
    while not stop.is_set():
        with suppress(Conflict):  # it waited its time for the others in vain, and comes again, as the job does
            seal.run_once(store, keys)
        time.sleep(0.02)
    store.close()


def lived(made: Sealing, seconds: float, sealers: int) -> list[str]:
    """Writers and sealers in processes of their own; then one last sealing, and what is wrong with the tree."""
    context = multiprocessing.get_context("spawn")
    for number in range(STREAMS):  # a stream's first event is not the subject here
        made.write(f"duty/D/{number}")
    stop = context.Event()
    folder = str(made.keys.folder)
    sealing = [context.Process(target=sealer, args=(made.url, folder, stop)) for _ in range(sealers)]
    writing = [context.Process(target=write, args=(made.url, seed, seconds)) for seed in range(WRITERS)]
    for process in (*sealing, *writing):
        process.start()
    for process in writing:
        process.join()
    stop.set()
    for process in sealing:
        process.join()
    assert [process.exitcode for process in (*sealing, *writing)] == [0] * (sealers + WRITERS)
    (heads,) = made.raw.one("SELECT count(*) FROM head")
    assert heads > 10, "the sealers came too late to show anything"
    made.seal()
    return flaws(made.raw)


def test_nothing_stays_behind_on_postgres(pg_url, tmp_path):
    """Eight writers on PostgreSQL, some slow to commit, and two sealers: every event sealed, every stream in order."""
    with closing(Sealing(pg_url, tmp_path)) as made:
        assert lived(made, 5, sealers=2) == []


@pytest.mark.soak
def test_nothing_stays_behind_for_long(database_url, tmp_path):
    """The same for two minutes, on both databases."""
    with closing(Sealing(database_url, tmp_path)) as made:
        assert lived(made, 120, sealers=3) == []
