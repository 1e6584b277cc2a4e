"""How results are printed: the same rows in every form, aligned in every script, safe in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.fitting import GAP, LEAST, fitted
from cli.render import csv_cell, day_time
from cli.width import clean, cut, one_line, pad, width


def test_every_form_shows_the_same_rows(office):
    """table, plain, json, ndjson and csv list the same cases in the same order."""
    refs = [office.report() for _ in range(3)]
    assert [row["ref"] for row in office.json("case", "list")["rows"]] == refs
    lines = office.run("case", "list", "--format", "ndjson").out.splitlines()
    assert [line.partition('"ref": "')[2][:13] for line in lines] == refs
    assert all('"schema": 1' in line for line in lines)
    table = office.run("case", "list", "--format", "table").out.splitlines()
    assert table[0].startswith("Number")
    assert [line[:13] for line in table[1:]] == refs
    assert [row[0] for row in office.run("case", "list", "--format", "plain").rows] == refs
    found = list(csv.DictReader(io.StringIO(office.run("case", "list", "--format", "csv").out)))
    assert [row["ref"] for row in found] == refs
    assert {"state", "due_at", "overdue", "closed_at"} <= found[0].keys()


def test_a_pipe_gets_plain_text(office):
    """Without a terminal and without --format the rows come separated by tabs."""
    office.report()
    assert office.run("case", "list").out == office.run("case", "list", "--format", "plain").out
    assert office.run("case", "list").out.count("\t") == 6


def test_the_setting_decides_where_no_option_does(office):
    """DUECOURSE_FORMAT is the form where --format is not given."""
    assert office.run("org", "tree", DUECOURSE_FORMAT="json").json["schema"] == 1
    assert office.run("org", "tree", "--format", "plain", DUECOURSE_FORMAT="json").rows[0][0] == "CITY"


def test_an_empty_list_says_so_beside_the_data(office):
    """Nothing found is a sentence on stderr for a table, and no output at all for programs."""
    shown = office.run("case", "list", "--format", "table")
    assert (shown.out, shown.err) == ("", "No case is like that.\n")
    assert office.run("case", "list") == (0, "", "")
    assert office.run("case", "list", "--format", "ndjson").out == ""


def test_chinese_columns_are_aligned(office):
    """Wide signs take two columns, so that the next column begins at one place."""
    lines = office.run("org", "tree", "--format", "table").out.splitlines()
    places = {width(line[: line.index(kind)]) for line in lines[1:] for kind in ("body", "unit") if kind in line}
    assert len(places) == 1


def test_more_pages_are_announced(office):
    """A table that goes on says how to see the rest."""
    for _ in range(3):
        office.report()
    assert "--after " in office.run("case", "list", "--limit", "2", "--format", "table").err


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_is_never_a_formula(text):
    """What a spreadsheet would compute is put in quotes for it; numbers stay numbers."""
    assert csv_cell(text).startswith("'")
    assert csv_cell(-1) == "-1"
    assert csv_cell(None) == ""
    assert csv_cell(True) == "true"
    assert csv_cell(["a", "b"]) == '["a", "b"]'


def test_csv_is_rfc_4180(office):
    """Lines end with CR LF; a title with comma, quote and line break comes back as it went in."""
    title = 'a "quoted", =title'
    office.run("new", "report", "--unit", "SAFE", "--title", title, "--recipient", "CITY", "--as", "chen.chen")
    out = office.program("case", "list", "--format", "csv").out
    assert next(csv.DictReader(io.StringIO(out)))["title"] == title


def test_times_as_people_read_them():
    """A limit that ends with its day is that day; any other has its minute."""
    assert day_time("2026-01-19T23:59:59+08:00") == "2026-01-19"
    assert day_time("2026-01-05T10:00:00+08:00") == "2026-01-05 10:00"
    assert day_time(None) == ""


@given(st.text(max_size=60), st.integers(1, 40))
def test_text_fits_its_column(text, room):
    """Cut text is never wider than its room, padded text never narrower, and nothing a terminal obeys is left."""
    line = one_line(text)
    assert "\n" not in line
    assert "\x1b" not in clean(text)
    assert width(cut(line, room)) <= room
    assert width(pad(cut(line, room), room)) >= width(cut(line, room))


@given(st.lists(st.lists(st.text("ab 县局", max_size=50), min_size=5, max_size=5), min_size=1), st.integers(20, 120))
def test_a_table_fits_the_terminal(lines, broad):
    """No line is wider than the terminal, or than what is left of its cells at the least; short cells stay whole."""
    shown = fitted(lines, (3, 1), broad)
    kept = len(shown[0])
    assert kept in {3, 4, 5}
    widths = [max(width(line[at]) for line in shown) for at in range(kept)]
    assert sum(widths) + GAP * (kept - 1) <= max(broad, kept * LEAST + GAP * (kept - 1))
    if kept == 5:
        assert all(one == was or width(was) > LEAST for line, old in zip(shown, lines, strict=True)
                   for one, was in zip(line, old, strict=True))  # fmt: skip
