"""Attack it yourself: what somebody with the database, a backup or even the key can do, and what shows it.

Each attack is mounted on a copy of a sound, sealed office, past the fences, by somebody who does it as well as can be.
One table: the attack, how one looks, and the event or the sentence that gives it away. docs/audit-format.md holds the
same table in words, and a test here keeps the two together.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.office_sealed import INCIDENT, NEWEST, REPORT, SealedOffice
from support.world import World
from test_proof import bent
from test_verify import remove_case

from jobs import seal as sealing
from states.errors import Integrity
from workflow import proof, signer
from workflow.disclosure import prove
from workflow.notes import LOG, Checkpoint, Note, SigningKey, join
from workflow.outside import Kept
from workflow.store import Store
from workflow.trail import EMPTY_ROOT, Who, canon, leaf_hash

PAGE = (Path(__file__).parent.parent / "docs" / "audit-format.md").read_text(encoding="utf-8")

# The lines of the list, as they stand in docs/audit-format.md.
LINES = (
    "edit any column or canon",
    "delete, insert, reorder, swap events",
    "truncate a stream's tail, sealed and unsealed",
    "delete a whole case",
    "re-hash everything after an edit",
    "re-sign with another key",
    "rewrite all and re-sign with the stolen key",
    "restore an old backup and go on",
    "two sealers at once",
    "set the clock back",
    "`INSERT OR REPLACE`",
    "drop the triggers",
    "replay another log's event",
    "alter a file",
    "a proof for another tree size, algorithm or origin",
    "edit case state, a clock, a posting, an outbox row",
)


class Row(NamedTuple):
    """An attack, how one looks, and what must be said: (words of the problem, its stream, its number)."""

    line: str
    name: str
    do: Callable[[SealedOffice], Any]
    says: tuple[tuple[str, str | None, int | None], ...]
    replay: bool = False
    kept: bool = False
    files: bool = False


def run_(statement: str, **values: Any) -> Callable[[SealedOffice], Any]:
    def do(victim: SealedOffice) -> None:
        assert victim.raw.run(statement, **values) > 0

    return do


def edit(column: str) -> Row:
    """One query column of one sealed event."""
    value = {"at": "2026-02-09T01:00:00.000001Z", "prev": "f" * 64, "hash": "e" * 64}.get(column, "other")
    do = run_(f"UPDATE event SET {column} = :v WHERE stream = :s AND n = 3", v=value, s=REPORT)
    what = f"the column {column.removesuffix('_state')} says {value!r}"
    if column == "hash":
        what = "its hash is not the hash of its canon"
    return Row(LINES[0], f"column {column}", do, ((what, REPORT, 3),))


def edit_canon(victim: SealedOffice) -> None:
    text = victim.attack.event(REPORT, 3)["canon"].replace('"v":1', '"v":2')
    victim.raw.run("UPDATE event SET canon = :c WHERE stream = :s AND n = 3", c=text, s=REPORT)


def insert(victim: SealedOffice) -> None:
    """Behind the last event of a sealed stream, correct in itself, head and all."""
    n = victim.attack.last("org") + 1
    before = victim.attack.event("org", n - 1)
    text = canon(before["event"] | {"id": "forged", "n": n, "prev": before["hash"], "commit": {}})
    victim.raw.run(
        "INSERT INTO event (id, stream, n, prev, at, kind, canon, hash) "
        "VALUES ('forged', 'org', :n, :p, '', 'k', '{}', :p)",
        n=n, p=before["hash"],
    )  # fmt: skip
    victim.attack.put("org", n, json.loads(text))
    victim.attack.head("org", n=n, hash=leaf_hash(text))


def swap(victim: SealedOffice) -> None:
    for was, is_ in ((4, 999), (5, 4), (999, 5)):
        victim.raw.run(
            "UPDATE event SET n = :is WHERE stream = :s AND n = :was", **{"is": is_, "was": was, "s": REPORT}
        )


def reorder(victim: SealedOffice) -> None:
    """Two sealed events of one stream change places in the tree."""
    (one, first), (two, second) = victim.raw.all(
        "SELECT l.idx, l.event FROM leaf l JOIN event e ON e.id = l.event WHERE e.stream = :s AND n IN (2, 3) "
        "ORDER BY l.idx",
        s=REPORT,
    )
    for event, idx in ((first, 10**6), (second, one), (first, two)):
        victim.raw.run("UPDATE leaf SET idx = :i WHERE event = :e", i=idx, e=event)


def tail_sealed(victim: SealedOffice) -> None:
    """The last sealed event of a stream, with its head set back."""
    victim.attack.remove("org", victim.attack.last("org"))


def tail_unsealed(victim: SealedOffice) -> None:
    """The review that waits to be sealed; the head is left."""
    n = victim.attack.last(REPORT)
    victim.raw.run("DELETE FROM event WHERE stream = :s AND n > 0 AND n >= :n", s=REPORT, n=n)
    victim.attack.wait(REPORT)


def rehash(victim: SealedOffice) -> None:
    """One sealed event changed; its stream linked anew, and its head set to match."""
    victim.attack.rewrite("org", 3, via="elsewhere")


def rehash_opening(victim: SealedOffice) -> None:
    """An opening changed: the next opening, of another case, names its old hash."""
    victim.attack.rewrite(REPORT, 1, via="elsewhere")


def resign(victim: SealedOffice) -> None:
    """The newest checkpoint signed with a key of one's own, under the log's name."""
    size, root = victim.raw.one("SELECT size, root FROM head WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1")
    text = Checkpoint(victim.key.name, size, root).text
    own = SigningKey.new(victim.key.name, LOG)
    victim.raw.run("UPDATE head SET note = :n WHERE size = :s", n=join(text, [own.sign(text)]), s=size)


def rewrite_all(victim: SealedOffice, change: Callable[[], Any]) -> None:
    """Change something, take away what told of the tree, let every event forget the checkpoints it saw."""
    attack, raw = victim.attack, victim.raw
    for table in ("leaf", "tile", "head"):
        raw.run(f"DELETE FROM {table}")
    for n in reversed(attack.kinds("log", "checkpoint.made")):
        attack.remove("log", n)
    change()
    nothing = {"root": EMPTY_ROOT, "size": 0}
    before = "0" * 64
    openings = {
        stream: (no, n)
        for stream, n, text in raw.all("SELECT stream, n, canon FROM event WHERE kind = 'case.opened'")
        for no in [json.loads(text)["register"]["no"]]
    }
    streams = [row[0] for row in raw.all("SELECT DISTINCT stream FROM event")]
    for stream in sorted(streams, key=lambda name: openings.get(name, (0, 0))):
        for n in range(1, attack.last(stream) + 1):
            event = attack.event(stream, n)["event"] | {"seen": nothing}
            if event["kind"] == "case.opened":
                event["register"] = {"no": event["register"]["no"], "prev": before}
            attack.put(stream, n, event)
        attack.relink(stream)
        if stream in openings:
            before = attack.event(stream, 1)["hash"]
    raw.run("UPDATE counter SET hash = :h WHERE name = 'register'", h=before)
    raw.run("UPDATE workspace SET seen_size = 0, seen_root = :r", r=EMPTY_ROOT)
    (victim.keys.folder / signer.STATE).unlink(missing_ok=True)


def foreign(victim: SealedOffice) -> None:
    """An event as another workspace signed and sealed it, put in the place of one of ours."""
    event = victim.attack.event("org", 3)["event"] | {"log": "0123456789ab.duecourse.invalid/main"}
    victim.attack.put("org", 3, event)
    victim.attack.relink("org")


def replace(victim: SealedOffice) -> None:
    """REPLACE goes past the triggers against UPDATE and DELETE, and an upsert is an UPDATE; no fence is in the way."""
    forged = (
        "INTO event SELECT id, stream, n, prev, at, kind, 'p_forged', behalf, via, unit, action, "
        "from_state, to_state, rule, canon, hash FROM event WHERE stream = :s AND n = 3"
    )
    if victim.raw.kind == "sqlite":
        victim.raw.run("PRAGMA recursive_triggers = OFF")
        victim.raw.run(f"INSERT OR REPLACE {forged}", s=REPORT)
    else:
        victim.raw.run(f"INSERT {forged} ON CONFLICT (id) DO UPDATE SET actor = excluded.actor", s=REPORT)


def alter_file(victim: SealedOffice) -> None:
    (path,) = [path for path in (victim.home / "files").rglob("*") if path.is_file()]
    path.chmod(0o600)
    path.write_text("other figures", encoding="utf-8")


def remove_file(victim: SealedOffice) -> None:
    shutil.rmtree(victim.home / "files")


def tail_case(victim: SealedOffice) -> None:
    remove_case(victim.attack, INCIDENT)


def newest_case(victim: SealedOffice) -> None:
    remove_case(victim.attack, NEWEST)


COLUMNS = ("stream", "prev", "at", "kind", "actor", "behalf", "via", "unit", "action", "from_state", "to_state", "rule")
SUBMITTED = 3

TABLE = [
    *(edit(column) for column in (*COLUMNS[1:], "hash")),
    Row(LINES[0], "column id", run_("UPDATE event SET id = 'other' WHERE stream = :s AND n = 3", s=REPORT),
        (("the column id says 'other'", REPORT, 3),)),
    Row(LINES[0], "column stream", run_("UPDATE event SET stream = 'org', n = 999 WHERE stream = :s AND n = 3",
        s=REPORT),
        (("event 3 is missing", REPORT, 4), ("the column stream says 'org'", "org", 999))),
    Row(LINES[0], "canon", edit_canon, (("its hash is not the hash of its canon", REPORT, 3),)),
    Row(LINES[0], "a value beside it", run_("UPDATE payload SET value = '\"x\"' WHERE field = 'title' AND event IN "
        "(SELECT id FROM event WHERE stream = :s)", s=REPORT), (("the value of title was CHANGED", REPORT, 1),)),
    Row(LINES[1], "delete", run_("DELETE FROM event WHERE stream = :s AND n = 3", s=REPORT),
        (("event 3 is missing", REPORT, 4), ("is of an event that does not exist", None, None))),
    Row(LINES[1], "insert", insert, (("it has no leaf, and does not wait for one", "org", None),)),
    Row(LINES[1], "reorder", reorder, (("before the event before it", REPORT, 3),)),
    Row(LINES[1], "swap", swap, (("the column n says 4, the canon says 5", REPORT, 4),
        ("the column n says 5, the canon says 4", REPORT, 5))),
    Row(LINES[2], "sealed", tail_sealed, (("is of an event that does not exist", None, None),
        ("have no event", None, None))),
    Row(LINES[2], "sealed, as an auditor with the checkpoint", tail_sealed,
        (("events are not those of the checkpoint given", None, None),), kept=True),
    Row(LINES[2], "unsealed", tail_unsealed, (("the tail is missing", REPORT, None),)),
    Row(LINES[3], "sealed", tail_case, (("a case was removed", None, None),
        ("is of an event that does not exist", None, None))),
    Row(LINES[3], "not yet sealed", newest_case, (("a case was removed", None, None),)),
    Row(LINES[4], "a stream", rehash, (("it is not what was sealed as leaf", "org", 3),
        ("is not the root of their tree", None, None))),
    Row(LINES[4], "an opening", rehash_opening, (("does not follow from the opening before it", INCIDENT, 1),
        ("it is not what was sealed as leaf", REPORT, 1))),
    Row(LINES[5], "the newest checkpoint", resign, (("is signed by no key on record", None, None),)),
    Row(LINES[9], "an event", lambda victim: victim.attack.rewrite(REPORT, 4, at="2020-01-01T00:00:00.000000Z"),
        (("lies before that of the event before it", REPORT, 4),)),
    Row(LINES[10], "or an upsert", replace, (("the column actor says 'p_forged'", REPORT, 3),)),
    Row(LINES[12], "in the place of ours", foreign, (("its log is '0123456789ab.duecourse.invalid", "org", 3),)),
    Row(LINES[13], "altered", alter_file, (("the file 1 was altered", REPORT, SUBMITTED),), files=True),
    Row(LINES[13], "removed", remove_file, (("the file 1 is missing", REPORT, SUBMITTED),), files=True),
    Row(LINES[15], "state", run_("UPDATE cases SET state = 'archived' WHERE ref = :s", s=REPORT),
        (("cases.state is 'archived', the trail says 'reviewed'", REPORT, None),), replay=True),
    Row(LINES[15], "owner", run_("UPDATE cases SET owner = NULL WHERE ref = :s", s=REPORT),
        (("cases.owner is nothing", REPORT, None),), replay=True),
    Row(LINES[15], "a clock", run_("UPDATE clock SET due_at = '2030-01-01T00:00:00.000000Z' WHERE name = 'resolve'"),
        (("clock resolve.due_at is '2030-01-01T00:00:00.000000Z'", INCIDENT, None),), replay=True),
    Row(LINES[15], "a timer", run_("DELETE FROM timer WHERE clock = 'resolve' AND state = 'open'"),
        (("timer resolve/", INCIDENT, None),), replay=True),
    Row(LINES[15], "a posting", run_("UPDATE posting SET to_on = '2026-01-31' WHERE post = 'inspector'"),
        (("posting (", "org", None),), replay=True),
    Row(LINES[15], "an outbox row", run_("DELETE FROM outbox WHERE ref = :s", s=INCIDENT),
        (("outbox ", INCIDENT, None),), replay=True),
    Row(LINES[15], "a duty's window", run_("UPDATE period SET due_on = '2030-01-01'"),
        (("period ", None, None),), replay=True),
]  # fmt: skip


def test_a_sound_office_is_sound(victim):
    """Before anybody touches it nothing is wrong, in any way of looking, and it extends what the auditor keeps."""
    found = victim.verify(replay=True, kept=Kept(victim.kept, victim.key), files=True)
    assert (found["problems"], found["shown"], found["files"]) == ([], "extends", 1)


@pytest.mark.parametrize("row", TABLE, ids=[f"{row.line}: {row.name}" for row in TABLE])
def test_the_attack_is_named(victim, row):
    """Whoever looks as the table says is told which event of which stream, or what is no longer there."""
    with victim.raw.unchecked():
        row.do(victim)
    found = victim.verify(replay=row.replay, kept=Kept(victim.kept, victim.key) if row.kept else None, files=row.files)
    assert found["ok"] is False
    assert found["shown"] == "self"
    for what, stream, n in row.says:
        assert any(
            what in one["what"] and stream in (None, one["stream"]) and n in (None, one["n"])
            for one in found["problems"]
        ), (what, stream, n, found["problems"])


def test_the_fences_stop_the_careless(victim):
    """`INSERT OR REPLACE`, an upsert, UPDATE, DELETE and TRUNCATE are refused while the fences stand."""
    import sqlite3

    import psycopg

    statements = ["UPDATE event SET kind = 'x'", "DELETE FROM event", "DELETE FROM leaf", "UPDATE head SET root = 'x'"]
    if victim.raw.kind == "sqlite":
        statements += ["INSERT OR REPLACE INTO event SELECT * FROM event", "REPLACE INTO leaf SELECT * FROM leaf"]
    else:
        statements += [
            "TRUNCATE event",
            "INSERT INTO event SELECT * FROM event ON CONFLICT (id) DO UPDATE SET kind = 'x'",
        ]
    for statement in statements:
        with pytest.raises((sqlite3.DatabaseError, psycopg.DatabaseError), match="append-only"):
            victim.raw.run(statement)
    assert victim.verify(replay=True)["ok"] is True


def test_dropped_triggers_are_named(victim):
    """Without them nothing is shown to have been changed, and that they are away is named one by one."""
    victim.raw.drop_guards()
    problems = victim.verify()["problems"]
    assert problems
    assert all(re.fullmatch(r"guard \w+ is missing", one["what"]) for one in problems)


def everything_anew(victim: SealedOffice, change: Callable[[], Any]) -> None:
    with victim.raw.unchecked():
        rewrite_all(victim, change)
    for _ in range(3):
        victim.seal()


def test_a_rewrite_with_the_stolen_key_is_shown_only_from_outside(victim):
    """With database and key a consistent lie can be told, and `verify` claims no more; the kept checkpoint shows it.

    What cannot be shown without a copy outside is said: the trail is consistent *with itself*.
    """
    everything_anew(victim, lambda: victim.attack.rewrite("org", 3, via="elsewhere"))
    found = victim.verify(kept=Kept(None, victim.key))
    assert (found["problems"], found["shown"]) == ([], "self")
    size = Checkpoint.read(victim.kept.text).size
    found = victim.verify(kept=Kept(victim.kept, victim.key))
    assert [one["what"] for one in found["problems"]] == [
        f"the first {size} events are not those of the checkpoint given"
    ]


def test_a_rewrite_with_a_key_of_ones_own_is_shown_by_the_known_key(victim):
    """Whoever knows the log's public key needs no checkpoint: the new ones are not signed by it."""
    (victim.keys.folder / signer.KEY).unlink()
    signer.make(victim.keys, victim.key.name)
    everything_anew(victim, lambda: victim.attack.rewrite("org", 3, via="elsewhere"))
    assert victim.verify()["shown"] == "self"
    problems = victim.verify(kept=Kept(None, victim.key))["problems"]
    assert any("the newest checkpoint here is not signed by" in one["what"] for one in problems), problems


def newest(victim: SealedOffice) -> Note:
    """The newest checkpoint, as somebody may keep it."""
    return Note.read(victim.raw.one("SELECT note FROM head WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1")[0])


def test_an_old_backup_that_goes_on_is_refused_and_shown(victim):
    """The key signs no fork; whoever keeps a newer checkpoint is told that fewer events are sealed here."""
    theirs = newest(victim)
    first = Checkpoint.read(victim.kept.text).size
    with victim.raw.unchecked():
        set_back(victim, first)
    with victim.opened() as store, pytest.raises(Integrity, match="would fork"):
        sealing.run_once(store, victim.keys)
    found = victim.verify(kept=Kept(theirs, victim.key))
    assert any(("only" in one["what"] and "are sealed here" in one["what"]) or "are not those of" in one["what"]
               for one in found["problems"]), found["problems"]  # fmt: skip


def set_back(victim: SealedOffice, size: int) -> None:
    """The database as it was when so many events were sealed, with an act more: another history."""
    raw = victim.raw
    raw.run("DELETE FROM event WHERE id NOT IN (SELECT event FROM leaf WHERE idx < :k)", k=size)
    raw.run("DELETE FROM payload WHERE event NOT IN (SELECT id FROM event)")
    for table in ("leaf", "tile", "head", "unsealed"):
        raw.run(f"DELETE FROM {table}")
    raw.run("DELETE FROM cases WHERE ref NOT IN (SELECT stream FROM event)")
    raw.run("INSERT INTO unsealed SELECT at, stream, n FROM event")
    for name, n, hash_, at in raw.all(
        "SELECT stream, n, hash, at FROM event e WHERE n = (SELECT max(n) FROM event f WHERE f.stream = e.stream)"
    ):
        victim.attack.head(name, n=n, hash=hash_, at=at)
    raw.run("UPDATE workspace SET seen_size = 0, seen_root = :r", r=EMPTY_ROOT)
    with victim.opened() as store:
        store.transact(_another)


def _another(tx: Any) -> None:
    from workflow.trail import SYSTEM, record

    record(tx, "notices", "notice.sent", SYSTEM, data={"count": 1})


def test_two_sealers_make_one_tree(victim):
    """Both run at once, over and over: one tree, in order, signed, that extends what was kept."""
    wrong: list[Exception] = []

    def work() -> None:
        store = Store(victim.url)
        try:
            for _ in range(5):
                store.transact(_another)
                sealing.run_once(store, victim.keys)
        except Exception as error:  # noqa: BLE001  # told to the test
            wrong.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    victim.seal()
    found = victim.verify(kept=Kept(victim.kept, victim.key))
    assert (found["problems"], found["shown"]) == ([], "extends")
    (waiting,) = victim.raw.one("SELECT count(*) FROM unsealed")
    assert waiting == 0


def test_two_histories_sealed_with_copies_of_the_key_are_a_fork(victim):
    """A copy of the database goes its own way, sealed with a key that remembers nothing: who saw one is told so."""
    with victim.opened() as store:
        store.transact(_another)
    victim.seal()
    theirs = newest(victim)
    with victim.raw.unchecked():
        set_back(victim, Checkpoint.read(victim.kept.text).size)
    (victim.keys.folder / signer.STATE).unlink()
    for _ in range(2):
        assert victim.seal().signed
    problems = victim.verify(kept=Kept(theirs, victim.key))["problems"]
    assert any(one["what"].startswith("the first ") or "are sealed here" in one["what"] for one in problems), problems


def test_a_clock_set_back_cannot_go_behind_the_record(victim):
    """An act by somebody whose clock was set back stands at the time of the event before it, and never earlier."""
    before = victim.attack.event(REPORT, victim.attack.last(REPORT))["event"]["at"]
    victim.raw.run("UPDATE workspace SET now = '2026-02-10T00:00:00.000000Z'")
    world = World(victim.url, victim.home)
    world.do(REPORT, "archive", "sun")
    world.close()
    assert victim.attack.event(REPORT, victim.attack.last(REPORT))["event"]["at"] >= before
    assert victim.verify(replay=True)["problems"] == []


def test_a_bent_proof_is_refused(victim):
    """Another tree size, algorithm or origin, or anything else in it: the proof proves nothing."""
    with victim.opened() as store:
        who = Who(store.workspace.admin, "os-login")
        text, _ = store.transact(lambda tx: prove(tx, victim.event(REPORT, 1), lambda: who))
    assert proof.check(text, victim.key)["ok"] is True
    ways = bent(text.replace('"Matter"', '"Matter"'), victim)  # type: ignore[arg-type]
    for name in ("another size", "another algorithm", "a word for the algorithm", "another origin", "another root"):
        with pytest.raises(Integrity):
            proof.check(ways[name], victim.key)


OTHERWISE = {
    LINES[5]: "test_a_rewrite_with_a_key_of_ones_own_is_shown_by_the_known_key",
    LINES[6]: "test_a_rewrite_with_the_stolen_key_is_shown_only_from_outside",
    LINES[7]: "test_an_old_backup_that_goes_on_is_refused_and_shown",
    LINES[8]: "test_two_sealers_make_one_tree",
    LINES[9]: "test_a_clock_set_back_cannot_go_behind_the_record",
    LINES[10]: "test_the_fences_stop_the_careless",
    LINES[11]: "test_dropped_triggers_are_named",
    LINES[14]: "test_a_bent_proof_is_refused",
}


def test_every_line_has_its_row_and_stands_in_the_specification():
    """No attack of the list is left out here, and each is in the table of docs/audit-format.md with what shows it."""
    assert {row.line for row in TABLE} | set(OTHERWISE) == set(LINES)
    assert all(name in globals() for name in OTHERWISE.values())
    section = PAGE.split("## 14. ", 1)[1]
    told = re.findall(r"^\| (.+?) \| .+ \|$", section, re.MULTILINE)
    assert [line for line in LINES if line not in told] == []
