"""`demo`: a sample office lives through some weeks in a sandbox, and what it tells is what its database holds."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.office import program, run

from cli.demo import FROM, SEED, live_in
from cli.demo_tell import blocks, plain
from cli.demo_words import Words
from jobs.advance import advance
from jobs.demo import ground
from jobs.demo.days import Days
from jobs.demo.live import WEEKS
from jobs.demo.tell import everything
from states.calendars import Calendars, shipped
from states.errors import NotPermitted
from workflow import agenda, ask, audit, leave, policies, register
from workflow.store import Store

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHAPTERS = (
    "who", "duties", "in_time", "late", "told", "stood_in", "nobody", "paces", "decisions", "inspections", "findings",
    "upward", "incident", "charged", "proposals", "barred", "scores", "new_year", "counts",
)  # fmt: skip
REF = re.compile(r"\b[A-Z]{3}-\d{4}-\d{4}\b")


@dataclass
class Lived:
    """A sandbox somebody lived in, and what was told of it."""

    home: Path
    store: Store
    answer: dict[str, Any]

    def events(self, **asked: Any) -> list[dict[str, Any]]:
        with self.store.read() as tx:
            page = audit.log(tx, limit=1000, **asked)
            rows: list[dict[str, Any]] = page["rows"]
            while page["next"]:
                page = audit.log(tx, limit=1000, after=page["next"], **asked)
                rows += page["rows"]
        return rows

    def refs(self) -> set[str]:
        with self.store.read() as tx:
            return {row["ref"] for row in agenda.case_list(tx, limit=1000)["rows"]}

    def case(self, ref: str) -> dict[str, Any]:
        with self.store.read() as tx:
            return ask.case(tx, ref, None)


def lived(home: Path, seed: int, start: date, weeks: int) -> Lived:
    home.mkdir()
    live_in(home, start, seed=seed, weeks=weeks, lived=lambda _at: None)
    store = Store(f"sqlite:///{home / ground.DATABASE}")
    return Lived(home, store, everything(store))


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder, without those that a reader of a database leaves beside it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if not path.name.endswith(("-wal", "-shm"))}


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Lived]]:
    """Two seeds through the first weeks of 2026, one of them twice, and another start."""
    folder = tmp_path_factory.mktemp("demo")
    winter, autumn = date(2026, 1, 5), date(2025, 9, 1)
    plan = {"one": (1, winter, 6), "again": (1, winter, 6), "two": (2, winter, 6), "autumn": (1, autumn, 6)}
    made = {name: lived(folder / name, *how) for name, how in plan.items()}
    yield made
    for story in made.values():
        story.store.close()


@pytest.fixture(params=["one", "two", "autumn"])
def story(request: pytest.FixtureRequest, stories: dict[str, Lived]) -> Lived:
    return stories[request.param]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """The story everybody gets who types `make demo`: 2026, and January 2027."""
    made = lived(tmp_path_factory.mktemp("demo") / "year", SEED, date.fromisoformat(FROM), WEEKS)
    yield made
    made.store.close()


def test_the_trail_of_every_story_holds(story):
    """Whatever the seed and the start, the trail is whole and every act is decided the same again."""
    checked = story.answer["verify"]
    assert (checked["ok"], checked["problems"]) == (True, [])
    assert checked["events"] == len(story.events()) > 300


def test_another_seed_or_start_tells_another_story(stories):
    """Chance decides everything: no two of the three stories share a chapter of what happened."""
    for chapter in ("late", "incident", "findings", "counts"):
        told = [json.dumps(stories[name].answer[chapter], default=str) for name in ("one", "two", "autumn")]
        assert len(set(told)) == 3, chapter


def test_the_same_seed_tells_the_same_story(stories):
    """Seed and start decide the story to the minute."""
    for chapter in CHAPTERS:
        assert stories["one"].answer[chapter] == stories["again"].answer[chapter], chapter


def test_limits_are_met_and_missed(year):
    """Reports come in time and late, and what is told of each delay is what the trail says of that run."""
    late = {(row["ref"], row["clock"], row["run"]): row for row in year.answer["late"]}
    met = year.events(kind="clock.met")
    with year.store.read() as tx:
        laws = policies.types(tx)
    assert any(not event["data"]["late"] and event["data"]["clock"] == "submit" for event in met)
    assert any(clock == "submit" for _, clock, _ in late)
    assert year.answer["in_time"] == sum(not event["data"]["late"] for event in met)
    for event in met:
        clock = laws[year.case(event["case"])["type"]]["clocks"][event["data"]["clock"]]
        if set(clock["holders"]) <= {"party"}:
            continue  # a time given to somebody, or nobody's limit: nobody is late
        row = late.get((event["case"], event["data"]["clock"], event["data"]["run"]))
        assert (row is not None and row["end"] == "met") == event["data"]["late"]
    assert len({row["level"] for row in late.values()}) > 1


def test_incidents_differ_in_gravity_and_are_resolved(year):
    """All four grades occur, and some incidents are seen through."""
    with year.store.read() as tx:
        rows = agenda.case_list(tx, type="incident", limit=1000)["rows"]
    opened = [event for event in year.events(kind="case.opened") if event["data"]["type"] == "incident"]
    assert {event["data"]["severity"] for event in opened} == {"general", "large", "major", "critical"}
    assert any(row["state"] == "resolved" for row in rows)
    gravest = year.answer["incident"]
    assert [row["kind"] for row in gravest["rows"]] == [event["kind"] for event in year.events(case=gravest["ref"])]


def test_a_finding_is_put_right_and_checked_by_another(year):
    """At least one rectification is verified, by somebody who did not complete it."""
    verified = [row["ref"] for row in year.answer["findings"] if row["state"] == "verified"]
    assert verified
    for ref in verified:
        acts = {event["action"]: event["actor"] for event in year.events(case=ref, kind="case.acted")}
        assert acts["verify"] != acts["complete"]


def test_who_is_held_to_account_missed_a_limit(year):
    """Every accountability case cites a case whose limit was breached; the respondent decides nothing in it."""
    assert year.answer["charged"]
    for case in year.answer["charged"]:
        assert year.events(case=case["cites"], kind="clock.breached")
        actors = {row["by"] for row in case["rows"] if row["action"] not in {"answer", "appeal"}}
        assert case["respondent"] not in actors


def test_in_a_year_somebody_is_held_to_account_as_the_law_wants(year):
    """Notice, answer, hearing and decision come in their order, each by somebody entitled to it."""
    decided = [case for case in year.answer["charged"] if case["measure"]]
    assert decided
    for case in decided:
        acts = [row["action"] for row in case["rows"]]
        assert acts.index("open") < acts.index("investigate") < acts.index("hear") < acts.index("decide")


def test_a_vacant_post_is_skipped(year):
    """Where the telling says a post was empty, the register has nobody in it on that day; later it is filled again."""
    empty = [row for row in year.answer["nobody"] if row["why"] == "vacant"]
    assert empty
    with year.store.read() as tx:
        for row in empty:
            day = date.fromisoformat(row["at"][:10])
            assert register.who(tx, row["role"], row["unit"], day)["holders"] == []
        unit = empty[0]["unit"]
        assert register.who(tx, "unit_head", unit, date.fromisoformat(year.answer["now"][:10]))["holders"]


def test_a_deputy_stands_in_during_leave(year):
    """Everybody who stood in did so on a day of a recorded leave, for the one on leave."""
    assert year.answer["stood_in"]
    with year.store.read() as tx:
        leaves = [
            (*(register.show(tx, one[key], date(2026, 6, 1))["name"] for key in ("person", "deputy")), one)
            for one in leave.list_leave(tx, date(2025, 1, 1))
        ]
    for row in year.answer["stood_in"]:
        day = row["at"][:10]
        assert any(
            (row["for"], row["who"]) == (away, deputy) and one["from"] <= day <= one["to"]
            for away, deputy, one in leaves
        )


def test_nobody_signs_off_their_own_work(story):
    """The attempt is refused for what the person did, and leaves nothing behind."""
    refused = story.answer["refused"]
    assert isinstance(refused["problem"], NotPermitted)
    assert refused["events"] == 0
    assert story.case(refused["ref"])["state"] == "submitted"
    submitted = [event["actor"] for event in story.events(case=refused["ref"]) if event["action"] == "submit"]
    assert submitted == [refused["login"]]


def test_the_register_moves_through_the_year(year):
    """A vacancy that its duty noticed, an acting holder, a transfer: who is told to answer is who answers that day."""
    whats = [row["what"] for row in year.answer["who"]["changes"]]
    assert {"begins", "acts", "ends", "leave"} <= set(whats)
    with year.store.read() as tx:
        for row in year.answer["who"]["changes"]:
            if row["what"] in {"begins", "acts"}:
                day = date.fromisoformat(row["from"])
                held = register.who(tx, row["post"], row["unit"], day)["holders"]
                assert row["name"] in {register.show(tx, one["person"], day)["name"] for one in held}
    (vacant,) = [row for row in year.answer["duties"] if row["duty"] == "vacancy"]
    assert vacant["units"] >= 1


def test_what_recurs_was_owed_by_everybody_it_binds(year):
    """Each duty of the policy in force had its windows, and what became of each adds up."""
    with year.store.read() as tx:
        known = set(policies.current(tx)["duties"])
    assert {row["duty"] for row in year.answer["duties"]} == known
    for row in year.answer["duties"]:
        assert row["units"] == sum(row[key] for key in ("met", "late", "missed", "open", "skipped")), row
    study = [row for row in year.answer["paces"] if row["duty"] == "study-sessions"]
    assert {row["unit"] for row in study} == {"city", "county", "willow", "ferry", "highfield"}
    assert any(row["warned"] for row in study)


def test_every_subordinate_unit_is_inspected(year):
    """Notice, visit, findings and their rectifications, in each township and each section."""
    yearly = {row["unit"] for row in year.answer["inspections"] if row["kind"] == "yearly"}
    assert {"willow", "ferry", "highfield", "safety", "data", "service", "general"} <= yearly
    for row in year.answer["inspections"]:
        acts = [event["action"] for event in year.events(case=row["ref"], kind="case.acted")]
        assert acts.index("notify") < acts.index("visit") < acts.index("find") < acts.index("issue")
        assert len(row["findings"]) == acts.count("find")


def test_incidents_go_upward_and_call_the_body_together(year):
    """Every grade is told upward; a grave one calls an extraordinary meeting, and the head leads it in person."""
    rows = {row["grade"]: row for row in year.answer["upward"]}
    assert set(rows) == {"critical", "major", "large", "general"}
    for grade in ("critical", "major"):
        assert rows[grade]["meetings"] >= rows[grade]["cases"] > 0
        assert rows[grade]["led"] > 0
        assert rows[grade]["notices"] >= rows[grade]["cases"]


def test_what_a_decision_bars_from_is_what_the_program_answers(year):
    """Each answer of the telling is one of `eligible`, asked on record with a reason."""
    reads = [event for event in year.events(kind="data.read") if event["reason"]]
    assert len(reads) >= 3 * len(year.answer["barred"]) > 0
    for row in year.answer["barred"]:
        for answer in row["answers"]:
            assert answer["barred"] == bool(answer["because"])


def test_the_scorecard_and_the_new_year(year):
    """Every unit has its card; January opens the windows of the next year, sums up the last one and assesses it."""
    assert {row["unit"] for row in year.answer["scores"]["rows"]} >= {
        "county",
        "willow",
        "ferry",
        "highfield",
        "safety",
    }
    begun = year.answer["new_year"]
    assert begun["year"] == 2027
    assert {"study-sessions", "yearly-summary", "assessment"} <= {row["duty"] for row in begun["opened"]}
    assert len(begun["summaries"]) == 5
    (own,) = [row for row in begun["summaries"] if row["unit"] == "county"]
    text = b"".join(path.read_bytes() for path in (year.home / ground.EVIDENCE).rglob(own["files"][0]["sha256"]))
    assert "summary of 2026" in text.decode()
    assert any(row["objection"] for row in begun["assessments"])
    assert all(row["points"] is not None for row in begun["assessments"] if row["result"])


def test_the_year_is_told_in_both_languages_and_its_commands_run(year):
    """Every number that is printed is a case of the sandbox; each command it ends with answers."""
    with year.store.read() as tx:
        words = Words(tx)
    told = {**plain(year.answer), "refused": year.answer["refused"], "replaced": False, "seed": SEED}
    lines = [" ".join(line) for block in blocks(told, words, "x") for line in block.lines]
    refs = {event["case"] for event in year.events(kind="case.opened")}
    assert set(REF.findall("\n".join(lines))) <= refs
    commands = [line.removeprefix("duecourse ") for line in lines if line.startswith("duecourse ")]
    assert len(commands) >= 10
    for command in commands:
        again = program(*shlex.split(command), folder=year.home)
        assert again.code == (4 if command.startswith("do ") else 0), (command, again)


def test_the_telling_follows_the_database(tmp_path):
    """Let the same sandbox live on for a month with nobody acting, and it tells of more delays, further up."""
    story = lived(tmp_path / "on", 5, date(2026, 3, 2), 4)
    before = story.answer
    advance(story.store, datetime.fromisoformat(before["now"]) + timedelta(days=30))
    after = everything(story.store)
    story.store.close()
    assert len(after["late"]) > len(before["late"])
    assert max(row["level"] for row in after["late"]) == 5
    assert after["verify"]["ok"]


def test_what_is_printed_is_in_the_database(tmp_path):
    """Every case number and name in the output is one of the sandbox it left; the bar is for terminals only."""
    done = program("demo", "--weeks", "5", "--seed", "7", folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    store = Store(f"sqlite:///{tmp_path / 'demo-office' / ground.DATABASE}")
    with store.read() as tx:
        refs = {row["ref"] for row in agenda.case_list(tx, limit=1000)["rows"]}
        units = {row["code"] for row in register.tree(tx)}
    store.close()
    assert REF.findall(done.out)
    assert set(REF.findall(done.out)) <= refs
    assert len(units) == 11
    for command in re.findall(r"^  duecourse (.*)$", done.out, re.MULTILINE):
        again = program(*shlex.split(command), folder=tmp_path / "demo-office")
        assert again.code == (4 if command.startswith("do ") else 0), (command, again)


def test_programs_and_chinese_readers_get_it_too(tmp_path):
    """`--format json` answers one object with every chapter; `--lang zh_CN` runs through."""
    done = run("demo", tmp_path / "box", "--weeks", "4", "--format", "json", folder=tmp_path)
    assert done.json["schema"] == 1
    assert {*CHAPTERS, "verify", "refused", "home", "seed", "replaced"} <= done.json.keys()
    assert done.json["refused"]["problem"]["exit"] == 4
    spoken = run("demo", tmp_path / "box", "--weeks", "4", "--lang", "zh_CN", folder=tmp_path)
    assert (spoken.code, "报告" in spoken.out) == (0, True)


def test_run_again_it_replaces_its_own_sandbox_and_nothing_else(tmp_path):
    """The second demo takes the place of the first and says so; settings and a note beside it stay."""
    home = tmp_path / "box"
    first = run("demo", home, "--weeks", "4", folder=tmp_path)
    assert first.code == 0
    note, settings = home / "note.txt", home / ground.SETTINGS
    note.write_text("mine", encoding="utf-8")
    settings.write_text(settings.read_text(encoding="utf-8") + 'lang = "en"\n', encoding="utf-8")
    second = run("demo", home, "--weeks", "4", "--seed", "9", folder=tmp_path)
    assert (second.code, "replaced" in second.out, "replaced" in first.out) == (0, True, False)
    assert (note.read_text(encoding="utf-8"), 'lang = "en"' in settings.read_text(encoding="utf-8")) == ("mine", True)
    assert first.out.splitlines()[2:] != second.out.splitlines()[2:]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_is_not_its_own_is_left_alone(tmp_path):
    """A folder with anything else in it, a workspace made by `init`, a file: exit 6, and nothing is touched."""
    other = tmp_path / "papers"
    other.mkdir()
    (other / "plan.txt").write_text("keep", encoding="utf-8")
    office = tmp_path / "office"
    assert run("init", office, "--sandbox", "--now", "2026-01-05T08:00+08:00", folder=tmp_path).code == 0
    real = tmp_path / "real"
    assert run("init", real, folder=tmp_path).code == 0
    (real / ground.SETTINGS).write_text(ground.MARK, encoding="utf-8")  # even with the mark: its database is no sandbox
    for folder in (other, office, real, other / "plan.txt"):
        before = contents(tmp_path)
        refused = run("demo", folder, "--format", "json", folder=tmp_path)
        assert (refused.code, refused.error["code"]) == (6, "conflict")
        assert contents(tmp_path) == before


def test_a_demo_needs_a_day_and_its_own_database(tmp_path):
    """A start that is no day and a database of somebody's own are wrong words, and nothing is made."""
    assert run("demo", "--from", "spring", folder=tmp_path).code == 2
    assert run("demo", "--db", "sqlite:///x.db", folder=tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []


def test_office_hours_know_the_holidays():
    """Nobody is at a desk during the Spring Festival of 2026, which is the longest break of its quarter."""
    days = Days(Calendars(shipped()).get("CN"), SHANGHAI, Random(1))  # noqa: S311  # minutes of a story
    assert days.longest_break(date(2026, 1, 5), date(2026, 4, 5)) == (date(2026, 2, 15), date(2026, 2, 23))
    assert days.desk(days.at(date(2026, 2, 15), 10)).date() == date(2026, 2, 24)
    assert days.desk(days.at(date(2026, 2, 14), 10)) == days.at(date(2026, 2, 14), 10)  # a Saturday that is worked
    assert days.before(days.at(date(2026, 2, 20), 23)).date() == date(2026, 2, 14)
    assert days.desk(days.at(date(2026, 1, 7), 20)).date() == date(2026, 1, 8)
