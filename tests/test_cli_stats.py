"""`stats` on a terminal, for spreadsheets and for programs."""

from __future__ import annotations

import csv
import io

import pytest
from support.office import Office

from cli.charts import BROAD, stacked
from cli.width import width


@pytest.fixture
def busy(office: Office) -> Office:
    """An office two weeks on: an incident nobody told of in time, a report handed in."""
    office.incident("major")
    ref = office.report()
    office.run("do", ref, "submit", "--file", office.file("paper.txt"), "--as", "chen.chen")
    office.run("advance", "--to", "2026-01-20T09:00+08:00")
    return office


def test_a_table_has_bars_that_stand_one_below_the_other(busy: Office) -> None:
    """In English and Chinese every bar begins in the same column, whatever signs stand before it."""
    for language in ("en", "zh_CN"):
        shown = busy.run("stats", "ontime", "--by-type", "--format", "table", "--lang", language).out.splitlines()
        bars = [line.rpartition("  ") for line in shown[1:] if line and line[-1] in "#+!"]
        assert len(bars) >= 2
        assert len({width(before) for before, _, _ in bars}) == 1
        assert all(set(bar) <= set("#+!") for _, _, bar in bars)


def test_readers_of_chinese_see_no_names_of_the_policy(busy: Office) -> None:
    """Types, states, limits, grades, duties and measures are called what the policy calls them in Chinese."""
    tables = (
        ["ontime", "--by-type"], ["ontime", "--explain"], ["backlog"], ["backlog", "--explain"],
        ["workload", "--explain"], ["scorecard"], ["scorecard", "--explain"],
    )  # fmt: skip
    for table in tables:
        shown = busy.run("stats", *table, "--format", "plain", "--lang", "zh_CN").rows
        cells = {cell for row in shown for cell in row}
        refs = {cell for cell in cells if cell[3:4] == "-" or cell.startswith("2026")}
        assert not [
            cell for cell in cells - refs - {"CITY", "SAFE", "DATA"} if cell.isascii() and cell.lower() != cell.upper()
        ]


def test_plain_and_json_have_no_bars(busy: Office) -> None:
    """What programs read are the figures alone."""
    assert not [row for row in busy.run("stats", "ontime", "--format", "plain").rows if "#" in row[-1]]
    assert "bar" not in busy.json("stats", "ontime")["rows"][0]


def test_a_spreadsheet_gets_a_row_for_each_figure_and_computes_nothing(busy: Office) -> None:
    """The sums of the scorecard are text, also where they begin with a minus."""
    rows = list(csv.DictReader(io.StringIO(busy.run("stats", "scorecard", "--format", "csv").out)))
    assert set(rows[0]) == {"unit", "post", "measure", "level", "outcome", "count", "points", "of", "how"}
    climbed = [row for row in rows if row["measure"] == "escalations" and row["how"]]
    assert climbed
    assert all(row["how"].startswith("'-(") for row in climbed)
    assert all(row["points"].startswith("-") for row in climbed)


def test_the_card_says_when_what_counts_was_fixed(busy: Office) -> None:
    """A reader of the table is told beside it that the weights came after the year began; quiet says nothing."""
    said = busy.run("stats", "scorecard", "--unit", "SAFE", "--format", "table")
    assert "The weights are those of 2026-01-05, after the year 2026 had begun." in said.err
    assert "Incidents in time" in said.out or "incidents" in said.out
    assert busy.run("stats", "scorecard", "--format", "table", "--quiet").err == ""


def test_each_line_of_an_explanation_can_be_looked_up(busy: Office) -> None:
    """Every case behind a figure answers `case show`."""
    rows = busy.json("stats", "scorecard", "--explain")["rows"]
    assert rows
    for ref in {row["ref"] for row in rows if row["ref"]}:
        assert busy.json("case", "show", ref)["ref"] == ref


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["ontime", "--unit", "NOWHERE"], 3),
        (["backlog", "--year", "2031"], 2),
        (["workload", "--year", "soon"], 2),
        (["scorecard", "--measure", "zeal"], 3),
    ],
)
def test_wrong_words_have_their_code(busy: Office, words: list[str], code: int) -> None:
    """An unknown unit or measure is 3, a year that cannot be asked about is 2."""
    busy.run("stats", *words, code=code)


def test_bars_are_in_proportion_and_never_broader_than_whole() -> None:
    """A bar's parts follow each other, what is not nothing shows, and the largest fills the width."""
    assert stacked([10, 0, 10], 20) == "#" * 10 + "!" * 10
    assert stacked([1000, 1], 1001) == "#" * BROAD
    assert stacked([0, 1], 1000) == "+"
    assert stacked([], 5) == stacked([3], 0) == ""
    assert len(stacked([7, 7, 7], 21)) == BROAD
