"""All of one case, to be handed to somebody who trusts nobody here: its events as they were hashed, and what they say.

`take` records that it was taken and reads everything in the same transaction, so the last event of a dossier is the
one that tells of itself. `dossier_file` writes it, `dossier_check` checks it without the workspace.
"""

import json
from typing import Any, NamedTuple

from states.errors import Problem
from workflow import ask, ask_why, policies
from workflow.engine.reading import read
from workflow.event_json import lost_names, persons_of, shown
from workflow.look import Look
from workflow.receipts import Outcome
from workflow.roles import persons_in
from workflow.sql import dossier as sql
from workflow.store.tx import Tx
from workflow.trail import Who

Answer = dict[str, Any]

FORMAT = "duecourse-dossier"

MANIFEST = "manifest.json"
EVENTS = "events.ndjson"
CASE = "case.json"
PERSONS = "persons.json"
FILES = "files/"
DEFINITIONS = "definitions/"


class Dossier(NamedTuple):
    """What goes into the file. ``lines`` is the evidence; the rest is read from it or put beside it for readers."""

    ref: str
    log: str
    sandbox: bool
    made_at: str
    zone: str  # of the unit: times are told in it
    by: str
    outcome: Outcome
    lines: list[Answer]  # {canon, hash, values: {field: {salt, value}}} of each event, in order
    events: list[Answer]  # the same as people read them
    case: Answer
    definitions: dict[str, Answer]  # by hash: the law the case was opened under, and the one it is under now
    persons: dict[str, Answer]  # by opaque id: {login, name}
    why: Answer | None  # how each limit was counted; None where it could not be
    why_not: Problem | None

    @property
    def head(self) -> Answer:
        last = self.events[-1]
        return {"stream": self.ref, "n": last["n"], "hash": last["hash"]}


def take(tx: Tx, ref: str, *, who: Who, reason: str = "", expect: int | None = None, key: str | None = None) -> Dossier:
    """Everything about a case, and a record that it was read; NotPermitted for who holds no role in it."""
    outcome = read(tx, ref, "dossier", who=who, reason=reason, expect=expect, key=key)
    rows = tx.all(sql.EVENTS, stream=ref)
    lines, plain = _lines(rows)
    look = Look(tx)
    why, why_not = _why(tx, ref)
    case = ask.case(tx, ref, None)
    opened = json.loads(lines[0]["canon"])["data"].get("definition")
    return Dossier(
        ref=ref,
        log=tx.workspace.origin,
        sandbox=tx.workspace.sandbox,
        made_at=tx.now,
        zone=look.zone(case["unit"]),
        by=look.login(who.actor) or "",
        outcome=outcome,
        lines=lines,
        events=shown(tx, plain, whole=True),
        case={key: value for key, value in case.items() if key != "actions"},
        definitions={hash_: _law(tx, hash_) for hash_ in sorted({case["policy"], opened} - {None})},
        persons=_persons(tx, ref, lines),
        why=why,
        why_not=why_not,
    )


def _lines(rows: list[Any]) -> tuple[list[Answer], list[Any]]:
    """Each event once with what is kept beside it, and its row (at, stream, n, canon, hash)."""
    lines: list[Answer] = []
    plain: list[Any] = []
    for *row, _, field, salt, value in rows:
        if not plain or plain[-1][2] != row[2]:
            plain.append(tuple(row))
            lines.append({"canon": row[3], "hash": row[4], "values": {}})
        if field is not None:
            lines[-1]["values"][field] = {"salt": salt, "value": json.loads(value)}
    return lines, plain


def _law(tx: Tx, hash_: str) -> Answer:
    return {key: value for key, value in policies.definition_by_hash(tx, hash_).items() if key != "hash"}


def _persons(tx: Tx, ref: str, lines: list[Answer]) -> dict[str, Answer]:
    """Who the opaque ids in these events are, without those that the register or the case no longer names."""
    found = {}
    named = {id_ for line in lines for id_ in persons_in(line["canon"])}
    kept = ((field, one["value"]) for line in lines for field, one in line["values"].items())
    named |= {id_ for field, value in kept for id_ in persons_of(field, value)}
    for id_ in sorted(named - lost_names(tx, {ref}).get(ref, set())):
        row = tx.one(sql.PERSON, id=id_)
        if row is not None:
            found[id_] = {"login": row[0], "name": row[1]}
    return found


def _why(tx: Tx, ref: str) -> tuple[Answer | None, Problem | None]:
    """A dossier of a damaged workspace is still worth having: what cannot be counted again is told, not refused."""
    try:
        return ask_why.why(tx, ref), None
    except Problem as problem:
        return None, problem
