"""Where settings come from, and what happens when a file is broken."""

from __future__ import annotations

import json

import pytest
from support.office import run


def explained(folder, key, *words, **environment):
    done = run(*words, "config", "explain", key, "--format", "json", folder=folder, **environment)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    return found["source"], found["value"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with settings of the workspace, of the user, and a shell that stands below it."""
    (tmp_path / "duecourse.toml").write_text('lang = "zh_CN"\nformat = "csv"\n[mail]\nsmtp = "a.example.org:25"\n')
    (tmp_path / "config" / "duecourse").mkdir(parents=True)
    user = 'db = "sqlite:///mine.db"\nformat = "ndjson"\n[mail]\nsmtp = "b.example.org:25"\nfrom = "x@example.org"\n'
    (tmp_path / "config" / "duecourse" / "config.toml").write_text(user)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    return tmp_path


def test_the_stronger_source_wins(home):
    """Flag, environment, workspace file, user file, default: in this order."""
    assert explained(home, "lang", "--lang", "en") == ("flag", "en")
    assert explained(home, "mail.smtp", DUECOURSE_MAIL_SMTP="c.example.org:25") == ("environment", "c.example.org:25")
    assert explained(home, "mail.smtp") == ("workspace", "a.example.org:25")
    assert explained(home, "mail.from") == ("user", "x@example.org")
    assert explained(home, "mail.starttls") == ("default", True)
    assert explained(home, "mail.user") == ("none", None)


def test_explain_tells_every_source_that_says_something(home):
    """`tried` lists the losers after the winner, with their places."""
    found = run("config", "explain", "mail.smtp", "--format", "json", folder=home).json
    assert [row["source"] for row in found["tried"]] == ["workspace", "user"]
    assert found["where"] == str(home / "duecourse.toml")
    assert (
        "a.example.org:25"
        in run("config", "explain", "mail.smtp", "--format", "table", "--lang", "en", folder=home).out
    )


def test_switches_are_read_as_such(home):
    """A switch in the environment is true, yes, on or 1; all else is off."""
    assert explained(home, "mail.starttls", DUECOURSE_MAIL_STARTTLS="no") == ("environment", False)
    assert explained(home, "mail.starttls", DUECOURSE_MAIL_STARTTLS="yes") == ("environment", True)


def test_home_is_said_or_found_upward(home, tmp_path):
    """--home, DUECOURSE_HOME, else the nearest folder upward that has a duecourse.toml."""
    other = tmp_path / "other"
    assert explained(home, "home") == ("folder", str(home))
    assert explained(home, "home", DUECOURSE_HOME=str(other))[0] == "environment"
    assert explained(home, "home", "--home", str(other), DUECOURSE_HOME="x") == ("flag", str(other))


@pytest.mark.parametrize(
    ("text", "where", "sentence"),
    [
        ('lang = "en"\nformat = [1,\n', ":3:1", "The settings file is broken"),
        ("lang = en\n", ":1:8", "The settings file is broken"),
        ('langauge = "en"\n', "", "There is no setting langauge"),
        ("[mail]\nstarttls = 3\n", "", "The setting mail.starttls cannot be 3"),
        ("db = true\n", "", "The setting db cannot be True"),
    ],
)
def test_a_broken_file_is_named_with_its_place(tmp_path, text, where, sentence):
    """A settings file that is no TOML, or has a key or value nobody knows, is exit 8 with its place."""
    (tmp_path / "duecourse.toml").write_text(text)
    done = run("due", "--home", str(tmp_path), "--format", "json", folder=tmp_path)
    assert done.code == 8
    assert done.error["where"] == f"{tmp_path / 'duecourse.toml'}{where}"
    assert done.error["message"].startswith(sentence)


def test_a_broken_file_does_not_hide_the_help(tmp_path):
    """--help works whatever the settings say."""
    (tmp_path / "duecourse.toml").write_text("[")
    assert run("--home", str(tmp_path), "--help", folder=tmp_path).code == 0


def test_an_unknown_key_is_answered_with_the_nearest(tmp_path):
    """`config explain` knows what keys there are."""
    done = run("config", "explain", "mail.smpt", folder=tmp_path)
    assert (done.code, "mail.smtp" in done.err) == (2, True)


def test_a_foreign_format_is_refused(tmp_path):
    """A form of output nobody knows is an invalid setting, not a guess."""
    done = run("policy", "packs", folder=tmp_path, DUECOURSE_FORMAT="xml")
    assert (done.code, "format" in done.err) == (8, True)


def test_a_database_alone_is_a_workspace(office, tmp_path):
    """`--db` is enough to look; its folder is the home."""
    url = f"sqlite:///{office.home / 'duecourse.db'}"
    assert run("--db", url, "due", folder=tmp_path).code == 0
    assert explained(tmp_path, "home", "--db", url)[1] == str(office.home)
    missing = run("--db", f"sqlite:///{tmp_path / 'none.db'}", "due", folder=tmp_path)
    assert missing.code == 3
    (tmp_path / "text.db").write_text("not a database, and long enough to be read as one" * 100)
    assert run("--db", f"sqlite:///{tmp_path / 'text.db'}", "due", folder=tmp_path).code == 8
    assert run("--db", "mysql://x", "due", folder=tmp_path).code == 8
