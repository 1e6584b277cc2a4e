"""What was open, and what was overdue, at the end of a span: now from the living tables, before now from the trail."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from workflow import policies
from workflow.sql import stats as sql
from workflow.stats import Fact, Law, Span, answerable, is_final, under
from workflow.store import Tx

NEVER = "never"


class Open(NamedTuple):
    """A case that was open; ``due_at`` is that of its first limit, None where none runs or it is long ago."""

    ref: str
    unit: str
    type: str
    state: str
    opened_at: str
    due_at: str | None


def limits(tx: Tx, law: Law, span: Span, unit: str | None = None) -> Iterator[Fact]:
    """Limits that ran at the end of the span: ``open`` or ``overdue``. ``at``: since when."""
    yield from (_then if span.past else _now)(tx, law, span, unit)


def _now(tx: Tx, law: Law, _span: Span, unit: str | None) -> Iterator[Fact]:
    more, values = under(unit, "c.unit")
    for ref, of, type_, hash_, clock, started_at, breached_at, due_at in tx.each(sql.CLOCKS_NOW + more, **values):
        post = answerable(policies.definition_by_hash(tx, hash_), clock)
        if post:
            post = law.owner(ref) if post == "owner" else post
            outcome, at = ("overdue", breached_at) if breached_at else ("open", started_at)
            yield Fact(of, post, type_, clock, outcome, None, ref, None, None, at, due_at)


class _Running:
    """One limit while its events go by."""

    __slots__ = ("due_at", "overdue", "rule", "run", "since", "unit")

    def __init__(self, unit: str, rule: str, run: int, since: str, due_at: str) -> None:
        self.unit = unit
        self.rule = rule
        self.run = run
        self.since = since
        self.due_at = due_at
        self.overdue: str | None = None


def _then(tx: Tx, law: Law, span: Span, unit: str | None) -> Iterator[Fact]:
    """From the trail. A breach counts from the end of its limit on, even where it was recorded after the span."""
    more, values = under(unit, "e.unit")
    running: dict[tuple[str, str], _Running] = {}
    rows = tx.each(f"{sql.CLOCKS_THEN}{more} ORDER BY e.stream, e.n", until=span.until, **values)
    for ref, _, at, kind, of, rule, canon in rows:
        if at >= span.until and kind != "clock.breached":
            continue
        data = json.loads(canon)["data"]
        key = (ref, data["clock"])
        here = running.get(key)
        if kind == "clock.started":
            running[key] = _Running(of, rule, data["run"], at, data["due_at"])
        elif here is None:
            continue
        elif kind == "clock.breached":
            if data["due_at"] < span.until and data["run"] == here.run:
                here.overdue = data["timer_at"]
        elif kind in {"clock.met", "clock.cancelled"}:
            del running[key]
        elif data["run"] != here.run:  # moved: what was overdue has more time
            here.run, here.overdue, here.due_at = data["run"], None, data["due_at"]
    for (ref, _), here in running.items():
        type_, clock, post = law.limit(here.rule, ref)
        if post:
            outcome, at = ("overdue", here.overdue) if here.overdue else ("open", here.since)
            yield Fact(here.unit, post, type_, clock, outcome, None, ref, None, None, at, here.due_at)


def cases(tx: Tx, span: Span, unit: str | None = None) -> Iterator[Open]:
    """Cases that were open at the end of the span, each in its state of then."""
    more, values = under(unit, "c.unit")
    if not span.past:
        for ref, of, type_, _, state, opened_at, due_at in tx.each(sql.CASES_NOW + more, **values):
            yield Open(ref, of, type_, state, opened_at, None if due_at == NEVER else due_at)
        return
    for ref, of, type_, hash_, state, opened_at in tx.each(sql.CASES_THEN + more, until=span.until, **values):
        if not is_final(policies.definition_by_hash(tx, hash_), state):
            yield Open(ref, of, type_, state, opened_at, None)
