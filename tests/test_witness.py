"""A witness cosigns what extends everything it has seen, remembers it, and refuses every other history."""

from __future__ import annotations

import json
import stat
from base64 import b64encode
from pathlib import Path

import pytest

from states.errors import Conflict, Failed, Integrity, NotFound, NotNow, Usage
from workflow.merkle import Tree, grow, leaf
from workflow.notes import LOG, WITNESS, Checkpoint, Note, SigningKey, VerifierKey, cosigned, join
from workflow.witness import Request, cosign, load_key, new_key

ORIGIN = "example.org/log"
NOW = 1_795_323_600


class Log:
    """A log of numbered entries; ``word`` makes another history."""

    def __init__(self, word: str = "entry", key: SigningKey | None = None) -> None:
        self.key = key or SigningKey.new(ORIGIN, LOG)
        self.tiles = grow(lambda _level, _n: b"", 0, [leaf(f"{word} {n}".encode()) for n in range(600)])

    def tree(self) -> Tree:
        return Tree(lambda *place: self.tiles.get(place, b""), 600)

    def note(self, size: int) -> str:
        text = Checkpoint(ORIGIN, size, self.tree().root(size).hex()).text
        return join(text, [self.key.sign(text)])

    def request(self, old: int, size: int) -> str:
        path = [b64encode(step).decode() for step in self.tree().consistency(old, size)]
        return "\n".join([f"old {old}", *path]) + f"\n\n{self.note(size)}"


class Witness:
    def __init__(self, folder: Path) -> None:
        self.key = new_key(folder / "w.key", "witness.example.org/w1")
        self.folder = folder / "seen"

    def asked(self, text: str, log_key: VerifierKey | None = None, time: int = NOW) -> str:
        return cosign(self.key, self.folder, Request.read(text), time=time, log_key=log_key).note


@pytest.fixture
def witness(tmp_path) -> Witness:
    return Witness(tmp_path)


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_checkpoint_is_cosigned(witness, log):
    """The first checkpoint of a log needs no proof; the cosignature says when, and the log's own signature stays."""
    note = Note.read(witness.asked(log.note(5)))
    assert note.cosigned_by(witness.key.verifier) == NOW
    assert note.signed_by(log.key.verifier)
    assert Checkpoint.read(note.text) == (ORIGIN, 5, log.tree().root(5).hex())


def test_the_log_grows_under_its_eyes(witness, log):
    """From size to size with a proof, the same checkpoint again without one."""
    witness.asked(log.note(5))
    for old, size in ((5, 6), (6, 6), (6, 256), (256, 300), (300, 600)):
        assert Note.read(witness.asked(log.request(old, size))).cosigned_by(witness.key.verifier) == NOW
    assert Note.read(witness.asked(log.note(600), time=NOW + 60)).cosigned_by(witness.key.verifier) == NOW + 60
    assert json.loads((witness.folder / "seen.json").read_text(encoding="utf-8"))[ORIGIN]["size"] == 600


def test_without_the_proof_it_waits(witness, log):
    """A larger checkpoint without proof, or with one from another size, is not cosigned; the right size is named."""
    witness.asked(log.note(5))
    for text in (log.note(9), log.request(4, 9), log.request(6, 9)):
        with pytest.raises(NotNow, match="has seen 5 events"):
            witness.asked(text)
    witness.asked(log.request(5, 9))


def test_a_fork_is_refused(witness, log):
    """Another history of the same or a larger size, with whatever proof, and a smaller tree: nothing is signed."""
    other = Log("other", log.key)
    witness.asked(log.note(5))
    remembered = (witness.folder / "seen.json").read_bytes()
    for text in (
        other.note(5),
        other.request(5, 9),
        log.note(4),
        log.request(5, 9).replace("old 5", "old 5\n" + "A" * 43 + "="),
    ):
        with pytest.raises(Integrity):
            witness.asked(text)
    assert (witness.folder / "seen.json").read_bytes() == remembered
    witness.asked(log.request(5, 9))


def test_logs_are_kept_apart(witness, log):
    """What is known of one log says nothing of another."""
    witness.asked(log.note(500))
    other = SigningKey.new("example.org/other", LOG)
    text = Checkpoint("example.org/other", 1, leaf(b"").hex()).text
    witness.asked(join(text, [other.sign(text)]))
    assert json.loads((witness.folder / "seen.json").read_text(encoding="utf-8")).keys() == {
        ORIGIN,
        "example.org/other",
    }


def test_a_log_is_known_by_its_key(witness, log):
    """Once the log's key was named, it must have signed, and no other key may take its place."""
    stranger = Log(key=SigningKey.new(ORIGIN, LOG))
    with pytest.raises(Integrity, match="not signed by the key"):
        witness.asked(stranger.note(3), log.key.verifier)
    witness.asked(log.note(3), log.key.verifier)
    with pytest.raises(Integrity, match="not signed by the key"):
        witness.asked(stranger.request(3, 5))
    with pytest.raises(Integrity, match="by another key"):
        witness.asked(stranger.request(3, 5), stranger.key.verifier)
    with pytest.raises(Integrity, match="checkpoint is of the log"):
        witness.asked(log.request(3, 5).replace(ORIGIN, "example.org/third"), log.key.verifier)
    witness.asked(log.request(3, 5))


def test_a_memory_that_was_damaged_stops_it(witness, log):
    """A witness that forgot what it saw is none."""
    witness.asked(log.note(3))
    (witness.folder / "seen.json").write_text('{"example.org/log": {"size": 3}', encoding="utf-8")
    with pytest.raises(Failed, match="memory of the witness is damaged"):
        witness.asked(log.request(3, 5))


def test_the_key_is_for_its_owner(tmp_path):
    """The key's file is readable by its owner only, is never replaced, and opens as the same key."""
    path = tmp_path / "w.key"
    made = new_key(path, "witness.example.org/w1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path).verifier == made.verifier
    with pytest.raises(Conflict):
        new_key(path, "witness.example.org/w1")
    with pytest.raises(NotFound):
        load_key(tmp_path / "missing")
    path.write_text("PRIVATE+KEY+nothing", encoding="utf-8")
    with pytest.raises(Usage, match="not the secret key of a witness"):
        load_key(path)
    with pytest.raises(Failed, match="cannot be written"):
        new_key(tmp_path / "no" / "folder", "witness.example.org/w1")


def test_a_key_of_another_program_is_taken(tmp_path):
    """A PKCS#8 file with an Ed25519 key serves too; its witness is called after the key."""
    made = SigningKey.new("any.example/name", WITNESS)
    (tmp_path / "key.pem").write_bytes(made.pem(None))
    found = load_key(tmp_path / "key.pem").verifier
    assert found.public == made.verifier.public
    assert found.name == f"{found.public.hex()[:16]}.witness.invalid"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 5\n\nnothing",
        "old 05\n\nx\n1\ny\n\n— a b\n",
        "old 5\nnohash\n\nx",
        "x\n1\nAAAA\n\n— a AAAA\n",
        "no signatures\n",
        "a\n1\nb\n\n- a AAAAAAAA\n",
        "a\n1\nb\n\n— a AAAAAAAA",
        "a\x00\n1\nb\n\n— a AAAAAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(witness, text):
    """Broken sizes, hashes, notes and signature lines are named as what they are, and nothing is remembered."""
    with pytest.raises(Integrity):
        witness.asked(text)
    assert not (witness.folder / "seen.json").exists()


# The formats, by the specifications' own examples.


def test_the_example_of_the_specification():
    """The signed note in C2SP signed-note verifies under its key, and not when a letter is changed."""
    key = VerifierKey.read("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", LOG)
    signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    note = f"This is an example message.\n\n— example.com/foo {signature}\n"
    assert Note.read(note).signed_by(key)
    with pytest.raises(Integrity, match=r"example\.com/foo"):
        Note.read(note.replace("message", "massage")).signed_by(key)
    assert not Note.read(note).signed_by(SigningKey.new("example.com/foo", LOG).verifier)
    assert str(key).endswith("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")


def test_a_second_cosignature_takes_the_place_of_the_first():
    """By the same witness the newer line stays; those of others are kept in their order."""
    log, one, two = Log(), SigningKey.new("w.example/1", WITNESS), SigningKey.new("w.example/2", WITNESS)
    note = log.note(3)
    text = Note.read(note).text
    for key, time in ((one, 1), (two, 2), (one, 3)):
        note = cosigned(note, key.cosign(text, time))
    read = Note.read(note)
    assert [signature.name for signature in read.signatures] == [ORIGIN, "w.example/2", "w.example/1"]
    assert (read.cosigned_by(one.verifier), read.cosigned_by(two.verifier)) == (3, 2)
    assert read.signed_by(log.key.verifier)


@pytest.mark.parametrize("text", ["", "name", "a+b+c", "name+00000000+AAAA", "na me+530d903a+AekyeRrm", "+x+"])
def test_what_is_no_key_is_refused(text):
    """A text that is no public key is wrong words, and is not repeated: it might be a secret."""
    with pytest.raises(Usage) as refused:
        VerifierKey.read(text, LOG)
    assert "PRIVATE" not in str(refused.value)
    secret = SigningKey.new("w.example/1", WITNESS).secret()
    with pytest.raises(Usage) as refused:
        VerifierKey.read(secret, WITNESS)
    assert secret[-20:] not in str(refused.value)


def test_a_name_is_one_word():
    """Neither a space nor a plus sign can be in the name of a key."""
    for name in ("two words", "a+b", ""):
        with pytest.raises(Usage, match="cannot be called"):
            SigningKey.new(name, LOG)
