"""Duties: windows become periods with their cases in time, once, and end as the case's dated clock ends."""

from __future__ import annotations

import threading
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import compiled, pack
from support.world import World, admin

from jobs import expand
from jobs.expand import Memory
from states.catalog import pack_sources
from states.errors import NotFound, Usage
from workflow import duties, policies
from workflow.schedule import Schedule
from workflow.skipping import skip_window
from workflow.store import Store
from workflow.windows import due_day, windows

NEW_UNIT = "units: [{code: new, name: New, kind: body, parent: province}]"
HALF_YEAR = "half-yearly-report"

COUNTED = {"study-sessions", "special-meeting", "special-meeting-of-subordinates"}  # open from the start

ONE_DUTY = """
duties:
  {code}:
    opens: report
    for: {{kind: {kind}}}
    every: {every}
    due: {due}
    lead: {lead}
    owner: {owner}
    fields: {{recipient: $superior, period: $window}}
"""


def policy(
    *, code: str = "note", kind: str = "body", every: str = "month", due: str = "{end: true, roll: previous}",
    lead: str = "5 working days", owner: str = "office",
) -> dict[str, Any]:  # fmt: skip
    """The pack under one duty alone."""
    shipped = pack_sources("responsibility")
    text = ONE_DUTY.format(code=code, kind=kind, every=every, due=due, lead=lead, owner=owner)
    return compiled({**shipped, "policy.yaml": shipped["policy.yaml"].partition("\nduties:")[0] + text})


@pytest.fixture
def small(world: World) -> World:
    """An office whose bodies owe one note a month, and nothing else."""
    put_in_force(world, policy())
    return world


def put_in_force(world: World, law: dict[str, Any]) -> None:
    world.store.transact(lambda tx: policies.apply(tx, law, admin(tx)))
    world.store.refresh()


def one(world: World, sql: str, **values: Any) -> Any:
    """The first value of the first row."""
    return world.rows(sql, **values)[0][0]


def duty_events(world: World, code: str, unit: str = "county") -> list[dict[str, Any]]:
    """The stream of a duty in a unit."""
    return world.log(stream=f"duty/{code}/{unit}")


def listed(world: World, **asked: Any) -> list[dict[str, Any]]:
    with world.store.read() as tx:
        return duties.list_(tx, **asked)


def of(rows: list[dict[str, Any]], duty: str, unit: str, window: str) -> dict[str, Any]:
    (row,) = [row for row in rows if (row["duty"], row["unit"], row["window"]) == (duty, unit, window)]
    return row


@given(st.integers(2000, 2100), st.sampled_from(["year", "half-year", "quarter", "month"]))
def test_the_windows_of_a_year_cover_it_without_gap_or_overlap(year, every):
    """Every day of a year lies in exactly one window, and the windows are named in order."""
    found = [window for window, _ in zip(windows(every, year), range(12), strict=False) if window.first.year == year]
    assert found[0].first == date(year, 1, 1)
    assert found[-1].last == date(year, 12, 31)
    assert all(after.first.toordinal() == before.last.toordinal() + 1 for before, after in pairwise(found))
    assert [window.name for window in found] == sorted(window.name for window in found)


def test_a_due_day_is_the_named_day_inside_the_window():
    """A half-year with two named days is due on its own one; February the 30th is February's last day."""
    first, second = [window for window, _ in zip(windows("half-year", 2026), range(2), strict=False)]
    assert due_day(first, ["06-30", "12-31"]) == date(2026, 6, 30)
    assert due_day(second, ["06-30", "12-31"]) == date(2026, 12, 31)
    assert due_day(second, ["03-31"]) is None
    assert due_day(next(windows("year", 2026)), ["02-30"]) == date(2026, 2, 28)
    assert due_day(first, None) == date(2026, 6, 30)


def test_a_case_opens_its_lead_before_the_day_at_nine(world):
    """The half-yearly report of 30 June opens twenty working days ahead, at 09:00 local, for each body."""
    done = world.until("2026-07-01")
    opened = [row for row in done["opened"] if row["duty"] == HALF_YEAR]
    assert [(row["at"], row["unit"]) for row in opened] == [
        ("2026-06-01T09:00:00+08:00", "county"),
        ("2026-06-01T09:00:00+08:00", "province"),
    ]
    case = world.case(opened[0]["ref"])
    assert case["title"] == "Half-yearly report to the superior body / 半年工作情况报告 2026-H1"
    assert case["fields"] == {"recipient": "province", "kind": "comprehensive", "period": "2026-H1"}
    assert case["owner"] == "sun"
    assert case["duty"] == HALF_YEAR
    (clock,) = case["clocks"]
    assert (clock["name"], clock["due_on"]) == ("submit", "2026-06-30")


def test_a_body_without_a_superior_reports_to_itself(world):
    """`$superior` is the next body upward, or the body itself at the top."""
    done = world.until("2026-06-02")
    ref = next(row["ref"] for row in done["opened"] if (row["duty"], row["unit"]) == (HALF_YEAR, "province"))
    assert world.case(ref)["fields"]["recipient"] == "province"


def test_opening_leaves_one_event_with_what_it_followed_from(world):
    """`duty.opened` in the duty's stream names window, date, case and the policy that asked for it."""
    world.until("2026-06-02")
    (event,) = duty_events(world, HALF_YEAR)
    assert event["kind"] == "duty.opened"
    assert event["via"] == "system"
    assert event["rule"].startswith(f"responsibility/duty/{HALF_YEAR}@")
    data = event["data"]
    assert (data["window"], data["due_on"], data["provisional"]) == ("2026-H1", "2026-06-30", False)
    assert data["ref"] == one(world, "SELECT ref FROM period WHERE duty = :d AND unit = 'county'", d=HALF_YEAR)


def test_expanding_again_changes_nothing(world):
    """A second run, with or without a memory, opens nothing and writes no event."""
    memory = Memory()
    first = expand.run_once(world.store, memory)
    before = one(world, "SELECT count(*) FROM event")
    assert first
    assert expand.run_once(world.store, memory) == []
    assert expand.run_once(world.store) == []
    assert one(world, "SELECT count(*) FROM event") == before


def test_windows_due_before_the_policy_are_not_owed(world):
    """The summary due on 31 January is not asked of an office that began on 9 February; the study plan is."""
    opened = {row.duty for row in expand.run_once(world.store)}
    assert opened == {"study-plan", *COUNTED}
    assert "yearly-summary" not in {row["duty"] for row in listed(world)}


def test_a_duty_that_comes_back_owes_nothing_for_the_time_between(small):
    """A duty taken out of the policy and put back later counts from the day it came back."""
    small.until("2026-03-02")
    put_in_force(small, policy(code="other"))
    small.until("2026-06-15")
    put_in_force(small, policy(code="note"))
    small.until("2026-07-01")
    found = [
        row[0]
        for row in small.rows("""SELECT "window" FROM period WHERE duty = 'note' AND unit = 'county' ORDER BY 1""")
    ]
    assert found == ["2026-02", "2026-06"]


def test_a_unit_that_joins_later_owes_only_what_is_still_to_come(small):
    """A body registered in May is not asked for the notes of spring, and gets May's on the next run."""
    small.until("2026-05-26T10:00:00+08:00")
    small.register(NEW_UNIT)
    small.fast_forward(hours=1)
    assert small.rows("""SELECT "window" FROM period WHERE unit = 'new'""") == [("2026-05",)]
    assert {row["window"] for row in listed(small, unit="new")} == {f"2026-{month:02d}" for month in range(5, 13)}


def test_a_unit_registered_early_in_the_morning_owes_nothing_of_the_day_before(world):
    """At seven in the morning of 1 March, by the clock of the unit, the note of February is nobody's who is new."""
    put_in_force(world, policy(due="{end: true}"))
    world.until("2026-03-01 07:00")
    world.register(NEW_UNIT)
    expand.run_once(world.store)
    assert [row["window"] for row in listed(world, unit="new") if row["ref"] or row["due_on"] < "2026-03-31"] == []
    world.register("postings: [{person: wang, unit: new, post: office, from: 2026-03-01}]")
    who = world.who("wang")
    with pytest.raises(NotFound):
        world.store.transact(lambda tx: skip_window(tx, "note", "new", "2026-02", who=who, reason="not ours"))


def test_duties_are_not_worked_out_for_ever(small):
    """A year that cannot be meant is refused, and not counted out."""
    for year in (0, -5, 2100, 9999):
        with pytest.raises(Usage):
            listed(small, year=year)
    with small.store.read() as tx, pytest.raises(Usage):
        duties.forecast(tx, date(9999, 12, 31))


def test_a_register_may_say_the_last_day_there_is_for_no_end(world):
    """Some registers write 9999-12-31; and a slip of the pen in a day to come stops no duty."""
    world.register(
        "postings:\n"
        "  - {person: sun, unit: county, post: office, from: 2025-01-01, to: 9999-12-31}\n"
        "  - {person: feng, unit: county, post: direct, from: 9999-12-30}\n"
        "  - {person: wang, unit: data, post: unit_head, from: 9999-12-31, to: 9999-12-31}"
    )
    assert of(listed(world), HALF_YEAR, "county", "2026-H1")["status"] == "open"
    world.fast_forward(days=1)


def test_a_running_worker_notices_new_units_and_policies(small):
    """A memory made before the register and the policy changed does not hide what they brought."""
    memory = Memory()
    small.until("2026-05-26T10:00:00+08:00")
    assert expand.run_once(small.store, memory) == []
    small.register(NEW_UNIT)
    assert [row.unit for row in expand.run_once(small.store, memory)] == ["new"]
    put_in_force(small, policy(kind="[body, unit]"))
    assert [row.unit for row in expand.run_once(small.store, memory)] == ["data", "safety"]


def test_a_duty_made_more_frequent_owes_nothing_for_the_time_before(small):
    """A yearly duty that becomes monthly in May is not missed for January to April."""
    put_in_force(small, policy(every="year"))
    small.until("2026-05-26T10:00:00+08:00")
    put_in_force(small, policy(every="month"))
    small.until("2026-06-10")
    assert [row["window"] for row in listed(small, unit="county") if row["ref"]] == ["2026-05"]


def test_a_duty_in_time_is_met(small):
    """Submitting the case in time meets the window, once, and it counts as done."""
    small.until("2026-02-26")
    ref = listed(small, unit="county", status="at-risk")[0]["ref"]
    small.do(ref, "submit", "sun", file="the note")
    row = of(listed(small), "note", "county", "2026-02")
    assert (row["status"], row["required"], row["done"], row["ref"]) == ("met", 1, 1, ref)
    event = duty_events(small, "note")[-1]
    assert (event["kind"], event["data"]["late"], event["data"]["ref"]) == ("duty.met", False, ref)
    assert event["actor"] == "sun"


def test_a_missed_duty_is_missed_at_its_breach_and_may_still_be_met_late(small):
    """The breach of the dated clock misses the window; what is done afterwards meets it, late."""
    small.until("2026-03-02")
    row = of(listed(small), "note", "county", "2026-02")
    assert (row["status"], row["done"]) == ("missed", 0)
    missed = duty_events(small, "note")[-1]
    assert (missed["kind"], missed["at"]) == ("duty.missed", "2026-02-28T16:00:00.000000Z")
    small.do(row["ref"], "submit", "sun", file="the note")
    row = of(listed(small), "note", "county", "2026-02")
    assert (row["status"], row["done"]) == ("met", 1)
    assert duty_events(small, "note")[-1]["data"]["late"] is True


def test_only_the_dated_clock_decides(small):
    """A return and a second submission, under the type's own limit, change nothing about the met window."""
    small.until("2026-02-26")
    ref = listed(small, unit="county")[0]["ref"]
    small.do(ref, "submit", "sun", file="the note")
    small.do(ref, "return", "zhao", reason="figures are missing")
    small.until("2026-04-01")
    assert of(listed(small), "note", "county", "2026-02")["status"] == "met"
    assert [event["kind"] for event in duty_events(small, "note")][:2] == ["duty.opened", "duty.met"]
    assert small.events(ref, "clock.breached")


def test_withdrawing_its_case_does_not_excuse_a_duty(small):
    """A window whose case was withdrawn is missed when its day is over."""
    small.until("2026-02-26")
    ref = listed(small, unit="county")[0]["ref"]
    small.do(ref, "withdraw", "sun", reason="not needed")
    assert of(listed(small), "note", "county", "2026-02")["status"] == "at-risk"
    small.until("2026-03-01")
    assert of(listed(small), "note", "county", "2026-02")["status"] == "missed"
    assert [event["kind"] for event in duty_events(small, "note")] == ["duty.opened", "duty.missed"]


def test_what_was_withdrawn_is_not_missed_before_its_own_day_is_over(small):
    """At one in the morning of the workspace it is still noon of the last day in New York."""
    small.register("units: [{code: far, name: Far, kind: body, parent: province, zone: America/New_York}]")
    small.register("postings: [{person: wang, unit: far, post: office, from: 2026-01-01}]")
    small.until("2026-03-30 12:00")
    small.do(of(listed(small), "note", "far", "2026-03")["ref"], "withdraw", "wang", reason="not this time")
    small.until("2026-04-01 01:00")
    assert of(listed(small), "note", "far", "2026-03")["status"] != "missed"
    small.until("2026-04-02 01:00")
    assert of(listed(small), "note", "far", "2026-03")["status"] == "missed"


def test_downtime_opens_every_window_that_was_passed(small):
    """After a jump over three months each missed window becomes a case; the overdue ones breach at once."""
    small.until("2026-05-20", jump=True)
    done = small.fast_forward(hours=1)
    of_b = [row for row in done["opened"] if row["unit"] == "county"]
    assert len(of_b) == 3
    rows = [row for row in listed(small, unit="county") if row["ref"]]
    assert [(row["window"], row["status"]) for row in rows] == [
        ("2026-02", "missed"),
        ("2026-03", "missed"),
        ("2026-04", "missed"),
    ]
    assert one(small, "SELECT count(*) FROM timer WHERE state = 'open' AND try_at <= :now", now=small.now) == 0


@pytest.mark.parametrize(
    ("word", "status"), [("latest", ["missed", "skipped", "missed"]), ("skip", ["missed", "skipped", "skipped"])]
)
def test_downtime_is_made_up_for_as_the_duty_says(world, word, status):
    """Of the windows that are over only the latest is opened, or none; those passed over are skipped, on record."""
    law = policy()
    law["duties"]["note"]["catch_up"] = word
    put_in_force(world, law)
    world.until("2026-02-26")
    world.until("2026-05-20", jump=True)
    world.fast_forward(hours=1)
    rows = [of(listed(world), "note", "county", f"2026-0{month}") for month in (2, 3, 4)]
    assert [row["status"] for row in rows] == status
    assert rows[1]["ref"] is None
    skipped = [event for event in duty_events(world, "note") if event["kind"] == "duty.skipped"]
    assert {event["data"]["why"] for event in skipped} == {"downtime"}


def test_rows_are_those_of_the_contract(world):
    """`duty list` rows have exactly the contract's keys, titles in both languages."""
    world.until("2026-06-02")
    row = of(listed(world), HALF_YEAR, "county", "2026-H1")
    assert list(row) == ["duty", "unit", "title", "window", "required", "done", "due_on", "status", "ref"]
    assert row["title"] == {"en": "Half-yearly report to the superior body", "zh": "半年工作情况报告"}
    assert {row["unit"] for row in listed(world, unit="county")} == {"county"}
    assert listed(world, year=2025) == []


def test_the_list_of_a_year_shows_what_is_still_to_open(world):
    """Windows not opened yet are open, without a case."""
    row = of(listed(world, year=2026), HALF_YEAR, "county", "2026-H2")
    assert (row["due_on"], row["status"], row["ref"], row["done"]) == ("2026-12-31", "open", None, 0)


def test_a_window_is_at_risk_when_its_time_has_mostly_gone(small):
    """Open at first, at risk in the last quarter of the time between opening and due."""
    small.until("2026-03-25")
    assert of(listed(small), "note", "county", "2026-03")["status"] == "open"
    small.until("2026-03-31")
    assert of(listed(small), "note", "county", "2026-03")["status"] == "at-risk"


def test_show_tells_the_duty_and_its_periods(small):
    """One duty with what the policy says of it, whom it binds, and its windows so far; unknown ones are refused."""
    small.until("2026-03-02")
    with small.store.read() as tx:
        told = duties.show(tx, "note", unit="county")
        assert (told["every"], told["lead"], told["owner"], told["units"]) == (
            "month",
            "5 working days",
            "office",
            ["county"],
        )
        assert [row["window"] for row in told["periods"]] == ["2026-02"]
        with pytest.raises(NotFound):
            duties.show(tx, "nothing")


def test_a_forecast_tells_when_and_whose(small):
    """What opens by a day, soonest first, with the owners of today; what lies past the calendar is provisional."""
    small.until("2026-02-26")
    with small.store.read() as tx:
        rows = duties.forecast(tx, date(2026, 4, 30), unit="county")
        later = duties.forecast(tx, date(2027, 3, 31), unit="county")
    assert [(row["window"], row["opens_at"], row["due_on"]) for row in rows] == [
        ("2026-03", "2026-03-24T09:00:00+08:00", "2026-03-31"),
        ("2026-04", "2026-04-23T09:00:00+08:00", "2026-04-30"),
    ]
    assert {tuple(row["owners"]) for row in rows} == {("sun",)}
    assert {row["window"]: row["provisional"] for row in later}["2027-01"] is True
    assert not any(row["provisional"] for row in rows)


def test_a_vacant_post_opens_a_case_nobody_owns(small):
    """With nobody in the owning post the case opens all the same, without an owner."""
    small.until("2026-02-26")
    assert small.rows("SELECT unit, owner FROM cases WHERE owner IS NULL") == [("province", None)]


def test_an_opening_that_fails_is_told_and_stops_no_other(world):
    """A duty whose type asks for more than the duty gives fails alone, is remembered, and works once put right."""
    broken = {**pack(), "duties": {**pack()["duties"]}}
    duty = broken["duties"]["study-plan"]
    broken["duties"]["study-plan"] = {**duty, "fields": {"recipient": "nowhere"}}
    broken["duties"]["other-plan"] = {**duty, "code": "other-plan"}
    put_in_force(world, broken)
    memory = Memory()
    assert {row.duty for row in expand.run_once(world.store, memory)} == {"other-plan", *COUNTED}
    assert "nowhere" in memory.trouble()
    assert expand.run_once(world.store, memory) == []
    put_in_force(world, pack())
    assert {row.duty for row in expand.run_once(world.store, memory)} == {"study-plan"}
    assert memory.trouble() == ""


def test_two_workers_open_each_window_once(small):
    """Two workers that expand at the same time leave one case a window and no gap in the register."""
    small.until("2026-12-20", jump=True)
    wrong: list[BaseException] = []

    def work() -> None:
        store = Store(small.url)
        try:
            expand.run_once(store)
        except BaseException as problem:  # noqa: BLE001
            wrong.append(problem)
        finally:
            store.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    count, distinct = small.rows("""SELECT count(*), count(DISTINCT duty || unit || "window") FROM period""")[0]
    assert count == distinct == 20
    assert one(small, "SELECT count(*) FROM cases") == 20
    assert one(small, "SELECT value FROM counter WHERE name = 'register'") == 20


def test_the_zone_of_a_unit_decides_its_days(small):
    """A unit in another zone opens at nine of its own morning, and is late after its own midnight."""
    small.register("units: [{code: far, name: Far, kind: body, parent: province, zone: America/New_York}]")
    small.until("2026-04-02")
    opens = dict(small.rows("""SELECT unit, opens_at FROM period WHERE "window" = '2026-03'"""))
    assert opens["county"] == "2026-03-24T01:00:00.000000Z"
    assert opens["far"] == "2026-03-24T13:00:00.000000Z"
    (missed,) = [event["at"] for event in duty_events(small, "note", "far") if event["data"]["window"] == "2026-03"][1:]
    assert missed == "2026-04-01T04:00:00.000000Z"


def test_a_post_taken_up_in_the_evening_of_the_west_owes_from_that_evening(world):
    """At half past four in Los Angeles the next day has begun in Greenwich, and the case of six is still to open."""
    text = pack_sources("responsibility")["policy.yaml"].replace('act-at: "09:00"', 'act-at: "18:00"')
    put_in_force(world, compiled({**pack_sources("responsibility"), "policy.yaml": text}))
    world.register("units: [{code: west, name: West, kind: body, parent: province, zone: America/Los_Angeles}]")
    world.register("postings: [{person: feng, unit: west, post: direct, from: 2026-03-10}]")
    with world.store.read() as tx:
        schedule = Schedule(tx)
        opened = [one for one in schedule.between("2026-03-11T00:30:00", "2026-03-11T02:00:00") if one.unit == "west"]
    assert [(one.opens_at, one.window) for one in opened if one.duty == "statement-of-leaders"] == [
        ("2026-03-11T01:00:00.000000Z", "direct@2026")
    ]


def test_a_schedule_grows_on_demand_and_stays_the_same(world):
    """What opens in a span is the same however the schedule was asked before."""
    with world.store.read() as tx:
        fresh, asked = Schedule(tx), Schedule(tx)
        asked.between("", "2031")
        for end in ("2026-07", "2027-01", "2028-01"):
            assert fresh.between("2026-05", end) == asked.between("2026-05", end)
        assert fresh.next_opening("2026-05-01") == "2026-06-01T01:00:00.000000Z"


def test_a_schedule_outlives_the_transaction_it_was_drawn_up_in(small):
    """A worker keeps it; what it has not asked the register yet it asks in the transaction at hand."""
    with small.store.read() as tx:
        schedule = Schedule(tx)
    small.store.refresh()
    small.store.close()
    again = Store(small.url)
    with again.read() as tx:
        assert schedule.missing(tx, schedule.between("", "2026-03-01"))
    again.close()


def owed(world: World, unit: str) -> set[tuple[str, str]]:
    return set(world.rows("""SELECT duty, "window" FROM period WHERE unit = :unit""", unit=unit))


def test_a_unit_that_becomes_a_body_owes_from_that_day_on(world: World) -> None:
    """What bodies owed before is not opened for it afterwards; what is counted is owed in part."""
    world.until("2027-02-10 09:00")
    before = owed(world, "safety")
    world.register("units: [{code: safety, name: Work safety, parent: county, kind: body}]")
    world.until("2027-02-12 09:00")
    new = owed(world, "safety") - before
    assert ("study-sessions", "2027") in new
    assert {window[:4] for _, window in new} == {"2027"}
    assert ("yearly-summary", "2027") not in new  # due in January
    ((required,),) = world.rows("SELECT required FROM period WHERE unit = 'safety' AND duty = 'study-sessions'")
    assert required == 10  # 325 of 365 days


def test_a_portfolio_counts_for_the_body_its_units_belonged_to(world: World) -> None:
    """A unit that is put under another body takes no leader, and no duty of one, to that body's past."""
    world.register("units: [{code: town, name: Town, kind: body, parent: county}]")
    world.until("2026-12-20 09:00")
    assert ("duty-statement", "member_in_charge@2026") in owed(world, "county")
    world.register("units: [{code: safety, name: Work safety, parent: town}]")
    world.until("2027-01-04 09:00")
    led = {row for row in owed(world, "town") if row[1].startswith("member_in_charge@")}
    assert led == {("statement-on-appointment", "member_in_charge@2026-12-20")}


def test_a_post_that_is_new_was_not_vacant_before(world: World) -> None:
    """A post that is named for a day to come is vacant from the day it was named on, not since the unit began."""
    world.until("2026-05-11 09:00")
    world.register("postings: [{person: pan, unit: data, post: first, from: 2026-05-14}]")
    world.until("2026-05-15 09:00")
    assert {row for row in owed(world, "data") if row[0] == "vacancy"} == {("vacancy", "first@2026-05-11")}


def test_a_unit_that_is_given_up_owes_nothing_new_and_keeps_what_it_did(world):
    """With a kind no duty binds from mid-year on, nothing later is owed and no post of it is vacant."""
    world.until("2026-05-15 09:00")
    with world.store.read() as tx:
        before = {(row["duty"], row["window"]) for row in duties.list_(tx, unit="safety", year=2026) if row["ref"]}
        owed = {(row["duty"], row["window"]) for row in duties.list_(tx, unit="safety", year=2026)}
    assert before
    assert ("inspection", "2026") in owed - before
    world.register(
        "units: [{code: safety, name: Work safety unit, kind: former, parent: county}]\n"
        "postings: [{person: li, unit: safety, post: unit_head, from: 2025-01-01, to: 2026-05-14}]\n"
    )
    world.until("2027-03-01 09:00")
    with world.store.read() as tx:
        after = {(row["duty"], row["window"]) for row in duties.list_(tx, unit="safety", year=2026)}
        assert duties.list_(tx, unit="safety", year=2027) == []
        assert audit_ok(tx)
    assert after == before


def audit_ok(tx) -> bool:
    """Whether everything is decided the same again."""
    from workflow.verify import verify

    return bool(verify(tx, replay=True)["ok"])
