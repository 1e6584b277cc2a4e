"""One case, acted on: every refusal typed, every act once, and nothing written where it is refused."""

from __future__ import annotations

import pytest
from support.charge import missed
from support.world import World, local

from states.errors import Conflict, NotFound, NotNow, NotPermitted, Problem, Usage
from workflow import engine


def test_a_report_lives_from_draft_to_archive(world: World) -> None:
    """The plain path: submitted with a file, reviewed by another, archived by the office; then it is closed."""
    ref = world.report()
    assert ref == "RPT-2026-0001"
    world.do(ref, "submit", "wang", file="the report")
    world.do(ref, "review", "feng")
    done = world.do(ref, "archive", "sun")
    assert (done.from_state, done.to_state, done.version) == ("reviewed", "archived", 4)
    case = world.case(ref)
    assert case["closed_at"] == "2026-02-09T09:00:00+08:00"
    assert {clock["name"]: clock["state"] for clock in case["clocks"]} == {
        "submit": "met",
        "review": "met",
        "archive": "met",
    }
    assert [file["name"] for file in case["files"]] == ["paper.txt"]
    assert [row["action"] for row in world.events(ref, "case.acted")] == ["submit", "review", "archive"]


REFUSED = [
    ("submit", "wang", {}, NotNow, "file"),
    ("submit", "zhao", {"file": "x"}, NotPermitted, "none of these roles"),
    ("review", "feng", {}, NotNow, "not possible while"),
    ("shred", "wang", {}, Usage, "no action"),
    ("withdraw", "wang", {}, NotNow, "reason"),
    ("submit", "wang", {"file": "x", "colour": "red"}, Usage, "no field"),
    ("submit", "wang", {"file": "x", "expect": 7}, Conflict, "version 1, not 7"),
]


@pytest.mark.parametrize(("action", "login", "words", "kind", "says"), REFUSED)
def test_a_refusal_is_one_typed_sentence_and_writes_nothing(  # noqa: PLR0917  # one row of the table
    world: World, action: str, login: str, words: dict[str, str], kind: type[Problem], says: str
) -> None:
    """Each way an act can be refused has its type and says why; the case and its trail stay as they were."""
    ref = world.report()
    before = (world.case(ref), world.events(ref))
    with pytest.raises(kind, match=says):
        world.do(ref, action, login, **words)  # type: ignore[arg-type]
    assert (world.case(ref), world.events(ref)) == before


def test_who_submitted_may_not_review(world: World) -> None:
    """Four eyes over the history: the reviewer who is also the submitter is refused, another reviewer is not."""
    ref = world.report(as_="feng")
    world.do(ref, "submit", "feng", file="x")
    with pytest.raises(NotPermitted, match="whoever did that may not do review"):
        world.do(ref, "review", "feng")
    world.do(ref, "review", "zhao")


def test_four_eyes_also_count_the_one_stood_for(world: World) -> None:
    """A deputy who submitted for the owner binds both: neither may review."""
    world.leave("wang", "2026-02-09", "2026-02-13", deputy="feng")
    ref = world.report(as_="wang")
    world.do(ref, "submit", "feng", file="x")
    event = world.events(ref, "case.acted")[0]
    assert (event["actor"], event["behalf"]) == ("feng", "wang")
    with pytest.raises(NotPermitted):
        world.do(ref, "review", "feng")


def test_a_key_makes_a_repeat_harmless_and_a_reuse_a_conflict(world: World) -> None:
    """The same key with the same words answers what was done; with other words it is refused."""
    ref = world.report()
    first = world.do(ref, "submit", "wang", file="x", key="monday")
    again = world.do(ref, "submit", "wang", file="x", key="monday")
    assert again.again
    assert again.event == first.event
    assert len(world.events(ref, "case.acted")) == 1
    with pytest.raises(Conflict, match="already used"):
        world.do(ref, "submit", "wang", file="other", key="monday")


def test_a_key_covers_opening_too(world: World) -> None:
    """The retry of an opening gives the same case, not a second one."""
    who = world.who("wang")

    def opening() -> engine.Outcome:
        return world.store.transact(
            lambda tx: engine.open_case(
                tx, "report", unit="safety", title="T", given={"recipient": "county"}, who=who, key="open-1"
            )
        )

    assert opening().ref == opening().ref == "RPT-2026-0001"
    assert world.rows("SELECT count(*) FROM cases") == [(1,)]


OPENINGS = [
    ("raport", {}, Usage, "Did you mean|no case type"),
    ("report", {}, Usage, "needs the field recipient"),
    ("report", {"recipient": "nowhere"}, NotFound, "no unit nowhere"),
    ("report", {"recipient": "county", "kind": "specal"}, Usage, "not a choice"),
    ("incident", {"severity": "large", "occurred_at": "2026-02-09 08:00"}, Usage, "not what the field"),
    ("incident", {"severity": "large", "occurred_at": "2026-02-10T08:00+08:00"}, Usage, "not what the field"),
    ("accountability", {"respondent": "nobody"}, NotFound, "neither a person nor a unit"),
]


@pytest.mark.parametrize(("type_", "given", "kind", "says"), OPENINGS)
def test_a_wrong_opening_is_refused_and_takes_no_number(
    world: World, type_: str, given: dict[str, str], kind: type[Problem], says: str
) -> None:
    """Unknown types, units, people, choices, naive and future times are refused; the register stays gapless."""
    with pytest.raises(kind, match=says):
        world.new(type_, "wang", **given)
    assert world.report() == "RPT-2026-0001"
    assert world.log(kind="case.opened")[0]["n"] == 1


def test_awareness_cannot_come_before_the_occurrence(world: World) -> None:
    """Two times of one incident that contradict each other are refused."""
    with pytest.raises(Usage, match="before it occurred"):
        world.incident("large", occurred_at="2026-02-09T08:30+08:00", aware_at="2026-02-09T08:00+08:00")


def test_an_act_cannot_date_itself_before_its_case(world: World) -> None:
    """A decision cannot take effect before the case was even opened."""
    cited = missed(world)
    ref = world.new(
        "accountability", "zhou", respondent="li", post="unit_head", ground="late", cites=cited, gravity="minor"
    )
    world.do(ref, "open", "zhao")
    world.do(ref, "investigate", "zhou", facts="late by a week")
    world.do(ref, "answer", "li", statement="the figures came late")
    world.do(ref, "hear", "zhao", record="heard")
    with pytest.raises(Usage, match="before the case"):
        world.do(ref, "decide", "zhao", measure="award", effective_on="2026-02-08", grounds="g")
    world.do(ref, "decide", "zhao", measure="award", effective_on="2026-02-09", grounds="g")
    effects = world.events(ref, "case.acted")[-1]["data"]["effects"]
    assert effects == [{"bars": ["award"], "whom": "li", "from": "2026-02-09", "until": "2026-12-31"}]


def test_the_hearing_waits_for_the_answer_or_its_time(world: World) -> None:
    """Without an answer the hearing is refused; once the ten working days have passed it is not."""
    cited = missed(world)
    ref = world.new(
        "accountability", "zhou", respondent="li", post="unit_head", ground="late", cites=cited, gravity="minor"
    )
    world.do(ref, "open", "zhao")
    world.do(ref, "investigate", "zhou", facts="f")
    with pytest.raises(NotNow, match="answer has not been done, and the limit answer is not over"):
        world.do(ref, "hear", "zhao", record="r")
    world.until("2026-03-02 09:00")  # 10 working days after 9 February: 28 February, a working Saturday
    world.do(ref, "hear", "zhao", record="r")
    with pytest.raises(NotPermitted):
        world.do(ref, "decide", "zhou", measure="none", effective_on="2026-03-02", grounds="g")


def test_an_appeal_is_answered_by_the_superior_and_not_by_the_first_decider(world: World) -> None:
    """The decider may not uphold the own decision; the superior's may."""
    cited = missed(world)
    ref = world.new(
        "accountability", "zhou", respondent="li", post="unit_head", ground="late", cites=cited, gravity="minor"
    )
    for action, login, given in (
        ("open", "zhao", {}),
        ("investigate", "zhou", {"facts": "f"}),
        ("answer", "li", {"statement": "s"}),
        ("hear", "zhao", {"record": "r"}),
        ("decide", "qian", {"measure": "demote", "effective_on": "2026-03-01", "grounds": "g"}),
        ("appeal", "li", {"grounds": "not proportionate"}),
    ):
        world.do(ref, action, login, **given)
    with pytest.raises(NotPermitted):
        world.do(ref, "uphold", "qian", reason="r")
    world.do(ref, "overturn", "pan", reason="the report was one day late")
    assert world.case(ref)["state"] == "overturned"


def test_a_case_keeps_the_law_it_was_opened_under(world: World) -> None:
    """After a new policy the old case follows the old definition, the new case the new one."""
    old = world.report()
    text = """
case: report
ref: RPT
fields: {recipient: {type: unit, required: true}}
states: {drafted: {initial: true}, done: {final: true}}
actions: {finish: {from: drafted, to: done, by: [owner]}}
clocks: {finish: {runs_in: drafted, limit: 5 working days, holders: [owner], ladder: overdue}}
"""
    world.apply(text)
    new = world.report()
    world.do(new, "finish", "wang")
    with pytest.raises(Usage, match="no action finish"):
        world.do(old, "finish", "wang")
    world.do(old, "submit", "wang", file="x")
    assert world.case(old)["policy"] != world.case(new)["policy"]


def test_a_closed_case_takes_remarks_and_nothing_else(world: World) -> None:
    """Assigning or attaching to a closed case is refused; a comment is put on record."""
    ref = world.report()
    world.do(ref, "withdraw", "wang", reason="opened by mistake")
    wang, li = world.who("wang"), world.who("li")
    with pytest.raises(NotNow, match="closed"):
        world.store.transact(lambda tx: engine.assign(tx, ref, li.actor or "", who=wang))
    paper = world.paper("late")
    with pytest.raises(NotNow, match="closed"):
        world.store.transact(lambda tx: engine.attach(tx, ref, paper, who=wang))
    version = world.case(ref)["version"]
    world.store.transact(lambda tx: engine.comment(tx, ref, "see RPT-2026-0002", who=wang))
    assert world.case(ref)["version"] == version
    assert world.events(ref, "case.commented")[0]["data"]["text"] == "see RPT-2026-0002"


def test_assigning_hands_the_case_and_its_clocks_over(world: World) -> None:
    """The unit head gives the case to another post-holder, who is told and now holds the clock."""
    ref = world.report()
    li, chen, zhou = world.who("li"), world.who("chen"), world.who("zhou")
    world.store.transact(lambda tx: engine.assign(tx, ref, chen.actor or "", who=li, reason="on another matter"))
    assert world.case(ref)["owner"] == "chen"
    assert world.clock(ref, "submit")["holders"] == ["chen"]
    assert world.rows("SELECT kind, person FROM outbox WHERE ref IS NOT NULL") == [("case.assigned", chen.actor)]
    with pytest.raises(NotPermitted):
        world.store.transact(lambda tx: engine.assign(tx, ref, li.actor or "", who=zhou))


def test_links_point_to_cases_once(world: World) -> None:
    """A link needs an existing other case and is made once."""
    one, two = world.report(), world.report()
    wang = world.who("wang")

    def link(other: str) -> engine.Outcome:
        return world.store.transact(lambda tx: engine.link(tx, one, "follows", other, who=wang))

    link(two)
    assert world.case(one)["links"] == [{"kind": "follows", "ref": two}]
    with pytest.raises(Conflict, match="already linked"):
        link(two)
    with pytest.raises(NotFound):
        link("RPT-2026-0009")
    with pytest.raises(Usage):
        link(one)


def test_actions_on_offer_are_those_the_engine_would_take(world: World) -> None:
    """What `case show` offers a person is exactly what the engine does not refuse for who they are."""
    ref = world.report()
    for login in ("wang", "li", "feng", "zhao", "sun", "chen"):
        offered = {row["name"]: row["allowed"] for row in world.case(ref, as_=login)["actions"]}
        assert set(offered) == {"submit", "withdraw"}
        for action, allowed in offered.items():
            who = world.who(login)
            try:
                with world.store.write() as tx:
                    engine.act(tx, ref, action, who=who, files=[world.paper("x")], reason="r")
                    raise KeyboardInterrupt  # roll back: this was only a try
            except KeyboardInterrupt:
                done = True
            except NotPermitted:
                done = False
            assert done is allowed, (login, action)


def test_more_time_is_asked_before_the_end_and_granted_by_another(world: World) -> None:
    """Ten working days become fifteen; asking twice, too much, too late or deciding oneself is refused."""
    from states.durations import parse_duration

    ref = world.incident("general")
    li, zhao = world.who("li"), world.who("zhao")

    def ask(by: str, reason: str = "figures are missing") -> engine.Outcome:
        span = parse_duration(by)
        return world.store.transact(
            lambda tx: engine.request_extension(tx, ref, "resolve", span, who=li, reason=reason)
        )

    with pytest.raises(NotNow, match="more than the 10 working days"):
        ask("11wd")
    with pytest.raises(NotNow, match="needs a reason"):
        ask("5wd", reason=" ")
    assert world.clock(ref, "resolve")["due_on"] == "2026-02-28"
    ask("5wd")
    with pytest.raises(Conflict, match="already asked"):
        ask("5wd")
    with pytest.raises(NotPermitted):
        world.store.transact(lambda tx: engine.decide_extension(tx, ref, "resolve", grant=True, who=li))
    world.store.transact(lambda tx: engine.decide_extension(tx, ref, "resolve", grant=True, who=zhao))
    clock = world.clock(ref, "resolve")
    assert (clock["run"], clock["due_on"]) == (2, "2026-03-06")
    extended = world.events(ref, "clock.extended")[0]["data"]
    assert extended["was"]["due_at"] == "2026-02-28T15:59:59.000000Z"
    with pytest.raises(NotNow, match="already extended"):
        ask("1wd")
    world.until("2026-03-08 09:00")
    assert world.clock(ref, "resolve")["state"] == "breached"


def test_an_act_puts_what_was_owed_before_it_on_record_first(world: World) -> None:
    """After downtime the late act finds the breach recorded before it, and is itself recorded as late."""
    ref = world.report()
    world.until("2026-03-05 10:00", jump=True)
    world.do(ref, "submit", "wang", file="x")
    kinds = [row["kind"] for row in world.events(ref)]
    assert kinds.index("clock.breached") < kinds.index("case.acted") < kinds.index("clock.met")
    clock = world.clock(ref, "submit")
    assert clock["state"] == "met"
    assert clock["breached_at"] == "2026-03-01T00:00:00+08:00"
    assert world.events(ref, "clock.met")[0]["data"]["late"] is True


def test_an_act_at_due_is_in_time(world: World) -> None:
    """The last second belongs to the limit; the breach comes one second later."""
    ref = world.report()
    world.until("2026-02-28 23:59:59")
    world.do(ref, "submit", "wang", file="x")
    assert world.clock(ref, "submit")["breached_at"] is None
    assert not world.events(ref, "clock.breached")


def test_time_of_the_record_never_goes_back(world: World) -> None:
    """Each event's time is that of its transaction, and never before the event it follows."""
    ref = world.report()
    world.until("2026-02-12 09:00")
    world.do(ref, "withdraw", "wang", reason="r")
    times = [row["at"] for row in world.events(ref)]
    assert times == sorted(times)
    assert times[-1] == local("2026-02-12 09:00").astimezone().isoformat() or times[-1].startswith("2026-02-12T01:00")


def test_what_a_deputy_may_do_is_told_as_it_is_decided(world: World) -> None:
    """Who stands in for the member in charge, who submitted the report, may not review it; looking says so too."""
    world.leave("feng", "2026-02-09", "2026-02-13", deputy="sun")
    ref = world.report("feng")
    world.do(ref, "submit", "feng", file="the report")
    with pytest.raises(NotPermitted):
        world.do(ref, "review", "sun")
    offered = {row["name"]: row["allowed"] for row in world.case(ref, "sun")["actions"]}
    assert offered["review"] is False
    assert {row["name"]: row["allowed"] for row in world.case(ref, "zhao")["actions"]}["review"] is True
