"""What a register file would change: compared with what is there, judged, and told as old and new."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from states.errors import N_, Invalid
from workflow.drawn import dated
from workflow.register_check import check, position
from workflow.register_file import BadRegister, Register
from workflow.register_merge import Days, Merge
from workflow.register_odd import oddities
from workflow.register_past import LAST, Version, span, undone
from workflow.register_table import Table
from workflow.sql import register as sql
from workflow.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Change:
    """One row as it will be; ``was`` is None for a new one. ``where`` is its place in the file."""

    table: str
    row: dict[str, Any]
    was: dict[str, Any] | None
    where: str
    since: str | None = None  # the first day gone by on which the register answers otherwise from now on

    @property
    def ends(self) -> bool:
        """Whether somebody stops holding something earlier than was known."""
        to = self.row.get("to_on")
        return self.table in {"posting", "portfolio"} and bool(to) and (self.was is None or self.was["to_on"] != to)


_SPOKEN = {"from_on": "from", "to_on": "to"}


def _old(was: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in was.items() if row.get(key) != value}


@dataclass(slots=True)
class Plan:
    """What an import would do; ``warnings`` are sentences (never raised) about what it leaves odd."""

    file: str
    head: str
    changes: list[Change] = field(default_factory=list)
    warnings: list[Invalid] = field(default_factory=list)
    missing: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # (table, row) that stays, unnamed
    logins: dict[str, str] = field(default_factory=dict)  # of each id in the rows

    def counts(self) -> dict[str, dict[str, int]]:
        """{table: {new, changed}} of the tables that change."""
        counts: dict[str, dict[str, int]] = {}
        for change in self.changes:
            of_table = counts.setdefault(change.table, {"new": 0, "changed": 0})
            of_table["new" if change.was is None else "changed"] += 1
        return counts

    def diff(self) -> list[dict[str, Any]]:
        """{table, change: added|changed, row, was, since, where}; ``was`` holds the old values of what changes."""
        return [
            {
                "table": change.table,
                "change": "added" if change.was is None else "changed",
                "row": self.spoken(change.row),
                "was": None if change.was is None else self.spoken(_old(change.was, change.row)),
                "since": change.since,
                "where": change.where,
            }
            for change in self.changes
        ]

    def staying(self) -> list[dict[str, Any]]:
        """{table, row} of what holds today or later and the file, though it has such rows, does not name."""
        return [{"table": table, "row": self.spoken(row)} for table, row in self.missing]

    def handing_over(self, tx: Tx) -> list[dict[str, Any]]:
        """{person, refs}: open cases of those whose posting this ends; whoever comes next has to be given them."""
        ending = dict.fromkeys(change.row["person"] for change in self.changes if change.ends)
        owned = [
            {
                "person": self.logins.get(person, person),
                "refs": [ref for (ref,) in tx.all(sql.OPEN_CASES_OF, person=person)],
            }
            for person in ending
        ]
        return [row for row in owned if row["refs"]]

    def spoken(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row as a register file says it: logins, ``from`` and ``to``, flags as true and false; no opaque ids."""
        said: dict[str, Any] = {}
        for key, value in row.items():
            if key in {"person", "deputy"}:
                said[key] = self.logins.get(value, value)
            elif key in {"acting", "single"}:
                said[key] = bool(value)
            elif key != "id":
                said[_SPOKEN.get(key, key)] = value
        return said


def plan(tx: Tx, register: Register, *, reason: str = "") -> Plan:
    """Compare a register file with what is there; BadRegister, with every problem, if the outcome would not hold.

    With a ``reason`` it may say that somebody who was told something did not hold the post then: a correction.
    """
    head = tx.one(sql.VERSION)
    made = Plan(register.file, head[0] if head else "")
    space = Days(tx)
    merge = Merge(tx, register, space)
    if problems := check(register, merge.tables):
        raise BadRegister(problems)
    made.warnings = oddities(tx, register, merge.tables, space.today)
    for name, table in merge.tables.items():
        for key in table.touched:
            row, was = table.rows[key], table.before.get(key)
            if row != was:
                change = Change(name, row, was, table.touched[key])
                made.changes.append(replace(change, since=_since(change, merge.tables, space)))
    made.logins = {row["id"]: row["login"] for row in merge.tables["person"].rows.values()}
    if problems := _against_the_past(tx, made, merge.tables, space, corrects=bool(reason.strip())):
        raise BadRegister(problems)
    made.missing = list(_missing(tx, register, merge.tables, space.today))
    return made


def _since(change: Change, tables: Mapping[str, Table], days: Days) -> str | None:
    found = span(change)
    unit = change.row.get("unit")
    if found is None or (unit is not None and (unit,) not in tables["unit"].before):
        return None  # who answers for a unit that was not there is nobody's past
    since = max(found[0], days.first)
    return since if since < days.today and since <= found[1] else None


def _against_the_past(tx: Tx, made: Plan, tables: Mapping[str, Table], days: Days, *, corrects: bool) -> list[Invalid]:
    """What the changes would contradict: acts always, messages unless this is an explicit correction."""
    if not any((found := span(change)) and found[0] <= days.today for change in made.changes):
        return []
    if tx.one(sql.ANY_CASE) is None:
        return []
    tree, planned = dated(tx), dated(tx)
    for change in made.changes:
        planned.set(change.table, change.row, days.today)
    before = Version({name: list(table.before.values()) for name, table in tables.items()}, tree)
    after = Version({name: list(table.rows.values()) for name, table in tables.items()}, planned)
    problems = []
    for one in undone(tx, made.changes, before, after, days.on):
        places = {"login": made.logins.get(one.person, one.person), "ref": one.ref, "day": one.day, "what": one.what}
        if one.acted:
            hint = N_("What was done in a post stands: end it on {day} or later.")
            problems.append(Invalid(_ACTED, where=one.change.where, hint=hint, **places))
        elif not corrects:
            hint = N_("If the register was wrong then, say why with --reason: that is recorded as a correction.")
            problems.append(Invalid(_TOLD, where=one.change.where, hint=hint, **places))
    return sorted(problems, key=position)


_ACTED = N_("{login} did {what} in {ref} on {day}; by this row {login} would not have held then what allows it.")
_TOLD = N_("{login} was told about {ref} on {day} as {what}; by this row {login} would not have held that then.")
_SECTIONS = {
    "unit": "units",
    "person": "people",
    "posting": "postings",
    "portfolio": "portfolios",
    "leave": "leave",
}


def _missing(
    tx: Tx, register: Register, tables: Mapping[str, Table], today: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of each section the file has, what holds today or later and is not named in it: it stays as it is."""
    for name, section in _SECTIONS.items():
        if not getattr(register, section):
            continue
        for key, row in tables[name].before.items():
            open_ = (row.get("to_on") or LAST) >= today
            if open_ and key not in tables[name].touched and row.get("id") != tx.workspace.admin:
                yield name, row
