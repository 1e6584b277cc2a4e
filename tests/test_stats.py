"""`stats` counts what happened: each figure by hand in a small office, and its facts behind it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from support.measured import MEASURED
from support.world import World

from states.errors import Invalid, NotFound, Usage
from states.scorecards import points_of
from workflow import scorecard as card
from workflow import stats_tables
from workflow.stats import percent

HEAD = "li"


def ontime(world: World, **asked: Any) -> list[dict[str, Any]]:
    with world.store.read() as tx:
        return list(stats_tables.ontime(tx, **asked)["rows"])


def backlog(world: World, **asked: Any) -> list[dict[str, Any]]:
    with world.store.read() as tx:
        return list(stats_tables.backlog(tx, **asked)["rows"])


def workload(world: World, **asked: Any) -> list[dict[str, Any]]:
    with world.store.read() as tx:
        return list(stats_tables.workload(tx, **asked)["rows"])


def scorecard(world: World, **asked: Any) -> dict[str, Any]:
    with world.store.read() as tx:
        return dict(card.scorecard(tx, **asked))


def row(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found


@pytest.fixture
def measured(world: World) -> World:
    """The office under the small policy."""
    world.apply(*MEASURED)
    return world


@pytest.fixture
def lived(measured: World) -> World:
    """Two reports handed in, one of them late, one never; an incident told of in time and analysed late; a finding.

    From Monday 9 February to 9 March; the Spring Festival lies between (15 to 23 February).
    """
    prompt, late, never = measured.report(), measured.report(), measured.report(as_="chen", unit="data")
    major = measured.incident("major")
    finding = measured.new("rectification", "wang", finding="no fence")
    measured.until("2026-02-09 09:30")
    measured.do(major, "notify", "li", to="county")
    measured.until("2026-02-10 09:00")
    measured.do(major, "analyse", "wang", analysis="a valve")  # four hours were over
    measured.do(prompt, "submit", "wang", file="paper")
    measured.do(finding, "plan", "wang", plan="a fence")
    measured.until("2026-03-06 10:00")  # ten working days were over on 28 February, a Saturday to work
    measured.do(late, "submit", "wang", file="paper", reason="the figures came late")
    measured.until("2026-03-09 09:00")
    measured.refs = {"prompt": prompt, "late": late, "never": never, "major": major, "finding": finding}  # type: ignore[attr-defined]
    return measured


def test_limits_are_in_time_late_or_overdue(lived: World) -> None:
    """What ended in time, what ended late and what is still overdue are told apart, unit by unit."""
    rows = ontime(lived, unit="safety")
    # in time: first report, submit, plan; late: analyse, submit; overdue: review of the first (5 days), complete
    assert rows == [
        {"unit": "safety", "type": None, "ended": 5, "in_time": 3, "late": 2, "overdue": 2, "percent": 43},
    ]
    by_type = ontime(lived, unit="safety", by_type=True)
    assert row(by_type, type="incident") == {
        "unit": "safety", "type": "incident", "ended": 2, "in_time": 1, "late": 1, "overdue": 0, "percent": 50,
    }  # fmt: skip
    assert row(by_type, type="rectification")["overdue"] == 1


def test_the_facts_behind_a_table_are_as_many_as_it_counts(lived: World) -> None:
    """`explain` lists a row for each thing counted, with the case to look at."""
    facts = ontime(lived, unit="safety", explain=True)
    assert Counter(fact["outcome"] for fact in facts) == {"in-time": 3, "late": 2, "overdue": 2}
    assert {fact["ref"] for fact in facts if fact["outcome"] == "overdue"} == {
        lived.refs["prompt"], lived.refs["finding"],  # type: ignore[attr-defined]
    }  # fmt: skip
    held = workload(lived, unit="safety", explain=True)
    assert len(held) == sum(one[key] for one in workload(lived, unit="safety") for key in ("opened", "closed", "open"))


def test_the_backlog_has_age_lateness_and_what_comes_next(lived: World) -> None:
    """Open cases stand by state, with their age in days, how many are overdue, and when the next is due."""
    rows = backlog(lived, unit="safety")
    assert row(rows, type="rectification") == {
        "unit": "safety", "type": "rectification", "state": "planned", "open": 1, "overdue": 1,
        "to_7": 0, "to_30": 1, "to_90": 0, "older": 0, "oldest": 28, "next_due_at": None,
    }  # fmt: skip
    submitted = row(rows, type="report", state="submitted")
    assert (submitted["open"], submitted["overdue"]) == (2, 1)
    assert submitted["next_due_at"] == "2026-03-13T23:59:59+08:00"
    assert len(backlog(lived, explain=True)) == sum(one["open"] for one in backlog(lived))


def test_the_workload_is_of_units_and_posts(lived: World) -> None:
    """Cases are counted for the unit and limits for the post that holds them; no row names a person."""
    rows = workload(lived, unit="safety")
    assert row(rows, post=None) == {
        "unit": "safety", "post": None, "counts": "cases", "opened": 5, "closed": 0, "open": 5,
    }  # fmt: skip
    # of the owner: two submits, the analysis, the plan and the completion
    assert row(rows, post="owner") == {
        "unit": "safety", "post": "owner", "counts": "limits", "opened": 5, "closed": 4, "open": 1,
    }  # fmt: skip
    assert {one["post"] for one in rows} == {None, "owner", "reviewer", "unit_head", "head"}


def test_a_scorecard_adds_up_and_shows_the_sum(lived: World) -> None:
    """Points follow from figures, worths and weights, and the sum that leads to them is shown."""
    rows = scorecard(lived, unit="safety")["rows"]
    reports = row(rows, post=None, measure="reports")
    assert reports["figures"] == [
        {"level": None, "outcome": "in-time", "count": 1},
        {"level": None, "outcome": "late", "count": 1},
    ]
    assert (reports["points"], reports["of"]) == (14, 20)
    assert reports["how"] == "20 × (1×100 + 1×40) ÷ ((1 + 1) × 100) = 14"
    incidents = row(rows, post=None, measure="incidents")
    assert incidents["how"] == "20 × (1×4×100 + 1×4×40) ÷ ((1×4 + 1×4) × 100) = 14"
    assert row(rows, post="unit_head", measure="incidents")["figures"] == [
        {"level": "major", "outcome": "in-time", "count": 1}
    ]
    for post in {one["post"] for one in rows}:
        of_post = [one for one in rows if one["post"] == post]
        assert of_post[-1]["measure"] == "total"
        assert of_post[-1]["points"] == sum(one["points"] or 0 for one in of_post[:-1])


def test_the_facts_behind_a_scorecard_are_as_many_as_its_figures(lived: World) -> None:
    """For every unit, post, measure, level and outcome the facts are as many as the figure says."""
    found = scorecard(lived)
    facts = scorecard(lived, explain=True)["rows"]
    told = Counter((fact["unit"], fact["measure"], fact["level"], fact["outcome"]) for fact in facts)
    counted = {
        (one["unit"], one["measure"], figure["level"], figure["outcome"]): figure["count"]
        for one in found["rows"]
        if one["post"] is None
        for figure in one["figures"]
    }
    assert counted == told
    posts = Counter((fact["unit"], fact["post"], fact["measure"], fact["level"], fact["outcome"]) for fact in facts)
    assert posts == {
        (one["unit"], one["post"], one["measure"], figure["level"], figure["outcome"]): figure["count"]
        for one in found["rows"]
        if one["post"] is not None
        for figure in one["figures"]
    }


def test_duties_count_as_they_stand(measured: World) -> None:
    """A duty met in time is met, one done after its day is late, one not done is missed; each belongs to its post."""
    measured.until("2026-02-26 09:00")
    plan = next(case for case in _cases(measured, "study-plan") if case["unit"] == "county")
    measured.do(plan["ref"], "submit", "sun", file="plan")  # due by 27 February
    measured.until("2026-04-03 09:00")
    statement = next(case for case in _cases(measured, "statement-of-responsibility") if case["unit"] == "safety")
    measured.do(statement["ref"], "submit", "li", file="signed", reason="late")
    facts = scorecard(measured, measure="duties", explain=True)["rows"]
    told = {(fact["unit"], fact["name"]): (fact["post"], fact["outcome"]) for fact in facts}
    assert told["county", "study-plan"] == ("office", "met")
    assert told["safety", "statement-of-responsibility"] == ("head", "late")
    assert told["data", "statement-of-responsibility"] == ("head", "missed")
    late = row(scorecard(measured, unit="safety")["rows"], post="head", measure="duties")
    assert (late["points"], late["how"]) == (20, "40 × (1×50) ÷ ((1) × 100) = 20")


OWN = """
duties:
  duty-statement:
    opens: report
    for: {kind: body, post: [first, direct]}
    every: year
    due: {on: 03-31, roll: previous}
    lead: 20 working days
    fields: {recipient: $body}
"""


def test_what_a_post_owes_itself_counts_for_that_post(measured: World) -> None:
    """A leader's own statement, done or missed, is that post's, and so is the limit of its case."""
    measured.apply(OWN, name="own.yaml")
    measured.until("2026-03-20 09:00")
    for case in _cases(measured, "duty-statement"):
        if measured.case(case["ref"])["owner"] == "qian":
            measured.do(case["ref"], "submit", "qian", file="paper")
    measured.until("2026-04-03 09:00")
    told = {(one["unit"], one["post"]): one["outcome"] for one in scorecard(measured, measure="duties", explain=True)[
        "rows"] if one["name"] == "duty-statement"}  # fmt: skip
    assert told == {
        ("county", "first"): "met", ("county", "direct"): "missed",
        ("province", "first"): "missed", ("province", "direct"): "missed",
    }  # fmt: skip
    limits = Counter((one["post"], one["outcome"]) for one in ontime(measured, unit="county", explain=True))
    assert (limits["first", "in-time"], limits["direct", "overdue"]) == (1, 1)


def _cases(world: World, duty: str) -> list[dict[str, Any]]:
    return [{"unit": unit, "ref": ref} for unit, ref in world.rows(
        "SELECT unit, ref FROM period WHERE duty = :duty", duty=duty)]  # fmt: skip


def test_a_time_given_to_somebody_is_no_duty(measured: World) -> None:
    """A time to answer counts for nobody, whether it is used or not; nor does a limit that nobody holds."""
    used = measured.new("hearing", "zhou", respondent="li")
    measured.new("hearing", "zhou", respondent="li")
    measured.do(used, "answer", "li")
    measured.do(used, "close", "zhou")
    measured.fast_forward(days=40)
    assert {fact["name"] for fact in ontime(measured, explain=True) if fact["type"] == "hearing"} == {"close"}


def test_a_year_gone_by_is_told_as_it_was(lived: World) -> None:
    """At the end of the year what was open and overdue then is counted, whatever became of it since."""
    lived.until("2026-12-31 12:00")
    refs = lived.refs  # type: ignore[attr-defined]
    last = lived.report()
    lived.until("2027-01-04 09:00")
    before = (
        ontime(lived, year=2026),
        backlog(lived, year=2026),
        workload(lived, year=2026),
        scorecard(lived, year=2026),
    )
    then = [fact["ref"] for fact in ontime(lived, year=2026, unit="data", explain=True) if fact["outcome"] == "overdue"]
    assert refs["never"] in then
    lived.do(refs["never"], "submit", "chen", file="paper", reason="at last")
    lived.do(refs["finding"], "complete", "wang", file="photo", reason="at last")
    lived.do(last, "withdraw", "wang", reason="no need")
    lived.do(refs["major"], "regrade", "zhao", severity="general", reason="nobody was hurt")
    lived.until("2027-03-01 09:00")
    assert _all_of_2026(lived) == before
    assert {fact["ref"] for fact in workload(lived, year=2026, explain=True) if fact["outcome"] == "open"} >= {last}
    assert row(ontime(lived, year=2027, by_type=True, unit="data"), type="report")["late"] == 1


def _all_of_2026(world: World) -> tuple[Any, ...]:
    return tuple(table(world, year=2026) for table in (ontime, backlog, workload, scorecard))


def test_nothing_in_the_register_moves_a_figure(lived: World) -> None:
    """Who leaves, who comes and who gets another post changes no figure of what was."""
    before = scorecard(lived), workload(lived), ontime(lived)
    lived.register(
        "postings:\n"
        "  - {person: li, unit: data, post: unit_head, from: 2026-02-01, to: 2026-03-01}\n"
        "  - {person: wang, unit: county, post: office, from: 2026-01-01}\n"
    )
    assert (scorecard(lived), workload(lived), ontime(lived)) == before


def test_another_policy_leaves_the_figures_of_what_was(lived: World) -> None:
    """Types that are no longer in force are still counted, under the weights they had."""
    before = scorecard(lived)["rows"], ontime(lived)
    lived.apply(pack="helpdesk")
    assert (scorecard(lived)["rows"], ontime(lived)) == before


def test_nobody_is_named_and_nobody_is_ranked(lived: World) -> None:
    """Rows stand in the order of the unit's code and the post's name, and no answer holds a login, name or id."""
    for rows in (ontime(lived), workload(lived), scorecard(lived)["rows"]):
        keys = [(one["unit"], one.get("post") or "") for one in rows]
        assert keys == sorted(keys)
    told = str([ontime(lived, explain=True), backlog(lived, explain=True), scorecard(lived, explain=True)])
    logins = [login for (login,) in lived.rows("SELECT login FROM person")]
    assert not [word for word in [*(f"'{login}'" for login in logins), "p_"] if word in told]


def test_bad_questions_are_refused(world: World) -> None:
    """An unknown unit or measure, a year that has not begun and a year that cannot be are told apart from nothing."""
    with pytest.raises(NotFound):
        ontime(world, unit="nowhere")
    with pytest.raises(NotFound):
        scorecard(world, measure="zeal")
    for year in (2027, 0, 99999):
        with pytest.raises(Usage):
            backlog(world, year=year)
    assert ontime(world, year=1999) == []


def test_no_scorecard_at_all_is_said(tmp_path: Any) -> None:
    """A workspace that never had weights says so."""
    world = World.make(f"sqlite:///{tmp_path / 'duecourse.db'}", tmp_path, pack="helpdesk")
    with pytest.raises(Invalid):
        scorecard(world)
    world.close()


@pytest.mark.parametrize(("part", "whole", "wanted"), [(0, 0, None), (1, 2, 50), (1, 3, 33), (2, 3, 67), (1, 200, 1)])
def test_a_share_is_a_whole_number(part: int, whole: int, wanted: int | None) -> None:
    """Percentages are whole, halves are rounded up, and of nothing there is none."""
    assert percent(part, whole) == wanted


@pytest.mark.parametrize(
    ("most", "points", "how"),
    [(None, -6, "-(4×1 + 1×2) = -6"), (6, -6, "-(4×1 + 1×2) = -6"), (5, -5, "-(4×1 + 1×2, ≤ 5) = -5")],
)
def test_escalations_take_off_no_more_than_their_bound(most: int | None, points: int, how: str) -> None:
    """Where the policy bounds what escalations take off, the sum says so."""
    measure = {"counts": "escalations", "deduct": [0, 1, 2], **({"at-most": most} if most else {})}
    assert points_of(measure, {("2", "told"): 4, ("3", "told"): 1}) == (points, 0, how)
