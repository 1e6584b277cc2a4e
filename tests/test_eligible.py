"""What a decision bars somebody from, day by day; who may ask; and what becomes of it on appeal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.charge import decided, heard, proposed
from support.trails import breaks
from support.world import World

from states.errors import NotFound, NotNow, NotPermitted
from workflow.eligible import eligible
from workflow.held import held
from workflow.verify import verify


def asked(world: World, name: str, what: str, on: str | None = None, as_: str = "sun", **more: Any) -> dict[str, Any]:
    """The answer to somebody of the office."""
    who = world.who(as_)
    day = date.fromisoformat(on) if on else None
    more = {"reason": "yearly review", **more}
    return world.store.transact(lambda tx: eligible(tx, name, what, who=who, on=day, **more))


def barred(world: World, what: str, *days: str, **more: Any) -> list[bool]:
    """Whether li is barred on each of these days."""
    return [asked(world, "li", what, day, **more)["barred"] for day in days]


def problems(world: World) -> list[str]:
    with world.store.read() as tx:
        return [row["what"] for row in verify(tx, replay=True)["problems"]]


def test_a_decision_bars_from_its_day_to_its_last_day(world):
    """Transferred: no awards to the end of the year, no promotion for a year; both ends are barred."""
    ref = decided(world, "transfer", on="2026-06-01")
    assert barred(world, "award", "2026-05-31", "2026-06-01", "2026-12-31", "2027-01-01") == [False, True, True, False]
    assert barred(world, "promotion", "2026-05-31", "2026-06-01", "2027-05-31", "2027-06-01") == [
        False,
        True,
        True,
        False,
    ]
    assert barred(world, "equal-post", "2026-06-01") == [False]
    found = asked(world, "li", "promotion", "2026-07-01")
    title = {"en": "No promotion for one year", "zh": "一年内不得提拔"}
    assert found == {
        "schema": 1, "who": "li", "for": "promotion", "on": "2026-07-01", "barred": True, "until": "2027-05-31",
        "because": [{"case": ref, "effect": title, "from": "2026-06-01", "until": "2027-05-31"}],
    }  # fmt: skip
    assert asked(world, "chen", "promotion")["because"] == []
    assert problems(world) == breaks(world) == []


def test_awards_belong_to_their_assessment_year(world):
    """The awards of a year are given in the next: they are lost all the same, and no others."""
    decided(world, "award", on="2026-06-01")
    assert asked(world, "li", "award", "2027-02-01")["barred"] is False
    assert asked(world, "li", "award", "2027-02-01", year=2026)["until"] == "2026-12-31"
    assert asked(world, "li", "award", "2027-02-01", year=2027)["barred"] is False
    assert asked(world, "li", "award", "2026-05-31", year=2026)["barred"] is False


def test_several_bars_and_the_longest_governs(world):
    """One decision bars from several things; of two decisions the one that lasts longer says until when."""
    first = decided(world, "remove", on="2026-06-01")
    assert asked(world, "li", "equal-post", "2026-06-02")["until"] == "2027-05-31"
    assert asked(world, "li", "promotion", "2026-06-02")["until"] == "2028-05-31"
    second = decided(world, "transfer", on="2027-12-01")
    found = asked(world, "li", "promotion", "2027-12-15")
    assert (found["until"], [row["case"] for row in found["because"]]) == ("2028-11-30", [second, first])


def test_a_longer_sanction_governs(world):
    """The period of a disciplinary sanction is a record of the decision, and the bars last as long at least."""
    ref = decided(world, "transfer", on="2026-06-01", sanction="No. 12", sanction_until="2027-12-01")
    assert asked(world, "li", "promotion", "2026-06-02")["until"] == "2027-12-01"
    assert asked(world, "li", "award", "2026-06-02")["until"] == "2026-12-31"
    assert world.case(ref)["fields"]["sanction"] == "No. 12"
    shorter = decided(world, "transfer", on="2028-06-01", sanction="No. 13", sanction_until="2028-07-01")
    assert asked(world, "li", "promotion", "2028-06-02")["because"][0]["case"] == shorter
    assert asked(world, "li", "promotion", "2028-06-02")["until"] == "2029-05-31"
    assert problems(world) == []


def test_no_measure_bars_from_nothing(world):
    """Decided, and no measure taken."""
    decided(world, "none")
    assert [asked(world, "li", what)["barred"] for what in ("award", "promotion", "equal-post")] == [False] * 3


def test_what_is_overturned_vanishes_from_every_answer(world):
    """Suspended while the appeal is answered, standing again when it is upheld, gone when it is overturned."""
    ref = decided(world, "remove", on="2026-06-01")
    day = "2026-07-01"
    assert barred(world, "promotion", day) == [True]
    world.do(ref, "appeal", "li", grounds="I was never told")
    assert barred(world, "promotion", day) == [True]
    world.do(ref, "suspend", "pan", reason="it may be so")
    assert barred(world, "promotion", day) == barred(world, "equal-post", day) == barred(world, "award", day) == [False]
    world.do(ref, "uphold", "pan", reason="he was told")
    assert barred(world, "promotion", day) == [True]
    world.do(ref, "appeal", "li", grounds="here is the letter")
    world.do(ref, "overturn", "pan", reason="so it was")
    for what in ("award", "promotion", "equal-post"):
        assert asked(world, "li", what, day)["because"] == []
        assert asked(world, "li", what, day, year=2026)["because"] == []
    li = str(world.who("li").actor)
    with world.store.read() as tx:
        assert held(tx, li)["effects"] == []
    assert problems(world) == []


def test_only_another_body_suspends(world):
    """Who decided does not answer the appeal, and the respondent does not suspend."""
    ref = decided(world, "remove")
    world.do(ref, "appeal", "li", grounds="no")
    for login in ("zhao", "qian", "li", "zhou"):
        with pytest.raises(NotPermitted):
            world.do(ref, "suspend", login, reason="let it be")


@pytest.mark.parametrize("login", ["sun", "zhou", "qian", "zhao", "wei", "pan"])
def test_who_may_ask(world, login):
    """Office, inspector, first and direct of the body, and of the body above it."""
    assert asked(world, "li", "award", as_=login)["barred"] is False


@pytest.mark.parametrize("login", ["wang", "chen", "feng"])
def test_who_may_not_ask(world, login):
    """Colleagues, heads of other units and other leaders may not; nothing is written."""
    before = len(world.log())
    with pytest.raises(NotPermitted):
        asked(world, "li", "award", as_=login)
    assert len(world.log()) == before


def test_a_subordinate_body_does_not_ask_upward(world):
    """The office of the county learns nothing about the province."""
    with pytest.raises(NotPermitted):
        asked(world, "wei", "award", as_="sun")


def test_a_look_up_needs_a_reason_and_is_on_record(world):
    """No reason, no answer; with one, the event names who asked about whom and what for."""
    with pytest.raises(NotNow):
        asked(world, "li", "award", reason=" ")
    with pytest.raises(NotFound):
        asked(world, "nobody", "award")
    asked(world, "li", "award", "2026-02-09", year=2026)
    event = world.log(kind="data.read")[-1]
    assert (event["actor"], event["reason"], event["stream"]) == ("sun", "yearly review", "log")
    assert event["data"] == {"what": "eligible", "persons": ["li"], "for": "award", "on": "2026-02-09", "year": 2026}


def test_asking_about_oneself_needs_no_reason(world):
    """It is on record all the same."""
    assert asked(world, "li", "award", as_="li", reason="")["barred"] is False
    assert world.log(kind="data.read")[-1]["actor"] == "li"


def test_a_unit_is_asked_about_too(world):
    """A body can be held to account; its head asks about it as about oneself."""
    assert asked(world, "safety", "award", as_="li", reason="")["barred"] is False
    assert asked(world, "county", "award", as_="wei")["who"] == "county"
    with pytest.raises(NotNow):
        asked(world, "safety", "award", as_="sun", reason="")
    with pytest.raises(NotPermitted):
        asked(world, "safety", "award", as_="chen")
    assert world.log(kind="data.read")[-1]["data"] == {
        "what": "eligible", "persons": [], "for": "award", "on": "2026-02-09", "unit": "county"
    }  # fmt: skip


def test_a_tampered_effect_is_named(world):
    """Any column of the table that is otherwise than the trail says is found by `verify --replay`."""
    decided(world, "remove", on="2026-06-01")
    for change in (
        "UPDATE effect SET until_on = '2026-06-02' WHERE bars = 'promotion'",
        "UPDATE effect SET state = 'ended' WHERE bars = 'award'",
        "UPDATE effect SET whom = 'safety' WHERE bars = 'equal-post'",
    ):
        world.store.transact(lambda tx, change=change: tx.put(change))
    found = problems(world)
    assert {what.split(" is ")[0].split("/")[-1] for what in found} == {
        "award.state", "promotion.until_on", "equal-post.whom"
    }  # fmt: skip
    world.store.transact(lambda tx: tx.put("DELETE FROM effect"))
    assert sum("is missing" in what for what in problems(world)) == 3


def test_nobody_decides_twice_over(world):
    """A respondent is not barred by a proposal, an opening or a hearing: only by a decision."""
    ref = proposed(world)
    heard(world, ref)
    assert asked(world, "li", "promotion")["because"] == []
