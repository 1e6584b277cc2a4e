"""What a user was given stays with the user: a workspace that no longer has it is told of at the next command."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import time
from pathlib import Path

import pytest
from support.office import Office, make_template

from cli.receipts import MOST, SANDBOXES, Receipts
from workflow.store import Store

AS = ("--as", "chen.chen")


def state(office: Office) -> Path:
    """Where the receipts of this office's people lie."""
    folder = office.home.parent / ".local" / "state" / "duecourse"
    (path,) = folder.glob("*.json")
    return path


def kept(office: Office) -> dict[str, object]:
    found: dict[str, object] = json.loads(state(office).read_text())
    return found


def store(office: Office) -> Store:
    return Store(f"sqlite:///{office.home / 'duecourse.db'}")


def raw(office: Office, *statements: str) -> None:
    """What somebody with the file does to it, fences and all."""
    connection = sqlite3.connect(office.home / "duecourse.db")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def snapshot(office: Office, name: str = "older") -> Path:
    """A copy of the database as it is now."""
    path = office.home.parent / f"{name}.db"
    source, target = sqlite3.connect(office.home / "duecourse.db"), sqlite3.connect(path)
    source.backup(target)
    source.close()
    target.close()
    return path


def restore(office: Office, path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        (office.home / f"duecourse.db{suffix}").unlink(missing_ok=True)
    shutil.copy(path, office.home / "duecourse.db")


def test_every_act_leaves_a_receipt(office):
    """The last event of each change is kept, in a file only its owner may read; while all is well nothing is said."""
    ref = office.report()
    done = office.run("case", "comment", ref, "seen", *AS)
    assert done.err == ""
    rows = office.json("audit", "log", "--case", ref)["rows"]
    receipts = kept(office)["receipts"]
    assert receipts[-1] == [ref, rows[-1]["n"], rows[-1]["hash"], rows[-1]["at"]]
    assert stat.S_IMODE(state(office).stat().st_mode) == 0o600
    assert stat.S_IMODE(state(office).parent.stat().st_mode) == 0o700
    assert office.run("due").err == ""


def test_what_leaves_none(office):
    """Looking, a dry run and a refusal add no receipt."""
    ref = office.report()
    before = kept(office)
    office.run("case", "comment", ref, "seen", "--dry-run", *AS)
    office.run("case", "comment", ref, "seen", "--as", "zhou.ping", "--expect", "99", code=6)
    office.run("due")
    assert kept(office) == before


def test_an_older_copy_is_told(office):
    """A workspace put back to an older copy: every command warns, with what is missing since when, and goes on."""
    office.report()
    older = snapshot(office)
    ref = office.report()
    at = office.json("audit", "log", "--case", ref)["rows"][-1]["at"]
    office.run("case", "comment", ref, "seen", *AS)
    restore(office, older)
    done = office.run("case", "list")
    assert f"Warning: What you hold receipts for is gone or changed: 2 events, the first {ref}/2 of {at}." in done.err
    assert "audit verify" in done.err
    assert str(state(office)) in done.err
    assert "RPT-2026-0001" in done.out
    assert office.run("due", "--quiet").err == ""


def test_it_is_told_until_the_story_is_back(office):
    """Acts in the older copy do not bury what is missing; with the true copy back, they are what is missing."""
    first = office.report()
    older = snapshot(office)
    second = office.report()
    newer = snapshot(office, "newer")
    restore(office, older)
    for _ in range(3):
        assert second in office.run("case", "comment", first, "another story", *AS).err
    restore(office, newer)
    assert f"gone or changed: 3 events, the first {first}/" in office.run("due").err
    assert second in [row[0] for row in kept(office)["receipts"]]


def test_a_removed_event_is_told(office):
    """The last event taken out, its head mended: one receipt is enough to tell."""
    ref = office.report()
    office.run("case", "comment", ref, "seen", *AS)
    n = kept(office)["receipts"][-1][1]
    raw(
        office,
        f"DELETE FROM event WHERE stream = '{ref}' AND n = {n}",
        f"UPDATE cases SET n = {n - 1}, hash = (SELECT hash FROM event WHERE stream = '{ref}' AND n = {n - 1})",
    )
    assert f"the first {ref}/{n} of" in office.run("case", "show", ref).err


def test_a_rewritten_event_is_told(office):
    """An event rewritten with everything after it has another hash than the one that was handed out."""
    ref = office.report()
    raw(office, f"UPDATE event SET hash = '{'f' * 64}' WHERE stream = '{ref}' AND n = 2")
    assert "is gone or changed" in office.run("due").err


def test_programs_read_the_warning_too(office):
    """With --format json the warning is in the answer or beside the error: each stream holds one object or nothing."""
    ref = office.report()
    raw(office, f"DELETE FROM event WHERE stream = '{ref}' AND n = 2")
    for words in (["case", "list"], ["case", "comment", ref, "seen", *AS, "--quiet"]):
        done = office.run(*words, "--format", "json")
        assert set(done.json["warning"]) == {"message", "hint"}
        assert done.err == ""
    rows = office.run("case", "list", "--format", "ndjson")
    assert set(json.loads(rows.err)["warning"]) == {"message", "hint"}
    refused = office.run("case", "show", "RPT-1999-0001", "--format", "json", code=3)
    assert json.loads(refused.err).keys() == {"error", "warning"}


def test_doctor_lists_it(office):
    """`doctor` says that the receipts hold, and exit 1 with what is missing where they do not."""

    def check(code: int) -> dict[str, object]:
        rows = office.json("doctor", code=code)["checks"]
        return next(row for row in rows if row["name"] == "receipts")

    assert check(0)["say"] == "You hold no receipt: each change gives you one."
    ref = office.report()
    assert check(0)["ok"] is True
    raw(office, f"DELETE FROM event WHERE stream = '{ref}' AND n = 2")
    found = check(1)
    assert found["ok"] is False
    assert f"{ref}/2" in str(found["say"])


def test_a_checkpoint_that_is_gone_is_told(office):
    """The newest checkpoint seen is remembered; a tree that never had it is another tree."""
    office.report()
    raw(
        office,
        f"INSERT INTO head (size, root, at, note) VALUES (5, '{'a' * 64}', 'x', 'n')",
        f"UPDATE workspace SET seen_size = 5, seen_root = '{'a' * 64}'",
    )
    assert office.run("due").err == ""
    assert kept(office)["checkpoint"] == {"size": 5, "root": "a" * 64}
    raw(
        office,
        f"INSERT INTO head (size, root, at, note) VALUES (9, '{'b' * 64}', 'x', 'n')",
        f"UPDATE workspace SET seen_size = 9, seen_root = '{'b' * 64}'",
    )
    assert office.run("due").err == ""
    assert kept(office)["checkpoint"] == {"size": 9, "root": "b" * 64}
    raw(office, "DELETE FROM head WHERE size = 9", f"UPDATE workspace SET seen_size = 5, seen_root = '{'a' * 64}'")
    assert "The checkpoint over 9 events" in office.run("due").err
    raw(
        office,
        f"INSERT INTO head (size, root, at, note) VALUES (9, '{'c' * 64}', 'x', 'n')",
        f"UPDATE workspace SET seen_size = 9, seen_root = '{'c' * 64}'",
    )
    assert "The checkpoint over 9 events" in office.run("due").err
    assert kept(office)["checkpoint"] == {"size": 9, "root": "b" * 64}


def test_a_sealed_tree_that_shrank_is_told(office):
    """Whoever only looked remembers the checkpoint they saw: an older copy of the database has none of it."""
    older = snapshot(office)
    office.run("audit", "seal")
    assert office.run("due").err == ""
    assert kept(office)["receipts"] == []
    restore(office, older)
    assert "The checkpoint over" in office.run("due").err


def test_the_file_stays_small(office):
    """Only the last receipts are kept."""
    with_store = store(office)
    receipts = Receipts(with_store, {"XDG_STATE_HOME": str(office.home.parent / "state")})
    for n in range(MOST + 10):
        receipts.add("RPT-2026-0001", n, f"{n:064}", "2026-01-05T01:00:00.000000Z")
    with_store.close()
    (path,) = (office.home.parent / "state" / "duecourse").iterdir()
    assert [row[1] for row in json.loads(path.read_text())["receipts"]] == list(range(10, MOST + 10))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"log": 1}', b'{"receipts": [1]}'])
def test_a_broken_file_breaks_nothing(office, body):
    """A file that cannot be read is as good as none, and the next act begins it anew."""
    ref = office.report()
    state(office).write_bytes(body)
    assert office.run("due").err == ""
    office.run("case", "comment", ref, "seen", *AS)
    assert len(kept(office)["receipts"]) == 1


def test_no_folder_breaks_nothing(office):
    """Where nothing can be kept, or nobody says where, commands work as before."""
    blocked = office.home.parent / "blocked"
    blocked.write_text("a file where a folder should be")
    words = ["--unit", "SAFE", "--title", "x", "--recipient", "CITY", *AS]
    for environment in ({"XDG_STATE_HOME": str(blocked)}, {"HOME": "", "XDG_STATE_HOME": "relative"}):
        done = office.run("new", "report", *words, **environment)
        assert (done.err, "Receipt:" in done.out) == ("", True)
    assert not (office.home.parent / ".local").exists()
    assert "no folder" in office.run("doctor", HOME="", XDG_STATE_HOME="").out


def test_the_state_home_is_the_one_said(office, tmp_path):
    """$XDG_STATE_HOME decides; the file is named after the log, with no sign that leads elsewhere."""
    words = ["--unit", "SAFE", "--title", "x", "--recipient", "CITY", *AS]
    office.run("new", "report", *words, XDG_STATE_HOME=str(tmp_path))
    (path,) = (tmp_path / "duecourse").iterdir()
    with_store = store(office)
    origin = with_store.workspace.origin
    with_store.close()
    assert path.name == origin.replace("/", "+") + ".json"


def test_another_sandbox_is_another_story(office, tmp_path_factory):
    """A sandbox made again has another log: nothing is compared."""
    office.report()
    shutil.rmtree(office.home)
    shutil.copytree(make_template(tmp_path_factory.mktemp("again")), office.home)
    assert office.run("due").err == ""


def test_old_sandboxes_are_forgotten(office):
    """Of many sandboxes the newest are remembered; a real workspace is never forgotten for one."""
    folder = office.home.parent / ".local" / "state" / "duecourse"
    folder.mkdir(parents=True)
    for number in range(SANDBOXES + 5):
        (folder / f"{number}.json").write_text(json.dumps({"log": str(number), "sandbox": number != 3}))
    office.report()
    names = {path.name for path in folder.iterdir()}
    assert "3.json" in names
    assert len(names) == SANDBOXES + 1


def test_the_look_is_cheap(office):
    """The look at the start costs less than two milliseconds, with a full file."""
    office.report()
    with_store = store(office)
    environ = {"HOME": str(office.home.parent)}
    receipts = Receipts(with_store, environ)
    (last,) = receipts.held[-1:]
    for _ in range(MOST):
        receipts.add(*last)
    spent = []
    for _ in range(20):
        begun = time.perf_counter()
        assert Receipts(with_store, environ).warned is None
        spent.append(time.perf_counter() - begun)
    with_store.close()
    assert min(spent) < 0.002
