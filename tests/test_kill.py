"""SIGKILL at every point of a transaction: nothing is lost, nothing happens twice, the trail stays whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.opening import CHORE, MATTER
from support.trails import breaks, life
from support.world import World

from jobs import expand, pump

ROOT = Path(__file__).parent.parent


def killed(world: World, work: str, *, skip: int = 0, end: str = "") -> list[dict[str, Any]]:
    """Do a piece of work while it is killed at every point; answers the deaths."""
    world.close()
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-m", "support.crashing", world.url, work, str(skip), end],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_deaths(deaths: list[dict[str, Any]], commits: int) -> None:
    """The kills were where they had to be: inside open transactions that had written, before and after commits."""
    where = Counter(death["where"] for death in deaths)
    assert where["inside"] > 5 * commits, "no kill landed inside an open transaction"
    assert sum(death["wrote"] for death in deaths if death["where"] == "inside") > 3 * commits
    assert where["before"] >= commits
    assert where["after"] >= commits


def check_world(world: World) -> None:
    """Every firing once, one open timer a clock at most, nothing owed, an unbroken trail."""
    keys = world.rows("SELECT case_id, clock, run, what, step, occurrence FROM timer WHERE state = 'fired'")
    assert len(keys) == len(set(keys))
    fired = world.rows("SELECT count(*) FROM event WHERE kind IN ('clock.reminded','clock.breached','clock.escalated')")
    assert fired == [(len(keys),)]
    assert breaks(world) == []
    assert world.rows("SELECT count(*) FROM timer WHERE state = 'open' AND try_at <= :now", now=world.now) == [(0,)]
    assert world.rows("SELECT count(*) FROM timer WHERE attempts > 0") == [(0,)]


def outbox(world: World) -> list[tuple[Any, ...]]:
    return sorted(
        world.rows(
            "SELECT o.ref, o.kind, p.login, o.body, o.created_at FROM outbox o JOIN person p ON p.id = o.person "
            "WHERE o.ref IS NOT NULL"
        )
    )


@pytest.fixture
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same office, to live the same life without a kill."""
    home = tmp_path_factory.mktemp("twin")
    world = World.make(f"sqlite:///{home / 'twin.db'}", home)
    yield world
    world.close()


def test_the_pump_survives_a_kill_anywhere(world, twin):
    """Killed after every statement, before and after every commit, the pump leaves what an unharmed one leaves."""
    for one in (world, twin):
        for _ in range(3):
            one.report()
        one.until("2026-03-05", jump=True)
    deaths = killed(world, "pump")
    check_deaths(deaths, commits=3)
    assert pump.run_once(world.store) == []
    pump.run_once(twin.store)
    check_world(world)
    assert life(world) == life(twin)
    assert outbox(world) == outbox(twin)


def test_what_a_missed_limit_opens_survives_a_kill_anywhere(world, twin):
    """Breach, opened case and links are one: killed anywhere, the matter opens its chore once, and it is linked."""
    for one in (world, twin):
        one.apply(MATTER, CHORE)
        one.new("matter", "wang")
        one.until("2026-02-15 08:00", jump=True)
    deaths = killed(world, "pump")
    check_deaths(deaths, commits=1)
    assert pump.run_once(world.store) == []
    pump.run_once(twin.store)
    check_world(world)
    assert life(world) == life(twin)
    assert world.case("MAT-2026-0001")["links"] == [{"kind": "missed", "ref": "CHO-2026-0001"}]
    assert world.case("CHO-2026-0001")["links"] == [{"kind": "opened-by", "ref": "MAT-2026-0001"}]
    assert world.rows("SELECT count(*) FROM cases WHERE type = 'chore'") == [(1,)]


def test_simulated_time_survives_a_kill_anywhere(world, twin):
    """The clock and what it brings about move together: killed anywhere, advance leaves an unharmed life."""
    end = "2026-02-09T11:30:00+08:00"
    for one in (world, twin):
        one.incident("critical")
    deaths = killed(world, "advance", skip=1, end=end)  # its first transaction only looks whether time goes forward
    check_deaths(deaths, commits=5)
    world.until(end)
    twin.until(end)
    check_world(world)
    assert life(world) == life(twin)
    assert outbox(world) == outbox(twin)


def test_duties_survive_a_kill_anywhere(world, twin):
    """Case, period and event of a window are one: killed anywhere, each window is opened once, numbers have no gap."""
    for one in (world, twin):
        one.until("2026-02-10", jump=True)
    deaths = killed(world, "expand")
    check_deaths(deaths, commits=1)  # what has come due by now is opened together
    assert expand.run_once(world.store) == []
    expand.run_once(twin.store)
    assert breaks(world) == []
    assert life(world) == life(twin)
    cases, periods, number = world.rows(
        "SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM period), (SELECT value FROM counter "
        "WHERE name = 'register')"
    )[0]
    assert cases == periods == number > 3


def test_the_program_itself_survives_kills(world):
    """`duecourse run`, killed again and again while it catches up with overdue cases, has lost and doubled nothing."""
    refs = [world.report() for _ in range(120)]
    world.until("2026-03-05", jump=True)
    counted = "SELECT count(*) FROM event WHERE kind = 'clock.breached'"
    program = Path(sys.executable).with_name("duecourse")
    deaths = 0
    while True:
        before = world.rows(counted)[0][0]
        if before >= len(refs):
            break
        goal = min(before + 13, len(refs))  # far enough for a handful of deaths, wherever a commit lies
        command = [program, "--home", world.home, "--db", world.url, "--quiet", "run"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            while world.rows(counted)[0][0] < goal:
                assert process.poll() is None, process.stderr and process.stderr.read()
            process.kill()
        deaths += 1
    assert deaths > 1
    pump.run_once(world.store)
    check_world(world)
    breached = "SELECT DISTINCT ref FROM cases c JOIN timer t ON t.case_id = c.id WHERE t.what = 'breach'"
    assert {ref for (ref,) in world.rows(breached)} >= set(refs)
