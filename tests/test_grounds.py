"""On what ground somebody may be held to account, and who decides about whom."""

from __future__ import annotations

import pytest
from support.charge import heard, late_report, missed, proposed
from support.trails import breaks
from support.world import World

from states.errors import NotNow, NotPermitted
from workflow.verify import verify

RESOLUTION = """
case: resolution
ref: RSL
fields:
  present: {type: persons}
  against: {type: persons}
states:
  open: {initial: true}
  done: {final: true}
actions:
  close: {from: open, to: done, by: [owner], takes: [present, against]}
clocks:
  close: {runs_in: open, limit: 1 hour, holders: [owner], ladder: late}
ladders:
  late:
    - {after: 0, tell: [owner]}
decision: {took_part: present, objected: against}
"""


def problems(world: World) -> list[str]:
    with world.store.read() as tx:
        return [row["what"] for row in verify(tx, replay=True)["problems"]]


def refused(world: World, match: str, **given: str) -> None:
    """Refused for now, and nothing written."""
    before = len(world.log())
    with pytest.raises(NotNow, match=match):
        proposed(world, **given)
    assert len(world.log()) == before


def test_a_breach_is_a_ground_and_stands_in_the_opening(world):
    """The opening says which failure it rests on, in which stream, and on which day."""
    cited = late_report(world)
    breach = world.events(cited, "clock.breached")[0]
    ref = proposed(world, cited)
    ground = world.events(ref, "case.opened")[0]["data"]["ground"]
    assert ground == {
        "how": "breach", "stream": cited, "n": breach["n"], "unit": "safety", "days": ["2026-02-28", "2026-02-28"],
    }  # fmt: skip
    assert problems(world) == breaks(world) == []


def test_no_failure_no_case(world):
    """A report that is in time, a duty nobody missed, an incident still open: nothing is opened."""
    refused(world, "no verified failure", cites=world.report())
    refused(world, "no verified failure", cites="yearly-plan")
    refused(world, "no verified failure", cites=world.incident("general"))


def test_a_time_given_to_somebody_is_nobodys_duty(world):
    """That a respondent did not answer, and that a proposal lapsed, is no failure."""
    case = proposed(world, missed(world))
    world.do(case, "open", "zhao")
    world.do(case, "tell", "sun")
    world.until("2026-03-03 09:00")
    assert [row["data"]["clock"] for row in world.events(case, "clock.breached")] == ["answer"]
    refused(world, "no verified failure", cites=case)


def test_a_concluded_incident_is_a_ground_but_not_of_a_consequence(world):
    """Reported and resolved in time, an incident shows no breached duty, and a consequence needs one."""
    ref = world.incident("general", as_="li")
    world.do(ref, "notify", "li", to="county")
    world.do(ref, "analyse", "li", analysis="a valve")
    world.do(ref, "report", "li", summary="s")
    refused(world, "no verified failure", cites=ref, ground="not-led")
    world.do(ref, "resolve", "li", outcome="o")
    refused(world, "only together with a breached duty", cites=ref, ground="consequence")
    case = proposed(world, ref, ground="not-led")
    assert world.events(case, "case.opened")[0]["data"]["ground"]["how"] == "concluded"
    assert proposed(world, missed(world), ground="consequence")


def test_a_verified_finding_is_a_ground(world):
    """From the day it was found to the day it was verified."""
    ref = world.new("rectification", "zhou", finding="no fence")
    world.do(ref, "plan", "li", plan="a fence")
    refused(world, "no verified failure", cites=ref)
    world.do(ref, "complete", "li", file="a photograph")
    world.do(ref, "verify", "zhou")
    assert proposed(world, ref, ground="not-done")


def test_a_missed_duty_is_a_ground_for_its_unit_only(world):
    """The yearly plan of the county was missed: whoever answered for it there may be charged, nobody elsewhere."""
    world.until("2026-04-10 09:00")
    missed_by = {row["data"]["unit"] for row in world.log(kind="duty.missed") if row["data"]["duty"] == "yearly-plan"}
    assert "county" in missed_by
    case = proposed(world, "yearly-plan", unit="county", respondent="zhao", post="direct", ground="not-done")
    assert world.events(case, "case.opened")[0]["data"]["ground"]["stream"] == "duty/yearly-plan/county"
    world.register("units: [{code: town, name: Town, kind: body, parent: county}]")
    refused(world, "no verified failure", cites="yearly-plan", unit="town", respondent="town", post="body")


@pytest.mark.parametrize(
    ("respondent", "post"),
    [("li", "first"), ("wang", "unit_head"), ("li", "minister"), ("li", "head of something")],
)
def test_a_respondent_who_never_held_the_post_is_refused(world, respondent, post):
    """The post named must be one that was held; nothing is written."""
    refused(world, "did not hold the post", cites=missed(world), respondent=respondent, post=post)


def test_a_respondent_who_came_later_or_had_left_is_refused(world):
    """What counts is the day of the failure, whatever the register says of today."""
    cited = late_report(world)  # due 28 February, it is 6 March
    world.register(
        """
people: [{login: gu, name: Gu}, {login: he, name: He}]
postings:
  - {person: gu, unit: safety, post: unit_head, from: 2025-01-01, to: 2026-02-27, acting: true}
  - {person: he, unit: safety, post: unit_head, from: 2026-03-01, acting: true}
  - {person: li, unit: safety, post: unit_head, from: 2025-01-01, to: 2026-03-02}
"""
    )
    refused(world, "did not hold", cites=cited, respondent="gu")
    refused(world, "did not hold", cites=cited, respondent="he")
    assert proposed(world, cited, respondent="li", post="unit_head of safety")


def test_a_leader_in_charge_answers_by_portfolio(world):
    """Feng has no posting of that name; the portfolio says it."""
    assert proposed(world, missed(world), respondent="feng", post="member_in_charge")


def test_others_only_where_the_law_says_so(world):
    """Without `respondents` a law is about bodies and leaders."""
    from states.catalog import pack_sources

    text = pack_sources("responsibility")["accountability.yaml"]
    world.apply(text.replace("  respondents: any\n", "").replace("ref: ACC", "ref: ACD"))
    cited = missed(world)
    refused(world, "not held to account under this law", cites=cited, respondent="li", post="unit_head")
    refused(world, "not held to account under this law", cites=cited, respondent="safety", post="unit")
    assert proposed(world, cited, respondent="zhao", post="direct")
    assert proposed(world, cited, respondent="county", post="body")


def test_a_failure_elsewhere_is_no_ground(world):
    """A post of the same name in a body beside, or a unit there, has nothing to do with it; one above or below has."""
    world.register("""
units: [{code: town, name: Town, kind: body, parent: county}, {code: port, name: Port, kind: body, parent: county}]
people: [{login: mei, name: Mei}, {login: tan, name: Tan}]
postings:
  - {person: mei, unit: town, post: first, from: 2025-01-01}
  - {person: tan, unit: port, post: first, from: 2025-01-01}
""")
    cited = late_report(world, unit="town", as_="mei")
    for whom, post in (("tan", "first"), ("port", "body")):
        refused(world, "another body", cites=cited, unit="county", respondent=whom, post=post)
    for whom, post in (("mei", "first"), ("qian", "first"), ("town", "body")):
        assert proposed(world, cited, unit="county", respondent=whom, post=post)


def test_who_objected_is_not_held_to_account_for_the_decision(world):
    """Who was against what failed is refused as a respondent; who was for it is not."""
    world.apply(RESOLUTION)
    decision = world.new("resolution", "sun", unit="county")
    world.do(decision, "close", "sun", present="zhao,feng,li", against="feng")
    cited = missed(world)
    link(world, cited, "decided-in", decision)
    refused(world, "objected to what was decided in RSL", cites=cited, respondent="feng", post="member_in_charge")
    assert proposed(world, cited, respondent="zhao", post="direct")


@pytest.mark.parametrize(("records", "links"), [("feng", "li"), ("sun", "feng")])
def test_nobody_writes_a_charge_away_alone(world, records, links):
    """An objection that only who objected put on record, or linked to the failure, protects nobody."""
    world.apply(RESOLUTION)
    decision = world.new("resolution", records, unit="county")
    world.do(decision, "close", records, present="zhao,feng,li", against="feng")
    cited = missed(world)
    link(world, cited, "decided-in", decision, as_=links)
    assert proposed(world, cited, respondent="feng", post="member_in_charge")


def link(world: World, ref: str, kind: str, other: str, *, as_: str = "li") -> None:
    from workflow import engine

    who = world.who(as_)
    world.store.transact(lambda tx: engine.link(tx, ref, kind, other, who=who))


def test_about_the_first_and_the_body_the_superior_decides(world):
    """Neither the first nor the deputy of the county opens a case about the first; the province does."""
    for given in ({"respondent": "qian", "post": "first"}, {"respondent": "county", "post": "body"}):
        ref = proposed(world, missed(world), **given)
        for login in ("zhao", "qian", "zhou"):
            with pytest.raises(NotPermitted):
                world.do(ref, "open", login)
        assert allowed(world, ref, "zhao", "open") is False
        assert allowed(world, ref, "pan", "open") is True
        world.do(ref, "open", "pan")
        world.do(ref, "investigate", "zhou", facts="f")
        world.do(ref, "answer", "qian", statement="s")
        with pytest.raises(NotPermitted):
            world.do(ref, "hear", "zhao", record="r")
        world.do(ref, "hear", "pan", record="r")
        for login in ("zhao", "qian"):
            with pytest.raises(NotPermitted):
                world.do(ref, "decide", login, measure="award", effective_on=world.now[:10], grounds="g")
        world.do(ref, "decide", "wei", measure="award", effective_on=world.now[:10], grounds="g")
        assert world.events(ref, "case.acted")[-1]["data"]["powers"] == ["superior.decider"]
    assert problems(world) == []


def allowed(world: World, ref: str, login: str, action: str) -> bool:
    return next(row["allowed"] for row in world.case(ref, login)["actions"] if row["name"] == action)


def test_a_post_held_today_counts_too(world):
    """Who was a head then and is the first now is decided about by the superior."""
    cited = missed(world)
    world.register(
        """
postings:
  - {person: qian, unit: county, post: first, from: 2025-01-01, to: 2026-02-28}
  - {person: li, unit: county, post: first, from: 2026-03-01}
"""
    )
    ref = proposed(world, cited)
    assert allowed(world, ref, "zhao", "open") is True
    world.until("2026-03-02 09:00")
    assert allowed(world, ref, "zhao", "open") is False
    assert allowed(world, ref, "wei", "open") is True


def test_nobody_decides_in_their_own_case(world):
    """The directly responsible leader, when respondent, neither opens nor dismisses nor decides; the first does."""
    ref = proposed(world, missed(world), respondent="zhao", post="direct")
    for action, given in (("open", {}), ("dismiss", {"reason": "it was not me"})):
        with pytest.raises(NotPermitted, match="own case"):
            world.do(ref, action, "zhao", **given)
    heard(world, ref, decider="qian", party="zhao")
    with pytest.raises(NotPermitted, match="own case"):
        world.do(ref, "decide", "zhao", measure="none", effective_on=world.now[:10], grounds="g")
    world.do(ref, "decide", "qian", measure="none", effective_on=world.now[:10], grounds="g")
    assert problems(world) == []


def test_a_body_decides_about_those_below_and_not_above(world):
    """The province may charge a head of the county; the county has no power over the province."""
    ref = proposed(world, missed(world), unit="province")
    world.do(ref, "open", "pan")
    up = proposed(world, missed(world), respondent="pan", post="direct")
    for login in ("zhao", "qian"):
        with pytest.raises(NotPermitted, match="outside the powers"):
            world.do(up, "open", login)
    world.until("2026-03-20 09:00")
    assert world.case(up)["state"] == "dismissed"
    assert problems(world) == []


def test_the_respondent_is_sent_word(world):
    """Of the opening, of the decision and of the answer to an appeal; the superior is sent word of the appeal."""
    ref = heard(world, proposed(world, missed(world)))
    world.do(ref, "decide", "qian", measure="award", effective_on=world.now[:10], grounds="g")
    world.do(ref, "appeal", "li", grounds="no")
    world.do(ref, "uphold", "pan", reason="yes")
    rows = world.rows(
        "SELECT o.body, p.login FROM outbox o JOIN person p ON p.id = o.person"
        " WHERE o.ref = :ref AND o.kind = 'case.acted' ORDER BY o.id",
        ref=ref,
    )
    assert sorted(rows) == sorted(
        [(f'{{"action": "{name}"}}', login) for name, login in (
            ("open", "li"), ("decide", "li"), ("appeal", "pan"), ("appeal", "wei"), ("uphold", "li"),
        )]
    )  # fmt: skip
    assert problems(world) == []
