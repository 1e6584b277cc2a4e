"""Every static check refuses, at the exact line and column, a text that breaks it and nothing else."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.policies import BROKEN, compiled, definition, good

from states.compiler import Flaw, compile_policy

# (file in tests/broken, code, line, column, what stands there); a file with two flaws stands here twice.
EXPECTED = [
    ("action-needs-person", "action-needs-person", 12, 57, "finish"),
    ("action-no-state", "action-not-possible", 10, 18, "["),
    ("action-not-possible-met-by", "action-not-possible", 13, 73, "reopen"),
    ("action-not-possible", "action-not-possible", 15, 57, "resume"),
    ("bad-default-date", "bad-default", 5, 33, "2026-02-30"),
    ("bad-default-duration", "bad-default", 5, 37, "soon"),
    ("bad-default-flag", "bad-default", 5, 33, "maybe"),
    ("bad-default-int", "bad-default", 6, 49, "101"),
    ("bad-default-list", "bad-default", 5, 33, "[a"),
    ("bad-default-time", "bad-default", 5, 33, "2026-02-28"),
    ("bad-default", "bad-default", 4, 62, "plan"),
    ("bad-duration-business", "bad-duration", 16, 15, "2"),
    ("bad-duration-extension", "bad-duration", 12, 82, "0"),
    ("bad-duration-percent", "bad-duration", 12, 74, "150%"),
    ("bad-duration", "bad-duration", 16, 15, "two"),
    ("bad-name", "bad-name", 8, 3, "Done"),
    ("bad-rule-key", "bad-rule", 12, 51, "rol"),
    ("bad-rule", "bad-rule", 12, 34, "10"),
    ("bad-value-act-at", "bad-value", 3, 9, "9"),
    ("clock-never-starts-field", "clock-never-starts", 13, 33, "finished_on"),
    ("clock-never-starts-state", "unreachable-state", 9, 3, "parked"),
    ("clock-never-starts-state", "clock-never-starts", 13, 21, "parked"),
    ("clock-never-starts", "clock-never-starts", 12, 34, "{by"),
    ("clock-without-result-graded", "clock-without-result", 12, 99, "none"),
    ("clock-without-result", "clock-without-result", 12, 3, "finish"),
    ("dead-end", "dead-end", 8, 3, "parked"),
    ("duplicate-choice", "duplicate-key", 4, 36, "[plain"),
    ("duplicate-key", "duplicate-key", 9, 3, "open"),
    ("duty-bad-value", "bad-value", 14, 23, "soon"),
    ("duty-date", "bad-value", 11, 15, "02-30"),
    ("duty-due", "duty-due", 11, 10, "{roll"),
    ("duty-missing-field", "duty-missing-field", 8, 12, "letter"),
    ("duty-month", "duty-due", 11, 15, "03-31"),
    ("duty-owner", "unknown-role", 13, 12, "opener"),
    ("duty-unknown-field", "unknown-field", 14, 14, "reslt"),
    ("duty-unknown-word", "unknown-word", 14, 22, "$windw"),
    ("duty-unset", "unset", 12, 5, "lead"),
    ("duty-without-clock", "duty-without-clock", 8, 12, "note"),
    ("duty-wrong-word", "wrong-type", 14, 22, "$superior"),
    ("effects-appeal-same-body", "effects-appeal", 20, 3, "decide"),
    ("effects-appeal", "effects-appeal", 20, 3, "decide"),
    ("effects-changed-whom", "effects-changed", 17, 76, "respondent"),
    ("effects-changed", "effects-changed", 17, 59, "measure"),
    ("effects-decider-clock", "effects-decider", 20, 52, "system"),
    ("effects-decider-party", "effects-decider", 20, 52, "party"),
    ("effects-decider", "effects-decider", 20, 93, "[party"),
    ("effects-end", "effects-end", 30, 5, "on"),
    ("effects-hearing-bypass", "effects-hearing", 20, 3, "decide"),
    ("effects-hearing-graded", "effects-hearing", 21, 3, "decide"),
    ("effects-hearing-no-time", "effects-hearing", 20, 3, "decide"),
    ("effects-hearing", "effects-hearing", 20, 3, "decide"),
    ("effects-notice", "effects-notice", 20, 3, "decide"),
    ("effects-unknown-bar", "unknown-word", 32, 12, "promotions"),
    ("effects-unknown-field", "unknown-field", 31, 10, "mesure"),
    ("effects-unset-field", "unset-field", 35, 11, "effective_on"),
    ("effects-whom", "wrong-type", 34, 11, "findings"),
    ("empty-title", "wrong-type", 3, 13, "''"),
    ("empty", "empty", 1, 1, "#"),
    ("extension-before", "bad-rule", 12, 77, "{max"),
    ("ladder-empty", "ladder-empty", 14, 3, "late"),
    ("ladder-loop-two-clocks", "ladder-loop", 15, 50, "resume"),
    ("ladder-loop-two-clocks", "ladder-loop", 16, 57, "park"),
    ("ladder-loop", "ladder-loop", 17, 54, "restart"),
    ("ladder-not-ascending-units", "ladder-not-ascending", 16, 15, "5"),
    ("ladder-not-ascending-zero", "ladder-not-ascending", 16, 15, "0"),
    ("ladder-not-ascending", "ladder-not-ascending", 16, 15, "2"),
    ("missing-choice", "missing-choice", 12, 52, "{plain"),
    ("missing-key-choices", "missing-key", 4, 3, "urgency"),
    ("missing-key-step", "missing-key", 15, 7, "{after"),
    ("missing-key-title", "missing-key", 3, 8, "{"),
    ("missing-key", "missing-key", 1, 1, "case"),
    ("no-final", "no-final", 7, 3, "open"),
    ("no-initial", "no-initial", 7, 3, "open"),
    ("no-way-to-final", "no-way-to-final", 8, 3, "parked"),
    ("no-way-to-final", "no-way-to-final", 9, 3, "waiting"),
    ("nobody", "nobody", 10, 38, "["),
    ("not-a-mapping", "not-a-mapping", 1, 1, "-"),
    ("reserved-field", "reserved-field", 6, 3, "dry_run"),
    ("reserved-name-state", "reserved-name", 9, 3, "same"),
    ("reserved-name-state", "unreachable-state", 9, 3, "same"),
    ("reserved-name", "reserved-name", 5, 3, "owner"),
    ("role-loop", "role-loop", 5, 25, "secretary"),
    ("role-loop", "role-loop", 6, 15, "coordinator"),
    ("several-initial", "several-initial", 8, 32, "true"),
    ("two-documents", "two-documents", 1, 1, "case"),
    ("unknown-action-ladder", "unknown-action", 16, 54, "finsh"),
    ("unknown-action-term", "unknown-action", 10, 53, "acted(finsh"),
    ("unknown-action", "unknown-action", 12, 74, "finsh"),
    ("unknown-calendar-rule", "unknown-calendar", 12, 69, "CNN"),
    ("unknown-calendar", "unknown-calendar", 2, 11, "CM"),
    ("unknown-choice", "unknown-choice", 12, 68, "urgnt"),
    ("unknown-clock", "unknown-clock", 10, 53, "overdue(finsh"),
    ("unknown-field-from", "unknown-field", 12, 33, "reslt"),
    ("unknown-field-severity", "unknown-field", 3, 11, "urgncy"),
    ("unknown-field-takes", "unknown-field", 10, 64, "reslt"),
    ("unknown-field", "unknown-field", 10, 55, "reslt"),
    ("unknown-key", "unknown-key", 12, 65, "holder"),
    ("unknown-ladder", "unknown-ladder", 12, 59, "lat"),
    ("unknown-role-ladder", "unknown-role", 16, 38, "unit_haed"),
    ("unknown-role-party-holder", "unknown-role", 12, 74, "party"),
    ("unknown-role-party-unless", "unknown-role", 10, 55, "party"),
    ("unknown-role-party", "unknown-role", 10, 46, "party"),
    ("unknown-role", "unknown-role", 10, 39, "ownr"),
    ("unknown-state-clock", "unknown-state", 12, 21, "opened"),
    ("unknown-state", "unknown-state", 10, 18, "opn"),
    ("unknown-target-any-open", "unknown-target", 10, 32, "dane"),
    ("unknown-target", "unknown-target", 10, 28, "don"),
    ("unknown-term-bare", "unknown-term", 10, 53, "acted"),
    ("unknown-term-words", "unknown-term", 10, 53, "result"),
    ("unknown-term", "unknown-term", 10, 55, "same_persn_as(finish"),
    ("unknown-type", "unknown-type", 8, 12, "tusk"),
    ("unknown-zone-rule", "bad-rule", 12, 65, "Asia/Peking"),
    ("unknown-zone", "unknown-zone", 3, 7, "Asia/Shangai"),
    ("unreachable-state", "unreachable-state", 9, 3, "parked"),
    ("unset-field", "unset-field", 12, 39, "urgency"),
    ("unset", "unset", 12, 27, "limit"),
    ("wrong-type-bare-list", "wrong-type", 4, 36, "plain"),
    ("wrong-type-graded", "wrong-type", 12, 39, "result"),
    ("wrong-type-list", "wrong-type", 10, 38, "{owner"),
    ("wrong-type-min", "wrong-type", 5, 29, "3"),
    ("wrong-type-number", "wrong-type", 5, 28, "three"),
    ("wrong-type-reason", "wrong-type", 10, 55, "always"),
    ("wrong-type-step", "wrong-type", 15, 7, "after"),
    ("wrong-type-times", "wrong-type", 12, 97, "0"),
    ("wrong-type", "wrong-type", 8, 17, "yes"),
    ("yaml-endless-alias", "yaml", 6, 9, "&all"),
    ("yaml-two-documents", "yaml", 11, 1, "---"),
    ("yaml", "yaml", 10, 61, "}"),
]


def alongside(name: str) -> dict[str, str]:
    """The broken file, with case types a duty could open if it names duties."""
    task = good("task")
    sources = {f"{name}.yaml": (BROKEN / f"{name}.yaml").read_text(encoding="utf-8")}
    if "duties:" in sources[f"{name}.yaml"]:
        letter = task.replace("case: task", "case: letter").replace("TSK", "LTR")
        sources["task.yaml"] = task
        sources["letter.yaml"] = letter.replace("{type: text}", "{type: text, required: true}")
        sources["note.yaml"] = task.replace("case: task", "case: note").replace("TSK", "NTE").partition("clocks:")[0]
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


@pytest.mark.parametrize("names", [["task"], ["sanction"], ["office", "task"], ["sketch"]])
def test_the_texts_the_broken_ones_were_made_from_are_right(names: list[str]) -> None:
    """What the broken files differ from compiles without a flaw."""
    assert compile_policy({f"{name}.yaml": good(name) for name in names})[1] == []


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


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_mangled_policy_makes_the_compiler_fail(data: st.DataObject) -> None:
    """A policy with lines lost, doubled, exchanged or mixed with another is judged, never crashed on."""
    lines = good(data.draw(st.sampled_from(["task", "sanction", "office", "sketch"]))).splitlines()
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
