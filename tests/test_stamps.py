"""A time stamp authority's word on a checkpoint: asked for, kept, checked, and what it shows about the clocks here."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.attack import Attack
from support.office import run
from support.sealing import Sealing
from support.tsa import NAME, Authority, OpenSSL, served

from jobs import publish
from jobs.outlets import StampOutlet
from states.errors import Outside
from workflow import publishing, stamps
from workflow.verify import verify
from workflow.verify_stamps import with_stamps

OPENSSL = shutil.which("openssl")


@pytest.fixture(scope="session")
def keys() -> Authority:
    """Certificates take a moment to make."""
    return Authority()


@pytest.fixture
def authority(keys) -> Iterator[Authority]:
    yield keys
    keys.at, keys.bend = None, {}


@pytest.fixture
def sealing(database_url, tmp_path) -> Iterator[Sealing]:
    """A real workspace with one checkpoint."""
    made = Sealing(database_url, tmp_path)
    made.write("notices", 3)
    made.seal()
    yield made
    made.close()


def outlet(url: str, authority: Authority, *, trusted: bool = True) -> StampOutlet:
    return StampOutlet(url, (), stamps.roots(authority.pem, "-") if trusted else ())


def checked(sealing: Sealing, authority: Authority | None) -> dict[str, Any]:
    """What `verify` says, with the root of the authority or without one."""
    store = sealing.again()
    try:
        with store.read() as tx:
            found: dict[str, Any] = with_stamps(tx, verify(tx), stamps.roots(authority.pem, "-") if authority else ())
            return found
    finally:
        store.close()


def test_both_authorities_are_the_same(authority, tmp_path):
    """What is put together byte by byte here is what `openssl ts` gives too, wherever there is one to ask."""
    makers: list[Callable[[bytes], bytes]] = [authority.answer]
    if OPENSSL:
        makers.append(OpenSSL(authority, tmp_path, OPENSSL).answer)
    for answer in makers:
        asked = stamps.request("a note\n")
        told = stamps.answered(answer(asked.body), "a note\n", asked, stamps.roots(authority.pem, "-"))
        assert (told.by, told.checked) == (NAME, True)
        assert abs(datetime.fromisoformat(told.at) - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_checkpoint_is_stamped(sealing, authority):
    """The answer is kept beside an event that says by whom and of when; `verify` checks it under the root named."""
    with served(authority.answer) as url:
        done = publish.run_once(sealing.store, [outlet(url, authority)])
    assert (list(done.taken), done.problems) == (["stamp"], {})
    sealing.seal()
    (canon,) = sealing.raw.one("SELECT canon FROM event WHERE kind = 'checkpoint.stamped'")
    data = json.loads(canon)["data"]
    assert (data["to"], data["by"], list(json.loads(canon)["commit"])) == ("stamp", NAME, ["stamp"])
    found = checked(sealing, authority)
    assert (found["ok"], found["stamps"]["of"], found["stamps"]["checked"]) == (True, 1, 1)
    newest = found["stamps"]["newest"]
    assert (newest["by"], newest["at"], newest["size"]) == (NAME, data["stamped_at"], data["size"])
    unchecked = checked(sealing, None)
    assert (unchecked["ok"], unchecked["stamps"]["held"], unchecked["stamps"]["checked"]) == (True, 1, 0)
    assert publish.run_once(sealing.store, [outlet(url, authority)]).taken == {}  # not again so soon


def test_another_root_shows_nothing(sealing, authority):
    """Whoever trusts another authority is told that the stamp does not hold under it."""
    with served(authority.answer) as url:
        publish.run_once(sealing.store, [outlet(url, authority)])
    found = checked(sealing, Authority())
    (problem,) = found["problems"]
    assert (found["ok"], problem["stream"]) == (False, "log")
    assert "does not hold under a root you trust" in problem["what"]


BENDS: list[tuple[dict[str, Any], str]] = [
    ({"status": 2}, "refused the time stamp: we are closed"),
    ({"digest": b"\x01" * 32}, "of something else"),
    ({"nonce": b"\x05"}, "answers another question"),
    ({"nonce": None}, "answers another question"),
    ({"signature": True}, "does not hold under a root"),
]


@pytest.mark.parametrize(("bend", "what"), BENDS, ids=["refused", "another text", "replayed", "no nonce", "forged"])
def test_a_wrong_answer_is_not_kept(sealing, authority, bend, what):
    """Refused, of another text, an old answer replayed, a signature by another key: nothing is kept."""
    authority.bend = bend
    with served(authority.answer) as url:
        done = publish.run_once(sealing.store, [outlet(url, authority)])
    assert what in str(done.problems["stamp"]), done.problems
    assert isinstance(done.problems["stamp"], Outside)
    assert sealing.raw.one("SELECT count(*) FROM event WHERE kind = 'checkpoint.stamped'") == (0,)


@pytest.mark.parametrize("answer", [b"", b"not a stamp at all", b"\x30\x03\x02\x01\x00", b"\x30" * 70_000])
def test_what_is_no_answer(sealing, answer):
    """Nothing, a web page, a stump, noise: said, and nothing is kept."""
    with served(lambda _: answer) as url:
        done = publish.run_once(sealing.store, [StampOutlet(url)])
    assert "no RFC 3161 answer" in str(done.problems["stamp"])


def test_an_authority_that_does_not_answer(sealing, authority):
    """A closed port, an error page, no address: an outside failure that names the host."""
    with served(authority.answer, status=503) as url:
        done = publish.run_once(sealing.store, [StampOutlet(url)])
    assert "127.0.0.1 gave no answer: 503" in str(done.problems["stamp"])
    for where in (url, "http://127.0.0.1:1/", "https://127.0.0.1:1/"):
        assert "gave no answer" in str(publish.run_once(sealing.store, [StampOutlet(where)]).problems["stamp"])
    for where in ("http://", "http://u:p@127.0.0.1/", "http://127.0.0.1:x/"):
        assert "is not an address" in str(publish.run_once(sealing.store, [StampOutlet(where)]).problems["stamp"])


def test_a_stamp_that_was_changed_is_named(sealing, authority):
    """Exchanged beside the trail it no longer opens its commitment; rewritten with its event it is of another note."""
    with served(authority.answer) as url:
        publish.run_once(sealing.store, [outlet(url, authority)])
    with sealing.raw.unchecked():
        attack = Attack(sealing)
        (n,) = attack.kinds("log", "checkpoint.stamped")
        said = attack.event("log", n)["event"]["data"]
        attack.set("log", n, stamped_at="2001-01-01T00:00:00.000000Z")
        what = [row["what"] for row in checked(sealing, authority)["problems"] if row["n"] == n]
        assert f"stamped_at is '2001-01-01T00:00:00.000000Z', the stamp says '{said['stamped_at']}'" in what
        attack.set("log", n, stamped_at=said["stamped_at"], size=2)
        what = [row["what"] for row in checked(sealing, authority)["problems"] if row["n"] == n]
        assert any("of something else than this checkpoint" in text or "never made here" in text for text in what)
        sealing.raw.run("UPDATE payload SET value = '\"AAAA\"' WHERE field = 'stamp'")
        what = [row["what"] for row in checked(sealing, authority)["problems"] if row["n"] == n]
        assert "the value of stamp was CHANGED" in what


def test_a_clock_that_was_ahead_is_shown(sealing, authority):
    """Events that say they are later than a stamp which covers them."""
    authority.at = datetime.now(UTC) - timedelta(days=2)
    with served(authority.answer) as url:
        publish.run_once(sealing.store, [outlet(url, authority)])
    found = checked(sealing, authority)
    assert any("stamped it at" in row["what"] and row["stream"] == "notices" for row in found["problems"])
    assert checked(sealing, None)["ok"] is True  # of somebody nobody vouches for it shows nothing


def test_a_clock_that_was_set_back_is_shown(sealing, authority, monkeypatch):
    """Events that were sealed after a stamp, and say they are from before it."""
    import time

    with served(authority.answer) as url:
        publish.run_once(sealing.store, [outlet(url, authority)])
    sealing.seal()
    true = time.time
    monkeypatch.setattr(time, "time", lambda: true() - 86_400)
    sealing.write("duty/NEW/U", 2)
    sealing.seal()
    problems = checked(sealing, authority)["problems"]
    assert {(row["stream"], row["n"]) for row in problems} >= {("duty/NEW/U", 1), ("duty/NEW/U", 2)}
    assert all("was sealed after the stamp of" in row["what"] for row in problems)


def test_an_erased_stamp_is_in_order(sealing, authority):
    """The answer may be erased on record like every value beside the trail; then it shows nothing, and is no fault."""
    from support.world import admin

    from workflow.erase import erase

    with served(authority.answer) as url:
        publish.run_once(sealing.store, [outlet(url, authority)])
    (event,) = sealing.raw.one("SELECT id FROM event WHERE kind = 'checkpoint.stamped'")
    sealing.store.transact(lambda tx: erase(tx, event, "stamp", who=admin(tx), reason="asked for"))
    found = checked(sealing, authority)
    assert (found["ok"], found["stamps"]["of"], found["stamps"]["held"]) == (True, 1, 0)


# From the command line.


@pytest.fixture
def home(tmp_path, authority) -> Path:
    """A real, sealed workspace; the root lies beside it."""
    assert run("init", str(tmp_path / "ws"), folder=tmp_path).code == 0
    assert run("--home", str(tmp_path / "ws"), "audit", "seal", folder=tmp_path).code == 0
    (tmp_path / "roots.pem").write_bytes(authority.pem)
    return tmp_path / "ws"


def typed(home: Path, *words: str, **env: str) -> Any:
    return run("--home", str(home), *words, folder=home.parent, **env)


def test_checkpoint_stamp_and_verify(home, authority):
    """`audit checkpoint --stamp URL` asks; the answer lies beside the file; `verify` says stamped by whom and when."""
    roots, cp = str(home.parent / "roots.pem"), home.parent / "cp"
    with served(authority.answer) as url:
        done = typed(home, "audit", "checkpoint", "--stamp", url, "--tsa-roots", roots, "-o", str(cp))
    assert done.code == 0, done.err
    assert f"Stamped by {NAME} at" in done.err
    answer = Path(f"{cp}.tsr").read_bytes()
    assert stamps.read(answer, cp.read_text("utf-8"), stamps.roots(authority.pem, "-")).by == NAME
    if OPENSSL:
        words = [OPENSSL, "ts", "-verify", "-data", str(cp), "-in", f"{cp}.tsr", "-CAfile", roots]
        assert subprocess.run(words, check=True, capture_output=True).stdout.strip() == b"Verification: OK"
    told = typed(home, "audit", "checkpoint", "--format", "json", "--tsa-roots", roots).json
    assert [(one["by"], one["checked"]) for one in told["stamps"]] == [(NAME, True)]
    said = typed(home, "audit", "verify", "--tsa-roots", roots).out
    assert f"Stamped by {NAME} at" in said
    unchecked = typed(home, "audit", "verify").out
    assert "not checked" in unchecked
    assert typed(home, "audit", "verify", "--tsa-roots", roots, "--format", "json").json["stamps"]["checked"] == 1
    other = home.parent / "other.pem"
    other.write_bytes(Authority().pem)
    assert typed(home, "audit", "verify", "--tsa-roots", str(other)).code == 7
    other.write_text("no certificate", encoding="utf-8")
    assert typed(home, "audit", "verify", "--tsa-roots", str(other)).code == 1
    assert typed(home, "audit", "verify", "--tsa-roots", str(home / "missing")).code == 3


def test_the_setting_and_run_once(home, authority, tmp_path):
    """With `publish.tsa` `run --once` asks for a stamp, an address or a program; `doctor` says when that was."""
    toml = home / "duecourse.toml"
    with served(authority.answer) as url:
        toml.write_text(f"[publish]\ntsa = '{url}'\ntsa_roots = '../roots.pem'\n", encoding="utf-8")
        assert typed(home, "run", "--once", "--format", "json").json["counts"]["published"] == 1
    checks = {row["name"]: row for row in typed(home, "doctor", "--format", "json").json["checks"]}
    assert "stamp" in checks["published"]["say"]
    assert f"Stamped by {NAME}" in typed(home, "audit", "verify").out
    if OPENSSL:
        OpenSSL(authority, tmp_path, OPENSSL)
        script = tmp_path / "ask.sh"
        script.write_text(
            f"#!/bin/sh\ncd {tmp_path} && cat >asked && {OPENSSL} ts -reply -config tsa.cnf -section t "
            "-queryfile asked -out answer 2>/dev/null && cat answer\n",
            encoding="utf-8",
        )
        script.chmod(0o700)
        toml.write_text(f"[publish]\ntsa = '{script}'\ntsa_roots = '../roots.pem'\n", encoding="utf-8")
        assert typed(home, "audit", "checkpoint", "--publish").code == 0
        found = typed(home, "audit", "verify", "--format", "json").json
        assert (found["ok"], found["stamps"]["checked"]) == (True, 2)


def test_a_sandbox_asks_nobody_outside(office):
    """Its time is its own: an authority elsewhere is not asked."""
    office.run("audit", "seal")
    done = office.run("audit", "checkpoint", "--stamp", "https://tsa.example.org/", code=8)
    assert "asks nobody outside" in done.err


def test_without_the_library_it_says_so(home, authority):
    """Where the extra is not installed, asking fails in one sentence, and `verify` says that it did not look."""
    with served(authority.answer) as url:
        assert typed(home, "audit", "checkpoint", "--stamp", url).code == 0
    script = "import sys; sys.modules['rfc3161_client'] = None; from cli.main import main; sys.exit(main())"

    def without(*words: str) -> subprocess.CompletedProcess[str]:
        import sys

        command = [sys.executable, "-c", script, "--home", str(home), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)

    asked = without("audit", "checkpoint", "--stamp", "http://127.0.0.1:1/")
    assert (asked.returncode, "rfc3161-client" in asked.stderr) == (1, True), asked.stderr
    looked = without("audit", "verify", "--format", "json")
    assert (looked.returncode, json.loads(looked.stdout)["stamps"]["held"]) == (0, 0), looked.stderr
    assert without("audit", "checkpoint").returncode == 0


def test_a_stamp_is_owed_like_any_other(sealing, authority):
    """The trail says that it was asked for; the next one is a day or some news away."""
    with served(authority.answer) as url:
        publish.run_once(sealing.store, [outlet(url, authority)])
    with sealing.store.read() as tx:
        assert publishing.owed(tx, "stamp") is None
        assert publishing.owed(tx, "file") is not None
