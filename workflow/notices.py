"""The outbox: messages owed to persons. Read by people, worked off by `jobs.deliver`, which sends them."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from states.errors import N_, NotFound, NotNow
from workflow import policies
from workflow.identity import person_id
from workflow.instants import stamp
from workflow.look import from_token, local, to_token
from workflow.sql import outbox as sql
from workflow.store import Row, Tx
from workflow.trail import SYSTEM, record

STREAM = "notices"
LEASE = timedelta(minutes=15)  # a claimed message that was neither sent nor given back is sent again after this
FIRST_WAIT = timedelta(minutes=1)  # after a failure; four times as long after each further one
LONGEST_WAIT = timedelta(hours=6)
MOST_TRIES = 10
NO_ADDRESS = "no e-mail address"
LOOK_AGAIN = timedelta(days=1)
_LAST = "~"  # sorts after every id

Answer = dict[str, Any]
Titles = dict[str, str]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to be sent, with everything its words need; ``attempts`` counts this one."""

    id: str
    ref: str | None
    kind: str
    person: str
    name: str
    email: str
    created_at: str
    attempts: int
    step: int
    due_at: str | None
    zone: str
    title: str
    unit: str
    state: Titles
    clock: Titles | None
    pace: dict[str, Any] | None  # of a warning: {pace, done, required, asked}
    actions: tuple[str, ...]  # what would end the clock, as the case stands; empty where it has ended


def list_(
    tx: Tx,
    *,
    state: str | None = None,
    person: str | None = None,
    ref: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Answer:
    """Messages, newest first: {schema, rows, next}; ``person`` is a login, ``state`` waiting, sent or dead."""
    text = sql.LIST
    values: dict[str, Any] = {"limit": limit + 1, "after": from_token(after, 1)[0] if after else _LAST}
    if person is not None:
        values["person"] = person_id(tx, person)
    for column, value in (("state", state), ("person", person), ("ref", ref)):
        if value is not None:
            text += f" AND o.{column} = :{column}"
            values.setdefault(column, value)
    rows = tx.named(text + sql.LIST_ORDER, **values)
    more = to_token([rows[limit - 1]["id"]]) if len(rows) > limit else None
    for row in rows:
        for column in ("created_at", "try_at", "sent_at"):
            row[column] = local(row[column], tx.workspace.zone)
    return {"schema": 1, "rows": rows[:limit], "next": more}


def retry(tx: Tx, id: str | None = None) -> int:
    """Send again what was given up or has failed: one message, or all; answers how many. NotFound, NotNow for one."""
    if id is None:
        row = tx.one(sql.AGAIN_COUNT)
        tx.put(sql.AGAIN, now=tx.now)
        return row[0] if row else 0
    row = tx.one(sql.ONE, id=id)
    if row is None:
        raise NotFound(
            "There is no notice {id} here.", hint=N_("`duecourse notify list` shows the notices there are."), id=id
        )
    if row[0] == "sent":
        raise NotNow("This notice was sent already.", hint=N_("`duecourse notify list` shows when."))
    tx.put(sql.AGAIN_ONE, id=id, now=tx.now, expect=1)
    return 1


def claim(tx: Tx, limit: int) -> tuple[list[Notice], bool]:
    """Take messages that are due, for `LEASE`; and whether there may be more.

    Those of persons without an address stay, and are looked at again tomorrow.
    """
    claimed = []
    lease, tomorrow = stamp(tx.time + LEASE), stamp(tx.time + LOOK_AGAIN)
    rows = tx.all(sql.WAITING_LOCK if tx.locks_rows else sql.WAITING, now=tx.now, limit=limit)
    for row in rows:
        id_, attempts, email = row[0], row[6], row[8]
        if not email:
            tx.put(sql.NOBODY, id=id_, error=NO_ADDRESS, try_at=tomorrow)
            continue
        tx.put(sql.CLAIM, id=id_, attempts=attempts, try_at=lease, expect=1)
        claimed.append(_notice(tx, row))
    return claimed, len(rows) == limit


def sent(tx: Tx, notice: Notice, channel: str) -> None:
    """The message left the house."""
    tx.put(sql.SENT, id=notice.id, attempts=notice.attempts, now=tx.now)
    record(tx, STREAM, "notice.sent", SYSTEM, data=_facts(notice, channel))


def failed(tx: Tx, notice: Notice, channel: str, error: str, *, for_good: bool) -> bool:
    """Try again later, or give up (True). The first failure and the last are put on record."""
    dead = for_good or notice.attempts >= MOST_TRIES
    wait = min(LONGEST_WAIT, FIRST_WAIT * 4 ** min(notice.attempts - 1, 10))
    tx.put(
        sql.FAILED,
        id=notice.id,
        attempts=notice.attempts,
        state="dead" if dead else "waiting",
        error=error,
        try_at=stamp(tx.time + wait),
    )
    if dead or notice.attempts == 1:
        data = {**_facts(notice, channel), "given_up": dead}
        record(tx, STREAM, "notice.failed", SYSTEM, data=data, private={"error": error})
    return dead


def give_back(tx: Tx, notice: Notice, error: str, at: datetime) -> None:
    """The message was not tried, as nothing could be sent at all: it waits on, as if it had not been claimed."""
    tx.put(sql.GIVE_BACK, id=notice.id, attempts=notice.attempts, error=error or None, try_at=stamp(at))


def _facts(notice: Notice, channel: str) -> dict[str, Any]:
    return {
        "notice": notice.id,
        "ref": notice.ref,
        "kind": notice.kind,
        "person": notice.person,
        "channel": channel,
        "attempt": notice.attempts,
    }


def _notice(tx: Tx, row: Row) -> Notice:
    id_, ref, kind, person, body, created_at, attempts, name, email = row
    said = json.loads(body)
    title, unit, state, clock, actions = _subject(tx, ref, said.get("clock"))
    return Notice(
        id=id_,
        ref=ref,
        kind=kind,
        person=person,
        name=name,
        email=email,
        created_at=created_at,
        attempts=attempts + 1,
        step=said.get("step") or 0,
        due_at=said.get("due_at"),
        zone=said.get("zone") or tx.workspace.zone,
        title=title,
        unit=unit,
        state=state,
        clock=clock,
        pace=said if "pace" in said else None,
        actions=actions,
    )


def _subject(tx: Tx, ref: str | None, clock: str | None) -> tuple[str, str, Titles, Titles | None, tuple[str, ...]]:
    """(title, unit, title of the state, title of the clock, what would end it) of the case a message is about."""
    row = tx.one(sql.SUBJECT, ref=ref) if ref else None
    if row is None:
        return "", "", {}, None, ()
    case_id, title, unit, unit_name, state, hash_ = row
    definition = policies.definition_by_hash(tx, hash_)
    place = unit if unit_name in {None, unit} else f"{unit_name} ({unit})"
    spec = definition["clocks"].get(clock)
    stands = tx.one(sql.CLOCK, case_id=case_id, name=clock) if spec else None
    actions = _ends(definition, spec, state) if stands and stands[1] is None else ()
    return title, place, definition["states"][state]["title"], spec and spec["title"], actions


def _ends(definition: policies.Definition, spec: dict[str, Any], state: str) -> tuple[str, ...]:
    """The actions possible in this state that meet the clock."""
    return tuple(
        name
        for name, action in definition["actions"].items()
        if state in action["from"]
        and name not in spec["cancels"]
        and (name in spec["met_by"] or (action["to"] is not None and action["to"] not in spec["runs_in"]))
    )
