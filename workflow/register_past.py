"""What a change of the register may not do: undo that somebody held what they acted in, or were told in, at the time.

What was recorded stays in the trail whatever the register says later; this keeps the register from contradicting it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from states.errors import N_, Phrase
from workflow.drawn import Dated, Drawn, RowOf, Tables, dated, end_of, present
from workflow.instants import moment, stamp
from workflow.policies import definition_by_hash
from workflow.roles import Aliases, Parts, Standing
from workflow.seats import ANYWHERE
from workflow.sql import register as sql
from workflow.store.tx import Tx

LAST = "9999-12-31"
DATED = ("posting", "portfolio", "leave")
_OF_A_CASE = frozenset({"owner", "opener", "party", "system"})  # what the case gives, the register cannot take
_NOBODY = Parts()


class Changing(Protocol):
    """One row of the register as it would be; ``was`` is None for a new one."""

    @property
    def table(self) -> str: ...
    @property
    def row(self) -> RowOf: ...
    @property
    def was(self) -> RowOf | None: ...


class Undone(NamedTuple):
    """A change that would contradict the trail: what ``person`` did (or was told of) on ``day`` around ``unit``."""

    change: Any
    person: str
    day: str
    unit: str
    ref: str
    acted: bool
    what: str | Phrase  # the action, else what it was in words; or the role in which the person was told


class _Fact(NamedTuple):
    ref: str
    day: str
    unit: str
    person: str
    behalf: str | None
    roles: tuple[str, ...]  # of these one is enough; none: of the register only that the person had a post
    aliases: Aliases
    acted: bool
    what: str | Phrase


# What is done in a case and is no action of its law.
_DONE = {
    "case.opened": N_("the opening"),
    "case.assigned": N_("the assignment"),
    "case.linked": N_("a link"),
    "case.attached": N_("the adding of a file"),
    "clock.extended": N_("the granting of more time"),
    "extension.requested": N_("the request for more time"),
    "extension.refused": N_("the refusal of more time"),
}


def span(change: Changing) -> tuple[str, str] | None:
    """The first and the last day on which the register says something else than before; None where it has no days."""
    if change.table not in DATED:
        return None
    row, was = change.row, change.was
    ends = row["to_on"] or LAST
    if was is None:
        return row["from_on"], ends
    ended = was["to_on"] or LAST
    if any(row[key] != was[key] for key in row if key not in {"to_on", "id"}):
        return row["from_on"], max(ends, ended)
    return (_next(min(ends, ended)), max(ends, ended)) if ends != ended else None


class Version(NamedTuple):
    """The register as it was or would be: its rows, and its tree through time."""

    tables: Tables
    tree: Dated


def undone(tx: Tx, changes: Iterable[Any], before: Version, after: Version, today: date) -> list[Undone]:
    """Everything on record that these changes would contradict, the last of each kind for each person and change."""
    day = today.isoformat()
    reaching = {}
    for number, change in enumerate(changes):
        found = span(change)
        # Whoever comes back from leave today takes nothing from what the deputy did this morning.
        if found and (found[0] < day if change.table == "leave" else found[0] <= day):
            reaching[number] = (change, found)
    if not reaching:
        return []
    old, new = _Register(tx, before), _Register(tx, after)
    last: dict[tuple[int, str, bool], Undone] = {}
    for fact in _facts(tx, list(reaching.values()), after.tree, day):
        if not old.bears(fact) or new.bears(fact):
            continue
        number, change = _to_blame(fact, reaching)
        if number >= 0:
            last[number, fact.person, fact.acted] = Undone(
                change, fact.person, fact.day, fact.unit, fact.ref, fact.acted, fact.what
            )
    return sorted(last.values(), key=lambda one: not one.acted)  # what no reason helps against comes first


class _Leave(NamedTuple):
    row: RowOf
    was: RowOf | None
    table: str = "leave"


def changed_leave(tx: Tx, was: RowOf, row: RowOf, today: date) -> list[Undone]:
    """What a leave that is set otherwise would contradict."""
    tables, tree = present(tx), dated(tx)
    after = dict(tables) | {"leave": [row if one["id"] == row["id"] else one for one in tables["leave"]]}
    return undone(tx, [_Leave(row, was)], Version(tables, tree), Version(after, tree), today)


class _Register:
    """One version of the register, asked what it bears out."""

    def __init__(self, tx: Tx, version: Version) -> None:
        tables = version.tables
        self.drawn = Drawn(tx, tables, version.tree)
        self.standings: dict[tuple[str, str], Standing] = {}
        self.posts: dict[str, list[RowOf]] = {}
        for name in ("posting", "portfolio"):
            for row in tables[name]:
                self.posts.setdefault(row["person"], []).append(row)
        self.known: dict[tuple[Any, ...], bool] = {}

    def bears(self, fact: _Fact) -> bool:
        """Whether this person could do this, or had to be told this, on that day."""
        key = (fact.person, fact.day, fact.unit, fact.roles)
        if key not in self.known:
            self.known[key] = self._held(fact) if fact.roles else self._posted(fact.person, fact.day)
        return self.known[key]

    def _held(self, fact: _Fact) -> bool:
        at = (fact.unit, fact.day)
        if at not in self.standings:
            self.standings[at] = Standing(self.drawn, fact.unit, date.fromisoformat(fact.day))
        return bool(self.standings[at].held(fact.person, fact.roles, _NOBODY, fact.aliases))

    def _posted(self, person: str, day: str) -> bool:
        return any(row["from_on"] <= day <= (row["to_on"] or LAST) for row in self.posts.get(person, ()))


def _facts(tx: Tx, reaching: list[tuple[Any, tuple[str, str]]], tree: Dated, today: str) -> Iterator[_Fact]:
    """Who acted and who was told in the days and around the units that these changes reach, oldest first by unit."""
    zone = ZoneInfo(tx.workspace.zone)
    since = min(first for _, (first, _) in reaching)
    until = min(today, max(last for _, (_, last) in reaching))
    start = stamp(datetime.combine(date.fromisoformat(max(since, "1970-01-02")), time.min, zone))
    end = end_of(tx, date.fromisoformat(until))
    changes = [change for change, _ in reaching]
    units = dict.fromkeys(_reached(changes, tree))
    holders = dict.fromkeys(change.row["person"] for change in changes if change.table != "leave")
    around = (row for unit in units for row in tx.all(sql.ON_RECORD, unit=unit, since=start, until=end))
    # Elsewhere these people acted as what the case itself made them; that took a post, wherever it was.
    elsewhere = (
        row
        for person in holders
        for row in tx.all(sql.ON_RECORD_OF, actor=person, since=start, until=end)
        if row[0] not in units
    )
    for unit, ref, kind, at, actor, behalf, action, canon, hash_ in chain(around, elsewhere):
        definition = definition_by_hash(tx, hash_)
        day = moment(at).astimezone(zone).date().isoformat()
        data = json.loads(canon)["data"]
        base = (ref, day, unit)
        if kind in {"clock.escalated", "clock.reminded"}:
            for told in data.get("told", ()):
                role = told["role"]
                if role not in _OF_A_CASE:
                    what = Phrase(role, {})
                    yield _Fact(*base, told["person"], told["for"], (role,), definition["roles"], False, what)
        elif actor:
            asked = _asked(definition, kind, action, data)
            done = action or Phrase(_DONE[kind], {})
            yield _Fact(*base, actor, behalf, asked, definition["roles"], True, done)


def _asked(definition: Mapping[str, Any], kind: str, action: str | None, data: Mapping[str, Any]) -> tuple[str, ...]:
    """The roles one of which the act was done in; none where the case itself gave one."""
    if kind == "case.acted":
        by = data.get("powers") or definition["actions"].get(action, {}).get("by", ())
        roles = [role for role in (*by, *data.get("or_else", ())) if role in data.get("roles", ())]
    elif kind in {"clock.extended", "extension.refused"}:
        clock = definition["clocks"].get(data.get("clock"), {})
        roles = list(data.get("approve") or (clock.get("extension") or {}).get("approve", ()))
    else:  # of the rest the register only says that it was done by somebody with a post
        roles = []
    return () if _OF_A_CASE.intersection(roles) else tuple(roles)


def _reached(changes: list[Any], tree: Dated) -> list[str]:
    """The units around which these changes may alter who answers: those below, for some posts the whole body's."""
    if any(change.table == "leave" for change in changes):
        return sorted(tree.units)
    below: dict[str | None, set[str]] = {}
    for code, rows in tree.units.items():
        for _, row in rows:
            below.setdefault(row["parent"], set()).add(code)
    found: set[str] = set()
    for change in changes:
        top = change.row["unit"]
        rows = tree.units.get(top, [])
        if change.row.get("post") in ANYWHERE or any(row["kind"] == "group" for _, row in rows):
            top = _body(tree, top)
        waiting = [top]
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting += below.get(code, ())
    return sorted(found)


def _body(tree: Dated, unit: str) -> str:
    seen = {unit}
    while (row := tree.unit(unit, LAST)) and row["kind"] != "body" and row["parent"] and row["parent"] not in seen:
        unit = row["parent"]
        seen.add(unit)
    return unit


def _to_blame(fact: _Fact, reaching: Mapping[int, tuple[Any, tuple[str, str]]]) -> tuple[int, Any]:
    """The change that reaches this day: of this person or the one stood for, else one that comes in between."""
    there = [(number, change) for number, (change, (first, last)) in reaching.items() if first <= fact.day <= last]
    concerned = {fact.person, fact.behalf}
    mine = [
        pair for pair in there if not concerned.isdisjoint({pair[1].row["person"], pair[1].row.get("deputy")} - {None})
    ]
    return next(iter(mine or there), (-1, None))


def _next(day: str) -> str:
    return day if day >= LAST else (date.fromisoformat(day) + timedelta(days=1)).isoformat()
