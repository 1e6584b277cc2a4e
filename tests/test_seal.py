"""Sealing: what is written becomes leaves in order, whatever happens meanwhile, and no history is signed but one."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator

import pytest
from support.sealing import HEAD, Sealing, checkpoint_events, flaws, leaves, mth

from jobs import lateness
from jobs import seal as job
from states.errors import Conflict, Failed, Integrity
from workflow import seal, signer
from workflow.notes import Checkpoint, Note, VerifierKey
from workflow.signer import Keys
from workflow.store import Store


@pytest.fixture
def sealing(database_url, tmp_path) -> Iterator[Sealing]:
    made = Sealing(database_url, tmp_path)
    yield made
    made.close()


def test_what_is_written_is_sealed(sealing):
    """Every event becomes a leaf, in the order of its stream; the head is the RFC's root over the texts, signed."""
    sealing.write("notices", 3)
    sealing.write("org", 2)
    done = sealing.seal()
    assert flaws(sealing.raw) == []
    size, root, note = sealing.raw.one(HEAD)
    assert (done.size, done.root, done.signed) == (size, root, True)
    read = Note.read(note)
    assert Checkpoint.read(read.text) == (sealing.store.workspace.origin, size, root)
    (key,) = {event["data"]["key"] for event in checkpoint_events(sealing.raw)}
    assert read.signed_by(VerifierKey.read(key, 1))


def test_sealing_comes_to_an_end(sealing):
    """The event that tells of a checkpoint is sealed too, and tells of no further one: a quiet log stays quiet."""
    first = sealing.seal()
    assert len(checkpoint_events(sealing.raw)) == 1
    assert first.events == 3  # the genesis, the administrator, the checkpoint
    again = sealing.seal()
    assert again == first._replace(events=0)
    sealing.write()
    assert sealing.seal().events == 2
    assert len(checkpoint_events(sealing.raw)) == 2
    assert flaws(sealing.raw) == []


def test_events_name_the_checkpoint_they_follow(sealing):
    """`seen` is the newest checkpoint: the empty tree before the first, afterwards its size and root."""
    sealing.seal()
    size, root, _ = sealing.raw.one(HEAD)
    sealing.write()
    (text,) = sealing.raw.one("SELECT canon FROM event WHERE stream = 'notices'")
    assert json.loads(text)["seen"] == {"size": size, "root": root}
    (first,) = sealing.raw.one("SELECT canon FROM event WHERE stream = 'log' AND n = 1")
    assert json.loads(first)["seen"]["size"] == 0
    other = sealing.again()
    assert (other.workspace.seen_size, other.workspace.seen_root) == (size, root)
    other.close()


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_small_batches_make_the_same_tree(sealing, limit):
    """Sealed a few at a time the tree is that of its leaves, and the root of every head is that of its size."""
    sealing.write("notices", 4)
    sealing.write("org", 3)
    while sealing.store.transact(lambda tx: seal.batch(tx, limit)):
        pass
    hashes = leaves(sealing.raw)
    heads = sealing.raw.all("SELECT size, root FROM head ORDER BY size")
    assert [size for size, _ in heads] == sorted({*range(limit, 9, limit), 9})
    assert all(mth(hashes[:size]).hex() == root for size, root in heads)


def test_many_events_fill_tiles(sealing):
    """Past the edge of a tile, in several batches, roots and order hold."""
    for count in (200, 100, 300):
        with sealing.store.write() as tx:
            from workflow.trail import SYSTEM, record

            for number in range(count):
                record(tx, f"duty/A/{number % 7}", "duty.recorded", SYSTEM, data={"number": number})
        sealing.seal()
    assert flaws(sealing.raw) == []
    tiles = dict(sealing.raw.all("SELECT level * 1000 + n, length(hashes) FROM tile"))
    assert set(tiles) == {0, 1, 2, 1000}


def test_an_edited_event_stops_sealing(sealing):
    """An event that is not what its hash says is not sealed, nor anything with it, and the pulse tells."""
    sealing.seal()
    sealing.write("notices", 2)
    with sealing.raw.unchecked():
        sealing.raw.run(
            "UPDATE event SET canon = replace(canon, 'system', 'System') WHERE stream = 'notices' AND n = 1"
        )
    before = sealing.raw.all("SELECT * FROM head"), sealing.raw.all("SELECT * FROM leaf")
    with pytest.raises(Integrity, match="is not what was recorded"):
        sealing.seal()
    assert (sealing.raw.all("SELECT * FROM head"), sealing.raw.all("SELECT * FROM leaf")) == before
    assert sealing.raw.one("SELECT ok FROM pulse WHERE job = 'seal'") == (0,)


def test_a_vanished_event_stops_sealing(sealing):
    """An event that waits and is gone is said."""
    sealing.write()
    with sealing.raw.unchecked():
        sealing.raw.run("DELETE FROM event WHERE stream = 'notices'")
    with pytest.raises(Integrity, match="waits to be sealed, and is gone"):
        sealing.seal()


def test_a_damaged_tile_stops_signing(sealing):
    """A tree whose tiles do not make its head is not signed, and one that cannot be read does not grow."""
    sealing.write("notices", 5)
    sealing.store.transact(seal.batch)
    good = sealing.raw.one("SELECT hashes FROM tile")[0]
    sealing.raw.run("UPDATE tile SET hashes = :h", h="A" * len(good))
    with pytest.raises(Integrity, match="not the one its head names"):
        sealing.seal()
    sealing.raw.run("DELETE FROM tile")
    sealing.write()
    with pytest.raises(Integrity, match="damaged"):
        sealing.seal()


def test_a_run_cut_short_is_finished_by_the_next(sealing):
    """A crash between the unsigned head and its signature: the next run signs the head that stands."""
    sealing.write()
    sealing.store.transact(seal.batch)
    assert sealing.raw.one(HEAD)[2] is None
    assert job.owed(sealing.store, sealing.keys)
    done = sealing.seal()
    assert done.signed
    assert flaws(sealing.raw) == []


def test_a_signature_that_was_not_kept_is_made_again(sealing):
    """A crash between the signature and its note in the database: the same checkpoint is signed alike."""
    sealing.write()
    sealing.store.transact(seal.batch)
    with sealing.store.read() as tx:
        checkpoint = seal.unsigned(tx)
    assert checkpoint is not None
    lost, _ = signer.sign(sealing.keys, checkpoint, lambda _size, _root: False)
    sealing.seal()
    assert sealing.raw.one("SELECT note FROM head WHERE size = :s", s=checkpoint.size) == (lost,)
    assert flaws(sealing.raw) == []


def test_without_a_key_heads_stay_unsigned(sealing, tmp_path):
    """A host without the key seals all the same; the head waits for the host that has it, and nothing is seen yet."""
    sealing.write()
    done = job.run_once(sealing.store, Keys(tmp_path / "elsewhere"))
    assert (done.size, done.signed) == (3, False)
    assert job.run_once(sealing.store, None).events == 0
    assert sealing.store.workspace.seen_size == 0
    assert sealing.seal().signed


def test_a_fork_is_not_signed(sealing):
    """A database that was set back and went another way: the key remembers what it signed, and refuses."""
    sealing.write("notices", 4)
    sealing.seal()
    size, root, _ = sealing.raw.one(HEAD)
    forget(sealing, keep=2)
    sealing.write("org", 1)
    with pytest.raises(Integrity, match="would fork"):
        sealing.seal()
    assert signer.last(sealing.keys, sealing.store.workspace.origin) == (sealing.store.workspace.origin, size, root)
    sealing.write("org", 20)  # longer than what was signed, and yet another history
    with pytest.raises(Integrity, match="would fork"):
        sealing.seal()
    assert sealing.raw.one("SELECT count(*) FROM head WHERE note IS NOT NULL") == (0,)


def forget(sealing: Sealing, keep: int) -> None:
    """Set the database back, as a restore of an old backup does: to its first leaves and the events in them."""
    raw = sealing.raw
    with raw.unchecked():
        raw.run("DELETE FROM event WHERE id NOT IN (SELECT event FROM leaf WHERE idx < :k)", k=keep)
        raw.run("DELETE FROM payload WHERE event NOT IN (SELECT id FROM event)")
        for table in ("leaf", "tile", "head", "unsealed", "stream"):
            raw.run(f"DELETE FROM {table}")
        raw.run("INSERT INTO unsealed SELECT at, stream, n FROM event")
        raw.run(
            "INSERT INTO stream SELECT stream, n, hash, at FROM event e "
            "WHERE n = (SELECT max(n) FROM event f WHERE f.stream = e.stream)"
        )
        raw.run("UPDATE workspace SET seen_size = 0, seen_root = :r", r=mth([]).hex())


def test_the_memory_of_the_key_is_not_optional(sealing):
    """A memory that cannot be read stops signing; one that is gone leaves the database's own last checkpoint."""
    sealing.seal()
    state = sealing.keys.folder / signer.STATE
    kept = state.read_text(encoding="utf-8")
    state.write_text("{", encoding="utf-8")
    sealing.write()
    with pytest.raises(Failed, match="cannot be read, so nothing is signed"):
        sealing.seal()
    state.unlink()
    assert sealing.seal().signed
    assert flaws(sealing.raw) == []
    assert json.loads(kept).keys() == json.loads(state.read_text(encoding="utf-8")).keys()


def test_the_database_cannot_deny_what_it_holds_signed(sealing):
    """Without the key's memory, a tree that does not extend the newest signed head in the database is a fork too."""
    sealing.seal()
    (sealing.keys.folder / signer.STATE).unlink()
    with sealing.raw.unchecked():
        sealing.raw.run("UPDATE head SET root = :r WHERE size = 2", r="ab" * 32)
        sealing.raw.run("DELETE FROM head WHERE size = 3")
    sealing.raw.run("INSERT INTO head SELECT 3, :r, at, NULL FROM head", r=mth(leaves(sealing.raw)).hex())
    with pytest.raises(Integrity, match="would fork"):
        sealing.seal()


def test_two_sealers_at_once_make_one_tree(sealing):
    """Whoever comes second waits for the first, and finds the tree and the list as the first left them."""
    import threading

    sealing.write("notices", 30)
    others = [sealing.again() for _ in range(3)]
    done: list[int] = []
    wrong: list[BaseException] = []

    def work(store: Store) -> None:
        own = Store(store.url)
        try:
            while count := own.transact(lambda tx: seal.batch(tx, 4)):
                done.append(count)
        except BaseException as error:  # noqa: BLE001 - told below, where the test can see it
            wrong.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=work, args=(store,)) for store in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in others:
        store.close()
    assert (wrong, sum(done)) == ([], 32)
    assert len(leaves(sealing.raw)) == 32
    assert sealing.seal().signed
    assert flaws(sealing.raw) == []


def test_two_signers_sign_alike(sealing):
    """Two processes that sign the same head give the same note; the second finds it kept and adds no event."""
    sealing.store.transact(seal.batch)
    with sealing.store.read() as tx:
        checkpoint = seal.unsigned(tx)
    assert checkpoint is not None
    note, key = signer.sign(sealing.keys, checkpoint, lambda _size, _root: True)
    assert signer.sign(sealing.keys, checkpoint, lambda _size, _root: True) == (note, key)
    assert sealing.store.transact(lambda tx: seal.keep(tx, checkpoint, note, key)) is not None
    assert sealing.store.transact(lambda tx: seal.keep(tx, checkpoint, note, key)) is None


def test_it_is_time_to_seal(sealing):
    """At once when a stream begins, else when an event has waited for a minute."""
    assert job.owed(sealing.store, sealing.keys)  # the genesis begins a stream
    sealing.seal()
    assert not job.owed(sealing.store, sealing.keys)
    sealing.write()  # begins the stream of notices
    assert job.owed(sealing.store, sealing.keys)
    sealing.seal()
    sealing.write()
    assert not job.owed(sealing.store, sealing.keys)
    sealing.raw.run("UPDATE unsealed SET at = '2020-01-01T00:00:00.000000Z'")
    assert job.owed(sealing.store, sealing.keys)


def test_sealing_that_stopped_is_told(sealing):
    """Where `run` seals: events that wait for long, and heads that nobody signs, are for `doctor` to say."""

    def told() -> list[str]:
        with sealing.store.read() as tx:
            return [found.say.format(**found.places) for found in lateness.findings(tx) if found.name == "sealing"]

    old = "2020-01-01T00:00:00.000000Z"
    sealing.raw.run("UPDATE unsealed SET at = :at", at=old)
    assert told() == []  # nobody seals here yet
    sealing.raw.run("UPDATE unsealed SET at = (SELECT at FROM event LIMIT 1)")
    sealing.seal()
    assert told() == []
    sealing.write()
    sealing.raw.run("UPDATE unsealed SET at = :at", at=old)
    assert told() == [f"Events wait to be sealed since {old}."]
    sealing.raw.run("DELETE FROM unsealed")
    with sealing.raw.unchecked():
        sealing.raw.run("INSERT INTO head VALUES (4, :r, :at, NULL)", r="ab" * 32, at=old)
    assert told()[0].startswith(f"The 4 events sealed by {old} are not signed")


def test_the_key_is_for_its_owner(tmp_path):
    """The key and its folder are readable by their owner only, and a second `make` does not replace it."""
    keys = Keys(tmp_path / "keys")
    made = signer.make(keys, "example.org/log")
    assert stat.S_IMODE((keys.folder / signer.KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.folder.stat().st_mode) == 0o700
    with pytest.raises(Conflict):
        signer.make(keys, "example.org/log")
    assert signer.load(keys, "example.org/log").verifier == made


def test_a_key_may_have_a_passphrase(tmp_path):
    """Under a passphrase the key opens with the first line of the file that is named, and with nothing else."""
    secret = tmp_path / "secret"
    secret.write_text("open sesame\nand more\n", encoding="utf-8")
    keys = Keys(tmp_path / "keys", secret)
    made = signer.make(keys, "example.org/log")
    assert b"ENCRYPTED" in (keys.folder / signer.KEY).read_bytes()
    assert signer.load(keys, "example.org/log").verifier == made
    with pytest.raises(Failed, match="needs its passphrase"):
        signer.load(Keys(keys.folder), "example.org/log")
    secret.write_text("another\n", encoding="utf-8")
    with pytest.raises(Failed, match="passphrase is wrong"):
        signer.load(keys, "example.org/log")
    with pytest.raises(Failed, match="cannot be read"):
        signer.load(Keys(keys.folder, tmp_path / "missing"), "example.org/log")
