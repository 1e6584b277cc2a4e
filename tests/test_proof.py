"""A proof convinces whoever has nothing but the log's public key, and whoever bends it is found out."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sealing import Sealing

from states.errors import Integrity, NotFound, NotNow
from workflow import proof
from workflow.notes import LOG, WITNESS, Note, SigningKey, VerifierKey, cosigned, join
from workflow.trail import SYSTEM, canon, leaf_hash, record

VERIFIER = Path(__file__).parent.parent / "docs" / "verify" / "verify_proof.py"


@pytest.fixture
def sealing(database_url, tmp_path) -> Iterator[Sealing]:
    made = Sealing(database_url, tmp_path)
    yield made
    made.close()


def key(sealing: Sealing) -> VerifierKey:
    (text,) = sealing.raw.one("SELECT canon FROM event WHERE stream = 'log' AND n = 1")
    return VerifierKey.read(json.loads(text)["data"]["key"], LOG)


def prove(sealing: Sealing, event: str, **how: list[str]) -> str:
    with sealing.store.read() as tx:
        return proof.prove(tx, event, **how)


def events(sealing: Sealing) -> list[str]:
    return [id_ for (id_,) in sealing.raw.all("SELECT event FROM leaf ORDER BY idx")]


def noted(sealing: Sealing) -> str:
    """An event of three kept values, sealed."""
    private = {"reason": "the road is closed", "note": "第一次\n第二次", "file/1": {"name": "a.pdf", "size": 7}}
    written = sealing.store.transact(lambda tx: record(tx, "notices", "notice.sent", SYSTEM, private=private))
    sealing.seal()
    return written.id


def test_every_leaf_of_small_trees(sealing):
    """While a log grows from one checkpoint to the next, every leaf has a proof under each, and each proof holds."""
    sizes = []
    for _ in range(6):
        sealing.seal()
        ids = events(sealing)
        sizes.append(len(ids))
        for index, id_ in enumerate(ids):
            found = proof.check(prove(sealing, id_), key(sealing))
            assert (found["index"], found["size"], found["event"]["id"]) == (index, len(ids), id_)
        sealing.write("notices", 3)
    assert sizes == [3, 7, 11, 15, 19, 23]


def test_what_is_disclosed_is_what_was_recorded(sealing):
    """The values behind the commitments are told, any of them may be withheld, and the proof holds all the same."""
    id_ = noted(sealing)
    told = {"reason": "the road is closed", "note": "第一次\n第二次", "file/1": {"name": "a.pdf", "size": 7}}
    found = proof.check(prove(sealing, id_), key(sealing))
    assert (found["disclosed"], found["withheld"]) == (told, [])
    found = proof.check(prove(sealing, id_, withhold=["note", "file/1"]), key(sealing))
    assert (found["disclosed"], found["withheld"]) == ({"reason": "the road is closed"}, ["file/1", "note"])
    text = prove(sealing, id_, withhold=["all"])
    assert "road" not in text
    assert proof.check(text, key(sealing))["withheld"] == ["file/1", "note", "reason"]
    with pytest.raises(NotFound, match="keeps no value of nothing"):
        prove(sealing, id_, withhold=["nothing"])


def test_what_was_erased_is_not_disclosed(sealing):
    """A value that was erased leaves its proof whole, without the value."""
    id_ = noted(sealing)
    sealing.raw.run("DELETE FROM payload WHERE event = :e AND field = 'note'", e=id_)
    found = proof.check(prove(sealing, id_), key(sealing))
    assert sorted(found["disclosed"]) == ["file/1", "reason"]
    assert found["withheld"] == ["note"]


def test_what_is_not_sealed_cannot_be_proven(sealing):
    """Before its checkpoint an event has no proof; afterwards it has one; an unknown event never."""
    sealing.seal()
    written = sealing.store.transact(lambda tx: record(tx, "notices", "notice.sent", SYSTEM))
    with pytest.raises(NotNow, match="No checkpoint covers"):
        prove(sealing, written.id)
    sealing.seal()
    assert proof.check(prove(sealing, written.id), key(sealing))["event"]["id"] == written.id
    with pytest.raises(NotFound):
        prove(sealing, "019b8bab-0680-752f-8f23-f03f61fd0c96")


def test_a_damaged_tile_is_no_proof(sealing):
    """A tree that cannot be read says so, and one that was bent gives proofs that do not hold."""
    id_ = noted(sealing)
    (good,) = sealing.raw.one("SELECT hashes FROM tile")
    sealing.raw.run("UPDATE tile SET hashes = :h", h=b64encode(bytes(len(b64decode(good)))).decode())
    with pytest.raises(Integrity):
        proof.check(prove(sealing, id_), key(sealing))
    sealing.raw.run("DELETE FROM tile")
    with pytest.raises(Integrity, match="damaged"):
        prove(sealing, id_)


def bent(text: str, sealing: Sealing) -> dict[str, str]:
    """The proof changed in every way somebody might try."""
    head, _, second = text.partition("\n\nduecourse-event/v1\n")
    lines = head.split("\n")
    event = json.loads(second.split("\n")[0])
    first, _, note = head.partition("\n\n")
    origin, size, root = note.split("\n")[:3]
    stranger = SigningKey.new(origin, LOG)
    body = f"{origin}\n{size}\n{root}\n"
    salted = json.loads(second.split("\n")[1])
    return {
        "another event": text.replace(second.split("\n")[0], canon(event | {"kind": "case.opened"})),
        "not canonical": text.replace('{"action":', '{ "action":'),
        "another value": text.replace("the road is closed", "the road is open"),
        "a value twice": text + canon(salted) + "\n",
        "another salt": text.replace(salted["salt"], "00" * 32),
        "a value of no commitment": text + canon(salted | {"field": "more"}) + "\n",
        "a broken value": text + "{}\n",
        "another index": text.replace(lines[1], "index 0"),
        "an index beyond": text.replace(lines[1], "index 99"),
        "an index that is none": text.replace(lines[1], "index 07"),
        "a path of one less": text.replace(lines[2] + "\n", "", 1),
        "a path of one more": text.replace(lines[2] + "\n", f"{lines[2]}\n{lines[2]}\n", 1),
        "no path": "\n".join(lines[:2]) + "\n\n" + note + text[len(head) :],
        "a path of other words": text.replace(lines[2], "x" * 44),
        "another size": text.replace(f"\n{size}\n", f"\n{int(size) + 1}\n"),
        "another root": text.replace(root, b64encode(bytes(32)).decode()),
        "another origin": text.replace(f"\n\n{origin}\n", "\n\nexample.org/other\n"),
        "signed by another": f"{first}\n\n{join(body, [stranger.sign(body)])[:-1]}{text[len(head) :]}",
        "not signed": f"{first}\n\n{body}{text[len(head) :]}",
        "another algorithm": text.replace("tlog-proof@v1", "tlog-proof@v2"),
        "a word for the algorithm": text.replace(lines[1], "hash sha224\n" + lines[1]),
        "no event": head + "\n\nduecourse-event/v1\n",
        "another second part": text.replace("duecourse-event/v1", "duecourse-event/v2"),
        "cut short": text[:-2],
        "nothing": "",
    }


def test_a_bent_proof_is_refused(sealing):
    """Another event, value, place, path, tree size, root, origin, signer, algorithm: none of it passes."""
    text = prove(sealing, noted(sealing))
    assert proof.check(text, key(sealing))["ok"]
    for what, other in bent(text, sealing).items():
        assert other != text, what
        with pytest.raises(Integrity):
            pytest.fail(f"{what}: {proof.check(other, key(sealing))}")


def test_a_proof_holds_under_its_own_key_only(sealing):
    """The key of another log, or another key under the same name, checks nothing."""
    text = prove(sealing, noted(sealing))
    for name in ("example.org/other", key(sealing).name):
        with pytest.raises(Integrity):
            proof.check(text, SigningKey.new(name, LOG).verifier)


def test_an_event_of_another_log_is_refused(sealing):
    """An event that is in this tree but says it belongs to another log."""
    from workflow.merkle import Tree, grow

    mine = SigningKey.new("example.org/log", LOG)
    other = canon({"commit": {}, "log": "example.org/other", "v": 1})
    tiles = grow(lambda _level, _n: b"", 0, [bytes.fromhex(leaf_hash(other))])
    root = b64encode(Tree(lambda *place: tiles[place], 1).root()).decode()
    body = f"example.org/log\n1\n{root}\n"
    note = join(body, [mine.sign(body)])
    with pytest.raises(Integrity, match=r"event is of the log example\.org/other"):
        proof.check(f"c2sp.org/tlog-proof@v1\nindex 0\n\n{note}\nduecourse-event/v1\n{other}\n", mine.verifier)


def test_witnesses_of_the_checkpoint_are_told(sealing):
    """Cosignatures under the checkpoint of a proof are counted, of witnesses one trusts."""
    one, two = (SigningKey.new(f"witness.example/{name}", WITNESS) for name in "ab")
    text = prove(sealing, noted(sealing))
    first, _, rest = text.partition("\n\n")
    note, _, second = rest.partition("\n\nduecourse-event/v1\n")
    signed = cosigned(note + "\n", one.cosign(Note.read(note + "\n").text, 1_800_000_000))
    found = proof.check(
        f"{first}\n\n{signed}\nduecourse-event/v1\n{second}", key(sealing), [one.verifier, two.verifier]
    )
    assert (found["of"], [row["name"] for row in found["witnessed"]]) == (2, ["witness.example/a"])


# The single file in docs/verify, by somebody who has no duecourse.


def standalone(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(VERIFIER), *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_single_file_needs_nothing_of_ours():
    """It imports the standard library and `cryptography`, and not one of the four packages."""
    import ast

    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, "cryptography"}


def test_the_single_file_accepts_and_refuses(sealing, tmp_path):
    """It accepts a proof and shows the event; every bent proof, and the right one under another key, it refuses."""
    text = prove(sealing, noted(sealing))
    path = tmp_path / "a.tlog-proof"
    path.write_text(text, encoding="utf-8")
    done = standalone(str(path), "--key", str(key(sealing)), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the road is closed" in done.stdout
    other = str(SigningKey.new(key(sealing).name, LOG).verifier)
    assert standalone(str(path), "--key", other, folder=tmp_path).returncode == 1
    for what, bad in bent(text, sealing).items():
        path.write_text(bad, encoding="utf-8")
        done = standalone(str(path), "--key", str(key(sealing)), folder=tmp_path)
        assert (done.returncode, done.stdout) == (1, ""), what
        assert done.stderr.startswith("refused: "), (what, done.stderr)


def test_the_example_in_the_docs_holds(tmp_path):
    """The proof that strangers are given to try is accepted by both verifiers, under the key beside it."""
    text = (VERIFIER.parent / "example.tlog-proof").read_text(encoding="utf-8")
    known = (VERIFIER.parent / "example.key").read_text(encoding="utf-8").strip()
    found = proof.check(text, VerifierKey.read(known, LOG))
    assert (found["event"]["kind"], found["disclosed"]["title"]) == ("case.opened", "A matter")
    done = standalone(str(VERIFIER.parent / "example.tlog-proof"), "--key", known, folder=tmp_path)
    assert (done.returncode, "A matter" in done.stdout) == (0, True)


def test_the_single_file_counts_witnesses(sealing, tmp_path):
    """Cosignatures of witnesses one names are checked and told; a false one refuses the proof."""
    one, two = (SigningKey.new(f"witness.example/{name}", WITNESS) for name in "ab")
    text = prove(sealing, noted(sealing))
    first, _, rest = text.partition("\n\n")
    note, _, second = rest.partition("\n\nduecourse-event/v1\n")
    body = Note.read(note + "\n").text
    path = tmp_path / "p"
    words = (str(path), "--key", str(key(sealing)), "--witness", str(one.verifier), "--witness", str(two.verifier))
    for signed_text, code in ((body, 0), (body + "more\n", 1)):
        signed = cosigned(note + "\n", one.cosign(signed_text, 1_800_000_000))
        path.write_text(f"{first}\n\n{signed}\nduecourse-event/v1\n{second}", encoding="utf-8")
        done = standalone(*words, folder=tmp_path)
        assert done.returncode == code, done.stderr
        assert ("Witnessed by 1 of 2." in done.stdout) is (code == 0)
    assert standalone(str(path), "--key", "nothing", folder=tmp_path).returncode == 2
