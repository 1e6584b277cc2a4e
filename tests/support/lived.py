"""An office that has lived through nearly everything the trail can record; built once per database, then copied."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from support.postgres import PostgresServer
from support.raw import Raw
from support.world import World, admin

from states.calendars import shipped
from states.durations import parse_duration
from workflow import calendars, engine
from workflow.activities import Activity, correct, record_activity
from workflow.leave import end_leave
from workflow.skipping import skip_window
from workflow.verify import Answer, verify

ERRAND = """
case: errand
title: {en: Errand, zh: 差事}
ref: ERR
fields:
  urgent: {type: flag, default: false}
  note:   {type: text}
  done_on: {type: date}
states:
  asked:   {initial: true}
  waiting: {}
  lapsed:  {}
  done:    {final: true}
actions:
  wait:   {from: asked, to: waiting, by: [owner]}
  go_on:  {from: waiting, to: asked, by: [owner]}
  amend:  {from: asked, to: same, by: [owner], takes: [note, urgent], reason: required}
  finish: {from: [asked, lapsed], to: done, by: [owner, unit_head], takes: [note, done_on],
           effective: {field: done_on, at-most: 5 working days}}
  lapse:  {from: asked, to: lapsed, by: [system]}
  warn:   {from: [asked, waiting], to: same, by: [system]}
clocks:
  finish: {runs_in: asked, pauses_in: [waiting], limit: 5 working days, holders: [owner], remind: [50%, 1 working day],
           ladder: steps, resets_on: [amend]}
  hurry:  {runs_in: asked, if: {urgent: true}, limit: 2 hours, holders: [unit_head], ladder: steps}
  lapse:  {runs_in: asked, limit: 15 working days, holders: [], then: lapse}
  rest:   {runs_in: waiting, limit: 3 days, holders: [owner], ladder: steps}
ladders:
  steps:
    - {before: 1 working day, tell: [owner]}
    - {after: 0, tell: [superior.office], skip: at-once}
    - {after: 1 working day, tell: [unit_head], do: warn}
    - {after: 2 working days, tell: [first], repeat: {every: 1 working day, times: 2}}
"""

_numbers = itertools.count(1)


class Lived:
    """The office afterwards, and the numbers of its cases."""

    REPORT = "RPT-2026-0001"
    INCIDENT = "INC-2026-0001"
    ERRAND = "ERR-2026-0001"

    def __init__(self, url: str) -> None:
        self.url = url
        self.raw = Raw(url)

    def verify(self, *, replay: bool = False) -> Answer:
        """As somebody would who opens the workspace now."""
        from workflow.store import Store

        store = Store(self.url)
        try:
            with store.read() as tx:
                return verify(tx, replay=replay)
        finally:
            store.close()

    def close(self) -> None:
        self.raw.close()


def live(world: World) -> None:
    """From opening to archive, late and in time, with everything on the way that writes an event."""
    world.apply(ERRAND)
    report = world.report(period="first quarter")
    incident = world.incident("large", as_="li", aware_at="2026-02-09T08:40+08:00")
    errand = world.new("errand", "wang", unit="data", note="a long way")
    urgent = world.new("errand", "wang", urgent="yes")
    assert (report, incident, errand) == (Lived.REPORT, Lived.INCIDENT, Lived.ERRAND)
    world.do(incident, "analyse", "li", analysis="a valve was left open")
    world.fast_forward(hours=3)
    world.do(incident, "notify", "li", to="county", reason="by telephone first")
    world.do(incident, "regrade", "feng", severity="critical", reason="two people were hurt")
    _remarks(world, report, incident)
    _count(world)
    _more_time(world, incident)
    world.do(errand, "wait", "wang")
    world.fast_forward(days=2)
    world.do(errand, "go_on", "wang")
    world.do(errand, "amend", "wang", note="another way", reason="the road is closed")
    world.leave("li", "2026-03-01", "2026-03-20", deputy="chen")
    world.until("2026-02-26 18:00")
    _import_calendar(world)
    world.until("2026-03-04 10:00")
    world.until("2026-03-06 10:00", jump=True)
    world.do(report, "submit", "chen", file="the report", reason="the figures came late")
    world.do(report, "return", "feng", reason="page two is missing")
    world.do(report, "submit", "wang", file="the report again")
    _register(world)
    world.apply(ERRAND.replace("5 working days, holders", "7 working days, holders"))
    world.do(urgent, "finish", "li", done_on="2026-03-04", note="done")
    withdrawn = world.report()
    world.do(withdrawn, "withdraw", "wang", reason="a duplicate")
    world.do(report, "review", "zhao")
    world.fast_forward(days=12)
    world.do(report, "archive", "sun")
    world.new("accountability", "zhou", respondent="li", post="unit_head", ground="late", cites=report, gravity="minor")
    world.fast_forward(days=45)


def _remarks(world: World, report: str, incident: str) -> None:
    store = world.store
    wang, li, feng = world.who("wang"), world.who("li"), world.who("feng")
    paper = world.paper("a photograph", "photo.txt")
    store.transact(lambda tx: engine.comment(tx, report, "remember the annex", who=wang))
    store.transact(lambda tx: engine.assign(tx, incident, str(wang.actor), who=feng, reason="li is away soon"))
    store.transact(lambda tx: engine.link(tx, incident, "explained-in", report, who=li))
    store.transact(lambda tx: engine.attach(tx, incident, paper, who=li))


def _count(world: World) -> None:
    """What is counted: recorded, enough, corrected to too little; and a window left out."""
    sun, qian, pan = world.who("sun"), world.who("qian"), world.who("pan")  # a transaction reads with nobody else
    day = date(2026, 2, 9)
    code, papers = "study-sessions", [world.paper("who came and what was said", "minutes.txt")]
    first = Activity(day, 12, posts=["first", "direct"], title="Two days of study", files=papers)
    second = Activity(day, 1, present=14, title="An hour of study")
    record = world.store.transact(lambda tx: record_activity(tx, code, "county", first, who=sun))
    no = record.event.n
    world.store.transact(lambda tx: correct(tx, code, "county", no, second, who=sun, reason="counted wrongly"))
    world.store.transact(lambda tx: skip_window(tx, code, "province", "2026", who=pan, reason="moved"))
    world.store.transact(lambda tx: skip_window(tx, "study-plan", "county", "2026", who=qian, reason="as last year"))


def _more_time(world: World, ref: str) -> None:
    """Asked for and refused, asked for and granted."""
    store, span = world.store, parse_duration("5 working days")
    li, zhao = world.who("li"), world.who("zhao")
    for grant in (False, True):
        store.transact(lambda tx: engine.request_extension(tx, ref, "resolve", span, who=li, reason="an expert comes"))
        store.transact(
            lambda tx, grant=grant: engine.decide_extension(tx, ref, "resolve", grant=grant, who=zhao, reason="noted")
        )


def _import_calendar(world: World) -> None:
    """A day nobody works on is declared at short notice; what runs is reckoned again."""
    from jobs import recompute

    body = shipped()["CN"]
    changed = {**body, "off": sorted([*body["off"], "2026-02-27"]), "version": "with a day of rest"}
    world.store.transact(lambda tx: calendars.import_(tx, {"CN": changed}, admin(tx)))
    recompute.run_once(world.store)


def _register(world: World) -> None:
    world.register(
        """
people: [{login: ma, name: Ma}]
postings:
  - {person: ma, unit: safety, post: staff, from: 2026-03-01}
  - {person: wang, unit: safety, post: staff, from: 2025-01-01, to: 2026-12-31}
portfolios: [{person: feng, units: [data], from: 2026-03-01}]
"""
    )
    person = world.who("li").actor or ""
    day = world.store.now()[:10]
    from datetime import date

    world.store.transact(lambda tx: end_leave(tx, admin(tx), person, date.fromisoformat(day)))


def databases() -> list[str]:
    wanted = os.environ.get("DUECOURSE_TEST_DB", "both")
    return ["sqlite", "postgres"] if wanted == "both" else [wanted]


@pytest.fixture(scope="session", params=databases())
def lived_through(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A file, or the name of a PostgreSQL database, to be copied and never used itself."""
    home = tmp_path_factory.mktemp("lived")
    if request.param == "sqlite":
        url = f"sqlite:///{home / 'duecourse.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("pg_server")
        server.create("lived")
        url = server.url("lived")
    world = World.make(url, home)
    live(world)
    world.close()
    yield str(home / "duecourse.db") if request.param == "sqlite" else "lived"
    if request.param == "postgres":
        server.drop("lived")


@pytest.fixture
def lived(request: pytest.FixtureRequest, lived_through: str, tmp_path: Path) -> Iterator[Lived]:
    """A copy of one's own, to be tampered with."""
    if lived_through != "lived":
        copied = Lived(f"sqlite:///{shutil.copy(lived_through, tmp_path / 'duecourse.db')}")
        yield copied
        copied.close()
        return
    server: PostgresServer = request.getfixturevalue("pg_server")
    name = f"lived_{next(_numbers)}"
    server.create(name, "lived")
    copied = Lived(server.url(name))
    yield copied
    copied.close()
    server.drop(name)
