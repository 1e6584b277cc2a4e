"""What recurs in the pack `responsibility`, duty by duty."""

from __future__ import annotations

from support.policies import pack

from states.catalog import pack_sources
from states.compiler import compile_policy

DUTIES = pack()["duties"]

# code: (type, how often, when it is due, opened how long ahead, whose)
DATED = {
    "half-yearly-report": ("report", "half-year", "end", "20 working days", "office"),
    "comprehensive-analysis": ("report", "year", ["11-30"], "20 working days", "office"),
    "bulletin": ("report", "year", ["12-15"], "15 working days", "office"),
    "yearly-plan": ("report", "year", ["03-31"], "20 working days", "office"),
    "yearly-summary": ("report", "year", ["01-31"], "15 working days", "office"),
    "study-plan": ("report", "year", ["02-28"], "15 working days", "office"),
    "special-training": ("report", "year", ["10-31"], "20 working days", "office"),
    "statement-of-responsibility": ("report", "year", ["03-31"], "20 working days", "head"),
    "statement-of-leaders": ("report", "year", ["03-31"], "20 working days", None),
    "duty-statement": ("report", "year", ["12-15"], "20 working days", None),
    "situation-analysis": ("meeting", "quarter", "end", "10 working days", "office"),
    "planning-meeting": ("meeting", "year", ["01-31"], "10 working days", "office"),
    "inspection": ("inspection", "year", ["11-30"], "90 days", "inspector"),
    "inspection-of-subordinates": ("inspection", "year", ["11-30"], "90 days", "superior.inspector"),
    "criteria": ("criteria", "year", "end", "20 working days", "office"),
    "assessment": ("assessment", "year", ["01-31"], "15 working days", "office"),
    "assessment-of-subordinates": ("assessment", "year", ["01-31"], "15 working days", "superior.office"),
}
# code: (how often, in what window, at what pace)
COUNTED = {
    "study-sessions": (12, "year", "month"),
    "special-meeting": (2, "year", "quarter"),
    "special-meeting-of-subordinates": (1, "half-year", None),
}
# code: (what happens to a post, to which posts, how long there is)
OCCASIONS = {
    "vacancy": ("vacancy", ["first", "direct", "unit_head", "office"], "3 working days"),
    "statement-on-appointment": (
        "appointment",
        ["first", "direct", "member_in_charge", "unit_head"],
        "10 working days",
    ),
}


def test_dated_duties_open_in_time() -> None:
    """Each has its day, rolled back to a working day, and is opened ahead; reports go to the body above."""
    for code, (type_, every, due, lead, owner) in DATED.items():
        duty = DUTIES[code]
        assert (duty["opens"], duty["every"], duty["due"]["on"] or "end", duty["lead"], duty["owner"]) == (
            type_, every, due, lead, owner,
        ), code  # fmt: skip
        assert duty["due"]["roll"] == "previous"
        if type_ == "report":
            assert duty["fields"]["recipient"] == ("$superior" if owner else "$body")
    assert DUTIES["statement-of-responsibility"]["for"] == {"kind": ["body", "unit"], "units": None}


def test_counted_duties_have_their_number() -> None:
    """At least so often, in this window, at this pace."""
    for code, (least, every, pace) in COUNTED.items():
        duty = DUTIES[code]
        assert (duty["at_least"], duty["every"], duty.get("pace")) == (least, every, pace), code


def test_what_begins_with_a_post_is_watched_for() -> None:
    """A vacancy and a new holder, in these posts, with so much time."""
    for code, (every, posts, after) in OCCASIONS.items():
        duty = DUTIES[code]
        assert (duty["every"], duty["posts"], duty["due"]["after"]) == (every, posts, after), code


def test_an_unset_number_blocks_the_policy() -> None:
    """Where a number is still unset the check names its place, and nothing can be applied."""
    sources = pack_sources("responsibility")
    text = sources["policy.yaml"].replace("at-least: 12", "at-least: unset")
    made, flaws = compile_policy({**sources, "policy.yaml": text})
    (flaw,) = flaws
    line = text.splitlines()[flaw.line - 1]
    assert (made, flaw.code, line[flaw.column - 1 :]) == (None, "unset", "unset")


def test_nothing_else_recurs() -> None:
    """The tables above are all there is."""
    assert set(DUTIES) == {*DATED, *COUNTED, *OCCASIONS}
