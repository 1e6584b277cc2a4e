"""The page about limits is true: each of its commands is typed here, and answers what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from support.office import run

from states.calendars import Shipped
from states.rules import KEYS, PERIODS, STARTS

TEXT = (Path(__file__).parent.parent / "docs" / "limits.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```console\n\$ duecourse (.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
FILES = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
ELLIPSIS = "…"


def command(block: str) -> tuple[list[str], list[str]]:
    """(the words of the command, which may go on over several lines, and the lines of its answer)."""
    lines = block.splitlines()
    for count in range(1, len(lines) + 1):
        typed = "\n".join(lines[:count])
        try:
            words = shlex.split(typed.replace("\\\n", " "))
        except ValueError:  # a quotation that goes on in the next line
            continue
        if not typed.endswith("\\"):
            return words, lines[count:]
    raise AssertionError(block)


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: " ".join(block.split()[2:4]))
def test_every_command_of_the_page_answers_what_it_shows(block: str, tmp_path: Path, monkeypatch) -> None:
    """The due date is the one shown, and every line shown comes in the answer, in its place."""
    for name, text in FILES:
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words, shown = command(block)
    answer = run(*words, "--format", "table", folder=tmp_path)
    assert answer.code == 0, answer.err
    told = answer.out.splitlines()
    (due,) = [line for line in shown if line.startswith("Due ")]
    assert due in told
    place, gap = 0, False
    for line in shown:
        if line == ELLIPSIS:
            gap = True
            continue
        found = told.index(line, place) if gap else place
        assert told[found] == line
        place, gap = found + 1, False
    assert place == len(told)


def test_the_page_shows_every_word_of_the_rule_object() -> None:
    """Each key, start, period, roll, stop and unit of a limit is in one of the commands."""
    typed = "\n".join(" ".join(command(block)[0]) for block in SHOWN)
    words = {*KEYS, *STARTS, *PERIODS} - {"exclude"}  # said by leaving it out
    words |= {
        "next",
        "previous",
        "next-same-time",
        "next-at",
        "pause:",
        "exclude:",
        "reset:",
        "--extend",
        "--calendars",
    }
    words |= {"days", "working days", "weeks", "month", "months", "year", "hours", "business hours", "business minutes"}
    assert {word for word in words if word not in typed} == set()
    assert len(SHOWN) >= 30


def test_the_page_names_the_calendars_that_come_with_the_program() -> None:
    """No shipped calendar is left out, and none is promised that is not there."""
    promised = TEXT.partition("The program brings")[2].partition("(`duecourse")[0]
    assert set(re.findall(r"`([\w-]+)`", promised)) == set(Shipped())


def test_the_calendar_of_the_page_can_be_imported(office) -> None:
    """The file the examples count with is a calendar like any other."""
    assert FILES
    for name, text in FILES:
        (row,) = office.json("calendar", "import", office.file(name, text))["calendars"]
        assert row["changed"]
