"""The page about the responsibility system is true: every element is on it, and its commands say what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from support.office import START, Ran, run
from support.policies import pack

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "responsibility.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(yaml|console)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ELEMENTS = {"A": 5, "C": 7, "D": 6, "E": 6}  # of part B every duty of the pack is an element


def plain(text: str) -> str:
    """A line without the tabs and the empty cells between its words."""
    return " ".join(text.split())


def compare(command: str, lines: list[str], done: Ran) -> None:
    """Each line shown is in the answer, or in what was said beside it; the exit code is the one shown, else 0."""
    told = [plain(line) for line in done.out.splitlines()]
    code = 0
    for line in lines:
        if line == "(nothing)":
            assert not told, (command, done.out)
        elif line.startswith("! "):
            words = line.removeprefix("! ")
            if exit_ := re.match(r"exit (\d+)(?:: |$)", words):
                code, words = int(exit_[1]), words[exit_.end() :]
            assert plain(words) in plain(done.err), (command, line, done.err)
        else:
            assert any(plain(line) in one for one in told), (command, line, done.out, done.err)
    assert done.code == code, (command, done.out, done.err)


def test_every_command_of_the_page_says_what_it_shows(tmp_path: Path, monkeypatch) -> None:
    """In the order of the page, in one office, from the first day to the second year."""
    home = tmp_path / "office"
    made = run("init", str(home), "--pack", "responsibility", "--sandbox", "--now", START, folder=tmp_path)
    assert made.code == 0, made.err
    (tmp_path / "register.yaml").write_text((DOCS / "register.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    typed = 0
    for kind, block in BLOCKS:
        if kind == "yaml":
            (tmp_path / block.splitlines()[0].removeprefix("# ")).write_text(block, encoding="utf-8")
            continue
        for part in re.split(r"^\$ duecourse ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            words = [word.removeprefix("../docs/") for word in shlex.split(command)]
            for paper in re.findall(r"--file (\S+)", command):
                (tmp_path / paper).write_text(paper, encoding="utf-8")
            compare(command, lines, run("--home", str(home), *words, folder=tmp_path))
            typed += 1
    assert typed > 150


def test_no_element_is_left_out() -> None:
    """Each has its paragraph with a command that shows it; of what recurs each duty of the pack is in an answer."""
    for part, count in ELEMENTS.items():
        for number in range(1, count + 1):
            found = re.search(rf"^\*\*{part}{number}\.?\W.*?(?=^\*\*|^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
            assert found, f"{part}{number}"
            assert "\n$ duecourse " in found[0], f"{part}{number}"
    answers = re.findall(r"^([a-z-]+)  \w+  ", PAGE, re.MULTILINE)
    assert sorted(set(pack()["duties"]) - set(answers)) == []
