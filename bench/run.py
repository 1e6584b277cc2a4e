"""`make bench`: durable transitions and fired timers a second, as ratios to the raw floor beside them.

Options: ``--rounds N --cases N --db sqlite|postgres|both``. Prints medians over the rounds; quote the ratios.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.postgres import SETTINGS, PostgresServer, find_binaries

from bench import limits, office, pages, trail
from bench.recorded import Spent, Work, floor_postgres, floor_sqlite, recording, with_parts
from workflow import case as cases
from workflow import engine
from workflow.sql import clock as clock_sql
from workflow.store import Store, Tx

DURABLE = SETTINGS | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "512MB"}
Job = Callable[[Store, list[str]], int]


def transitions(store: Store, refs: list[str]) -> int:
    """Submit, review and archive every report: three durable acts each, with clocks, timers, events, a file."""
    plan = (("submit", "wang", [office.EVIDENCE]), ("review", "zhao", []), ("archive", "sun", []))
    done = 0
    for action, login, files in plan:
        do = partial(engine.act, action=action, who=office.who(login), files=files)
        for ref in refs:
            store.transact(partial(do, ref=ref))
            done += 1
    return done


def timers(store: Store, refs: list[str]) -> int:
    """Fire every clock's next timer, one durable transaction each, until the first step of the ladder stands."""
    fired = 0
    for days in (6, 19, 20):
        now = office.START + timedelta(days=days)
        store.transact(lambda tx, now=now: tx.live_at(now))
        with store.read() as tx:
            due = tx.all(clock_sql.DUE, now=tx.now, limit=10 * len(refs))
        for id_, case_id, _ in due:
            fired += store.transact(lambda tx, id_=id_, case_id=case_id: _fire(tx, id_, case_id))
    return fired


def _fire(tx: Tx, id_: str, case_id: str) -> int:
    case = cases.by_id(tx, case_id)
    if case is None or tx.one(clock_sql.STILL_OPEN, id=id_, now=tx.now) is None:
        return 0
    return len(engine.fire_timers(tx, case))


def ours(url: str, job: Job, refs: list[str]) -> tuple[Spent, int, Work]:
    store = Store(url)
    with recording(store) as work:
        wall, cpu = time.perf_counter(), time.process_time()
        done = job(store, refs)
        spent = Spent(time.perf_counter() - wall, time.process_time() - cpu)
    store.close()
    return spent, done, work


TABLES = ("cases", "clock", "timer", "event", "payload", "unsealed", "outbox", "file", "counter", "stream")


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    store = Store(url)
    with store.read() as tx:
        found = {table: sorted(map(repr, tx.all(f"SELECT * FROM {table}"))) for table in TABLES}
    store.close()
    return found  # type: ignore[return-value]


def report(name: str, kind: str, spent: list[tuple[Spent, Spent, int]]) -> None:
    ratio_wall = statistics.median(mine.wall / floor.wall for mine, floor, _ in spent)
    ratio_cpu = statistics.median(mine.cpu / floor.cpu for mine, floor, _ in spent)
    rate = statistics.median(done / mine.wall for mine, _, done in spent)
    base = statistics.median(done / floor.wall for _, floor, done in spent)
    micro = statistics.median(mine.cpu / done for mine, _, done in spent) * 1e6
    print(
        f"{kind:9} {name:12} ours {rate:7.0f}/s  floor {base:7.0f}/s  wall {ratio_wall:4.2f} x  cpu {ratio_cpu:4.2f} x"
        f"  ({micro:.0f} us cpu each)",
        flush=True,
    )


def on_sqlite(folder: Path, name: str, job: Job, *, count: int, rounds: int) -> None:
    base = f"sqlite:///{folder}/base.db"
    if not office.path_of(base).exists():
        office.make(base, count)
        _settle(office.path_of(base))
    spent = []
    for _ in range(rounds):
        a, b = folder / "ours.db", folder / "floor.db"
        for path in (a, b):
            for old in folder.glob(path.name + "*"):
                old.unlink()
            shutil.copy(office.path_of(base), path)
        refs = _refs(f"sqlite:///{a}")
        mine, done, work = ours(f"sqlite:///{a}", job, refs)
        floor = floor_sqlite(b, with_parts(work))
        _same(f"sqlite:///{a}", f"sqlite:///{b}")
        spent.append((mine, floor, done))
    report(name, "sqlite", spent)


def on_postgres(server: PostgresServer, name: str, job: Job, *, count: int, rounds: int) -> None:
    if not hasattr(server, "furnished"):
        server.create("base")
        office.make(server.url("base"), count)
        server.furnished = True  # type: ignore[attr-defined]
    spent = []
    for _ in range(rounds):
        for database in ("ours", "floor"):
            server.drop(database)
            server.create(database, "base")
        mine, done, work = ours(server.url("ours"), job, _refs(server.url("ours")))
        floor = floor_postgres(server.url("floor"), with_parts(work))
        _same(server.url("ours"), server.url("floor"))
        spent.append((mine, floor, done))
    report(name, "postgres", spent)


def _settle(path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _refs(url: str) -> list[str]:
    store = Store(url)
    with store.read() as tx:
        refs = [row[0] for row in tx.all("SELECT ref FROM cases ORDER BY ref")]
    store.close()
    return refs


def _same(ours_url: str, floor_url: str) -> None:
    """The floor did the same work: row for row, hash for hash."""
    mine, floor = rows(ours_url), rows(floor_url)
    for table in TABLES:
        if mine[table] != floor[table]:
            raise SystemExit(f"the floor left other rows in {table}: the comparison would mean nothing")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--db", choices=("sqlite", "postgres", "both"), default="both")
    asked = parser.parse_args()
    limits.main(asked.rounds)
    trail.main(rounds=asked.rounds, db=asked.db)
    pages.main(db=asked.db)
    print(f"{asked.cases} cases, {asked.rounds} rounds; every act and firing its own durable commit")
    jobs: dict[str, Job] = {"transitions": transitions, "timers": timers}
    with tempfile.TemporaryDirectory() as folder:
        if asked.db != "postgres":
            for name, job in jobs.items():
                on_sqlite(Path(folder), name, job, count=asked.cases, rounds=asked.rounds)
        if asked.db != "sqlite":
            with PostgresServer(find_binaries(), DURABLE) as server:
                for name, job in jobs.items():
                    on_postgres(server, name, job, count=asked.cases, rounds=asked.rounds)
    print("rows and hashes of ours and the floor agree")


if __name__ == "__main__":
    main()
