"""First pages of every documented question to the trail, inside the process, on a long trail.

``python -m bench.pages --events 5000000 --db sqlite`` prints the median and the 99th percentile of each question, asked
at places of chance, then which of them took more than 20 ms by the latter. CPU is that of this process alone: on a busy
machine the 99th percentile of the wall is the time other programs took.
"""

import argparse
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.postgres import PostgresServer, find_binaries

from bench import bulk, office
from bench.trail import DURABLE
from workflow import audit, engine
from workflow.as_of import case_as_of
from workflow.store import Store, Tx

ALLOWED = 0.020  # seconds
Asked = dict[str, Any]
Question = Callable[[Tx], object]
Spent = dict[str, list[tuple[float, float]]]  # (wall, cpu) in seconds


def furnish(url: str, events: int) -> tuple[Store, list[str]]:
    """An office with some real cases, each acted on, after ten years of events."""
    refs = office.make(url, 40)
    store = Store(url)
    for ref in refs[:20]:
        store.transact(
            lambda tx, ref=ref: engine.act(tx, ref, "submit", who=office.who("wang"), files=[office.EVIDENCE])
        )
    store.transact(_persons)
    bulk.fill(store, events)
    return store, refs


def _persons(tx: Tx) -> None:
    tx.put_all(
        "INSERT INTO person (id, login, name) VALUES (:id, :login, :login)",
        [{"id": person, "login": f"clerk-{number:03d}"} for number, person in enumerate(bulk.PERSONS)],
    )


def questions(chance: random.Random, refs: list[str]) -> dict[str, Asked]:
    """One of each kind, at a place of chance."""
    since = bulk.BEGIN + (bulk.UNTIL - bulk.BEGIN) * chance.random()
    time_: Asked = {"since": since, "until": since + timedelta(days=30)}
    rule, kind = chance.choice(bulk.RULES), chance.choice(list(bulk.KINDS))
    unit = chance.choice(bulk.UNITS)
    alone: dict[str, Asked] = {
        "case": {"case": chance.choice(refs)},
        "stream": {"stream": f"duty/D{(begun := chance.randrange(50)) % 5}/{begun:08d}"},
        "stream (long)": {"stream": bulk.LONG},
        "actor": {"actor": f"clerk-{chance.randrange(len(bulk.PERSONS)):03d}"},
        "kind": {"kind": kind},
        "kind (rare)": {"kind": "leave.set"},
        "kinds": {"kind": "clock"},
        "unit": {"unit": unit},
        "rule": {"rule": rule},
        "rule, all versions": {"rule": rule.partition("@")[0]},
    }
    return (
        alone
        | {f"{name}, a time": asked | time_ for name, asked in alone.items()}
        | {"since": {"since": since}, "until": {"until": since}, "a time": time_, "everything": {}}
        | {
            "unit, kind": {"unit": unit, "kind": kind},
            "unit, kind, a time": {"unit": unit, "kind": kind, **time_},
            "unit, kind (rare), a time": {"unit": bulk.UNITS[0], "kind": "leave.set", **time_},
            "unit, kinds, a time": {"unit": unit, "kind": "clock", **time_},
        }
    )


def measure(store: Store, refs: list[str], rounds: int) -> Spent:
    """What each question took, by name; every question is asked as often as there are rounds."""
    chance = random.Random(2)
    spent: Spent = {}

    def timed(name: str, ask: Question) -> Any:
        with store.read() as tx:
            wall, cpu = time.perf_counter(), time.process_time()
            answer = ask(tx)
            spent.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - cpu))
        return answer

    for _ in range(rounds):
        for name, asked in questions(chance, refs).items():
            found = timed(name, lambda tx, asked=asked: audit.log(tx, **asked))
            if found["next"] and name in {"kind", "unit, kind", "since", "stream (long)", "actor"}:
                timed(f"{name}, next page", lambda tx, asked=asked, at=found["next"]: audit.log(tx, **asked, after=at))
        at = office.START
        timed("case show --as-of", lambda tx, at=at: case_as_of(tx, chance.choice(refs), at))
    return spent


def report(kind: str, spent: Spent) -> None:
    slow = []
    for name, taken in spent.items():
        wall, cpu = (sorted(column) for column in zip(*taken, strict=True))
        high = math.ceil(0.99 * len(wall)) - 1
        slow += [name] if wall[high] > ALLOWED else []
        print(
            f"{kind:9} {name:28} median {statistics.median(wall) * 1e3:6.2f} ms  p99 {wall[high] * 1e3:6.2f} ms"
            f"  (cpu {statistics.median(cpu) * 1e3:5.2f} and {cpu[high] * 1e3:5.2f} ms)"
        )
    print(f"{kind:9} more than {ALLOWED * 1e3:.0f} ms by p99: {', '.join(slow) or 'none'}", flush=True)


def _one(url: str, kind: str, events: int, rounds: int) -> None:
    start = time.perf_counter()
    store, refs = furnish(url, events)
    print(f"{kind:9} {events} events written in {time.perf_counter() - start:.0f} s", flush=True)
    report(kind, measure(store, refs, rounds))
    store.close()


def main(events: int = 200_000, rounds: int = 50, db: str = "both") -> None:
    print(f"first pages: {events} events, {rounds} times each question")
    if db != "postgres":
        with tempfile.TemporaryDirectory() as folder:
            _one(f"sqlite:///{folder}/pages.db", "sqlite", events, rounds)
    if db != "sqlite":
        with PostgresServer(find_binaries(), DURABLE) as server:
            server.create("pages")
            _one(server.url("pages"), "postgres", events, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--db", choices=("sqlite", "postgres", "both"), default="both")
    asked_for = parser.parse_args()
    main(asked_for.events, asked_for.rounds, asked_for.db)
