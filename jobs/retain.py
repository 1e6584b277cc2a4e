"""Erase what no rule keeps any more: requesters and whole cases, so long after their closing as their law says.

Each value is an event of its own under the name of the rule. Safe to repeat, and to be cut short: a case is one commit.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from jobs.batches import Stopping, in_batches, never, sentence
from states.keep import SLACK, closed_before, kept_until
from workflow import case as cases
from workflow import policies, pulses, shred
from workflow.engine import erasing
from workflow.engine.erasing import Forgotten
from workflow.instants import moment, stamp
from workflow.sql import erase as sql
from workflow.store import Row, Store, Tx

Definition = dict[str, Any]


class Retained(NamedTuple):
    """What was erased, case by case; how many files were removed; what went wrong in one line, if anything."""

    done: list[Forgotten]
    files: int
    trouble: str

    @property
    def values(self) -> int:
        return sum(len(one.erased) for one in self.done)

    def told(self) -> dict[str, int]:
        """As a count among others, where there is something to tell."""
        return {"erased": self.values} if self.values else {}


def due(tx: Tx) -> list[dict[str, Any]]:
    """What would be erased now: rows {ref, rule, since, values}; ``since``: when its time was over, a stamp."""
    rows = []
    for ref in candidates(tx):
        case = cases.by_ref_unlocked(tx, ref)
        found = erasing.due(tx, case, policies.definition_by_hash(tx, case.definition))
        if found is not None:
            rows.append({"ref": ref, "rule": found.rule, "since": found.since, "values": len(found.values)})
    return rows


def run_once(store: Store, home: Path, *, stopping: Stopping = never) -> Retained:
    """Erase all that is due, remove the files nothing cites any more, and tell the pulse."""
    with store.read() as tx:
        refs = candidates(tx)
    outcome = in_batches(store, refs, partial(_forget, home), stopping=stopping)
    if outcome.done:
        _blank_receipts(store, {one.event for forgotten in outcome.done for one in forgotten.erased})
    files = shred.run(store, home)
    if outcome.done or files:
        store.wipe()
    trouble = "; ".join(f"{ref}: {sentence(problem)}" for ref, problem in outcome.failed[:3])
    pulses.beat(store, "retain", ok=not trouble, say=trouble)
    return Retained(outcome.done, files, trouble)


def candidates(tx: Tx) -> list[str]:
    """Closed cases of which some period is over, oldest first."""
    laws = {hash_: json.loads(body) for hash_, body in tx.all(sql.DEFINITIONS)}
    periods = {period for law in laws.values() for period in (*law["keep"].values(), law["keep_requester"]) if period}
    if not periods:
        return []
    over = {period: _Over(tx, period) for period in periods}
    latest = max(one.perhaps for one in over.values())
    return [row[0] for row in tx.each(sql.CLOSED, until=latest) if any(_over(laws, over, row))]


class _Over:
    """Whether a period is over for a case closed at a time: mostly a comparison of two texts."""

    def __init__(self, tx: Tx, period: str) -> None:
        at = closed_before(tx.time, period)
        self.period, self.now = period, tx.now
        self.surely, self.perhaps = stamp(at), stamp(at + SLACK)

    def __call__(self, closed_at: str) -> bool:
        if closed_at <= self.surely or closed_at > self.perhaps:
            return closed_at <= self.surely
        return stamp(kept_until(moment(closed_at), self.period)) <= self.now


def _over(laws: dict[str, Definition], over: dict[str, _Over], row: Row) -> Iterator[bool]:
    _, _, definition, state, closed_at, fields = row
    law = laws[definition]
    if period := law["keep"].get(state):
        yield over[period](closed_at)
    if period := law["keep_requester"]:
        names = [name for name, field in law["fields"].items() if field["requester"]]
        yield any(f'"{name}": "' in fields for name in names) and over[period](closed_at)


def _forget(home: Path, tx: Tx, ref: str) -> list[Forgotten]:
    forgotten = erasing.forget(tx, cases.by_ref(tx, ref))
    if forgotten is None:
        return []
    shred.note(home, forgotten.bytes)
    return [forgotten]


def _blank_receipts(store: Store, events: set[str]) -> None:
    """The digests of arguments that held what was erased would confirm a guess at it."""
    with store.read() as tx:
        keys = [key for key, answer in tx.each(sql.RECEIPTS) if json.loads(answer)[4][0] in events]
    if keys:
        store.transact(lambda tx: tx.put_all(sql.RECEIPT_BLANK, [{"key": key} for key in keys]))
