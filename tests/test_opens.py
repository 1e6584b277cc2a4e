"""A case opens others in the commit of what sets it off; both say so, and it can be decided again."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from support.lived import ERRAND
from support.opening import CHORE, MATTER
from support.policies import good
from support.world import World, admin

from jobs import pump, recompute
from states.calendars import shipped
from states.durations import parse_duration
from states.errors import NotNow, Usage
from workflow import ask_why, calendars, engine
from workflow.store import Store
from workflow.verify import verify

ACCUSES = """
opens:
  - on: breached(decide)
    case: sanction
    fields: {respondent: $holder(first), post: $post(first), cites: $ref, ground: late}
"""
LAPSES = """  lapsed: {final: true}
actions:
  lapse: {from: opened, to: lapsed, by: system}
"""
EXPIRES = """clocks:
  open: {runs_in: opened, limit: 20 working days, then: lapse}
"""


@pytest.fixture
def office(world: World) -> World:
    """The office with matters that open chores."""
    world.apply(MATTER, CHORE)
    return world


def sound(world: World) -> bool:
    """The trail is whole, and everything in it can be decided again."""
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []
    return True


def decided(world: World, severity: str = "major", copies: str = "data,county") -> tuple[str, tuple[str, ...]]:
    """A matter that was decided, and what that opened."""
    ref = world.new("matter", "wang", title="Gas")
    done = world.do(ref, "decide", "wang", severity=severity, copies=copies, details="look at it")
    return ref, done.opened


def children(world: World, ref: str, kind: str) -> list[str]:
    return [link["ref"] for link in world.case(ref)["links"] if link["kind"] == kind]


# by an act


def test_a_decision_opens_a_case_in_each_unit(office: World) -> None:
    """One chore for each unit that was named, owned there, with what the matter says, and linked both ways."""
    ref, opened = decided(office)
    assert opened == ("CHO-2026-0001", "CHO-2026-0002")
    assert children(office, ref, "follow-up") == list(opened)
    chore = office.case("CHO-2026-0001")
    assert (chore["title"], chore["unit"], chore["owner"]) == ("Task / 任务: Gas", "data", "chen")
    assert chore["fields"] == {
        "subject": "Gas", "about": ref, "asked_by": "safety", "note": "look at it", "answerable": "li",
    }  # fmt: skip
    assert chore["links"] == [{"kind": "opened-by", "ref": ref}]
    (acted,) = office.events(ref, "case.acted")
    assert [(row["ref"], row["unit"]) for row in acted["data"]["opens"]] == [
        ("CHO-2026-0001", "data"),
        ("CHO-2026-0002", "county"),
    ]
    (begun,) = office.events("CHO-2026-0001", "case.opened")
    assert begun["data"]["by"] == {
        "ref": ref, "n": acted["n"], "link": "follow-up", "due": {"limit": "5 working days"},
    }  # fmt: skip
    assert (begun["actor"], begun["at"]) == ("wang", acted["at"])
    assert sound(office)


def test_what_its_condition_leaves_out_is_not_opened(office: World) -> None:
    """A minor matter opens nothing, nor does a grave one that names no unit; neither says a word about it."""
    for severity, copies in (("minor", "data"), ("major", "")):
        ref = office.new("matter", "wang")
        given = {"severity": severity, **({"copies": copies} if copies else {})}
        assert office.do(ref, "decide", "wang", **given).opened == ()
        (acted,) = office.events(ref, "case.acted")
        assert not {"opens", "not_opened"} & set(acted["data"])
    assert sound(office)


@pytest.mark.parametrize(("severity", "day"), [("major", "2026-02-14"), ("critical", "2026-02-10")])
def test_the_limit_of_the_new_case_is_graded_by_the_old_one(office: World, severity: str, day: str) -> None:
    """The first clock follows the given limit, the second its own; `case why` says whose it is."""
    _, (chore, *_) = decided(office, severity)
    assert office.clock(chore, "finish")["due_on"] == day
    assert office.clock(chore, "look")["due_on"] == "2026-02-12"
    with office.store.read() as tx:
        (why,) = ask_why.why(tx, chore, "finish")["clocks"]
    assert (why["from"], why["agrees"], why["due_on"]) == ("opener", True, day)
    assert [one["date"] for one in why["days"] if one["counted"]][-1] == day


def test_a_given_limit_is_kept_when_the_case_moves(office: World) -> None:
    """It is extended like any other, counted again with a new calendar, and a later run follows the type's own."""
    _, (chore, *_) = decided(office)
    chen, zhao = office.who("chen"), office.who("qian")
    span = parse_duration("2 working days")
    office.store.transact(lambda tx: engine.request_extension(tx, chore, "finish", span, who=chen, reason="snow"))
    office.store.transact(lambda tx: engine.decide_extension(tx, chore, "finish", grant=True, who=zhao))
    assert office.clock(chore, "finish")["due_on"] == "2026-02-25"
    body = shipped()["CN"]
    changed = {**body, "off": sorted([*body["off"], "2026-02-12"]), "version": "snow"}
    office.store.transact(lambda tx: calendars.import_(tx, {"CN": changed}, admin(tx)))
    recompute.run_once(office.store)
    assert office.clock(chore, "finish")["due_on"] == "2026-02-26"
    with office.store.read() as tx:
        (why,) = ask_why.why(tx, chore, "finish")["clocks"]
    assert why["agrees"]
    assert why["rule"]["given"]
    office.do(chore, "finish", "chen")
    office.do(chore, "again", "chen")
    assert office.clock(chore, "finish")["due_on"] == "2026-03-02"
    assert sound(office)


def test_a_case_waits_for_those_it_opened(office: World) -> None:
    """An act that asks for closed cases is refused, and shown as refused, until the last of them is closed."""
    ref, (one, two) = decided(office, "critical", "data,safety")
    with pytest.raises(NotNow):
        office.do(ref, "close", "wang")
    office.do(one, "finish", "chen")
    close = office.case(ref, "wang")["actions"][1]
    assert (close["name"], close["allowed"]) == ("close", False)
    office.do(two, "finish", "li")
    assert office.case(ref, "wang")["actions"][1]["allowed"]
    office.do(two, "again", "li")
    assert not office.case(ref, "wang")["actions"][1]["allowed"]
    office.do(two, "finish", "li")
    office.do(ref, "close", "wang")
    assert office.events(ref, "case.acted")[-1]["data"]["closed"] == ["follow-up"]
    office.do(two, "again", "li")  # what was true then stays on record
    assert sound(office)


def test_the_same_key_opens_nothing_twice(office: World) -> None:
    """A repeated act answers what the first one opened, and a refused or dry one leaves no number behind."""
    ref = office.new("matter", "wang")
    given = {"severity": "major", "copies": "data"}
    first = office.do(ref, "decide", "wang", key="k1", **given)
    again = office.do(ref, "decide", "wang", key="k1", **given)
    assert (again.again, again.opened) == (True, first.opened)

    def dry(tx: Any) -> None:
        engine.act(tx, other, "decide", who=who, given=given)
        raise LookupError

    other, who = office.new("matter", "wang"), office.who("wang")
    with pytest.raises(LookupError):
        office.store.transact(dry)
    assert office.rows("SELECT count(*) FROM cases WHERE type = 'chore'") == [(1,)]
    assert office.do(other, "decide", "wang", **given).opened == ("CHO-2026-0002",)
    assert sound(office)


def test_an_opened_case_opens_in_its_turn(office: World) -> None:
    """A matter opens a chore above it as it is opened; the chore, brought up, opens a matter where it was asked."""
    ref = office.new("matter", "wang", title="Gas", joint="yes")
    (above,) = children(office, ref, "above")
    chore = office.case(above)
    assert (chore["unit"], chore["owner"], chore["fields"]["asked_by"]) == ("province", None, "safety")
    assert office.events(ref, "case.opened")[0]["data"]["opens"][0]["ref"] == above
    (back,) = office.do(above, "bring_up", "wei").opened
    matter = office.case(back)
    assert (matter["unit"], matter["owner"], matter["title"]) == ("safety", "li", "Matter / 事项: Chore / 事务: Gas")
    assert office.clock(back, "decide")["due_on"] == "2026-02-11"
    assert children(office, back, "opened-by") == [above]
    assert sound(office)


# by a clock


def test_a_limit_that_is_missed_opens_a_case_once(office: World) -> None:
    """The breach opens one chore, by nobody, about who held the post then; going on opens no other."""
    ref = office.new("matter", "wang")
    office.fast_forward(days=40)
    (missed,) = children(office, ref, "missed")
    chore = office.case(missed)
    assert (chore["owner"], chore["fields"]["answerable"], chore["fields"]["post"]) == (None, "li", "unit_head")
    assert office.events(missed, "case.opened")[0]["actor"] is None
    assert len(office.events(ref, "clock.breached")) == 1
    (pressed,) = children(office, ref, "pressed")  # the third step, though it is repeated twice
    assert (office.case(pressed)["unit"], office.case(pressed)["owner"]) == ("county", "qian")
    assert [event["data"]["step"] for event in office.events(ref, "clock.escalated")] == [1, 2, 3, 3, 3]
    assert sound(office)


def test_after_downtime_the_case_is_about_who_held_the_post_at_the_breach(office: World) -> None:
    """The post changed hands the day after the last day of the limit, and nothing ran: who held it then answers."""
    ref = office.new("matter", "wang")
    office.register(
        """
postings:
  - {person: li, unit: safety, post: unit_head, from: 2025-01-01, to: 2026-02-14}
  - {person: chen, unit: safety, post: unit_head, from: 2026-02-15}
"""
    )
    office.until("2026-03-06 10:00", jump=True)
    pump.run_once(office.store)
    for kind in ("missed", "pressed"):  # a step passed over while nothing ran opens its case all the same
        (chore,) = children(office, ref, kind)
        assert office.case(chore)["fields"]["answerable"] == "li"
    assert sound(office)


def test_whoever_is_on_leave_still_holds_the_post(office: World) -> None:
    """`$holder` names the holder, not the deputy; the owner is the deputy, who is there to act."""
    office.leave("li", "2026-02-09", "2026-03-30", deputy="wang")
    _, opened = decided(office, copies="safety")
    chore = office.case(opened[0])
    assert (chore["owner"], chore["fields"]["answerable"]) == ("wang", "li")


def test_a_vacant_post_stops_neither_an_act_nor_a_clock(office: World) -> None:
    """What needs somebody whom nobody is, is not opened; the event says which and why, and life goes on."""
    office.register("postings: [{person: li, unit: safety, post: unit_head, from: 2025-01-01, to: 2026-02-08}]")
    ref = office.new("matter", "wang")
    office.fast_forward(days=20)
    (breach,) = office.events(ref, "clock.breached")
    assert breach["data"]["not_opened"] == [
        {"case": "chore", "link": "missed", "unit": "safety", "why": "vacant", "of": "unit_head"}
    ]
    done = office.do(ref, "decide", "wang", severity="major", copies="data,safety")
    assert done.opened == ()
    assert [(row["unit"], row["why"]) for row in done.not_opened] == [("data", "vacant"), ("safety", "vacant")]
    assert office.case(ref)["state"] == "decided"
    assert office.rows("SELECT count(*) FROM timer WHERE attempts > 0") == [(0,)]
    assert sound(office)


def test_where_nobody_is_above_nothing_is_opened_there(office: World) -> None:
    """The highest body has no superior: the matter is opened alone, and says so."""
    office.register("postings: [{person: pan, unit: province, post: unit_head, from: 2025-01-01}]")
    ref = office.new("matter", "wei", unit="province", joint="yes")
    assert office.case(ref)["links"] == []
    (begun,) = office.events(ref, "case.opened")
    assert begun["data"]["not_opened"] == [
        {"case": "chore", "link": "above", "unit": None, "why": "no-superior", "of": ""}
    ]
    assert sound(office)


# under another law


def test_a_type_that_asks_for_more_now_is_not_opened_without_it(office: World) -> None:
    """A case is pinned to its law, what it opens follows the law in force: where they do not fit, it is told."""
    ref = office.new("matter", "wang")
    new = CHORE.replace("post:       {type: text}", "post:       {type: text, required: true}")
    filled = MATTER.replace("fields: {subject", "fields: {post: $ref, subject").replace(
        ', "post?": $post(unit_head)', ""
    )
    office.apply(new, filled)
    done = office.do(ref, "decide", "wang", severity="major", copies="data")
    assert [(row["why"], row["of"]) for row in done.not_opened] == [("refused", "post")]
    other, opened = decided(office)
    assert office.case(opened[0])["fields"]["post"] == other
    assert sound(office)


def test_a_type_that_is_gone_is_not_opened(office: World) -> None:
    """The policy in force has no such type any more: the act stands, nothing is opened."""
    ref = office.new("matter", "wang")
    office.store.transact(lambda tx: tx.put("DELETE FROM in_force WHERE type = 'chore'"))
    done = office.do(ref, "decide", "wang", severity="major", copies="data")
    assert [(row["why"], row["of"]) for row in done.not_opened] == [("no-type", "chore")]


def test_what_bars_somebody_begins_at_its_beginning(world: World) -> None:
    """A type with effects is opened by a missed limit in its first state, with nothing decided about anybody."""
    matter = MATTER.partition("opens:")[0].replace(", when: closed(follow-up)", "")
    sanction = good("sanction").replace("actions:\n", LAPSES, 1).replace("clocks:\n", EXPIRES, 1)
    world.apply(sanction, f"{matter}{ACCUSES}")
    ref = world.new("matter", "wang")
    world.fast_forward(days=20)
    (link,) = world.case(ref)["links"]
    sanction = world.case(link["ref"])
    assert (link["kind"], sanction["state"], sanction["fields"]["respondent"]) == ("sanction", "opened", "qian")
    assert world.rows("SELECT count(*) FROM effect") == [(0,)]
    assert sound(world)


def test_only_the_engine_says_what_opened_a_case(office: World) -> None:
    """Nobody links a case by hand as opened by another."""
    ref, other = office.new("matter", "wang"), office.new("matter", "wang")
    who = office.who("wang")
    with pytest.raises(Usage):
        office.store.transact(lambda tx: engine.link(tx, ref, "opened-by", other, who=who))


# side by side


def test_cases_whose_clocks_open_others_are_known_to_the_pump(office: World) -> None:
    """Of what is due, the matters have a commit of their own, and the errands share one."""
    office.apply(ERRAND)
    for _ in range(3):
        office.new("matter", "wang")
        office.new("errand", "wang")
    office.until("2026-03-24 10:00", jump=True)
    with office.store.read() as tx:
        alone = pump.openers(tx)
    assert alone == {case for (case,) in office.rows("SELECT id FROM cases WHERE type = 'matter'")}


def test_openers_and_openings_do_not_wait_for_each_other_in_a_circle(office: World) -> None:
    """Two pumps, acts that open and plain openings at once: all is done, nothing failed, every number is there."""
    refs = [office.new("matter", "wang") for _ in range(24)]
    office.until("2026-02-24 10:00", jump=True)
    wang = office.who("wang")
    failed: list[Exception] = []

    def at_once(work: Any) -> threading.Thread:
        def run() -> None:
            store = Store(office.url)
            try:
                work(store)
            except Exception as problem:  # noqa: BLE001  # told by the test below
                failed.append(problem)
            finally:
                store.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def act(store: Store) -> None:
        given = {"severity": "major", "copies": "data,county"}
        for ref in refs[:6]:
            store.transact(lambda tx, ref=ref: engine.act(tx, ref, "decide", who=wang, given=given))

    def new(store: Store) -> None:
        for _ in range(6):
            store.transact(
                lambda tx: engine.open_case(tx, "matter", unit="safety", title="M", given={"joint": "yes"}, who=wang)
            )

    for thread in [at_once(pump.pump), at_once(pump.pump), at_once(act), at_once(new)]:
        thread.join()
    assert failed == []
    pump.run_once(office.store)
    assert office.rows("SELECT count(*) FROM cases WHERE type = 'chore'") == [(24 + 12 + 6,)]
    assert office.rows("SELECT count(*) FROM timer WHERE attempts > 0") == [(0,)]
    assert sound(office)
