"""Whoever changes the trail behind the program's back is found out by `verify`: what, and where."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.attack import Attack
from support.lived import Lived

from workflow.fences import NAMES
from workflow.trail import EMPTY_ROOT

REPORT, INCIDENT = Lived.REPORT, Lived.INCIDENT


def test_a_life_is_consistent(lived):
    """After everything an office may live through, nothing is wrong, and everything was looked at."""
    found = lived.verify()
    (events,) = lived.raw.one("SELECT count(*) FROM event")
    (streams,) = lived.raw.one("SELECT count(DISTINCT stream) FROM event")
    (cases,) = lived.raw.one("SELECT count(*) FROM cases")
    assert found == {
        "schema": 1,
        "ok": True,
        "events": events,
        "streams": streams,
        "cases": cases,
        "size": 0,
        "root": EMPTY_ROOT,
        "shown": "self",
        "problems": [],
    }


@pytest.fixture
def attack(lived) -> Iterator[Attack]:
    """The trail without its fences; `problems` leaves out that they are away."""
    with lived.raw.unchecked():
        yield Attack(lived)


def problems(lived: Lived) -> list[dict[str, Any]]:
    found = lived.verify()
    assert found["ok"] == (not found["problems"])
    return [row for row in found["problems"] if not (lived.raw.unguarded and row["what"].startswith("guard "))]


def named(lived: Lived, what: str, stream: str | None = None, n: int | None = None) -> dict[str, Any]:
    """The one problem that says this; it must be there, and of this place."""
    rows = problems(lived)
    for row in rows:
        if what in row["what"] and (stream is None or row["stream"] == stream) and (n is None or row["n"] == n):
            return row
    raise AssertionError((what, stream, n, rows))


COLUMNS = ["prev", "at", "kind", "actor", "behalf", "via", "unit", "action", "from_state", "to_state", "rule"]


@pytest.mark.parametrize("column", [*COLUMNS, "id"])
def test_an_edited_column_is_named(lived, attack, column):
    """A query column that says something else than the text is named with both values, its event and its stream."""
    value = "2026-02-09T01:00:00.000001Z" if column == "at" else "f" * 64 if column == "prev" else "other"
    n = attack.last(REPORT) - 1
    attack.raw.run(f"UPDATE event SET {column} = :v WHERE stream = :s AND n = :n", v=value, s=REPORT, n=n)
    row = named(lived, f"the column {column.removesuffix('_state')} says {value!r}", REPORT, n)
    assert row["event"] == ("other" if column == "id" else attack.event(REPORT, n)["id"])


def test_an_edited_text_is_named(lived, attack):
    """A canon that was edited no longer has its hash."""
    edit = "UPDATE event SET canon = replace(canon, :was, :is) WHERE stream = :s"
    attack.raw.run(edit, **{"was": '"late":true', "is": '"late":false', "s": REPORT})
    row = named(lived, "its hash is not the hash of its canon", REPORT)
    assert attack.event(REPORT, row["n"])["event"]["kind"] == "clock.met"


def test_an_edited_text_with_its_hash_breaks_the_chain(lived, attack):
    """Whoever recomputes the hash too is found at the next event, which names the old one."""
    event = attack.event(REPORT, 5)["event"]
    attack.put(REPORT, 5, event | {"data": {**event["data"], "told": []}})
    assert [(row["stream"], row["n"], row["what"]) for row in problems(lived)] == [
        (REPORT, 6, "it does not follow from the event before it")
    ]


def test_an_edited_last_event_differs_from_the_head(lived, attack):
    """The last event of a stream has no later one; its head names it."""
    n = attack.last(REPORT)
    attack.put(REPORT, n, attack.event(REPORT, n)["event"] | {"at": "2030-01-01T00:00:00.000000Z"})
    named(lived, "its head does not name its last event", REPORT, n)


def test_a_rewritten_opening_breaks_the_register(lived, attack):
    """Opening, whole stream and head rewritten: the register of openings still names the old hash."""
    attack.rewrite(REPORT, 1, actor=None)
    row = named(lived, "does not follow from the opening before it")
    assert row["stream"] == INCIDENT
    assert row["n"] == 1


def test_what_only_an_outside_copy_can_show(lived):
    """The last events of a stream rewritten, head and all: the trail is consistent with itself, and claims no more."""
    with lived.raw.unchecked():
        attack = Attack(lived)
        attack.rewrite(REPORT, attack.last(REPORT), rule="another/rule@1")
    found = lived.verify()
    assert (found["ok"], found["shown"]) == (True, "self")


@pytest.mark.parametrize(("first", "last"), [(3, 3), (3, 6)])
def test_removed_events_are_named(lived, attack, first, last):
    """A gap in the numbers of a stream is named from where to where."""
    attack.raw.run("DELETE FROM event WHERE stream = :s AND n BETWEEN :a AND :b", s=REPORT, a=first, b=last)
    what = "event 3 is missing" if first == last else "events 3 to 6 are missing"
    named(lived, what, REPORT, last + 1)


@pytest.mark.parametrize("count", [1, 4])
def test_a_truncated_tail_is_named(lived, attack, count):
    """The last events are gone: what is left is a valid chain, but the head stands further."""
    last = attack.last(INCIDENT)
    attack.raw.run("DELETE FROM event WHERE stream = :s AND n > :n", s=INCIDENT, n=last - count)
    gone = f"event {last} is gone" if count == 1 else f"events {last - 3} to {last} are gone"
    named(lived, f"the tail is missing: {gone}", INCIDENT, last - count + 1)


def test_an_added_event_is_named(lived, attack):
    """An event appended by hand, correct in itself, stands beyond the head."""
    n = attack.last(INCIDENT)
    before = attack.event(INCIDENT, n)
    attack.raw.run(
        """INSERT INTO event (id, stream, n, prev, at, kind, canon, hash)
        VALUES ('added', :s, :n, :p, :a, 'case.commented', '{}', :p)""",
        s=INCIDENT, n=n + 1, p=before["hash"], a=before["event"]["at"],
    )  # fmt: skip
    event = before["event"] | {"id": "added", "n": n + 1, "prev": before["hash"], "kind": "case.commented"}
    attack.put(INCIDENT, n + 1, event)
    assert [row["what"] for row in problems(lived)] == [
        "it has no leaf, and does not wait for one",
        "its head does not name its last event",
    ]


def test_swapped_events_are_named(lived, attack):
    """Two events that changed places are each where another number should be."""
    for was, is_ in ((4, 999), (5, 4), (999, 5)):
        attack.raw.run(
            "UPDATE event SET n = :is WHERE stream = :s AND n = :was", **{"is": is_, "was": was, "s": REPORT}
        )
    named(lived, "the column n says 4, the canon says 5", REPORT, 4)
    named(lived, "the column n says 5, the canon says 4", REPORT, 5)
    named(lived, "it does not follow from the event before it", REPORT, 6)


def remove_case(attack: Attack, ref: str) -> int:
    """Every trace of a case; answers its register number."""
    no = int(attack.event(ref, 1)["event"]["register"]["no"])
    attack.raw.run("DELETE FROM payload WHERE event IN (SELECT id FROM event WHERE stream = :s)", s=ref)
    attack.raw.run("DELETE FROM event WHERE stream = :s", s=ref)
    for table in ("clock", "timer", "file", "link", "extension"):
        attack.raw.run(f"DELETE FROM {table} WHERE case_id = (SELECT id FROM cases WHERE ref = :s)", s=ref)
    attack.raw.run("DELETE FROM cases WHERE ref = :s", s=ref)
    attack.wait(ref)
    return no


def test_a_case_removed_whole_is_missed(lived, attack):
    """No chain is left to break; its number in the register of openings is missing."""
    no = remove_case(attack, INCIDENT)
    assert [row["what"] for row in problems(lived)] == [
        f"the opening with the register number {no} is missing: a case was removed"
    ]


def test_the_newest_cases_removed_are_missed(lived, attack):
    """The last openings have no later one that names them; the counter does."""
    openings = attack.raw.all("SELECT stream, canon FROM event WHERE kind = 'case.opened'")
    refs = [ref for ref, _ in sorted(openings, key=lambda row: json.loads(row[1])["register"]["no"])[-2:]]
    no, other = sorted(remove_case(attack, ref) for ref in refs)
    named(lived, f"the openings with the register numbers {no} to {other} are missing")


def test_a_counter_that_was_set_back_is_named(lived, attack):
    """The counter cannot follow: it names the hash of the last opening."""
    attack.raw.run("UPDATE counter SET value = value - 1 WHERE name = 'register'")
    named(lived, "counter.value is")
    attack.raw.run("UPDATE counter SET value = value + 1, hash = :h WHERE name = 'register'", h="0" * 64)
    named(lived, "counter.hash is not the hash of the opening with the register number")
    attack.raw.run("DELETE FROM counter WHERE name = 'register'")
    named(lived, "the counter of the register is missing")


REGISTER: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda r: r | {"no": r["no"] + 1}, "which another case has"),
    (lambda r: r | {"no": 10**12}, "it takes no register number that could be"),
    (lambda r: r | {"no": "2"}, "it takes no register number that could be"),
    (lambda r: r | {"prev": "f" * 64}, "does not follow from the opening before it"),
    (lambda r: r | {"prev": "x"}, "it takes no register number that could be"),
    (lambda _: None, "it takes no register number that could be"),
]


@pytest.mark.parametrize(("change", "what"), REGISTER)
def test_a_forged_register_entry_is_named(lived, attack, change, what):
    """A number twice, one out of the world, a link to nothing, no number at all."""
    register = attack.event(REPORT, 1)["event"]["register"]
    attack.rewrite(REPORT, 1, register=change(register))
    named(lived, what)


def test_only_openings_take_a_register_number(lived, attack):
    """A number taken by any other event is named."""
    attack.rewrite(REPORT, 2, register={"no": 9, "prev": "0" * 64})
    named(lived, "it takes a register number, and opens no case", REPORT, 2)


def test_a_case_without_its_row_and_a_row_without_its_case(lived, attack):
    """Events whose case is gone, and a case whose events are gone, are named by number."""
    attack.raw.run("DELETE FROM cases WHERE ref = :s", s=REPORT)
    attack.raw.run("DELETE FROM event WHERE stream = :s", s=INCIDENT)
    named(lived, "its case is missing", REPORT)
    named(lived, "the case has no event at all", INCIDENT)


def test_streams_and_their_heads(lived, attack):
    """A stream without its head, and a head without its stream, are named."""
    attack.raw.run("DELETE FROM stream WHERE name = 'org'")
    attack.raw.run("DELETE FROM event WHERE stream = 'calendar'")
    named(lived, "its head is missing", "org")
    named(lived, "the stream has no event at all", "calendar")


def test_a_stream_that_is_also_a_case(lived, attack):
    """One name has one head."""
    attack.raw.run("INSERT INTO stream SELECT ref, n, hash, at FROM cases WHERE ref = :s", s=REPORT)
    named(lived, "it is a case and another stream at once", REPORT)


def test_a_case_begins_with_its_opening_and_is_opened_once(lived, attack):
    """The first event of a case is its opening; no other is."""
    attack.rewrite(REPORT, 2, kind="case.opened")
    named(lived, "the case is opened a second time", REPORT, 2)
    attack.rewrite(REPORT, 1, kind="case.commented")
    named(lived, "the case begins with case.commented, not with its opening", REPORT, 1)


VALUES = [
    ("UPDATE payload SET value = '\"something else\"' WHERE event = :e AND field = 'title'", "title was CHANGED"),
    ("UPDATE payload SET value = ' ' || value WHERE event = :e AND field = 'title'", "title was CHANGED"),
    ("UPDATE payload SET salt = :salt WHERE event = :e AND field = 'title'", "title was CHANGED"),
    ("UPDATE payload SET salt = 'no salt' WHERE event = :e AND field = 'title'", "title was CHANGED"),
    ("DELETE FROM payload WHERE event = :e AND field = 'title'", "the value of title is gone without a record"),
    ("UPDATE payload SET field = 'name' WHERE event = :e AND field = 'title'", "a value of name is kept that it never"),
    ("UPDATE payload SET field = 'name' WHERE event = :e AND field = 'title'", "title is gone without a record"),
    ("INSERT INTO payload VALUES ('nobody', 'title', :salt, '1')", "is kept for an event that does not exist"),
    ("INSERT INTO payload VALUES (:e, 'zzz', :salt, '1')", "a value of zzz is kept that it never committed to"),
]


@pytest.mark.parametrize(("statement", "what"), VALUES)
def test_values_beside_the_trail(lived, attack, statement, what):
    """A kept value that was changed, one that is gone without a record, one that nobody committed to."""
    event = attack.event(REPORT, 1)["id"]
    places = {name: value for name, value in {"e": event, "salt": "ab" * 32}.items() if f":{name}" in statement}
    assert attack.raw.run(statement, **places) == 1
    row = named(lived, what)
    assert row["event"] in {event, "nobody"}


def test_a_value_erased_on_record_is_in_order(lived, attack):
    """Where an event says that it was erased, a missing value is no problem; another missing one still is."""
    event = attack.event(REPORT, 1)["id"]
    n = attack.last(REPORT)
    before = attack.event(REPORT, n)
    attack.raw.run("DELETE FROM payload WHERE event = :e", e=event)
    assert len(problems(lived)) == 2
    attack.raw.run(
        """INSERT INTO event (id, stream, n, prev, at, kind, canon, hash)
        VALUES ('erasure', :s, :n, :p, '', 'k', '{}', :p)""",
        s=REPORT, n=n + 1, p=before["hash"],
    )  # fmt: skip
    erased = before["event"] | {
        "id": "erasure",
        "n": n + 1,
        "prev": before["hash"],
        "kind": "data.erased",
        "commit": {},
    }
    hash_ = attack.put(REPORT, n + 1, erased | {"data": {"event": event, "field": "title"}})
    attack.head(REPORT, n=n + 1, hash=hash_)
    attack.wait(REPORT)
    assert [row["what"] for row in problems(lived)] == ["the value of field/period is gone without a record"]


TEXTS: list[tuple[Callable[[str], str], str]] = [
    (lambda text: text.replace(",", ", ", 1), "its canon is not in canonical form"),
    (lambda text: text.replace('"data":{', '"data":{"clock":"x",', 1), "its canon is not in canonical form"),
    (lambda text: text.replace('"clock":', '"cl\\u006fck":', 1), "its canon is not in canonical form"),
    (lambda text: text[:-1] + ',"z":1}', "its canon is not in canonical form"),
    (lambda text: text.replace('"v":1', '"v":2'), "its v is 2, not 1"),
    (lambda text: text.replace('"run":1', '"run":1.5'), "its canon is not the text of an event"),
    (lambda text: text.replace('"run":1', '"run":1e999'), "its canon is not the text of an event"),
    (lambda text: text.replace('"run":1', '"run":NaN'), "its canon is not the text of an event"),
    (lambda text: text.replace('"run":1', f'"run":{2**53}'), "its canon is not the text of an event"),
    (lambda text: text.replace('"clock":"submit"', '"clock":"\\u0000"'), "its canon is not the text of an event"),
    (lambda text: text.replace('"size":0', '"length":0'), "it does not say which checkpoint it knew"),
    (
        lambda text: text.replace('"data":{', '"data":[{', 1).replace('},"from"', '}],"from"'),
        "not the text of an event",
    ),
    (lambda _: "[]", "its canon is not in canonical form"),
    (lambda _: "", "its canon is not the text of an event"),
    (lambda _: "{" * 100_000, "its canon is not the text of an event"),
]


@pytest.mark.parametrize(("change", "what"), TEXTS)
def test_a_text_no_program_wrote_is_named(lived, attack, change, what):
    """Spaces, a key twice, another spelling, unknown keys, floats, U+0000, another version: all hashed correctly."""
    before = attack.event(REPORT, 2)
    text = change(before["canon"])
    assert text != before["canon"]
    attack.put(REPORT, 2, before["event"], text)
    named(lived, what, REPORT, 2)


def test_an_event_of_another_log_is_named(lived, attack):
    """An event that was taken from another workspace does not belong here."""
    attack.rewrite(REPORT, 3, log="example.org/other/main")
    named(lived, "its log is 'example.org/other/main', not", REPORT, 3)


def test_time_that_runs_backwards_is_named(lived, attack):
    """Within a stream no event is earlier than the one before it."""
    attack.rewrite(REPORT, 6, at="2025-01-01T00:00:00.000000Z")
    named(lived, "its time 2025-01-01T00:00:00.000000Z lies before that of the event before it", REPORT, 6)


def test_a_time_of_another_form_is_named(lived, attack):
    """Instants have one spelling, so that they sort as text."""
    attack.rewrite(REPORT, attack.last(REPORT), at="2027-01-01T00:00:00Z")
    named(lived, "its time '2027-01-01T00:00:00Z' is not an instant", REPORT)


@pytest.mark.parametrize(
    ("column", "value"), [("sandbox", 0), ("origin", "example.org/other/main"), ("admin", "p_00000000000000000000")]
)
def test_what_the_workspace_is_stays_what_it_was(lived, column, value):
    """A sandbox never becomes a real workspace; neither its name nor its administrator can be exchanged."""
    lived.raw.run(f"UPDATE workspace SET {column} = :v", v=value)
    rows = [row for row in problems(lived) if row["what"].startswith(f"workspace.{column} is")]
    assert [(row["stream"], row["n"]) for row in rows] == [("log", 1)]


def test_a_log_without_its_beginning_is_named(lived, attack):
    """Without the first event nothing says what the workspace is."""
    attack.raw.run("DELETE FROM payload WHERE event IN (SELECT id FROM event WHERE stream = 'log')")
    attack.raw.run("DELETE FROM event WHERE stream = 'log'")
    named(lived, "the first event of the log is missing", "log", 1)


def test_missing_guards_are_named(lived):
    """Each fence that was taken away is named, and one that was only weakened too."""
    lived.raw.drop_guards()
    from workflow.fences import NAMES

    assert [row["what"] for row in problems(lived)] == [f"guard {name} is missing" for name in NAMES[lived.raw.kind]]


def test_weakened_guards_are_named(lived):
    """A trigger of the same name that guards nothing, or one that is switched off, is no guard."""
    if lived.raw.kind == "sqlite":
        lived.raw.run("DROP TRIGGER event_no_delete")
        lived.raw.run("CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT 1; END")
        weak = ["event_no_delete"]
    else:
        lived.raw.run("ALTER TABLE event DISABLE TRIGGER event_no_change")
        lived.raw.run("ALTER TABLE payload ENABLE TRIGGER payload_no_update")
        lived.raw.run("DROP TRIGGER event_no_truncate ON event")
        lived.raw.run("CREATE TRIGGER event_no_truncate AFTER TRUNCATE ON event EXECUTE FUNCTION append_only()")
        weak = ["event_no_change", "event_no_truncate", "payload_no_update"]
    assert [row["what"] for row in problems(lived)] == [
        f"guard {name} does not guard: it was altered or switched off" for name in weak
    ]


def test_a_guard_that_calls_nothing_is_named(lived):
    """On PostgreSQL the function behind the triggers can be exchanged; on SQLite REPLACE goes past a missing guard."""
    if lived.raw.kind == "postgres":
        lived.raw.run(
            "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
        )
        assert len(problems(lived)) == len(NAMES["postgres"]) - 1  # signing a head has a function of its own
    else:
        lived.raw.run("DROP TRIGGER event_no_replace")
        lived.raw.run("PRAGMA recursive_triggers = OFF")
        lived.raw.run("PRAGMA ignore_check_constraints = ON")
        lived.raw.run(
            "INSERT OR REPLACE INTO event SELECT id, stream, n, prev, at, kind, 'p_forged', behalf, via, unit, action, "
            "from_state, to_state, rule, canon, hash FROM event WHERE stream = :s AND n = 3",
            s=REPORT,
        )
        named(lived, "guard event_no_replace is missing")
        named(lived, "the column actor says 'p_forged'", REPORT, 3)


def test_a_thousand_problems_are_enough(lived, attack):
    """A trail that is broken everywhere does not answer without end: the rest is counted."""
    for n in range(1, 8):
        attack.raw.run(
            "INSERT INTO payload SELECT id, :f, 'x', '1' FROM event WHERE NOT EXISTS "
            "(SELECT 1 FROM payload p WHERE p.event = event.id AND p.field = :f)",
            f=f"zz{n}",
        )
    rows = problems(lived)
    (events,) = attack.raw.one("SELECT count(*) FROM event")
    away = 1000 - (len(rows) - 1)  # the guards, which are named first
    assert away == len(NAMES[lived.raw.kind])
    assert rows[-1]["what"] == f"there are {7 * events - 1000 + away} more problems, which are not listed"
