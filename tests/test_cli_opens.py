"""What a case opens and could not open, put before people."""

from __future__ import annotations

import zipfile

import pytest
from support.office import Office
from support.opening import CHORE, MATTER

NEW = ("new", "matter", "--unit", "SAFE", "--title", "Gas")


@pytest.fixture
def wide(office: Office) -> Office:
    """The small office with matters that open chores."""
    folder = office.home.parent / "types"
    folder.mkdir()
    (folder / "matter.yaml").write_text(MATTER, encoding="utf-8")
    (folder / "chore.yaml").write_text(CHORE, encoding="utf-8")
    office.run("policy", "apply", str(folder))
    return office


def test_an_act_says_what_it_opened_and_what_it_could_not(wide: Office) -> None:
    """`do` names the new cases; where a post is vacant it says so; in JSON they are links and `opened`."""
    first, second = (wide.json(*NEW, "--as", "li.na")["ref"] for _ in range(2))
    words = ("decide", "--severity", "major", "--copies", "DATA,SAFE", "--as", "li.na")
    dry = wide.run("do", first, *words, "--dry-run").out
    said = wide.run("do", first, *words).out.splitlines()
    assert "Opened: CHO-2026-0001, CHO-2026-0002" in dry
    assert said[:2] == [f"{first}: open → decided", "Opened: CHO-2026-0001, CHO-2026-0002"]
    done = wide.json("do", second, *words)
    assert done["opened"] == ["CHO-2026-0003", "CHO-2026-0004"]
    assert done["links"] == [{"kind": "follow-up", "ref": ref} for ref in done["opened"]]
    shown = wide.run("case", "show", "CHO-2026-0001").out
    assert f"Opened by\t{first}" in shown.replace("case\t", "")
    why = wide.run("case", "why", "CHO-2026-0001", "finish").out
    assert "the case that opened it gave the limit" in why
    assert "5 working days" in why
    top = wide.json("new", "matter", "--unit", "CITY", "--title", "Top", "--joint", "yes", "--as", "wang.min")
    assert top["links"] == []
    said = wide.run("new", "matter", "--unit", "CITY", "--title", "Top", "--joint", "yes", "--as", "wang.min").out
    assert "Not opened: chore for – (there is no body above)" in said


def test_a_dossier_tells_which_case_opened_which(wide: Office) -> None:
    """The timelines of both cases say it in words."""
    ref = wide.json(*NEW, "--as", "li.na")["ref"]
    wide.run("do", ref, "decide", "--severity", "critical", "--copies", "DATA", "--as", "li.na")
    for case, words in ((ref, "Opened: CHO-2026-0001"), ("CHO-2026-0001", f"opened by {ref}")):
        out = str(wide.home.parent / f"{case}.zip")
        wide.run("case", "dossier", case, "-o", out, "--html", "--as", "wang.min", "--reason", "audit")
        with zipfile.ZipFile(out) as archive:
            pages = [archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".html")]
        assert any(words in page for page in pages), case


def test_the_graph_shows_what_is_opened(wide: Office) -> None:
    """`policy graph` draws an arrow to each type that is opened."""
    assert "decided --> opens_chore: Decide (follow-up)" in wide.run("policy", "graph", "matter").out
