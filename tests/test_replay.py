"""Whoever changes the living tables, or writes a trail that could not have been lived, is found out by `--replay`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.attack import Attack
from support.lived import Lived
from support.world import World, admin

from states.calendars import shipped
from workflow import calendars, engine

REPORT, INCIDENT, ERRAND = Lived.REPORT, Lived.INCIDENT, Lived.ERRAND


def problems(lived: Lived) -> list[dict[str, Any]]:
    found = lived.verify(replay=True)["problems"]
    return [row for row in found if not (lived.raw.unguarded and row["what"].startswith("guard "))]


def test_a_life_can_be_decided_again(lived):
    """Every act, clock, step, message, duty and entry of the register follows again from the trail alone."""
    kinds = {kind for (kind,) in lived.raw.all("SELECT DISTINCT kind FROM event")}
    assert {"clock.paused", "clock.resumed", "clock.extended", "clock.recomputed", "extension.refused"} <= kinds
    assert {
        "clock.cancelled",
        "leave.ended",
        "duty.missed",
        "duty.recorded",
        "duty.warned",
        "duty.met",
        "duty.reopened",
        "duty.skipped",
        "case.linked",
        "case.attached",
    } <= kinds
    assert lived.verify(replay=True)["problems"] == []


# Of each table one row is taken; every column is changed in turn, but for those a program may set as it goes.
OPERATIONAL = {
    "timer": {"id", "try_at", "attempts", "error"},
    "outbox": {"id", "state", "attempts", "try_at", "sent_at", "error"},
    "cases": {"n", "hash", "at"},  # the head; `verify` looks at it without --replay too
    "policy": {"at"},
    "definition": {"at"},
    "calendar": {"at"},
    "workspace": {"id", "now", "seen_size", "seen_root"},
    "counter": {"hash"},
    "event": set(),
}
TABLES = [
    "cases", "clock", "timer", "file", "link", "extension", "outbox", "unit", "person", "post", "posting", "portfolio",
    "leave", "period", "activity", "calendar", "policy", "definition", "in_force", "workspace", "counter",
]  # fmt: skip
PICK = {
    "cases": "ref = 'RPT-2026-0001'",
    "timer": "state = 'fired'",
    "calendar": "name = 'CN' AND current = 1",
    "counter": "name = 'RPT-2026'",
    "person": "login = 'li'",
    "extension": "state = 'approved'",
    "period": "required IS NOT NULL AND status = 'open'",
    "activity": "corrects IS NOT NULL",
}
OTHERS = {
    "state": {"met": "running", "breached": "met", "running": "met", "fired": "closed", "approved": "asked"},
    "status": {"missed": "met", "open": "met", "met": "open"},
    "what": {"remind": "step", "breach": "step", "step": "remind"},
    "level": {None: 3},
    "erased_n": {None: 3},
}
WORDS = {"cases": "case", "period": "duty"}
JSON = {"fields", "acted", "acted_at", "rule", "stops", "extensions", "body", "compiled"}


def columns_of(lived: Lived, table: str) -> list[str]:
    if lived.raw.kind == "sqlite":
        return [row[1] for row in lived.raw.all(f"PRAGMA table_info({table})")]
    rows = lived.raw.all("SELECT column_name::text FROM information_schema.columns WHERE table_name = :t", t=table)
    return [name for (name,) in rows]


def other(column: str, value: Any) -> Any:
    """Another value that the column may hold."""
    if column in JSON:
        found = json.loads(value)
        return json.dumps({**found, "zone": "Mars"} if isinstance(found, dict) else [*found, "1 day"])
    if value in OTHERS.get(column, {}):
        return OTHERS[column][value]
    if isinstance(value, int):
        return 1 - value if value in {0, 1} else value + 1
    return f"{value}x" if value else "x"


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_the_living_tables_is_compared(lived, table):
    """Whatever is edited in a living table is named with the table and the column, or its row by name."""
    names = columns_of(lived, table)
    quoted = ", ".join(f'"{name}"' for name in names)
    found = lived.raw.all(f"SELECT {quoted} FROM {table} WHERE {PICK.get(table, '1 = 1')} LIMIT 1")
    row = dict(zip(names, found[0], strict=True))
    compared = [name for name in names if name not in OPERATIONAL.get(table, set())]
    if lived.raw.kind == "postgres":
        compared = compared[::4]  # the comparison is the same; that each table is read rightly is seen
    for column in compared:
        edited = row | {column: other(column, row[column])}
        replace(lived, table, row, edited)
        says = [found["what"] for found in problems(lived)]
        assert any(table in what or WORDS.get(table, table) in what for what in says), (column, says)
        replace(lived, table, edited, row)
    assert compared
    assert problems(lived) == []


def replace(lived: Lived, table: str, was: dict[str, Any], row: dict[str, Any]) -> None:
    """Put one row in the place of another."""
    same = " AND ".join(f'"{name}" IS NOT DISTINCT FROM :{name}_was' for name in row)
    if lived.raw.kind == "sqlite":
        same = same.replace("IS NOT DISTINCT FROM", "IS")
    sets = ", ".join(f'"{name}" = :{name}' for name in row)
    places = row | {f"{name}_was": value for name, value in was.items()}
    assert lived.raw.run(f"UPDATE {table} SET {sets} WHERE {same}", **places) == 1


ROWS = [table for table in TABLES if table not in {"workspace", "cases"}]


@pytest.mark.parametrize("table", ROWS)
def test_a_removed_row_is_missed(lived, table):
    """Every row that the trail calls for has to be there."""
    (before,) = lived.raw.one(f"SELECT count(*) FROM {table}")
    where = PICK.get(table, "1 = 1")
    if lived.raw.kind == "sqlite":
        lived.raw.run(f"DELETE FROM {table} WHERE rowid = (SELECT rowid FROM {table} WHERE {where} LIMIT 1)")
    else:
        lived.raw.run(f"DELETE FROM {table} WHERE ctid = (SELECT ctid FROM {table} WHERE {where} LIMIT 1)")
    assert lived.raw.one(f"SELECT count(*) FROM {table}") == (before - 1,)
    assert any(table in row["what"] or row["stream"].startswith("duty/") for row in problems(lived))


ADDED = {
    "clock": "INSERT INTO clock SELECT case_id, 'other', run, state, started_at, from_at, due_at, due_on, precision, "
    "provisional, calendar, zone, calendar_version, rule, stops, extensions, ladder, level, breached_at, met_at, "
    "ended_at FROM clock LIMIT 1",
    "timer": "INSERT INTO timer SELECT 'another', case_id, clock, run + 7, what, step, occurrence, at, try_at, "
    "'fired', attempts, error, fired_at FROM timer LIMIT 1",
    "file": "INSERT INTO file SELECT case_id, 99, sha256, name, size, at, event FROM file LIMIT 1",
    "link": "INSERT INTO link SELECT case_id, 'other', ref FROM link LIMIT 1",
    "extension": "INSERT INTO extension (id, case_id, clock, run, by, state, asked_by, asked_at) "
    "SELECT 'another', case_id, clock, run, by, 'asked', asked_by, asked_at FROM extension LIMIT 1",
    "outbox": "INSERT INTO outbox SELECT 'another', ref, event, kind, person, channel, 'another', body, created_at, "
    "state, attempts, try_at, sent_at, error FROM outbox LIMIT 1",
    "unit": "INSERT INTO unit (code, name, kind) VALUES ('shadow', 'Shadow', 'unit')",
    "person": "INSERT INTO person (id, login, name) VALUES ('p_1', 'nn', 'NN')",
    "post": "INSERT INTO post (unit, post, single) VALUES ('safety', 'adviser', 0)",
    "posting": "INSERT INTO posting SELECT person, 'county', 'first', from_on, to_on, acting FROM posting LIMIT 1",
    "portfolio": "INSERT INTO portfolio SELECT person, 'county', from_on, to_on FROM portfolio LIMIT 1",
    "leave": "INSERT INTO leave SELECT 'another', person, deputy, '2030-01-01', '2030-01-02' FROM leave LIMIT 1",
    "period": "INSERT INTO period SELECT duty, unit, '1999', opens_at, due_on, status, ref, required, done, warned "
    "FROM period LIMIT 1",
    "activity": 'INSERT INTO activity SELECT duty, unit, 99, "window", held_on, count, posts, present, title, '
    "attached, NULL, at, actor FROM activity LIMIT 1",
    "calendar": "INSERT INTO calendar SELECT name, 'other', body, at, 0 FROM calendar LIMIT 1",
    "policy": "INSERT INTO policy SELECT 'other', name, compiled, at FROM policy LIMIT 1",
    "definition": "INSERT INTO definition SELECT 'other', type, body, at FROM definition LIMIT 1",
    "in_force": "INSERT INTO in_force SELECT 'other', definition FROM in_force LIMIT 1",
    "counter": "INSERT INTO counter (name, value) VALUES ('XYZ-2026', 4)",
}


@pytest.mark.parametrize("table", ADDED)
def test_a_row_that_nothing_calls_for_is_named(lived, table):
    """A clock, a posting, a person, a message that no event speaks of."""
    assert lived.raw.run(ADDED[table]) == 1
    assert any(table in row["what"] or row["stream"].startswith("duty/") for row in problems(lived))


def test_rows_without_a_case_are_named(lived):
    """What is left behind by a case that was taken away, in each table that belongs to cases."""
    for table in ("clock", "timer", "file", "link", "extension"):
        lived.raw.run(f"UPDATE {table} SET case_id = 'nobody' WHERE case_id = (SELECT min(case_id) FROM {table})")
    lived.raw.run("UPDATE outbox SET event = 'nothing', ref = NULL WHERE id = (SELECT min(id) FROM outbox)")
    says = [row["what"] for row in problems(lived)]
    for table in ("clock", "timer", "file", "link", "extension"):
        assert any(what.startswith(table) and "of a case nobody that is gone" in what for what in says), table
    assert any("owed for an event that does not exist" in what for what in says)


def test_an_edited_state_is_named_as_it_is_and_was(lived):
    """The sentence says what the table says and what the trail says, and names the last event of the case."""
    lived.raw.run("UPDATE cases SET state = 'drafted' WHERE ref = :ref", ref=REPORT)
    ((event, n),) = lived.raw.all("SELECT id, n FROM event WHERE stream = :s ORDER BY n DESC LIMIT 1", s=REPORT)
    what = "cases.state is 'drafted', the trail says 'archived'"
    assert problems(lived) == [{"event": event, "stream": REPORT, "n": n, "what": what}]


def test_an_edited_posting_is_named_in_the_register(lived):
    """A posting that was ended by hand is named with its key, and the event that set it."""
    lived.raw.run("UPDATE posting SET to_on = '2026-02-01' WHERE post = 'inspector'")
    (row,) = problems(lived)
    assert row["stream"] == "org"
    assert row["event"] is not None
    assert row["what"].startswith("posting (p_")
    assert row["what"].endswith("county, inspector, 2025-01-01).to_on is '2026-02-01', the trail says nothing")


@pytest.fixture
def attack(lived) -> Iterator[Attack]:
    """A trail that is rewritten so well that it is consistent with itself."""
    with lived.raw.unchecked():
        yield Attack(lived)


def nth(kind: str, which: int = 0, **said: Any) -> Callable[[Attack, str], int]:
    """Finds the number of an event by its kind and what its data or the event itself says."""

    def find(attack: Attack, stream: str) -> int:
        found = []
        for n in attack.kinds(stream, kind):
            event = attack.event(stream, n)["event"]
            if all(event.get(name, event["data"].get(name)) == value for name, value in said.items()):
                found.append(n)
        return found[which]

    return find


Change = Callable[[Attack, str, int], None]


def data(**said: Any) -> Change:
    return lambda attack, stream, n: attack.set(stream, n, **said)


def event(**said: Any) -> Change:
    return lambda attack, stream, n: attack.rewrite(stream, n, **said)


def removed(attack: Attack, stream: str, n: int) -> None:
    attack.remove(stream, n)


def without(field: str) -> Change:
    """The commitment and the value are taken away together."""

    def change(attack: Attack, stream: str, n: int) -> None:
        found = attack.event(stream, n)
        attack.raw.run("DELETE FROM payload WHERE event = :e AND field = :f", e=found["id"], f=field)
        commit = {name: value for name, value in found["event"]["commit"].items() if name != field}
        attack.rewrite(stream, n, commit=commit)

    return change


def by_who_did(action: str) -> Change:
    """As if the same person had done it who did another action before."""

    def change(attack: Attack, stream: str, n: int) -> None:
        first = attack.event(stream, nth("case.acted", -1, action=action)(attack, stream))["event"]
        attack.rewrite(stream, n, actor=first["actor"], behalf=first["behalf"])

    return change


FORGED: list[tuple[str, Callable[[Attack, str], int], Change, str]] = [
    (REPORT, nth("case.acted", action="review"), data(roles=[]), "you hold none of these roles"),
    (REPORT, nth("case.acted", action="review"), data(roles=["staff"]), "you hold none of these roles"),
    (REPORT, nth("case.acted", action="review"), by_who_did("submit"), "whoever did that may not do review"),
    (REPORT, nth("case.acted", action="submit"), without("file/1"), "submit needs a file as evidence"),
    (REPORT, nth("case.acted", action="return"), without("reason"), "return needs a reason"),
    (REPORT, nth("case.acted", action="submit"), event(to="reviewed"), "to is 'reviewed', decided again it is"),
    (REPORT, nth("case.acted", action="review"), event(action="archive"), "archive is not possible while"),
    (REPORT, nth("case.acted", action="review"), event(action="shred"), "There is no action shred"),
    (
        REPORT,
        nth("case.acted", action="review"),
        event(rule="report/action/review@1"),
        "rule is 'report/action/review@1'",
    ),
    (REPORT, nth("case.acted", action="review"), event(unit="data"), "unit is 'data', decided again it is 'safety'"),
    (REPORT, nth("case.acted", action="review"), data(version=9), "version is 9, decided again it is"),
    (REPORT, nth("case.acted", action="review"), removed, "nothing that happened before it leads to it"),
    (REPORT, nth("clock.breached"), removed, "clock.breached should come here, not clock.escalated"),
    (REPORT, nth("clock.escalated"), removed, "step is 2, decided again it is 1"),
    (REPORT, nth("clock.escalated", 1), data(step=4), "step is 4, decided again it is"),
    (REPORT, nth("clock.breached"), data(timer_at="2026-03-01T00:00:00.000000Z"), "timer_at is '2026-03-01T00:00:00"),
    (REPORT, nth("clock.met"), data(late=False), "late is false, decided again it is true"),
    (REPORT, nth("clock.met"), event(kind="clock.cancelled"), "clock.met should come here, not clock.cancelled"),
    (REPORT, nth("clock.met", -1), removed, "clock.met should follow it, and does not"),
    (REPORT, nth("clock.started"), data(due_at="2026-03-31T15:59:59.000000Z"), "due_at is '2026-03-31T15:59:59"),
    (REPORT, nth("clock.started"), data(rule={"limit": "90 days"}), "rule is {"),
    (REPORT, nth("clock.started"), data(calendar_version="other"), "calendar_version is 'other', decided again"),
    (
        REPORT,
        nth("case.opened"),
        data(reckoned={"calendar": "none", "zone": "Asia/Shanghai", "calendars": 1}),
        "calendar is 'CN', decided again it is 'none'",
    ),
    (
        REPORT,
        nth("case.opened"),
        data(reckoned={"calendar": "CN", "zone": "Asia/Shanghai", "calendars": 99}),
        "there were no calendars as of number 99",
    ),
    (REPORT, nth("case.opened"), data(severity="grave"), "severity is 'grave', decided again it is nothing"),
    (REPORT, nth("case.opened"), data(fields={}), "its fields are not those of report"),
    (REPORT, nth("case.opened"), data(fields={"recipient": "county", "colour": "red"}), "its fields are not those"),
    (REPORT, nth("case.opened"), data(definition="0" * 64), "there was no such definition of report"),
    (REPORT, nth("case.opened"), data(opener="p_00000000000000000000"), "opener is 'p_0"),
    (REPORT, nth("case.opened"), event(to="reviewed"), "to is 'reviewed', decided again it is 'drafted'"),
    (REPORT, nth("case.commented"), event(kind="case.blessed"), "nothing that happened before it leads to it"),
    (REPORT, nth("case.commented"), event(kind="clock.reminded"), "no clock owed it at this time"),
    (REPORT, nth("case.commented"), event(kind="clock.resumed"), "nothing that happened before it leads to it"),
    (INCIDENT, nth("case.assigned"), data(was=None), "the owner was 'p_"),
    (INCIDENT, nth("clock.extended"), data(by="30 working days"), "due_at is '"),
    (INCIDENT, nth("clock.extended"), data(id="other"), "nobody else had asked for this time"),
    (INCIDENT, nth("extension.requested"), data(by="30 working days"), "is more than the"),
    (INCIDENT, nth("case.acted", action="regrade"), data(fields={"severity": "general"}), "opens is [{"),
    (ERRAND, nth("clock.paused"), removed, "clock.paused should come here"),
    (ERRAND, nth("clock.resumed"), data(stops=[]), "stops is [], decided again it is [["),
    (ERRAND, nth("case.acted", action="lapse"), event(action="warn", to="asked"), "action is 'warn', decided again"),
    (ERRAND, nth("case.acted", action="lapse"), event(actor="p_00000000000000000000"), "actor is 'p_0"),
    (ERRAND, nth("case.acted", action="wait"), event(actor=None, via="system"), "no clock called for it"),
    ("org", nth("org.changed", table="posting"), data(op="bless"), "it does not say what of the register it changes"),
    ("org", nth("leave.set"), event(kind="case.acted"), "case.acted is not something that happens to the register"),
    ("calendar", nth("calendar.imported"), data(was="before"), "it does not follow from the calendars before it"),
    ("calendar", nth("calendar.imported", name="CN"), data(digest="0" * 64), "was altered"),
    ("policy", nth("policy.applied"), data(hash="0" * 64), "no event put it in force"),
    ("policy", nth("policy.applied"), data(types=None), "it does not say which policy it puts in force"),
]


@pytest.mark.parametrize(("stream", "find", "change", "what"), FORGED)
def test_a_trail_that_could_not_have_been_lived(lived, attack, stream, find, change, what):  # noqa: PLR0917
    """Rewritten so that every hash fits: what could not have been decided so is named at its place."""
    change(attack, stream, find(attack, stream))
    rows = [row for row in problems(lived) if "register number" not in row["what"]]
    assert any(what in row["what"] and row["stream"] == stream for row in rows), rows


DUTIES: list[tuple[Change, str]] = [
    (data(unit="county"), "it is about another duty or unit"),
    (data(window="1999"), "the window 1999 was never opened"),
    (event(kind="duty.blessed"), "duty.blessed is not something that happens to a duty"),
    (event(kind="duty.opened"), "is opened a second time"),
    (data(window=None), "was never opened"),
    (event(data={}), "it does not say which window of which duty it is about"),
]


@pytest.mark.parametrize(("change", "what"), DUTIES)
def test_a_duty_that_could_not_have_gone_so(lived, attack, change, what):
    """Windows are opened once, in their own stream, and then met, missed or skipped."""
    query = "SELECT stream, n FROM event WHERE kind = 'duty.missed' AND unit <> 'county' ORDER BY stream LIMIT 1"
    stream, n = attack.raw.one(query)
    change(attack, stream, n)
    assert any(what in row["what"] and row["stream"] == stream for row in problems(lived))


def test_a_case_of_a_duty_belongs_to_its_window(lived, attack):
    """A case that says a duty opened it, and a window that names it, agree."""
    query = "SELECT ref FROM period ORDER BY ref LIMIT 1"
    (ref,) = attack.raw.one(query)
    attack.set(ref, 1, duty=None)
    attack.set(REPORT, 1, duty="bulletin")
    says = {row["stream"]: row["what"] for row in problems(lived)}
    assert any(f"its case {ref} was not opened for" in what for what in says.values())
    assert says[REPORT] == "it was opened for bulletin, which has no such window"


def test_what_was_erased_on_record_can_still_be_decided_again(lived, attack):
    """Every value beside the trail erased, each on record: nothing is compared with what nobody knows any more."""
    rows = attack.raw.all("SELECT p.event, p.field, e.stream FROM payload p JOIN event e ON e.id = p.event")
    attack.raw.run("DELETE FROM payload")
    (at,) = attack.raw.one("SELECT max(at) FROM event")
    first = attack.event("log", 1)["event"]
    for number, (erased, field, stream) in enumerate(rows):
        n = attack.last(stream) + 1
        attack.raw.run(
            """INSERT INTO event (id, stream, n, prev, at, kind, canon, hash)
            VALUES (:id, :s, :n, :p, '', '', '{}', :p)""",
            id=f"erasure-{number}", s=stream, n=n, p="0" * 64,
        )  # fmt: skip
        changes = {"id": f"erasure-{number}", "stream": stream, "n": n, "at": at, "kind": "data.erased", "commit": {}}
        attack.put(stream, n, first | changes | {"data": {"event": erased, "field": field, "stream": stream}})
    for stream in {stream for _, _, stream in rows}:
        attack.relink(stream)
    assert problems(lived) == []


def test_a_clock_set_back_harms_nothing(world: World):
    """Whoever acts with a clock behind the record acts at the time of the record, in every table alike."""
    ref = world.report()
    world.fast_forward(days=1)
    world.do(ref, "submit", "wang", file="x")
    world.store.transact(lambda tx: tx.put("UPDATE workspace SET now = '2026-02-09T02:00:00.000000Z' WHERE id = 1"))
    world.do(ref, "return", "feng", reason="set back")
    last = world.log(case=ref)[-1]
    assert last["at"] == "2026-02-10T01:00:00.000000Z"
    with world.store.read() as tx:
        from workflow.verify import verify

        assert verify(tx, replay=True)["problems"] == []


def test_calendars_that_change_in_one_instant(world: World):
    """Acts before and after an import at one time are each decided by the calendars that were in force for them."""
    from workflow.verify import verify

    body = shipped()["CN"]
    for number in range(3):
        world.report()
        changed = {**body, "off": sorted([*body["off"], f"2026-02-1{number}"]), "version": f"v{number}"}
        world.store.transact(lambda tx, changed=changed: calendars.import_(tx, {"CN": changed}, admin(tx)))
        world.incident("large", as_="li")
    assert len({row["data"]["reckoned"]["calendars"] for row in world.log(kind="clock.started")}) == 4
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []
    world.fast_forward(days=30)
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []


def test_two_acts_in_one_transaction(world: World):
    """Many acts in one commit, of several persons, replay as they were done."""
    from workflow.verify import verify

    wang, feng = world.who("wang"), world.who("feng")
    paper = world.paper("x")

    def work(tx: Any) -> None:
        opened = [
            engine.open_case(tx, "report", unit="safety", title=f"R{n}", given={"recipient": "county"}, who=wang)
            for n in range(5)
        ]
        for one in opened:
            engine.act(tx, one.ref, "submit", who=wang, files=[paper])
            engine.act(tx, one.ref, "review", who=feng)

    world.store.transact(work)
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []


def test_a_limit_counted_anew_is_on_record_though_its_day_stays(world: World):
    """A reset on the first day moves no due time, but what is counted from then on begins later: it is written down."""
    from support.lived import ERRAND as ERRAND_TEXT

    from workflow.verify import verify

    world.apply(ERRAND_TEXT)
    ref = world.new("errand", "wang")
    world.fast_forward(hours=1)
    world.do(ref, "amend", "wang", reason="the road is closed")
    (again,) = world.log(case=ref, kind="clock.recomputed")
    assert again["data"]["from_at"] == "2026-02-09T02:00:00.000000Z"
    assert (again["data"]["run"], again["data"]["was"]["run"]) == (1, 1)
    world.do(ref, "wait", "wang")
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("canon", "x"), ("canon", "[]"), ("canon", "{}"), ("canon", '{"data":[]}'), ("value", '"x')],
)
def test_what_cannot_be_read_is_named_and_the_rest_still_looked_at(lived, attack, column, value):
    """Of an act, the register, a duty, a calendar and the log: an event or a value that is no text of one."""
    duty = lived.raw.one("SELECT min(stream) FROM event WHERE stream LIKE 'duty/%' AND kind = 'duty.recorded'")[0]
    places = {(REPORT, 1), ("org", 2), (duty, 2), ("calendar", 2), ("log", 1), ("policy", 1)}
    if column == "canon":
        for stream, n in places:
            lived.raw.run("UPDATE event SET canon = :v WHERE stream = :s AND n = :n", v=value, s=stream, n=n)
    else:
        lived.raw.run("UPDATE payload SET value = :v", v=value)
        places = {(REPORT, 1), ("org", 2)}
    lived.raw.run("UPDATE cases SET state = 'x' WHERE ref = :s", s=INCIDENT)
    says = problems(lived)
    assert {(one["stream"], one["n"]) for one in says} >= places
    assert any("cases.state is 'x'" in one["what"] for one in says)


ODD = [
    (
        "UPDATE event SET n = 'x' WHERE stream = 'org' AND n = 3",
        "the column n of the event holds 'x', which is no number",
    ),
    ("UPDATE event SET stream = x'01' WHERE stream = 'org' AND n = 4", "the column stream of the event holds"),
    ("UPDATE event SET at = CAST(at AS BLOB) WHERE stream = 'org' AND n = 5", "the column at of the event holds"),
    ("UPDATE cases SET n = 'x' WHERE ref = 'RPT-2026-0001'", "the column n of the head holds 'x', which is no number"),
    ("UPDATE cases SET ref = x'01' WHERE ref = 'RPT-2026-0001'", "the column name of the head holds"),
    ("UPDATE unsealed SET at = x'01' WHERE stream = 'org' AND n = 6", "it has no leaf, and does not wait for one"),
    ("UPDATE payload SET field = CAST(field AS BLOB) WHERE field = 'title'", "is kept that it never committed to"),
    ("UPDATE counter SET value = 'x' WHERE name = 'register'", "counter.value is 'x'"),
    ("UPDATE in_force SET type = x'01' WHERE type = 'task'", "in_force.task is nothing"),
    ("UPDATE period SET duty = x'01' WHERE duty = (SELECT min(duty) FROM period)", "is here, and no event says so"),
    ("UPDATE payload SET value = CAST(x'FF' AS TEXT) WHERE field = 'login'", "the value of login was CHANGED"),
    ("UPDATE event SET canon = CAST(x'FF' AS TEXT) WHERE stream = 'org' AND n = 7", "its canon is not the text of an"),
    ("UPDATE outbox SET state = 'held' WHERE state = 'waiting'", ".state is 'held', which is none of waiting,"),
]


def test_sqlite_keeps_anything_and_it_is_named(lived):
    """A word in the place of a number, bytes in the place of a text, or as a text that is none: each is named, and what
    is behind it looked at.
    """
    if lived.raw.kind != "sqlite":
        return
    with lived.raw.unchecked():
        lived.raw.run("UPDATE event SET via = 'elsewhere' WHERE stream = 'policy' AND n = 1")
        for statement, says in ODD:
            assert lived.raw.run(statement) > 0
            found = [one["what"] for one in problems(lived)]
            assert any(says in what for what in found), (statement, found)
            assert any("the column via says 'elsewhere'" in what for what in found)
