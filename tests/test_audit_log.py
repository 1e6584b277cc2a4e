"""Questions to the trail: the shape of an event, every filter, pages, and which index answers."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from support.raw import Raw
from support.world import World

from states.errors import NotFound, Usage
from workflow import audit
from workflow.audit_walk import Alike, Place, Question, walks
from workflow.migrate import connection_to
from workflow.trail import NO_HASH, leaf_hash
from workflow.verify import verify

SHAPE = ["id", "stream", "n", "case", "at", "kind", "actor", "behalf", "via", "from", "to", "action", "rule", "reason",
         "data", "hash", "prev", "leaf"]  # fmt: skip


@pytest.fixture
def lived(world: World) -> tuple[World, str, str]:
    """An office where a report was submitted late by a deputy, and an incident is open."""
    report = world.report(period="first quarter")
    incident = world.incident("large", as_="li")
    world.leave("li", "2026-03-01", "2026-03-31", deputy="chen")
    world.until("2026-03-05 10:00")
    world.do(report, "submit", "chen", file="one", reason="the figures came late")
    world.do(report, "return", "feng", reason="page two is missing")
    return world, report, incident


def ask(world: World, **asked: Any) -> list[dict[str, Any]]:
    with world.store.read() as tx:
        found = audit.log(tx, **{"limit": 1000, **asked})
    assert found["schema"] == 1
    return list(found["rows"])


def everything(world: World) -> list[dict[str, Any]]:
    return ask(world)


def test_an_event_has_the_shape_of_the_contract(lived):
    """Every event has exactly these keys, and repeats what its hashed text says."""
    world, *_ = lived
    canons = {id_: json.loads(text) for id_, text in world.rows("SELECT id, canon FROM event")}
    hashes = {id_: leaf_hash(text) for id_, text in world.rows("SELECT id, canon FROM event")}
    rows = everything(world)
    assert len(rows) == len(canons)
    for row in rows:
        assert list(row) == SHAPE
        same = ("stream", "n", "at", "kind", "via", "from", "to", "action", "rule", "prev")
        assert {key: row[key] for key in same} == {key: canons[row["id"]][key] for key in same}
        assert row["hash"] == hashes[row["id"]]
        assert row["leaf"] is None


def test_it_ascends_by_time_stream_and_number(lived):
    """The order is (at, stream, n), and within a stream each event names the one before it."""
    world, *_ = lived
    rows = everything(world)
    places = [(row["at"], row["stream"], row["n"]) for row in rows]
    assert places == sorted(places)
    heads: dict[str, tuple[int, str]] = {}
    for row in rows:
        n, hash_ = heads.get(row["stream"], (0, NO_HASH))
        assert (row["n"], row["prev"]) == (n + 1, hash_)
        heads[row["stream"]] = (row["n"], row["hash"])


def test_persons_are_logins_and_reasons_are_read(lived):
    """A deputy's late act: who, for whom, why, with what file; in the trail's text all of that is opaque."""
    world, report, _ = lived
    (row,) = [row for row in ask(world, case=report, kind="case.acted") if row["action"] == "submit"]
    assert (row["actor"], row["behalf"], row["via"]) == ("chen", "li", "sandbox-as")
    assert row["reason"] == "the figures came late"
    (file,) = row["data"]["files"]
    assert (file["name"], file["size"], len(file["sha256"])) == ("paper.txt", 3, 64)
    (text,) = [text for (text,) in world.rows("SELECT canon FROM event WHERE id = :id", id=row["id"])]
    assert not any(word in text for word in ("chen", "figures", "paper"))


def test_kept_values_stand_in_their_places(lived):
    """The title and the free-text fields of an opening, beside the fields that are in the trail itself."""
    world, report, _ = lived
    row = ask(world, case=report)[0]
    assert (row["kind"], row["case"], row["from"], row["to"]) == ("case.opened", report, None, "drafted")
    assert row["data"]["title"] == "A matter"
    assert row["data"]["fields"] == {"recipient": "county", "period": "first quarter"}
    assert (row["data"]["owner"], row["data"]["opener"]) == ("wang", "wang")


def test_persons_inside_the_data_are_logins_too(lived):
    """Whom a ladder told, deep inside the data, is named by login."""
    world, report, _ = lived
    told = [row["data"]["told"] for row in ask(world, case=report, kind="clock.escalated")]
    assert {"person": "wang", "role": "owner", "for": None} in told[0]
    assert all(len(one["person"]) < 20 for some in told for one in some)


def test_files_come_in_the_order_they_were_given(world):
    """Twelve files of one case, each with its act: the list of an act is in order of number, not of text."""
    ref = world.report()
    who = world.who("wang")
    papers = [world.paper(str(n), f"{n}.txt") for n in range(12)]
    from workflow import engine

    world.store.transact(lambda tx: engine.act(tx, ref, "submit", who=who, files=papers))
    (row,) = ask(world, case=ref, kind="case.acted")
    assert [file["name"] for file in row["data"]["files"]] == [f"{n}.txt" for n in range(12)]


def test_what_was_erased_says_so(lived):
    """Where the value behind a commitment is gone, its place says erased; the reason of the event is null then."""
    world, report, _ = lived
    raw = Raw(world.url)
    raw.run("DELETE FROM payload WHERE event IN (SELECT id FROM event WHERE stream = :ref)", ref=report)
    raw.close()
    rows = ask(world, case=report)
    assert rows[0]["data"]["title"] == {"erased": True}
    assert rows[0]["data"]["fields"]["period"] == {"erased": True}
    (acted,) = [row for row in rows if row["action"] == "submit"]
    assert acted["reason"] is None
    assert acted["data"]["reason"] == {"erased": True}
    assert acted["data"]["files"] == [{"erased": True}]


def test_an_erased_person_stays_an_id(lived):
    """An id nobody is registered under is shown as it is, and can still be asked for."""
    world, report, _ = lived
    ((person,),) = world.rows("SELECT id FROM person WHERE login = 'chen'")
    raw = Raw(world.url)
    raw.run("DELETE FROM person WHERE id = :id", id=person)
    raw.close()
    assert {row["case"] for row in ask(world, actor=person)} == {report}
    assert {row["actor"] for row in ask(world, actor=person)} == {person}
    with pytest.raises(NotFound):
        ask(world, actor="chen")


FILTERS = [
    ({"actor": "feng"}, lambda row: row["actor"] == "feng"),
    ({"kind": "clock.started"}, lambda row: row["kind"] == "clock.started"),
    ({"kind": "clock"}, lambda row: row["kind"].startswith("clock.")),
    ({"kind": "clock."}, lambda row: row["kind"].startswith("clock.")),
    ({"kind": "clock.*"}, lambda row: row["kind"].startswith("clock.")),
    ({"kind": "notice"}, lambda _: False),
    ({"stream": "org"}, lambda row: row["stream"] == "org"),
    ({"stream": "notices"}, lambda _: False),
    ({"rule": "report/clock/submit"}, lambda row: (row["rule"] or "").startswith("report/clock/submit@")),
    ({"rule": "report/clock"}, lambda _: False),
    ({"since": "2026-03-01T00:00:00Z"}, lambda row: row["at"] >= "2026-03-01"),
    ({"until": "2026-03-01T00:00:00Z"}, lambda row: row["at"] < "2026-03-01"),
    ({"since": "2026-02-09T09:00:00+08:00"}, lambda row: row["at"] >= "2026-02-09T01:00:00.000000Z"),
    ({"until": "2026-02-09T09:00:00+08:00"}, lambda row: row["at"] < "2026-02-09T01:00:00.000000Z"),
]


@pytest.mark.parametrize(("asked", "meets"), FILTERS)
def test_a_filter_gives_what_meets_it(lived, asked, meets):
    """Each filter gives exactly the events that meet it, in the same order."""
    world, *_ = lived
    assert ask(world, **asked) == [row for row in everything(world) if meets(row)]


def test_a_unit_gives_everything_of_its_cases_and_of_itself(lived):
    """The unit of a case marks all its events; the unit's own entry in the register belongs to it too."""
    world, report, incident = lived
    rows = ask(world, unit="safety")
    assert {report, incident, "org"} <= {row["stream"] for row in rows}
    of_unit = {id_ for (id_,) in world.rows("SELECT id FROM event WHERE unit = 'safety'")}
    assert {row["id"] for row in rows} == of_unit


def test_filters_meet(lived):
    """Any two or three filters together give what meets them all."""
    world, report, _ = lived
    some = [
        {"case": report},
        {"actor": "chen"},
        {"unit": "safety"},
        {"kind": "clock"},
        {"kind": "case.acted"},
        {"rule": "report/action/submit"},
        {"since": "2026-02-10T00:00:00Z"},
        {"until": "2026-03-05T00:00:00Z"},
    ]
    alone = {json.dumps(one): {row["id"] for row in ask(world, **one)} for one in some}
    for several in (*itertools.combinations(some, 2), *itertools.combinations(some, 3)):
        together = {key: value for one in several for key, value in one.items()}
        if len(together) == len(several):
            meets = set.intersection(*(alone[json.dumps(one)] for one in several))
            assert {row["id"] for row in ask(world, **together)} == meets, together


def test_versions_of_a_rule(lived):
    """Without its version a rule gives the events of every version, with it those of one, in order of time."""
    world, report, _ = lived
    (old,) = {row["rule"] for row in ask(world, rule="report/clock/submit")}
    text = PACK_REPORT.replace("10 working days, holders: [owner]", "7 working days, holders: [owner]")
    world.apply(text)
    newer = world.report()
    world.fast_forward(days=40)
    rows = ask(world, rule="report/clock/submit")
    new = {row["rule"] for row in rows} - {old}
    assert len(new) == 1
    assert report in {row["case"] for row in ask(world, rule=old)}
    assert newer in {row["case"] for row in ask(world, rule=new.pop())}
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert rows == [row for row in everything(world) if (row["rule"] or "").startswith("report/clock/submit@")]


PACK_REPORT = """
case: report
title: {en: Report, zh: 报告}
ref: RPT
fields:
  recipient: {type: unit, required: true}
states:
  drafted:   {initial: true}
  submitted: {final: true}
actions:
  submit:   {from: drafted, to: submitted, by: [owner], needs: [file]}
clocks:
  submit:  {runs_in: drafted,   limit: 10 working days, holders: [owner], remind: [1 working day], ladder: late}
ladders:
  late:
    - {after: 0, tell: [owner]}
"""

PAGED: list[dict[str, Any]] = [
    {},
    {"kind": "clock"},
    {"unit": "safety"},
    {"actor": "chen"},
    {"rule": "report/clock/submit"},
    {"kind": "clock", "unit": "safety"},
    {"since": "2026-02-10T00:00:00Z"},
    {"stream": "org"},
]


@pytest.mark.parametrize("asked", PAGED)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_join_without_gap_or_overlap(lived, asked, size):
    """Page after page gives what one page gives, and the last says that there is no more."""
    world, *_ = lived
    whole, rows, token = ask(world, **asked), [], None
    with world.store.read() as tx:
        for _ in range(len(whole) // size + 2):
            found = audit.log(tx, **asked, limit=size, after=token)
            rows += found["rows"]
            token = found["next"]
            if token is None:
                break
    assert token is None
    assert rows == whole


def test_history_is_the_case(lived):
    """The history of a case is all of its stream."""
    world, report, _ = lived
    with world.store.read() as tx:
        found = audit.history(tx, report)
        first = audit.history(tx, report, limit=2)
        second = audit.history(tx, report, limit=2, after=first["next"])
    assert [row["n"] for row in found["rows"]] == list(range(1, len(found["rows"]) + 1))
    assert first["rows"] + second["rows"] == found["rows"][:4]


NOBODY = [{"case": "RPT-1999-0001"}, {"case": "org"}, {"stream": "RPT-1999-0001"}, {"unit": "nowhere"}, {"actor": "nn"}]


@pytest.mark.parametrize("asked", NOBODY)
def test_unknown_names_are_not_found(world, asked):
    """A case, stream, unit or login nobody knows is not an empty answer but a mistake that is named."""
    with pytest.raises(NotFound):
        ask(world, **asked)


WRONG = [
    {"kind": "clok.started"},
    {"kind": ""},
    {"kind": "clock.strated"},
    {"after": "x"},
    {"after": "é"},
    {"after": ""},
    {"after": "WyJhIiwgImIiLCAiYyJd"},
    {"after": "W" * 100_000},
    {"after": "WyJcdWQ4MDAiLCAiYiIsIDFd"},
    {"limit": 0},
    {"limit": 1001},
    {"since": "yesterday"},
    {"until": "2026-03-01"},
    {"since": "2026-03-01T10:00:00"},
]


@pytest.mark.parametrize("asked", WRONG)
def test_wrong_words_are_named(world, asked):
    """A kind that does not exist, a token of no page, a page too large, an instant without offset: wrong words."""
    with pytest.raises(Usage):
        ask(world, **asked)


def test_a_misspelt_kind_gets_a_suggestion(world):
    """The nearest kind is proposed."""
    with pytest.raises(Usage) as refused:
        ask(world, kind="clock.breeched")
    assert refused.value.places["near"] == "clock.breached"


def test_a_time_in_a_stream_is_found_wherever_it_begins(lived):
    """Before, at and after every event of every stream; events of the same instant, and a gap, are no obstacle."""
    world, report, _ = lived
    raw = Raw(world.url)
    with raw.unchecked():
        raw.run("DELETE FROM event WHERE stream = :s AND n IN (3, 4)", s=report)
    raw.close()
    for stream in (report, "org", "calendar"):
        rows = [row for row in everything(world) if row["stream"] == stream]
        instants = sorted({row["at"] for row in rows})
        for at in ("2020-01-01T00:00:00Z", *instants, "2099-01-01T00:00:00Z"):
            assert ask(world, stream=stream, since=at) == [row for row in rows if row["at"] >= at]
            assert ask(world, stream=stream, until=at) == [row for row in rows if row["at"] < at]
            assert ask(world, stream=stream, since=at, until=instants[-1]) == [
                row for row in rows if at <= row["at"] < instants[-1]
            ]


def test_an_older_workspace_gets_the_index_of_units_and_kinds(world):
    """The upgrade makes it, and leaves the events and their fences as they are."""
    before = world.rows("SELECT * FROM event ORDER BY id")
    world.store.transact(lambda tx: tx.put("DROP INDEX ix_event_unit_kind"))
    world.store.close()
    module = import_module("workflow.migrations.versions.v0003_unit_kind")
    with connection_to(world.url) as connection, Operations.context(MigrationContext.configure(connection)):
        module.upgrade()
        names = {index["name"] for index in sa.inspect(connection).get_indexes("event")}
    assert "ix_event_unit_kind" in names
    again = World(world.url, world.home)
    assert again.rows("SELECT * FROM event ORDER BY id") == before
    with again.store.read() as tx:
        assert verify(tx)["problems"] == []
    again.close()


def questions() -> Iterator[Question]:
    """Every combination of filters, a value or several for those that may have several."""
    several = {
        "rule": Alike("a/b", "@", ["a/b@1", "a/b@2"]),
        "kind": Alike("clock", ".", ["clock.met", "clock.started"]),
    }
    one: dict[str, Any] = {"stream": "org", "actor": "p_1", "unit": "safety", "since": "2026", "until": "2027"}
    one |= {"after": Place("2026-02-10", "org", 3), **several}
    for size in range(len(one) + 1):
        for names in itertools.combinations(one, size):
            yield Question(**{name: one[name] for name in names})
            if {"stream", "since", "until"} <= set(names):
                yield Question(from_n=2, to_n=9, **{name: one[name] for name in names})


def lead_of(text: str) -> str:
    """The columns that lead a walk: the first its order names, which only the index of these columns has."""
    columns = text.partition(" ORDER BY ")[2].partition(" LIMIT")[0].split(", ")
    return "_".join(columns[: columns.index("at")] or ["at"]) if "at" in columns else "stream"


def test_every_question_walks_an_index_in_order(world):
    """No combination of filters reads the whole table or sorts: each walk is a search along its own index, in order.

    Its own, even where a planner takes a kind or a person to be so common that the index of time would soon show one.
    """
    raw = Raw(world.url)
    if raw.kind == "postgres":
        for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            raw.run(f"SET enable_{way} = off")
    asked = 0
    for question in questions():
        for text, values in walks(question, 51):
            asked += 1
            index = {"stream": r"(uq_event_stream_n|sqlite_autoindex_event_\d)"}.get(
                lead_of(text), f"ix_event_{lead_of(text)}"
            )
            if raw.kind == "sqlite":
                plan = [row[3] for row in raw.all(f"EXPLAIN QUERY PLAN {text}", **values)]
                fine = len(plan) == 1 and re.match(rf"SEARCH event USING INDEX {index} \(", plan[0])
            else:
                plan = [row[0] for row in raw.all(f"EXPLAIN {text}", **values)]
                fine = re.search(rf"Index Scan using {index} on event", str(plan))
                fine = fine and "Index Cond" in str(plan) and not re.search("Sort|Seq Scan", str(plan))
            assert fine, (text, plan)
    assert asked > 256
    raw.close()


def test_the_lead_of_a_question_is_its_narrowest_filter():
    """A stream goes before a person, a person before a rule, then a unit, then a kind; time leads where none is."""
    kind = Alike("clock", ".", ["clock.met"])
    rule = Alike("a@1", "@", ["a@1"])

    def lead(**asked: Any) -> str:
        ((text, _),) = walks(Question(since="2026", **asked), 10)
        return lead_of(text)

    assert lead(stream="org", actor="p", rule=rule, unit="u", kind=kind) == "stream"
    assert lead(actor="p", rule=rule, unit="u", kind=kind) == "actor"
    assert lead(rule=rule, unit="u", kind=kind) == "rule"
    assert lead(unit="u", kind=kind) == "unit_kind"
    assert lead(unit="u") == "unit"
    assert lead(kind=kind) == "kind"
    assert lead() == "at"
