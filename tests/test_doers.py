"""Who does an act and holds its limit where the law's usual ones may not: powers above, and small bodies."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from support.attack import Attack
from support.charge import heard, late_report, proposed
from support.raw import Raw
from support.trails import breaks
from support.world import World

from states.durations import parse_duration
from states.errors import NotPermitted
from workflow import agenda, engine
from workflow.trail import Who
from workflow.verify import verify

# Two small bodies below the county: one has a first and nobody else who decides, the other one leader besides.
SMALL = """
units:
  - {code: town, name: Town, kind: body, parent: county}
  - {code: port, name: Port, kind: body, parent: county}
people: [{login: mei, name: Mei}, {login: tan, name: Tan}, {login: dai, name: Dai}, {login: gao, name: Gao}]
postings:
  - {person: mei, unit: town, post: first, from: 2025-01-01}
  - {person: tan, unit: town, post: staff, from: 2025-01-01}
  - {person: dai, unit: port, post: direct, from: 2025-01-01}
  - {person: gao, unit: port, post: office, from: 2025-01-01}
"""
HEARING = """
case: hearing
ref: HRG
fields:
  invited: {type: party, required: true}
states:
  called: {initial: true}
  over:   {final: true}
actions:
  speak: {from: called, to: same, by: party}
  end:   {from: called, to: over, by: [unit_head, office], unless: party}
clocks:
  speak: {runs_in: called, limit: 5 working days, met_by: speak, holders: party, ladder: late}
ladders:
  late:
    - {after: 0, tell: party}
"""
HEAD = {"respondent": "qian", "post": "first", "unit": "county"}


def sound(world: World) -> bool:
    with world.store.read() as tx:
        found = verify(tx, replay=True)["problems"]
    return found == breaks(world) == []


def mine(world: World, login: str, ref: str) -> set[str]:
    """The limits of a case that somebody sees as theirs."""
    person = world.who(login).actor
    with world.store.read() as tx:
        rows = agenda.due(tx, mine=person)["rows"]
    return {row["clock"] for row in rows if row["ref"] == ref}


def climbed(world: World, ref: str, clock: str) -> list[tuple[set[str], dict[str, str]]]:
    """Whom each step told, and which roles it skipped for which reason."""
    data = [row["data"] for row in world.events(ref, "clock.escalated") if row["data"]["clock"] == clock]
    return [
        ({one["person"] for one in step["told"]}, {one["role"]: one["why"] for one in step["skipped"]}) for step in data
    ]


def offered(world: World, ref: str, login: str) -> set[str]:
    return {one["name"] for one in world.case(ref, login)["actions"] if one["allowed"]}


def asks_for_time(world: World, ref: str, who: Who) -> None:
    more = parse_duration("20wd")
    world.store.transact(lambda tx: engine.request_extension(tx, ref, "investigate", more, who=who, reason="an expert"))


def grants_time(world: World, ref: str, who: Who) -> None:
    world.store.transact(lambda tx: engine.decide_extension(tx, ref, "investigate", grant=True, who=who))


def test_about_the_head_the_body_above_holds_the_limits_and_is_told(world):
    """The superior's deciders see it, hold it, are told at once; the ladder goes up from there, and not to the head."""
    cited = late_report(world)
    ref = proposed(world, cited, as_="sun", **HEAD)
    assert world.clock(ref, "open")["holders"] == ["wei", "pan"]
    assert {login: mine(world, login, ref) for login in ("pan", "wei", "zhao", "qian")} == {
        "pan": {"open"}, "wei": {"open"}, "zhao": set(), "qian": set(),
    }  # fmt: skip
    world.fast_forward(days=27)
    steps = climbed(world, ref, "open")
    assert steps[0] == ({"sun", "pan", "wei"}, {})
    assert [told for told, _ in steps[1:4]] == [set(), {"pan"}, {"wei"}]
    assert steps[1][1] == {"superior.member_in_charge": "vacant"}
    breach = next(row for row in world.events(ref, "clock.breached") if row["data"]["clock"] == "open")
    assert sorted(breach["data"]["holders"]) == ["pan", "wei"]
    world.do(ref, "open", "pan")
    asks_for_time(world, ref, world.who("zhou"))
    assert {one["person"] for one in world.events(ref, "extension.requested")[0]["data"]["told"]} == {"wei", "pan"}
    for approver in ("zhao", "qian"):
        with pytest.raises(NotPermitted, match=r"superior\.decider|about you"):
            grants_time(world, ref, world.who(approver))
    grants_time(world, ref, world.who("wei"))
    assert world.events(ref, "clock.extended")[-1]["data"]["approve"] == ["superior.decider"]
    world.do(ref, "investigate", "zhou", facts="it was so")
    assert world.clock(ref, "hear")["holders"] == ["wei", "pan"]
    world.fast_forward(days=60)
    ladder = [told for clock in ("told", "investigate", "hear") for told, _ in climbed(world, ref, clock)]
    assert ladder
    assert not any("qian" in told for told in ladder)
    assert sound(world)


def test_about_the_first_of_the_highest_body_the_other_decider_decides(world):
    """No body stands above the province: its directly responsible decides about its first, who never does."""
    cited = late_report(world, as_="pan", unit="province")
    ref = proposed(world, cited, as_="pan", respondent="wei", post="first", unit="province")
    assert world.clock(ref, "open")["holders"] == ["pan"]
    with pytest.raises(NotPermitted):
        world.do(ref, "open", "wei")
    world.do(ref, "open", "pan")
    assert world.case(ref)["state"] == "opened"
    assert sound(world)


def test_the_respondent_is_on_no_ladder_of_the_case(world):
    """A head of a unit and the one who stands in, asked as such, are passed over; the trail says why."""
    ref = proposed(world)
    world.leave("li", "2026-03-01", "2026-12-31", deputy="wang")
    world.fast_forward(days=16)
    told, skipped = climbed(world, ref, "open")[0]
    assert (told, skipped) == ({"zhou"}, {"unit_head": "respondent"})
    case = proposed(world, late_report(world, as_="chen", unit="data"), respondent="zhao", post="direct")
    assert world.clock(case, "open")["holders"] == ["qian"]
    assert sound(world)


def test_nobody_decides_in_the_name_of_the_respondent(world):
    """A deputy has the powers of the one stood for, but not over that one."""
    ref = proposed(world, respondent="zhao", post="direct")
    world.leave("zhao", "2026-03-01", "2026-12-31", deputy="wang")
    assert "open" not in offered(world, ref, "wang")
    for act in ("open", "dismiss"):
        with pytest.raises(NotPermitted, match="about you"):
            world.do(ref, act, "wang", reason="he asked me to")
    world.do(ref, "open", "qian")
    assert sound(world)


def test_the_respondent_does_not_investigate_own_or_assign_the_case(world):
    """Who may investigate cases does not investigate the own one, and a respondent gives the case to nobody."""
    ref = proposed(world, respondent="zhao", post="direct")
    world.do(ref, "open", "qian")
    with pytest.raises(NotPermitted, match="about you"):
        world.do(ref, "investigate", "zhao", facts="nothing happened")
    for by, to in ((world.who("zhao"), world.who("wang")), (world.who("qian"), world.who("zhao"))):
        with pytest.raises(NotPermitted, match="neither owns nor assigns"):
            world.store.transact(lambda tx, by=by, to=to: engine.assign(tx, ref, to.actor or "", who=by))
    assert offered(world, ref, "zhao") == {"answer"}
    charge = {"respondent": "zhao", "post": "direct", "ground": "late", "gravity": "late", "cites": late_report(world)}
    given: dict[str, Any] = {"given": charge, "who": world.who("zhou"), "owner": world.who("zhao").actor}
    with pytest.raises(NotPermitted, match="about them"):
        world.store.transact(lambda tx: engine.open_case(tx, "accountability", unit="safety", title="T", **given))


def test_the_only_decider_investigated_so_the_body_above_decides(world):
    """A body with a first alone: what the first investigated the superior's deciders decide, who hold the limit."""
    world.register(SMALL)
    cited = late_report(world, unit="town", as_="tan")
    ref = proposed(world, cited, as_="tan", unit="town", respondent="tan", post="staff")
    world.do(ref, "open", "mei")
    world.do(ref, "investigate", "mei", facts="it lay in a drawer")
    world.do(ref, "answer", "tan", statement="I was ill")
    assert world.clock(ref, "hear")["holders"] == ["mei"]
    world.do(ref, "hear", "mei", record="heard")
    assert world.clock(ref, "decide")["holders"] == ["qian", "zhao"]
    assert mine(world, "zhao", ref) == {"decide"}
    given = {"measure": "transfer", "effective_on": world.now[:10], "grounds": "late"}
    with pytest.raises(NotPermitted, match="investigate"):
        world.do(ref, "decide", "mei", **given)
    world.fast_forward(days=25)
    assert climbed(world, ref, "decide")[0][0] == {"tan", "qian", "zhao"} - {"tan"}
    world.do(ref, "decide", "zhao", **given)
    assert world.events(ref, "case.acted")[-1]["data"]["or_else"] == ["superior.decider"]
    assert sound(world)


@pytest.mark.parametrize(("unit", "whom", "post"), [("town", "mei", "first"), ("port", "dai", "direct")])
def test_the_only_decider_is_the_respondent(world, unit, whom, post):
    """Nobody else is left in the body: the superior opens, investigates and decides, whatever the post."""
    world.register(SMALL)
    ref = proposed(world, late_report(world), as_="zhou", unit=unit, respondent=whom, post=post)
    assert world.clock(ref, "open")["holders"] == ["qian", "zhao"]
    assert offered(world, ref, whom) == set()
    heard(world, ref, decider="zhao", party=whom)
    given = {"measure": "transfer", "effective_on": world.now[:10], "grounds": "late"}
    world.do(ref, "decide", "zhao", **given)
    assert sound(world)


def test_an_appeal_against_the_superiors_only_decider_goes_one_higher(world):
    """Where who decided is all the superior body has, the body above that one answers."""
    world.register(SMALL)
    world.register("postings: [{person: qian, unit: county, post: first, from: 2025-01-01, to: 2026-02-08}]")
    ref = heard(world, proposed(world, late_report(world), as_="zhou", unit="port", respondent="dai", post="direct"),
                party="dai")  # fmt: skip
    world.do(ref, "decide", "zhao", measure="transfer", effective_on=world.now[:10], grounds="late")
    world.do(ref, "appeal", "dai", grounds="no")
    assert world.clock(ref, "answer_appeal")["holders"] == ["wei", "pan"]
    world.do(ref, "overturn", "pan", reason="it was not so")
    assert sound(world)


def test_a_report_by_the_only_reviewer_is_reviewed_above(world):
    """Not by the author; the superior's reviewer holds the limit, is told at its end, and reviews."""
    world.register(SMALL)
    ref = world.new("report", "dai", unit="port", recipient="county")
    world.do(ref, "submit", "dai", file="a statement")
    assert world.clock(ref, "review")["holders"] == ["zhao"]
    assert (offered(world, ref, "dai"), offered(world, ref, "zhao")) == ({"return", "withdraw"}, {"review"})
    world.fast_forward(days=30)
    steps = climbed(world, ref, "review")
    assert [told for told, _ in steps[:3]] == [{"dai", "zhao"}, set(), {"dai"}]
    world.do(ref, "review", "zhao")
    other = world.report()
    world.do(other, "submit", "wang", file="an ordinary one")
    assert world.clock(other, "review")["holders"] == ["zhao", "feng"]
    with pytest.raises(NotPermitted, match="reviewer"):
        world.do(other, "review", "pan")
    assert sound(world)


def test_who_rose_above_is_not_judged_below(world):
    """A respondent who has gone to the superior body since is decided about there, its first still one higher."""
    ref, other = proposed(world), proposed(world)
    world.do(ref, "open", "zhao")
    last, since = (date.fromisoformat(world.now[:10]) + timedelta(days=days) for days in (1, 2))
    rises = "postings: [{{person: li, unit: safety, post: unit_head, from: 2025-01-01, to: {}}}, {}]"
    world.register(rises.format(last, f"{{person: li, unit: province, post: office, from: {since}}}"))
    world.fast_forward(days=3)
    with pytest.raises(NotPermitted, match=r"superior\.decider"):
        world.do(other, "open", "zhao")
    world.do(other, "open", "pan")
    assert world.events(other, "case.acted")[-1]["data"]["powers"] == ["superior.decider"]
    world.register(f"postings: [{{person: li, unit: province, post: first, from: {world.now[:10]}}}]")
    with pytest.raises(NotPermitted, match=r"superior\.superior\.decider"):
        world.do(ref, "dismiss", "pan", reason="our first")
    assert sound(world)


def test_a_unit_is_told_wherever_its_case_is(world):
    """The head of a unit that is held to account sees the time to answer, though the case is the body's."""
    ref = proposed(world, unit="county", respondent="safety", post="unit")
    world.do(ref, "open", "zhao")
    assert "answer" in mine(world, "li", ref)
    assert mine(world, "chen", ref) == set()


def test_the_party_is_whom_the_field_of_that_type_names(world):
    """Whatever the field is called: that one acts, holds, is told, and is shut out as the party."""
    world.apply(HEARING)
    ref = world.new("hearing", "sun", unit="county", invited="safety")
    assert (mine(world, "li", ref), offered(world, ref, "li")) == ({"speak"}, {"speak"})
    world.fast_forward(days=20)
    assert climbed(world, ref, "speak")[0][0] == {"li"}
    other = world.new("hearing", "wang", invited="li")
    assert offered(world, other, "li") == {"speak"}
    world.do(other, "speak", "li")
    assert sound(world)


def test_whoever_had_it_opened_does_not_decide(world):
    """Opened by a deputy in somebody's name, it is that one's, too; the same of more time that was asked for."""
    zhao, wang = world.who("zhao").actor, world.who("wang").actor
    cited = late_report(world)
    given = {"respondent": "li", "post": "unit_head", "ground": "late", "gravity": "late", "cites": cited}
    ref = world.store.transact(
        lambda tx: engine.open_case(
            tx, "accountability", unit="safety", title="T", given=given, who=Who(wang, "delegation", zhao)
        )
    ).ref
    world.do(ref, "open", "qian")
    asks_for_time(world, ref, Who(world.who("zhou").actor, "delegation", zhao))
    with pytest.raises(NotPermitted, match="asked for more time"):
        grants_time(world, ref, world.who("zhao"))
    world.do(ref, "investigate", "zhou", facts="so it was")
    world.do(ref, "answer", "li", statement="I was on the road")
    world.do(ref, "hear", "qian", record="heard")
    with pytest.raises(NotPermitted, match="opened"):
        world.do(ref, "decide", "zhao", measure="none", effective_on=world.now[:10], grounds="none")
    assert "decide" not in offered(world, ref, "zhao")
    world.do(ref, "decide", "qian", measure="none", effective_on=world.now[:10], grounds="none")
    assert sound(world)


def test_what_an_older_program_allowed_can_still_be_decided_again(world):
    """A respondent investigated, whoever had it opened decided, and who had asked for time granted it: once allowed."""
    qian, wang = (world.who(login).actor for login in ("qian", "wang"))
    ref = proposed(world, as_="wang")
    world.do(ref, "open", "qian")
    asks_for_time(world, ref, world.who("zhou"))
    grants_time(world, ref, world.who("qian"))
    world.do(ref, "investigate", "zhou", facts="so it was")
    world.do(ref, "answer", "li", statement="I was on the road")
    world.do(ref, "hear", "qian", record="heard")
    world.do(ref, "decide", "qian", measure="none", effective_on=world.now[:10], grounds="none")
    raw = Raw(world.url)
    attack = Attack(SimpleNamespace(raw=raw))  # type: ignore[arg-type]
    with raw.unchecked():
        attack.set(ref, attack.kinds(ref, "case.acted")[1], roles=["inspector", "party"])
        of_wang = [n for n in range(1, attack.last(ref)) if attack.event(ref, n)["event"]["actor"] == wang]
        for n in (*of_wang, *attack.kinds(ref, "extension.requested")):
            attack.rewrite(ref, n, behalf=qian, via="delegation")
    raw.close()
    with world.store.read() as tx:
        found = verify(tx, replay=True)["problems"]
    assert [one["what"] for one in found if "register number" not in one["what"]] == []
