"""An office lives two years through the installed program, then answers for days in them, whatever changed since."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from support.two_years import (
    AFTERWARDS,
    Chronicle,
    autumn,
    new_year,
    questions,
    second_year,
    spring,
    summer,
    winter,
)


class Told(NamedTuple):
    """The office, what it answered on 5 January 2027, and what it answers after the register was changed."""

    office: Chronicle
    before: dict[str, Any]
    after: dict[str, Any]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Lived once; the second asking types in this process."""
    office = Chronicle(tmp_path_factory.mktemp("two-years") / "office")
    for chapter in (winter, spring, summer, autumn, new_year, second_year):
        chapter(office)
    asked = questions(office.refs)
    before = {name: office.type(*words) for name, words in asked.items()}
    office.bring(AFTERWARDS)
    office.until("2027-01-08")
    after = {name: office.json(*words) for name, words in asked.items()}
    return Told(office, before, after)


def holders(told: Told, question: str) -> list[tuple[str, str | None, str]]:
    return [(row["person"], row["for"], row["why"]) for row in told.before[question]["holders"]]


def steps(told: Told, question: str) -> list[tuple[str, int, list[tuple[str, str | None]]]]:
    """(clock, step, whom with for whom) of everything that was told."""
    rows = [row["data"] for row in told.before[question]["rows"]]
    return [(row["clock"], row["step"], [(one["person"], one["for"]) for one in row["told"]]) for row in rows]


def test_who_was_answerable_for_what_on_a_day(told: Told) -> None:
    """Before and after the transfer, during the leave, in the vacancy, while somebody acted, up to the body above."""
    assert holders(told, "unit_head of SAFE on 2025-06-30") == [("li.na", None, "posting")]
    assert holders(told, "unit_head of SAFE on 2025-07-01") == [("wu.tao", None, "posting")]
    assert holders(told, "unit_head of DATA on 2025-07-15") == [("chen.chen", "zhou.ping", "deputy")]
    assert holders(told, "unit_head of DATA on 2026-04-07") == []
    assert holders(told, "unit_head of DATA on 2026-04-08") == [("chen.chen", None, "acting")]
    assert holders(told, "member_in_charge of SAFE on 2025-04-10") == [("sun.yue", None, "portfolio")]
    assert holders(told, "superior.first of DATA on 2025-04-10") == [("gao.yuan", None, "posting")]
    rows = told.before["answerable"]["failures"][0]["answerable"]
    assert {row["person"]: row["bears"] for row in rows} == {
        "wang.min": "main", "zhao.qiang": "main", "sun.yue": "in-charge", "li.na": "concrete",
    }  # fmt: skip


def test_what_was_due_on_a_day(told: Told) -> None:
    """In February the plan was to come by the end of the month, and why; in March it was overdue."""
    (february,), (march,) = told.before["due in February"]["clocks"], told.before["due in March"]["clocks"]
    assert (february["state"], february["due_on"], february["holders"]) == ("running", "2025-02-28", ["qian.fang"])
    assert (march["state"], march["level"]) == ("breached", 4)
    assert told.before["why due then"]["clocks"][0]["due_on"] == "2025-02-28"
    windows = {(row["duty"], row["window"]): row for row in told.before["duties of 2025"]["rows"]}
    assert windows["half-yearly-report", "2025-H1"]["due_on"] == "2025-06-30"


def test_what_was_done(told: Told) -> None:
    """Duties met, late and missed, year by year; sessions counted in their own year; every act of a day."""
    status = {
        (row["duty"], row["window"]): row["status"]
        for year in ("2025", "2026")
        for row in told.before[f"duties of {year}"]["rows"]
    }
    assert status["yearly-summary", "2025"] == status["planning-meeting", "2025"] == "met"
    assert status["bulletin", "2025"] == "missed"
    assert status["yearly-summary", "2026"] == "met"
    sessions = {row["window"]: (row["done"], row["status"]) for row in told.before["sessions"]["periods"]}
    assert (sessions["2025"], sessions["2026"]) == ((5, "missed"), (12, "met"))
    acts = [(row["case"], row["action"], row["actor"]) for row in told.before["done on a day"]["rows"]]
    assert acts[0] == (told.office.refs["grave"], "lead", "wang.min")
    assert (told.office.refs["small"], "resolve", "zhou.ping") in acts
    assert len(acts) == 16


def test_what_was_late_and_who_was_told(told: Told) -> None:
    """The plan climbed to the first, the incident within the hour, the task with the deputy told for the one away."""
    assert [step for step in steps(told, "told of the plan") if step[0] == "submit"] == [
        ("submit", 1, [("qian.fang", None)]),
        ("submit", 2, []),  # no leader has the body in a portfolio: the skip is on record
        ("submit", 3, [("zhao.qiang", None)]),
        ("submit", 4, [("wang.min", None)]),
        ("submit", 5, [("gao.yuan", None)]),
    ]
    climbed = steps(told, "told of the incident")
    assert [step for step in climbed if step[0] == "first_report"] == [
        ("first_report", 1, [("li.na", None)]),
        ("first_report", 2, [("sun.yue", None)]),
        ("first_report", 3, [("zhao.qiang", None)]),
        ("first_report", 4, [("wang.min", None)]),
    ]
    assert ("complete", 1, [("chen.chen", "zhou.ping")]) in steps(told, "told of the task")
    late = {(row["ref"], row["name"]): row["outcome"] for row in told.before["late in 2025"]["rows"]}
    refs = told.office.refs
    assert (late[refs["late"], "submit"], late[refs["grave"], "first_report"]) == ("late", "late")
    assert (late[refs["summary"], "submit"], late[refs["small"], "first_report"]) == ("in-time", "in-time")


def test_what_was_found_and_mended(told: Told) -> None:
    """Two findings, each mended by the head of the unit then and verified by the inspector."""
    assert {row["ref"]: row["state"] for row in told.before["found"]["rows"]} == {
        told.office.refs["valve"]: "verified", told.office.refs["fence"]: "verified",
    }  # fmt: skip
    acts = {row["action"]: row["actor"] for row in told.before["mended"]["rows"] if row["kind"] == "case.acted"}
    assert acts == {"plan": "wu.tao", "complete": "wu.tao", "verify": "he.jing"}
    assert [row["action"] for row in told.before["inspected"]["rows"] if row["kind"] == "case.acted"] == [
        "notify", "visit", "find", "issue", "correct", "close",
    ]  # fmt: skip


def test_who_was_held_to_account_for_which_failure_under_which_rule(told: Told) -> None:
    """The head of April, transferred since, for the first report that was late; with the rule of every step."""
    fields, refs = told.before["charged"]["fields"], told.office.refs
    assert (fields["respondent"], fields["post"], fields["cites"], fields["ground"], fields["measure"]) == (
        "li.na", "unit_head", refs["grave"], "late", "demote",
    )  # fmt: skip
    course = told.before["the course of the charge"]["rows"]
    decided = next(row for row in course if row["action"] == "decide")
    assert (decided["actor"], decided["rule"].split("@")[0]) == ("wang.min", "accountability/action/decide")
    ground = course[0]["data"]["ground"]
    assert (ground["how"], ground["stream"], ground["days"]) == ("breach", refs["grave"], ["2025-04-10"] * 2)
    barred = told.before["promotion on 2026-06-01"]
    assert (barred["barred"], barred["until"], barred["because"][0]["case"]) == (True, "2027-09-30", refs["charge"])
    assert told.before["award on 2025-12-01"]["barred"]
    assert not told.before["promotion on 2027-11-01"]["barred"]


def test_how_each_unit_did(told: Told) -> None:
    """The scorecard of each year, and the assessment with the objection of the assessed."""
    for year, fixed in (("2025", []), ("2026", [told.office.refs["criteria"]])):
        card = told.before[f"scorecard {year}"]
        assert [case["ref"] for case in card["criteria"]["cases"]] == fixed
        assert {row["unit"] for row in card["rows"]} >= {"CITY", "SAFE", "DATA", "TOWN"}
    incidents = next(
        row
        for row in told.before["scorecard 2025"]["rows"]
        if (row["unit"], row["post"], row["measure"]) == ("SAFE", None, "incidents")
    )
    figures = {(figure["level"], figure["outcome"]): figure["count"] for figure in incidents["figures"]}
    assert figures == {("major", "in-time"): 2, ("major", "late"): 1}
    assessed = told.before["assessed"]
    assert (assessed["state"], assessed["fields"]["objection"]) == ("finalised", "it was not in my time")


def test_none_of_it_changes_when_the_register_does(told: Told) -> None:
    """New heads, a unit that is now a body, another moved: every answer about days gone by is that given before."""
    assert [name for name in told.before if told.before[name] != told.after[name]] == []
    now = told.office.json("org", "who", "first", "--unit", "SAFE")["holders"]
    assert [row["person"] for row in now] == ["he.jing"]  # the change itself did take effect


def test_the_past_is_not_written_anew(told: Told) -> None:
    """A posting that would make who acted or was told vanish is refused whole."""
    earlier = "postings: [{person: li.na, unit: SAFE, post: unit_head, from: 2024-01-01, to: 2025-02-28}]"
    assert told.office.bring(earlier, code=8)["code"]
    assert holders(told, "unit_head of SAFE on 2025-06-30") == [("li.na", None, "posting")]


def test_the_record_of_two_years_holds(told: Told) -> None:
    """Everything is decided again, and agrees."""
    found = told.office.type("audit", "verify", "--replay")
    assert (found["ok"], found["problems"]) == (True, [])
    assert found["events"] > 2000
