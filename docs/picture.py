"""Draw docs/demo.svg: what `duecourse demo` really prints, as a terminal shows it.

``python docs/picture.py`` runs the demo in a throw-away folder and writes the picture anew.
"""

import subprocess
import sys
import tempfile
import unicodedata
from html import escape
from itertools import groupby
from pathlib import Path

HERE = Path(__file__).parent
PICTURE = HERE / "demo.svg"
SHOWN = ("3.", "4.", "7.", "9.", "12.")  # the sections that fit on one screen
ROWS = 8  # of each section
COLUMN, ROW, EDGE, COLUMNS = 7.2, 17, 16, 152


def demo() -> list[str]:
    """The lines the demo prints, in a folder that is gone afterwards."""
    program = Path(sys.executable).with_name("duecourse")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603  # our own program
            [program, "demo", "--lang", "en"], cwd=folder, check=True, capture_output=True, text=True
        )
    return done.stdout.splitlines()


def chosen(lines: list[str]) -> list[str]:
    """The first rows of the sections on show."""
    found, left = ["$ make demo"], 0
    for line in lines:
        if line[:1].isdigit():
            left = ROWS if line.startswith(SHOWN) else 0
            found += [""] if left else []
        elif line.startswith("   "):  # the heading of a part of its own
            left = 0
        if left and line and (line.startswith(" ") or line[:1].isdigit()):
            found.append(line)
            left -= 1
    return found


def cells(text: str) -> int:
    """Columns a terminal gives a text: two for each Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def drawn(line: str, y: int) -> str:
    """One line, each run of narrow or wide letters put where a terminal has it."""
    colour = "#9ece6a" if line.startswith("$") else "#7aa2f7" if line[:1].isdigit() else "#c0caf5"
    parts, column = [], 0
    for _, run in groupby(line, key=lambda letter: cells(letter) == 2):
        text = "".join(run)
        width = cells(text) * COLUMN
        if text.strip():
            parts.append(
                f'<text x="{EDGE + column * COLUMN:.1f}" y="{y}" fill="{colour}" textLength="{width:.1f}"'
                f' xml:space="preserve">{escape(text)}</text>'
            )
        column += cells(text)
    return "".join(parts)


def svg(lines: list[str]) -> str:
    """A window with these lines in it."""
    width, height = EDGE * 2 + COLUMNS * COLUMN, EDGE * 2 + ROW * len(lines)
    body = "\n".join(drawn(line, EDGE + ROW * (number + 1) - 5) for number, line in enumerate(lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" font-size="12"'
        ' font-family="ui-monospace, Menlo, Consolas, monospace">\n'
        f'<rect width="100%" height="100%" rx="8" fill="#1a1b26"/>\n{body}\n</svg>\n'
    )


if __name__ == "__main__":
    PICTURE.write_text(svg(chosen(demo())), encoding="utf-8")
