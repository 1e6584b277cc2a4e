"""Two cases that say which opened which: whoever changes one of the two, or the link between them, is found out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.attack import Attack
from support.lived import Lived
from support.opening import CHORE, MATTER
from support.world import World

MATTER_1, MATTER_2 = "MAT-2026-0001", "MAT-2026-0002"
CHORE_1, CHORE_2 = "CHO-2026-0001", "CHO-2026-0002"


@pytest.fixture
def lived(world: World) -> Iterator[Lived]:
    """Two matters: the first opened a chore in two units by a decision and waits no more, the second by a breach."""
    world.apply(MATTER, CHORE)
    ref = world.new("matter", "wang", title="Gas")
    world.new("matter", "wang", title="Water")
    world.do(ref, "decide", "wang", severity="major", copies="data,safety")
    world.do(CHORE_1, "finish", "chen")
    world.do(CHORE_2, "finish", "li")
    world.do(ref, "close", "wang")
    world.fast_forward(days=30)
    world.close()
    made = Lived(world.url)
    assert made.verify(replay=True)["problems"] == []
    yield made
    made.close()


@pytest.fixture
def attack(lived: Lived) -> Iterator[Attack]:
    """Trails that are rewritten so well that each is consistent with itself."""
    with lived.raw.unchecked():
        yield Attack(lived)


def says(lived: Lived, stream: str) -> str:
    """What is wrong with a stream, guards that are away left out."""
    found = lived.verify(replay=True)["problems"]
    return "; ".join(row["what"] for row in found if row["stream"] == stream)


def data(attack: Attack, stream: str, n: int) -> dict[str, Any]:
    found: dict[str, Any] = attack.event(stream, n)["event"]["data"]
    return found


def without(attack: Attack, stream: str, n: int, *keys: str) -> None:
    """Take something out of the data of an event."""
    left = {key: value for key, value in data(attack, stream, n).items() if key not in keys}
    attack.rewrite(stream, n, data=left)


def forget_link(lived: Lived, ref: str, other: str) -> None:
    sql = "DELETE FROM link WHERE ref = :other AND case_id = (SELECT id FROM cases WHERE ref = :ref)"
    assert lived.raw.run(sql, ref=ref, other=other) == 1


def test_a_link_that_is_taken_away_or_bent_is_missed_on_its_own_side(lived: Lived) -> None:
    """The link down is named with the matter, the link back with the chore."""
    forget_link(lived, MATTER_1, CHORE_1)
    assert says(lived, MATTER_1) == f"link follow-up/{CHORE_1} is missing"
    lived.raw.run("UPDATE link SET ref = :other WHERE kind = 'opened-by' AND ref = :ref", ref=MATTER_2, other=MATTER_1)
    (chore,) = lived.raw.one(
        "SELECT max(c.ref) FROM link l JOIN cases c ON c.id = l.case_id WHERE l.kind = 'opened-by'"
    )
    assert f"link opened-by/{MATTER_2} is missing" in says(lived, chore)
    assert f"link opened-by/{MATTER_1} is here, and nothing on record says so" in says(lived, chore)


def test_a_chore_that_is_taken_away_with_its_trail_is_missed_by_its_matter(lived: Lived, attack: Attack) -> None:
    """Nothing of it is left anywhere; the event that opened it still names it."""
    (case,) = lived.raw.one("SELECT id FROM cases WHERE ref = :ref", ref=CHORE_2)
    for table in ("clock", "timer", "link"):
        lived.raw.run(f"DELETE FROM {table} WHERE case_id = :id", id=case)
    lived.raw.run("DELETE FROM payload WHERE event IN (SELECT id FROM event WHERE stream = :s)", s=CHORE_2)
    for table, column in (("unsealed", "stream"), ("outbox", "ref"), ("event", "stream"), ("cases", "ref")):
        lived.raw.run(f"DELETE FROM {table} WHERE {column} = :s", s=CHORE_2)
    assert says(lived, MATTER_1) == f"it opened {CHORE_2}, and no such case says so"


def test_a_chore_that_denies_where_it_comes_from(lived: Lived, attack: Attack) -> None:
    """Without its origin and without the link back it looks like any case; its matter knows better."""
    without(attack, CHORE_1, 1, "by")
    forget_link(lived, CHORE_1, MATTER_1)
    assert says(lived, MATTER_1) == f"it opened {CHORE_1}, and no such case says so"
    assert says(lived, CHORE_1)  # its limit was given by nobody now


def test_a_matter_that_denies_what_it_opened(lived: Lived, attack: Attack) -> None:
    """Its law opens two chores here: an act that opened one, or none, could not have been."""
    (n,) = (n for n in attack.kinds(MATTER_1, "case.acted") if "opens" in data(attack, MATTER_1, n))
    attack.set(MATTER_1, n, opens=data(attack, MATTER_1, n)["opens"][:1])
    forget_link(lived, MATTER_1, CHORE_2)
    assert "what it opened is not what its law opens" in says(lived, MATTER_1)
    assert says(lived, CHORE_2) == f"it says that {MATTER_1} opened it, and {MATTER_1} does not"
    without(attack, MATTER_1, n, "opens")
    assert "what it opened is not what its law opens" in says(lived, MATTER_1)


def test_a_matter_that_says_it_could_not_open_what_is_there(lived: Lived, attack: Attack) -> None:
    """A chore that was not opened, so the matter says, says otherwise itself."""
    (n,) = (n for n in attack.kinds(MATTER_1, "case.acted") if "opens" in data(attack, MATTER_1, n))
    one, two = data(attack, MATTER_1, n)["opens"]
    failed = {name: two[name] for name in ("case", "link", "unit")} | {"why": "vacant", "of": "unit_head"}
    attack.set(MATTER_1, n, opens=[one], not_opened=[failed])
    forget_link(lived, MATTER_1, CHORE_2)
    assert says(lived, CHORE_2) == f"it says that {MATTER_1} opened it, and {MATTER_1} does not"


@pytest.mark.parametrize(
    "change", [{"ref": MATTER_2}, {"n": 1}, {"link": "missed"}, {"due": {"limit": "90 working days"}}]
)
def test_a_chore_that_says_another_origin(lived: Lived, attack: Attack, change: dict[str, Any]) -> None:
    """Another matter, another event, another word, another limit: the two do not say the same."""
    attack.set(CHORE_1, 1, by={**data(attack, CHORE_1, 1)["by"], **change})
    wrong = f"it opened {CHORE_1}, and no such case says so" if "ref" in change else f"it opened {CHORE_1} otherwise"
    assert wrong in says(lived, MATTER_1)


def test_a_chore_in_another_unit_than_was_asked(lived: Lived, attack: Attack) -> None:
    """The decision named the units; a case elsewhere is not what was opened."""
    (n,) = (n for n in attack.kinds(MATTER_1, "case.acted") if "opens" in data(attack, MATTER_1, n))
    one, two = data(attack, MATTER_1, n)["opens"]
    attack.set(MATTER_1, n, opens=[{**one, "unit": "county"}, two])
    assert "what it opened is not what its law opens" in says(lived, MATTER_1)


def test_an_act_that_had_to_wait(lived: Lived, attack: Attack) -> None:
    """The closing says the chores were closed; without that it is refused again."""
    n = attack.kinds(MATTER_1, "case.acted")[-1]
    attack.set(MATTER_1, n, closed=[])
    assert "decided again it is refused" in says(lived, MATTER_1)
    without(attack, MATTER_1, n, "closed")
    assert "decided again it is refused" in says(lived, MATTER_1)


def test_what_a_breach_opened(lived: Lived, attack: Attack) -> None:
    """A breach that opened nothing, where its law opens a chore, could not have been."""
    (n,) = attack.kinds(MATTER_2, "clock.breached")
    without(attack, MATTER_2, n, "opens")
    assert "what it opened is not what its law opens" in says(lived, MATTER_2)
