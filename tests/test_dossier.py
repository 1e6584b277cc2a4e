"""A dossier: all of a case, taken on record, and checked by somebody who has nothing but the file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from support import zips
from support.charge import missed
from support.world import World, admin

from jobs import retain
from states.errors import Invalid, NotFound, NotPermitted
from workflow import dossier_proofs, engine
from workflow.dossier import Dossier, take
from workflow.dossier_check import check
from workflow.dossier_file import write
from workflow.erase import erase
from workflow.held import held
from workflow.trail import Who, canon, leaf_hash
from workflow.verify import verify


def lived(world: World) -> str:
    """A report that was sent back once, with two files of one name, a remark and a late act."""
    ref = world.report(title="Figures of the quarter")
    world.do(ref, "submit", "wang", file="first figures")
    world.do(ref, "return", "feng", reason="the table is missing")
    world.do(ref, "submit", "wang", file="second figures, 附表")
    world.fast_forward(days=20)
    world.do(ref, "review", "feng")
    return ref


def taken(world: World, ref: str, as_: str = "wang", **more: Any) -> Dossier:
    who = world.who(as_)
    return world.store.transact(lambda tx: take(tx, ref, who=who, **more))


def written(world: World, dossier: Dossier) -> Path:
    path = world.home / "dossier.zip"
    with world.store.read() as tx:
        sealed = dossier_proofs.of(tx, dossier.events)
    with path.open("wb") as target:
        write(target, dossier, {"timeline.md": b"# told\n"}, world.home, sealed)
    return path


@pytest.fixture
def made(world: World) -> Path:
    """The file of a dossier of a case that has lived."""
    return written(world, taken(world, lived(world)))


def test_a_dossier_is_whole(world, made):
    """A fresh dossier holds every event up to the one that tells of itself, and checks without the workspace."""
    world.close()
    found = check(made)
    assert (found["ok"], found["problems"], found["shown"]) == (True, [], "self")
    assert (found["ref"], found["by"], found["cases"], found["streams"]) == ("RPT-2026-0001", "wang", 1, 1)
    told = zips.lines(zips.entries(made))
    assert found["events"] == len(told)
    last = json.loads(told[-1]["canon"])
    assert (last["kind"], last["data"]["what"]) == ("data.read", "dossier")
    assert {"wang", "feng"} <= {one["login"] for one in json.loads(zips.entries(made)["persons.json"]).values()}


def test_taking_one_is_on_record_and_changes_nothing_else(world):
    """The case keeps its version; the record names who, what, why and whom it tells about; replay finds no fault."""
    ref = lived(world)
    before = world.case(ref)
    taken(world, ref, "zhou", reason="inspection of the quarter")
    assert world.case(ref) == before
    (read,) = world.events(ref, "data.read")
    assert (read["actor"], read["data"]["what"], read["reason"]) == ("zhou", "dossier", "inspection of the quarter")
    assert {"wang", "feng"} <= set(read["data"]["persons"])
    named = world.who("feng").actor or ""
    with world.store.read() as tx:
        found = verify(tx, replay=True)
        about = held(tx, named)
    assert found["problems"] == []
    assert [(one["actor"], one["stream"]) for one in about["read_by"]] == [("zhou", ref)]


@pytest.mark.parametrize("login", ["wang", "li", "feng", "zhao", "qian", "sun", "zhou", "wei"])
def test_who_may_take_one(world, login):
    """Whoever holds a role in the case may: owner, those above, office, inspector, and who is told at the end."""
    assert taken(world, world.report(), login).by == login


def test_who_may_not(world):
    """Somebody of another unit may not, and nothing is recorded."""
    ref = world.report()
    with pytest.raises(NotPermitted):
        taken(world, ref, "chen")
    assert world.events(ref, "data.read") == []
    with pytest.raises(NotFound):
        taken(world, "RPT-1999-0001")


def test_the_administrator_may_and_it_shows(world):
    """The administrator could read the database anyway; this way it is on record."""
    ref = world.report()
    world.store.transact(lambda tx: take(tx, ref, who=admin(tx)))
    (read,) = world.events(ref, "data.read")
    assert read["actor"] == "admin"


def test_a_deputy_takes_it_for_the_absent(world):
    """Who stands in for an absent holder may take it, and the record names both."""
    ref = world.report()
    world.leave("li", "2026-02-09", "2026-02-13", "chen")
    taken(world, ref, "chen")
    (read,) = world.events(ref, "data.read")
    assert (read["actor"], read["behalf"]) == ("chen", "li")


def test_a_key_records_it_once(world):
    """The same key takes it again without a second record."""
    ref = world.report()
    first, second = taken(world, ref, key="once"), taken(world, ref, key="once")
    assert (first.outcome.again, second.outcome.again) == (False, True)
    assert len(world.events(ref, "data.read")) == 1
    assert check(written(world, second))["ok"]


def test_the_same_dossier_gives_the_same_bytes(world):
    """Entries in order, fixed times: one dossier written twice is one file."""
    dossier = taken(world, lived(world))
    first, second = io.BytesIO(), io.BytesIO()
    write(first, dossier, {"timeline.md": b"x"}, world.home)
    write(second, dossier, {"timeline.md": b"x"}, world.home)
    assert first.getvalue() == second.getvalue()


def test_files_of_one_name_stay_apart(world, made):
    """Each file lies under its name, a second of that name with its number; the manifest says which is which."""
    parts = zips.entries(made)
    assert parts["files/paper.txt"] == b"first figures"
    assert parts["files/2-paper.txt"] == "second figures, 附表".encode()
    files = json.loads(parts["manifest.json"])["files"]
    assert [(one["no"], one["name"], one["entry"]) for one in files] == [
        (1, "paper.txt", "files/paper.txt"),
        (2, "paper.txt", "files/2-paper.txt"),
    ]


@pytest.mark.parametrize("name", ["..", "...", "a\\..\\b", "C:evil", 'q"<>|?*.txt', "\x1b[31mred", " . "])
def test_a_name_cannot_leave_the_folder(world, name):
    """Whatever a file was called on record, its entry is one harmless name under files/."""
    ref = world.report()
    incoming = world.paper("content", "plain.txt")._replace(name=name)
    who = world.who("wang")
    world.store.transact(lambda tx: engine.attach(tx, ref, incoming, who=who))
    path = written(world, taken(world, ref))
    (entry,) = [part for part in zips.entries(path) if part.startswith("files/")]
    inside = entry.removeprefix("files/")
    assert inside not in {"", ".", ".."}
    assert not set(inside) & set('/\\:*?"<>|\x1b')
    assert check(path)["ok"]


def test_a_lacking_file_is_named(world):
    """A file whose bytes are gone or altered is left out, named in the manifest, and a problem to whoever checks."""
    ref = lived(world)
    kept = sorted(path for path in (world.home / "files").rglob("*") if path.is_file())
    first = next(path for path in kept if path.read_bytes() == b"first figures")
    first.unlink()
    next(path for path in kept if path.exists()).write_bytes(b"other figures")
    path = written(world, taken(world, ref))
    lacking = json.loads(zips.entries(path)["manifest.json"])["lacking"]
    assert [(one["entry"], one["why"]) for one in lacking] == [
        ("files/paper.txt", "missing"),
        ("files/2-paper.txt", "altered"),
    ]
    assert [one["what"] for one in check(path)["problems"]] == [
        "files/paper.txt was missing when the dossier was made",
        "files/2-paper.txt was altered when the dossier was made",
    ]


def _told(path: Path) -> str:
    found = check(path)
    assert not found["ok"]
    return "\n".join(one["what"] for one in found["problems"])


@pytest.mark.parametrize("name", ["files/paper.txt", "events.ndjson", "case.json", "timeline.md", "persons.json"])
def test_a_changed_entry_is_named(made, name):
    """One byte more in any entry, and that entry is named."""
    parts = zips.entries(made)
    parts[name] += b" "
    assert name in _told(zips.put(made, parts))


def test_a_missing_an_added_and_a_doubled_entry_are_named(made):
    """What is not there, what nobody made, and what is there twice are each named."""
    parts = zips.entries(made)
    less = {name: body for name, body in parts.items() if name != "files/paper.txt"}
    assert "files/paper.txt is missing" in _told(zips.put(made, less))
    assert "note.txt is in the zip" in _told(zips.put(made, {**parts, "note.txt": b"trust me"}))
    with pytest.warns(UserWarning, match="Duplicate"):
        zips.put(made, parts, "case.json")
    assert "case.json is in the zip twice" in _told(made)
    assert "manifest.json" in _told(zips.put(made, {"case.json": parts["case.json"]}))


def _canon(line: dict[str, Any], **changes: Any) -> None:
    line["canon"] = canon(json.loads(line["canon"]) | changes)
    line["hash"] = leaf_hash(line["canon"])


def _drop(told: list[dict[str, Any]], at: int) -> None:
    del told[at]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda told: _canon(told[3], actor=None), "does not follow"),
        (lambda told: told[3].update(hash="0" * 64), "its hash is not the hash of its canon"),
        (lambda told: _drop(told, 3), "event 4 is missing"),
        (lambda told: _drop(told, 0), "event 1 is missing"),
        (lambda told: told.reverse(), "comes where"),
        (lambda told: told.insert(2, dict(told[1])), "comes where"),
        (lambda told: told[0]["values"]["title"].update(value="Other figures"), "the value of title was CHANGED"),
        (lambda told: told[0]["values"]["title"].update(salt="zz"), "the value of title was CHANGED"),
        (lambda told: told[0]["values"].pop("title"), "the value of title is gone without a record"),
        (lambda told: told[1]["values"].update(note={"salt": "00", "value": 1}), "never committed to"),
        (lambda told: told[1].pop("hash"), "line 2 is not an event"),
    ],
)
def test_a_changed_event_is_named(made, change, what):
    """A story that was changed is named with its entry, its event and what is wrong, though the manifest fits."""
    found = zips.put(made, zips.relined(zips.entries(made), change))
    assert what in _told(found)
    problem = next(one for one in check(found)["problems"] if what in one["what"])
    assert problem["what"].startswith("events.ndjson: ")
    assert problem["stream"] == "RPT-2026-0001"
    assert problem["n"]


def test_a_story_of_another_log_is_named(made):
    """The events say which log they are of; a manifest of another one does not fit them."""
    parts = zips.fitted(zips.entries(made), log="other.example/main")
    assert "its log is" in _told(zips.put(made, parts))


def test_a_head_that_is_not_the_last_event_is_named(made):
    """A story cut short under the old manifest lacks its head."""
    parts = zips.entries(made)
    parts["events.ndjson"] = b"\n".join(parts["events.ndjson"].splitlines()[:-1]) + b"\n"
    assert "events.ndjson: its last event is" in _told(zips.put(made, zips.fitted(parts)))


def test_readings_that_say_otherwise_are_named(made):
    """The case, the law and the files beside the events must be what the events say, though the manifest fits."""
    parts = zips.entries(made)
    case = json.loads(parts["case.json"])
    for change in ({"state": "archived"}, {"version": 99}, {"ref": "RPT-2026-0002"}):
        other = zips.fitted({**parts, "case.json": json.dumps(case | change).encode()})
        assert f"case.json says {next(iter(change))}" in _told(zips.put(made, other))
    (law,) = [name for name in parts if name.startswith("definitions/")]
    body = parts[law].replace(b'"10 working days"', b'"90 working days"')
    assert body != parts[law]
    assert f"{law} is not the definition of that hash" in _told(zips.put(made, zips.fitted({**parts, law: body})))
    less = {name: body for name, body in parts.items() if name != law}
    assert f"{law} is missing" in _told(zips.put(made, zips.fitted(less)))
    other = zips.fitted({**parts, "files/paper.txt": b"better figures"})
    assert "files/paper.txt is not the file that event" in _told(zips.put(made, other))
    files = json.loads(parts["manifest.json"])["files"]
    less = {name: body for name, body in parts.items() if name != "files/paper.txt"}
    assert "files/paper.txt is missing" in _told(zips.put(made, zips.fitted(less, files=files[1:])))


NO_MANIFESTS = [b"", b"[]", b"{}", b"\xff", b'{"schema":1,"format":"duecourse-dossier"}', b"[" * 99_999]


@pytest.mark.parametrize("manifest", NO_MANIFESTS, ids=lambda body: body[:8].hex())
def test_a_manifest_nobody_made_is_named(made, manifest):
    """Whatever stands in place of the manifest, the answer is a problem and no accident."""
    assert "manifest.json" in _told(zips.put(made, {**zips.entries(made), "manifest.json": manifest}))


def test_a_damaged_file_is_found(made):
    """Wherever a byte is changed or the file is cut short, it is found, or what can be read is the same."""
    body, parts = made.read_bytes(), zips.entries(made)
    for at in range(0, len(body), 97):
        made.write_bytes(body[:at] + bytes([body[at] ^ 0x41]) + body[at + 1 :])
        if at > 1 and check(made)["ok"]:
            assert zips.entries(made) == parts
    for cut in (2, 30, len(body) // 2, len(body) - 1):
        made.write_bytes(body[:cut])
        assert "the zip is damaged or cut short" in _told(made)


def test_what_is_no_dossier(tmp_path):
    """A missing file is not found; another file is no dossier."""
    with pytest.raises(NotFound):
        check(tmp_path / "nothing.zip")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(Invalid):
        check(tmp_path / "text")


def test_a_closed_case_can_be_taken(world):
    """What is closed is what strangers ask for most."""
    ref = world.report()
    world.do(ref, "withdraw", "wang", reason="done elsewhere")
    assert check(written(world, taken(world, ref)))["ok"]


def test_what_was_erased_stays_erased(world):
    """A value erased on record is not in a dossier, nor is an erased file, and the dossier is whole all the same."""
    ref = lived(world)
    opened = world.events(ref, "case.opened")[0]["id"]
    acted = world.events(ref, "case.acted")[0]["id"]
    for event, field in ((opened, "title"), (acted, "file/1")):
        world.store.transact(lambda tx, e=event, f=field: erase(tx, e, f, who=admin(tx), reason="asked for by law"))
    path = written(world, taken(world, ref))
    assert check(path)["problems"] == []
    parts = zips.entries(path)
    assert b"Figures of the quarter" not in b"".join(parts.values())
    assert [name for name in parts if name.startswith("files/")] == ["files/paper.txt"]
    cut = zips.relined(parts, lambda told: told.pop(-2))
    assert "the value of file/1 is gone without a record" in _told(zips.put(path, cut))


def test_a_dismissed_case_names_nobody(world):
    """Whom a dismissed case named, a dossier names no more once its rule has erased it: an id stays, no name."""
    given = {"respondent": "li", "post": "unit_head", "ground": "late", "cites": missed(world), "gravity": "none"}
    ref = world.new("accountability", "zhou", **given)
    world.do(ref, "dismiss", "zhao", reason="li was on leave that week")
    world.until("2026-12-01 09:00", jump=True)
    retain.run_once(world.store, world.home)
    path = written(world, taken(world, ref, "zhao"))
    assert check(path)["problems"] == []
    parts = zips.entries(path)
    logins = {one["login"] for one in json.loads(parts["persons.json"]).values()}
    assert "li" not in logins
    assert "zhao" in logins
    assert b"on leave that week" not in b"".join(parts.values())


def test_nobody_takes_a_case_as_a_machine(world):
    """The scheduler holds no role in any case."""
    ref = world.report()
    with pytest.raises(NotPermitted):
        world.store.transact(lambda tx: take(tx, ref, who=Who(None, "system")))
