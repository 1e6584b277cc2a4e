"""What the README and the sample register promise, typed as they stand there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from support.office import run

from workflow.register_file import read_register

ROOT = Path(__file__).parents[1]


def test_the_first_hour_of_the_readme_works(tmp_path: Path) -> None:
    """Every command under "A first hour" succeeds, in order; the trail shows the ladder of the late report."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## A first hour", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip() for line in re.findall(r"^    (\S.*)$", section, re.MULTILINE)]
    assert len(lines) >= 6
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    folder = tmp_path
    for line in lines:
        words = shlex.split(line)
        if words[0] == "cd":
            folder = folder / words[1]
            continue
        assert words[0] == "duecourse", line
        done = run(*_placed(words[1:], folder), folder=folder)
        assert done.code == 0, (line, done.err)
    assert "clock.escalated" in done.out


def _placed(words: list[str], folder: Path) -> list[str]:
    """The same words from another folder: a command typed in `folder`."""
    if words[0] == "init":
        return [words[0], str(folder / words[1]), *words[2:]]
    return ["--home", str(folder), *[str(folder / word) if word.startswith("../") else word for word in words]]


def test_links_of_the_readme_lead_somewhere() -> None:
    """Every file the README and the docs point at exists."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


def test_the_sample_register_is_in_order() -> None:
    """The file a newcomer starts from is read without a problem."""
    text = (ROOT / "docs" / "register.yaml").read_text(encoding="utf-8")
    assert read_register(text, "register.yaml")
