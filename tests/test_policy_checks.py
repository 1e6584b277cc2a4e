"""Every static check refuses, at the exact line and column, a text that breaks it and nothing else."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.broken import EXPECTED
from support.policies import BROKEN, compiled, definition, good

from states.catalog import pack_sources
from states.compiler import Flaw, compile_policy

SCORECARD = "scorecard: {measures: {steps: {counts: escalations, deduct: [1]}}}\n"


def openable() -> dict[str, str]:
    """Case types that a duty or another case could open: some cannot be opened so."""
    task = good("task")
    return {
        "task.yaml": task,
        "letter.yaml": task.replace("case: task", "case: letter")
        .replace("TSK", "LTR")
        .replace("{type: text}", "{type: text, required: true}"),
        "tally.yaml": task.replace("case: task", "case: tally")
        .replace("TSK", "TLY")
        .replace("actions:", "actions:\n  fulfil: {from: open, to: done, by: system}"),
        "note.yaml": task.replace("case: task", "case: note").replace("TSK", "NTE").partition("clocks:")[0],
    }


def alongside(name: str) -> dict[str, str]:
    """The broken file, with what it could open if it has duties or opens other cases."""
    text = (BROKEN / f"{name}.yaml").read_text(encoding="utf-8")
    sources = {f"{name}.yaml": text}
    if "duties:" in text or "\nopens:" in text:
        sources |= {"sanction.yaml": good("sanction"), **openable()}
    if "scorecard:" in text:
        task = good("task")
        alarm = task.replace("case: task", "case: alarm\nseverity: urgency").replace("TSK", "ALM")
        sources["task.yaml"] = task
        sources["alarm.yaml"] = alarm.replace("result: {type: text}", "result: {type: text}\n  year: {type: int}")
    return sources


@pytest.mark.parametrize("name", sorted({row[0] for row in EXPECTED}))
def test_a_broken_file_is_refused_at_the_place_where_it_is_wrong(name: str) -> None:
    """A file broken in one way gives that one flaw, at the offending value, and no compiled policy."""
    sources = alongside(name)
    policy, flaws = compile_policy(sources)
    assert policy is None
    assert [(name, flaw.code, flaw.line, flaw.column) for flaw in flaws] == [
        row[:4] for row in EXPECTED if row[0] == name
    ]
    for flaw, row in zip(flaws, (row for row in EXPECTED if row[0] == name), strict=True):
        assert flaw.file == f"{name}.yaml"
        assert sources[flaw.file].splitlines()[flaw.line - 1][flaw.column - 1 :].startswith(row[4])
        assert str(flaw).startswith(f"{name}.yaml:{flaw.line}:{flaw.column}: ")
        assert "{" not in flaw.text.replace("{roll", "").replace("{by", "")


def test_no_broken_file_is_forgotten() -> None:
    """Each file in tests/broken is in the table."""
    assert {path.stem for path in BROKEN.glob("*.yaml")} == {row[0] for row in EXPECTED}


@pytest.mark.parametrize("names", [["task"], ["sanction"], ["office", "task"], ["sketch"], ["permit"]])
def test_the_texts_the_broken_ones_were_made_from_are_right(names: list[str]) -> None:
    """What the broken files differ from compiles without a flaw."""
    assert compile_policy({f"{name}.yaml": good(name) for name in names})[1] == []


def test_the_text_that_opens_other_cases_is_right() -> None:
    """A type that opens others compiles beside the types it opens."""
    assert compile_policy({"matter.yaml": good("matter"), **openable()})[1] == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("ladder: lat}", "late"),
        ("ladder: late, limt: 5 days}", "limit"),
        ("ladder: late, holders: [unit_haed]}", "unit_head"),
        ("ladder: late, met_by: [finsh]}", "finish"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest_known_one(wrong: str, right: str) -> None:
    """Words that are nearly known are answered with the one that was meant."""
    _, flaws = compile_policy({"task.yaml": good("task").replace("ladder: late}", wrong)})
    assert [f"did you mean `{right}`?" in flaw.text for flaw in flaws] == [True]


def test_names_given_twice_in_different_files_are_refused() -> None:
    """A case type, a reference prefix, a shared ladder and a duty are each given in one file only."""
    task, office = good("task"), good("office")
    part = "duties:" + office.partition("duties:")[2]
    ladder = "ladders:\n  late:\n    - {after: 0, tell: [first]}\n"
    for sources, code, key in [
        ({"a.yaml": task, "b.yaml": task.replace("TSK", "TSX")}, "duplicate-name", "case"),
        ({"a.yaml": task, "b.yaml": task.replace("case: task", "case: chore")}, "duplicate-ref", "ref"),
        ({"a.yaml": ladder, "b.yaml": ladder}, "duplicate-name", "ladders"),
        ({"a.yaml": office, "b.yaml": office, "task.yaml": task}, "duplicate-name", "policy"),
        (
            {"a.yaml": office, "b.yaml": part, "t.yaml": task},
            "duplicate-name",
            "plan",
        ),
        (
            {"a.yaml": SCORECARD, "b.yaml": SCORECARD, "task.yaml": task},
            "duplicate-name",
            "scorecard",
        ),
    ]:
        policy, flaws = compile_policy(sources)
        assert policy is None
        assert {flaw.code for flaw in flaws} == {code}, (key, flaws)
        assert {flaw.file for flaw in flaws} == {"b.yaml"}


def test_a_final_state_may_be_left_by_an_action_that_reopens() -> None:
    """A final state is no dead end and may have ways out that are actions of their own."""
    text = good("task").replace(
        "actions:\n", "actions:\n  reopen: {from: done, to: open, by: [first], reason: required}\n"
    )
    assert definition(text)["actions"]["reopen"]["from"] == ["done"]


def test_a_ladder_may_act_as_long_as_it_leads_away() -> None:
    """A step that does something is fine when the case is then out of the reach of its clock."""
    text = good("task").replace("tell: [unit_head]}", "tell: [unit_head], do: drop}")
    text = text.replace("actions:\n", "actions:\n  drop: {from: open, to: done, by: [system]}\n")
    assert definition(text)["ladders"]["late"][1]["do"] == "drop"


def test_calendars_that_are_known_are_an_argument() -> None:
    """A calendar of the workspace may be named once it is passed in, and `none` always."""
    text = good("task").replace("limit: 10 working days", "limit: {limit: 10 working days, calendar: office-2027}")
    assert [flaw.code for flaw in compile_policy({"task.yaml": text})[1]] == ["unknown-calendar"]
    assert compile_policy({"task.yaml": text}, calendars=["office-2027"])[1] == []
    assert compile_policy({"task.yaml": text.replace("office-2027", "none")}, calendars=())[1] == []


def test_several_flaws_come_in_order_of_file_and_line() -> None:
    """All files are judged in one go, and the flaws come sorted."""
    task = good("task").replace("by: [owner]", "by: [ownr]").replace("to: done", "to: don")
    _, flaws = compile_policy(
        {"z.yaml": task, "a.yaml": task.replace("case: task", "case: chore").replace("TSK", "CHR")}
    )
    assert [(flaw.file, flaw.code) for flaw in flaws] == [
        ("a.yaml", "unknown-target"),
        ("a.yaml", "unknown-role"),
        ("z.yaml", "unknown-target"),
        ("z.yaml", "unknown-role"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        ("by: [party], needs: [defence]", "by: [party, owner], needs: [defence]"),  # others could answer for them
        ("acted(defend) or overdue(defend)", "acted(defend) or acted(examine)"),
        ("acted(defend) or overdue(defend)", "not acted(hear)"),
        ("acted(defend) or overdue(defend)", "overdue(defend) or met(defend) or opener"),
        ("holders: [party]", "holders: [owner]"),
        ("limit: 10 working days", "limit: {latest: [{limit: 10 days}, {limit: 0 days}]}"),
        ("limit: 10 working days", "limit: {limit: 10 days, before: true}"),
    ],
)
def test_a_hearing_that_is_none_does_not_pass_for_one(change: tuple[str, str]) -> None:
    """Only the respondent's own answer, or the end of a real time to answer, opens the hearing."""
    policy, flaws = compile_policy({"sanction.yaml": good("sanction").replace(*change)})
    assert policy is None
    assert {flaw.code for flaw in flaws} == {"effects-hearing"}, list(map(str, flaws))


def test_an_investigator_apart_is_one_who_had_to_act() -> None:
    """Four eyes over an action that need not happen on the way do not keep investigator and decider apart."""
    text = good("sanction").replace("same_person_as(examine)", "same_person_as(look)")
    text = text.replace("actions:\n", "actions:\n  look: {from: opened, to: same, by: [inspector]}\n")
    _, flaws = compile_policy({"sanction.yaml": text})
    assert [flaw.code for flaw in flaws] == ["effects-decider"]


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "replace")))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_the_compiler_fail(text: str) -> None:
    """Whatever stands in a file, the answer is a policy or flaws."""
    policy, flaws = compile_policy({"any.yaml": text})
    assert (policy is None) == bool(flaws)


LINES = good("task").splitlines() + good("sanction").splitlines() + good("office").splitlines()
LINES += good("permit").splitlines()


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_mangled_policy_makes_the_compiler_fail(data: st.DataObject) -> None:
    """A policy with lines lost, doubled, exchanged or mixed with another is judged, never crashed on."""
    lines = good(data.draw(st.sampled_from(["task", "sanction", "office", "sketch", "permit"]))).splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        kind = data.draw(st.sampled_from(["drop", "other", "cut", "value"]))
        if kind == "drop" and len(lines) > 1:
            del lines[at]
        elif kind == "other":
            lines[at] = data.draw(st.sampled_from(LINES))
        elif kind == "cut":
            lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
        else:
            value = data.draw(st.sampled_from(["", "~", "[]", "{}", "7", "true", "[[x]]", "{a: {b: c}}", "- x", "'*'"]))
            lines[at] = lines[at].partition(":")[0] + ": " + value
    policy, flaws = compile_policy({"office.yaml": "\n".join(lines), "task2.yaml": good("task").replace("task", "job")})
    assert (policy is None) == bool(flaws)
    assert all(isinstance(flaw, Flaw) and flaw.text and flaw.line >= 1 and flaw.column >= 1 for flaw in flaws)
    if policy is not None:
        assert compiled(policy["sources"]) == policy
        json.dumps(policy)


def test_a_type_laid_over_the_pack_takes_out_of_the_scorecard_what_it_no_longer_has() -> None:
    """An office's own report without the clock `submit` can be applied; the card no longer counts reports."""
    base, _ = compile_policy(pack_sources("responsibility"))
    own = """
case: report
ref: RPT
fields: {recipient: {type: unit, required: true}}
states: {drafted: {initial: true}, done: {final: true}}
actions: {finish: {from: drafted, to: done, by: [owner]}}
clocks: {finish: {runs_in: drafted, limit: 5 working days, holders: [owner], ladder: overdue}}
"""
    over, flaws = compile_policy({"report.yaml": own}, base)
    assert base is not None
    assert over is not None, [str(flaw) for flaw in flaws]
    assert set(base["scorecard"]["measures"]) - set(over["scorecard"]["measures"]) == {"reports"}
    assert over["scorecard"]["measures"]["incidents"] == base["scorecard"]["measures"]["incidents"]
