"""Whoever changes what is sealed is found out by `verify`; what only a copy kept outside can show, that copy shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.attack import Attack
from support.sealing import HEAD, Sealing, leaves, mth

from workflow import signer
from workflow.notes import LOG, WITNESS, Checkpoint, Note, SigningKey, VerifierKey, cosigned, join
from workflow.openings import Openings
from workflow.outside import Kept
from workflow.trail import EMPTY_ROOT
from workflow.verify import verify


@pytest.fixture
def sealing(database_url, tmp_path) -> Iterator[Sealing]:
    """Three checkpoints, and two events that wait."""
    made = Sealing(database_url, tmp_path)
    made.seal()
    made.write("notices", 3)
    made.write("org", 2)
    made.seal()
    made.write("notices", 2)
    made.seal()
    made.write("notices", 1)
    made.write("duty/A/B", 1)
    yield made
    made.close()


@pytest.fixture
def attack(sealing) -> Iterator[Attack]:
    """The trail without its fences."""
    with sealing.raw.unchecked():
        yield Attack(sealing)


def check(sealing: Sealing, kept: Kept | None = None) -> dict[str, Any]:
    store = sealing.again()
    try:
        with store.read() as tx:
            return verify(tx, kept=kept)
    finally:
        store.close()


def problems(sealing: Sealing) -> list[str]:
    found = check(sealing)
    assert found["ok"] == (not found["problems"])
    return [row["what"] for row in found["problems"] if not row["what"].startswith("guard ")]


def newest(sealing: Sealing) -> Note:
    return Note.read(sealing.raw.one(HEAD)[2])


def test_a_sealed_trail_is_in_order(sealing):
    """Nothing is wrong; size and root are those of the leaves, and no more is claimed than was shown."""
    found = check(sealing)
    hashes = leaves(sealing.raw)
    (waiting,) = sealing.raw.one("SELECT count(*) FROM unsealed")
    assert (found["ok"], found["problems"], found["shown"], waiting) == (True, [], "self", 2)
    assert (found["size"], found["root"]) == (len(hashes), mth(hashes).hex())


def test_a_large_tree_is_in_order(sealing):
    """Past the edge of tiles, with heads within them and on their edges."""
    from workflow import seal
    from workflow.trail import SYSTEM, record

    for count in (241, 100, 156, 300):
        with sealing.store.write() as tx:
            for number in range(count):
                record(tx, "calendar", "calendar.imported", SYSTEM, data={"number": number})
        while sealing.store.transact(lambda tx: seal.batch(tx, 64)):
            pass
    assert check(sealing)["ok"]
    assert sealing.raw.one("SELECT count(*) FROM tile") == (5,)
    sealing.raw.run("UPDATE tile SET hashes = (SELECT t.hashes FROM tile t WHERE t.level = 0 AND t.n = 1) WHERE n = 0")
    assert problems(sealing) == ["tile 0/0 is not what the leaves make it", "tile 1/0 is not what the leaves make it"]


def test_a_rewritten_stream_is_not_what_was_sealed(sealing, attack):
    """A sealed event changed, and its stream and head made to fit: every head from there on has another root."""
    attack.rewrite("notices", 2, via="elsewhere")
    found = problems(sealing)
    assert "the head over 9 events is not the root of their tree" in found
    assert "the head over 3 events is not the root of their tree" not in found
    assert "tile 0/0 is not what the leaves make it" in found


def test_a_removed_sealed_event_leaves_its_leaf(sealing, attack):
    """The tail of a stream taken away, head and all: its leaves are left, and their places are empty."""
    attack.remove("notices", attack.last("notices"))
    attack.remove("notices", attack.last("notices"))
    attack.wait("notices")
    found = problems(sealing)
    assert any(what.endswith("is of an event that does not exist") for what in found)
    assert "leaf 10 is missing: 1 of 12 leaves have no event" in found


CHANGES: list[tuple[str, str]] = [
    ("DELETE FROM leaf WHERE idx = 5", "it has no leaf, and does not wait for one"),
    ("UPDATE leaf SET idx = 100 WHERE idx = 5", "it is leaf 100, and there are 12"),
    ("UPDATE leaf SET event = 'none' WHERE idx = 5", "leaf 5 is of an event that does not exist"),
    ("UPDATE head SET root = substr(root, 2) || 'x' WHERE size = 3", "the head over 3 events is not the root"),
    ("UPDATE head SET size = 100 WHERE size = 3", "the head over 100 events names more than the 12"),
    ("DELETE FROM head WHERE size = 12", "no head names the 12 events that are sealed"),
    ("DELETE FROM head WHERE size = 2", "it tells of a checkpoint over 2 events that was never made here"),
    ("DELETE FROM head WHERE size = 3", "events name a checkpoint over 3 events that was never made here"),
    ("UPDATE head SET note = NULL WHERE size = 12", "workspace.seen_size is 12, the newest checkpoint is over 11"),
    ("UPDATE head SET note = 'x'", "This is not a signed checkpoint"),
    ("UPDATE head SET note = replace(note, '12', '13') WHERE size = 12", "says something else"),
    ("UPDATE workspace SET seen_size = 3", "workspace.seen_size is 3"),
    ("UPDATE workspace SET origin = 'another'", "workspace.origin is 'another'"),
    ("UPDATE tile SET hashes = 'AAAA' || substr(hashes, 5)", "tile 0/0 is not what the leaves make it"),
    ("UPDATE tile SET hashes = 'nothing like it'", "tile 0/0 is not what the leaves make it"),
    ("DELETE FROM tile", "tile 0/0 is missing"),
    ("INSERT INTO tile VALUES (1, 0, 'AAAA')", "tile 1/0 is not what the leaves make it"),
    ("DELETE FROM unsealed WHERE stream = 'notices'", "it has no leaf, and does not wait for one"),
    ("UPDATE unsealed SET at = '2020' WHERE stream = 'notices'", "it has no leaf, and does not wait for one"),
    ("INSERT INTO unsealed VALUES ('2020', 'log', 1)", "it waits to be sealed, and is sealed or does not exist"),
    ("INSERT INTO unsealed VALUES ('2020', 'org', 99)", "it waits to be sealed, and is sealed or does not exist"),
]


@pytest.mark.parametrize(("statement", "what"), CHANGES, ids=[statement for statement, _ in CHANGES])
def test_a_change_of_what_is_sealed_is_named(sealing, attack, statement, what):
    """Every row of leaves, heads, checkpoints, tiles and of what waits is held against the events."""
    assert attack.raw.run(statement) > 0
    assert any(what in found for found in problems(sealing)), problems(sealing)


def test_exchanged_leaves_are_named(sealing, attack):
    """Two events of a stream that changed places in the tree are out of order, and the roots are others."""
    (one, first), (two, second) = attack.raw.all(
        "SELECT l.idx, l.event FROM leaf l JOIN event e ON e.id = l.event WHERE e.stream = 'notices' AND n IN (1, 2) "
        "ORDER BY l.idx"
    )
    for event, idx in ((first, 1000), (second, one), (first, two)):
        attack.raw.run("UPDATE leaf SET idx = :i WHERE event = :e", i=idx, e=event)
    found = problems(sealing)
    assert f"it is leaf {one}, before the event before it" in found
    assert any("is not the root of their tree" in what for what in found)


def test_a_leaf_behind_a_gap_is_named(sealing, attack):
    """An event that is sealed while the one before it waits."""
    (event,) = attack.raw.one("SELECT id FROM event WHERE stream = 'notices' AND n = 2")
    attack.raw.run("DELETE FROM leaf WHERE event = :e", e=event)
    attack.wait("notices")
    assert "it is sealed before the event before it" in problems(sealing)


SEEN: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda seen: seen | {"size": 0}, "events name a checkpoint over 0 events that was never made here"),
    (lambda seen: seen | {"root": "ab" * 32}, "events name a checkpoint over 12 events that was never made here"),
    (lambda seen: seen | {"size": 99}, "events name a checkpoint over 99 events that was never made here"),
    (lambda seen: seen | {"size": -1}, "it does not say which checkpoint it knew"),
    (lambda seen: seen | {"size": "3"}, "it does not say which checkpoint it knew"),
    (lambda seen: seen | {"root": "AB" * 32}, "it does not say which checkpoint it knew"),
    (lambda seen: {"size": seen["size"]}, "it does not say which checkpoint it knew"),
    (lambda seen: [seen], "it does not say which checkpoint it knew"),
]


@pytest.mark.parametrize(("change", "what"), SEEN)
def test_a_checkpoint_an_event_names_was_made(sealing, attack, change, what):
    """Nobody can have seen a checkpoint that was not made."""
    n = attack.last("notices")
    attack.rewrite("notices", n, seen=change(attack.event("notices", n)["event"]["seen"]))
    assert what in problems(sealing)


def test_nobody_sees_a_checkpoint_over_himself(sealing, attack):
    """A sealed event that names a checkpoint which already holds it was written later than it says."""
    last = attack.event("notices", attack.last("notices"))["event"]["seen"]
    attack.rewrite("notices", 2, seen=last)
    assert "it is leaf 4, and names a checkpoint over 12 events" in problems(sealing)


def test_a_checkpoint_by_a_stranger_is_named(sealing, attack):
    """A note that is right in itself, by a key the log never told of."""
    size, root, _ = sealing.raw.one(HEAD)
    stranger = SigningKey.new(sealing.store.workspace.origin, LOG)
    text = Checkpoint(sealing.store.workspace.origin, size, root).text
    attack.raw.run("UPDATE head SET note = :n WHERE size = :s", n=join(text, [stranger.sign(text)]), s=size)
    assert problems(sealing) == [f"the checkpoint over {size} events is signed by no key on record"]


def test_a_wrong_signature_is_named(sealing, attack):
    """A note whose signature line names the key, and is not its signature."""
    size, _, note = sealing.raw.one(HEAD)
    (other,) = sealing.raw.one("SELECT note FROM head WHERE size = 3")
    lines = other.rpartition("\n\n")[2]
    attack.raw.run("UPDATE head SET note = :n WHERE size = :s", n=note.rpartition("\n\n")[0] + "\n\n" + lines, s=size)
    assert f"the checkpoint over {size} events: The signature of" in problems(sealing)[0]


# What is kept outside.


def test_a_checkpoint_kept_outside_is_extended(sealing):
    """Against any earlier checkpoint the trail says that it extends it, of which size, under which key."""
    for (text,) in sealing.raw.all("SELECT note FROM head ORDER BY size"):
        note = Note.read(text)
        found = check(sealing, Kept(note))
        checkpoint = Checkpoint.read(note.text)
        assert (found["ok"], found["shown"]) == (True, "extends")
        assert (found["since"]["size"], found["since"]["root"]) == checkpoint[1:]
        key = VerifierKey.read(found["since"]["key"], LOG)
        assert note.signed_by(key)
        assert check(sealing, Kept(note, key))["shown"] == "extends"


def test_who_witnessed_is_told(sealing):
    """Of the witnesses trusted, those who cosigned the checkpoint are named with the time; others count for nothing."""
    one, two, three = (SigningKey.new(f"witness.example/{name}", WITNESS) for name in "abc")
    note = newest(sealing)
    text = sealing.raw.one(HEAD)[2]
    for witness, time in ((one, 1_800_000_000), (two, 1_800_000_060)):
        text = cosigned(text, witness.cosign(note.text, time))
    found = check(sealing, Kept(Note.read(text), None, [one.verifier, three.verifier]))
    assert (found["ok"], found["shown"], found["since"]["of"]) == (True, "witnessed", 2)
    assert found["since"]["witnessed"] == [{"name": "witness.example/a", "at": "2027-01-15T08:00:00.000000Z"}]
    found = check(sealing, Kept(Note.read(text), None, [three.verifier]))
    assert (found["shown"], found["since"]["witnessed"]) == ("extends", [])


def test_a_false_cosignature_is_named(sealing):
    """A cosignature line under a trusted name that is not the witness's signature of this checkpoint."""
    witness = SigningKey.new("witness.example/a", WITNESS)
    text = cosigned(sealing.raw.one(HEAD)[2], witness.cosign("another\n1\nAAAA\n", 5))
    found = check(sealing, Kept(Note.read(text), None, [witness.verifier]))
    assert (found["ok"], found["shown"]) == (False, "self")
    assert "cosignature of witness.example/a" in found["problems"][0]["what"]


def test_another_key_than_the_asker_knows_is_named(sealing):
    """Who knows the log by a key is not content with checkpoints by another, though the log told of it."""
    mine = SigningKey.new(sealing.store.workspace.origin, LOG).verifier
    found = check(sealing, Kept(newest(sealing), mine))
    assert (found["ok"], found["shown"]) == (False, "self")
    assert [row["what"].split(" is not")[0] for row in found["problems"]] == [
        "the newest checkpoint here",
        "the checkpoint given",
    ]


def test_a_checkpoint_of_another_log_or_key_shows_nothing(sealing):
    """Another origin, or the right one signed by nobody who is known."""
    stranger = SigningKey.new("example.org/other", LOG)
    text = Checkpoint("example.org/other", 0, EMPTY_ROOT).text
    found = check(sealing, Kept(Note.read(join(text, [stranger.sign(text)]))))
    assert [row["what"] for row in found["problems"]] == [
        "the checkpoint given is of another log, example.org/other",
        "the checkpoint given is signed by no key on record: name the log's key as you know it",
    ]


def test_a_trail_that_was_set_back_is_shown_by_the_checkpoint(sealing, attack):
    """Fewer events than somebody has seen sealed."""
    size, _, note = sealing.raw.one(HEAD)
    kept = Kept(Note.read(note))
    attack.raw.run("DELETE FROM head WHERE size > 3")
    attack.raw.run("DELETE FROM leaf WHERE idx >= 3")
    what = [row["what"] for row in check(sealing, kept)["problems"]]
    assert f"the checkpoint given is over {size} events, and only 3 are sealed here" in what


def test_a_rewrite_with_the_stolen_key_is_shown_only_from_outside(sealing):
    """Everything rewritten, sealed again and signed with the log's own key: consistent in itself, and shown so.

    The checkpoint somebody kept is the one thing that tells.
    """
    kept = Kept(newest(sealing))
    key = VerifierKey.read(check(sealing, kept)["since"]["key"], LOG)
    with sealing.raw.unchecked():
        rewrite(sealing)
    (sealing.keys.folder / signer.STATE).unlink()
    sealing.store.refresh()
    sealing.seal()
    sealing.seal()
    found = check(sealing, Kept(None, key))
    assert (found["ok"], found["shown"], found["problems"]) == (True, "self", [])
    found = check(sealing, kept._replace(key=key))
    assert (found["ok"], found["shown"]) == (False, "self")
    assert [row["what"] for row in found["problems"]] == ["the first 12 events are not those of the checkpoint given"]


def rewrite(sealing: Sealing) -> None:
    """Change one event, take away what told of checkpoints, and let everything be sealed anew."""
    attack, raw = Attack(sealing), sealing.raw
    for table in ("leaf", "tile", "head"):
        raw.run(f"DELETE FROM {table}")
    for n in reversed(attack.kinds("log", "checkpoint.made")):
        attack.remove("log", n)
    for (stream,) in raw.all("SELECT name FROM stream"):
        for n in range(1, attack.last(stream) + 1):
            event = attack.event(stream, n)["event"]
            attack.put(stream, n, event | {"seen": {"root": EMPTY_ROOT, "size": 0}})
        attack.relink(stream)
    attack.rewrite("notices", 2, via="elsewhere")
    raw.run("UPDATE workspace SET seen_size = 0, seen_root = :r", r=EMPTY_ROOT)


def test_events_of_a_log_that_was_never_begun_are_named(sealing, attack):
    """An epoch of this log that no event began."""
    origin = json.loads(attack.event("notices", 1)["canon"])["log"]
    attack.rewrite("notices", attack.last("notices"), log=f"{origin}/epoch-2")
    assert problems(sealing) == [f"there are events of the log {origin}/epoch-2, which was never begun"]


def test_what_is_signed_while_it_is_being_opened_is_no_problem(sealing):
    """Between the opening of the database and the reading a checkpoint is signed: what is read counts."""
    store = sealing.again()
    try:
        sealing.seal()
        with store.read() as tx:
            assert verify(tx)["problems"] == []
    finally:
        store.close()


def test_a_signature_that_was_taken_away_is_missed(sealing, attack):
    """The head is left unsigned, and the workspace knows the checkpoint before it: events still tell of this one."""
    (size, root), (last,) = (
        attack.raw.all("SELECT size, root FROM head WHERE note IS NOT NULL ORDER BY size DESC LIMIT 2")[1],
        attack.raw.one("SELECT max(size) FROM head WHERE note IS NOT NULL"),
    )
    attack.raw.run("UPDATE head SET note = NULL WHERE size = :s", s=last)
    attack.raw.run("UPDATE workspace SET seen_size = :s, seen_root = :r", s=size, r=root)
    assert f"events name the checkpoint over {last} events, and its signature is gone" in problems(sealing)


def test_a_tile_is_its_text_to_the_letter(sealing, attack):
    """What a lenient reader of base64 would pass over is another text all the same."""
    attack.raw.run("UPDATE tile SET hashes = hashes || 'x' WHERE level = 0")
    assert problems(sealing) == ["tile 0/0 is not what the leaves make it"]


def test_a_place_that_is_taken_twice_leaves_another_empty(sealing, attack):
    """Without the key of the table two leaves stand in one place, and their number is right."""
    if attack.raw.kind == "sqlite":
        attack.raw.run("CREATE TABLE other AS SELECT * FROM leaf")
        attack.raw.run("DROP TABLE leaf")
        attack.raw.run("ALTER TABLE other RENAME TO leaf")
    else:
        attack.raw.run("ALTER TABLE leaf DROP CONSTRAINT pk_leaf")
    attack.raw.run("UPDATE leaf SET idx = 0 WHERE idx = 3")
    assert "leaf 3 is missing, and another is there twice" in problems(sealing)


def test_numbers_of_openings_may_come_in_any_order():
    """Streams are walked by name: the first one met may have any number up to that of all cases, and few more."""
    openings = Openings(3_000_000)
    for no, fine in ((2_500_000, True), (4_100_000, False)):
        openings.took({"no": no, "prev": "ab" * 32}, ("ACC-2040-0001", 1, "id", "cd" * 32))
        assert (openings.found.rows == []) == fine
