"""The table of effects in workspaces that were there before it, and in the overturning of what old laws decided."""

from __future__ import annotations

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from support.charge import decided, heard, proposed
from support.policies import pack
from support.world import World

from states.effects import ended_by, touched_by
from workflow.migrate import connection_to
from workflow.sql import replay as sql
from workflow.verify import verify


def test_an_older_workspace_gets_its_effects_from_the_trail(world):
    """What was decided, suspended and overturned before the table was there stands in it after the upgrade."""
    standing, suspended, ended = (decided(world, "remove", on="2026-06-01") for _ in range(3))
    for ref in (suspended, ended):
        world.do(ref, "appeal", "li", grounds="no")
    world.do(suspended, "suspend", "pan", reason="wait")
    world.do(ended, "overturn", "pan", reason="so it was")
    heard(world, proposed(world))
    before = world.rows(sql.EFFECTS)
    assert len(before) == 9
    assert {row[-1] for row in before if row[0] == standing} == {"standing"}
    world.store.transact(lambda tx: tx.put("DROP TABLE effect"))
    world.store.close()
    module = import_module("workflow.migrations.versions.v0002_effects")
    with connection_to(world.url) as connection, Operations.context(MigrationContext.configure(connection)):
        module.upgrade()
    again = World(world.url, world.home)
    assert again.rows(sql.EFFECTS) == before
    with again.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []
    again.close()


def test_laws_without_the_words_overturn_all_the_same() -> None:
    """A definition compiled before `ended_by` was a word: the way from the appeal to its own end does it."""
    law = pack()["types"]["accountability"]
    words = {"ended_by", "suspended_by", "resumed_by", "at_least_until"}
    old = {
        **law,
        "effects": [{key: value for key, value in effect.items() if key not in words} for effect in law["effects"]],
    }
    assert [ended_by(old, effect) for effect in old["effects"]] == [["overturn"]] * 4
    assert touched_by(old, "overturn") == dict.fromkeys(range(4), "ended")
    assert touched_by(old, "uphold") == touched_by(old, "appeal") == {}
