"""What recurs in the pack `responsibility`, duty by duty."""

from __future__ import annotations

from support.policies import pack

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
}
# code: (how often, in what window, at what pace)
COUNTED = {"study-sessions": (12, "year", "month")}


def test_dated_duties_open_in_time() -> None:
    """Each has its day, rolled back to a working day, and is opened ahead; reports go to the body above."""
    for code, (type_, every, due, lead, owner) in DATED.items():
        duty = DUTIES[code]
        assert (duty["opens"], duty["every"], duty["due"]["on"] or "end", duty["lead"], duty["owner"]) == (
            type_, every, due, lead, owner,
        ), code  # fmt: skip
        assert duty["due"]["roll"] == "previous"
        if type_ == "report":
            assert duty["fields"]["recipient"] == "$superior"
    assert DUTIES["statement-of-responsibility"]["for"] == {"kind": ["body", "unit"], "units": None}


def test_counted_duties_have_their_number() -> None:
    """At least so often, in this window, at this pace."""
    for code, (least, every, pace) in COUNTED.items():
        duty = DUTIES[code]
        assert (duty["at_least"], duty["every"], duty.get("pace")) == (least, every, pace), code


def test_nothing_else_recurs() -> None:
    """The tables above are all there is."""
    assert set(DUTIES) == {*DATED, *COUNTED}
