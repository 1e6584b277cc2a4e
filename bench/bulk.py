"""A long trail in little time: valid events straight into the tables, every chain and head as the program makes them.

Streams of duties, some hundred alive at a time so that their events lie scattered as in life, and one very long
stream; forty units and five hundred persons of unlike weight. Its fences are away only while it is written.
"""

import random
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg

from workflow.store import Store
from workflow.trail import NO_HASH, canon, commitment, leaf_hash

LENGTH = 20  # events of a stream
LONG = "notices"  # the stream that one event in ten goes to
BEGIN = datetime(2016, 1, 4, tzinfo=UTC)
UNTIL = datetime(2026, 1, 30, tzinfo=UTC)
UNITS = [f"unit-{number:02d}" for number in range(40)]
PERSONS = [f"p_{number:020d}" for number in range(100, 600)]
KINDS = {
    "clock.started": 24, "clock.met": 20, "case.acted": 20, "duty.recorded": 12, "clock.reminded": 10,
    "clock.breached": 6, "clock.escalated": 6, "duty.met": 1.9, "case.commented": 0.1, "leave.set": 0.002,
}  # fmt: skip
CASES = ("report", "incident", "rectification", "task")
VERSIONS = ("0123456789ab", "ba9876543210")  # of every rule, the second from the middle of the time on
STEPS = ("submit", "review")
RULES = [
    f"{case}/{what}/{step}@{version}"
    for case in CASES for what in ("clock", "action") for step in STEPS for version in VERSIONS
]  # fmt: skip
ROWS = {
    "event": ("id", "stream", "n", "prev", "at", "kind", "actor", "behalf", "via", "unit", "action", "from_state",
              "to_state", "rule", "canon", "hash"),
    "payload": ("event", "field", "salt", "value"),
    "unsealed": ("at", "stream", "n"),
    "stream": ("name", "n", "hash", "at"),
}  # fmt: skip
_AT_ONCE = 20_000
Batch = dict[str, list[tuple[Any, ...]]]


class Head(NamedTuple):
    n: int = 0
    hash: str = NO_HASH
    at: str = ""


def fill(store: Store, events: int) -> None:
    """Write so many events into a workspace that has no stream of these names yet."""
    write = _sqlite if store.driver.kind == "sqlite" else _postgres
    write(store, batches(store, events))
    store.refresh()


def batches(store: Store, events: int, seed: int = 1) -> Iterator[Batch]:
    """Rows by table, so many events at a time; the heads come last."""
    chance = random.Random(seed)
    origin, seen = store.workspace.origin, {"root": store.workspace.seen_root, "size": store.workspace.seen_size}
    alive: list[tuple[str, str, Head]] = []  # stream, unit, head
    long_, begun = Head(), 0
    step = (UNTIL - BEGIN) / (events + 1)
    unit_weights = [1 / (number + 1) for number in range(len(UNITS))]
    kinds = chance.choices(list(KINDS), list(KINDS.values()), k=events)
    batch: Batch = {table: [] for table in ROWS}
    for number in range(events):
        at = f"{(BEGIN + step * number).isoformat(timespec='microseconds')[:-6]}Z"
        place = None
        if number % 10 == 0:
            stream, unit, head = LONG, "", long_
        else:
            if len(alive) < 400:
                unit = chance.choices(UNITS, unit_weights)[0]
                alive.append((f"duty/D{begun % 5}/{begun:08d}", unit, Head()))
                begun += 1
            place = chance.randrange(len(alive))
            stream, unit, head = alive[place]
        about = (origin, seen, stream, unit, kinds[number], at)
        new = _event(chance, batch, head, about)
        if place is None:
            long_ = new
        elif new.n < LENGTH:
            alive[place] = (stream, unit, new)
        else:
            alive[place] = alive[-1]
            alive.pop()
            batch["stream"].append((stream, *new))
        if len(batch["event"]) >= _AT_ONCE:
            yield batch
            batch = {table: [] for table in ROWS}
    batch["stream"] += [(stream, *head) for stream, _, head in alive if head.n] + [(LONG, *long_)]
    yield batch


def _event(chance: random.Random, batch: Batch, head: Head, about: tuple[Any, ...]) -> Head:
    """The next event of a stream, into the batch; one in five has a value kept beside it."""
    origin, seen, stream, unit, kind, at = about
    bits = chance.getrandbits(128)
    ticks = int(at[:4] + at[5:7] + at[8:10] + at[11:13] + at[14:16] + at[17:19])  # ids ascend with time, as in life
    id_ = f"{ticks:012x}{bits & (1 << 80) - 1:020x}"
    id_ = f"{id_[:8]}-{id_[8:12]}-7{id_[13:16]}-9{id_[17:20]}-{id_[20:]}"
    by_person = kind.startswith(("case.", "duty.recorded", "leave."))
    own = 12 * UNITS.index(unit) if unit else 480  # the first of the persons who work there
    actor = PERSONS[own + min(int(chance.expovariate(1 / 3)), 11)] if by_person else None
    commit = {}
    if bits % 5 == 0:
        salt = f"{bits:032x}" * 2
        value = {"text": f"the figures of {at[:10]} came late"}
        commit = {"reason": commitment(salt, "reason", value)}
        batch["payload"].append((id_, "reason", salt, canon(value)))
    case, step = CASES[ord(stream[-1]) % 4], STEPS[bits % 2]
    told = [{"for": None, "person": PERSONS[own + bits % 12], "role": "owner"}] if bits % 3 == 0 else []
    data = {"clock": step, "due_at": f"{at[:10]}T15:59:59.000000Z", "late": bits % 7 == 0, "run": 1 + bits % 3,
            "told": told}  # fmt: skip
    via, action = ("os-login", step) if by_person else ("system", None)
    from_, to = ("drafted", "submitted") if kind == "case.acted" else (None, None)
    what = "clock" if kind.startswith("clock.") else "action" if kind == "case.acted" else None
    rule = f"{case}/{what}/{step}@{VERSIONS[at > '2021']}" if what else None
    event = {
        "action": action, "actor": actor, "at": at, "behalf": None, "commit": commit, "data": data, "from": from_,
        "id": id_, "kind": kind, "log": origin, "n": head.n + 1, "prev": head.hash, "register": None, "rule": rule,
        "seen": seen, "stream": stream, "to": to, "unit": unit or None, "v": 1, "via": via,
    }  # fmt: skip
    text = canon(event)
    new = Head(head.n + 1, leaf_hash(text), at)
    batch["event"].append(
        (
            id_,
            stream,
            new.n,
            head.hash,
            at,
            kind,
            actor,
            None,
            via,
            unit or None,
            action,
            from_,
            to,
            rule,
            text,
            new.hash,
        )
    )
    batch["unsealed"].append((at, stream, new.n))
    return new


def _sqlite(store: Store, rows: Iterator[Batch]) -> None:
    """Indexes and triggers are made again afterwards, word for word."""
    connection = sqlite3.connect(store.url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("synchronous = OFF", "ignore_check_constraints = ON", "cache_size = -200000", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    away = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND (type = 'trigger' OR type = 'index') "
        "AND tbl_name IN ('event', 'payload')"
    ).fetchall()
    for kind, name, _ in away:
        connection.execute(f"DROP {kind} {name}")
    for batch in rows:
        connection.execute("BEGIN")
        for table, columns in ROWS.items():
            places = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", batch[table])
        connection.execute("COMMIT")
    for _, _, statement in away:
        connection.execute(statement)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _postgres(store: Store, rows: Iterator[Batch]) -> None:
    """By COPY, which its checks and triggers see; statistics are made afterwards, as the server would in time."""
    with psycopg.connect(re.sub(r"\?.*", "", store.url), autocommit=True) as connection:
        for batch in rows:
            for table, columns in ROWS.items():
                with (
                    connection.cursor() as cursor,
                    cursor.copy(
                        f"COPY {table} ({', '.join(columns)}) FROM STDIN"  # type: ignore[arg-type]
                    ) as copy,
                ):
                    for row in batch[table]:
                        copy.write_row(row)
        connection.execute("VACUUM ANALYZE")
