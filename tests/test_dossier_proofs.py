"""A dossier of a sealed trail: its events lie under a checkpoint, which somebody else may hold the key to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from support import zips
from support.world import World

from jobs import seal
from workflow import dossier_proofs, proof, signer
from workflow.dossier import take
from workflow.dossier_check import check
from workflow.dossier_file import write
from workflow.notes import LOG, WITNESS, Checkpoint, Note, SigningKey, VerifierKey, cosigned
from workflow.outside import Kept
from workflow.signer import Keys


class Sealed(NamedTuple):
    """A dossier, and the log's key as its owner gave it to an auditor long ago."""

    path: Path
    key: VerifierKey
    keys: Keys


def dossier(world: World, ref: str) -> Path:
    who = world.who("wang")
    taken = world.store.transact(lambda tx: take(tx, ref, who=who))
    with world.store.read() as tx:
        sealed = dossier_proofs.of(tx, taken.events)
    path = world.home / "dossier.zip"
    with path.open("wb") as target:
        write(target, taken, {}, world.home, sealed)
    return path


@pytest.fixture
def sealed(world: World) -> Sealed:
    """A case of which all but its last event, the record of the dossier, is sealed."""
    keys = Keys(world.home / "keys")
    key = signer.make(keys, world.store.workspace.origin)
    ref = world.report()
    world.do(ref, "submit", "wang", file="figures")
    seal.run_once(world.store, keys)
    return Sealed(dossier(world, ref), key, keys)


def told(path: Path, kept: Kept | None = None) -> str:
    found = check(path, kept)
    assert not found["ok"]
    return "\n".join(one["what"] for one in found["problems"])


def test_an_unsealed_dossier_says_so(world):
    """Without a checkpoint there are no proofs; a key then shows nothing, and that is told."""
    path = dossier(world, world.report())
    assert not [name for name in zips.entries(path) if name.startswith(("proofs/", "checkpoint"))]
    found = check(path)
    assert (found["ok"], found["size"], found["sealed"], found["shown"]) == (True, 0, 0, "self")
    key = SigningKey.new(world.store.workspace.origin, LOG).verifier
    assert "no event of the dossier is sealed" in told(path, Kept(key=key))


def test_a_sealed_dossier_proves_its_events(sealed):
    """Each event up to the record of the dossier has its path; the log's key shows that it extends a checkpoint."""
    parts = zips.entries(sealed.path)
    names = sorted(name for name in parts if name.startswith("proofs/"))
    events = len(zips.lines(parts))
    assert names == [f"proofs/{n:06}.txt" for n in range(1, events)]
    checkpoint = Checkpoint.read(Note.read(parts["checkpoint.txt"].decode()).text)
    alone, known = check(sealed.path), check(sealed.path, Kept(key=sealed.key))
    for found in (alone, known):
        assert (found["problems"], found["sealed"]) == ([], events - 1)
        assert (found["size"], found["root"]) == (checkpoint.size, checkpoint.root)
    assert (alone["shown"], known["shown"]) == ("self", "extends")
    assert known["since"]["key"] == str(sealed.key)


def test_each_proof_stands_alone(sealed):
    """Every proof of a dossier is one that `audit check-proof` takes, with its values withheld."""
    parts = zips.entries(sealed.path)
    found = proof.check(parts["proofs/000001.txt"].decode(), sealed.key)
    assert found["event"]["kind"] == "case.opened"
    assert found["disclosed"] == {}
    assert "title" in found["withheld"]


def test_a_witness_is_named(world, sealed):
    """With a cosignature under the checkpoint and the witness's key, the dossier is shown to be witnessed."""
    witness = SigningKey.new("witness.example", WITNESS)
    ref = "RPT-2026-0001"
    with world.store.read() as tx:
        note = dossier_proofs.seal.signed(tx).note or ""
    line = witness.cosign(Note.read(note).text, 1_770_000_000)
    parts = zips.entries(sealed.path)
    old = parts["checkpoint.txt"].decode()
    new = cosigned(old, line)
    swapped = {
        name: body.replace(old.encode(), new.encode()) if name.startswith(("proofs/", "checkpoint")) else body
        for name, body in parts.items()
    }
    path = zips.put(sealed.path, zips.fitted(swapped))
    found = check(path, Kept(key=sealed.key, witnesses=[witness.verifier]))
    assert (found["problems"], found["shown"], found["ref"]) == ([], "witnessed", ref)
    assert [one["name"] for one in found["since"]["witnessed"]] == ["witness.example"]
    assert check(path, Kept(key=sealed.key))["shown"] == "extends"


def test_another_key_shows_nothing(sealed):
    """A key of the same name that is not the log's does not open the proofs."""
    other = SigningKey.new(sealed.key.name, LOG).verifier
    assert "is not signed by the key" in told(sealed.path, Kept(key=other))


def test_a_story_made_anew_has_no_proof(sealed):
    """Events rewritten with hashes, links and manifest to fit are not the leaves that the checkpoint holds."""
    from workflow.trail import canon, leaf_hash

    def rewrite(lines: list[dict[str, object]]) -> None:
        before = "0" * 64
        for line in lines:
            event = json.loads(str(line["canon"])) | {"prev": before}
            if event["kind"] == "case.acted":
                event["at"] = event["at"].replace("2026-02-09", "2026-02-08")
            line["canon"] = canon(event)
            line["hash"] = before = leaf_hash(str(line["canon"]))

    forged = zips.relined(zips.entries(sealed.path), rewrite)
    path = zips.put(sealed.path, forged)
    assert "is not of event" in told(path, Kept(key=sealed.key))
    assert "is not of event" in told(path)


@pytest.mark.parametrize(
    ("name", "body", "what"),
    [
        ("proofs/000002.txt", None, "proofs/000002.txt is missing"),
        ("proofs/000002.txt", b"", "proofs/000002.txt: This is not a proof."),
        ("proofs/000002.txt", b"\xff\xff", "proofs/000002.txt: This is not a proof."),
        ("checkpoint.txt", b"hello", "ends at another checkpoint"),
        ("proofs/note.txt", b"hello", "is missing"),
    ],
)
def test_a_proof_that_was_touched_is_named(sealed, name, body, what):
    """Proofs that lack, do not fit or are none are named though the manifest fits them."""
    parts = zips.entries(sealed.path)
    if body is None:
        del parts[name]
    else:
        parts[name] = body
    assert what in told(zips.put(sealed.path, zips.fitted(parts)))


def test_proofs_of_other_events_are_named(sealed):
    """Two proofs exchanged are each a good proof, of another event."""
    parts = zips.entries(sealed.path)
    one, two = "proofs/000001.txt", "proofs/000002.txt"
    parts[one], parts[two] = parts[two], parts[one]
    assert f"{one} is not of event 1" in told(zips.put(sealed.path, zips.fitted(parts)))


def test_a_key_nobody_made_is_named(sealed):
    """A manifest whose key is none says so, and the key from elsewhere still checks the proofs."""
    path = zips.put(sealed.path, zips.fitted(zips.entries(sealed.path), key="nonsense"))
    assert "which is no key" in told(path)
    assert check(path, Kept(key=sealed.key))["shown"] == "extends"
