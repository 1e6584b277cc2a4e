"""The background scheduler: jobs run by themselves, on time, and end in order when told to."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.trails import breaks
from support.world import World

from jobs import pump
from jobs.mail import FileChannel
from jobs.runner import Settings, run, run_once_all
from states.errors import NotFound, Outside
from workflow import pulses
from workflow.instants import stamp
from workflow.store import Store
from workflow.workspace import create

FAST = {"pump_every": 0.05, "expand_every": 0.05, "deliver_every": 0.05, "watch_every": 0.05, "deadline": 10.0}
PATIENCE = 20  # seconds something may take on a busy machine before a test gives up on it


@contextmanager
def running(settings: Settings) -> Iterator[threading.Thread]:
    """The scheduler in a thread of this process; stopped in the end, and then it is really over."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(settings,), kwargs={"stop_event": stop})
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def eventually(what: Callable[[], Any]) -> Any:
    """Look again and again until it is so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        threading.Event().wait(0.02)
    raise AssertionError("it did not come to be")


def waiting(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM timer WHERE state = 'open' AND try_at <= :now", now=world.now)[0][0])


def real(url: str, home: Path) -> World:
    """A real workspace with the sandbox's furniture: its clock is the system's."""
    from support.world import REGISTER, _furnish

    from states.catalog import pack_sources

    store = create(url, admin_login="admin", zone="Asia/Shanghai", calendar="CN")
    store.transact(lambda tx: _furnish(tx, pack_sources("responsibility"), REGISTER))
    store.close()
    return World(url, home)


def bring_forward(world: World, ref: str, by: timedelta) -> None:
    """Let a case's next timer be due at an instant counted from now, as if it had been opened long ago."""
    at = stamp(datetime.now(UTC) + by)
    world.store.transact(
        lambda tx: tx.put(
            """UPDATE timer SET at = :at, try_at = :at WHERE state = 'open'
            AND case_id = (SELECT id FROM cases WHERE ref = :ref)""",
            at=at,
            ref=ref,
        )
    )


def test_every_job_runs_by_itself(world, tmp_path):
    """Left alone in a sandbox after downtime: timers fire, duties open, notices are written to the file."""
    ref = world.report()
    world.until("2026-06-10", jump=True)
    path = tmp_path / "sent.mbox"
    with running(Settings(world.url, FileChannel(path), **FAST)):
        eventually(lambda: not waiting(world) and world.rows("SELECT 1 FROM period"))
        eventually(lambda: world.rows("SELECT 1 FROM outbox WHERE state = 'sent'"))
    assert {event["kind"] for event in world.events(ref)} >= {"clock.breached", "clock.escalated"}
    assert path.stat().st_size > 0
    assert world.rows("SELECT now FROM workspace") == [("2026-06-09T16:00:00.000000Z",)]


def test_a_timer_fires_on_time_between_two_heartbeats(database_url, tmp_path):
    """With a heartbeat of an hour, a timer two seconds away fires within a second of its time."""
    world = real(database_url, tmp_path)
    ref = world.report()
    bring_forward(world, ref, timedelta(seconds=2))
    with running(Settings(world.url, **{**FAST, "pump_every": 3600})):
        ((at, fired_at),) = eventually(lambda: world.rows("SELECT at, fired_at FROM timer WHERE state = 'fired'"))
    late = datetime.fromisoformat(fired_at) - datetime.fromisoformat(at)
    assert timedelta(0) <= late < timedelta(seconds=1)
    world.close()


def test_the_pulse_of_every_job_is_on_record(database_url, tmp_path):
    """In a real workspace each job leaves a pulse that doctor reads."""
    world = real(database_url, tmp_path)

    def jobs() -> set[str]:
        with world.store.read() as tx:
            return {name for name, pulse in pulses.read(tx).items() if pulse.ok}

    with running(Settings(world.url, FileChannel(tmp_path / "box"), **FAST)):
        eventually(lambda: jobs() >= {"pump", "expand", "deliver", "lateness", "seal"})
    world.close()


def test_a_job_that_fails_goes_on_at_the_next_beat(world, monkeypatch, caplog):
    """A lost connection and a bug in one beat are told, and the beat after does its work."""
    ref = world.report()
    world.until("2026-03-05", jump=True)
    problems = iter([Outside("The database server did not answer."), ZeroDivisionError("a bug")])
    plain = pump.run_once

    def shaky(*args: Any, **more: Any) -> Any:
        problem = next(problems, None)
        if problem:
            raise problem
        return plain(*args, **more)

    monkeypatch.setattr(pump, "run_once", shaky)
    with caplog.at_level(logging.INFO, "duecourse.run"), running(Settings(world.url, **FAST)):
        eventually(lambda: world.events(ref, "clock.breached"))
    assert "pump: The database server did not answer." in caplog.text
    assert "pump failed" in caplog.text


def test_a_workspace_that_is_not_there_is_said_at_once(tmp_path):
    """`run` on nothing fails before anything is scheduled."""
    with pytest.raises(NotFound):
        run(Settings(f"sqlite:///{tmp_path / 'nothing.db'}"))


def test_a_running_job_ends_before_the_program_does(world, monkeypatch):
    """Told to stop in the middle of a job, `run` returns after that job has ended, and starts none."""
    inside, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def slow(store: Store, *, limit: int, stopping: Callable[[], bool]) -> list[object]:
        inside.set()
        go_on.wait(PATIENCE)
        ended.append("pump")
        return []

    monkeypatch.setattr(pump, "run_once", slow)
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(Settings(world.url, **FAST),), kwargs={"stop_event": stop})
    thread.start()
    assert inside.wait(PATIENCE)
    stop.set()
    thread.join(0.3)
    assert thread.is_alive()
    go_on.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert ended == ["pump"]


def test_a_job_that_does_not_end_is_left_behind_at_the_deadline(world, monkeypatch):
    """When the deadline passes with a job still running, `run` abandons it instead of waiting for ever."""
    inside, go_on = threading.Event(), threading.Event()
    abandoned: list[bool] = []

    def stuck(store: Store, *, limit: int, stopping: Callable[[], bool]) -> list[object]:
        inside.set()
        go_on.wait(PATIENCE)
        return []

    monkeypatch.setattr(pump, "run_once", stuck)
    settings = Settings(world.url, **{**FAST, "deadline": 0.1}, abandon=lambda: abandoned.append(True))
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(settings,), kwargs={"stop_event": stop})
    thread.start()
    assert inside.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert abandoned == [True]
    go_on.set()


def test_told_to_stop_before_it_began_it_does_not_begin(world):
    """A stop that comes before the first beat is not lost."""
    stop = threading.Event()
    stop.set()
    thread = threading.Thread(target=run, args=(Settings(world.url, **FAST),), kwargs={"stop_event": stop})
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_in_order(world, number):
    """SIGTERM and SIGINT end the process with success, jobs finished, database whole."""
    ref = world.report()
    world.until("2026-03-05", jump=True)
    script = (
        "import sys, logging\n"
        "from jobs.runner import Settings, run\n"
        "logging.basicConfig(level=logging.INFO, stream=sys.stdout, format='%(message)s')\n"
        "run(Settings(sys.argv[1], pump_every=0.05))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-u", "-c", script, world.url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdout is not None
        assert any(line.startswith("fired") for line in process.stdout)
        os.kill(process.pid, number)
        rest = process.stdout.read()
        assert process.wait(PATIENCE) == 0
    assert "stopped" in rest
    assert world.events(ref, "clock.breached")
    assert breaks(world) == []


def test_one_pass_of_everything(world, tmp_path):
    """`run --once` opens, fires and delivers once, and answers in the contract's shape."""
    ref = world.report()
    world.until("2026-06-10", jump=True)
    done = run_once_all(world.store, FileChannel(tmp_path / "box"))
    assert list(done) == ["schema", "now", "fired", "opened", "counts"]
    assert done["now"] == "2026-06-10T00:00:00+08:00"
    assert ref in {row["ref"] for row in done["fired"]}
    assert {row["duty"] for row in done["opened"]} >= {"half-yearly-report", "yearly-plan"}
    counts = done["counts"]
    assert (counts["fired"], counts["opened"]) == (len(done["fired"]), len(done["opened"]))
    assert counts["sent"] > 0
    again = run_once_all(world.store, None)
    assert (again["fired"], again["opened"]) == ([], [])
    assert "sent" not in again["counts"]
