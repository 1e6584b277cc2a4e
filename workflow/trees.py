"""The tree of units as it was, from one change of it to the next. Units carry no days: a day gone by has the tree that
it ended with, and a unit that was not known yet stands where it first became known."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workflow.instants import moment
from workflow.sql import duty as sql
from workflow.store import Tx

ENDLESS = "9999-12-31"
Units = Mapping[str, tuple[str | None, str]]  # code -> (parent, kind)


class Tree(NamedTuple):
    """One tree, from its first day (``""``: the beginning) to the day before ``end``."""

    first: str
    end: str
    units: Units

    def bodies_above(self, code: str) -> int:
        """How many bodies there are from this unit upward, itself included."""
        return sum(1 for one in line_of(code, self.units) if self.units[one][1] == "body")

    def body(self, code: str) -> str:
        """The nearest body from this unit upward; the top unit where there is none."""
        line = line_of(code, self.units)
        return next((one for one in line if self.units[one][1] == "body"), line[-1])


def trees(tx: Tx) -> list[Tree]:
    """Every tree the register has had, the oldest first; the last has no end in sight."""
    zone = ZoneInfo(tx.workspace.zone)
    rows: dict[str, list[tuple[str, tuple[str | None, str]]]] = {}
    days: set[str] = set()
    for at, canon in tx.all(sql.ROWS_SAID, row='%"table":"unit"%'):
        data = json.loads(canon)["data"]
        day = moment(at).astimezone(zone).date().isoformat()
        row = data["row"]
        known = rows.setdefault(row["code"], [])
        if known and known[-1][1] != (row["parent"], row["kind"]):
            days.add(day)
        known.append((day, (row["parent"], row["kind"])))
    begins = ["", *sorted(days)]
    ends = [*begins[1:], ENDLESS]
    return [
        Tree(first, end, {code: _on(known, first) for code, known in rows.items()})
        for first, end in zip(begins, ends, strict=True)
    ]


def posts_known(tx: Tx) -> dict[tuple[str, str], str]:
    """The day on which each post of each unit entered the register."""
    zone = ZoneInfo(tx.workspace.zone)
    found: dict[tuple[str, str], str] = {}
    for at, canon in tx.all(sql.ROWS_SAID, row='%"table":"post"%'):
        row = json.loads(canon)["data"]["row"]
        found.setdefault((row["unit"], row["post"]), moment(at).astimezone(zone).date().isoformat())
    return found


def line_of(code: str | None, units: Mapping[str, tuple[str | None, str]]) -> list[str]:
    """The unit and everything above it, once each."""
    return list(_upward(code, units))


def _upward(code: str | None, units: Units) -> Iterator[str]:
    seen: set[str] = set()
    while code is not None and code in units and code not in seen:
        seen.add(code)
        yield code
        code = units[code][0]


def _on(known: list[tuple[str, tuple[str | None, str]]], day: str) -> tuple[str | None, str]:
    found = known[0][1]
    for since, row in known:
        if since <= day:
            found = row
    return found
