"""What clocks, acts, ladders and fields may say beyond the plain: how it compiles, and what stays possible."""

from typing import Any

import pytest
from support.policies import definition, good, pack

from states.compiler import compile_policy
from states.diagram import mermaid, rule_text

PERMIT = definition(good("permit"))
CLOCKS = PERMIT["clocks"]


def before(line: str, more: str) -> tuple[str, str]:
    """The change that puts a line above the one that begins so."""
    return f"  {line}", f"  {more}\n  {line}"


# Clocks that take a permit back to where it was filed, and on again to where it is checked.
RETURN = before("decide:   {from: checked", "return:   {from: checked, to: filed, by: [system]}")
REDO = before("receive:  {runs_in: filed, limit", "redo:     {runs_in: filed, then: check, limit: 2 months}")
NOTE = before("decide:   {from: checked", "note:     {from: [filed, checked], to: same, by: [system]}")
STARTED = "starts_on: [check, progress], limit: 1 month,"


def permit(*changes: tuple[str, str]) -> dict[str, Any]:
    """The definition of the permit text with some words exchanged; each has to stand there once."""
    text = good("permit")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return definition(text)


def codes(name: str, *changes: tuple[str, str]) -> list[str]:
    """The codes of the flaws of a good text with some words exchanged."""
    text = good(name)
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return [flaw.code for flaw in compile_policy({f"{name}.yaml": text})[1]]


def test_what_is_not_said_is_written_out() -> None:
    """A clock, an act, a field and a step that say nothing new still have every key, with its default."""
    clock = CLOCKS["receive"]
    assert (clock["from"], clock["if"]) == (None, {})
    for key in ("starts_on", "pauses_in", "paused_by", "resumed_by", "resets_on", "cancels"):
        assert clock[key] == []
    for law in (pack()["types"][name] for name in ("report", "incident", "rectification", "accountability")):
        assert all(clock.keys() == CLOCKS["check"].keys() for clock in law["clocks"].values())
        assert all(action["effective"] is None is action["effective_max"] for action in law["actions"].values())
        assert all(step["before"] is None is step["repeat"] for ladder in law["ladders"].values() for step in ladder)
        assert all(field["requester"] is False for field in law["fields"].values())
        assert all(field["erasable"] == (field["type"] in {"text", "persons"}) for field in law["fields"].values())
        assert law["grades"] == []


def test_anchors_compile_to_one_form_for_each_word() -> None:
    """A list is a fallback, a mapping says which of several, and branches of a limit have anchors of their own."""
    received = {"a": "field", "field": "received_at"}
    assert CLOCKS["check"]["from"] == {"first": [received, {"a": "due", "clock": "receive"}]}
    assert CLOCKS["decide"]["from"] == {"latest": [received, {"a": "acted", "action": "check"}]}
    assert CLOCKS["stale"]["limit"] == {
        "earliest": [
            {"limit": "60 working days"},
            {
                "from": {"earliest": [{"a": "breached", "clock": "check"}, {"a": "breached", "clock": "decide"}]},
                "limit": "20 working days",
            },
        ]
    }
    assert permit(("from: [received_at, due(receive)]", "from: opened"))["clocks"]["check"]["from"] == {"a": "opened"}


def test_a_limit_for_each_choice_may_have_anchors_of_its_own() -> None:
    """A rule says from what it is counted wherever a rule may stand; a date in it stays a date."""
    law = permit(
        ("grave: 3 working days", "grave: {limit: 3 working days, from: [received_at, opened]}"),
        ("light: 10 working days", "light: {limit: 10 working days, from: 2026-12-31, before: true}"),
        ("    if: {kind: complex", "    again: {limit: 5 days, from: acted(check)}\n    if: {kind: complex"),
    )
    assert law["clocks"]["check"]["limit"]["of"] == {
        "grave": {
            "from": {"first": [{"a": "field", "field": "received_at"}, {"a": "opened"}]},
            "limit": "3 working days",
        },
        "light": {"from": "2026-12-31", "limit": "10 working days", "before": True},
    }
    assert law["clocks"]["decide"]["again"] == {"from": {"a": "acted", "action": "check"}, "limit": "5 days"}


def test_a_field_may_be_called_like_a_word_of_the_language() -> None:
    """Only a word with brackets is an act or a clock; a field called `due` is a field."""
    law = permit(
        ("answered_on: {type: date}", "due:         {type: date}"),
        ("effective: answered_on", "effective: due"),
        ("from: [received_at, due(receive)]", "from: [due, due(receive)]"),
    )
    assert law["clocks"]["check"]["from"]["first"] == [{"a": "field", "field": "due"}, {"a": "due", "clock": "receive"}]


def test_a_field_with_a_default_is_always_there_to_count_from() -> None:
    """That an act may change the field later does not mean that it was never given."""
    assert codes("permit", ("received_at: {type: time}", "received_at: {type: time, default: now}")) == []
    never = ("by: [first]}", "by: [first], needs: [decided_on]}")
    for default, found in (("", ["clock-never-starts"]), (", default: 2026-01-01", [])):
        field = (
            "  note:        {type: text}",
            f"  note:        {{type: text}}\n  decided_on:  {{type: date{default}}}",
        )
        assert codes("permit", field, never, ("from: [received_at,", "from: [decided_on,")) == found


def test_conditions_hold_values_as_their_fields_keep_them() -> None:
    """Flags become true and false, numbers numbers, everything else stays the words that were written."""
    assert CLOCKS["decide"]["if"] == {"kind": ["complex"], "urgent": [True, False]}
    law = permit(("if: {kind: complex, urgent: [true, false]}", "if: {injured: [0, 12], note: [7, true]}"))
    assert law["clocks"]["decide"]["if"] == {"injured": [0, 12], "note": ["7", "true"]}


def test_an_act_takes_the_field_of_its_effective_time() -> None:
    """The field need not be named twice, and is not asked for when the case is opened."""
    receive, answer = PERMIT["actions"]["receive"], PERMIT["actions"]["answer"]
    assert (receive["effective"], receive["effective_max"], receive["takes"]) == (
        "received_at", "5 working days", ["received_at"],
    )  # fmt: skip
    assert (answer["effective"], answer["effective_max"], answer["takes"]) == ("answered_on", None, ["answered_on"])
    assert PERMIT["fields"]["received_at"]["open"] is False
    needed = permit(("effective: answered_on", "effective: answered_on, needs: [answered_on]"))["actions"]["answer"]
    assert (needed["needs"], needed["takes"]) == (["answered_on"], [])


def test_steps_stand_before_or_after_the_end_and_the_last_may_repeat() -> None:
    """A step has either `after` or `before`, the other is empty; `repeat` says how often and how many times."""
    steps = PERMIT["ladders"]["late"]
    assert [(step["before"], step["after"]) for step in steps] == [
        ("1 working day", None), (None, "0"), (None, "2 working days"),
    ]  # fmt: skip
    assert [step["repeat"] for step in steps] == [None, None, {"every": "1 working day", "times": 5}]


def test_an_extension_says_what_it_is_counted_from() -> None:
    """From the due time, unless the text says from the start."""
    assert CLOCKS["decide"]["extension"]["from"] == "start"
    assert permit((", from: start}", "}"))["clocks"]["decide"]["extension"]["from"] == "due"


def test_a_requester_is_one_private_text() -> None:
    """The field is marked, and can be erased like every text."""
    assert {name for name, field in PERMIT["fields"].items() if field["requester"]} == {"applicant"}
    assert PERMIT["fields"]["applicant"]["erasable"] is True
    assert permit(("{type: text, requester: true}", "{type: text, requester: true, erasable: true}")) == PERMIT


@pytest.mark.parametrize(
    "changes",
    [
        # met while it stands still, and by the act that starts the next run
        [("pauses_in: waiting", "pauses_in: waiting\n    met_by: answer")],
        [("starts_on: [check, progress],", "starts_on: [check, progress], met_by: progress,")],
        # started by people alone: what it does by itself need not lead away for ever
        [RETURN, REDO, (STARTED, "starts_on: progress, limit: 1 month, then: return,")],
        # a step before the end acts only while the clock runs, not while it stands still
        [NOTE, ("{before: 1 working day, tell: [owner]}", "{before: 1 working day, tell: [owner], do: note}")],
        # stopped by an act where another state lets it run again
        [("    resets_on: progress\n", "    paused_by: receive\n    resumed_by: progress\n")],
    ],
)
def test_what_makes_sense_is_not_refused(changes: list[tuple[str, str]]) -> None:
    """The checks refuse what can never happen or never end, and nothing else."""
    assert codes("permit", *changes) == []


def test_a_clock_that_clocks_start_may_not_drive_itself() -> None:
    """Once an act of a clock starts it, the circle is one that nobody has to enter."""
    loop = (RETURN, REDO, (STARTED, "starts_on: check, limit: 1 month, then: return,"))
    assert codes("permit", *loop) == ["ladder-loop", "ladder-loop"]


@pytest.mark.parametrize(
    "change",
    [
        ("met_by: [defend],", "met_by: [defend], from: acted(examine),"),
        ("limit: 10 working days", "limit: {limit: 10 working days, from: opened}"),
        ("limit: 10 working days", "limit: {limit: 10 working days, from: 2020-01-01}"),
        ("limit: 10 working days", "limit: {latest: [10 working days, {limit: 10 days, from: opened}]}"),
        ("limit: 10 working days", "limit: 10 working days, again: 1 hour"),
    ],
)
def test_a_time_to_answer_begins_when_it_is_given(change: tuple[str, str]) -> None:
    """The respondent's time counts from the record of what starts it, so that it cannot be over when it begins."""
    assert codes("sanction", change) == ["effects-hearing"]


def test_a_time_to_answer_may_be_lengthened() -> None:
    """Starting it with the delivery, stopping it and counting it anew only give the respondent more time."""
    deliver = ("  examine:", "  deliver: {from: opened, to: same, by: [office]}\n  examine:")
    more = "met_by: [defend], starts_on: deliver, resets_on: examine, paused_by: look, resumed_by: deliver,"
    look = ("  hear:", "  look: {from: opened, to: same, by: [inspector]}\n  hear:")
    assert codes("sanction", deliver, look, ("met_by: [defend],", more)) == []


def test_a_duty_needs_a_clock_that_begins_with_its_case() -> None:
    """A clock that waits for an act, or exists only in other cases, neither meets nor misses a duty."""
    for clock, found in (
        ("", []),
        ("starts_on: note, ", ["duty-without-clock"]),
        ("if: {urgency: urgent}, ", ["duty-without-clock"]),
        ("if: {urgency: plain}, ", []),
    ):
        task = good("task").replace("{runs_in: open, ", f"{{runs_in: open, {clock}")
        task = task.replace("actions:\n", "actions:\n  note: {from: open, to: same, by: [owner]}\n")
        _, flaws = compile_policy({"office.yaml": good("office"), "task.yaml": task})
        assert [flaw.code for flaw in flaws] == found, clock


def test_a_duty_need_not_set_a_severity_that_is_computed() -> None:
    """Where the grades always find one, a required severity is no hindrance; where they may not, it is."""
    severity = "  severity: {type: choice, choices: [grave, light], required: true}\n  injured: {type: int}\n"
    for last, found in (("otherwise", []), ("injured < 3", ["duty-missing-field"])):
        grades = f"grades:\n  grave: injured >= 3\n  light: {last}\n"
        task = good("task").replace("states:\n", severity + grades + "states:\n")
        _, flaws = compile_policy({"office.yaml": good("office"), "task.yaml": task})
        assert [flaw.code for flaw in flaws] == found


def test_a_diagram_tells_from_when_and_whether_a_clock_runs() -> None:
    """Notes name the anchor, the condition, what starts and stops a clock, and where it stands still."""
    drawn = mermaid(PERMIT)
    assert "Check, grave 3 working days, light 10 working days, from received_at else due(receive)\n" in drawn
    assert "note right of waiting\n        Check, stands still\n" in drawn
    assert (
        "Decide, 20 working days, from latest of (received_at, acted(check)), if Kind is Complex, "
        "if Urgent is yes or no, stopped by Hold, runs again by Proceed\n"
    ) in drawn
    assert "Progress, 1 month, begins with Check or Progress\n" in drawn
    assert "20 working days from earliest of (breached(check), breached(decide))), counts anew from Progress\n" in drawn
    chinese = mermaid(PERMIT, "zh_CN")
    assert "Check, 暂停计时" in chinese
    assert "起算点 latest of (received_at, acted(check)), 仅当 Kind 为 Complex" in chinese
    assert rule_text({"limit": "10 days", "before": True, "from": "2026-12-31"}) == "10 days before from 2026-12-31"
