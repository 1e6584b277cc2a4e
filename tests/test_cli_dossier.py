"""`case dossier` and `audit verify --dossier`: one file for a stranger, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import zips
from support.office import Office, program, run

AS = ("--as", "chen.chen")


@pytest.fixture
def ref(office: Office) -> str:
    """A report with a file, sent back once."""
    ref = office.report()
    office.run("do", ref, "submit", "--file", office.file("figures.txt"), *AS)
    office.run("do", ref, "return", "--reason", "*figures* | <b>missing</b>", "--as", "sun.yue")
    return ref


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the dossier goes: outside the workspace."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "case.zip"


def test_a_dossier_from_the_command_line(office, ref, file):
    """The file holds what the contract names; the answer names it, its head, and the receipt of its own record."""
    found = office.json("case", "dossier", ref, "-o", str(file), *AS)
    assert (found["ref"], found["file"], found["lacking"]) == (ref, str(file), [])
    parts = zips.entries(file)
    names = {"case.json", "dates.md", "events.ndjson", "files/figures.txt", "manifest.json", "persons.json"}
    assert names | {"timeline.md"} == {name for name in parts if not name.startswith("definitions/")}
    assert [one["name"] for one in found["entries"]] == sorted(set(parts) - {"manifest.json"})
    rows = office.json("audit", "log", "--case", ref)["rows"]
    assert rows[-1]["kind"] == "data.read"
    assert found["head"] == {"stream": ref, "n": rows[-1]["n"], "hash": rows[-1]["hash"]}
    assert found["event"] == {key: rows[-1][key] for key in ("id", "hash", "n")}
    assert json.loads(parts["case.json"])["ref"] == ref
    manifest = json.loads(parts["manifest.json"])
    assert (manifest["by"], manifest["schema"], manifest["head"]) == ("chen.chen", 1, found["head"])
    assert list(file.parent.iterdir()) == [file]


def test_the_pages_speak_both_languages(office, ref, file):
    """The timeline and the dates are there in English and Chinese, whatever the reader's language is."""
    office.run("case", "dossier", ref, "-o", str(file), "--html", "--lang", "zh_CN", *AS)
    parts = {name: body.decode() for name, body in zips.entries(file).items() if name.startswith(("timeline", "dates"))}
    assert set(parts) == {"timeline.md", "timeline.html", "dates.md"}
    for page in (parts["timeline.md"], parts["timeline.html"]):
        assert "Quarterly figures" in page
        assert "陈晨 (chen.chen)" in page
        assert "2026-01-05 09:00:00" in page
        assert "What happened" in page
        assert "单位" in page
    assert "| 2026-01-06 | Tue | working day | 1 |" in parts["dates.md"]
    assert "| 2026-01-06 | 周二 | 工作日 | 1 |" in parts["dates.md"]


def test_what_people_wrote_stays_text(office, ref, file):
    """Signs that Markdown or a browser would obey are shown, not obeyed; the page loads nothing."""
    office.run("case", "dossier", ref, "-o", str(file), "--html", *AS)
    parts = zips.entries(file)
    assert rb"\*figures\* \| \<b\>missing\</b\>" in parts["timeline.md"]
    assert b"*figures* | &lt;b&gt;missing&lt;/b&gt;" in parts["timeline.html"]
    assert b"<b>missing" not in parts["timeline.html"]
    assert b"default-src &#x27;none&#x27;" in parts["timeline.html"] or b"default-src 'none'" in parts["timeline.html"]
    assert b"http://" not in parts["timeline.html"]
    assert b"https://" not in parts["timeline.html"]


def test_verified_without_the_workspace(office, ref, file):
    """Somebody with the file and the program alone checks it; a changed file is exit 7 and named."""
    office.run("case", "dossier", ref, "-o", str(file), *AS)
    away = {"folder": file.parent}
    done = program("audit", "verify", "--dossier", str(file), "--format", "json", **away)
    assert (done.code, done.err) == (0, "")
    contract = {"schema", "ok", "events", "streams", "cases", "size", "root", "shown", "problems"}
    assert contract <= set(done.json)
    assert (done.json["ok"], done.json["problems"]) == (True, [])
    assert "whole and unchanged" in run("audit", "verify", "--dossier", str(file), **away).out
    parts = zips.entries(file)
    zips.put(file, {**parts, "files/figures.txt": b"better\n"})
    done = run("audit", "verify", "--dossier", str(file), "--format", "json", **away)
    assert (done.code, done.json["ok"]) == (7, False)
    assert "files/figures.txt" in done.json["problems"][0]["what"]
    assert "does NOT match" in run("audit", "verify", "--dossier", str(file), **away).out


def test_a_sealed_case_is_shown_to_extend_a_checkpoint(office, ref, file):
    """With the log's key as the auditor holds it, the dossier shows more than that it agrees with itself."""
    office.run("audit", "seal")
    key = office.run("audit", "checkpoint", "--public-key").out.strip()
    office.run("case", "dossier", ref, "-o", str(file), *AS)
    away = {"folder": file.parent}
    words = ["audit", "verify", "--dossier", str(file)]
    assert "consistent with itself" in run(*words, **away).out
    found = run(*words, "--log", key, "--format", "json", **away)
    assert (found.code, found.json["shown"], found.json["problems"]) == (0, "extends", [])
    assert (found.json["sealed"], found.json["since"]["key"]) == (found.json["events"] - 1, key)
    said = run(*words, "--log", key, **away).out
    assert f"{found.json['sealed']} of its {found.json['events']} events are sealed" in said
    assert f"extends the checkpoint over {found.json['size']} events" in said
    proof = file.with_name("proof.txt")
    proof.write_bytes(zips.entries(file)["proofs/000001.txt"])
    assert run("audit", "check-proof", str(proof), "--key", key, **away).code == 0


def test_what_cannot_be_verified(office, file):
    """No file is exit 3, no dossier exit 8, and what needs a workspace is wrong words."""
    office.run("audit", "verify", "--dossier", str(file), code=3)
    file.write_text("hello")
    office.run("audit", "verify", "--dossier", str(file), code=8)
    for option in (["--replay"], ["--signatures"], ["--since", str(file)]):
        office.run("audit", "verify", "--dossier", str(file), *option, code=2)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["RPT-1999-0001", "--as", "chen.chen"], 3),
        (["{ref}", "--as", "zhou.ping"], 4),
        (["{ref}"], 4),
        (["{ref}", "--as", "chen.chen", "--expect", "99"], 6),
    ],
)
def test_a_refused_dossier_leaves_nothing(office, ref, file, words, code):
    """Whoever may not, or asks for what is not there, gets no file, and nothing is recorded."""
    before = office.json("audit", "log", "--case", ref)["rows"]
    office.run("case", "dossier", *(word.replace("{ref}", ref) for word in words), "-o", str(file), code=code)
    assert list(file.parent.iterdir()) == []
    assert office.json("audit", "log", "--case", ref)["rows"] == before


def test_where_nothing_can_be_written_nothing_is_read(office, ref, tmp_path):
    """A folder that is not there is exit 1, before anything is recorded."""
    before = office.json("audit", "log", "--case", ref)["rows"]
    office.run("case", "dossier", ref, "-o", str(tmp_path / "nowhere" / "case.zip"), *AS, code=1)
    assert office.json("audit", "log", "--case", ref)["rows"] == before


def test_a_dry_run_writes_no_file(office, ref, file):
    """A dry run says what there is and takes the record back."""
    before = office.json("audit", "log", "--case", ref)["rows"]
    found = office.run("case", "dossier", ref, "-o", str(file), "--dry-run", "--format", "json", *AS)
    assert (found.json["dry_run"], found.json["event"], found.json["entries"]) == (True, None, None)
    assert not file.exists()
    assert office.json("audit", "log", "--case", ref)["rows"] == before


def test_a_lacking_file_is_exit_7(office, ref, file):
    """A file that was altered behind the program's back is left out and said."""
    (kept,) = [path for path in (office.home / "files").rglob("*") if path.is_file()]
    kept.chmod(0o644)
    kept.write_text("altered")
    done = office.run("case", "dossier", ref, "-o", str(file), *AS, code=7)
    assert "NOT in it: figures.txt (altered)" in done.out
    office.run("audit", "verify", "--dossier", str(file), code=7)


def test_the_reader_sees_who_read(office, ref, file):
    """`whoami --data` of a person in the case tells who took it out; `case history` tells it of the case."""
    office.run("case", "dossier", ref, "-o", str(file), "--reason", "inspection", "--as", "he.jing")
    read = office.json("whoami", "--data", *AS)["read_by"]
    assert [(one["actor"], one["stream"]) for one in read] == [("he.jing", ref)]
    assert office.json("case", "history", ref)["rows"][-1]["reason"] == "inspection"


def test_a_case_somebody_took_a_proof_of(office, ref, file):
    """That somebody took out a proof of one of its events is a line of the timeline, with what it disclosed."""
    event = office.json("audit", "log", "--case", ref, "--kind", "case.acted")["rows"][0]["id"]
    office.run("audit", "seal")
    office.run("audit", "prove", event, "-o", str(file.with_name("proof.txt")))
    office.run("case", "dossier", ref, "-o", str(file), *AS)
    line = next(line for line in zips.entries(file)["timeline.md"].decode().splitlines() if "took out a proof" in line)
    assert "file/1" in line
    office.run("audit", "verify", "--dossier", str(file))
