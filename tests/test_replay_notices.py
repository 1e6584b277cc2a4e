"""Messages that were never sent, or will never be, are found out by `--replay`, and honest delivery is no problem."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.attack import Attack
from support.lived import Lived
from support.raw import Raw
from support.world import World, admin

from jobs.pump import LONGEST_WAIT
from workflow import erase, notices
from workflow.instants import stamp
from workflow.replay_notices import LONGEST
from workflow.verify import verify

FAR = "2031-01-01T00:00:00.000000Z"


def problems(world: World) -> list[str]:
    with world.store.read() as tx:
        return [one["what"] for one in verify(tx, replay=True)["problems"]]


@pytest.fixture
def delivered(world: World) -> World:
    """Of the messages about two late reports one was sent, one given up, one failed."""
    world.report()
    world.report()
    world.fast_forward(days=20)
    claimed, _ = world.store.transact(lambda tx: notices.claim(tx, 50))
    first, second, third, *_ = claimed
    world.store.transact(lambda tx: notices.sent(tx, first, "mail"))
    world.store.transact(lambda tx: notices.failed(tx, second, "mail", "no such mailbox", for_good=True))
    world.store.transact(lambda tx: notices.failed(tx, third, "mail", "try later", for_good=False))
    return world


# (what is done to a message, to which, what is said)
ATTACKS = [
    ("state = 'sent', sent_at = '2026-03-01T00:00:00.000000Z'", "state = 'waiting'", "and nothing on record says so"),
    ("state = 'dead'", "state = 'waiting'", "was given up, and nothing on record says so"),
    ("sent_at = '2026-02-01T00:00:00.000000Z'", "state = 'sent'", "was sent at '2026-02-01"),
    ("sent_at = '2026-02-01T00:00:00.000000Z'", "state = 'waiting'", "and it was not sent"),
    ("id = 'another'", "state = 'sent'", "the message it tells of is gone"),
    (f"try_at = '{FAR}'", "state = 'waiting'", f"is put off until '{FAR}', longer than the program ever does"),
]


def test_what_becomes_of_messages_is_on_record(delivered):
    """Marked as sent or given up without a record, dated otherwise, or put off for years: each is named."""
    assert problems(delivered) == []
    raw = Raw(delivered.url)
    for change, which, says in ATTACKS:
        (row,) = raw.all(f"SELECT id, state, sent_at, try_at FROM outbox WHERE {which} ORDER BY id DESC LIMIT 1")
        id_, state, sent_at, try_at = row
        raw.run(f"UPDATE outbox SET {change} WHERE id = :id", id=id_)
        assert any(says in what for what in problems(delivered)), (change, problems(delivered))
        values: dict[str, Any] = {"id": id_, "s": state, "a": sent_at, "t": try_at}
        back = "UPDATE outbox SET id = :id, state = :s, sent_at = :a, try_at = :t WHERE id IN (:id, 'another')"
        raw.run(back, **values)
    raw.close()
    assert problems(delivered) == []


def test_a_timer_that_is_put_off_for_years_is_named(delivered):
    """A limit whose timer never comes would never be missed; what the pump itself puts off is no problem."""
    raw = Raw(delivered.url)
    with delivered.store.read() as tx:
        later = stamp(tx.time + LONGEST_WAIT)
    raw.run("UPDATE timer SET try_at = :t, attempts = 30 WHERE state = 'open' AND at < :t", t=later)
    assert problems(delivered) == []
    raw.run("UPDATE timer SET try_at = :t WHERE state = 'open'", t=FAR)
    says = problems(delivered)
    assert says
    assert all("longer than the program ever does" in what for what in says)
    raw.close()


def test_the_jobs_put_nothing_off_for_longer():
    """What is called too long here is longer than any job waits."""
    assert max(LONGEST_WAIT, notices.LOOK_AGAIN, notices.LONGEST_WAIT, notices.LEASE) + timedelta(hours=1) <= LONGEST


def test_only_the_administrator_erases_beside_cases(delivered):
    """Why a message failed is erased on record; by somebody else, or where nothing was kept, it could not be."""
    (event,) = delivered.rows("SELECT id FROM event WHERE kind = 'notice.failed' ORDER BY n LIMIT 1")[0]
    delivered.store.transact(lambda tx: erase.erase(tx, event, "error", who=admin(tx), reason="a name stood in it"))
    assert problems(delivered) == []
    attack = Attack(Lived(delivered.url))
    with attack.raw.unchecked():
        n = attack.last("notices")
        admin_ = attack.event("notices", n)["event"]["actor"]
        attack.rewrite("notices", n, actor="p_" + "0" * 20)
        said_ = problems(delivered)
        attack.rewrite("notices", n, actor=admin_)
        attack.set("notices", n, field="text")
    assert "only the administrator erases what no rule lets go of" in said_
    assert "it erases a value that no event before it in this stream keeps" in problems(delivered)
    attack.raw.close()
