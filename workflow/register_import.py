"""What a register file would change, and changing it. Rows the file does not name stay as they are."""

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from states.errors import N_, Conflict, Invalid
from workflow.register_check import Table, check
from workflow.register_file import BadRegister, Entry, Register, read_register
from workflow.seats import hold
from workflow.sql import event as event_sql
from workflow.sql import register as sql
from workflow.store.tx import Tx
from workflow.trail import Who, Written, append
from workflow.workspace import new_person_id

__all__ = ["BadRegister", "Change", "Plan", "Register", "import_register", "plan", "read_register"]

ALWAYS = "0001-01-01"  # a portfolio without a first day has been so as far as anybody knows

_READ = {
    "unit": (sql.UNITS, ("code",)),
    "person": (sql.PEOPLE, ("login",)),
    "post": (sql.POSTS, ("unit", "post")),
    "posting": (sql.POSTINGS, ("person", "unit", "post", "from_on")),
    "portfolio": (sql.PORTFOLIOS, ("person", "unit", "from_on")),
    "leave": (sql.LEAVE, ("person", "from_on")),
}
_WRITE = {
    "unit": sql.SET_UNIT,
    "person": sql.SET_PERSON,
    "post": sql.SET_POST,
    "posting": sql.SET_POSTING,
    "portfolio": sql.SET_PORTFOLIO,
    "leave": sql.SET_LEAVE,
}
_PRIVATE = ("login", "name", "email")


@dataclass(frozen=True, slots=True)
class Change:
    """One row as it will be; ``was`` is None for a new one. ``where`` is its place in the file."""

    table: str
    row: dict[str, Any]
    was: dict[str, Any] | None
    where: str


@dataclass(slots=True)
class Plan:
    """What an import would do; ``warnings`` are sentences (never raised) about what it leaves odd."""

    file: str
    head: str
    changes: list[Change] = field(default_factory=list)
    warnings: list[Invalid] = field(default_factory=list)

    def counts(self) -> dict[str, dict[str, int]]:
        """{table: {new, changed}} of the tables that change."""
        counts: dict[str, dict[str, int]] = {}
        for change in self.changes:
            of_table = counts.setdefault(change.table, {"new": 0, "changed": 0})
            of_table["new" if change.was is None else "changed"] += 1
        return counts


def plan(tx: Tx, register: Register) -> Plan:
    """Compare a register file with what is there; BadRegister, with every problem, if the outcome would not hold."""
    head = tx.one(sql.VERSION)
    made = Plan(register.file, head[0] if head else "")
    merge = _Merge(tx, register)
    problems, made.warnings = check(tx, register, merge.tables)
    if problems:
        raise BadRegister(problems)
    for name, table in merge.tables.items():
        for key in table.touched:
            row, was = table.rows[key], table.before.get(key)
            if row != was:
                made.changes.append(Change(name, row, was, table.touched[key]))
    return made


def import_register(tx: Tx, planned: Plan, who: Who, *, reason: str = "") -> Written | None:
    """Write a plan made in this or an earlier transaction: each row with its event. The last event, if any."""
    head = hold(tx)
    if (head.hash if head.n else "") != planned.head:
        raise Conflict("The register changed while this import was being prepared.", hint=N_("Run it again."))
    if not planned.changes:
        return None
    first, written = head, None
    note = {"file": PurePath(planned.file).name} | ({"reason": reason} if reason else {})
    for change in planned.changes:
        tx.put(_WRITE[change.table], **change.row)
        hidden = _PRIVATE if change.table == "person" else ()
        written = append(
            tx,
            head,
            "org",
            "org.changed",
            who,
            unit=change.row["code"] if change.table == "unit" else change.row.get("unit"),
            data={
                "table": change.table,
                "op": "set",
                "row": {key: value for key, value in change.row.items() if key not in hidden},
            },
            private={**{key: change.row[key] for key in hidden}, **note},
        )
        head = written.head
    tx.put(event_sql.HEAD_SET, name="org", n=head.n, hash=head.hash, at=head.at, was=first.n, expect=1)
    return written


class _Merge:
    """The register as it would be: what is there, with the rows of the file laid over it."""

    def __init__(self, tx: Tx, register: Register) -> None:
        self.tx = tx
        self.tables = {name: self._read(name) for name in _READ}
        self._units(register.units)
        self._people(register.people)
        self._posts(register.posts)
        self._postings(register.postings)
        self._portfolios(register.portfolios)
        self._leave(register.leave)

    def _read(self, name: str) -> Table:
        statement, keys = _READ[name]
        rows = {tuple(row[key] for key in keys): row for row in self.tx.named(statement)}
        return Table(rows, dict(rows))

    def _units(self, entries: list[Entry]) -> None:
        for entry in entries:
            code, parent = entry.values["code"], entry.values.get("parent")
            new = {"code": code, "name": code, "parent": None, "kind": "unit" if parent else "body"}
            self.tables["unit"].lay((code,), new | {"zone": None, "calendar": None}, entry.values, entry.where)

    def _people(self, entries: list[Entry]) -> None:
        for entry in entries:
            login = entry.values["login"]
            new = {"id": new_person_id(), "login": login, "name": login, "email": None}
            self.tables["person"].lay((login,), new, entry.values, entry.where)

    def _posts(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._post(entry.values["unit"], entry.values["post"], entry.values, entry.where)

    def _post(self, unit: str, post: str, values: dict[str, Any], where: str) -> None:
        self.tables["post"].lay((unit, post), {"unit": unit, "post": post, "level": None, "single": 0}, values, where)

    def _postings(self, entries: list[Entry]) -> None:
        for entry in entries:
            unit, post, from_on = entry.values["unit"], entry.values["post"], entry.values["from"]
            person = self._id(entry.values["person"])
            if (unit, post) not in self.tables["post"].rows:
                self._post(unit, post, {}, entry.where)
            key = {"person": person, "unit": unit, "post": post, "from_on": from_on}
            values = _renamed({name: entry.values[name] for name in ("to", "acting") if name in entry.values})
            new = key | {"to_on": None, "acting": 0}
            self.tables["posting"].lay(tuple(key.values()), new, values, entry.at("from"))

    def _portfolios(self, entries: list[Entry]) -> None:
        table = self.tables["portfolio"]
        for entry in entries:
            person = self._id(entry.values["person"])
            for unit in entry.values["units"]:
                from_on = entry.values.get("from") or max(
                    (from_on for held_by, held, from_on in table.before if (held_by, held) == (person, unit)),
                    default=ALWAYS,
                )
                new = {"person": person, "unit": unit, "from_on": from_on, "to_on": None}
                values = _renamed({"to": entry.values["to"]} if "to" in entry.values else {})
                table.lay((person, unit, from_on), new, values, entry.at(f"units.{unit}"))

    def _leave(self, entries: list[Entry]) -> None:
        for entry in entries:
            person, from_on = self._id(entry.values["person"]), entry.values["from"]
            deputy = entry.values.get("deputy")
            values = {"to_on": entry.values["to"]}
            if "deputy" in entry.values:
                values["deputy"] = self._id(deputy) if deputy else None
            new = {"id": self.tx.id(), "person": person, "deputy": None, "from_on": from_on}
            self.tables["leave"].lay((person, from_on), new, values, entry.where)

    def _id(self, login: str) -> str:
        """The person's id; for a login nobody has (a problem reported later) the login itself."""
        row = self.tables["person"].rows.get((login,))
        return str(row["id"]) if row else login


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    return {"to_on" if key == "to" else key: value for key, value in values.items()}
