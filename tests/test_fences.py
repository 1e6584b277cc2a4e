"""What the database itself refuses: accidents with the trail, by whatever program."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from support.raw import Raw

from states.errors import Conflict, Integrity
from workflow import seal
from workflow.sql import event as sql
from workflow.store import Store
from workflow.trail import SYSTEM, canon, leaf_hash, record
from workflow.workspace import create

REFUSED = (sqlite3.IntegrityError, sqlite3.OperationalError, psycopg.Error)


@pytest.fixture
def store(database_url) -> Iterator[Store]:
    """A workspace with one event that keeps a value."""
    made = create(database_url, admin_login="root")
    made.transact(lambda tx: record(tx, "notices", "notice.sent", SYSTEM, private={"text": "kept"}))
    made.transact(seal.batch)
    yield made
    made.close()


@pytest.fixture
def raw(store) -> Iterator[Raw]:
    made = Raw(store.url)
    yield made
    made.close()


CHANGES = [
    "UPDATE event SET actor = 'p_x' WHERE stream = 'log'",
    "UPDATE event SET canon = canon",
    "UPDATE event SET id = 'other' WHERE stream = 'log'",
    "DELETE FROM event WHERE stream = 'log'",
    "DELETE FROM event",
    "UPDATE payload SET value = '\"other\"'",
    "UPDATE payload SET salt = 'ab'",
    """INSERT INTO payload SELECT event, field, salt, 'x' FROM payload WHERE true
    ON CONFLICT (event, field) DO UPDATE SET value = excluded.value""",
    "INSERT INTO event SELECT * FROM event WHERE stream = 'log' ON CONFLICT (id) DO UPDATE SET actor = 'p_x'",
    "INSERT INTO event SELECT * FROM event WHERE stream = 'log' ON CONFLICT (stream, n) DO UPDATE SET actor = 'p_x'",
    "UPDATE leaf SET event = 'other' WHERE idx = 0",
    "UPDATE leaf SET idx = idx + 100",
    "DELETE FROM leaf WHERE idx = 2",
    "INSERT INTO leaf SELECT * FROM leaf WHERE true ON CONFLICT (idx) DO UPDATE SET event = 'other'",
    "UPDATE head SET root = size",
    "UPDATE head SET note = 'x', root = size",
    "UPDATE head SET note = NULL",
    "DELETE FROM head",
    "INSERT INTO head SELECT * FROM head WHERE true ON CONFLICT (size) DO UPDATE SET note = 'x', at = 'y'",
]
OF_SQLITE = [
    "INSERT OR REPLACE INTO event SELECT * FROM event WHERE stream = 'log'",
    """REPLACE INTO event SELECT 'other', stream, n, prev, at, kind, actor, behalf, via, unit, action, from_state,
    to_state, rule, replace(canon, id, 'other'), hash FROM event WHERE stream = 'log'""",
    "UPDATE OR REPLACE event SET n = 1",
    "REPLACE INTO leaf SELECT 0, event FROM leaf WHERE idx = 1",
    "REPLACE INTO leaf SELECT 100, event FROM leaf WHERE idx = 1",
    "REPLACE INTO head SELECT size, hex(zeroblob(32)), at, note FROM head",
]
OF_POSTGRES = [
    "TRUNCATE event",
    "TRUNCATE payload",
    "TRUNCATE leaf",
    "TRUNCATE head",
    "SET session_replication_role = replica; DELETE FROM leaf",
    "SET session_replication_role = replica; DELETE FROM head",
    "SET session_replication_role = replica; DELETE FROM event",
    "SET session_replication_role = replica; UPDATE payload SET value = 'x'",
    "SET session_replication_role = replica; TRUNCATE event",
]


def everything(raw: Raw) -> list[tuple[object, ...]]:
    order = {"event": "id", "payload": "event, field", "leaf": "idx", "head": "size"}
    return [row for table, by in order.items() for row in raw.all(f"SELECT * FROM {table} ORDER BY {by}")]


@pytest.mark.parametrize("statement", CHANGES)
def test_what_is_written_stays(raw, statement):
    """UPDATE, DELETE and upsert of events, and changes of kept values, are refused and change nothing."""
    before = everything(raw)
    with pytest.raises(REFUSED):
        raw.run(statement)
    assert everything(raw) == before


def test_the_ways_around_are_closed(raw):
    """REPLACE on SQLite (past the DELETE trigger), TRUNCATE and the replica role on PostgreSQL are refused too."""
    before = everything(raw)
    for statement in OF_SQLITE if raw.kind == "sqlite" else OF_POSTGRES:
        with pytest.raises(REFUSED):
            raw.run(statement)
        assert everything(raw) == before, statement


def test_a_value_may_be_erased(raw):
    """What is kept beside an event is the one thing that may go."""
    assert raw.run("DELETE FROM payload WHERE field = 'text'") == 1


def test_a_head_is_signed_once(raw):
    """The one change of a head: from no note to one, and then never again."""
    assert raw.run("UPDATE head SET note = 'signed'") == 1
    with pytest.raises(REFUSED):
        raw.run("UPDATE head SET note = 'signed again'")
    assert raw.all("SELECT note FROM head") == [("signed",)]


def next_event(raw: Raw) -> dict[str, object]:
    """The columns of an event that might follow the first of the log."""
    (text,) = raw.one("SELECT canon FROM event WHERE stream = 'log' AND n = 1")
    event = json.loads(text) | {
        "id": "another",
        "n": 2,
        "action": "a",
        "from": "f",
        "to": "t",
        "rule": "r",
        "unit": "u",
    }
    event |= {"behalf": "p_b"}
    columns = {**event, "from_state": event["from"], "to_state": event["to"], "canon": canon(event)}
    return columns | {"hash": leaf_hash(canon(event))}


NAMES = (
    *("id", "stream", "n", "prev", "at", "kind", "actor", "behalf"),
    *("via", "unit", "action", "from_state", "to_state", "rule"),
)
INSERT = f"INSERT INTO event ({', '.join(NAMES)}, canon, hash) VALUES (:{', :'.join(NAMES)}, :canon, :hash)"


def test_an_event_that_repeats_its_canon_is_taken(raw):
    """The same insert that is refused below with one column changed is accepted unchanged."""
    assert raw.run(INSERT, **{name: value for name, value in next_event(raw).items() if f":{name}" in INSERT}) == 1


@pytest.mark.parametrize("column", NAMES)
@pytest.mark.parametrize("how", ["other", "nothing"])
def test_a_column_that_differs_from_canon_is_refused(raw, column, how):
    """The CHECK ties every query column to the text that is hashed: another value is refused, and so is none."""
    columns = next_event(raw)
    other: object = 7 if column == "n" else "1" * 64 if column == "prev" else "other"
    columns[column] = other if how == "other" else None
    with pytest.raises(REFUSED):
        raw.run(INSERT, **{name: value for name, value in columns.items() if f":{name}" in INSERT})
    assert raw.one("SELECT count(*) FROM event WHERE stream = 'log'") == (1,)


@pytest.mark.parametrize(("column", "value"), [("hash", "ab"), ("canon", "{}"), ("canon", "not json"), ("n", 0)])
def test_what_cannot_be_an_event_is_refused(raw, column, value):
    """A hash of another length, a number below one, a canon that is no event."""
    columns = next_event(raw) | {column: value}
    with pytest.raises(REFUSED):
        raw.run(INSERT, **{name: value for name, value in columns.items() if f":{name}" in INSERT})


def test_the_store_says_it_in_one_sentence(store):
    """Through the store the refusal of the guards is a problem of integrity, that of the CHECK a conflict."""
    for statement in ("UPDATE event SET actor = NULL", "DELETE FROM event"):
        with pytest.raises((Integrity, Conflict), match="append-only"):
            store.transact(lambda tx, statement=statement: tx.put(statement))
    with store.read() as tx:
        (row,) = tx.named("SELECT * FROM event WHERE stream = 'log'")
    with pytest.raises((Integrity, Conflict)):
        store.transact(lambda tx: tx.put(sql.INSERT, **row))
