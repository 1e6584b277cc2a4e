"""`init` makes a workspace, whole or not at all; `db` and `doctor` tell how it stands."""

from __future__ import annotations

import sqlite3

import pytest
from support.office import REGISTER, START, Office, run

from cli.session import os_login
from states.calendars import shipped


@pytest.fixture
def init(tmp_path):
    def made(*words, **environment):
        return run("init", *words, folder=tmp_path, **environment)

    return made


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else None


def test_a_workspace_with_a_pack(tmp_path, init):
    """`init DIR --pack NAME` makes folder, settings, database, files and keys; the account becomes administrator."""
    home = tmp_path / "deep" / "office"
    done = init(home, "--pack", "responsibility", "--format", "json")
    assert done.code == 0
    assert (done.json["admin"], done.json["sandbox"], done.json["policy"]) == (os_login(), False, "responsibility")
    assert names(home) == ["duecourse.db", "duecourse.toml", "files", "keys"]
    status = run("--home", home, "db", "status", "--format", "json", folder=tmp_path).json
    assert status.keys() == {"schema", "url", "kind", "file", "revision", "sandbox", "now", "grants"}
    assert (status["kind"], status["file"], status["sandbox"]) == ("sqlite", str(home / "duecourse.db"), False)
    (genesis,) = run("--home", home, "audit", "log", "--stream", "log", "--format", "json", folder=tmp_path).json[
        "rows"
    ]
    assert (genesis["kind"], genesis["actor"], genesis["prev"]) == ("log.created", os_login(), "0" * 64)
    calendars = run("--home", home, "calendar", "list", "--format", "json", folder=tmp_path).json["rows"]
    assert [row["name"] for row in calendars] == sorted(shipped())


def test_without_a_pack_it_says_how_to_go_on(tmp_path, init):
    """A workspace without a policy is in order, and every command that needs one says how to get it."""
    assert "policy apply" in init(tmp_path / "office").out
    refused = run("--home", tmp_path / "office", "policy", "show", folder=tmp_path)
    assert (refused.code, "policy apply" in refused.err) == (8, True)
    assert run("--home", tmp_path / "office", "policy", "apply", "responsibility", folder=tmp_path).code == 0


def test_here_is_the_default_place(tmp_path, init, monkeypatch):
    """`init` alone makes the workspace in the folder it is called in."""
    monkeypatch.chdir(tmp_path)
    assert init().code == 0
    assert {"duecourse.db", "duecourse.toml", "files"} <= set(names(tmp_path))


def test_a_sandbox_starts_at_its_own_time(tmp_path, init):
    """`--sandbox --now T` stands at T until it is advanced, and is marked for ever."""
    assert init(tmp_path / "box", "--sandbox", "--now", START).code == 0
    status = run("--home", tmp_path / "box", "db", "status", "--format", "json", folder=tmp_path).json
    assert (status["sandbox"], status["now"]) == (True, "2026-01-05T01:00:00.000000Z")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--sandbox"], 2),
        (["--now", START], 2),
        (["--sandbox", "--now", "2026-01-05T09:00"], 2),
        (["--sandbox", "--now", "soon"], 2),
        (["--zone", "Mars/Olympus"], 2),
        (["--pack", "resposibility"], 3),
        (["--pack", "broken.yaml"], 8),
    ],
)
def test_what_is_refused_leaves_nothing(tmp_path, init, monkeypatch, words, code):
    """A refused `init` makes no folder, no database, no settings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.yaml").write_text("policy: x\nrols: {}\n")
    before = names(tmp_path)
    assert init("office", *words).code == code
    assert names(tmp_path) == before


def test_a_workspace_is_never_made_twice(tmp_path, init):
    """A second `init`, or one over a database that is there, is a conflict and changes nothing."""
    home = tmp_path / "office"
    assert init(home).code == 0
    before = (home / "duecourse.db").read_bytes()
    assert init(home).code == 6
    (home / "duecourse.toml").unlink()
    assert init(home).code == 6
    assert (home / "duecourse.db").read_bytes() == before


def test_a_database_of_its_own_address(tmp_path, init):
    """`--db` puts the database elsewhere, and the settings remember where."""
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'law.db'}"
    assert init(tmp_path / "office", "--db", url).code == 0
    status = run("--home", tmp_path / "office", "db", "status", "--format", "json", folder=tmp_path).json
    assert status["url"] == url


def test_a_server_database(tmp_path, init, pg_url):
    """`--db postgresql://…` makes the workspace there, and everything works on it; a second one is a conflict."""
    home = tmp_path / "office"
    assert init(home, "--db", pg_url, "--pack", "responsibility", "--sandbox", "--now", START).code == 0
    office = Office(home)
    status = office.json("db", "status")
    assert (status["kind"], status["file"]) == ("postgres", None)
    office.run("org", "import", office.file("register.yaml", REGISTER))
    ref = office.report()
    office.run("do", ref, "submit", "--file", office.file("figures.txt"), "--as", "chen.chen")
    office.run("do", ref, "review", "--as", "sun.yue", "--dry-run")
    office.run("do", ref, "review", "--as", "chen.chen", code=4)
    assert [row["clock"] for row in office.json("due", "--mine", "--as", "sun.yue")["rows"]] == ["review"]
    assert office.json("case", "show", ref)["state"] == "submitted"
    assert office.json("audit", "verify")["ok"] is True
    assert office.json("doctor")["ok"] is True
    assert office.json("advance", "--by", "1d")["now"] == "2026-01-06T09:00:00+08:00"
    assert init(tmp_path / "other", "--db", pg_url).code == 6
    assert names(tmp_path / "other") is None


def test_in_a_real_workspace_the_account_acts(tmp_path, init):
    """Outside a sandbox the account of the operating system acts, and `--as` needs a recorded deputation."""
    home = tmp_path / "office"
    assert init(home, "--pack", "responsibility").code == 0
    office = Office(home)
    office.run("org", "import", office.file("register.yaml", REGISTER))
    me = office.json("whoami")
    assert (me["login"], me["via"], me["admin"]) == (os_login(), "os-login", True)
    case = office.json("new", "report", "--unit", "SAFE", "--title", "x", "--recipient", "CITY")
    assert case["owner"] == os_login()
    office.run("case", "comment", case["ref"], "hello", "--as", "li.na", code=4)
    office.run("new", "report", "--unit", "SAFE", "--title", "x", "--recipient", "CITY", "--as", "nobody", code=3)


def test_upgrade_says_what_it_did(office):
    """`db upgrade` on a current database has nothing to do."""
    answer = office.json("db", "upgrade")
    assert (answer["was"], answer["changed"]) == (answer["revision"], False)


def test_a_newer_or_foreign_database_is_invalid(office, tmp_path):
    """A database of a newer program, or of another one, is exit 8 with a way out."""
    connection = sqlite3.connect(office.home / "duecourse.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    assert "newer duecourse" in office.run("due", code=8).err
    foreign = sqlite3.connect(tmp_path / "foreign.db")
    foreign.execute("CREATE TABLE notes (text)")
    foreign.close()
    assert run("--db", f"sqlite:///{tmp_path / 'foreign.db'}", "due", folder=tmp_path).code == 8


def test_an_older_database_is_told_by_what_tells_it(office):
    """At another revision `db status` answers with what to do, `doctor` has one failed check; the rest is exit 8."""
    for number, todo in (("0001", "Run `duecourse db upgrade`."), ("9999", "Install that version or a later one.")):
        connection = sqlite3.connect(office.home / "duecourse.db")
        connection.execute("UPDATE alembic_version SET version_num = ?", (number,))
        connection.commit()
        connection.close()
        status = office.json("db", "status")
        assert (status["revision"], status["sandbox"], status["kind"]) == (number, True, "sqlite")
        assert status["now"].startswith("2026-01-05T01:00")
        assert todo in status["todo"]
        assert todo in office.run("db", "status").out
        doctor = office.json("doctor", code=1)
        assert [(row["name"], row["ok"]) for row in doctor["checks"]] == [("revision", False)]
        assert todo in doctor["checks"][0]["say"]
        office.run("due", code=8)


def test_doctor_of_a_new_office(office):
    """`doctor` lists its checks; a full register has no vacancy and no orphan."""
    found = office.json("doctor")
    checks = {row["name"]: row for row in found["checks"]}
    assert found["ok"] is True
    assert {
        "revision",
        "append-only",
        "identity",
        "policy",
        "calendar",
        "timers",
        "notices",
        "vacancies",
        "orphans",
    } <= checks.keys()
    assert all(row.keys() >= {"name", "ok", "say"} for row in found["checks"])
    assert "not proven" in checks["identity"]["say"]


def test_doctor_finds_what_is_wrong(office):
    """A fence taken away, an unknown year ahead and a vacant post are each said, and the exit code is 1."""
    ends = "postings: [{person: zhou.ping, unit: DATA, post: unit_head, from: 2024-01-01, to: 2026-10-01}]\n"
    office.run("org", "import", office.file("ends.yaml", ends))
    connection = sqlite3.connect(office.home / "duecourse.db")
    connection.execute("DROP TRIGGER event_no_delete")
    connection.execute("UPDATE workspace SET now = '2026-11-02T01:00:00.000000Z'")
    connection.commit()
    connection.close()
    found = office.json("doctor", code=1)
    wrong = {row["name"]: row["say"] for row in found["checks"] if not row["ok"]}
    assert wrong.keys() == {"append-only", "calendar", "vacancies"}
    assert "event_no_delete" in wrong["append-only"]
    assert "2027" in wrong["calendar"]
    assert "unit_head DATA" in wrong["vacancies"]


def test_doctor_of_a_real_workspace_misses_the_heartbeat(tmp_path, init):
    """Outside a sandbox somebody has to keep the clocks running, and doctor says so."""
    init(tmp_path / "office", "--pack", "responsibility")
    checks = run("--home", tmp_path / "office", "doctor", "--format", "json", folder=tmp_path).json["checks"]
    assert next(row for row in checks if row["name"] == "heartbeat")["ok"] is False
