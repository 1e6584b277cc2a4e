"""What may be erased is erased everywhere but from the proof; nothing else changes, and the trail says who and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.trails import breaks
from support.world import World, admin

from states.errors import Conflict, NotFound, NotNow, Usage
from workflow import engine, shred
from workflow.erase import Erased, erase
from workflow.files import place
from workflow.verify import verify

GONE = {"erased": True}


def erased(world: World, event: str, field: str, reason: str = "asked for", **more: Any) -> Erased:
    """Erase as the administrator, and remove what files that leaves."""

    def work(tx: Any) -> Erased:
        done = erase(tx, event, field, who=admin(tx), reason=reason, **more)
        shred.note(world.home, done.bytes)
        return done

    done = world.store.transact(work)
    shred.run(world.store, world.home)
    return done


def problems(world: World) -> list[str]:
    """What `verify --replay` finds."""
    with world.store.read() as tx:
        return [row["what"] for row in verify(tx, replay=True)["problems"]]


def bytes_of(world: World) -> bytes:
    """Everything the workspace's folder holds, the database and its log among it."""
    world.store.wipe()
    return b"".join(path.read_bytes() for path in Path(world.home).rglob("*") if path.is_file())


@pytest.fixture
def report(world: World) -> str:
    """A report with a period, twice submitted with a file, and a remark."""
    ref = world.report(title="A matter of Mirabelle", period="first quarter of Zwetschge")
    world.do(ref, "submit", "wang", file="the pears of Williams", reason="a reason of Quince")
    world.do(ref, "return", "feng", reason="not the right fruit")
    world.do(ref, "submit", "wang", file="the plums of Damson")
    store, wang = world.store, world.who("wang")
    store.transact(lambda tx: engine.comment(tx, ref, "a remark of Medlar", who=wang))
    return ref


def said_of(world: World, login: str) -> list[str]:
    """The events by which the register got this person."""
    return [row["id"] for row in world.log(stream="org") if row["data"].get("row", {}).get("id") == login]


def event(world: World, ref: str, kind: str, at: int = 0) -> str:
    return str(world.events(ref, kind)[at]["id"])


def test_a_title_is_erased(world, report):
    """The case has no title any more, its opening says so, and the reason stands beside the new event."""
    opening = event(world, report, "case.opened")
    version = world.case(report)["version"]
    done = erased(world, opening, "title", "a wrong name stood in it")
    assert world.case(report)["title"] == ""
    assert world.case(report)["version"] == version
    rows = world.events(report)
    assert rows[0]["data"]["title"] == GONE
    last = rows[-1]
    assert (last["kind"], last["actor"], last["reason"]) == ("data.erased", "admin", "a wrong name stood in it")
    assert last["data"] == {"event": opening, "field": "title", "stream": report}
    assert [one.event for one in done.rows] == [opening]
    assert problems(world) == breaks(world) == []


def test_a_field_and_a_remark_are_erased(world, report):
    """A field reads erased in the case, a remark in the trail; both names of a field are taken."""
    erased(world, event(world, report, "case.opened"), "period")
    erased(world, event(world, report, "case.commented"), "text")
    assert world.case(report)["fields"]["period"] == GONE
    assert world.case(report)["fields"]["recipient"] == "county"
    assert world.events(report, "case.commented")[0]["data"]["text"] == GONE
    assert problems(world) == []


def test_only_the_last_value_of_a_field_has_a_copy(world):
    """A field said twice: erasing the first leaves the case as it is, erasing the second blanks it."""
    ref = world.incident("general", as_="li")
    world.do(ref, "analyse", "li", analysis="the first word")
    world.do(ref, "report", "li", summary="s")
    world.do(ref, "resolve", "li", outcome="o")
    world.do(ref, "reopen", "zhao", reason="not over yet")
    world.do(ref, "analyse", "li", analysis="the second word")
    acts = [row["id"] for row in world.events(ref, "case.acted") if row["action"] == "analyse"]
    erased(world, acts[0], "field/analysis")
    assert world.case(ref)["fields"]["analysis"] == "the second word"
    erased(world, acts[1], "field/analysis")
    assert world.case(ref)["fields"]["analysis"] == GONE
    assert problems(world) == []


def test_a_file_loses_its_bytes(world, report):
    """Name, hash and bytes are gone; the other file of the case is untouched."""
    first, second = (file["sha256"] for file in world.case(report)["files"])
    submitted = [row["id"] for row in world.events(report, "case.acted") if row["action"] == "submit"]
    erased(world, submitted[0], "file/1")
    files = world.case(report)["files"]
    assert [(file["name"], file["sha256"], file["size"]) for file in files] == [
        ("", "", 0),
        ("paper.txt", second, len("the plums of Damson")),
    ]
    assert not place(world.home, first).exists()
    assert place(world.home, second).exists()
    assert problems(world) == []


def test_bytes_that_another_case_cites_stay(world, report):
    """The same content handed in elsewhere keeps its file until nothing cites it."""
    other = world.report()
    world.do(other, "submit", "wang", file="the pears of Williams")
    sha256 = world.case(other)["files"][0]["sha256"]
    (mine, *_), (theirs, *_) = (
        [row["id"] for row in world.events(ref, "case.acted") if row["action"] == "submit"] for ref in (report, other)
    )
    erased(world, mine, "file/1")
    assert place(world.home, sha256).exists()
    erased(world, theirs, "file/1")
    assert not place(world.home, sha256).exists()


def test_bytes_noted_before_a_crash_are_removed_later(world, report):
    """A commit that was not followed by the removal leaves a note, and the next run acts on it."""
    submitted = next(row["id"] for row in world.events(report, "case.acted") if row["action"] == "submit")
    sha256 = world.case(report)["files"][0]["sha256"]
    shred.note(world.home, [sha256])
    assert shred.run(world.store, world.home) == 0
    assert place(world.home, sha256).exists()

    def work(tx: Any) -> None:
        done = erase(tx, submitted, "file/1", who=admin(tx), reason="asked for")
        shred.note(world.home, done.bytes)

    world.store.transact(work)
    assert place(world.home, sha256).exists()
    assert shred.run(world.store, world.home) == 1
    assert not place(world.home, sha256).exists()
    assert not list((world.home / "files").glob(".erase*"))


def test_no_byte_is_left(world, report):
    """On SQLite nothing of what was erased can be found in the files of the workspace, whatever moved it before."""
    if world.store.driver.kind != "sqlite":
        return
    for _ in range(40):  # pages fill, split and move
        world.report(title="A matter of Mirabelle and others" * 5)
    words = ("Mirabelle", "Zwetschge", "Quince", "Williams", "Medlar")
    there = bytes_of(world)
    assert all(word.encode() in there for word in words)
    world.store.transact(lambda tx: tx.put("DELETE FROM payload WHERE value LIKE '%and others%'"))
    world.store.transact(lambda tx: tx.put("UPDATE cases SET title = '' WHERE title LIKE '%and others%'"))
    for id_, field in world.rows(
        "SELECT e.id, p.field FROM event e JOIN payload p ON p.event = e.id WHERE e.stream = :ref", ref=report
    ):
        erased(world, id_, field)
    for path in (world.home / "desk").iterdir():
        path.unlink()
    there = bytes_of(world)
    assert [word for word in words if word.encode() in there] == []


def test_a_person_is_erased_from_the_register(world):
    """Every event that said the name loses it, the register holds the opaque id, and who acts is still told apart."""
    world.register("people: [{login: gu, name: Gu Mirabelle, email: gu@example.org}]")
    world.register("people: [{login: gu, name: Gu Mirabelle, email: gu@example.com}]")
    gu = world.who("gu").actor
    said = said_of(world, "gu")
    assert len(said) == 2
    for field in ("name", "email", "login"):
        done = erased(world, said[1], field)
        assert [one.event for one in done.rows] == [said[1], said[0]]
    assert world.rows("SELECT login, name, email FROM person WHERE id = :id", id=gu) == [(gu, gu, None)]
    assert world.rows("SELECT count(*) FROM payload WHERE value LIKE '%Mirabelle%'") == [(0,)]
    with pytest.raises(NotFound):
        world.who("gu")
    assert problems(world) == breaks(world) == []
    world.register("people: [{login: gu, name: Another}]")
    assert world.who("gu").actor != gu


@pytest.mark.parametrize(
    ("login", "what"), [("li", "holds a post"), ("feng", "holds a post"), ("admin", "administrator")]
)
def test_who_answers_is_not_erased(world, login, what):
    """Holders of posts and the administrator stay in the register."""
    person = world.who(login).actor
    with pytest.raises(NotNow, match=what):
        erased(world, said_of(world, login)[0], "login")
    assert world.who(login).actor == person


def test_other_streams_keep_their_numbers(world):
    """The reason of a calendar and of a leave: what follows by number still means the same calendars."""
    from states.calendars import shipped
    from workflow import calendars

    report = world.report()
    body = {**shipped()["CN"], "version": "another"}
    store = world.store
    store.transact(lambda tx: calendars.import_(tx, {"CN": body}, admin(tx), reason="a reason of Quince"))
    erased(world, world.log(stream="calendar")[-1]["id"], "reason")
    world.new("report", "wang", recipient="county")
    with store.read() as tx:
        n = calendars.as_of(tx)[1]
        assert calendars.as_of_number(tx, n).names() == calendars.load(tx).names()
    world.fast_forward(days=20)
    assert world.case(report)["clocks"][0]["breached_at"]
    assert problems(world) == []


def test_what_cannot_be_erased(world, report):
    """An unknown event, a field it does not keep, no reason, and what is erased already."""
    opening = event(world, report, "case.opened")
    with pytest.raises(NotFound):
        erased(world, "nothing", "title")
    with pytest.raises(Usage, match="keeps no 'unit'"):
        erased(world, opening, "unit")
    with pytest.raises(NotNow, match="needs a reason"):
        erased(world, opening, "title", " ")
    with pytest.raises(Conflict):
        erased(world, opening, "title", expect=99)
    assert world.case(report)["title"]
    erased(world, opening, "title")
    with pytest.raises(NotNow, match="erased already"):
        erased(world, opening, "title")


def test_a_key_makes_a_repeat_harmless(world, report):
    """The same key answers what was done; the digest of the act that was erased confirms no guess any more."""
    opening = event(world, report, "case.opened")
    first = erased(world, opening, "title", key="k1")
    assert erased(world, opening, "title", key="k1").rows[0].written.id == first.rows[0].written.id
    keyed = world.who("wang")
    again = world.store.transact(lambda tx: engine.comment(tx, report, "a secret", who=keyed, key="k2"))
    erased(world, again.event.id, "text")
    assert world.rows("SELECT digest FROM receipt WHERE key = 'k2'") == [("",)]
    with pytest.raises(Conflict):
        world.store.transact(lambda tx: engine.comment(tx, report, "a secret", who=keyed, key="k2"))


def test_what_a_backup_brings_back_is_named(world, report):
    """An erasure stands on record and the value is there again: `verify` says so."""
    opening = event(world, report, "case.opened")
    (kept,) = world.rows("SELECT salt, value FROM payload WHERE event = :e AND field = 'title'", e=opening)
    erased(world, opening, "title")
    back = "INSERT INTO payload (event, field, salt, value) VALUES (:e, 'title', :s, :v)"
    world.store.transact(lambda tx: tx.put(back, e=opening, s=kept[0], v=kept[1]))
    assert "the value of title was erased on record, and is there again" in problems(world)


def test_an_erasure_speaks_for_its_own_stream(world, report):
    """A record in another stream does not excuse a missing value."""
    other = world.report()
    opening, comment = event(world, report, "case.opened"), event(world, report, "case.commented")
    erased(world, opening, "title")
    text = world.rows("SELECT canon FROM event WHERE kind = 'data.erased'")[0][0]
    assert json.loads(text)["data"]["stream"] == report
    world.store.transact(lambda tx: tx.put("DELETE FROM payload WHERE event = :e", e=comment))
    assert problems(world) == ["the value of text is gone without a record"]
    assert world.case(other)["title"]
