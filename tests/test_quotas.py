"""What has to be done so and so often is counted: recorded, corrected, warned of, met, missed or skipped."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.policies import compiled, pack
from support.world import World, admin

from states.catalog import pack_sources
from states.compiler import compile_policy
from states.errors import Conflict, NotFound, NotNow, NotPermitted, Usage
from workflow import activities, agenda, duties, policies, skipping
from workflow.activities import Activity
from workflow.migrate import upgrade
from workflow.store import REVISION
from workflow.verify import verify

CODE = "study-sessions"  # as in the pack: so the duty has been there as long as the office
STREAM = f"duty/{CODE}/county"

SESSIONS = """
policy: small
calendar: CN
zone: Asia/Shanghai
ladders:
  overdue: [{{after: 0, tell: [owner]}}, {{after: 1 working day, tell: [first]}}]
duties:
  study-sessions:
    title: {{en: Study sessions, zh: 学习}}
    opens: quota
    for: {aim}
    every: {every}
    at-least: {least}
    {more}
    fields: {{period: $window}}
"""


def law(*, aim: str = "{kind: body}", every: str = "year", least: int = 12, more: str = "pace: month",
        owner: str = "office") -> dict[str, Any]:  # fmt: skip
    text = SESSIONS.format(aim=aim, every=every, least=least, more=more)
    text += f"    owner: {owner}\n" if owner else ""
    return compiled({"policy.yaml": text, "quota.yaml": quota()})


def quota() -> str:
    """The pack's type of what is counted, without what it proposes."""
    return pack_sources("responsibility")["quota.yaml"].partition("\nopens:")[0]


def put_in_force(world: World, policy: dict[str, Any]) -> None:
    world.store.transact(lambda tx: policies.apply(tx, policy, admin(tx)))
    world.store.refresh()


@pytest.fixture
def office(world: World) -> World:
    """An office whose bodies owe twelve sessions a year; the window of 2026 is open."""
    put_in_force(world, law())
    world.fast_forward(hours=1)
    return world


def record(world: World, on: str, as_: str = "sun", *, unit: str = "county", post: str | None = None,
           key: str | None = None, file: str | None = None, **more: Any) -> Any:  # fmt: skip
    files = [world.paper(file)] if file else []
    what = Activity(date.fromisoformat(on), files=files, **more)
    who = world.who(as_)
    return world.store.transact(
        lambda tx: activities.record_activity(tx, CODE, unit, what, who=who, post=post, key=key)
    )


def correct(world: World, no: int, on: str, as_: str = "sun", **more: Any) -> Any:
    what, who = Activity(date.fromisoformat(on), **more), world.who(as_)
    return world.store.transact(lambda tx: activities.correct(tx, CODE, "county", no, what, who=who))


def skip(world: World, window: str = "2026", as_: str = "qian", *, code: str = CODE, reason: str = "a flood",
         unit: str = "county") -> Any:  # fmt: skip
    who = world.who(as_)
    return world.store.transact(lambda tx: skipping.skip_window(tx, code, unit, window, who=who, reason=reason))


def row(world: World, window: str = "2026", unit: str = "county", year: int = 2026) -> dict[str, Any]:
    with world.store.read() as tx:
        found = duties.list_(tx, year=year, unit=unit)
    return next(one for one in found if (one["duty"], one["window"]) == (CODE, window))


def shown(world: World) -> list[dict[str, Any]]:
    with world.store.read() as tx:
        return list(duties.show(tx, CODE, "county")["periods"][0]["records"])


def stream(world: World, unit: str = "county") -> list[str]:
    return [event["kind"] for event in world.log(stream=f"duty/{CODE}/{unit}")]


def sound(world: World) -> None:
    """Everything can be decided again."""
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []


def test_a_window_opens_at_its_start_with_a_case_due_at_its_end(office):
    """On 1 January the window of the year opens for each body, owed in full and due on 31 December."""
    office.until("2027-01-01T00:30:00+08:00")
    found = row(office, "2027", year=2027)
    assert (found["required"], found["done"], found["due_on"], found["status"]) == (12, 0, "2027-12-31", "open")
    case = office.case(found["ref"])
    assert (case["type"], case["state"], case["owner"]) == ("quota", "counting", "sun")
    assert case["opened_at"] == "2027-01-01T00:00:00+08:00"
    sound(office)


def test_what_is_recorded_is_counted_until_it_is_enough(office):
    """Records add up; the twelfth meets the window, the limit of its case, and leaves no ladder to climb."""
    for day in range(1, 7):
        record(office, f"2026-01-{day:02d}", title=f"session {day}")
    assert (row(office)["done"], row(office)["status"]) == (6, "open")
    outcome = record(office, "2026-01-20", times=6, posts=["first", "direct"], file="the minutes")
    assert (outcome.from_state, outcome.to_state) == ("open", "met")
    found = row(office)
    assert (found["done"], found["required"], found["status"]) == (12, 12, "met")
    assert office.case(found["ref"])["state"] == "fulfilled"
    assert office.clock(found["ref"], "count")["state"] == "met"
    assert stream(office) == ["duty.opened", *["duty.recorded"] * 7, "duty.met"]
    last = shown(office)[-1]
    assert (last["on"], last["count"], last["posts"], last["by"]) == ("2026-01-20", 6, ["first", "direct"], "sun")
    assert [paper["name"] for paper in last["files"]] == ["paper.txt"]
    sound(office)


def test_a_window_not_done_is_missed_with_its_ladder_and_may_be_met_late(office):
    """After the last day the window is missed and the ladder climbs; what comes in later meets it, late."""
    record(office, "2026-02-01", times=11)
    office.until("2027-01-05")
    found = row(office)
    assert found["status"] == "missed"
    assert [step for kind, step, _ in office.told(found["ref"]) if kind == "clock.escalated"] == [1, 2]
    record(office, "2026-12-30", title="the last one")
    assert row(office)["status"] == "met"
    assert office.log(stream=STREAM)[-1]["data"]["late"] is True
    sound(office)


def test_no_window_borrows_from_another(office):
    """Fifteen in one year are not three of the next."""
    record(office, "2026-02-01", times=15)
    office.until("2027-01-02")
    assert row(office, "2027", year=2027)["done"] == 0
    sound(office)


def test_the_owner_is_warned_once_at_each_pace(office):
    """At the end of a month with less done than its share the owner is told, once; who keeps pace is not."""
    record(office, "2026-01-10", times=3)
    office.until("2026-04-01T08:00:00+08:00")
    assert "duty.warned" not in stream(office)
    office.until("2026-07-02")
    warned = [one["data"] for one in office.log(stream=STREAM, kind="duty.warned")]
    assert [(one["pace"], one["done"], one["asked"]) for one in warned] == [
        ("2026-04", 3, 4), ("2026-05", 3, 5), ("2026-06", 3, 6),
    ]  # fmt: skip
    assert [told["person"] for told in warned[0]["told"]] == ["sun"]
    assert row(office)["status"] == "at-risk"
    told = office.rows("SELECT dedup FROM outbox WHERE kind = 'duty.warned' AND ref = :ref", ref=row(office)["ref"])
    assert len(told) == 3
    record(office, "2026-06-20", times=3)
    assert row(office)["status"] == "open"
    sound(office)


def test_what_is_recorded_after_the_day_but_in_its_window_is_decided_again(world):
    """Early on a morning of the office, which is still the day before in Greenwich."""
    put_in_force(world, law(least=2, more="due: {on: 12-15}"))
    world.until("2026-12-20T07:00:00+08:00")
    record(world, "2026-12-20")
    assert row(world)["status"] == "met"
    sound(world)


def test_a_pace_is_judged_in_the_zone_of_what_it_opens(world):
    """Where the case type has a zone of its own, its months end there."""
    text = quota().replace("ref: QTA", "ref: QTA\nzone: Asia/Tokyo")
    sources = {
        "policy.yaml": SESSIONS.format(
            aim="{kind: body}", every="year", least=12, more="pace: month\n    owner: office"
        )
    }
    put_in_force(world, compiled({**sources, "quota.yaml": text}))
    world.until("2026-03-01T12:00:00+08:00")
    assert [one["data"]["pace"] for one in world.log(stream=STREAM, kind="duty.warned")] == ["2026-02"]


def test_after_downtime_only_the_last_pace_is_told(office):
    """Nobody is told five times at once after the program was down for months."""
    office.until("2026-08-15", jump=True)
    office.fast_forward(hours=1)
    warned = [one["data"]["pace"] for one in office.log(stream=STREAM, kind="duty.warned")]
    assert warned == ["2026-07"]
    sound(office)


def due(world: World, unit: str = "county") -> list[tuple[str, bool]]:
    """(kind, overdue) of what is due for the sessions."""
    with world.store.read() as tx:
        return [(one["kind"], one["overdue"]) for one in agenda.due(tx, unit=unit)["rows"] if one["duty"] == CODE]


def test_what_is_due_are_limits_and_duties(office):
    """What is counted is due as a duty from its first day to the day it is enough; the rest are limits of cases."""
    assert due(office) == [("duty", False)]
    office.until("2026-06-02")
    record(office, "2026-05-20", times=6)
    assert due(office) == [("duty", False)]
    office.until("2027-01-02")
    assert due(office) == [("duty", True), ("duty", False)]
    with office.store.read() as tx:
        rows = agenda.due(tx)["rows"]
    assert {row["kind"] for row in rows if row["duty"] != CODE} <= {"clock"}


def test_a_correction_keeps_what_it_corrects(office):
    """The first record stays readable and names its correction; the count follows the correction."""
    no = record(office, "2026-02-01", times=10, title="retreat").event.n
    again = correct(office, no, "2026-02-02", times=2, title="retreat").event.n
    assert row(office)["done"] == 2
    first, second = shown(office)
    assert (first["count"], first["corrected_by"]) == (10, again)
    assert (second["on"], second["count"], second["corrects"]) == ("2026-02-02", 2, no)
    with pytest.raises(Conflict, match="corrected by"):
        correct(office, no, "2026-02-03")
    with pytest.raises(NotFound):
        correct(office, 99, "2026-02-03")
    sound(office)


def test_a_correction_can_take_back_that_it_was_enough(office):
    """A met window is open again when a correction leaves too little, and is missed if nothing follows."""
    no = record(office, "2026-02-01", times=12).event.n
    correct(office, no, "2026-02-01", times=0)
    assert (row(office)["done"], row(office)["status"]) == (0, "at-risk")
    case = office.case(row(office)["ref"])
    assert (case["state"], case["clocks"][0]["due_on"], case["clocks"][0]["state"]) == (
        "counting", "2026-12-31", "running",
    )  # fmt: skip
    assert stream(office)[-1] == "duty.reopened"
    office.until("2027-01-02")
    assert row(office)["status"] == "missed"
    sound(office)


def test_more_than_enough_is_recorded_until_the_case_is_filed(office):
    """A met window takes further records until ten working days after its end; then it is over."""
    record(office, "2026-02-01", times=12)
    record(office, "2026-02-03", title="another one")
    assert row(office)["done"] == 13
    office.until("2027-01-20")
    assert office.case(row(office)["ref"])["state"] == "closed"
    with pytest.raises(NotNow, match="is over"):
        record(office, "2026-12-01")
    sound(office)


@pytest.mark.parametrize(
    ("on", "more", "problem"),
    [
        ("2026-02-10", {}, Usage),  # to come
        ("2025-12-30", {}, NotNow),  # in a window that never was
        ("2026-02-01", {"times": 0}, Usage),
        ("2026-02-01", {"times": -1}, Usage),
        ("2026-02-01", {"posts": ["wang"]}, Usage),  # a person is not a post
        ("2026-02-01", {"present": 0}, Usage),
        ("2026-02-01", {"post": "direct"}, Usage),  # a duty of the unit
        ("2026-02-01", {"unit": "nowhere"}, NotFound),
    ],
)
def test_what_cannot_have_been_is_refused(office, on, more, problem):
    """Days to come or in no window, senseless counts and names of persons are refused, and nothing is written."""
    before = office.rows("SELECT count(*) FROM event")
    with pytest.raises(problem):
        record(office, on, **more)
    assert office.rows("SELECT count(*) FROM event") == before


def test_what_was_before_the_unit_is_refused(office):
    """A unit that is new in May has nothing to record for April, and owes its part of the year."""
    office.until("2026-05-01T10:00:00+08:00")
    office.register(
        "units: [{code: new, name: New, kind: body, parent: province}]\n"
        "postings: [{person: ma, unit: new, post: office, from: 2026-05-01}]\npeople: [{login: ma, name: Ma}]"
    )
    office.fast_forward(hours=1)
    assert row(office, unit="new")["required"] == 8  # 245 of 365 days
    with pytest.raises(NotNow):
        record(office, "2026-04-30", "ma", unit="new")
    record(office, "2026-05-01", "ma", unit="new")
    sound(office)


def test_the_same_meeting_is_recorded_once(office):
    """Same day with the same minutes or title is a conflict; another title on the day is another meeting."""
    record(office, "2026-02-01", title="Law", file="minutes of law")
    for more in ({"title": "law "}, {"title": "other", "file": "minutes of law"}):
        with pytest.raises(Conflict, match="recorded already"):
            record(office, "2026-02-01", **more)
    record(office, "2026-02-01", title="Economy", file="minutes of economy")
    record(office, "2026-02-02", title="Law")
    assert row(office)["done"] == 3


def test_a_key_makes_a_repeat_harmless(office):
    """The same key answers what was done; with other arguments it is a conflict."""
    first = record(office, "2026-02-01", title="Law", key="k1")
    again = record(office, "2026-02-01", title="Law", key="k1")
    assert again.again
    assert again.event == first.event
    with pytest.raises(Conflict):
        record(office, "2026-02-02", title="Law", key="k1")
    assert row(office)["done"] == 1


def test_only_whose_duty_it_is_or_head_or_office_may_record(office):
    """The office and the head may, a clerk of a unit may not."""
    record(office, "2026-02-01", "qian", title="one")
    for nobody in ("wang", "wei"):
        with pytest.raises(NotPermitted):
            record(office, "2026-02-02", nobody)


def test_a_window_is_skipped_by_who_leads_with_a_reason(office):
    """Neither met nor missed: its case ends, nobody is told, and nothing more is recorded in it."""
    with pytest.raises(NotNow, match="reason"):
        skip(office, reason=" ")
    with pytest.raises(NotPermitted):
        skip(office, as_="wang")
    with pytest.raises(NotFound):
        skip(office, "2026-H3")
    skip(office)
    found = row(office)
    assert found["status"] == "skipped"
    assert office.case(found["ref"])["state"] == "waived"
    with pytest.raises(NotNow):
        record(office, "2026-02-01")
    with pytest.raises(NotNow, match="already"):
        skip(office)
    office.until("2027-01-10")
    assert row(office)["status"] == "skipped"
    assert not office.events(found["ref"], "clock.breached", "clock.escalated")
    (event,) = office.log(stream=STREAM, kind="duty.skipped")
    assert (event["actor"], event["reason"], event["data"]["why"]) == ("qian", "a flood", "asked")
    sound(office)


def test_a_window_to_come_can_be_skipped(office):
    """It never opens."""
    skip(office, "2027")
    office.until("2027-02-01")
    found = row(office, "2027", year=2027)
    assert (found["status"], found["ref"]) == ("skipped", None)
    sound(office)


def test_a_dated_window_can_be_skipped_too(world):
    """The limit of its day ends, neither met nor missed; the report itself stays with its owner."""
    world.until("2026-06-02")
    with world.store.read() as tx:
        found = next(one for one in duties.list_(tx, unit="county") if one["window"] == "2026-H1")
    skip(world, "2026-H1", code=found["duty"])
    assert world.clock(found["ref"], "submit")["state"] == "cancelled"
    world.until("2026-07-10")
    with world.store.read() as tx:
        again = next(one for one in duties.list_(tx, unit="county") if one["ref"] == found["ref"])
    assert again["status"] == "skipped"
    sound(world)


def test_a_window_whose_report_was_withdrawn_can_be_skipped(world):
    """Its case is over and is told nothing more; the record agrees."""
    world.until("2026-06-02")
    with world.store.read() as tx:
        found = next(one for one in duties.list_(tx, unit="county") if one["window"] == "2026-H1")
    world.do(found["ref"], "withdraw", "sun", reason="not this time")
    skip(world, "2026-H1", code=found["duty"])
    assert world.events(found["ref"])[-1]["kind"] == "clock.cancelled"
    assert "why" not in world.events(found["ref"])[-1]["data"]
    sound(world)


def test_a_duty_of_posts_has_a_window_for_each(world):
    """Each holder's post has its own window and case, named by the post; a successor goes on with it."""
    put_in_force(world, law(aim="{kind: body, post: [first, direct, member_in_charge]}", owner="", least=2))
    world.fast_forward(hours=1)
    windows = {"direct@2026", "first@2026", "member_in_charge@2026"}
    with world.store.read() as tx:
        rows = duties.list_(tx, unit="county")
    assert {one["window"] for one in rows} == windows
    owners = {one["window"]: world.case(one["ref"])["owner"] for one in rows}
    assert owners == {"direct@2026": "zhao", "first@2026": "qian", "member_in_charge@2026": "feng"}
    record(world, "2026-02-01", "zhao", title="by myself")
    record(world, "2026-02-01", "sun", title="for feng", post="member_in_charge")
    with pytest.raises(Usage, match="of which"):
        record(world, "2026-02-02", "sun", title="of whom?")
    world.register(
        "people: [{login: gao, name: Gao}]\npostings:\n"
        "  - {person: zhao, unit: county, post: direct, from: 2025-01-01, to: 2026-03-31}\n"
        "  - {person: gao, unit: county, post: direct, from: 2026-04-01}"
    )
    world.until("2026-04-02")
    record(world, "2026-04-01", "gao", title="now mine")
    assert (row(world, "direct@2026")["done"], row(world, "direct@2026")["status"]) == (2, "met")
    sound(world)


def test_a_post_newly_held_owes_its_part(world):
    """A post first held in July owes half of the year."""
    put_in_force(world, law(aim="{kind: body, post: inspector}", owner="", least=12))
    world.register("postings: [{person: pan, unit: province, post: inspector, from: 2026-07-02}]")
    world.until("2026-07-03")
    assert row(world, "inspector@2026", unit="province")["required"] == 6
    assert row(world, "inspector@2026")["required"] == 12
    sound(world)


def test_a_post_newly_held_at_new_year_is_forecast_with_its_holder(world):
    """The window opens at midnight of the unit, which is still the old year in Greenwich."""
    put_in_force(world, law(aim="{kind: body, post: inspector}", owner="", least=12))
    world.register("postings: [{person: pan, unit: province, post: inspector, from: 2027-01-01}]")
    with world.store.read() as tx:
        owners = {one["unit"]: one["owners"] for one in duties.forecast(tx) if one["window"] == "inspector@2027"}
    assert owners == {"province": ["pan"], "county": ["zhou"]}


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ("all", ["missed", "missed", "missed"]),
        ("latest", ["skipped", "skipped", "skipped"]),  # that of the month that runs is the latest
        ("skip", ["skipped", "skipped", "skipped"]),
    ],
)
def test_after_downtime_windows_are_made_up_for_as_the_duty_says(world, policy, status):
    """All, the latest, or none of the windows that are over is opened; those passed over are on record."""
    put_in_force(world, law(every="month", least=1, more=f"catch-up: {policy}"))
    world.until("2026-03-01T10:00:00+08:00")
    world.until("2026-07-10", jump=True)
    world.fast_forward(hours=1)
    assert [row(world, f"2026-0{month}")["status"] for month in (4, 5, 6)] == status
    assert row(world, "2026-07")["status"] == "open"
    assert row(world, "2026-03")["status"] == "missed"  # it was open already
    why = {one["data"]["why"] for one in world.log(stream=STREAM, kind="duty.skipped")}
    assert why == ({"downtime"} if policy != "all" else set())
    sound(world)


def test_a_type_in_which_enough_could_not_be_told_is_refused():
    """While its limit runs a case can be told that enough is recorded, in whatever state people brought it to."""
    both = "[counting, looked_at]"
    looked = quota().replace("runs_in: counting", f"runs_in: {both}")
    acts = "look: {from: counting, to: looked_at, by: office}\n  back: {from: looked_at, to: counting, by: office}"
    looked = looked.replace("\nstates:", "\nstates:\n  looked_at: {}").replace("\nactions:", f"\nactions:\n  {acts}")
    text = SESSIONS.format(aim="{kind: body}", every="year", least=12, more="owner: office")
    made, flaws = compile_policy({"policy.yaml": text, "quota.yaml": looked})
    assert (made, [flaw.code for flaw in flaws]) == (None, ["duty-acts"]), flaws
    everywhere = looked.replace("from: counting\n    to: fulfilled", f"from: {both}\n    to: fulfilled")
    made, flaws = compile_policy({"policy.yaml": text, "quota.yaml": everywhere})
    assert made, flaws


def test_an_older_workspace_is_brought_up(world):
    """What lived before anything was counted is upgraded, agrees with its trail, and counts from then on."""
    dated = {code: duty for code, duty in pack()["duties"].items() if "at_least" not in duty}
    put_in_force(world, {**pack(), "duties": dated})
    world.until("2026-03-02")
    assert world.rows("SELECT count(*) FROM period")[0][0] > 0

    def older(tx: Any) -> None:
        """The tables as they were at the revision before."""
        tx.put("DROP TABLE activity")
        for column in ("required", "done", "warned"):
            tx.put(f"ALTER TABLE period DROP COLUMN {column}")
        tx.put("UPDATE alembic_version SET version_num = '0003'")

    world.store.transact(older)
    world.store.close()
    assert upgrade(world.url) == ("0003", REVISION)
    again = World(world.url, world.home)
    sound(again)
    again.apply(pack="responsibility")
    again.fast_forward(hours=1)
    record(again, "2026-03-02")
    assert row(again)["done"] == 1
    sound(again)
    again.close()
