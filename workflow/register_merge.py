"""A register file laid over the register: every table as it is and as it would be."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from workflow.instants import moment
from workflow.register_file import Entry, Register
from workflow.register_table import Table
from workflow.sql import register as sql
from workflow.store.tx import Tx
from workflow.workspace import new_person_id

ALWAYS = "0001-01-01"  # a portfolio without a first day has been so as far as anybody knows

_READ = {
    "unit": (sql.UNITS, ("code",)),
    "person": (sql.PEOPLE, ("login",)),
    "post": (sql.POSTS, ("unit", "post")),
    "posting": (sql.POSTINGS, ("person", "unit", "post", "from_on")),
    "portfolio": (sql.PORTFOLIOS, ("person", "unit", "from_on")),
    "leave": (sql.LEAVE, ("person", "from_on")),
}


class Days:
    """The days that matter: today, and the first of this workspace; before it nobody could be told or answer here."""

    def __init__(self, tx: Tx) -> None:
        zone = ZoneInfo(tx.workspace.zone)
        began = tx.one(sql.BEGAN)
        self.on: date = tx.time.astimezone(zone).date()
        self.today = self.on.isoformat()
        self.first = moment(began[0]).astimezone(zone).date().isoformat() if began else self.today


class Merge:
    """The register as it would be: what is there, with the rows of the file laid over it."""

    def __init__(self, tx: Tx, register: Register, days: Days) -> None:
        self.tx = tx
        self.days = days
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
                    default=self._begin(unit),
                )
                new = {"person": person, "unit": unit, "from_on": from_on, "to_on": None}
                values = _renamed({"to": entry.values["to"]} if "to" in entry.values else {})
                table.lay((person, unit, from_on), new, values, entry.at(f"units.{unit}"))

    def _begin(self, unit: str) -> str:
        """A portfolio without a first day has been so for ever; over a unit that has a past here, from today on."""
        if (unit,) in self.tables["unit"].before and self.days.first < self.days.today:
            return self.days.today
        return ALWAYS

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
