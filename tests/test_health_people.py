"""Two hats, two holders, nobody at all: reported by the import that brings it and by `doctor`, with every name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.charge import late_report, proposed
from support.world import World, admin

from states.errors import NotPermitted, Usage
from workflow import agenda, engine, register
from workflow.hats import Hat, together
from workflow.health import Check, checks
from workflow.register_file import read_register
from workflow.register_import import import_register, plan
from workflow.roles import ALIASES
from workflow.verify import verify


def brought(world: World, **data: list[dict[str, object]]) -> list[str]:
    """Import rows; the warnings."""
    done: list[str] = []

    def work(tx) -> None:
        planned = plan(tx, read_register(data, "r"))
        import_register(tx, planned, admin(tx))
        done.extend(str(warning) for warning in planned.warnings)

    world.store.transact(work)
    return done


def found(world: World) -> dict[str, Check]:
    with world.store.read() as tx:
        return {one.name: one for one in checks(tx, world.store.driver.kind)}


def posting(person: str, unit: str, post: str, since: str = "2026-03-01", **more: Any) -> dict[str, object]:
    return {"person": person, "unit": unit, "post": post, "from": since, **more}


def test_two_hats_of_one_person_are_reported(world: World) -> None:
    """Office and inspector of one body are kept apart by the pack: from the day both are worn, in any of its units."""
    assert brought(world, postings=[posting("zhou", "safety", "office", to="2026-05-31")]) == [
        "zhou is inspector and office in county from 2026-03-01 on; the policy keeps these hats apart."
    ]
    assert brought(world, postings=[posting("zhou", "province", "office"), posting("zhao", "county", "office")]) == []
    assert found(world)["hats"].ok
    world.until("2026-03-02 09:00")
    hats = found(world)["hats"]
    assert (hats.ok, hats.names) == (False, ["zhou (inspector county, office safety)"])
    world.until("2026-06-01 09:00")
    assert found(world)["hats"].ok


def test_two_holders_of_one_post_are_reported(world: World) -> None:
    """Two heads, or two leaders of one portfolio, at once: both are shown; an acting holder is not a second one."""
    assert brought(world, postings=[posting("wang", "safety", "unit_head", acting=True)]) == []
    (said,) = brought(world, postings=[posting("chen", "safety", "unit_head")])
    assert said == "unit_head of safety is held by li and chen at once from 2026-03-01 on."
    brought(world, portfolios=[{"person": "zhao", "units": ["safety"], "from": "2026-03-01"}])
    with world.store.read() as tx:
        before = register.who(tx, "unit_head", "safety", date(2026, 2, 28))
        after = register.who(tx, "unit_head", "safety", date(2026, 3, 1))
        ladder = register.ladder(tx, "safety", date(2026, 3, 1))
    assert ([one["person"] for one in before["holders"]], before["double"]) == (["li"], False)
    assert ([one["person"] for one in after["holders"]], after["double"]) == (["chen", "li", "wang"], True)
    double = {row["role"] for row in ladder["roles"] if row["double"]}
    assert double == {"unit_head", "member_in_charge"}
    assert found(world)["double-holders"].ok
    world.until("2026-03-02 09:00")
    assert found(world)["double-holders"].names == ["portfolio safety (feng, zhao)", "unit_head safety (chen, li)"]


def test_a_case_nobody_can_carry_on_is_an_orphan(world: World) -> None:
    """An owner who left, and roles nobody holds: the case is named, and the owner; a head who comes answers again."""
    ref = world.report()
    world.do(ref, "submit", "wang", file="x")
    other = world.new("report", "chen", unit="data", recipient="county")
    ends = [("wang", "safety", "staff"), ("zhao", "county", "direct"), ("feng", "county", "leader")]
    brought(
        world,
        postings=[posting(*row, since="2025-01-01", to="2026-03-31") for row in ends],
        portfolios=[{"person": "feng", "units": ["safety"], "to": "2026-03-31"}],
    )
    assert found(world)["orphans"].ok
    assert found(world)["owners"].ok
    world.until("2026-04-01 09:00")
    now = found(world)
    assert ref in (now["orphans"].names or [])  # duties of the province, which has no office, are orphans too
    assert now["orphans"].say == "Nobody answers for {count} open cases: {names}."
    assert f"wang {ref}" in (now["owners"].names or [])
    assert other not in (now["orphans"].names or [])
    assert now["vacancies"].names == ["direct county"]
    brought(world, postings=[posting("feng", "county", "direct", since="2026-04-01")])
    assert ref not in (found(world)["orphans"].names or [])


def test_a_proposal_that_lapses_by_itself_is_no_orphan(world: World) -> None:
    """A limit that is nobody's to keep, by the law, leaves its case with whoever answers for it."""
    world.incident("critical", as_="li", aware_at="2026-02-09T08:55+08:00")
    world.fast_forward(hours=1)
    ((ref, _),) = world.rows("SELECT ref, state FROM cases WHERE type = 'accountability'")
    assert world.clock(ref, "lapse")["holders"] == []
    assert ref not in (found(world)["orphans"].names or [])


def test_doctor_says_counts_and_names(office) -> None:
    """`doctor` in JSON has count and names of every check that can list what it found."""
    rows = "postings:\n  - {person: he.jing, unit: CITY, post: office, from: 2026-01-01}\n"
    answer = office.json("org", "import", office.file("hats.yaml", rows))
    assert "he.jing is inspector and office in CITY" in answer["warnings"][0]["message"]
    by_name = {row["name"]: row for row in office.json("doctor", code=1)["checks"]}
    assert by_name["hats"]["count"] == 1
    assert by_name["hats"]["names"] == ["he.jing (inspector CITY, office CITY)"]
    assert (by_name["orphans"]["count"], by_name["orphans"]["names"]) == (0, [])


def test_one_hat_by_posting_and_by_portfolio_is_one() -> None:
    """A leader in charge of a unit by post and by portfolio from the same day on, until different days: no quarrel."""
    one = Hat("p", "safety", "member_in_charge", "2026-01-01", None)
    hats = [one, one._replace(to_on="2026-12-31"), Hat("p", "safety", "inspector", "2026-03-01", None)]
    found = list(together(hats, lambda unit: unit, [["reviewer", "inspector"]], ALIASES))
    assert [(both.one.post, both.other.post, both.since) for both in found] == [
        ("inspector", "member_in_charge", "2026-03-01"),
        ("inspector", "member_in_charge", "2026-03-01"),
    ]


def test_whoever_left_and_still_answers_is_reported(world: World) -> None:
    """A posting ends, a portfolio and standing in do not: the import says so, and `doctor` from then on."""
    leave = {"person": "li", "deputy": "wang", "from": "2026-03-02", "to": "2026-04-30"}
    assert brought(world, leave=[leave]) == []
    ends = [posting("feng", "county", "leader", since="2025-01-01", to="2026-03-31"),
            posting("wang", "safety", "staff", since="2025-01-01", to="2026-03-31")]  # fmt: skip
    assert brought(world, postings=ends) == [
        "feng answers for safety by portfolio, but holds no post after 2026-03-31.",
        "wang stands in for li until 2026-04-30, but does not hold a post until then.",
    ]
    assert brought(world, postings=ends) == []
    assert found(world)["portfolios"].ok
    world.until("2026-04-01 09:00")
    now = found(world)
    assert (now["portfolios"].names, now["deputies"].names) == (["feng safety"], ["wang (li)"])
    brought(world, portfolios=[{"person": "feng", "units": ["safety"], "to": "2026-04-01"}])
    world.until("2026-04-02 09:00")
    assert found(world)["portfolios"].ok
    assert brought(world, portfolios=[{"person": "feng", "units": ["safety"]}]) == [
        "feng had safety in the portfolio until 2026-04-01; to begin anew, the row has to say `from`."
    ]


def test_an_owner_who_moved_on_is_reported(world: World) -> None:
    """A case stays with its owner when the post changes hands; `doctor` names it until it is assigned, to whomever."""
    ref = world.report("wang")
    brought(
        world,
        postings=[posting("wang", "safety", "staff", since="2025-01-01", to="2026-03-31"),
                  posting("wang", "data", "staff", since="2026-04-01"),
                  posting("chen", "safety", "staff", since="2026-04-01")],
    )  # fmt: skip
    assert found(world)["moved"].ok
    world.until("2026-04-01 09:00")
    assert f"wang {ref}" in (found(world)["moved"].names or [])
    assert f"wang {ref}" not in (found(world)["owners"].names or [])
    li, wang = world.who("li"), world.who("wang").actor or ""
    world.store.transact(lambda tx: engine.assign(tx, ref, wang, who=li))
    assert f"wang {ref}" not in (found(world)["moved"].names or [])


def test_a_unit_that_was_given_up_has_no_vacancy(world: World) -> None:
    """Of a kind that no duty names, and with nobody in it, a unit wants no head; with somebody in it, it does."""
    brought(world, units=[{"code": "safety", "kind": "former"}])
    brought(world, postings=[posting("li", "safety", "unit_head", since="2025-01-01", to="2026-03-31")])
    world.until("2026-04-01 09:00")
    assert found(world)["vacancies"].names == ["unit_head safety"]
    brought(world, postings=[posting("wang", "safety", "staff", since="2025-01-01", to="2026-04-01")])
    world.until("2026-04-02 09:00")
    assert found(world)["vacancies"].ok


@pytest.mark.parametrize("role", ["chair", "leading_group", "group_office"])
def test_a_leading_group_answers_from_every_unit_of_its_body(world: World, role: str) -> None:
    """Chair, members and office of a group are found from every unit of the body, not from above; re-appointed."""
    before = [
        ("qian", "chair"),
        ("zhao", "vice_chair"),
        ("feng", "member"),
        ("sun", "director"),
        ("li", "deputy_director"),
    ]
    after = [("zhao", "chair"), ("feng", "vice_chair"), ("chen", "member"), ("wang", "director")]
    brought(
        world,
        units=[{"code": "group", "parent": "county", "kind": "group"}],
        postings=[
            *(posting(who, "group", post, since="2026-02-01", to="2026-03-31") for who, post in before),
            *(posting(who, "group", post, since="2026-04-01") for who, post in after),
        ],
    )
    wanted = {
        "chair": (["qian"], ["zhao"]),
        "leading_group": (["feng", "qian", "zhao"], ["chen", "feng", "zhao"]),
        "group_office": (["li", "sun"], ["wang"]),
    }[role]
    with world.store.read() as tx:
        for unit in ("group", "safety", "county"):
            for day, people in zip((date(2026, 3, 31), date(2026, 4, 1)), wanted, strict=True):
                holders = register.who(tx, role, unit, day)["holders"]
                assert sorted(one["person"] for one in holders) == people
        assert register.who(tx, role, "province", date(2026, 3, 31))["holders"] == []
        assert [one["person"] for one in register.who(tx, "unit_head", "group", date(2026, 4, 1))["holders"]] == [
            "zhao"
        ]
        assert register.who(tx, "unit_head", "county", date(2026, 4, 1))["holders"] == []


def test_the_head_of_a_body_that_is_held_to_account_is_told_what_is_due(world: World) -> None:
    """A case of the superior body about a body below: its head answers in its name, so the limit is among his own."""
    cited = late_report(world)
    ref = proposed(world, cited, as_="wei", unit="province", respondent="county", post="body")
    world.do(ref, "open", "wei")
    qian = world.who("qian").actor
    with world.store.read() as tx:
        mine = [(row["ref"], row["clock"]) for row in agenda.due(tx, mine=qian)["rows"]]
        every = [(row["ref"], row["clock"]) for row in agenda.due(tx)["rows"] if "qian" in row["holders"]]
    assert (ref, "answer") in mine
    assert sorted(mine) == sorted(every)


def test_nobody_who_left_is_given_a_case(world: World) -> None:
    """The owner of a case holds a post that has not ended, and so does whoever is named as owner of a new one."""
    ref = world.report("wang")
    brought(world, postings=[posting("wang", "safety", "staff", since="2025-01-01", to="2026-03-31"),
                             posting("chen", "data", "unit_head", since="2025-01-01", to="2026-03-31")])  # fmt: skip
    world.until("2026-04-01 09:00")
    li, chen = world.who("li"), world.who("chen").actor or ""
    with pytest.raises(Usage, match="owned by the holder of a post"):
        world.store.transact(lambda tx: engine.assign(tx, ref, chen, who=li))
    given = {"recipient": "county"}
    with pytest.raises(Usage, match="owned by the holder of a post"):
        world.store.transact(
            lambda tx: engine.open_case(tx, "report", unit="safety", title="x", given=given, who=li, owner=chen)
        )


def test_whoever_left_owns_nothing_any_more(world: World) -> None:
    """The owner's role is vacant once all posts have ended: not told, may not act; those above are told, and assign."""
    ref = world.report("wang")
    brought(world, postings=[posting("wang", "safety", "staff", since="2025-01-01", to="2026-02-20")])
    world.until("2026-02-20 10:00")
    assert world.clock(ref, "submit")["holders"] == ["wang"]
    world.until("2026-03-10 09:00")
    assert world.clock(ref, "submit")["holders"] == []
    first = next(row for row in world.log(stream=ref) if row["kind"] == "clock.escalated")["data"]
    assert [(row["person"], row["role"]) for row in first["told"]] == [("li", "unit_head")]
    assert first["skipped"] == [{"role": "owner", "why": "vacant"}]
    with pytest.raises(NotPermitted):
        world.do(ref, "submit", "wang", file="x")
    assert ref in (found(world)["orphans"].names or [])
    li, chen = world.who("li"), world.who("chen").actor or ""
    world.store.transact(lambda tx: engine.assign(tx, ref, chen, who=li))
    assert world.clock(ref, "submit")["holders"] == ["chen"]
    with world.store.read() as tx:
        assert verify(tx, replay=True)["ok"]
