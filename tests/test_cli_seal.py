"""Sealing, checkpoints, proofs and witnesses, as people type them."""

from __future__ import annotations

import json

import pytest
from support.office import REGISTER, run

WITNESS = "witness.example.org/w1"


@pytest.fixture
def sealed(office):
    """An office with a report, sealed; `key` and `cp` lie beside it."""
    office.ref = office.report()
    office.run("audit", "seal")
    office.run("audit", "checkpoint", "--public-key", "-o", office.file("key"))
    office.run("audit", "checkpoint", "-o", office.file("cp"))
    return office


def opening(office) -> str:
    (event,) = office.json("audit", "log", "--case", office.ref, "--kind", "case.opened")["rows"]
    return str(event["id"])


def alone(office, *words: str):
    """A command by somebody who has no workspace; ``@name`` is a file of theirs."""
    folder = office.home.parent / "elsewhere"
    folder.mkdir(exist_ok=True)
    return run(*(str(folder / word[1:]) if word.startswith("@") else word for word in words), folder=folder)


def test_init_makes_the_key(tmp_path):
    """The public key is printed at init, under the name of the log; the private one lies in the home."""
    done = run("init", str(tmp_path / "ws"), "--format", "json", folder=tmp_path)
    key = done.json["key"]
    assert (tmp_path / "ws" / "keys" / "log.pem").exists()
    said = run("--home", str(tmp_path / "ws"), "audit", "seal", "--format", "json", folder=tmp_path)
    assert said.json["signed"] is True
    printed = run("--home", str(tmp_path / "ws"), "audit", "checkpoint", "--public-key", folder=tmp_path)
    assert printed.out == f"{key}\n"


def test_a_failed_init_leaves_no_key(tmp_path):
    """What cannot be made is not made by half: neither folder stays."""
    (tmp_path / "ws").mkdir()
    done = run("init", str(tmp_path / "ws"), "--db", "postgresql://127.0.0.1:1/none", folder=tmp_path)
    assert done.code == 9
    assert list((tmp_path / "ws").iterdir()) == []


def test_init_takes_a_key_that_lies_ready(tmp_path):
    """A key where the settings point is used, under the name of the new log."""
    words = ("--format", "json")
    first = run("init", str(tmp_path / "a"), *words, folder=tmp_path).json["key"]
    folder = str(tmp_path / "a" / "keys")
    second = run("init", str(tmp_path / "b"), *words, folder=tmp_path, DUECOURSE_SEAL_KEYS=folder).json["key"]
    assert first.rpartition("+")[2] == second.rpartition("+")[2]
    assert first != second
    assert not (tmp_path / "b" / "keys").exists()


def test_seal_says_what_it_did(office):
    """How many events, how many in all, signed or not; what is sealed has its leaf in the log."""
    assert {row["leaf"] for row in office.json("audit", "log")["rows"]} == {None}
    done = office.json("audit", "seal")
    assert (done["schema"], done["signed"]) == (1, True)
    assert done["events"] == done["size"] > 0
    rows = office.json("audit", "log", "--limit", "1000")["rows"]
    assert sorted(row["leaf"] for row in rows) == list(range(done["size"]))
    assert office.json("audit", "seal")["events"] == 0


def test_a_workspace_without_key_gets_one(office):
    """Where nothing was ever signed and there is no key, `audit seal` makes it; afterwards a missing key is said."""
    (office.home / "keys" / "log.pem").unlink()
    assert office.json("audit", "seal")["signed"] is True
    (office.home / "keys" / "log.pem").unlink()
    office.report()
    assert "key of the log is not on this host" in office.run("audit", "seal").out
    assert not (office.home / "keys" / "log.pem").exists()


def test_advance_seals_when_asked(office):
    """A sandbox lives on without sealing, unless it is told to."""
    office.run("advance", "--by", "1d")
    assert office.json("audit", "verify")["size"] == 0
    done = office.json("advance", "--by", "1d", "--seal")
    assert done["counts"]["sealed"] == office.json("audit", "verify")["size"] > 0


def test_run_once_seals(tmp_path):
    """In a real workspace one pass of every job seals and signs."""
    home = ("--home", str(tmp_path / "ws"))
    run("init", str(tmp_path / "ws"), folder=tmp_path)
    register = tmp_path / "register.yaml"
    register.write_text(REGISTER, encoding="utf-8")
    assert run(*home, "org", "import", str(register), folder=tmp_path).code == 0
    done = run(*home, "run", "--once", "--format", "json", folder=tmp_path)
    found = run(*home, "audit", "verify", "--format", "json", folder=tmp_path).json
    assert done.json["counts"]["sealed"] == found["size"] == found["events"]


def test_a_checkpoint_is_a_signed_note(sealed):
    """Origin, size, root and signature, the same in the file as on the screen."""
    told = sealed.json("audit", "checkpoint")
    printed = sealed.run("audit", "checkpoint").out
    assert printed == told["note"] == (sealed.home.parent / "cp").read_text(encoding="utf-8")
    origin, size, _root, empty, line, _ = printed.split("\n")
    assert (origin, size, empty) == (told["origin"], str(told["size"]), "")
    assert line.startswith(f"— {origin} ")


def test_before_the_first_there_is_no_checkpoint(office):
    """Not now, with what to do."""
    assert office.run("audit", "checkpoint", code=5).err.count("audit seal") == 1


def test_a_proof_convinces_without_the_workspace(sealed):
    """Written here, checked elsewhere, with nothing but the public key; what was disclosed is told."""
    proof = sealed.file("p.tlog-proof")
    sealed.run("audit", "prove", opening(sealed), "-o", proof)
    key = str(sealed.home.parent / "key")
    found = alone(sealed, "audit", "check-proof", proof, "--key", key, "--format", "json").json
    assert (found["ok"], found["event"]["stream"], found["disclosed"]["title"]) == (
        True,
        sealed.ref,
        "Quarterly figures",
    )
    told = alone(sealed, "audit", "check-proof", proof, "--key", (sealed.home.parent / "key").read_text("utf-8"))
    assert (told.code, "Quarterly figures" in told.out) == (0, True)


def test_a_proof_may_keep_its_values(sealed):
    """Withheld fields are named, not told."""
    proof = sealed.file("p")
    sealed.run("audit", "prove", opening(sealed), "-o", proof, "--withhold", "title")
    found = alone(sealed, "audit", "check-proof", proof, "--key", str(sealed.home.parent / "key")).out
    assert "Quarterly figures" not in found
    assert "withheld\ttitle" in found
    sealed.run("audit", "prove", opening(sealed), "-o", proof, "--withhold", "color", code=3)


def test_a_bent_proof_exits_7(sealed):
    """A changed word, another log's key: integrity. No key at all: wrong words."""
    proof = sealed.home.parent / "p"
    sealed.run("audit", "prove", opening(sealed), "-o", str(proof))
    key = str(sealed.home.parent / "key")
    proof.write_text(proof.read_text("utf-8").replace("Quarterly", "Yearly"), encoding="utf-8")
    assert alone(sealed, "audit", "check-proof", str(proof), "--key", key).code == 7
    assert alone(sealed, "audit", "check-proof", str(proof), "--key", "a+b+c").code == 2
    assert alone(sealed, "audit", "check-proof", str(proof)).code == 2
    assert alone(sealed, "audit", "check-proof", "@missing", "--key", key).code == 3


def test_an_unknown_or_unsealed_event_has_no_proof(sealed):
    """Exit 3 and exit 5."""
    sealed.run("audit", "prove", "019b8bab-0680-752f-8f23-f03f61fd0c96", "-o", sealed.file("p"), code=3)
    sealed.ref = sealed.report()
    sealed.run("audit", "prove", opening(sealed), "-o", sealed.file("p"), code=5)


def test_verify_says_which_of_three_things_it_showed(sealed):
    """Consistent with itself; extends the checkpoint that was kept; witnessed by so many of so many."""
    cp, key = str(sealed.home.parent / "cp"), str(sealed.home.parent / "key")
    done = alone(
        sealed, "audit", "witness", cp, "--key", "@w.key", "--new-key", WITNESS, "--log", key, "-o", "@cosigned"
    )
    assert done.code == 0, done.err
    witness = done.err.split("Witness: ")[1].split("\n")[0]
    cosigned = str(sealed.home.parent / "elsewhere" / "cosigned")
    sealed.report()
    sealed.run("audit", "seal")
    assert sealed.json("audit", "verify")["shown"] == "self"
    assert sealed.json("audit", "verify", "--since", cp)["shown"] == "extends"
    assert sealed.json("audit", "verify", "--since", cosigned, "--log", key)["shown"] == "extends"
    words = ("audit", "verify", "--since", cosigned, "--witness", witness)
    found = sealed.json(*words)
    assert (found["shown"], found["since"]["of"], found["since"]["witnessed"][0]["name"]) == ("witnessed", 1, WITNESS)
    assert "extends the checkpoint over" in sealed.run("audit", "verify", "--since", cp).out
    assert "witnessed by 1 of 1: witness.example.org/w1" in sealed.run(*words).out
    sealed.run("audit", "verify", "--witness", witness, code=2)
    sealed.run("audit", "verify", "--since", key, code=7)


def test_verify_under_another_key_fails(sealed, tmp_path):
    """The key of another log shows nothing: exit 7."""
    other = run("init", str(tmp_path / "other"), "--format", "json", folder=tmp_path).json["key"]
    found = sealed.run("audit", "verify", "--log", other, code=7)
    assert "is not signed by" in found.out


def test_a_witness_follows_the_log(sealed):
    """The witness asks for the proof from what it saw, gets it in a file, and cosigns; the same again needs none."""
    cp, asked = str(sealed.home.parent / "cp"), sealed.file("asked")
    first = alone(sealed, "audit", "witness", cp, "--key", "@w.key", "--new-key", WITNESS, "--format", "json")
    assert (first.code, first.json["before"], first.json["log_checked"]) == (0, 0, False)
    assert "was not checked" in first.err
    seen = first.json["size"]
    sealed.report()
    sealed.run("audit", "seal")
    sealed.run("audit", "checkpoint", "-o", asked)
    waits = alone(sealed, "audit", "witness", asked, "--key", "@w.key")
    assert (waits.code, f"--from {seen}" in waits.err) == (5, True)
    sealed.run("audit", "checkpoint", "--from", str(seen), "-o", asked)
    done = alone(sealed, "audit", "witness", asked, "--key", "@w.key", "--format", "json")
    assert (done.json["before"], done.json["witness"]) == (seen, first.json["witness"])
    note = alone(sealed, "audit", "witness", asked, "--key", "@w.key").out
    assert note.startswith(f"{done.json['origin']}\n{done.json['size']}\n")
    assert note.count("— ") == 2


def test_a_witness_refuses_a_fork(sealed):
    """A checkpoint of fewer events than it has seen: exit 7, and nothing is written."""
    older, newer = str(sealed.home.parent / "cp"), sealed.file("newer")
    sealed.report()
    sealed.run("audit", "seal")
    sealed.run("audit", "checkpoint", "-o", newer)
    assert alone(sealed, "audit", "witness", newer, "--key", "@w.key", "--new-key", WITNESS).code == 0
    done = alone(sealed, "audit", "witness", older, "--key", "@w.key", "-o", "@cosigned")
    assert done.code == 7
    assert not (sealed.home.parent / "elsewhere" / "cosigned").exists()


def test_a_witness_needs_its_key(sealed):
    """A missing key, a name that could be anybody's, a key that is there already."""
    cp = str(sealed.home.parent / "cp")
    assert alone(sealed, "audit", "witness", cp, "--key", "@w.key").code == 3
    assert alone(sealed, "audit", "witness", cp, "--key", "@w.key", "--new-key", "me").code == 2
    assert alone(sealed, "audit", "witness", cp, "--key", "@w.key", "--new-key", WITNESS).code == 0
    assert alone(sealed, "audit", "witness", cp, "--key", "@w.key", "--new-key", WITNESS).code == 6


@pytest.mark.parametrize(("size", "code"), [("0", 0), ("x", 2), ("-1", 2), ("100000", 2)])
def test_a_proof_is_asked_for_from_a_size_there_was(sealed, size, code):
    """From 0 the checkpoint alone; other words are refused."""
    sealed.run("audit", "checkpoint", f"--from={size}", code=code)


def test_recover_is_for_the_administrator_after_a_restore(sealed):
    """Nothing lost: exit 5. After a restore: seal refuses with exit 7, recover needs a reason, and then all goes on."""
    import shutil

    sealed.run("audit", "recover", "--reason", "to see", code=5)
    shutil.copy(sealed.home / "duecourse.db", sealed.home.parent / "backup.db")
    before = sealed.json("audit", "checkpoint")
    sealed.report()
    sealed.run("audit", "seal")
    for path in sealed.home.glob("duecourse.db*"):
        path.unlink()
    shutil.copy(sealed.home.parent / "backup.db", sealed.home / "duecourse.db")
    sealed.ref = sealed.report()
    assert "audit recover" in sealed.run("audit", "seal", code=7).err
    sealed.run("audit", "recover", code=5)
    sealed.run("audit", "recover", "--reason", "x", "--as", "chen.chen", code=4)
    words = ("audit", "recover", "--reason", "the disk of the server failed", "--key", "k")
    done = sealed.json(*words)
    assert done.pop("warning")  # the lost report's receipt; it was under the old name
    assert sealed.json(*words) == {**done, "again": True}
    sealed.run(*words[:3], "another reason", "--key", "k", code=6)
    assert done["origin"] == f"{before['origin']}/epoch-2"
    assert done["follows"]["size"] > before["size"]
    assert sealed.json("audit", "seal")["signed"] is True
    assert sealed.json("audit", "verify")["ok"] is True
    (event,) = sealed.json("audit", "log", "--stream", "log", "--kind", "log.created", "--limit", "9")["rows"][1:]
    assert (event["id"], event["reason"]) == (done["event"]["id"], "the disk of the server failed")
    assert json.loads(json.dumps(event["data"]["follows"])) == done["follows"]
