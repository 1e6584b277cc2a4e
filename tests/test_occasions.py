"""What begins with a post: it falls vacant, or somebody new holds it. Each opens one case, in its own instant."""

from __future__ import annotations

from typing import Any

import pytest
from support.world import World, admin

from jobs import expand
from workflow import duties, policies
from workflow.verify import verify

END = "postings: [{{person: {who}, unit: {unit}, post: {post}, from: 2025-01-01, to: {to}}}]"


def periods(world: World, code: str = "vacancy") -> list[tuple[Any, ...]]:
    """(unit, window, due, status) of the windows of a duty."""
    return list(
        world.rows(
            """SELECT unit, "window", due_on, status FROM period WHERE duty = :d ORDER BY due_on, unit, "window" """,
            d=code,
        )
    )


def ref_of(world: World, window: str, code: str = "vacancy") -> str:
    return str(world.rows("""SELECT ref FROM period WHERE duty = :d AND "window" = :w""", d=code, w=window)[0][0])


def ends(world: World, who: str, unit: str, post: str, to: str) -> None:
    world.register(END.format(who=who, unit=unit, post=post, to=to))


def sound(world: World) -> None:
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []


def test_an_office_without_vacancies_has_no_case(world):
    """Posts that nobody ever held or declared are not vacant, and old holders are not new."""
    world.fast_forward(hours=1)
    assert periods(world) == []
    assert periods(world, "statement-on-appointment") == []


def test_a_posting_that_ends_opens_its_vacancy_the_next_morning(world):
    """The case opens at nine on the first day nobody holds the post, due three working days later, once."""
    ends(world, "zhao", "county", "direct", "2026-03-31")
    done = world.until("2026-04-02")
    (opened,) = [row for row in done["opened"] if row["duty"] == "vacancy"]
    assert (opened["at"], opened["unit"]) == ("2026-04-01T09:00:00+08:00", "county")
    assert periods(world) == [("county", "direct@2026-04-01", "2026-04-07", "open")]
    case = world.case(opened["ref"])
    assert case["fields"] == {"post": "direct", "since": "2026-04-01"}
    assert case["owner"] == "qian"  # whoever is left of those who lead
    assert {clock["name"]: clock["due_on"] for clock in case["clocks"]} == {
        "acting": "2026-04-07", "list": "2026-04-16",
    }  # fmt: skip
    assert expand.run_once(world.store) == []
    world.until("2026-04-10")
    assert periods(world)[0][3] == "missed"
    sound(world)


def test_a_post_held_again_ends_its_vacancy(world):
    """An acting holder from a day on meets it at the beginning of that day; the list is still to be updated."""
    ends(world, "zhao", "county", "direct", "2026-03-31")
    world.until("2026-04-01T10:00:00+08:00")
    ref = ref_of(world, "direct@2026-04-01")
    world.register("postings: [{person: feng, unit: county, post: direct, from: 2026-04-03, acting: true}]")
    world.until("2026-04-02T23:00:00+08:00")
    assert periods(world)[0][3] == "open"
    world.until("2026-04-03T01:00:00+08:00")
    assert periods(world)[0][3] == "met"
    (event,) = world.events(ref, "case.acted")
    assert (event["action"], event["via"], event["at"]) == ("fulfil", "system", "2026-04-02T16:00:00.000000Z")
    world.do(ref, "update", "sun", file="the new list")
    assert world.case(ref)["state"] == "closed"
    sound(world)


def test_somebody_named_to_act_meets_it_too(world):
    """An act is enough; a second vacancy of the same post is another window."""
    ends(world, "zhao", "county", "direct", "2026-02-10")
    world.until("2026-02-11T10:00:00+08:00")
    world.do(ref_of(world, "direct@2026-02-11"), "name", "qian", acting="feng")
    assert periods(world)[0][3] == "met"
    world.register("postings: [{person: feng, unit: county, post: direct, from: 2026-03-01, to: 2026-03-10}]")
    world.until("2026-03-12")
    assert [row[1] for row in periods(world)] == ["direct@2026-02-11", "direct@2026-03-11"]
    sound(world)


def test_a_vacancy_entered_late_counts_from_its_day(world):
    """What the register learns afterwards opens at once, and is late where its time is over."""
    world.until("2026-02-26T10:00:00+08:00")
    ends(world, "chen", "data", "unit_head", "2026-02-09")
    world.fast_forward(hours=1)
    assert periods(world) == [("data", "unit_head@2026-02-10", "2026-02-13", "missed")]
    sound(world)


def test_a_gap_that_is_over_when_it_is_entered_opens_nothing(world):
    """A successor entered together with the end of the posting leaves nobody to be asked."""
    world.until("2026-02-26T10:00:00+08:00")
    world.register(
        "postings:\n"
        "  - {person: chen, unit: data, post: unit_head, from: 2025-01-01, to: 2026-02-09}\n"
        "  - {person: wang, unit: data, post: unit_head, from: 2026-02-12}"
    )
    world.fast_forward(hours=1)
    assert periods(world) == []


def test_another_policy_does_not_open_a_vacancy_again(world):
    """A vacancy keeps its window when the duty is changed while it lasts."""
    ends(world, "sun", "county", "office", "2026-02-28")
    world.until("2026-03-02T10:00:00+08:00")
    assert [row[1] for row in periods(world)] == ["office@2026-03-01"]
    with world.store.read() as tx:
        law = policies.current(tx)
    changed = {**law["duties"]["vacancy"], "due": {**law["duties"]["vacancy"]["due"], "after": "5 working days"}}
    law = {**law, "duties": {**law["duties"], "vacancy": changed}}
    world.store.transact(lambda tx: policies.apply(tx, law, admin(tx)))
    world.store.refresh()
    world.fast_forward(days=2)
    assert [row[1] for row in periods(world)] == ["office@2026-03-01"]
    sound(world)


def test_after_downtime_a_vacancy_opens_once(world):
    """A vacancy that began while the program was down opens when it is up, and one that ended meanwhile is not made."""
    ends(world, "zhao", "county", "direct", "2026-03-31")
    world.until("2026-04-20", jump=True)
    world.fast_forward(hours=1)
    assert periods(world) == [("county", "direct@2026-04-01", "2026-04-07", "missed")]
    sound(world)


def test_a_new_holder_signs_within_ten_working_days(world):
    """The case opens on the first day, belongs to the holder, and is due ten working days later; acting ones do not."""
    world.register(
        "people: [{login: gao, name: Gao}]\npostings:\n"
        "  - {person: zhao, unit: county, post: direct, from: 2025-01-01, to: 2026-03-31}\n"
        "  - {person: gao, unit: county, post: direct, from: 2026-04-01}\n"
        "  - {person: wang, unit: data, post: unit_head, from: 2026-04-01, acting: true}"
    )
    done = world.until("2026-04-02")
    code = "statement-on-appointment"
    (opened,) = [row for row in done["opened"] if row["duty"] == code]
    assert opened["at"] == "2026-04-01T09:00:00+08:00"
    assert periods(world, code) == [("county", "direct@2026-04-01", "2026-04-16", "open")]
    assert world.case(opened["ref"])["owner"] == "gao"
    world.do(opened["ref"], "submit", "gao", file="signed by both")
    assert periods(world, code)[0][3] == "met"
    assert periods(world) == []
    sound(world)


def test_several_new_holders_of_one_post_each_sign(world):
    """Two leaders appointed on one day have a window each."""
    world.register(
        "people: [{login: gao, name: Gao}, {login: ma, name: Ma}]\npostings:\n"
        "  - {person: gao, unit: county, post: member_in_charge, from: 2026-04-01}\n"
        "  - {person: ma, unit: county, post: member_in_charge, from: 2026-04-01}"
    )
    world.until("2026-04-02")
    rows = periods(world, "statement-on-appointment")
    assert [row[1] for row in rows] == ["member_in_charge#2@2026-04-01", "member_in_charge@2026-04-01"]
    owners = {world.case(ref_of(world, row[1], "statement-on-appointment"))["owner"] for row in rows}
    assert owners == {"gao", "ma"}


def test_what_is_known_to_come_is_forecast_and_listed(world):
    """A posting whose end is entered ahead shows its vacancy before it comes."""
    ends(world, "zhao", "county", "direct", "2026-03-31")
    with world.store.read() as tx:
        coming = [row for row in duties.forecast(tx, unit="county") if row["duty"] == "vacancy"]
        listed = [row for row in duties.list_(tx, unit="county") if row["duty"] == "vacancy"]
    assert [(row["window"], row["opens_at"]) for row in coming] == [
        ("direct@2026-04-01", "2026-04-01T09:00:00+08:00")
    ]  # fmt: skip
    assert [(row["window"], row["status"], row["ref"]) for row in listed] == [("direct@2026-04-01", "open", None)]


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_years_roll_over(world, year):
    """In each of several years every window of the calendar opens once, under the year's own name."""
    world.until("2026-02-10")
    world.until(f"{year}-12-31T22:00:00+08:00", jump=True)
    world.fast_forward(hours=1)
    count, distinct = world.rows("""SELECT count(*), count(DISTINCT duty || unit || "window") FROM period""")[0]
    assert count == distinct
    quotas = world.rows(
        """SELECT "window", required FROM period WHERE duty = 'study-sessions' AND unit = 'county' ORDER BY 1"""
    )
    assert quotas == [(str(one), 12) for one in range(2026, year + 1)]
