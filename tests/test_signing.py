"""A person signs what they did with their own SSH key; made by OpenSSH, checked here."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.attack import Attack
from support.office import Office
from support.raw import Raw
from support.world import World, admin

from states.errors import Conflict, NotPermitted, Usage
from workflow import keys
from workflow.engine.signing import sign
from workflow.erase import erase
from workflow.sshsig import NAMESPACE, BadSignature, Key, check
from workflow.verify import verify
from workflow.verify_signatures import with_signatures

HASH = "5e" * 32
KINDS = [("ed25519", ()), *(("ecdsa", ("-b", bits)) for bits in ("256", "384", "521")), ("rsa", ("-b", "2048"))]


def make_key(folder: Path, name: str = "id", kind: str = "ed25519", *more: str, passphrase: str = "") -> str:
    """A new key pair; answers the path of the private part."""
    path = folder / name
    words = ["ssh-keygen", "-q", "-t", kind, *more, "-N", passphrase, "-C", "somebody", "-f", str(path)]
    subprocess.run(words, check=True, capture_output=True)
    return str(path)


def signature(path: str, hash_: str, namespace: str = NAMESPACE) -> str:
    words = ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", path]
    return subprocess.run(words, input=bytes.fromhex(hash_), capture_output=True, check=True).stdout.decode()


def public(path: str) -> Key:
    return Key.read(Path(f"{path}.pub").read_text())


# the format


@pytest.mark.parametrize(("kind", "more"), KINDS)
def test_what_openssh_signs_is_checked_here(tmp_path, kind, more):
    """Signatures of every kind of key hold for their hash, and for no other hash, key or namespace."""
    path = make_key(tmp_path, "id", kind, *more)
    check(signature(path, HASH), HASH, public(path))
    with pytest.raises(BadSignature, match="does not fit"):
        check(signature(path, HASH), "5f" * 32, public(path))
    with pytest.raises(BadSignature, match="another key"):
        check(signature(path, HASH), HASH, public(make_key(tmp_path, "other")))
    with pytest.raises(BadSignature, match="made for 'file'"):
        check(signature(path, HASH, "file"), HASH, public(path))


def test_the_fingerprint_is_openssh_s(tmp_path):
    """A key is named as `ssh-keygen -l` names it, and its text is the line without the comment."""
    path = make_key(tmp_path)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", path], capture_output=True, check=True, text=True).stdout
    assert public(path).fingerprint in shown
    assert Path(f"{path}.pub").read_text() == f"{public(path).text} somebody\n"


@pytest.mark.parametrize(
    "text",
    ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 !!!", "hello world", "ssh-dss AAAAB3NzaC1kc3M=", "é ü"],
)
def test_what_is_no_key(text):
    """Anything else than a public key of a known kind is refused in a sentence."""
    with pytest.raises(Usage):
        Key.read(text)


def test_a_damaged_signature_never_holds(tmp_path):
    """Whatever is changed, cut or put into a signature, it does not hold, and nothing else happens."""
    path = make_key(tmp_path)
    key, good = public(path), signature(path, HASH)
    lines = good.splitlines()
    body = "".join(lines[1:-1])
    texts = ["", "hello", good[:-20], good.replace("BEGIN", "BEGUN"), "\n".join([lines[0], lines[-1]])]
    for at in range(0, len(body), 3):
        other = "A" if body[at] != "A" else "B"
        texts.append("\n".join([lines[0], body[:at] + other + body[at + 1 :], lines[-1]]))
    for text in texts:
        with pytest.raises(BadSignature):
            check(text, HASH, key)


# in the trail


def registered(world: World, path: str, login: str = "wang") -> None:
    who = world.who(login)
    world.store.transact(lambda tx: keys.register(tx, public(path), who=who))


def last(world: World, ref: str) -> dict[str, object]:
    return world.events(ref)[-1]


def signed(world: World, ref: str, path: str, login: str = "wang", event: dict[str, object] | None = None) -> bool:
    """Sign the first event of a case; whether that was news."""
    one = event or world.events(ref)[0]
    who, text = world.who(login), signature(path, str(one["hash"]))
    return world.store.transact(lambda tx: sign(tx, ref, str(one["id"]), text, who=who)) is not None


def verified(world: World) -> dict[str, object]:
    with world.store.read() as tx:
        return with_signatures(tx, verify(tx, replay=True))


def test_a_signed_act(world, tmp_path):
    """The signature follows the act as an event, the act keeps its hash, and everything is verified and replayed."""
    path = make_key(tmp_path)
    registered(world, path)
    ref = world.report()
    before = world.events(ref)
    version = world.case(ref)["version"]
    assert signed(world, ref, path)
    assert not signed(world, ref, path)
    after = world.events(ref)
    assert after[:-1] == before
    assert (after[-1]["kind"], after[-1]["data"]["event"]) == ("case.signed", before[0]["id"])
    assert world.case(ref)["version"] == version
    world.do(ref, "submit", "wang", file="figures")
    found = verified(world)
    assert (found["problems"], found["signatures"]) == ([], 1)


def test_who_cannot_sign(world, tmp_path):
    """Without a key, with another's key or for another's act there is no signature."""
    mine, other = make_key(tmp_path), make_key(tmp_path, "other")
    ref = world.report()
    with pytest.raises(NotPermitted, match="registered no SSH key"):
        signed(world, ref, mine)
    registered(world, mine)
    registered(world, other, "li")
    with pytest.raises(NotPermitted, match="who did an act"):
        signed(world, ref, other, "li")
    with pytest.raises(Usage, match="another key"):
        signed(world, ref, other)
    with pytest.raises(Usage, match="does not fit"):
        signed(world, ref, mine, event={**world.events(ref)[0], "hash": HASH})
    assert [row["kind"] for row in world.events(ref, "case.signed")] == []


def test_a_key_holds_until_the_next(world, tmp_path):
    """A new key takes over; what the old one signed before stays good, what it signs later does not."""
    first, second = make_key(tmp_path, "first"), make_key(tmp_path, "second")
    registered(world, first)
    with pytest.raises(Conflict):
        registered(world, first)
    ref, other = world.report(), world.report()
    signed(world, ref, first)
    world.fast_forward(hours=1)
    registered(world, second)
    with pytest.raises(Usage, match="another key"):
        signed(world, other, first)
    signed(world, other, second)
    assert verified(world)["problems"] == []


def test_an_erased_signature_is_passed_over(world, tmp_path):
    """A signature can be erased on record; the trail stays whole, and there is one less to check."""
    path = make_key(tmp_path)
    registered(world, path)
    ref = world.report()
    signed(world, ref, path)
    event = str(last(world, ref)["id"])
    world.store.transact(lambda tx: erase(tx, event, "sshsig", who=admin(tx), reason="asked for"))
    found = verified(world)
    assert (found["problems"], found["signatures"]) == ([], 0)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda _world, _ref, _n: {"fingerprint": "SHA256:x"}, "had no key 'SHA256:x'"),
        (lambda _world, _ref, _n: {"event": "nothing"}, "does not exist"),
        (lambda _world, _ref, _n: {"hash": HASH}, "does not fit the hash"),
        (lambda _world, _ref, n: {"n": n}, "with another hash than the one on record"),
        (lambda world, ref, _n: {"event": world.events(ref)[1]["id"]}, "with another hash than the one on record"),
    ],
)
def test_a_forged_signature_is_named(world, tmp_path, change, what):
    """Whoever rewrites the record of a signature, links and all, is found by checking the signatures."""
    path = make_key(tmp_path)
    registered(world, path)
    ref = world.report()
    signed(world, ref, path)
    n = int(str(last(world, ref)["n"]))
    changes = change(world, ref, n)
    raw = Raw(world.url)
    with raw.unchecked():
        attack = Attack(SimpleNamespace(raw=raw))
        attack.rewrite(ref, n, data=attack.event(ref, n)["event"]["data"] | changes)
    raw.close()
    problems = verified(world)["problems"]
    assert isinstance(problems, list)
    assert what in "\n".join(one["what"] for one in problems)


# from the command line


@pytest.fixture
def key(office: Office) -> str:
    """chen.chen's key, registered."""
    path = make_key(office.home.parent)
    office.run("whoami", "--ssh-key", f"{path}.pub", "--as", "chen.chen")
    return path


def test_signing_from_the_command_line(office, key):
    """`--sign KEYFILE` signs what a person does; `audit verify --signatures` checks it, and so does OpenSSH."""
    words = ["--unit", "SAFE", "--title", "Figures", "--recipient", "CITY", "--as", "chen.chen", "--sign", key]
    ref = office.json("new", "report", *words)["ref"]
    office.run("do", ref, "submit", "--file", office.file("figures.txt"), "--as", "chen.chen", "--sign", key)
    rows = office.json("audit", "log", "--case", ref)["rows"]
    kinds = [row["kind"] for row in rows]
    assert kinds.count("case.signed") == 2
    found = office.json("audit", "verify", "--signatures", "--replay")
    assert (found["ok"], found["signatures"]) == (True, 2)
    assert "2 signatures" in office.run("audit", "verify", "--signatures").out
    data = next(row for row in rows if row["kind"] == "case.signed")["data"]
    allowed = office.file("allowed", f"chen.chen {public(key).text}\n")
    text = office.file("signature", data["sshsig"])
    words = ["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "chen.chen", "-n", NAMESPACE, "-s", text]
    subprocess.run(words, input=bytes.fromhex(rows[0]["hash"]), check=True, capture_output=True)


def test_my_keys_are_shown_to_me(office, key):
    """`whoami --data` names the keys; registering the same one again is a conflict."""
    shown = office.json("whoami", "--data", "--as", "chen.chen")["ssh_keys"]
    assert [one["fingerprint"] for one in shown] == [public(key).fingerprint]
    office.run("whoami", "--ssh-key", f"{key}.pub", "--as", "chen.chen", code=6)
    office.run("whoami", "--ssh-key", office.file("text"), "--as", "chen.chen", code=2)
    office.run("whoami", "--ssh-key", f"{key}.nothing", "--as", "chen.chen", code=3)
    office.run("whoami", "--ssh-key", f"{key}.pub", code=4)


def test_a_wrong_key_does_nothing(office, key):
    """Another key, another person, a missing file: refused before anything is done."""
    ref = office.report()
    before = office.json("audit", "log", "--case", ref)["rows"]
    other = make_key(office.home.parent, "other")
    for words, code in (
        (["--as", "chen.chen", "--sign", other], 4),
        (["--as", "li.na", "--sign", key], 4),
        (["--as", "chen.chen", "--sign", f"{key}.nothing"], 3),
    ):
        office.run("case", "comment", ref, "seen", *words, code=code)
    assert office.json("audit", "log", "--case", ref)["rows"] == before
    office.run("leave", "set", "li.na", "--from", "2026-02-02", "--to", "2026-02-03", "--sign", key, code=2)


def test_a_dry_run_signs_nothing(office, key):
    """A dry run takes everything back, and asks for no signature."""
    ref = office.report()
    office.run("case", "comment", ref, "seen", "--as", "chen.chen", "--sign", key, "--dry-run")
    assert "case.signed" not in {row["kind"] for row in office.json("audit", "log", "--case", ref)["rows"]}


def test_a_signature_that_failed_can_be_made_good(office):
    """Where the key does not open, the act stands unsigned and says so; repeated with its --key it is signed."""
    path = make_key(office.home.parent, passphrase="secret words")
    office.run("whoami", "--ssh-key", f"{path}.pub", "--as", "chen.chen")
    ref = office.report()
    words = ["case", "comment", ref, "seen", "--as", "chen.chen", "--sign", path, "--key", "once", "--no-input"]
    refused = office.program(*words, code=1)
    assert "on record, but it could not be signed" in refused.err
    opened = ["ssh-keygen", "-q", "-p", "-P", "secret words", "-N", "", "-f", path]
    subprocess.run(opened, check=True, capture_output=True)
    office.run(*words)
    rows = office.json("audit", "log", "--case", ref)["rows"]
    assert [row["kind"] for row in rows][-2:] == ["case.commented", "case.signed"]
