"""`calendar import`: calendars become current, contradictions are refused at their place, open limits move."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from support.office import run

from states.calendars import Calendars, parse_calendars, shipped

STORM = """
name: CN
zone: Asia/Shanghai
off: [2026-01-12, 2026-01-13]
valid: [2026-01-01, 2026-12-31]
source: storm
"""


def submit(office, ref: str) -> dict:
    return next(one for one in office.json("case", "show", ref)["clocks"] if one["name"] == "submit")


def imports(office) -> int:
    """How many imports of calendars are on record."""
    return len(office.json("audit", "log", "--stream", "calendar")["rows"])


def test_a_new_calendar_moves_the_open_limits_that_hang_on_it(office):
    """Two days off are named, and the report is due two working days later: a new run, the old end on record."""
    ref = office.report()
    before = submit(office, ref)
    done = office.json("calendar", "import", office.file("storm.yaml", STORM))
    (row,) = done["calendars"]
    assert (row["name"], row["changed"], row["off"]["added"]) == ("CN", True, ["2026-01-12", "2026-01-13"])
    assert "2026-10-01" in row["off"]["removed"]
    assert (row["valid"], row["valid_was"]) == (["2026-01-01", "2026-12-31"], ["2024-01-01", "2026-12-31"])
    assert row["event"].keys() == {"id", "hash", "n"}
    assert done["recomputed"] == {"clocks": done["clocks"], "moved": done["recomputed"]["moved"], "failed": 0}
    assert done["clocks"] >= 1
    after = submit(office, ref)
    assert (before["due_on"], after["due_on"], after["run"]) == ("2026-01-19", "2026-01-21", before["run"] + 1)
    (event,) = office.json("audit", "log", "--case", ref, "--kind", "clock.recomputed")["rows"]
    assert (event["data"]["why"], event["data"]["was"]["due_at"]) == ("calendar", "2026-01-19T15:59:59.000000Z")
    assert office.json("audit", "verify", "--replay")["ok"]


def test_a_repeat_changes_nothing_and_old_versions_stay(office):
    """The same content again is in force already; the shipped version comes back under its own name."""
    file, before = office.file("storm.yaml", STORM), imports(office)
    office.run("calendar", "import", file)
    said = office.run("calendar", "import", file).out
    assert said.endswith("is in force already\n")
    assert office.json("calendar", "import", file)["recomputed"]["clocks"] == 0
    assert imports(office) == before + 1


def test_a_dry_import_says_what_would_be_and_keeps_nothing(office):
    """--dry-run names the days and counts the limits; nothing is imported and nothing moves."""
    ref = office.report()
    before = imports(office)
    said = office.run("calendar", "import", office.file("storm.yaml", STORM), "--dry-run").out
    assert "+ off: 2026-01-12, 2026-01-13" in said
    assert "would be counted again" in said
    assert submit(office, ref)["due_on"] == "2026-01-19"
    assert imports(office) == before


def test_people_read_what_changed(office):
    """One line per calendar, then days that come and go, the years known, and how many limits moved."""
    office.report()
    said = office.run("calendar", "import", office.file("storm.yaml", STORM), "--reason", "closed by the storm").out
    lines = said.splitlines()
    assert lines[0].startswith("CN: version ")
    assert "in place of" in lines[0]
    assert "  valid: 2026-01-01 – 2026-12-31 (before: 2024-01-01 – 2026-12-31)" in lines
    assert "  also changed: source" in lines
    assert lines[-2].endswith("counted again.")
    assert office.json("audit", "log", "--stream", "calendar")["rows"][-1]["reason"] == "closed by the storm"


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("name: A\nzone: Mars/Base\n", ":2:7", "time zone 'Mars/Base' is unknown"),
        ("name: A\nholidays: [2026-01-01]\n", ":2:1", "no key 'holidays'"),
        ("name: A\noff:\n  - 2026-01-01\n  - 2026-02-30\n", ":4:5", "'2026-02-30' is not a date"),
        (
            "name: A\noff: [2026-03-03, 2026-03-04]\nwork: [2026-03-07, 2026-03-04]\n",
            ":3:20",
            "2026-03-04 is both off and work",
        ),
        ("- {name: A}\n- {name: B, union: [A, C]}\n", ":2:20", "unites 'C', which does not exist"),
        ("- {name: A, union: [B]}\n- {name: B, union: [A]}\n", ":1:20", "unites itself: A > B > A"),
        ("name: A\nvalid: [2026-12-31, 2026-01-01]\n", ":2:8", "before it begins"),
        ("name: A\nname: B\n", ":2:1", "`name` stands here twice"),
        ("name: [A\n", ":2:1", "This is not YAML"),
        ("- {name: A}\n- {name: A}\n", ":2:3", "written twice"),
        ("", "", "A calendar must be a mapping"),
    ],
)
def test_a_file_that_is_wrong_is_refused_at_its_place(office, text, place, sentence):
    """Exit 8 with file, line and column; nothing is imported."""
    file, before = office.file("bad.yaml", text), imports(office)
    error = office.run("calendar", "import", file, "--format", "json", code=8).error
    assert error["where"] == f"{file}{place}"
    assert sentence in error["message"]
    assert imports(office) == before


def test_a_circle_through_a_calendar_in_force_is_refused(office):
    """A member that in turn unites the union that names it is found, also over two imports."""
    office.run("calendar", "import", office.file("a.yaml", "- {name: B}\n- {name: A, union: [B, CN]}\n"))
    error = office.run("calendar", "import", office.file("b.json", '{"name": "B",\n "union": ["A"]}'), code=8)
    assert "b.json:2:11: The calendar B unites itself: B > A > B." in error.err
    tabbed = office.file("c.json", '{\n\t"name": "B",\n\t"zone": "Mars"}')
    assert "'Mars' is unknown" in office.run("calendar", "import", tabbed, code=8).err


def test_a_calendar_without_any_working_day_is_refused(office):
    """Every weekday off would let no limit ever end; so would a union of halves of the week."""
    week = "weekend: [mon, tue, wed, thu, fri, sat, sun]"
    assert "no working day" in office.run("calendar", "import", office.file("a.yaml", f"name: A\n{week}\n"), code=8).err
    halves = "- {name: A, weekend: [mon, tue, wed]}\n- {name: B, weekend: [thu, fri, sat, sun]}\n"
    office.run("calendar", "import", office.file("b.yaml", halves + "- {name: AB, union: [A, B]}\n"), code=8)


def test_a_union_counts_the_days_off_of_all_its_members(office):
    """{name, union} is imported like any calendar, and changes as its members do."""
    both = "- {name: ENG, off: [2026-04-06]}\n- {name: SCT, off: [2026-01-02]}\n- {name: UK, union: [ENG, SCT]}\n"
    office.run("calendar", "import", office.file("uk.yaml", both))
    off = [row["date"] for row in office.json("calendar", "show", "UK", "--year", "2026")["rows"]]
    assert off == ["2026-01-02", "2026-04-06"]
    version = {row["name"]: row["version"] for row in office.json("calendar", "list")["rows"]}["UK"]
    office.run("calendar", "import", office.file("sct.yaml", "{name: SCT, off: [2026-01-02, 2026-08-03]}"))
    rows = {row["name"]: row["version"] for row in office.json("calendar", "list")["rows"]}
    assert rows["UK"] != version


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], 2, "from a file or from a library"),
        (["{file}", "--source", "holidays"], 2, "from a file or from a library"),
        (["{file}", "--years", "2026"], 2, "--years goes with --source"),
        (["nothing.yaml"], 3, "There is no file"),
        (["{file}", "--as", "li.na"], 4, "Only the administrator"),
        (["--source", "holidays", "--years", "2026"], 2, "Whose holidays"),
        (["--source", "holidays", "--country", "GB"], 2, "Which years"),
        (["--source", "holidays", "--country", "XX", "--years", "2026"], 2, "does not know XX"),
        (["--source", "holidays", "--country", "GB", "--years", "26"], 2, "not a span of years"),
        (["--source", "holidays", "--country", "GB", "--years", "2027-2026"], 2, "not a span of years"),
        (["--source", "holidays", "--country", "GB", "--years", "2030"], 8, "can be taken as published"),
        (["--source", "chinesecalendar", "--country", "CN", "--years", "2026"], 2, "nothing but the Chinese"),
        (["--source", "chinesecalendar", "--years", "2090-2091"], 8, "none of the years 2090 to 2091"),
        (["--source", "chinesecalendar", "--years", "2026", "--zone", "Mars"], 8, "'Mars' is unknown"),
        (["--source", "almanac"], 2, "almanac"),
    ],
)
def test_wrong_words_of_import(office, words, code, sentence):
    """Exactly one origin, its own options, an administrator, years that exist."""
    file = office.file("storm.yaml", STORM)
    assert sentence in office.run("calendar", "import", *(w.replace("{file}", file) for w in words), code=code).err


def test_the_chinese_library_agrees_with_the_shipped_calendar(office):
    """chinesecalendar gives the same kind of day for every day of the shipped years, and no year beyond them."""
    done = office.json("calendar", "import", "--source", "chinesecalendar", "--years", "2024-2069", "--name", "LIB")
    (row,) = done["calendars"]
    assert row["valid"][0] == "2024-01-01"
    assert row["valid"][1] < "2069"
    taken = Calendars(parse_calendars({"name": "LIB", "off": row["off"]["added"], "work": row["work"]["added"]}))
    ours, theirs, day = Calendars(shipped()).get("CN"), taken.get("LIB"), date(2024, 1, 1)
    while day <= date(2026, 12, 31):
        assert ours.day(day) == theirs.day(day), day
        day += timedelta(days=1)


def test_holidays_are_valid_no_further_than_this_year_unless_checked(office):
    """What the library works out for years to come is counted, and marked provisional until somebody compared it."""
    words = ["calendar", "import", "--source", "holidays", "--country", "gb", "--subdiv", "ENG", "--years", "2025-2027"]
    (row,) = office.json(*words)["calendars"]
    assert (row["name"], row["valid"]) == ("GB-ENG", ["2025-01-01", "2026-12-31"])
    assert {"2025-12-25", "2026-04-06", "2027-03-26"} <= set(row["off"]["added"])
    rule = '{"limit": "1 working day", "calendar": "GB-ENG", "zone": "Europe/London"}'
    found = office.json("calendar", "explain", "--from", "2027-03-25", "--rule", rule)
    assert (found["due_on"], found["provisional"]) == ("2027-03-30", True)
    (row,) = office.json(*words, "--checked-to", "2027", "--zone", "Europe/London")["calendars"]
    assert (row["valid"], row["other"]) == (["2025-01-01", "2027-12-31"], ["zone"])


def test_a_country_with_make_up_days_is_valid_to_the_last_year_that_has_them(office, tmp_path):
    """Next year's make-up days are decreed late: a year without any is not taken as published."""
    office.run("advance", "--to", "2028-01-03", "--jump")
    words = ["--source", "holidays", "--country", "CN", "--name", "LAW", "--years", "2025-2028"]
    (row,) = office.json("calendar", "import", *words)["calendars"]
    assert row["valid"][1] < "2028"
    assert "2025-01-26" in row["work"]["added"]


def test_another_weekend_in_former_years_is_spelt_out_day_by_day(office):
    """The Emirates had Friday and Saturday until 2021: their Fridays are off, their Sundays working days."""
    words = ["--source", "holidays", "--country", "AE", "--years", "2021-2023"]
    (row,) = office.json("calendar", "import", *words)["calendars"]
    assert {"2021-03-05", "2021-12-31"} <= set(row["off"]["added"])
    assert "2021-03-07" in row["work"]["added"]
    assert not any(day > "2022-01-03" for day in row["work"]["added"])


def test_a_real_workspace_is_served_alike(tmp_path):
    """The account that made a workspace imports into it; no --as is needed."""
    home = tmp_path / "office"
    assert run("init", home, "--pack", "responsibility", folder=tmp_path).code == 0
    (tmp_path / "own.yaml").write_text("{name: OWN, off: [2026-03-02]}\n")
    done = run("--home", home, "calendar", "import", tmp_path / "own.yaml", folder=tmp_path)
    assert (done.code, done.out.splitlines()[0].startswith("OWN: new, version ")) == (0, True)
