"""The read lane: more time that was asked for, and what was decided. Shapes as in `workflow.ask`."""

from typing import Any

from states.errors import N_, NotFound, Usage
from workflow import policies
from workflow.case import Case, Clock
from workflow.instants import stamp
from workflow.look import Answer, from_token, local, to_token
from workflow.sql import ask as ask_sql
from workflow.sql import clock as clock_sql
from workflow.sql import extension as sql
from workflow.store import Tx

STATES = ("asked", "approved", "refused", "lapsed")


def extensions(
    tx: Tx, *, ref: str | None = None, state: str | None = None, limit: int = 50, after: str | None = None
) -> Answer:
    """Requests, the newest first; ``due_at`` as the clock stands now, ``would_be`` if one still asked were granted."""
    text, values = sql.LIST, dict[str, Any](limit=limit + 1)
    if ref is not None:
        if tx.one(ask_sql.CASE, ref=ref) is None:
            raise NotFound(
                "There is no case {ref} here.", hint=N_("`duecourse case list` shows the cases there are."), ref=ref
            )
        text, values["ref"] = f"{text} AND c.ref = :ref", ref
    if state is not None:
        if state not in STATES:
            raise Usage("A request for more time is never {state}.", where="--state", state=state)
        text, values["state"] = f"{text} AND e.state = :state", state
    if after:
        values["asked0"], values["id0"] = from_token(after, 2)
        text += " AND (e.asked_at < :asked0 OR (e.asked_at = :asked0 AND e.id < :id0))"
    rows = tx.named(text + sql.LIST_ORDER, **values)
    more = rows[limit - 1] if len(rows) > limit else None
    token = to_token([more["asked_at"], more["id"]]) if more else None
    return {"schema": 1, "rows": [_row(tx, row) for row in rows[:limit]], "next": token}


def _row(tx: Tx, row: dict[str, Any]) -> Answer:
    zone = row.pop("zone")
    would_be = _would_be(tx, row["ref"], row["clock"], row["by"]) if row["state"] == "asked" else None
    for column in ("asked_at", "decided_at", "due_at"):
        row[column] = local(row[column], zone)
    return {**row, "would_be": local(would_be, zone)}


def _would_be(tx: Tx, ref: str, name: str, by: str) -> str | None:
    """The due time a clock would get, as a stamp; None while it stands still."""
    from workflow.plan import due_of, with_more
    from workflow.scene import Scene

    case = Case(tx.one(ask_sql.CASE, ref=ref) or ())
    case.clocks = {row[0]: Clock(row) for row in tx.all(clock_sql.OF_CASE, case_id=case.id)}
    clock = case.clocks[name]
    if clock.state == "paused":
        return None
    definition = policies.definition_by_hash(tx, case.definition)
    rule, extensions = with_more(clock, by, definition["clocks"][name])
    return stamp(due_of(Scene(tx, case, definition), rule, clock.from_at, clock.stops, extensions).at)
