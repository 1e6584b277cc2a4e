"""Leave: who is away, who stands in, who may say so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.errors import NotFound, NotNow, NotPermitted, Usage
from workflow import register
from workflow.leave import Absence, circle, end_leave, list_leave, set_leave
from workflow.register_import import import_register, plan, read_register
from workflow.roles import Parts, standing
from workflow.store import Store
from workflow.trail import Who, Written
from workflow.workspace import create

OFFICE = """\
units:
  - {code: bureau}
  - {code: mines, parent: bureau}
  - {code: quarry, parent: mines}
  - {code: general, parent: bureau}
people: [{login: zhao}, {login: han}, {login: ding}, {login: sun}, {login: bai}]
postings:
  - {person: zhao, unit: bureau, post: first, from: 2025-01-01}
  - {person: han, unit: mines, post: unit_head, from: 2025-01-01}
  - {person: ding, unit: quarry, post: staff, from: 2025-01-01}
  - {person: sun, unit: general, post: office, from: 2025-01-01}
  - {person: bai, unit: general, post: staff, from: 2025-01-01}
"""


def may(day: int) -> date:
    return date(2026, 5, day)


class Desk:
    """A small office, spoken to by login; it is Monday, 4 May 2026."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with store.write() as tx:
            import_register(tx, plan(tx, read_register(OFFICE)), Who(store.workspace.admin, "os-login"))
            logins = ["admin", "zhao", "han", "ding", "sun", "bai"]
            self.ids = {login: register.person_by_login(tx, login)["id"] for login in logins}

    def away(self, login: str, first: int, last: int, deputy: str | None = None, *, by: str | None = None) -> Written:
        with self.store.write() as tx:
            who = Who(self.ids[by or login], "sandbox-as")
            stand_in = self.ids[deputy] if deputy else None
            return set_leave(tx, who, self.ids[login], may(first), may(last), deputy=stand_in, reason="annual leave")

    def back(self, login: str, day: int, *, by: str | None = None) -> Written:
        with self.store.write() as tx:
            return end_leave(tx, Who(self.ids[by or login], "sandbox-as"), self.ids[login], may(day))

    def heads(self, day: int) -> list[tuple[str, str | None]]:
        """Who answers for the mines on this day of May, and for whom."""
        with self.store.read() as tx:
            found = standing(tx, "mines", may(day)).holders("unit_head", Parts(), {})
        logins = {id_: login for login, id_ in self.ids.items()}
        return [(logins[holder.person], logins.get(holder.for_ or "")) for holder in found]

    def listed(self, since: int | None = None) -> list[tuple[str, str | None, str, str, str]]:
        with self.store.read() as tx:
            return [tuple(row.values()) for row in list_leave(tx, may(since) if since else None)]

    def event(self, written: Written) -> dict[str, Any]:
        with self.store.read() as tx:
            return json.loads(tx.one("SELECT canon FROM event WHERE id = :id", id=written.id)[0])


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """An office of five on either database."""
    store = create(database_url, admin_login="admin", sandbox=True, now=datetime(2026, 5, 4, 8, tzinfo=UTC))
    yield Desk(store)
    store.close()


def test_a_deputy_answers_during_leave(desk: Desk):
    """From the first to the last day of leave the deputy stands in; before and after the holder answers."""
    desk.away("han", 6, 8, "ding")
    assert desk.heads(5) == [("han", None)]
    assert desk.heads(6) == desk.heads(8) == [("ding", "han")]
    assert desk.heads(9) == [("han", None)]


def test_leave_is_recorded(desk: Desk):
    """The event names both by opaque id, with the days; the reason is only committed to."""
    written = desk.away("han", 6, 8, "ding")
    event = desk.event(written)
    assert (event["stream"], event["kind"], event["actor"]) == ("org", "leave.set", desk.ids["han"])
    data = event["data"]
    assert (data["person"], data["deputy"]) == (desk.ids["han"], desk.ids["ding"])
    assert (data["from"], data["to"]) == ("2026-05-06", "2026-05-08")
    assert list(event["commit"]) == ["reason"]


def test_leave_is_listed(desk: Desk):
    """Leave of today and later by default, with what it is as of today; earlier leave when asked for."""
    desk.away("ding", 1, 2)
    desk.away("han", 6, 8, "ding")
    desk.away("sun", 4, 4)
    now, ahead = ("sun", None, "2026-05-04", "2026-05-04", "now"), ("han", "ding", "2026-05-06", "2026-05-08", "ahead")
    assert desk.listed() == [now, ahead]
    assert desk.listed(since=1) == [("ding", None, "2026-05-01", "2026-05-02", "past"), now, ahead]


def test_leave_is_ended_early(desk: Desk):
    """Back on a day means the day before was the last of the leave; the event says so."""
    desk.away("han", 4, 20, "ding")
    written = desk.back("han", 7)
    assert desk.heads(6) == [("ding", "han")]
    assert desk.heads(7) == [("han", None)]
    event = desk.event(written)
    assert (event["kind"], event["data"]["to"], event["data"]["removed"]) == ("leave.ended", "2026-05-06", False)


def test_leave_that_has_not_begun_is_taken_back(desk: Desk):
    """Of a leave that begins on that day or later nothing remains."""
    desk.away("han", 7, 8, "ding")
    assert desk.event(desk.back("han", 4))["data"]["removed"] is True
    assert desk.heads(7) == [("han", None)]
    assert desk.listed() == []


def test_the_nearest_leave_is_the_one_that_ends(desk: Desk):
    """With leave in force and more ahead, the one in force ends."""
    desk.away("han", 4, 6)
    desk.away("han", 20, 22)
    desk.back("han", 5)
    assert [row[2:4] for row in desk.listed()] == [("2026-05-04", "2026-05-04"), ("2026-05-20", "2026-05-22")]


def test_nobody_comes_back_twice(desk: Desk):
    """Ending leave that is not there is refused for now."""
    with pytest.raises(NotNow, match="han is not on leave on 2026-05-04"):
        desk.back("han", 4)


def test_overlapping_leave_of_one_person_is_refused(desk: Desk):
    """A second leave may begin the day after the first ends, not before."""
    desk.away("han", 4, 8)
    with pytest.raises(NotNow, match="han is already on leave from 2026-05-04 to 2026-05-08"):
        desk.away("han", 8, 9)
    desk.away("han", 9, 10)
    assert len(desk.listed()) == 2


def test_leave_that_ends_before_it_begins_is_refused(desk: Desk):
    """The words are wrong, and nothing is written."""
    with pytest.raises(Usage, match="ends on 2026-05-05, before it begins on 2026-05-06"):
        desk.away("han", 6, 5)
    assert desk.listed(since=1) == []


def test_nobody_stands_in_for_themselves(desk: Desk):
    """A deputy is somebody else."""
    with pytest.raises(Usage, match="han cannot stand in for themselves"):
        desk.away("han", 6, 8, "han")


def test_deputies_in_a_circle_are_refused(desk: Desk):
    """Three absent on one day may not point at each other; on other days they may."""
    desk.away("han", 6, 10, "ding")
    desk.away("ding", 8, 12, "bai")
    with pytest.raises(NotNow, match=r"bai, han, ding would stand in .* on 2026-05-10") as caught:
        desk.away("bai", 10, 11, "han")
    assert "Name a deputy who is there" in caught.value.hint
    desk.away("bai", 11, 11, "han")


def test_a_stranger_is_not_found(desk: Desk):
    """Neither as the absent nor as the deputy."""
    desk.ids["ghost"] = "p_ffffffffffffffffffff"
    with pytest.raises(NotFound, match="no such person"):
        desk.away("ghost", 6, 8, by="admin")
    with pytest.raises(NotFound, match="no such person"):
        desk.away("han", 6, 8, "ghost")


@pytest.mark.parametrize("by", ["ding", "admin", "han", "zhao", "sun"])
def test_who_may_record_leave(desk: Desk, by: str):
    """The person, the administrator, the head of the unit, the first of the body and the office."""
    written = desk.away("ding", 6, 8, by=by)
    assert desk.event(written)["actor"] == desk.ids[by]


def test_a_deputy_of_the_head_may_record_leave(desk: Desk):
    """Who stands in for the head today acts in the head's place."""
    desk.away("han", 4, 8, "bai")
    desk.away("ding", 20, 21, by="bai")
    assert len(desk.listed()) == 2


def test_others_may_not_record_leave(desk: Desk):
    """Staff, and the head of another unit, may neither set nor end it."""
    desk.away("ding", 6, 8)
    for stranger, person in (("bai", "ding"), ("ding", "bai"), ("han", "sun")):
        with pytest.raises(NotPermitted, match=f"You may not record leave of {person}"):
            desk.away(person, 20, 21, by=stranger)
    with pytest.raises(NotPermitted):
        desk.back("ding", 6, by="bai")


def test_nobody_prolongs_standing_in(desk: Desk):
    """Neither as the head's deputy nor in the head's name: that word is the head's, or of those above."""
    desk.away("han", 4, 8, "bai")
    for who in (Who(desk.ids["bai"], "os-login"), Who(desk.ids["bai"], "delegation", desk.ids["han"])):
        with desk.store.write() as tx, pytest.raises(NotPermitted, match="You may not record leave of han"):
            set_leave(tx, who, desk.ids["han"], may(9), may(20), deputy=desk.ids["bai"])
    desk.away("han", 9, 20, "bai", by="sun")


PERSONS = st.sampled_from("abcde")
DAYS = st.integers(1, 6)


@given(st.lists(st.tuples(PERSONS, PERSONS, DAYS, DAYS), max_size=8), PERSONS, PERSONS, DAYS, DAYS)
def test_a_circle_is_found_exactly_when_one_day_has_one(drawn, person, deputy, first, last):
    """The search agrees with walking from deputy to deputy on every single day."""

    def absence(n, who, stand_in, lo, hi):
        return Absence(str(n), who, stand_in, f"2026-05-0{min(lo, hi)}", f"2026-05-0{max(lo, hi)}")

    known: list[Absence] = []
    for n, row in enumerate(drawn):
        one = absence(n, *row)
        if row[0] not in {person, row[1]} and not any(
            other.person == one.person and other.overlaps(one.from_on, one.to_on) for other in known
        ):
            known.append(one)
    new = absence("new", person, deputy, first, last)

    def closes(day: str) -> bool:
        away = {one.person: one.deputy for one in (*known, new) if one.overlaps(day, day)}
        if not new.overlaps(day, day):
            return False
        seen, at = set(), new.deputy
        while at in away and at not in seen and at != person:
            seen.add(at)
            at = away[at]
        return at == person

    days = [f"2026-05-0{day}" for day in range(1, 7) if closes(f"2026-05-0{day}")]
    found = circle(new, known)
    assert (found is not None) == bool(days)
    if found:
        assert found[1] in days
