"""Messages owed to persons, written in the transaction of the act that owes them; `jobs.deliver` sends them.

The row says what happened and to which case; the words are found when it is sent, in the reader's language.
"""

import json
from collections.abc import Iterable
from typing import Any

from workflow.case import Case
from workflow.sql import outbox as sql
from workflow.store import Tx
from workflow.trail import Written

MAIL = "mail"
REGISTERED = "person.registered"


def owe(
    tx: Tx, case: Case, event: Written, kind: str, *, persons: Iterable[str], key: str, body: dict[str, Any]
) -> None:
    """One message a person; ``key`` names the occasion (clock, run, what, step), so that it is owed once."""
    text = json.dumps(body, sort_keys=True)
    tx.put_all(
        sql.INSERT,
        [
            {
                "id": tx.id(),
                "ref": case.ref,
                "event": event.id,
                "kind": kind,
                "person": person,
                "channel": MAIL,
                "dedup": f"{case.id}/{key}/{person}/{MAIL}",
                "body": text,
                "created_at": tx.now,
            }
            for person in persons
        ],
    )


def welcome_key(person: str) -> str:
    """What makes it one message for each person."""
    return f"registered/{person}/{MAIL}"


def welcome(tx: Tx, person: str, event: Written) -> None:
    """Whoever comes into the register is told so, once: what is held there, and how to see it."""
    tx.put(
        sql.INSERT,
        id=tx.id(),
        ref=None,
        event=event.id,
        kind=REGISTERED,
        person=person,
        channel=MAIL,
        dedup=welcome_key(person),
        body="{}",
        created_at=event.at,
    )
