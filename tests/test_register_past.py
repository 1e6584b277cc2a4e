"""The register is changed later: what was done, who was told and who answered then stays, or is corrected on record."""

from __future__ import annotations

from datetime import date

import pytest
from support.world import World, admin

from states.errors import NotNow
from workflow import register
from workflow.leave import end_leave
from workflow.register_file import read_register
from workflow.register_import import BadRegister, Plan, import_register, plan
from workflow.verify import verify

LI = {"person": "li", "unit": "safety", "post": "unit_head", "from": "2025-01-01"}
FENG = {"person": "feng", "unit": "county", "post": "leader", "from": "2025-01-01"}


def bring(world: World, reason: str = "", **data: list[dict[str, object]]) -> Plan:
    """Import rows as the administrator; answers what was planned."""
    done: list[Plan] = []

    def work(tx) -> None:
        planned = plan(tx, read_register(data, "r"), reason=reason)
        import_register(tx, planned, admin(tx), reason=reason)
        done.append(planned)

    world.store.transact(work)
    return done[-1]


def refused(world: World, reason: str = "", **data: list[dict[str, object]]) -> list[tuple[str, str]]:
    before = world.log(stream="org")
    with pytest.raises(BadRegister) as caught:
        bring(world, reason, **data)
    assert caught.value.code == "invalid"
    assert world.log(stream="org") == before
    return [(problem.where, str(problem)) for problem in caught.value.problems]


def who(world: World, role: str, unit: str, on: str, known: str | None = None) -> list[str]:
    with world.store.read() as tx:
        found = register.who(tx, role, unit, date.fromisoformat(on), date.fromisoformat(known) if known else None)
    return [holder["person"] for holder in found["holders"]]


def replayed(world: World) -> list[object]:
    with world.store.read() as tx:
        return list(verify(tx, replay=True)["problems"])


def test_a_decision_maker_does_not_vanish(world: World) -> None:
    """A posting cannot end before what was done in it, with a reason or without; on that day it may."""
    ref = world.report()
    world.do(ref, "submit", "wang", file="x")
    world.until("2026-02-12 10:00")
    world.do(ref, "review", "zhao")
    world.until("2026-03-02 09:00")
    row = {"person": "zhao", "unit": "county", "post": "direct", "from": "2025-01-01"}
    for reason in ("", "he was ill"):
        (where, says), *_ = refused(world, reason, postings=[{**row, "to": "2026-02-11"}])
        assert where.startswith("r:")
        assert (
            says == f"zhao did review in {ref} on 2026-02-12; by this row zhao would not have held then what allows it."
        )
    planned = bring(world, "he was ill", postings=[{**row, "to": "2026-02-12"}])
    assert [change.since for change in planned.changes] == ["2026-02-13"]
    assert world.log(stream="org")[-1]["data"]["corrects"] == "2026-02-13"
    assert who(world, "direct", "safety", "2026-02-12") == ["zhao"]
    assert replayed(world) == []


def test_who_was_told_is_corrected_only_with_a_reason(world: World) -> None:
    """A posting cannot silently end before its holder was told something; a recorded correction leaves both answers."""
    ref = world.report()
    world.until("2026-03-10 09:00")
    told = world.told(ref)
    assert any("li" in persons for _, _, persons in told)
    ((where, says),) = refused(world, postings=[{**LI, "to": "2026-02-13"}])
    assert where.startswith("r:")
    assert says.startswith(f"li was told about {ref} on ")
    bring(world, "her transfer was entered late", postings=[{**LI, "to": "2026-02-13"}])
    assert who(world, "unit_head", "safety", "2026-03-02") == []
    assert who(world, "unit_head", "safety", "2026-03-02", known="2026-03-02") == ["li"]
    assert world.told(ref) == told
    (event,) = [row for row in world.log(stream="org") if row["data"].get("corrects")]
    assert event["data"]["corrects"] == "2026-02-14"
    assert event["reason"] == "her transfer was entered late"
    assert replayed(world) == []


def test_a_transfer_from_today_changes_nothing_of_yesterday(world: World) -> None:
    """One head ends yesterday, another begins today: every day gone by answers as it did, by any role."""
    ref = world.report()
    world.until("2026-03-10 09:00")
    days = ["2025-06-01", "2026-02-09", "2026-02-27", "2026-03-09"]
    roles = ["unit_head", "member_in_charge", "direct", "first", "office", "superior.first"]
    before = {(day, role): who(world, role, "safety", day) for day in days for role in roles}
    planned = bring(
        world,
        postings=[{**LI, "to": "2026-03-09"}, {**LI, "person": "wang", "from": "2026-03-10"}],
        portfolios=[{"person": "zhao", "units": ["data"]}],
    )
    assert [change.since for change in planned.changes] == [None, None, None]
    assert {(day, role): who(world, role, "safety", day) for day in days for role in roles} == before
    assert who(world, "member_in_charge", "data", "2026-03-09") == []
    assert who(world, "member_in_charge", "data", "2026-03-10") == ["zhao"]
    assert who(world, "unit_head", "safety", "2026-03-10") == ["wang"]
    assert world.case(ref)["clocks"]


def test_a_unit_that_moves_today_lay_elsewhere_yesterday(world: World) -> None:
    """Units carry no days: a unit put under another body, or made one, answers on days gone by as it did then."""
    world.until("2026-03-10 09:00")
    assert who(world, "first", "safety", "2026-03-09") == ["qian"]
    bring(world, units=[{"code": "safety", "parent": "province"}, {"code": "data", "kind": "body"}])
    assert who(world, "first", "safety", "2026-03-09") == ["qian"]
    assert who(world, "first", "safety", "2026-03-10") == ["wei"]
    assert who(world, "first", "data", "2026-03-09") == ["qian"]
    assert who(world, "first", "data", "2026-03-10") == []
    with world.store.read() as tx:
        assert register.show(tx, "safety", date(2026, 3, 9))["superior"] == "province"
        assert register.show(tx, "safety", date(2026, 3, 10))["superior"] is None


def test_a_posting_in_between_cannot_shut_out_who_acted(world: World) -> None:
    """A leader brought in afterwards for days on which the one above acted in that role would make that act vanish."""
    world.register(
        {"postings": [{"person": "pan", "unit": "county", "post": "member_in_charge", "from": "2026-02-01"}]}
    )
    ref = world.new("incident", "chen", unit="data", severity="general", occurred_at="2026-02-09T08:30+08:00")
    world.do(ref, "analyse", "pan", analysis="a")
    world.until("2026-03-10 09:00")
    portfolio = {"person": "feng", "units": ["data"], "from": "2026-02-01"}
    ((where, says),) = refused(world, "as it was", portfolios=[portfolio])
    assert where.startswith("r:")
    assert says.startswith(f"pan did analyse in {ref} on 2026-02-09")
    bring(world, "as it was", portfolios=[{**portfolio, "from": "2026-02-10"}])


def test_an_owner_had_a_post_when_acting(world: World) -> None:
    """Acts of the owner hang on no post, but that there was one stays so."""
    ref = world.report()
    world.until("2026-02-11 09:00")
    world.do(ref, "submit", "wang", file="x")
    world.until("2026-03-02 09:00")
    staff = {"person": "wang", "unit": "safety", "post": "staff", "from": "2025-01-01"}
    assert len(refused(world, postings=[{**staff, "to": "2026-02-10"}])) == 1
    bring(world, postings=[{**staff, "to": "2026-02-10"}, {**staff, "unit": "data", "from": "2026-02-11"}])


def test_leave_is_not_ended_before_what_the_deputy_did(world: World) -> None:
    """Back on a day gone by is refused where the deputy acted since; back today is not."""
    world.leave("li", "2026-02-09", "2026-03-20", deputy="chen")
    ref = world.incident("general")
    world.until("2026-02-11 09:00")
    world.do(ref, "notify", "chen", to="county")
    world.until("2026-02-13 09:00")
    li = world.who("li").actor or ""
    with pytest.raises(NotNow, match=f"chen did notify in {ref} on 2026-02-11"):
        world.store.transact(lambda tx: end_leave(tx, admin(tx), li, date(2026, 2, 11)))
    assert len(refused(world, "back", leave=[{"person": "li", "from": "2026-02-09", "to": "2026-02-10"}])) == 1
    world.store.transact(lambda tx: end_leave(tx, admin(tx), li, date(2026, 2, 12)))
    assert replayed(world) == []


def test_what_was_known_is_answered_as_of_that_day(world: World) -> None:
    """`known` leaves out what was brought in later: postings dated back, and units that were not there."""
    world.until("2026-03-10 09:00")
    bring(
        world,
        units=[{"code": "lab", "parent": "county"}],
        postings=[{**LI, "unit": "lab", "from": "2026-01-01"}, {**LI, "person": "wang", "from": "2026-02-10"}],
    )
    assert who(world, "unit_head", "safety", "2026-02-20") == ["li", "wang"]
    assert who(world, "unit_head", "safety", "2026-02-20", known="2026-02-20") == ["li"]
    assert who(world, "unit_head", "safety", "2026-02-20", known="2026-03-10") == ["li", "wang"]
    assert who(world, "unit_head", "lab", "2026-02-20") == ["li"]
    with pytest.raises(Exception, match="There was no unit lab"):
        who(world, "unit_head", "lab", "2026-02-20", known="2026-03-09")


def test_leave_is_not_taken_back_from_under_its_deputy(world: World) -> None:
    """A leave gone by on which the deputy acted is not undone by saying that the person was back on its first day."""
    world.leave("li", "2026-02-09", "2026-02-13", deputy="chen")
    ref = world.incident("general")
    world.until("2026-02-11 09:00")
    world.do(ref, "notify", "chen", to="county")
    world.until("2026-02-25 09:00")
    li = world.who("li").actor or ""
    for day in (date(2026, 2, 9), date(2026, 2, 2)):
        with pytest.raises(NotNow, match=f"chen did notify in {ref} on 2026-02-11"):
            world.store.transact(lambda tx, day=day: end_leave(tx, admin(tx), li, day))
    assert who(world, "unit_head", "safety", "2026-02-11") == ["chen"]


def test_whoever_opened_a_case_had_a_post(world: World) -> None:
    """To open, assign or attach is an act, too, and in whichever unit: a row by which there was no post is refused."""
    ref = world.new("report", "wang", unit="data", recipient="county")
    world.until("2026-03-02 09:00")
    staff = {"person": "wang", "unit": "safety", "post": "staff", "from": "2025-01-01"}
    ((_, says),) = refused(world, postings=[{**staff, "to": "2026-02-08"}])
    assert says.startswith(f"wang did the opening in {ref} on 2026-02-09")
    bring(world, postings=[{**staff, "to": "2026-02-09"}])


def test_a_last_day_that_never_comes_is_no_last_day(world: World) -> None:
    """9999-12-31 is how spreadsheets say `until further notice`: duties, roles and the next import live with it."""
    bring(world, postings=[{**LI, "to": "9999-12-31"}])
    world.until("2026-02-11 09:00")
    assert who(world, "unit_head", "safety", "2026-02-10") == ["li"]
    bring(world, postings=[{**LI, "to": "2026-02-28"}])
    assert replayed(world) == []


def test_a_unit_is_shown_as_it_lay(world: World) -> None:
    """`org show` of a day gone by: parent, kind, units below and levels are those of that day, as the body is."""
    bring(world, posts=[{"unit": "safety", "post": "unit_head", "level": 3}])
    with world.store.read() as tx:
        before = register.show(tx, "safety", date(2026, 2, 9)), register.show(tx, "county", date(2026, 2, 9))
    world.until("2026-03-10 09:00")
    bring(
        world,
        units=[{"code": "safety", "parent": "province", "name": "Safety", "kind": "body"}],
        posts=[{"unit": "safety", "post": "unit_head", "level": 2, "single": True}],
    )
    with world.store.read() as tx:
        again = register.show(tx, "safety", date(2026, 2, 9)), register.show(tx, "county", date(2026, 2, 9))
        assert {row["level"] for row in register.show(tx, "safety", date(2026, 3, 10))["posts"]} == {None, 2}
    assert again == before


def test_a_role_of_the_policy_is_answered_by_the_policy_of_that_day(world: World) -> None:
    """Another policy makes a role of other posts: who held it on days gone by stays."""
    world.until("2026-02-12 09:00")
    assert who(world, "reviewer", "safety", "2026-02-11") == ["zhao", "feng"]
    world.apply("policy: other\nroles: {reviewer: [first]}\n", name="policy.yaml")
    assert who(world, "reviewer", "safety", "2026-02-12") == ["qian"]
    assert who(world, "reviewer", "safety", "2026-02-11") == ["zhao", "feng"]
    assert who(world, "reviewer", "safety", "2026-02-12", known="2026-02-11") == ["zhao", "feng"]


def test_leave_entered_late_says_so(world: World) -> None:
    """A leave of days gone by is a correction, on record as one; what was known then stays answerable."""
    world.until("2026-02-16 09:00")
    world.leave("li", "2026-02-10", "2026-02-20", deputy="chen")
    assert world.log(stream="org")[-1]["data"]["corrects"] == "2026-02-10"
    assert who(world, "unit_head", "safety", "2026-02-11") == ["chen"]
    assert who(world, "unit_head", "safety", "2026-02-11", known="2026-02-11") == ["li"]
    li = world.who("li").actor or ""
    world.store.transact(lambda tx: end_leave(tx, admin(tx), li, date(2026, 2, 16)))
    assert "corrects" not in world.log(stream="org")[-1]["data"]
    assert replayed(world) == []
