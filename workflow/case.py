"""A case and its clocks as they were read in this transaction; only the engine changes and saves them."""

import json
from collections.abc import Mapping
from typing import Any

from states.doers import party_field
from states.errors import N_, NotFound
from workflow.events import Head, Who, Written
from workflow.roles import Parts
from workflow.sql import cases as sql
from workflow.sql import clock as clock_sql
from workflow.store import Row, Tx

OPEN = ("running", "paused", "breached")
NEVER = "never"  # the due time of a case in which nothing runs; sorts after every instant


class Pending:
    """The open timer of a clock: what it will do next, and when."""

    __slots__ = ("at", "id", "occurrence", "step", "what")

    def __init__(self, id_: str, what: str, step: int, occurrence: int, at: str) -> None:
        self.id = id_
        self.what = what
        self.step = step
        self.occurrence = occurrence
        self.at = at


class Clock:
    """One limit of the case in its present run."""

    __slots__ = (
        "breached_at", "calendar", "calendar_version", "due_at", "due_on", "ended_at", "extensions", "from_at",
        "ladder", "level", "met_at", "name", "pending", "precision", "provisional", "rule", "run", "started_at",
        "state", "stops", "zone",
    )  # fmt: skip

    def __init__(self, row: Row) -> None:
        (
            self.name, self.run, self.state, self.started_at, self.from_at, self.due_at, self.due_on, self.precision,
            self.provisional, self.calendar, self.zone, self.calendar_version, rule, stops, extensions, self.ladder,
            self.level, self.breached_at, self.met_at, self.ended_at, timer, what, step, occurrence, at,
        ) = row  # fmt: skip
        self.rule: dict[str, Any] = json.loads(rule)
        self.stops: list[list[str | None]] = json.loads(stops)
        self.extensions: list[str] = json.loads(extensions)
        self.pending = Pending(timer, what, step, occurrence, at) if timer else None

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def columns(self) -> dict[str, Any]:
        return {
            "name": self.name, "run": self.run, "state": self.state, "started_at": self.started_at,
            "from_at": self.from_at, "due_at": self.due_at, "due_on": self.due_on, "precision": self.precision,
            "provisional": int(self.provisional), "calendar": self.calendar, "zone": self.zone,
            "calendar_version": self.calendar_version, "rule": json.dumps(self.rule, sort_keys=True),
            "stops": json.dumps(self.stops), "extensions": json.dumps(self.extensions),
            "ladder": self.ladder, "level": self.level,
            "breached_at": self.breached_at, "met_at": self.met_at, "ended_at": self.ended_at,
        }  # fmt: skip


def parts_of(definition: Mapping[str, Any], fields: Mapping[str, Any], owner: str | None, opener: str | None) -> Parts:
    """Whom a case with these fields names; whose name was erased is nobody."""
    party = fields.get(party_field(definition) or "")
    return Parts(owner, opener, party if isinstance(party, str) else None)


class Case:
    """A case, locked for the rest of this transaction."""

    __slots__ = (
        "acted", "acted_at", "clocks", "closed_at", "definition", "due_at", "duty", "fields", "head", "id",
        "opened_at", "opener", "owner", "ref", "severity", "state", "title", "type", "unit", "version", "was",
    )  # fmt: skip

    def __init__(self, row: Row) -> None:
        (
            self.id, self.ref, self.type, self.definition, self.title, self.unit, self.state, self.version,
            self.severity, self.owner, self.opener, self.opened_at, self.closed_at, fields, acted, acted_at,
            self.due_at, self.duty, n, hash_, at,
        ) = row  # fmt: skip
        self.fields: dict[str, Any] = json.loads(fields)
        self.acted: dict[str, list[str]] = json.loads(acted)  # action -> everybody who ever did it here
        self.acted_at: dict[str, str] = json.loads(acted_at)  # action -> when it was done last
        self.head = Head(n, hash_, at)
        self.was: int = n
        self.clocks: dict[str, Clock] = {}

    def parts(self, definition: Mapping[str, Any]) -> Parts:
        """Whom the case itself names: for the roles owner, opener and party."""
        return parts_of(definition, self.fields, self.owner, self.opener)

    def write(self, tx: Tx, kind: str, who: Who, **parts: Any) -> Written:
        """Append the next event of this case."""
        from workflow.trail import append  # hashes; who only looks needs none of it

        written = append(tx, self.head, self.ref, kind, who, unit=self.unit, **parts)
        self.head = written.head
        return written

    def columns(self) -> dict[str, Any]:
        return {
            "id": self.id, "state": self.state, "version": self.version, "severity": self.severity,
            "owner": self.owner, "closed_at": self.closed_at,
            "fields": json.dumps(self.fields, ensure_ascii=False, sort_keys=True),
            "acted": json.dumps(self.acted, sort_keys=True), "acted_at": json.dumps(self.acted_at, sort_keys=True),
            "due_at": self.due_at,
            "n": self.head.n, "hash": self.head.hash, "at": self.head.at,
        }  # fmt: skip


def by_ref(tx: Tx, ref: str) -> Case:
    """The case of a number, locked, with its clocks; NotFound otherwise."""
    return _with_clocks(tx, _known(tx.one(sql.BY_REF_LOCK if tx.locks_rows else sql.BY_REF, ref=ref), ref))


def by_ref_unlocked(tx: Tx, ref: str) -> Case:
    """The case of a number as one who only looks sees it, without its clocks; NotFound otherwise."""
    return Case(_known(tx.one(sql.BY_REF, ref=ref), ref))


def _known(row: Row | None, ref: str) -> Row:
    if row is None:
        raise NotFound(
            "There is no case {ref} here.", hint=N_("`duecourse case list` shows the cases there are."), ref=ref
        )
    return row


def by_id(tx: Tx, id_: str) -> Case | None:
    """The case of an id, locked; None where another worker holds it now."""
    row = tx.one(sql.BY_ID_LOCK if tx.locks_rows else sql.BY_ID, id=id_)
    return _with_clocks(tx, row) if row else None


def _with_clocks(tx: Tx, row: Row) -> Case:
    case = Case(row)
    tx.now = max(tx.now, case.head.at)  # whoever waited for the lock, or has a slow clock, acts after what is on record
    for clock_row in tx.all(clock_sql.OF_CASE, case_id=case.id):
        clock = Clock(clock_row)
        case.clocks[clock.name] = clock
    return case
