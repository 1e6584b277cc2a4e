"""What a person waits for loads nothing it does not need: start-up is a promise, kept here by name."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.office import PROGRAM, clean_environment

HEAVY = {
    "sqlmodel",
    "sqlalchemy",
    "pydantic",
    "alembic",
    "apscheduler",
    "ruamel",
    "asyncio",
    "rich",
    "cryptography",
    "importlib.metadata",
    "ssl",
    "smtplib",
    "email",
}
NOT_FOR_READING = {"transitions", "filelock", "psycopg", "tomllib", "workflow.engine", "states.compiler"}
LEAN = {"hashlib", "pathlib", "urllib", "difflib", "states.limits", "workflow.clocks", "workflow.trail", "locale"}
NEVER_AT_ALL = {"sqlite3", "workflow", "psycopg"}


def loaded(office, *words: str) -> set[str]:
    """Every module, by its dotted name and each part before a dot, that the installed program imported."""
    environment = {name: value for name, value in clean_environment(office.home.parent).items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", str(PROGRAM), "--home", str(office.home), *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    rest = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert (done.returncode, rest) == (0, []), done.stderr[-500:]
    names = {line.rpartition("|")[2].strip() for line in lines}
    return {
        ".".join(parts[:length]) for name in names for parts in [name.split(".")] for length in range(1, len(parts) + 1)
    }


@pytest.mark.parametrize(
    "words",
    [
        ["due"],
        ["case", "list"],
        ["case", "show", "{ref}"],
        ["case", "history", "{ref}"],
        ["audit", "log"],
        ["org", "who", "first", "--unit", "SAFE"],
        ["stats", "ontime"],
        ["stats", "scorecard"],
        ["new", "report", "--help"],
        ["do", "{ref}", "submit", "--help"],
    ],
    ids=" ".join,
)
def test_looking_loads_little(office, words):
    """Reading on SQLite loads neither the heavy libraries nor what only a change needs."""
    ref = office.report()
    names = loaded(office, *(word.replace("{ref}", ref) for word in words))
    assert names & (HEAVY | NOT_FOR_READING) == set()


@pytest.mark.parametrize(
    "words", [["due"], ["case", "list"], ["case", "show", "{ref}"], ["audit", "log"]], ids=" ".join
)
def test_the_daily_questions_are_lean(office, words):
    """What is asked many times a day loads no hashing, no limits, no path library: each of these costs a tenth."""
    ref = office.report()
    assert loaded(office, *(word.replace("{ref}", ref) for word in words)) & LEAN == set()


@pytest.mark.parametrize("words", [["--help"], ["case", "--help"], ["due", "--help"], ["--version"]], ids=" ".join)
def test_help_needs_no_database(office, words):
    """Help opens nothing: no database driver, nothing of the workflow, no command but its own."""
    heavy = HEAVY - {"importlib.metadata", "email"} if words == ["--version"] else HEAVY
    names = loaded(office, *words)
    assert names & (heavy | NEVER_AT_ALL) == set()
    assert not any(name.startswith("cli.") and name in {"cli.case_acts", "cli.policy", "cli.init"} for name in names)


@pytest.mark.parametrize(
    "words",
    [
        ["new", "report", "--unit", "SAFE", "--title", "x", "--recipient", "CITY", "--as", "chen.chen"],
        ["do", "{ref}", "withdraw", "--reason", "done elsewhere", "--as", "chen.chen"],
        ["case", "comment", "{ref}", "hello", "--as", "chen.chen"],
        ["calendar", "explain", "--from", "2026-03-02", "--rule", "10wd"],
        ["leave", "list"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_changing_loads_no_heavy_library(office, words):
    """Writing, and counting a limit, load no schema library, no scheduler and no YAML."""
    ref = office.report()
    assert loaded(office, *(word.replace("{ref}", ref) for word in words)) & HEAVY == set()


@pytest.mark.parametrize("home", ["office", "nowhere"])
def test_counting_a_limit_is_lean(office, tmp_path, home):
    """`calendar explain`, in a workspace or without one, loads no hashing and no path library."""
    if home == "nowhere":
        office.home = tmp_path / "nowhere"
    names = loaded(
        office, "calendar", "explain", "--from", "2026-03-02", "--rule", '{"limit": "3wd", "calendar": "CN"}'
    )
    assert names & {"hashlib", "pathlib", "urllib", "difflib", "workflow.trail", "workflow.clocks"} == set()
