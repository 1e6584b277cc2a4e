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
