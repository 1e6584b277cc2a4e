"""The page about assessment is true: its commands are typed here, one after the other, and all of them are done."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from support.office import Office

TEXT = (Path(__file__).parent.parent / "docs" / "assessment.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
TYPED = [line[2:] for block in BLOCKS for line in block.splitlines()]


def test_every_command_of_the_page_is_done(office: Office, monkeypatch) -> None:
    """In the order of the page, in one office, each ends with 0; those that answer rows answer in JSON too."""
    monkeypatch.chdir(office.home.parent)
    office.report()
    office.incident()
    office.run("advance", "--to", "2026-01-20T09:00+08:00")
    office.run("stats", "scorecard", "--explain", "--format", "csv")
    office.file("scorecard.csv", "unit,post,measure\n")
    assert len(TYPED) > 15
    for line in TYPED:
        words = shlex.split(line)
        assert words[0] == "duecourse"
        office.run(*words[1:])
        if words[1] == "stats" and "--format" not in words:
            assert office.json(*words[1:])["schema"] == 1
    assert office.json("case", "show", "ASM-2026-0002")["state"] == "finalised"


def test_every_option_of_the_tables_is_on_the_page(office: Office) -> None:
    """What `stats` and `summary` offer beside the options of every command is said on the page."""
    for command in (["stats", "ontime"], ["stats", "scorecard"], ["summary", "draft"]):
        own = office.run(*command, "--help").out.partition("Options of every command")[0]
        missing = [
            name for name in re.findall(r"--[a-z-]+", own) if name not in TEXT and name not in {"--help", "--output"}
        ]
        assert missing == []
