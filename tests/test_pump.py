"""The pump: what is due fires, once, whoever pumps; one case that fails holds up no other."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from support.world import World, admin

from jobs import pump
from jobs.batches import CALM, CHUNK, in_batches
from states.errors import Conflict, Outside
from workflow import case as cases
from workflow import pulses
from workflow.instants import moment, stamp
from workflow.store import Store
from workflow.workspace import create

BREACH = "2026-03-02T10:00+08:00"  # after the reports of Monday are overdue and their second step has come


def downtime(world: World, until: str = BREACH) -> None:
    """Nobody pumps until then."""
    world.until(until, jump=True)


def firings(world: World) -> list[tuple[object, ...]]:
    """The key of everything that fired."""
    return list(
        world.rows("SELECT case_id, clock, run, what, step, occurrence FROM timer WHERE state = 'fired' ORDER BY id")
    )


def spoil(world: World, ref: str) -> None:
    """Make a case that cannot be decided: the law it is pinned to is not there."""
    world.store.transact(lambda tx: tx.put("UPDATE cases SET definition = 'gone' WHERE ref = :ref", ref=ref))


def mend(world: World, ref: str, other: str) -> None:
    world.store.transact(
        lambda tx: tx.put(
            "UPDATE cases SET definition = (SELECT definition FROM cases WHERE ref = :other) WHERE ref = :ref",
            ref=ref,
            other=other,
        )
    )


def test_what_is_due_fires_and_nothing_else(world):
    """One run fires what two overdue reports owe by now; a second run finds nothing."""
    refs = {world.report(), world.report()}
    downtime(world)
    fired = pump.run_once(world.store)
    assert {one.ref for one in fired} == refs
    assert [(one.what, one.step) for one in fired if one.ref == min(refs)] == [
        ("remind", 1), ("remind", 2), ("breach", 0), ("step", 1), ("step", 2),
    ]  # fmt: skip
    assert {one.at for one in fired} == {world.now}
    assert pump.run_once(world.store) == []
    assert len(firings(world)) == len(set(firings(world))) == len(fired)


def test_nothing_fires_before_its_time(world):
    """A second before the breach nothing happens; at the breach it does."""
    ref = world.report()
    world.until("2026-02-28T23:59:59+08:00")
    assert pump.run_once(world.store) == []
    world.until("2026-03-01T00:00:00+08:00", jump=True)
    fired = pump.run_once(world.store)
    assert [(one.what, one.step) for one in fired if one.ref == ref] == [("breach", 0), ("step", 1)]


def test_a_failing_case_is_put_off_and_the_others_go_on(world):
    """The case that fails keeps its timer with the error and a later time; every other fires."""
    bad, *good = (world.report() for _ in range(4))
    spoil(world, bad)
    downtime(world)
    beat = pump.pump(world.store)
    assert beat.failed == 1
    assert {one.ref for one in beat.fired} == set(good)
    ((attempts, error, try_at),) = world.rows(
        """SELECT attempts, error, try_at FROM timer t JOIN cases c ON c.id = t.case_id
        WHERE c.ref = :ref AND t.state = 'open'""",
        ref=bad,
    )
    assert attempts == 1
    assert "definition" in error
    assert moment(try_at) == moment(world.now) + timedelta(minutes=1)


def test_a_failing_case_is_tried_ever_more_patiently_and_recovers(world):
    """Each failure doubles the wait up to a day; once mended, the case fires all it owes."""
    bad, good = world.report(), world.report()
    spoil(world, bad)
    downtime(world)
    waits = []
    for _ in range(14):
        pump.run_once(world.store)
        (try_at,) = world.rows("SELECT min(try_at) FROM timer WHERE state = 'open' AND error IS NOT NULL")[0]
        waits.append((moment(try_at) - moment(world.now)).total_seconds() / 60)
        world.until(datetime.fromisoformat(try_at).isoformat(), jump=True)
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == 24 * 60
    mend(world, bad, good)
    fired = pump.run_once(world.store)
    assert {one.what for one in fired if one.ref == bad} == {"remind", "breach", "step"}
    assert world.rows("SELECT count(*) FROM timer WHERE error IS NOT NULL") == [(0,)]


def test_a_backlog_fires_completely_around_the_one_that_fails(world):
    """More than a commit's worth: the commit with the bad case in it is done again one by one, nothing is lost."""
    count = CHUNK + CALM + 5
    refs = [world.report() for _ in range(count)]
    spoil(world, refs[CHUNK // 2])
    downtime(world)
    beat = pump.pump(world.store)
    assert beat.failed == 1
    assert {one.ref for one in beat.fired} == set(refs) - {refs[CHUNK // 2]}
    assert len(firings(world)) == len(set(firings(world)))


def test_a_limit_bounds_one_call(world):
    """No more cases than asked for are fired in one call; the next call goes on where it ended."""
    for _ in range(5):
        world.report()
    downtime(world)
    seen = [{one.ref for one in pump.run_once(world.store, limit=2)} for _ in range(4)]
    assert [len(refs) for refs in seen] == [2, 2, 1, 0]
    assert len(set.union(*seen)) == 5


def test_a_pump_that_is_told_to_stop_stops_between_commits(world):
    """Asked to stop after the first commit, it fires no second one."""
    for _ in range(5):
        world.report()
    downtime(world)
    asked = iter([False, False, True])
    assert len({one.ref for one in pump.run_once(world.store, stopping=lambda: next(asked, True))}) == 1


def test_two_workers_fire_each_timer_once(world):
    """Two workers over the same backlog share it, and every firing stands in the trail once."""
    count = CHUNK * 2
    for _ in range(count):
        world.report()
    downtime(world)
    fired: list[list[object]] = [[], []]
    wrong: list[BaseException] = []
    start = threading.Barrier(2)

    def work(number: int) -> None:
        store = Store(world.url)
        try:
            start.wait()
            fired[number] = list(pump.run_once(store))
        except BaseException as problem:  # noqa: BLE001
            wrong.append(problem)
        finally:
            store.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    left = pump.run_once(world.store)  # what each left to the other, when both had just looked elsewhere
    keys = firings(world)
    assert len(keys) == len(set(keys)) == len(fired[0]) + len(fired[1]) + len(left) == 5 * count
    events = world.rows(
        "SELECT count(*) FROM event WHERE kind IN ('clock.reminded','clock.breached','clock.escalated')"
    )
    assert events == [(5 * count,)]


def test_a_case_another_worker_holds_is_left_to_it(pg_url, tmp_path):
    """On PostgreSQL the pump passes over a case somebody has locked, fires the rest, and gets it the next time."""
    world = World.make(pg_url, tmp_path)
    held, free = world.report(), world.report()
    downtime(world)
    other = Store(pg_url)
    with other.write() as tx:
        cases.by_ref(tx, held)
        assert {one.ref for one in pump.run_once(world.store)} == {free}
    assert {one.ref for one in pump.run_once(world.store)} == {held}
    other.close()
    world.close()


def test_acts_beside_the_pump_leave_one_unbroken_stream(world):
    """A person who acts while the pump runs waits or goes first; either way firing and act are whole."""
    refs = [world.report() for _ in range(20)]
    downtime(world)
    wrong: list[BaseException] = []

    def act() -> None:
        mine = World(world.url, world.home)
        try:
            for ref in refs:
                mine.do(ref, "submit", "wang", file="the report")
        except BaseException as problem:  # noqa: BLE001
            wrong.append(problem)
        finally:
            mine.close()

    person = threading.Thread(target=act)
    person.start()
    while person.is_alive():
        pump.run_once(world.store)
    person.join()
    assert wrong == []
    for ref in refs:
        assert world.case(ref)["state"] == "submitted"
        events = world.events(ref)
        assert [event["n"] for event in events] == list(range(1, len(events) + 1))
        kinds = [event["kind"] for event in events]
        assert kinds.count("clock.breached") == 1
        assert kinds.index("clock.breached") < kinds.index("case.acted")


def test_the_pulse_is_kept_in_a_real_workspace_only(world, tmp_path):
    """A real workspace records that the pump ran, at most once a minute; a sandbox never does."""
    pump.run_once(world.store)
    with world.store.read() as tx:
        assert pulses.read(tx) == {}
    store = create(f"sqlite:///{tmp_path / 'real.db'}", admin_login="admin")
    pump.run_once(store)
    with store.read() as tx:
        first = pulses.read(tx)["pump"]
    assert first.ok
    pump.run_once(store)
    with store.read() as tx:
        assert pulses.read(tx)["pump"] == first
    pulses.beat(store, "pump", ok=False, say="failed cases: 1")
    with store.read() as tx:
        assert pulses.read(tx)["pump"].say == "failed cases: 1"
    earlier = stamp(moment(first.at) - timedelta(minutes=2))
    store.transact(lambda tx: tx.put("UPDATE pulse SET at = :at, ok = 1, say = ''", at=earlier))
    pump.run_once(store)
    with store.read() as tx:
        assert pulses.read(tx)["pump"].at > earlier
    store.close()


def test_a_database_that_does_not_answer_is_no_fault_of_a_case(world):
    """When the connection is lost nothing is put off: the run ends, and says so."""
    tried: list[int] = []

    def lost(_tx: object, item: int) -> list[int]:
        tried.append(item)
        raise Outside("The database server did not answer.")

    with pytest.raises(Outside):
        in_batches(world.store, list(range(CALM + 1)), lost)
    assert tried == [0]


def test_whatever_a_piece_raises_is_kept_with_it(world):
    """Of twelve pieces two raise; ten are done, two come back with what they raised, in order."""

    def work(tx: object, item: int) -> list[int]:
        if item == 3:
            raise Conflict("Twice.")
        if item == 7:
            raise ZeroDivisionError
        return [item]

    outcome = in_batches(world.store, list(range(12)), work)
    assert outcome.done == [item for item in range(12) if item not in {3, 7}]
    assert [(item, type(problem)) for item, problem in outcome.failed] == [(3, Conflict), (7, ZeroDivisionError)]


def test_who_leads_has_no_say(world):
    """The administrator's identity is not needed: the pump acts as the system."""
    ref = world.report()
    downtime(world)
    pump.run_once(world.store)
    assert {(event["actor"], event["via"]) for event in world.events(ref, "clock.breached")} == {(None, "system")}
    with world.store.read() as tx:
        assert admin(tx).actor == tx.workspace.admin
