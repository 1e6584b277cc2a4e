"""Texts become trees with places, and trees become the compiled policy, alone or laid over the one in force."""

import json
from pathlib import Path

import pytest
from support.policies import FOLDER, compiled, definition, good, pack

from states.compiler import Flaw, compile_policy, read_sources
from states.errors import Invalid, NotFound
from states.loader import load


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("a: [b\nc: d", (2, 2), "expected"),
        ("a: b: c", (1, 5), "mapping values"),
        ("a:\n\t- b", (2, 1), "cannot start any token"),
        ("a: 1\n\n   \x07", (3, 4), "not allowed"),
        ("a: 中文\nb: \x07", (2, 4), "not allowed"),
        ("a: " + "[" * 3000, (1, 1), "too deeply"),
        ("a: !thing b", (1, 4), "Tags"),
        ("? [a]: b", (1, 3), "A key has to be a word"),
        ("- a", (1, 1), "not list"),
        ("", (1, 1), "empty"),
        ("a: 1\nb: 2\na: 3", (3, 1), "twice"),
    ],
)
def test_what_is_not_yaml_is_said_with_its_place(text: str, place: tuple[int, int], says: str) -> None:
    """Syntax errors are flaws with line and column counted from 1."""
    _, (flaw,) = load("f.yaml", text)
    assert (flaw.line, flaw.column) == place
    assert says in flaw.text


def test_a_small_text_cannot_unfold_into_a_big_tree() -> None:
    """Aliases that multiply are stopped."""
    rows = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    root, (flaw,) = load("f.yaml", "\n".join(rows))
    assert root is None
    assert flaw.code == "yaml"


def test_words_stay_words() -> None:
    """YAML 1.2: yes, on, dates, times and ratios are text; only true, false, whole numbers and null are not."""
    root, flaws = load("f.yaml", "a: [yes, on, 2026-01-31, 09:00, 1e3, 010, 0x1F, 1.5, no, 7, true, ~, 'true', -3]")
    assert flaws == []
    assert root is not None
    assert root.plain()["a"] == [
        "yes", "on", "2026-01-31", "09:00", "1e3", "010", "0x1F", "1.5", "no", 7, True, None, "true", -3,
    ]  # fmt: skip


def test_every_key_and_value_knows_its_place() -> None:
    """Places are of the text itself, also behind wide characters and anchors."""
    root, _ = load("f.yaml", "标题: {en: &x Report, zh: 报告}\nlist:\n  - one\n  - *x\n")
    assert root is not None
    assert (root.keys["标题"].line, root.keys["标题"].column) == (1, 1)
    assert (root.entries["标题"].entries["zh"].place.line, root.entries["标题"].entries["zh"].place.column) == (1, 25)
    assert root.entries["list"].items[0].place.line == 3


def test_the_sketch_of_the_language_compiles_verbatim() -> None:
    """The sketch in the design is a complete policy of one type, with the defaults written out."""
    policy = compiled({"report.yaml": good("sketch")})
    report = policy["types"]["report"]
    assert policy["policy"] == "own"
    assert policy["sources"] == {"report.yaml": good("sketch")}
    assert report["initial"] == "drafted"
    assert report["actions"]["submit"] == {
        "title": {"en": "Submit", "zh": "Submit"},
        "from": ["drafted"],
        "to": "submitted",
        "by": ["owner", "unit_head"],
        "needs": [],
        "takes": [],
        "files": 1,
        "reason": False,
        "unless": [],
        "when": [],
        "effective": None,
        "effective_max": None,
    }
    assert report["actions"]["review"]["unless"] == [{"t": "same_person_as", "action": "submit"}]
    assert report["clocks"]["submit"]["remind"] == [{"percent": 50}, {"before": "1 working day"}]
    assert report["clocks"]["review"]["extension"] == {
        "max": "10 working days",
        "times": 1,
        "approve": ["direct"],
        "from": "due",
    }
    assert [step["after"] for step in report["ladders"]["overdue"]] == [
        "0",
        "1 working day",
        "3 working days",
        "5 working days",
        "10 working days",
    ]
    assert report["roles"] == {"reviewer": ["member_in_charge", "direct"]}
    assert {name: field["open"] for name, field in report["fields"].items()} == {
        "recipient": True,
        "period": True,
        "copy_to": True,
    }


def test_the_compiled_policy_is_json_and_compiles_to_itself() -> None:
    """What is stored is plain JSON, and its own sources give it again, wherever the files stand."""
    assert json.loads(json.dumps(pack())) == pack()
    turned = dict(reversed(pack()["sources"].items()))
    assert compiled(turned)["types"] == pack()["types"]


def test_a_type_is_laid_over_the_policy_in_force() -> None:
    """A case type alone replaces the type of its name and leaves the rest; the file it stood in goes."""
    policy = compiled({"mine.yaml": good("sketch")}, pack())
    assert set(policy["types"]) == set(pack()["types"])
    assert "archive" not in policy["types"]["report"]["clocks"]
    assert policy["types"]["incident"] == pack()["types"]["incident"]
    assert policy["duties"].keys() == pack()["duties"].keys()
    assert "report.yaml" not in policy["sources"]
    assert policy["sources"]["mine.yaml"] == good("sketch")
    assert compiled({"mine.yaml": good("sketch")}, policy) == policy


def test_a_field_with_a_question_mark_is_set_only_where_the_type_has_it() -> None:
    """A duty keeps fitting when the type it opens is replaced by one with fewer fields."""
    policy = compiled({"mine.yaml": good("sketch")}, pack())
    assert pack()["duties"]["bulletin"]["fields"] == {"recipient": "$superior", "kind": "special", "period": "$window"}
    assert policy["duties"]["bulletin"]["fields"] == {"recipient": "$superior", "period": "$window"}


def test_a_new_type_is_added_even_under_the_file_name_of_another() -> None:
    """A file name that is taken by another type takes nothing away."""
    policy = compiled({"incident.yaml": good("task")}, pack())
    assert set(policy["types"]) == {*pack()["types"], "task"}
    assert policy["sources"]["incident.yaml"] == good("task")
    assert policy["sources"]["incident-2.yaml"] == pack()["sources"]["incident.yaml"]
    assert compiled(policy["sources"])["types"] == policy["types"]


def test_a_policy_replaces_the_policy_in_force_whole() -> None:
    """With a `policy:` document among the new texts nothing of the old one is left."""
    policy = compiled({"policy.yaml": good("office"), "task.yaml": good("task")}, pack())
    assert set(policy["types"]) == {"task"}
    assert set(policy["duties"]) == {"plan"}
    assert policy["types"]["task"]["calendar"] == "CN"


def test_a_part_adds_names_for_all_types() -> None:
    """A file with only ladders, roles, posts or duties adds them to what is in force."""
    part = "posts: [clerk]\nladders:\n  gentle:\n    - {after: 1 week, tell: [clerk]}\n"
    policy = compiled({"part.yaml": part}, pack())
    task = good("task").replace("ladder: late", "ladder: gentle")
    policy = compiled({"task.yaml": task}, policy)
    assert policy["types"]["task"]["ladders"] == {
        "gentle": [{"after": "1 week", "before": None, "tell": ["clerk"], "skip": None, "do": None, "repeat": None}]
    }


def test_ladders_and_roles_of_a_type_go_before_those_of_the_policy() -> None:
    """A case type that brings its own ladder or role does not change that of the others."""
    text = good("sketch").replace("tell: [owner, unit_head]", "tell: [owner]") + "roles:\n  reviewer: [first]\n"
    policy = compiled({"mine.yaml": text}, pack())
    assert policy["types"]["report"]["ladders"]["overdue"][0]["tell"] == ["owner"]
    assert policy["types"]["report"]["roles"] == {"reviewer": ["first"]}
    assert policy["types"]["rectification"]["ladders"]["overdue"][0]["tell"] == ["owner", "unit_head"]


def test_a_definition_holds_what_its_type_uses_and_nothing_else() -> None:
    """A ladder or an alias no one here uses does not change the definition."""
    used = definition(good("sketch"))
    more = good("sketch") + "  unused:\n    - {after: 0, tell: [first]}\nroles:\n  nobody_asked: [staff]\n"
    assert definition(more) == used


def test_limits_by_choice_and_from_a_field_keep_their_form() -> None:
    """A graded limit names the field and gives a rule, or none, for each choice."""
    text = good("task").replace("limit: 10 working days", "limit: {by: urgency, of: {plain: none, urgent: 36h}}")
    assert definition(text)["clocks"]["finish"]["limit"] == {
        "by": "urgency",
        "of": {"plain": None, "urgent": {"limit": "36 hours"}},
    }


def test_any_open_and_same_are_written_out() -> None:
    """`from: any-open` becomes all states that are not final; `to: same` stays."""
    text = good("sketch").replace("actions:\n", "actions:\n  note: {from: any-open, to: same, by: owner}\n")
    note = definition(text)["actions"]["note"]
    assert note["from"] == ["drafted", "submitted", "reviewed"]
    assert note["to"] is None
    assert note["by"] == ["owner"]


def test_conditions_are_read_as_and_over_or() -> None:
    """A list in `when` is all of them, `or` inside one is any of them, `not` turns one round."""
    text = good("sanction").replace(
        "when: acted(defend) or overdue(defend)", "when: [acted(defend) or overdue(defend), not met(defend), not party]"
    )
    assert definition(text)["actions"]["hear"]["when"] == [
        [{"t": "acted", "action": "defend"}, {"t": "overdue", "clock": "defend"}],
        [{"t": "not", "of": {"t": "met", "clock": "defend"}}],
        [{"t": "not", "of": {"t": "role", "role": "party"}}],
    ]


def test_sources_are_read_from_a_file_or_a_folder(tmp_path: Path) -> None:
    """A folder gives its YAML files by name; what cannot be read is said."""
    assert read_sources(FOLDER / "task.yaml") == {"task.yaml": good("task")}
    assert set(read_sources(FOLDER)) == {
        "matter.yaml",
        "office.yaml",
        "permit.yaml",
        "sanction.yaml",
        "sketch.yaml",
        "task.yaml",
    }
    with pytest.raises(NotFound, match="There is no file"):
        read_sources(tmp_path / "none.yaml")
    with pytest.raises(NotFound, match=r"no \*.yaml file"):
        read_sources(tmp_path)
    (tmp_path / "gbk.yaml").write_bytes("title: 报告".encode("gbk"))
    with pytest.raises(Invalid, match="not UTF-8"):
        read_sources(tmp_path)


def test_a_flaw_reads_as_file_line_column_text() -> None:
    """The text of a flaw is one line that editors can jump to."""
    _, (flaw,) = compile_policy({"a.yaml": good("task").replace("to: done", "to: don")})
    assert isinstance(flaw, Flaw)
    assert str(flaw) == "a.yaml:10:28: There is no state `don`; did you mean `done`?"
