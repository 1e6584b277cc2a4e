"""docs/register.md is typed as it stands, with the sample register: each command says what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from support.office import START, run

PAGE = (Path(__file__).parents[1] / "docs" / "register.md").read_text(encoding="utf-8")
SAMPLE = Path(__file__).parents[1] / "docs" / "register.yaml"
BLOCKS = re.findall(r"^```(yaml|console)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def words_of(line: str) -> list[str]:
    return line.split()


def test_the_page_about_the_register_is_true(tmp_path: Path) -> None:
    """Every line under a command is in its answer, `!` lines in what it says beside; all others succeed in silence."""
    home = tmp_path / "office"
    made = run("init", str(home), "--pack", "responsibility", "--sandbox", "--now", START, folder=tmp_path)
    assert made.code == 0, made.err
    assert run("--home", str(home), "org", "import", str(SAMPLE), folder=tmp_path).code == 0
    typed = 0
    for kind, block in BLOCKS:
        if kind == "yaml":
            name = block.splitlines()[0].removeprefix("# ")
            (tmp_path / name).write_text(block, encoding="utf-8")
            continue
        for part in re.split(r"^\$ duecourse ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            words = [str(tmp_path / word) if word.endswith(".yaml") else word for word in shlex.split(command)]
            done = run("--home", str(home), *words, folder=tmp_path)
            refused = any(line.startswith("! ") for line in lines) and words[:2] == ["leave", "set"]
            expected = 5 if refused else 1 if words == ["doctor"] else 0
            assert done.code == expected, (command, done.out, done.err)
            said = [words_of(line) for line in done.out.splitlines()]
            for line in lines:
                if line.startswith("! "):
                    assert line.removeprefix("! ") in done.err, (command, done.err)
                else:
                    assert any(" ".join(words_of(line)) in " ".join(one) for one in said), (command, line, done.out)
            typed += 1
    assert typed > 20


def test_the_page_names_every_key_of_the_file() -> None:
    """Each section with each of its keys is in the page."""
    from workflow.register_values import SECTIONS

    for section, (keys, _needed) in SECTIONS.items():
        assert f"`{section}: [{{{', '.join(keys)}}}]`" in PAGE, section
