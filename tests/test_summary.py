"""The summary of a window is drafted from the record: counted, explained, reproducible, and without anybody's name."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from support.measured import MEASURED
from support.office import Office
from support.world import World

from states.errors import NotFound, Usage
from workflow.summary import reasons, summary, window_of


def facts(world: World, unit: str = "county", window: str = "2026-Q1") -> dict[str, Any]:
    with world.store.read() as tx:
        return dict(summary(tx, unit, window))


def row(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found


@pytest.fixture
def lived(world: World) -> World:
    """A report late, one never handed in, an incident that was raised to major, all in the first weeks."""
    world.apply(*MEASURED)
    late, never = world.report(), world.report(as_="chen", unit="data")
    major = world.incident("general")
    world.do(major, "notify", "li", to="county")
    world.until("2026-02-09 09:30")
    world.do(major, "regrade", "feng", severity="major", reason="more were hurt")
    world.until("2026-03-06 10:00")
    world.do(late, "submit", "wang", file="paper", reason="the figures of Wang came late")
    world.refs = {"late": late, "never": never, "major": major}  # type: ignore[attr-defined]
    return world


def test_what_was_done_is_counted_with_its_acts_and_grades(lived: World) -> None:
    """Of each type: opened, closed, open, every act done, and the grade as it stood at the end."""
    found = facts(lived)
    incident = row(found["cases"], type="incident")
    assert (incident["opened"], incident["closed"], incident["open"]) == (1, 0, 1)
    assert incident["levels"] == {"major": 1}
    assert incident["acts"] == {"notify": 1, "regrade": 1}
    assert row(found["cases"], type="report")["acts"] == {"submit": 1}
    assert found["duties"] == {"met": 0, "late": 0, "missed": 1, "skipped": 0}  # the study plan of 27 February


def test_what_went_wrong_has_its_causes(lived: World) -> None:
    """A late or overdue limit is named with its post, its longest delay in days, and the cases to look at."""
    refs = lived.refs  # type: ignore[attr-defined]
    submit = row(facts(lived)["problems"], type="report", clock="submit", post="owner")
    assert (submit["late"], submit["overdue"], submit["days"]) == (1, 1, 6)  # due on 28 February; it is 6 March
    assert submit["refs"] == sorted([refs["late"], refs["never"]])
    assert [one["duty"] for one in facts(lived)["missed"]] == ["study-plan"]


def test_an_empty_post_is_a_cause(world: World) -> None:
    """Where a step found nobody to tell, the role that was vacant is named."""
    world.apply(*MEASURED)
    world.new("report", "chen", unit="data", recipient="county")  # nobody has the data unit in charge
    world.until("2026-03-09 12:00")
    (problem,) = [one for one in facts(world, unit="data")["problems"] if one["type"] == "report"]
    assert problem["empty"] == ["member_in_charge"]


def test_that_a_body_has_no_head_of_a_unit_is_no_cause(world: World) -> None:
    """The county has its first; the leader in charge it lacks is named, and the post it never had is not."""
    world.apply(*MEASURED)
    world.new("report", "sun", unit="county", recipient="province")
    world.until("2026-03-09 12:00")
    (problem,) = [one for one in facts(world)["problems"] if (one["type"], one["post"]) == ("report", "owner")]
    assert problem["empty"] == ["member_in_charge"]


def test_next_steps_are_what_is_open_and_what_falls_due(lived: World) -> None:
    """Open cases come with the first of their limits, duties with the day they are due in the window that follows."""
    found = facts(lived)
    refs = lived.refs  # type: ignore[attr-defined]
    never = row(found["next"], ref=refs["never"])
    assert (never["clock"], never["due_on"], never["overdue"]) == ("submit", "2026-02-28", True)
    assert found["next_window"] == "2026-Q2"
    coming = [(one["duty"], one["unit"], one["due_on"]) for one in found["next"] if one["kind"] == "duty"]
    assert ("half-yearly-report", "county", "2026-06-30") in coming


def test_a_body_below_reports_itself(lived: World) -> None:
    """The province is above the county, and what the county did is not in the summary of the province."""
    assert facts(lived, "province")["units"] == ["province"]
    assert facts(lived)["units"] == ["county", "data", "safety"]
    assert [one["type"] for one in facts(lived, "province")["cases"] if one["type"] == "incident"] == []


def test_a_window_gone_by_is_drafted_as_it_was(lived: World) -> None:
    """What was done, what was open and how long it was late do not change with what comes after the window."""
    lived.until("2026-04-02 09:00")
    before = facts(lived)
    lived.do(lived.refs["never"], "submit", "chen", file="paper", reason="at last")  # type: ignore[attr-defined]
    lived.do(lived.refs["major"], "regrade", "feng", severity="general", reason="not so bad")  # type: ignore[attr-defined]
    after = facts(lived)
    for key in ("cases", "limits", "problems", "until"):
        assert after[key] == before[key], key


def test_no_name_and_no_word_of_people_is_in_the_facts(lived: World) -> None:
    """Titles, reasons, logins and ids of persons stay out; reasons are asked for apart."""
    told = json.dumps(facts(lived))
    assert not [word for word in ("A matter", "figures of Wang", '"wang"', '"li"', "p_") if word in told]
    with lived.store.read() as tx:
        assert [one["reason"] for one in reasons(tx, summary(tx, "county", "2026-Q1"))] == [
            "the figures of Wang came late"
        ]


@pytest.mark.parametrize("text", ["2026-Q5", "2026-H3", "2026-13", "26", "2026-W01", "", "9999"])
def test_a_window_that_is_none_is_refused(text: str) -> None:
    """Only years, half-years, quarters and months are windows."""
    with pytest.raises(Usage):
        window_of(text)


def test_an_unknown_unit_and_a_window_to_come_are_refused(world: World) -> None:
    """Nothing is drafted about nobody, and nothing about what has not begun."""
    with pytest.raises(NotFound):
        facts(world, "nowhere")
    with pytest.raises(Usage):
        facts(world, window="2027-H1")


# The paper, from the command line.


@pytest.fixture
def busy(office: Office) -> Office:
    """An office with a report handed in late, on 22 January."""
    ref = office.report()
    office.run("advance", "--to", "2026-01-22T09:00+08:00")
    paper = office.file("paper.txt")
    office.run("do", ref, "submit", "--file", paper, "--reason", "the *figures*", "--as", "chen.chen")
    return office


DRAFT = ("summary", "draft", "--unit", "CITY", "--window", "2026-H1")


def test_the_draft_is_markdown_in_the_reader_s_language(busy: Office) -> None:
    """Three sections in English or Chinese, and the same text each time it is asked for."""
    english = busy.run(*DRAFT).out
    assert [line for line in english.splitlines() if line.startswith("#")] == [
        "# 市应急管理局: summary of the first half of 2026",
        "## What was done",
        "## Problems and their causes",
        "## Next steps, the second half of 2026",
    ]
    assert "Report, Submission (owner): 1 ended late, 0 overdue, by up to 3 days." in english
    assert busy.run(*DRAFT).out == english
    assert "报告" in busy.run(*DRAFT, "--lang", "zh_CN").out


def test_what_is_counted_is_told_as_often_as_it_was_done(busy: Office) -> None:
    """Sessions recorded together count each, on the day they were held; a record put right counts as it is now."""
    said = ("duty", "record", "study-sessions", "--unit", "CITY", "--as", "qian.fang")
    first = busy.json(*said, "--on", "2026-01-08", "--count", "4")
    busy.run(*said, "--on", "2026-01-09", "--count", "2")
    busy.run(*said, "--on", "2026-01-08", "--count", "3", "--corrects", str(first["no"]), "--reason", "one too many")
    assert busy.json(*DRAFT)["activities"] == [{"duty": "study-sessions", "count": 5}]


def test_reasons_need_a_role_a_reason_and_are_on_record(busy: Office) -> None:
    """Who is neither office, inspector nor administrator is refused; who says why is put on record."""
    assert "figures" not in busy.run(*DRAFT).out
    busy.run(*DRAFT, "--reasons", "--reason", "for the report", "--as", "chen.chen", code=4)
    busy.run(*DRAFT, "--reasons", code=5)
    told = busy.run(*DRAFT, "--reasons", "--reason", "for the report", "--as", "qian.fang").out
    assert r"the \*figures\*" in told
    assert [one["data"]["what"] for one in busy.json("audit", "log", "--kind", "data.read")["rows"]] == ["summary"]


def test_a_paper_in_word_is_made_of_the_office_s_template(busy: Office, tmp_path: Path) -> None:
    """The plain template and one's own are filled, markup in a text is text, and the same facts give the same bytes."""
    docx = pytest.importorskip("docx")
    paper, again = str(tmp_path / "paper.docx"), str(tmp_path / "again.docx")
    busy.run(*DRAFT, "-o", paper)
    busy.run(*DRAFT, "-o", again)
    assert Path(paper).read_bytes() == Path(again).read_bytes()
    lines = [one.text for one in docx.Document(paper).paragraphs]
    assert lines[0] == "市应急管理局: summary of the first half of 2026"
    assert "What was done" in lines
    busy.run("summary", "template", "-o", str(tmp_path / "begun.docx"))
    busy.run("summary", "template", "-o", str(tmp_path / "begun.docx"), code=2)  # somebody may have dressed it by now
    busy.run(*DRAFT, "-o", again, "--yes", "--template", str(tmp_path / "begun.docx"))
    assert [one.text for one in docx.Document(again).paragraphs] == lines
    own = docx.Document()
    own.add_paragraph("{{ unit }} <{{ window }}>")
    own.add_paragraph("{% for section in sections %}{{ section.title }};{% endfor %}")
    own.save(str(tmp_path / "own.docx"))
    busy.run(*DRAFT, "-o", paper, "--yes", "--template", str(tmp_path / "own.docx"))
    assert [one.text for one in docx.Document(paper).paragraphs] == [
        "CITY <2026-H1>",
        "What was done;Problems and their causes;Next steps, the second half of 2026;",
    ]


@pytest.mark.parametrize(
    "place", ["{{ unti }}", "{% for x in %}", "{{ ''.__class__.__mro__ }}"], ids=["misspelt", "broken", "escape"]
)
def test_a_template_that_cannot_be_filled_is_refused(busy: Office, tmp_path: Path, place: str) -> None:
    """A misspelt place, a broken one, and one that reaches for the machine are one sentence, and no paper is left."""
    docx = pytest.importorskip("docx")
    own = docx.Document()
    own.add_paragraph(place)
    own.save(str(tmp_path / "own.docx"))
    paper = tmp_path / "paper.docx"
    said = busy.run(*DRAFT, "-o", str(paper), "--template", str(tmp_path / "own.docx"), code=8)
    assert "own.docx cannot be filled" in said.err
    assert not paper.exists()


def test_what_is_no_template_is_refused(busy: Office, tmp_path: Path) -> None:
    """No file, no zip, a zip that is no paper, and a template for Markdown are refused with the right code."""
    paper = str(tmp_path / "paper.docx")
    text = busy.file("text.docx", "not a paper")
    hollow = tmp_path / "hollow.docx"
    with zipfile.ZipFile(hollow, "w") as archive:
        archive.writestr("nothing", "")
    busy.run(*DRAFT, "-o", paper, "--template", str(tmp_path / "none.docx"), code=3)
    busy.run(*DRAFT, "-o", paper, "--template", text, code=8)
    busy.run(*DRAFT, "-o", paper, "--template", str(hollow), code=8)
    busy.run(*DRAFT, "-o", str(tmp_path / "paper.md"), "--template", text, code=2)


def test_without_the_library_it_says_what_to_install(busy: Office, tmp_path: Path, monkeypatch: Any) -> None:
    """One sentence, exit 8, and the name of the extra."""
    monkeypatch.setitem(sys.modules, "docxtpl", None)
    said = busy.run(*DRAFT, "-o", str(tmp_path / "paper.docx"), code=8)
    assert "extra `dossier`" in said.err


def test_a_paper_somebody_may_have_edited_is_not_written_over(busy: Office, tmp_path: Path) -> None:
    """A file that is there stays, unless --yes says otherwise."""
    paper = tmp_path / "paper.md"
    paper.write_text("edited", encoding="utf-8")
    busy.run(*DRAFT, "-o", str(paper), code=2)
    assert paper.read_text(encoding="utf-8") == "edited"
    busy.run(*DRAFT, "-o", str(paper), "--yes")
    assert paper.read_text(encoding="utf-8").startswith("# 市应急管理局")


def test_the_draft_of_a_case_gives_the_commands_that_make_tasks(busy: Office, tmp_path: Path) -> None:
    """Of a `summary` unit and window are known, and each next step comes with the command for it, which works."""
    made = busy.json(
        "new", "summary", "--unit", "CITY", "--title", "Half a year", "--recipient", "CITY", "--period", "2026-H1",
        "--as", "qian.fang",
    )  # fmt: skip
    steps = tmp_path / "steps.json"
    busy.run("case", "draft", made["ref"], "-o", str(tmp_path / "paper.md"), "--next-steps", str(steps))
    rows = json.loads(steps.read_text(encoding="utf-8"))
    assert rows
    import shlex

    words = shlex.split(next(one["command"] for one in rows if one["duty"]))
    assert words[:4] == ["duecourse", "do", made["ref"], "next_step"]
    paper = busy.file("paper.txt")
    busy.run("do", made["ref"], "submit", "--file", paper, "--as", "qian.fang")
    busy.run("do", made["ref"], "review", "--as", "wang.min")
    busy.run(*words[1:], "--as", "qian.fang")
    assert [one["type"] for one in busy.json("case", "list", "--type", "task")["rows"]] == ["task"]


def test_the_summary_of_last_year_is_about_last_year(busy: Office) -> None:
    """What its duty opens names the window before; another one can be asked for."""
    (owed,) = [row for row in busy.json("duty", "list", "--unit", "CITY", "--year", "2026")["rows"]
               if row["duty"] == "yearly-summary"]  # fmt: skip
    assert busy.run("case", "draft", owed["ref"]).out.startswith("# 市应急管理局: summary of 2025\n")
    assert "summary of the first half of 2026" in busy.run("case", "draft", owed["ref"], "--window", "2026-H1").out


def test_a_report_that_a_duty_opened_is_drafted_and_filed_in_one_step(office: Office, tmp_path: Path) -> None:
    """The summary of last year is about last year; its draft lies on the report, as it was written, for who is part."""
    office.run("advance", "--to", "2026-01-20T09:00+08:00")
    rows = office.json("duty", "list", "--unit", "CITY")["rows"]
    ref = next(row["ref"] for row in rows if row["duty"] == "yearly-summary")
    assert office.json("case", "show", ref)["fields"]["period"] == "2025"
    assert office.json("case", "draft", ref)["window"] == "2025"
    office.run("case", "draft", ref, "--dry-run", code=2)
    words = ("case", "draft", ref, "--attach")
    office.run(*words, "--reasons", "--reason", "r", "--dry-run", "--as", "qian.fang", code=2)
    office.run(*words, "--as", "chen.chen", code=4)
    office.run(*words, "--as", "qian.fang", "--dry-run")
    paper = tmp_path / "paper.md"
    assert office.json(*words, "--as", "qian.fang")["files"][0]["name"] == "CITY-2025.md"
    kept = office.json(*words, "-o", str(paper), "--as", "qian.fang")["files"]
    assert [one["name"] for one in kept] == ["CITY-2025.md", "paper.md"]
    assert kept[0]["sha256"] == kept[1]["sha256"]
    assert paper.read_text(encoding="utf-8").startswith("# ")
    office.run("do", ref, "submit", "--file", str(paper), "--as", "qian.fang")


def test_a_case_that_sums_up_nothing_is_refused(busy: Office) -> None:
    """A case without a window says how to name one."""
    said = busy.run("case", "draft", busy.report(), code=2)
    assert "--window" in said.err
