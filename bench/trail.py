"""The trail: sealing, verifying everything, one proof. Verifying as a ratio to the floor beside it.

Floor of verifying: a program of raw `sqlite3` that reads every event in order, hashes it, parses it, compares the hash,
the chain and five columns, and builds the root. It names no problem, opens no commitment and checks no signature.
"""

import argparse
import hashlib
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.postgres import SETTINGS, PostgresServer, find_binaries

from jobs import seal
from workflow import proof, signer
from workflow.notes import LOG, VerifierKey
from workflow.signer import Keys
from workflow.store import Store
from workflow.trail import Head, Who, append
from workflow.verify import verify
from workflow.workspace import create

DURABLE = SETTINGS | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "512MB"}
LENGTH = 20  # events of a stream
ORIGIN = "bench.duecourse.invalid/main"
WORK = {"clock": "submit", "run": 1, "due_at": "2026-03-02T15:59:59.000000Z", "late": False, "told": []}


def furnish(url: str, home: Path, events: int) -> tuple[Store, Keys]:
    """A workspace of so many events like those of reports, in streams of twenty, one kept value in each fifth."""
    keys = Keys(home / "keys")
    key = signer.make(keys, ORIGIN) if not keys.exist() else signer.load(keys, ORIGIN).verifier
    store = create(url, admin_login="bench", origin=ORIGIN, key=str(key))
    who = Who("p_00112233445566778899", "os-login")
    for start in range(0, events // LENGTH, 500):
        with store.write() as tx:
            for number in range(start, min(start + 500, events // LENGTH)):
                stream, head = f"duty/REPORT/{number:07d}", Head()
                for n in range(LENGTH):
                    private = {"reason": "the figures came late"} if n % 5 == 0 else None
                    head = append(
                        tx, head, stream, "duty.recorded", who, unit=f"unit-{number % 40}", action="submit",
                        rule="report/clock/submit@0123456789ab", data=WORK | {"step": n}, private=private,
                    ).head  # fmt: skip
                tx.put(
                    "INSERT INTO stream (name, n, hash, at) VALUES (:name, :n, :hash, :at)",
                    name=stream, n=head.n, hash=head.hash, at=head.at,
                )  # fmt: skip
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


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _verify(store: Store) -> str:
    with store.read() as tx:
        found = verify(tx)
    if not found["ok"]:
        raise SystemExit(f"the trail does not verify: {found['problems'][:3]}")
    return str(found["root"])


def on_sqlite(folder: Path, events: int, rounds: int) -> None:
    path = folder / "trail.db"
    store, keys = furnish(f"sqlite:///{path}", folder, events)
    spent = timed(lambda: seal.run_once(store, keys))
    with store.read() as tx:
        size = seal.seal.newest(tx).size
    print(f"sqlite    seal         {size / spent:7.0f} events/s  ({size} events, signed)", flush=True)
    if _verify(store) != floor(path):
        raise SystemExit("floor and ours found different roots: the comparison would mean nothing")
    pairs = [(timed(lambda: _verify(store)), timed(lambda: floor(path))) for _ in range(rounds)]
    mine, base = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(
        f"sqlite    verify       {mine * 1e6 / size:7.2f} s/million  floor {base * 1e6 / size:5.2f} s  {ratio:4.2f} x",
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


def on_postgres(folder: Path, events: int) -> None:
    with PostgresServer(find_binaries(), DURABLE) as server:
        server.create("trail")
        store, keys = furnish(server.url("trail"), folder, events)
        spent = timed(lambda: seal.run_once(store, keys))
        with store.read() as tx:
            size = seal.seal.newest(tx).size
        print(f"postgres  seal         {size / spent:7.0f} events/s  ({size} events, signed)", flush=True)
        spent = timed(lambda: _verify(store))
        print(f"postgres  verify       {spent * 1e6 / size:7.2f} s/million", flush=True)
        store.close()


def main(events: int = 40_000, rounds: int = 3, db: str = "both") -> None:
    print(f"the trail: {events} events")
    with tempfile.TemporaryDirectory() as folder:
        if db != "postgres":
            on_sqlite(Path(folder), events, rounds)
        if db != "sqlite":
            on_postgres(Path(folder) / "postgres", events)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--db", choices=("sqlite", "postgres", "both"), default="both")
    asked = parser.parse_args()
    main(asked.events, asked.rounds, asked.db)
