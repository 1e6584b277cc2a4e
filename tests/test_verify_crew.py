"""Several processes that share a walk through the trail answer what one would, word for word, whatever is wrong."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from support.attack import Attack
from support.lived import Lived

from states.errors import Conflict
from workflow.findings import MOST, Findings
from workflow.sql import audit as sql
from workflow.store import Store, driver_for
from workflow.trail import SYSTEM, record
from workflow.verify import verify
from workflow.verify_crew import Processes, reading
from workflow.verify_walk import Range, ranges

REPORT, INCIDENT, ERRAND = Lived.REPORT, Lived.INCIDENT, Lived.ERRAND


@contextmanager
def together(url: str, events: int = 7) -> Iterator[tuple[Any, Processes]]:
    """A transaction that two processes share, in ranges so short that every stream is one by itself."""
    with (
        closing(Store(url)) as store,
        reading(store, processes=2, pays=1, events=events) as (tx, crew),
    ):
        assert isinstance(crew, Processes)
        yield tx, crew


def both(lived: Lived) -> tuple[dict[str, Any], dict[str, Any]]:
    """What one process answers, and what two do."""
    with together(lived.url) as (tx, crew):
        return lived.verify(), verify(tx, crew=crew)


def test_a_sound_trail_is_sound_for_several(lived):
    """The same counts, and nothing is wrong."""
    alone, shared = both(lived)
    assert shared == alone
    assert alone["ok"]


def _erase_badly(attack: Attack) -> None:
    attack.raw.run("DELETE FROM payload WHERE field = 'title'")


def _keep_too_much(attack: Attack) -> None:
    """Values beside events that promised none, beside one that promised others, and beside nothing."""
    for event in (attack.event(REPORT, 2)["id"], attack.event("org", 1)["id"], attack.event(REPORT, 1)["id"], "none"):
        for field in ("zzz", "aaa"):
            attack.raw.run("INSERT INTO payload VALUES (:e, :f, :s, '1')", e=event, f=field, s="ab" * 32)


def _restore(attack: Attack) -> None:
    """Every title is said to be erased, by the last event of its case, and is there all the same."""
    for stream in (REPORT, INCIDENT, ERRAND):
        title = attack.event(stream, 1)["id"]
        attack.rewrite(
            stream, attack.last(stream), kind="data.erased", commit={}, data={"event": title, "field": "title"}
        )


def _edit_everywhere(attack: Attack) -> None:
    attack.raw.run("UPDATE event SET via = 'elsewhere' WHERE n % 3 = 0")


def _double_numbers(attack: Attack) -> None:
    """Two cases take the number of a third, another one takes none that could be."""
    register = attack.event(REPORT, 1)["event"]["register"]
    attack.rewrite(INCIDENT, 1, register=register)
    attack.rewrite(ERRAND, 1, register=None)


def _remove_a_case(attack: Attack) -> None:
    attack.raw.run("DELETE FROM event WHERE stream = :s", s=INCIDENT)


def _heads_of_nothing(attack: Attack) -> None:
    for name in ("AAA-2026-0001", "duty/NONE/u", "zzz"):
        attack.raw.run("INSERT INTO stream (name, n, hash, at) VALUES (:s, 3, :h, '')", s=name, h="0" * 64)
        attack.raw.run("INSERT INTO unsealed (at, stream, n) VALUES ('', :s, 3)", s=name)


def _another_log(attack: Attack) -> None:
    attack.rewrite(REPORT, 1, log="elsewhere.invalid/main")
    attack.rewrite(INCIDENT, 2, log=attack.event("log", 1)["event"]["log"] + "/epoch-2")


def _wrong_checkpoints(attack: Attack) -> None:
    for stream in (ERRAND, REPORT):
        attack.rewrite(stream, 2, seen={"root": "ab" * 32, "size": 7})


def _all_of_it(attack: Attack) -> None:
    _heads_of_nothing(attack)
    _restore(attack)
    _another_log(attack)
    _double_numbers(attack)
    attack.raw.run("DELETE FROM event WHERE stream = 'org' AND n = 2")
    attack.raw.run("UPDATE payload SET value = ' ' || value WHERE field <> 'title'")
    _edit_everywhere(attack)


ATTACKS = [
    _erase_badly,
    _keep_too_much,
    _restore,
    _edit_everywhere,
    _double_numbers,
    _remove_a_case,
    _heads_of_nothing,
    _another_log,
    _wrong_checkpoints,
    _all_of_it,
]


@pytest.mark.parametrize("change", ATTACKS)
def test_several_find_what_one_finds(lived, change: Callable[[Attack], None]):
    """Every problem, in the same words and in the same order."""
    with lived.raw.unchecked():
        change(Attack(lived))
    alone, shared = both(lived)
    assert shared == alone
    assert not alone["ok"]


def test_a_sealed_trail_is_shared_too(database_url, tmp_path):
    """Leaves come from every process, and make the one root; a hash that is none leaves its place empty for both."""
    from support.sealing import Sealing

    with closing(Sealing(database_url, tmp_path)) as sealing:
        for _ in range(3):
            sealing.write("notices", 5)
            sealing.write("org", 3)
            sealing.seal()
        with together(database_url) as (tx, crew):
            shared = verify(tx, crew=crew)
            assert shared == verify(tx)
            assert (shared["ok"], shared["size"] > 24) == (True, True)
        with sealing.raw.unchecked():
            sealing.raw.run("UPDATE event SET hash = :h WHERE stream = 'org' AND n = 2", h="x" * 64)
            sealing.raw.run("UPDATE event SET hash = :h WHERE stream = 'org' AND n = 3", h=" ab " * 16)
            sealing.raw.run("UPDATE event SET canon = 'x' WHERE stream = 'notices' AND n = 4")
        with together(database_url) as (tx, crew):
            shared = verify(tx, crew=crew)
            assert shared == verify(tx)
            assert not shared["ok"]


def fills(tx: Any, stream: str, events: int) -> bool:
    """Whether a stream has more events than a range is meant to hold."""
    return bool(tx.one("SELECT count(*) FROM event WHERE stream = :s", s=stream)[0] > events)


def test_ranges_hold_every_stream_once(lived):
    """However long they are meant to be: each begins where the one before ended, and none cuts a stream in two."""
    (events,) = lived.raw.one("SELECT count(*) FROM event")
    streams = [name for (name,) in lived.raw.all("SELECT DISTINCT stream FROM event ORDER BY stream")]
    with closing(Store(lived.url)) as store, store.read() as tx:
        for size in (1, 2, 7, 20, events - 1, events, events + 1):
            found = list(ranges(tx, size))
            assert (found[0].low, found[-1].high) == ("", None)
            assert [one.high for one in found[:-1]] == [one.low for one in found[1:]]
            held = [
                [name for name in streams if name >= low and (high is None or name < high)] for low, high, _ in found
            ]
            assert [name for some in held for name in some] == streams
            assert [one.low for one in found if one.long] == [one.low for one in found if fills(tx, one.low, size)]
        assert len(list(ranges(tx, 1))) > 5
        assert list(ranges(tx, events)) == [Range()]


def test_a_process_that_is_killed_is_done_without(lived):
    """One dies, then the other: what they leave undone the asking process does itself, and the answer is the same."""
    import multiprocessing

    expected = lived.verify()
    for dead in (1, 2):
        with together(lived.url) as (tx, crew):
            for process in multiprocessing.active_children()[:dead]:
                os.kill(process.pid or 0, signal.SIGKILL)
                process.join()
            assert verify(tx, crew=crew) == expected


def test_nobody_is_started_where_it_does_not_pay(lived):
    """A short trail, or one processor: the asking process walks alone."""
    with closing(Store(lived.url)) as store:
        for asked in ({"processes": 2}, {"processes": 1, "pays": 1}):
            with reading(store, **asked) as (tx, crew):
                assert crew is None
                assert verify(tx)["ok"]


def write(lived: Lived) -> None:
    with closing(Store(lived.url)) as other, other.write() as writing:
        record(writing, "notices", "case.commented", SYSTEM)


def test_all_read_the_same_snapshot(lived):
    """A snapshot is one whoever writes: on PostgreSQL others can still join it, on SQLite they refuse another."""
    count = "SELECT count(*) FROM event"
    with closing(Store(lived.url)) as store, store.read() as tx:
        name, events = tx.snapshot(), tx.one(count)
        other = driver_for(lived.url)
        with closing(other):
            with other.reading(store.workspace, "", name) as same:
                assert same.one(count) == events
            write(lived)
            if other.kind == "postgres":
                with other.reading(store.workspace, "", name) as same:
                    assert same.one(count) == events
            else:
                with pytest.raises(Conflict), other.reading(store.workspace, "", name):
                    pytest.fail("another snapshot was taken for the same")
        assert tx.one(count) == events


def test_they_begin_again_when_somebody_writes(lived):
    """An act between the beginnings of two processes: on SQLite what was begun is let go, and all begin again."""
    with together(lived.url) as (_, crew), closing(Store(lived.url)) as store:
        crew.end()
        with store.read() as tx:
            (events,) = tx.one("SELECT count(*) FROM event")
            tx.snapshot()
            write(lived)
            assert crew.begin(tx) == (lived.raw.kind == "postgres")
            crew.end()
        with store.read() as tx:
            assert crew.begin(tx)
            found = verify(tx, crew=crew)
            assert (found["ok"], found["events"]) == (True, events + 1)
            crew.end()


def test_findings_are_counted_past_the_first_thousand():
    """Taken from parts or found one by one, the same are listed and the same are only counted."""
    one, parts = Findings(), Findings()
    for size in (400, 700, 300):
        part = Findings()
        for n in range(size):
            one.add(f"problem {n}")
            part.add(f"problem {n}")
        parts.take(part)
    assert parts.answer() == one.answer()
    assert len(one.rows) == MOST


def test_the_ranges_are_searches_along_the_index(lived):
    """Neither the walk nor the search for where a range begins reads more than its streams, or sorts."""
    if lived.raw.kind == "sqlite":
        for statement in (*sql.EVENTS.values(), sql.STREAM_AHEAD, sql.STREAM_AFTER):
            values = {
                name: value for name, value in {"low": "a", "high": "b", "ahead": 3}.items() if f":{name}" in statement
            }
            plan = [row[3] for row in lived.raw.all(f"EXPLAIN QUERY PLAN {statement}", **values)]
            assert plan[0].startswith("SEARCH"), plan
            assert not any("TEMP B-TREE" in step for step in plan), plan
