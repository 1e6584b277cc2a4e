"""After a restore the log goes on under a new name, and for ever says which checkpoint it cannot follow."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.raw import Raw
from support.sealing import HEAD, Sealing, flaws

from jobs import seal as job
from states.errors import Integrity, NotNow
from workflow import epochs, proof, recover, signer
from workflow.notes import LOG, Checkpoint, Note, VerifierKey
from workflow.outside import Kept
from workflow.store import Store
from workflow.trail import SYSTEM, Who, record
from workflow.verify import Answer, verify


class Restored:
    """A workspace that was brought back from a backup taken before its last checkpoint."""

    def __init__(self, made: Sealing, folder: Path) -> None:
        made.write("notices", 3)
        made.seal()
        made.store.close()
        backup = shutil.copy(made.url.removeprefix("sqlite:///"), folder / "backup.db")
        made.write("notices", 4)
        made.seal()
        self.lost = Note.read(made.raw.one(HEAD)[2])
        made.close()
        self.url = f"sqlite:///{backup}"
        self.keys = made.keys
        self.store = Store(self.url)
        self.raw = Raw(self.url)

    def write(self) -> str:
        return self.store.transact(lambda tx: record(tx, "org", "org.changed", SYSTEM)).id

    def recover(self, reason: str = "disk failure", last: Checkpoint | None = None) -> None:
        origin = self.store.workspace.origin
        key = str(signer.load(self.keys, epochs.following(origin)).verifier)
        last = last or signer.last(self.keys, origin)
        who = Who(self.store.workspace.admin, "os-login")
        self.store.transact(lambda tx: recover.recover(tx, who, last, reason=reason, key=key))
        self.store.refresh()

    def verify(self, kept: Kept | None = None) -> Answer:
        with self.store.read() as tx:
            return verify(tx, kept=kept)

    def close(self) -> None:
        self.raw.close()
        self.store.close()


@pytest.fixture
def restored(tmp_path) -> Iterator[Restored]:
    made = Restored(Sealing(f"sqlite:///{tmp_path / 'duecourse.db'}", tmp_path), tmp_path)
    yield made
    made.close()


def test_a_restored_log_does_not_sign(restored):
    """The key remembers more than the backup holds: nothing is signed until somebody says what happened."""
    restored.write()
    with pytest.raises(Integrity, match="would fork"):
        job.run_once(restored.store, restored.keys)


def test_a_recovered_log_goes_on_under_a_new_name(restored):
    """The next epoch seals, signs and verifies; its first event names the lost checkpoint, who recovered and why."""
    restored.write()
    with pytest.raises(Integrity):
        job.run_once(restored.store, restored.keys)
    old = restored.store.workspace.origin
    restored.recover()
    assert restored.store.workspace.origin == f"{old}/epoch-2"
    restored.write()
    assert job.run_once(restored.store, restored.keys).signed
    assert flaws(restored.raw) == []
    assert (restored.verify()["ok"], restored.verify()["problems"]) == (True, [])
    (text,) = restored.raw.one("SELECT canon FROM event WHERE kind = 'log.created' AND n > 1")
    event = json.loads(text)
    lost = Checkpoint.read(restored.lost.text)
    assert (event["log"], event["data"]["follows"]) == (f"{old}/epoch-2", lost._asdict())
    assert (event["actor"], list(event["commit"])) == (restored.store.workspace.admin, ["reason"])


def test_the_gap_stays_visible(restored):
    """Whoever holds the lost checkpoint is told that the log does not extend it; older and newer ones it extends."""
    (older,) = restored.raw.one("SELECT note FROM head WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1")
    restored.recover()
    job.run_once(restored.store, restored.keys)
    found = restored.verify(Kept(restored.lost))
    assert (found["ok"], found["shown"]) == (False, "self")
    assert restored.verify(Kept(Note.read(older)))["shown"] == "extends"
    assert restored.verify(Kept(Note.read(restored.raw.one(HEAD)[2])))["shown"] == "extends"


def test_the_key_one_knows_goes_on_under_the_new_name(restored):
    """Whoever has the log's key from before the recovery checks the new checkpoints with it: only its name is another.

    Another private key under the new name is none that they know.
    """
    key = signer.load(restored.keys, restored.store.workspace.origin).verifier
    (older,) = restored.raw.one("SELECT note FROM head WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1")
    restored.recover()
    job.run_once(restored.store, restored.keys)
    for note in (None, Note.read(older), Note.read(restored.raw.one(HEAD)[2])):
        assert restored.verify(Kept(note, key))["problems"] == []
    problems = restored.verify(Kept(None, key._replace(public=bytes(32))))["problems"]
    assert [one["what"].partition(" by ")[0] for one in problems] == ["the newest checkpoint here is not signed"]


def test_events_of_both_epochs_are_proven(restored):
    """Under the new name every event has a proof, those of the first epoch too; the old key's name checks none."""
    restored.recover()
    job.run_once(restored.store, restored.keys)
    with restored.store.read() as tx:
        texts = [proof.prove(tx, id_) for (id_,) in restored.raw.all("SELECT event FROM leaf ORDER BY idx")]
    key = signer.load(restored.keys, restored.store.workspace.origin).verifier
    assert [proof.check(text, key)["index"] for text in texts] == list(range(len(texts)))
    old = VerifierKey(epochs.beginning(key.name), LOG, key.public)
    with pytest.raises(Integrity):
        proof.check(texts[0], old)


def test_a_recovery_has_a_reason_and_a_cause(restored, tmp_path):
    """Without a reason, without knowing what was lost, of another log, or with nothing lost, there is no recovery."""
    with pytest.raises(NotNow, match="needs a reason"):
        restored.recover(reason="")
    with pytest.raises(NotNow, match="is of the log"):
        restored.recover(last=Checkpoint("example.org/other", 5, "00" * 32))
    (note,) = restored.raw.one("SELECT note FROM head WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1")
    with pytest.raises(NotNow, match="nothing to recover"):
        restored.recover(last=Checkpoint.read(Note.read(note).text))
    (restored.keys.folder / signer.STATE).unlink()
    with pytest.raises(NotNow, match="not known which checkpoint was lost"):
        restored.recover()
    restored.recover(last=Checkpoint.read(restored.lost.text))
    assert epochs.number(restored.store.workspace.origin) == 2


def test_a_log_may_be_recovered_twice(restored):
    """Epoch follows epoch, each named after the one before."""
    restored.recover()
    job.run_once(restored.store, restored.keys)
    name = restored.store.workspace.origin
    restored.recover(last=Checkpoint(name, 1000, "ab" * 32))
    job.run_once(restored.store, restored.keys)
    assert restored.store.workspace.origin == epochs.beginning(name) + "/epoch-3"
    assert restored.verify()["ok"]


@pytest.mark.parametrize(
    ("origin", "log", "may"),
    [
        ("a/b", "a/b", True),
        ("a/b/epoch-2", "a/b", True),
        ("a/b/epoch-3", "a/b/epoch-2", True),
        ("a/b", "a/b/epoch-2", False),
        ("a/b/epoch-2", "a/b/epoch-3", False),
        ("a/c/epoch-2", "a/b", False),
        ("a/b/epoch-x", "a/b", False),
    ],
)
def test_which_events_a_tree_may_hold(origin, log, may):
    """Those of its own and earlier epochs of the same log."""
    assert epochs.may_hold(origin, log) is may
