"""The whole trail as lines of JSON: the hashed text of each event, its hash, and what it committed to that is kept.

A line is what a dossier holds of an event: {schema, canon, hash, values: {field: {salt, value}}}.
"""

import json
from collections.abc import Iterator
from typing import Any

from workflow.sql import lookup as sql
from workflow.store.tx import Tx


def lines(tx: Tx) -> Iterator[dict[str, Any]]:
    """In the order of `audit log`: by (at, stream, n)."""
    last: dict[str, Any] | None = None
    known = ""
    for id_, canon, hash_, field, salt, value in tx.each(sql.EXPORT):
        if id_ != known:
            if last is not None:
                yield last
            known, last = id_, {"schema": 1, "canon": canon, "hash": hash_, "values": {}}
        if field is not None and last is not None:
            last["values"][field] = {"salt": salt, "value": json.loads(value)}
    if last is not None:
        yield last
