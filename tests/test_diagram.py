"""Diagrams are Mermaid text that holds the whole case type and survives any title."""

import re

from support.opening import CHORE, MATTER
from support.policies import compiled, definition, good, pack

from states.diagram import mermaid, rule_text

REPORT = definition(good("sketch"))


def test_a_diagram_shows_states_actions_roles_and_clocks() -> None:
    """The sketch, drawn: every state, every way with its roles, the clocks as notes."""
    assert (
        mermaid(REPORT)
        == """\
stateDiagram-v2
    state "Drafted" as drafted
    state "Submitted" as submitted
    state "Reviewed" as reviewed
    state "Archived" as archived
    state "Withdrawn" as withdrawn
    [*] --> drafted
    drafted --> submitted: Submit (owner, unit_head)
    submitted --> drafted: Return (reviewer)
    submitted --> reviewed: Review (reviewer)
    reviewed --> archived: Archive (office)
    drafted --> withdrawn: Withdraw (owner, unit_head)
    submitted --> withdrawn: Withdraw (owner, unit_head)
    archived --> [*]
    withdrawn --> [*]
    note right of drafted
        Submit, 10 working days
    end note
    note right of submitted
        Review, 5 working days
    end note
"""
    )


def test_a_living_case_is_highlighted_in_its_state() -> None:
    """The present state gets a class of its own; a state that is not there gets none."""
    assert mermaid(REPORT, current="reviewed").endswith("    class reviewed current\n")
    assert "class" not in mermaid(REPORT, current="elsewhere")


def test_a_diagram_speaks_chinese() -> None:
    """With zh, titles are the Chinese ones; an action that stays is drawn as a loop."""
    drawn = mermaid(pack()["types"]["incident"], "zh_CN")
    assert 'state "已登记" as raised' in drawn
    assert "raised --> raised: 上报 (unit_head, reviewer, first, office)" in drawn
    assert "首报时限, critical 30 minutes, major 1 hour, large 2 hours, general 1 working day" in drawn


def test_a_diagram_shows_what_a_case_opens() -> None:
    """A box for each type that is opened, with an arrow from each state it is opened from, in words why."""
    drawn = mermaid(compiled({"matter.yaml": MATTER, "chore.yaml": CHORE})["types"]["matter"])
    assert drawn.count('    state "→ chore" as opens_chore\n') == 1
    for line in (
        "open --> opens_chore: on opening (above)",
        "decided --> opens_chore: Decide (follow-up)",
        "open --> opens_chore: Decide, overdue (missed)",
        "open --> opens_chore: Decide, step 3 (pressed)",
    ):
        assert f"    {line}\n" in drawn
    assert "open --> opens_meeting: 立案时 (meeting)" in mermaid(pack()["types"]["incident"], "zh").replace(
        "raised", "open"
    )


def test_titles_cannot_break_a_diagram() -> None:
    """Signs and words that Mermaid takes for its own are replaced, and ids are never the same twice."""
    text = good("task").replace("done: {final: true}", "end: {final: true, title: 'a: \"b\"; #c {d} %% end note'}")
    text = text.replace("to: done", "to: end, title: 'x --> y: z'")
    law = definition(text)
    law["states"]["an-end"] = law["states"]["an_end"] = law["states"]["end"]
    drawn = mermaid(law)
    assert "state \"a - 'b', c (d) % end-note\" as end_" in drawn
    assert "as an_end\n" in drawn
    assert "as an_end_\n" in drawn
    assert "    open --> end_: x --) y - z (owner)\n" in drawn
    labels = [line.partition(": ")[2] for line in drawn.splitlines() if " --> " in line]
    assert not any(re.search(r"[:;#{}<>\"]", label) for label in labels)


def test_limits_are_said_in_a_few_words() -> None:
    """Every form of the rule object has a short text."""
    assert rule_text({"limit": "10 days"}) == "10 days"
    assert rule_text({"limit": "10 days", "before": True}) == "10 days before"
    assert rule_text({"end-of": "year"}) == "end of year"
    assert rule_text({"end-of": "year", "plus": "60 days"}) == "end of year + 60 days"
    assert rule_text({"earliest": [{"limit": "2 days"}, {"limit": "3 hours"}]}) == "earliest of (2 days, 3 hours)"
