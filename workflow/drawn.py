"""The register drawn from rows in memory: on a day gone by, as it was known at an instant, as an import would leave it.

Posts, portfolios and leave carry their own days. The tree of units and the levels of posts do not: they are, on a day
gone by, what they were at its end; so whoever moves a unit today moves nothing of yesterday.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from states.errors import NotFound
from workflow.findings import Findings
from workflow.instants import moment, stamp
from workflow.recorded import of_stream
from workflow.replay_register import STREAM, fold
from workflow.roles import Standing
from workflow.seats import ANYWHERE, Absences, Recall, Seat, Tier, recall, seat
from workflow.sql import register as sql
from workflow.store.tx import Tx
from workflow.trees import ENDLESS

RowOf = Mapping[str, Any]
Tables = Mapping[str, Iterable[RowOf]]

_NOW = {
    "person": sql.PEOPLE,
    "posting": sql.POSTINGS,
    "portfolio": sql.PORTFOLIOS,
    "leave": sql.LEAVE,
}


class Dated:
    """Units and posts, which say nothing of days themselves: each row with the day it was written on."""

    def __init__(self) -> None:
        self.units: dict[str, list[tuple[str, RowOf]]] = {}
        self.posts: dict[tuple[str, str], list[tuple[str, RowOf]]] = {}

    def set(self, table: str, row: RowOf, day: str) -> None:
        if table == "unit":
            self.units.setdefault(row["code"], []).append((day, row))
        elif table == "post":
            self.posts.setdefault((row["unit"], row["post"]), []).append((day, row))

    def unit(self, code: str, day: str) -> RowOf | None:
        """The unit at the end of that day; what was not known yet is taken as it first became known."""
        return _last(self.units.get(code, ()), day)

    def post(self, unit: str, post: str, day: str) -> RowOf | None:
        """The same of a post: its level, and whether one at a time holds it."""
        return _last(self.posts.get((unit, post), ()), day)


def _last(rows: Iterable[tuple[str, RowOf]], day: str) -> RowOf | None:
    found = None
    for since, row in rows:
        if found is None or since <= day:
            found = row
    return found


class Drawn(Recall):
    """What `Standing` asks, answered from rows."""

    __slots__ = ("_away", "_charge", "_dated", "_logins", "_posts")

    def __init__(self, tx: Tx, tables: Tables, dated: Dated) -> None:
        super().__init__(tx, None)
        self._dated = dated
        self._logins = {row["id"]: row["login"] for row in tables["person"]}
        self._posts: dict[str, list[RowOf]] = {}
        self._charge: dict[str, list[RowOf]] = {}
        self._away: dict[str, list[tuple[str, str, str | None]]] = {}
        for row in tables["posting"]:
            self._posts.setdefault(row["unit"], []).append(row)
        for row in tables["portfolio"]:
            self._charge.setdefault(row["unit"], []).append(row)
        for row in tables["leave"]:
            self._away.setdefault(row["person"], []).append((row["from_on"], row["to_on"], row["deputy"]))

    def chain(self, unit: str, day: str) -> list[Tier]:
        chain: list[Tier] = []
        code: str | None = unit
        while code is not None and (row := self._dated.unit(code, day)) is not None and len(chain) < 100:
            posts: dict[str, list[Seat]] = {}
            for held in self._held(code, day):
                posts.setdefault(held.post, []).append(held)
            charge = [self._seat(one, "member_in_charge", "portfolio", None) for one in self._charge.get(code, ())]
            chain.append(Tier(code, row["parent"], row["kind"], row["zone"], row["calendar"], posts, charge))
            code = row["parent"]
        if not chain:
            raise NotFound("There was no unit {unit} in the register then.", unit=unit)
        return chain

    def wide(self, body: str, day: str) -> list[Seat]:
        kinds = {code: row for code in self._dated.units if (row := self._dated.unit(code, day)) is not None}
        below: dict[str | None, list[str]] = {}
        for code, row in kinds.items():
            below.setdefault(row["parent"], []).append(code)
        found: list[Seat] = []
        waiting, seen = [body], set[str]()
        while waiting:
            code = waiting.pop()
            if code in seen:
                continue
            seen.add(code)
            group = code in kinds and kinds[code]["kind"] == "group"
            found += [held for held in self._held(code, day) if group or held.post in ANYWHERE]
            waiting += [child for child in below.get(code, ()) if kinds[child]["kind"] != "body"]
        return found

    def ended(self) -> Mapping[str, str]:
        last: dict[str, str] = {}
        for rows in (*self._posts.values(), *self._charge.values()):
            for row in rows:
                last[row["person"]] = max(last.get(row["person"], ""), row["to_on"] or ENDLESS)
        return last

    def absences(self, day: str) -> Absences:  # noqa: ARG002  # every day's are here
        return self._away

    def _held(self, unit: str, day: str) -> list[Seat]:
        found = []
        for row in self._posts.get(unit, ()):
            post = self._dated.post(unit, row["post"], day)
            why = "acting" if row["acting"] else "posting"
            found.append(self._seat(row, row["post"], why, post["level"] if post else None))
        return found

    def _seat(self, row: RowOf, post: str, why: str, level: int | None) -> Seat:
        login = str(self._logins.get(row["person"]) or row["person"])
        return seat(row["person"], login, post, row["unit"], row["from_on"], row["to_on"], why, level)


def dated(tx: Tx, until: str | None = None) -> Dated:
    """Units and posts with the days on which the trail says they were set; up to an instant, or all."""
    found, zone = Dated(), ZoneInfo(tx.workspace.zone)
    for one in of_stream(tx, STREAM):
        if until is not None and one.at > until:
            break
        if one.kind == "org.changed" and one.data["table"] in {"unit", "post"}:
            day = moment(one.at).astimezone(zone).date().isoformat()
            found.set(one.data["table"], one.data["row"], day)
    return found


def standing_on(tx: Tx, unit: str, on: date, known: date | None = None) -> Standing:
    """Who answered around a unit on a day gone by (today and later: who answers, as everywhere).

    ``known``: by what was on record at the end of this day; what was brought in or corrected later is left out.
    """
    today = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()
    if known is not None and known < today:
        return standing_known(tx, unit, on, end_of(tx, known))
    if on >= today:
        return Standing(recall(tx), unit, on)
    return Standing(Drawn(tx, present(tx), dated(tx)), unit, on)


def then(tx: Tx, on: date, known: date | None = None) -> str | None:
    """The instant by whose law a question about a day is answered; None where that is the law in force."""
    today = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()
    asked = min(on, known or on)
    return end_of(tx, asked) if asked < today else None


def standing_known(tx: Tx, unit: str, on: date, until: str) -> Standing:
    """Who answered around a unit on a day, by what was on record at an instant; what was written since is left out."""
    rows = fold(tx, Findings(), until)
    tables = {name: [row for row, _ in rows[name].values()] for name in _NOW}
    return Standing(Drawn(tx, tables, dated(tx, until)), unit, on)


def present(tx: Tx) -> Tables:
    """What the register holds now, days gone by included."""
    return {name: tx.named(query) for name, query in _NOW.items()}


def end_of(tx: Tx, day: date) -> str:
    """The last instant of a day where the office is."""
    after = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(tx.workspace.zone))
    return stamp(after - timedelta(microseconds=1))
