"""`org`, `leave`, `whoami`: who is who, who answers, who is away."""

from __future__ import annotations

import pytest
from support.office import run

from cli.session import os_login
from states.errors import NotPermitted
from workflow.identity import identify, identify_admin
from workflow.register_import import import_register, plan, read_register
from workflow.store import Store
from workflow.trail import Who


def test_import_shows_what_changes(office):
    """An import says how many rows are new or changed; a repeat changes nothing."""
    file = office.file(
        "more.yaml", "units: [{code: LAW, name: 法规处, parent: CITY}]\npeople: [{login: wu.di, name: 吴迪}]\n"
    )
    answer = office.json("org", "import", file)
    assert answer["counts"] == {"unit": {"new": 1, "changed": 0}, "person": {"new": 1, "changed": 0}}
    assert answer["event"].keys() == {"id", "hash", "n"}
    assert office.json("org", "import", file)["counts"] == {}


def test_a_dry_import_keeps_nothing(office):
    """`org import --dry-run` counts and keeps nothing."""
    file = office.file("more.yaml", "units: [{code: LAW, name: 法规处, parent: CITY}]\n")
    assert office.run("org", "import", file, "--dry-run").out == "units: 1 new, 0 changed\n"
    assert "LAW" not in {row["code"] for row in office.json("org", "tree")["rows"]}


def test_every_problem_of_a_file_is_named_at_its_place(office):
    """A broken register is exit 8; each problem stands with file, line and column, in text and in JSON."""
    file = office.file("bad.yaml", "people:\n  - {login: a b}\n  - {login: wu.di, tags: [x]}\n")
    refused = office.run("org", "import", file, code=8)
    assert [line.startswith(f"Error: {file}:") for line in refused.err.splitlines()[:2]] == [True, True]
    error = office.run("org", "import", file, "--format", "json", code=8).error
    assert error["where"].startswith(f"{file}:2:")
    assert len(error["problems"]) == 2
    office.run("org", "import", "/no/such/file.yaml", code=3)


def test_only_the_administrator_imports(office):
    """In a sandbox the account that made it imports; somebody in the register does not."""
    file = office.file("more.yaml", "units: [{code: LAW, name: 法规处, parent: CITY}]\n")
    office.run("org", "import", file, "--as", "li.na", code=4)


def test_the_tree_and_what_is_in_it(office):
    """`org tree` has depth, `org show` a unit or a person, `org ladder` each role, `org who` one of them."""
    rows = office.json("org", "tree")["rows"]
    assert [(row["code"], row["parent"], row["kind"], row["depth"]) for row in rows] == [
        ("CITY", None, "body", 0),
        ("DATA", "CITY", "unit", 1),
        ("SAFE", "CITY", "unit", 1),
    ]
    assert office.json("org", "show", "SAFE")["body"] == "CITY"
    assert office.json("org", "show", "li.na")["postings"][0]["post"] == "unit_head"
    ladder = office.json("org", "ladder", "SAFE")
    assert (ladder["unit"], ladder["on"]) == ("SAFE", "2026-01-05")
    roles = {role["role"]: [holder["person"] for holder in role["holders"]] for role in ladder["roles"]}
    assert (roles["unit_head"], roles["member_in_charge"], roles["first"]) == (["li.na"], ["sun.yue"], ["wang.min"])
    (holder,) = office.json("org", "who", "direct", "--unit", "DATA")["holders"]
    assert holder == {"person": "zhao.qiang", "post": "direct", "unit": "CITY", "for": None, "why": "posting"}
    assert office.json("org", "who", "unit_head", "--unit", "SAFE", "--on", "2023-01-01")["holders"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["org", "show", "NOPE"], 3),
        (["org", "ladder", "NOPE"], 3),
        (["org", "who", "frist", "--unit", "SAFE"], 2),
        (["org", "who", "first"], 2),
        (["org", "who", "first", "--unit", "SAFE", "--on", "tomorrow"], 2),
        (["leave", "set", "nobody", "--from", "+1d", "--to", "+2d", "--as", "li.na"], 3),
        (["leave", "set", "li.na", "--from", "+2d", "--to", "+1d", "--as", "li.na"], 2),
        (["leave", "set", "zhou.ping", "--from", "+1d", "--to", "+2d", "--as", "chen.chen"], 4),
        (["leave", "set", "li.na", "--from", "+1d", "--to", "+2d"], 4),
        (["leave", "end", "li.na", "--as", "li.na"], 5),
    ],
)
def test_refusals(office, words, code):
    """Unknown names, wrong words, no right, nothing to end: each has its exit code."""
    office.run(*words, code=code)


def test_a_deputy_stands_in(office):
    """A leave with a deputy is listed; while it lasts the deputy answers for the absent, by name."""
    said = office.run(
        "leave", "set", "li.na", "--from", "2026-01-05", "--to", "+4d", "--deputy", "chen.chen", "--as", "li.na"
    )
    assert said.out.startswith("li.na is away from 2026-01-05 to 2026-01-09; chen.chen stands in.\n")
    (row,) = office.json("leave", "list")["rows"]
    assert row == {"person": "li.na", "deputy": "chen.chen", "from": "2026-01-05", "to": "2026-01-09", "state": "now"}
    (holder,) = office.json("org", "who", "unit_head", "--unit", "SAFE")["holders"]
    assert (holder["person"], holder["for"]) == ("chen.chen", "li.na")
    assert office.run("leave", "end", "li.na", "--as", "li.na").out.startswith("li.na is back on 2026-01-05.\n")
    assert office.json("leave", "list")["rows"] == []


def test_whoami(office):
    """`whoami` tells login, account and how the identity is known; nobody is somebody unknown."""
    nobody = office.json("whoami")
    assert (nobody["login"], nobody["known"], nobody["admin"]) == (os_login(), False, True)
    somebody = office.json("whoami", "--as", "li.na")
    assert (somebody["login"], somebody["name"], somebody["via"], somebody["admin"]) == (
        "li.na",
        "李娜",
        "sandbox-as",
        False,
    )
    assert somebody["proven"] is False


def test_whoami_data_shows_everything_held(office):
    """`whoami --data` has postings, portfolios, leave, cases, notices, acts and who read it."""
    ref = office.report()
    mine = office.json("whoami", "--data", "--as", "chen.chen")
    assert [(row["unit"], row["post"]) for row in mine["postings"]] == [("SAFE", "staff")]
    assert [row["ref"] for row in mine["cases"]] == [ref]
    assert mine["acts"]["count"] == 2
    assert {"portfolios", "leave", "stands_in_for", "named_in", "notices", "read_by"} <= mine.keys()
    assert [row["unit"] for row in office.json("whoami", "--data", "--as", "sun.yue")["portfolios"]] == ["DATA", "SAFE"]
    office.run("whoami", "--data", code=4)
    named = office.json("new", "report", "--unit", "SAFE", "--title", "x", "--recipient", "CITY", "--owner", "li.na",
                        "--as", "chen.chen")["ref"]  # fmt: skip
    office.run("do", ref, "withdraw", "--reason", "wrong", "--as", "chen.chen")
    rows = office.json("whoami", "--data", "--as", "chen.chen")["cases"]  # owned or opened, closed ones too
    assert [(row["ref"], row["state"]) for row in rows] == [(ref, "withdrawn"), (named, "drafted")]


def test_a_post_nobody_ever_held_is_vacant(office):
    """A post the register names is a post, held or not: `org who` answers that nobody holds it."""
    office.run("org", "import", office.file("posts.yaml", "posts: [{unit: SAFE, post: night_watch}]\n"))
    assert office.json("org", "who", "night_watch", "--unit", "SAFE")["holders"] == []


def test_importing_again_shows_the_difference(office):
    """New and changed rows with old and new, rows that stay, whose cases wait; nothing is ended by itself."""
    office.report()
    rows = "postings:\n  - {person: chen.chen, unit: SAFE, post: staff, from: 2024-01-01, to: 2026-03-31}\n"
    rows += "  - {person: zhou.ping, unit: SAFE, post: staff, from: 2026-04-01}\n"
    file = office.file("april.yaml", rows)
    for words in (["--dry-run"], []):
        answer = office.json("org", "import", file, *words)
        added, changed = sorted(answer["changes"], key=lambda row: row["change"])
        assert (added["row"]["person"], added["row"]["from"], added["was"]) == ("zhou.ping", "2026-04-01", None)
        assert changed["was"] == {"to": None}
        assert changed["row"] == {
            "person": "chen.chen", "unit": "SAFE", "post": "staff", "from": "2024-01-01", "to": "2026-03-31",
            "acting": False,
        }  # fmt: skip
        assert changed["where"].startswith(f"{file}:2:")
        staying = [row["row"]["person"] for row in answer["not_in_file"]]
        assert {row["table"] for row in answer["not_in_file"]} == {"posting"}
        assert "li.na" in staying
        assert "chen.chen" not in staying
        assert answer["handover"] == [{"person": "chen.chen", "refs": ["RPT-2026-0001"]}]
    (holder,) = office.json("org", "who", "unit_head", "--unit", "SAFE")["holders"]
    assert holder["person"] == "li.na"
    again = office.run("org", "import", office.file("may.yaml", rows.replace("03-31", "04-30")), "--lang", "en")
    assert "~ postings: chen.chen SAFE staff 2024-01-01: to 2026-03-31 → 2026-04-30" in again.out
    assert "Not in the file, and left as they are: 7" in again.out
    assert "chen.chen still owns 1 open cases: RPT-2026-0001" in again.out
    assert office.json("org", "import", file)["counts"] == {"posting": {"new": 0, "changed": 1}}


def test_a_posting_does_not_take_back_what_was_done(office):
    """Exit 8 with the row and the reason, even where a reason is given; past answers are told as known then."""
    ref = office.report()
    office.run("do", ref, "submit", "--file", office.file("r.txt"), "--as", "chen.chen")
    office.run("do", ref, "review", "--as", "sun.yue")
    office.run("advance", "--to", "2026-03-02T09:00:00+08:00")
    row = "{person: sun.yue, unit: CITY, post: member_in_charge, from: 2024-01-01, to: 2025-12-31}"
    file = office.file(
        "late.yaml", f"postings:\n  - {row}\nportfolios:\n  - {{person: sun.yue, units: [SAFE], to: 2025-12-31}}\n"
    )
    refused = office.run("org", "import", file, "--reason", "moved", code=8)
    assert refused.err.startswith(f"Error: {file}:2:")
    assert f"sun.yue did review in {ref} on 2026-01-05" in refused.err
    (holder,) = office.json("org", "who", "member_in_charge", "--unit", "SAFE", "--on", "2026-01-05")["holders"]
    assert holder["person"] == "sun.yue"
    assert office.json("org", "who", "unit_head", "--unit", "SAFE", "--as-known", "2026-01-05")["holders"]
    office.run("org", "who", "unit_head", "--unit", "SAFE", "--as-known", "2026-01-04", code=3)


def test_a_deputy_gets_what_is_open_and_what_comes(office):
    """`leave set` names the backlog; it is due with the deputy, or the deputy's deputy, until the leave is ended."""
    people = "people: [{login: wu.di}]\npostings: [{person: wu.di, unit: DATA, post: staff, from: 2024-01-01}]\n"
    office.run("org", "import", office.file("wu.yaml", people))
    first = office.incident()
    words = ["--from", "2026-01-05", "--to", "+9d", "--deputy", "zhou.ping", "--as", "li.na"]
    assert office.json("leave", "set", "li.na", *words)["backlog"] == [first]
    words = ["--severity", "general", "--occurred-at", "2026-01-05T08:30+08:00", "--as", "chen.chen"]
    second = office.json("new", "incident", "--unit", "SAFE", "--title", "Smoke", *words)["ref"]

    def mine(login: str) -> set[str]:
        return {row["ref"] for row in office.json("due", "--mine", "--as", login)["rows"]}

    assert {first, second} <= mine("zhou.ping")
    assert not mine("li.na")
    words = ["--from", "2026-01-05", "--to", "+4d", "--deputy", "wu.di", "--as", "zhou.ping"]
    office.run("leave", "set", "zhou.ping", *words)
    assert {first, second} <= mine("wu.di")
    office.run("do", second, "analyse", "--analysis", "a", "--as", "wu.di")
    (acted,) = office.json("audit", "log", "--case", second, "--kind", "case.acted")["rows"]
    assert (acted["actor"], acted["behalf"]) == ("wu.di", "li.na")
    words = ["--from", "2026-01-06", "--to", "2026-01-07", "--deputy", "li.na", "--as", "wu.di"]
    office.run("leave", "set", "wu.di", *words, code=5)  # a circle of three
    office.run("leave", "end", "li.na", "--as", "li.na")
    assert {first, second} <= mine("li.na")
    assert not mine("wu.di")
    said = office.run("leave", "set", "li.na", "--from", "+1d", "--to", "+2d", "--as", "li.na").out
    assert f"with nobody from that day on: {first}, {second}." in said


def test_the_same_key_sets_and_ends_a_leave_once(office):
    """A repeat with its key answers with the same event; without, it would be refused, or take back the next leave."""
    days = ("--from", "2026-01-05", "--to", "2026-01-07", "--deputy", "chen.chen", "--as", "li.na")
    first = office.json("leave", "set", "li.na", *days, "--key", "away")
    again = office.run("leave", "set", "li.na", *days, "--key", "away").out.splitlines()
    assert again[0] == "This key was used before, nothing was done again."
    assert office.json("leave", "set", "li.na", *days, "--key", "away")["event"] == first["event"]
    office.run("leave", "set", "li.na", *days, code=5)
    office.run("leave", "set", "li.na", *days[:3], "2026-01-08", *days[4:], "--key", "away", code=6)
    office.run("leave", "set", "li.na", "--from", "2026-02-02", "--to", "2026-02-03", "--as", "li.na")
    end = ("leave", "end", "li.na", "--as", "li.na", "--key", "back")
    assert office.json(*end)["event"] == office.json(*end)["event"]
    assert [row["from"] for row in office.json("leave", "list")["rows"]] == ["2026-02-02"]


def test_what_is_not_about_one_case_has_no_version(office):
    """`--expect` of a version is refused, and nothing is written; 0 says what is so."""
    words = ("leave", "set", "li.na", "--from", "2026-02-02", "--to", "2026-02-03", "--as", "li.na")
    assert "there is no version 3" in office.run(*words, "--expect", "3", code=6).err
    assert office.json("leave", "list")["rows"] == []
    office.run(*words, "--expect", "0")
    several = office.run("case", "reassign", "li.na", "--as", "li.na", "--expect", "3", code=6).err
    assert "not about one case" in several  # it changes cases all the same


def test_a_leave_counts_in_the_days_of_the_office(tmp_path):
    """Half past midnight in the office is still the day before in UTC; the deputy may act as of the office's day."""
    assert run("init", str(tmp_path / "office"), "--pack", "responsibility", folder=tmp_path).code == 0
    store = Store(f"sqlite:///{tmp_path / 'office' / 'duecourse.db'}")
    rows = {
        "people": [{"login": "li"}, {"login": "wu"}],
        "leave": [{"person": "li", "deputy": "wu", "from": "2026-05-04", "to": "2026-05-04"}],
    }
    store.transact(lambda tx: import_register(tx, plan(tx, read_register(rows)), Who(tx.workspace.admin, "os-login")))
    with store.read() as tx:
        tx.now = "2026-05-03T16:30:00.000000Z"
        assert identify(tx, os_login="wu", as_login="li", acting=True) is not None
        tx.now = "2026-05-04T16:30:00.000000Z"
        with pytest.raises(NotPermitted):
            identify(tx, os_login="wu", as_login="li", acting=True)
    store.close()


@pytest.fixture
def real(tmp_path):
    """A workspace that is no sandbox, in which somebody else than this account has a past; closed afterwards."""
    assert run("init", str(tmp_path / "office"), "--pack", "responsibility", folder=tmp_path).code == 0
    store = Store(f"sqlite:///{tmp_path / 'office' / 'duecourse.db'}")
    rows = {
        "people": [{"login": "li"}, {"login": "wu"}],
        "leave": [{"person": "li", "deputy": os_login(), "from": "2020-01-01", "to": "2099-12-31"}],
    }
    store.transact(lambda tx: import_register(tx, plan(tx, read_register(rows)), Who(tx.workspace.admin, "os-login")))
    yield store
    store.close()


def test_nobody_becomes_administrator_by_saying_so(real):
    """Outside a sandbox the account is the administrator's own; `--as` names nobody else, and makes nobody it."""
    with real.read() as tx:
        assert identify_admin(tx, os_login=os_login(), as_login=None).actor == tx.workspace.admin
        assert identify_admin(tx, os_login=os_login(), as_login=os_login()).actor == tx.workspace.admin
        for account, said in (("wu", os_login()), (os_login(), "li"), ("wu", None), ("nobody", os_login())):
            with pytest.raises(NotPermitted, match="Only the administrator"):
                identify_admin(tx, os_login=account, as_login=said)


def test_what_is_held_about_somebody_is_for_that_person(real, tmp_path):
    """A deputy acts for the absent; `whoami --data --as` of them would show what was never the deputy's to see."""
    home = ("--home", str(tmp_path / "office"))
    assert run(*home, "whoami", "--as", "li", "--format", "json", folder=tmp_path).json["via"] == "delegation"
    refused = run(*home, "whoami", "--data", "--as", "li", folder=tmp_path)
    assert (refused.code, "is shown to that person alone" in refused.err) == (4, True)
    assert run(*home, "whoami", "--data", folder=tmp_path).code == 0
