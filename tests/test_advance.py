"""Simulated time: every instant is lived through, in order, by the pump of real life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.charge import missed
from support.trails import life
from support.world import World, local

from jobs import advance as advancing
from jobs.advance import advance
from states.errors import NotNow, Usage
from workflow.workspace import create


def furnish(world: World) -> list[str]:
    """A few matters of different pace."""
    refs = [world.report(), world.incident("critical"), world.incident("general")]
    refs.append(world.new("rectification", "li", finding="A blocked exit", **{"class": "immediate"}))
    return refs


def test_things_happen_at_their_own_time(world):
    """A report of Monday is reminded, breached and climbed at the instants its limit says."""
    ref = world.report()
    done = world.until("2026-03-20")
    mine = [(row["at"], row["what"], row["step"]) for row in done["fired"] if row["ref"] == ref]
    assert mine == [
        ("2026-02-14T09:00:00+08:00", "remind", 1),
        ("2026-02-27T09:00:00+08:00", "remind", 2),
        ("2026-03-01T00:00:00+08:00", "breach", 0),
        ("2026-03-01T00:00:00+08:00", "step", 1),
        ("2026-03-02T09:00:00+08:00", "step", 2),
        ("2026-03-04T09:00:00+08:00", "step", 3),
        ("2026-03-06T09:00:00+08:00", "step", 4),
        ("2026-03-13T09:00:00+08:00", "step", 5),
    ]
    recorded = [row["at"] for row in world.events(ref) if row["via"] == "system"]
    assert [local(at) for at in recorded] == [local(at) for at, _, _ in mine]


def test_what_is_due_at_one_instant_happens_in_the_order_of_its_numbers(world):
    """Which of many cases comes first does not hang on chance: in the same office it is the same every time."""
    refs = [world.report() for _ in range(8)]
    fired = advance(world.store, datetime.fromisoformat("2026-03-20T10:00+08:00"))["fired"]
    for what in ("remind", "breach", "step"):
        assert list(dict.fromkeys(one["ref"] for one in fired if one["what"] == what and one["ref"] in refs)) == refs


def test_the_answer_has_the_shape_of_the_contract(world):
    """`{now, fired: [{at, ref, clock, run, what, step}], opened: [{at, duty, unit, ref}], counts}`."""
    world.report()
    done = world.until("2026-06-02")
    assert list(done) == ["schema", "now", "fired", "opened", "counts"]
    assert done["now"] == "2026-06-02T00:00:00+08:00"
    assert set(done["fired"][0]) == {"at", "ref", "clock", "run", "what", "step"}
    assert set(done["opened"][0]) == {"at", "duty", "unit", "ref"}
    counts = done["counts"]
    assert counts["fired"] == len(done["fired"]) == counts["remind"] + counts["breach"] + counts["step"]
    assert counts["opened"] == len(done["opened"])
    assert counts["failed"] == 0
    assert world.now == "2026-06-01T16:00:00.000000Z"


@pytest.mark.parametrize("full", [1, 200])
def test_one_stride_is_the_same_as_many_steps(tmp_path, monkeypatch, full):
    """Half a year in one advance, in commits of any size, leaves the same trail as day by day."""
    monkeypatch.setattr(advancing, "FULL", full)
    lives = []
    for name, days in (("stride", 150), ("steps", 1)):
        home = tmp_path / name
        home.mkdir()
        world = World.make(f"sqlite:///{home / 'x.db'}", home)
        furnish(world)
        for _ in range(0, 150, days):
            world.fast_forward(days=days)
        lives.append(life(world))
        world.close()
    assert lives[0] == lives[1]
    assert len(lives[0]) > 100


def test_a_jump_moves_the_clock_and_nothing_else(world):
    """`--jump` is downtime: nothing fires, nothing opens, the trail is as it was."""
    world.report()
    before = world.rows("SELECT count(*) FROM event")
    done = world.until("2026-06-10", jump=True)
    assert (done["fired"], done["opened"]) == ([], [])
    assert done["now"] == "2026-06-10T00:00:00+08:00"
    assert world.rows("SELECT count(*) FROM event") == before


def test_after_downtime_the_step_that_should_hold_now_is_told(world):
    """After a jump the breach and every step are recorded, those passed over as passed; one message goes out."""
    ref = world.report()
    world.until("2026-03-05", jump=True)
    done = world.fast_forward(minutes=1)
    mine = [row for row in done["fired"] if row["ref"] == ref]
    assert {row["at"] for row in mine} == {"2026-03-05T00:00:00+08:00"}
    steps = world.events(ref, "clock.escalated")
    assert [(row["data"]["step"], row["data"]["passed"]) for row in steps] == [(1, True), (2, True), (3, False)]
    assert [one["person"] for one in steps[-1]["data"]["told"]] == ["zhao"]
    assert world.rows("SELECT count(*) FROM outbox WHERE ref = :ref", ref=ref) == [(1,)]


def test_time_does_not_go_back(world):
    """An earlier instant is refused as wrong words, with and without a jump, and the clock stays."""
    before = world.now
    for jump in (False, True):
        with pytest.raises(Usage):
            world.until("2026-02-08", jump=jump)
    assert world.now == before


def test_the_present_instant_is_no_step_back(world):
    """Advancing to now does what is owed now."""
    ref = world.report()
    world.until("2026-03-05", jump=True)
    done = world.until("2026-03-05")
    assert ref in {row["ref"] for row in done["fired"]}
    assert {row["at"] for row in done["fired"]} == {"2026-03-05T00:00:00+08:00"}


def test_a_real_workspace_has_the_world_s_clock(tmp_path):
    """Nothing moves the clock of a real workspace: exit 5, and nothing is written."""
    store = create(f"sqlite:///{tmp_path / 'real.db'}", admin_login="admin")
    for jump in (False, True):
        with pytest.raises(NotNow):
            advance(store, datetime.now(UTC) + timedelta(days=1), jump=jump)
    with store.read() as tx:
        assert tx.one("SELECT now FROM workspace") == (None,)
    store.close()


def test_it_tells_how_far_it_has_come(world, monkeypatch):
    """The callback hears ascending instants, the last of them the end."""
    monkeypatch.setattr(advancing, "FULL", 1)
    world.report()
    heard: list[datetime] = []
    advance(world.store, local("2026-03-20"), tell=heard.append)
    assert heard == sorted(heard)
    assert len(heard) > 5
    assert heard[-1] == local("2026-03-20")


def test_a_case_that_fails_does_not_stop_the_world(world):
    """What fails is counted and put off ever longer; everything else of that year happens at its own time."""
    bad, good = world.report(), world.report()
    world.store.transact(lambda tx: tx.put("UPDATE cases SET definition = 'gone' WHERE ref = :ref", ref=bad))
    done = world.until("2026-06-30")
    assert done["counts"]["failed"] > 10
    mine = [(row["at"], row["what"], row["step"]) for row in done["fired"] if row["ref"] == good]
    assert ("2026-03-13T09:00:00+08:00", "step", 5) in mine
    assert len(mine) == 8
    assert not [row for row in done["fired"] if row["ref"] == bad]
    assert {row["unit"] for row in done["opened"] if row["duty"] == "half-yearly-report"} == {"county", "province"}
    assert done["now"] == "2026-06-30T00:00:00+08:00"


def test_a_clock_that_acts_by_itself_sets_others_going(world):
    """What a clock's own action starts fires later in the same advance."""
    acc = world.new(
        "accountability",
        "li",
        respondent="chen",
        post="unit_head",
        ground="late",
        gravity="minor",
        cites=missed(world),
    )
    world.until("2026-04-30")
    assert world.case(acc)["state"] in {"proposed", "dismissed"}
    assert world.events(acc, "clock.breached")


def test_an_empty_year_passes(world):
    """With nothing open but the duties, a year goes by and only duties happen."""
    done = world.until("2027-02-09T09:00+08:00")
    assert done["counts"]["opened"] == len(done["opened"]) > 10
    by_duty = {row["ref"] for row in done["opened"]}
    for ref in {row["ref"] for row in done["fired"]} - by_duty:  # what was missed proposes, and the proposals lapse
        assert world.case(ref)["fields"]["cites"] in by_duty
