"""The trail: sealing, verifying everything by one process and by two, one proof. Verifying as a ratio to the floor.

``python -m bench.trail --events 1000000`` is what is promised for: a million events, scattered as in life
(`bench.bulk`). Floor of verifying: one process of raw `sqlite3` that reads every event in order, hashes it, parses it,
compares the hash, the chain and five columns, and builds the root. It names no problem, compares no other column, asks
for no canonical form, opens no commitment and checks no tile, head or signature: ours does, in the same run. CPU is
that of the process and of those it started: on a busy machine its ratio says more than that of the wall.
"""

import argparse
import hashlib
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.postgres import SETTINGS, PostgresServer, find_binaries

from bench import bulk
from jobs import seal
from workflow import proof, signer
from workflow.notes import LOG, VerifierKey
from workflow.signer import Keys
from workflow.store import Store
from workflow.verify import verify
from workflow.verify_crew import reading
from workflow.workspace import create

DURABLE = SETTINGS | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "512MB"}
ORIGIN = "bench.duecourse.invalid/main"


class Spent(NamedTuple):
    wall: float
    cpu: float


def furnish(url: str, home: Path, events: int) -> tuple[Store, Keys]:
    """A workspace of so many events, none of them sealed, and a key to seal with."""
    keys = Keys(home / "keys")
    key = signer.make(keys, ORIGIN) if not keys.exist() else signer.load(keys, ORIGIN).verifier
    store = create(url, admin_login="bench", origin=ORIGIN, key=str(key))
    bulk.fill(store, events)
    return store, keys


def floor(path: Path) -> str:
    """The root over all events, with everything compared; raises where something differs."""
    connection = sqlite3.connect(path)
    sha256, loads = hashlib.sha256, json.loads
    rows = connection.execute(
        "SELECT e.stream, e.n, e.at, e.kind, e.actor, e.canon, e.hash, l.idx FROM event e "
        "LEFT JOIN leaf l ON l.event = e.id ORDER BY e.stream, e.n"
    )
    (size,) = connection.execute("SELECT count(*) FROM leaf").fetchone()
    hashes: list[bytes] = [b""] * size
    before, last = "", ""
    for stream, n, at, kind, actor, canon, hash_, idx in rows:
        digest = sha256(b"\x00" + canon.encode()).digest()
        event = loads(canon)
        prev = last if stream == before else "0" * 64
        if digest.hex() != hash_ or (
            (event["stream"], event["n"], event["at"], event["kind"], event["actor"], event["prev"])
            != (stream, n, at, kind, actor, prev)
        ):
            raise SystemExit(f"the floor found {stream}/{n} wrong: the comparison would mean nothing")
        hashes[idx] = digest
        before, last = stream, hash_
    connection.close()
    nodes: list[bytes] = []
    for count, digest in enumerate(hashes):
        while count & 1:  # its bits are the merges to make
            digest, count = sha256(b"\x01" + nodes.pop() + digest).digest(), count >> 1  # noqa: PLW2901
        nodes.append(digest)
    root = nodes.pop()
    while nodes:
        root = sha256(b"\x01" + nodes.pop() + root).digest()
    return root.hex()


def timed(work: Callable[[], object]) -> Spent:
    """By this process and those it started and waited for."""
    wall, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    return Spent(time.perf_counter() - wall, sum(after[:4]) - sum(before[:4]))


def _verify(store: Store, processes: int) -> str:
    with reading(store, processes=processes, pays=1) as (tx, crew):
        found = verify(tx, crew=crew)
    if not found["ok"]:
        raise SystemExit(f"the trail does not verify: {found['problems'][:3]}")
    return str(found["root"])


def _sealed(store: Store, keys: Keys) -> int:
    """Seal everything, and say how fast; answers how many leaves there are."""
    spent = timed(lambda: seal.run_once(store, keys))
    with store.read() as tx:
        size = seal.seal.newest(tx).size
    print(
        f"{store.driver.kind:9} seal         {size / spent.wall:7.0f} events/s  ({size} events, signed; "
        f"{size / spent.cpu:.0f} a second of cpu)",
        flush=True,
    )
    return size


def on_sqlite(folder: Path, events: int, rounds: int) -> None:
    path = folder / "trail.db"
    store, keys = furnish(f"sqlite:///{path}", folder, events)
    size = _sealed(store, keys)
    if _verify(store, 1) != floor(path):
        raise SystemExit("floor and ours found different roots: the comparison would mean nothing")
    spent = [
        (timed(lambda: floor(path)), timed(lambda: _verify(store, 1)), timed(lambda: _verify(store, 2)))
        for _ in range(rounds)
    ]
    for which, name in enumerate(("the floor", "one process", "two processes")):
        wall, cpu = (statistics.median(one[which][n] for one in spent) for n in (0, 1))
        ratio, ratio_cpu = (statistics.median(one[which][n] / one[0][n] for one in spent) for n in (0, 1))
        print(
            f"sqlite    verify       {wall * 1e6 / size:7.2f} s/million  {name:13} {ratio:4.2f} x"
            f"  (cpu {cpu * 1e6 / size:5.2f} s/million, {ratio_cpu:4.2f} x)",
            flush=True,
        )
    _proofs(store, keys)
    store.close()


def _proofs(store: Store, keys: Keys) -> None:
    """One proof made and checked, in the process."""
    key: VerifierKey = signer.load(keys, ORIGIN).verifier
    assert key.type == LOG
    made, checked = [], []
    with store.read() as tx:
        ids = [id_ for (id_,) in tx.all("SELECT event FROM leaf ORDER BY event LIMIT 200")]
        for id_ in ids:
            start = time.perf_counter()
            text = proof.prove(tx, id_)
            middle = time.perf_counter()
            proof.check(text, key)
            made.append(middle - start)
            checked.append(time.perf_counter() - middle)
    print(
        f"sqlite    proof        {statistics.median(made) * 1e3:7.2f} ms to make, "
        f"{statistics.median(checked) * 1e3:.2f} ms to check",
        flush=True,
    )


def on_postgres(folder: Path, events: int, rounds: int) -> None:
    with PostgresServer(find_binaries(), DURABLE) as server:
        server.create("trail")
        store, keys = furnish(server.url("trail"), folder, events)
        size = _sealed(store, keys)
        for processes, name in ((1, "one process"), (2, "two processes")):
            wall = statistics.median(timed(lambda n=processes: _verify(store, n)).wall for _ in range(rounds))
            print(f"postgres  verify       {wall * 1e6 / size:7.2f} s/million  {name}", flush=True)
        store.close()


def main(events: int = 100_000, rounds: int = 3, db: str = "both") -> None:
    print(f"the trail: {events} events, {rounds} rounds")
    with tempfile.TemporaryDirectory() as folder:
        if db != "postgres":
            on_sqlite(Path(folder), events, rounds)
        if db != "sqlite":
            on_postgres(Path(folder) / "postgres", events, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--db", choices=("sqlite", "postgres", "both"), default="both")
    asked = parser.parse_args()
    main(asked.events, asked.rounds, asked.db)
