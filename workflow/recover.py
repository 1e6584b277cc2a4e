"""After a restore: the log goes on under a new name, and its first event says which checkpoint it cannot follow.

A database that was set back has lost events somebody may hold a checkpoint of. It must not sign under the old name
again; under the new one every key, proof and witness starts afresh, and the gap stands on record for ever.
"""

from typing import Any

from states.errors import N_, NotNow
from workflow import seal
from workflow.epochs import following
from workflow.notes import Checkpoint
from workflow.sql import seal as sql
from workflow.store.tx import Tx
from workflow.trail import Who, Written, record


def recover(tx: Tx, who: Who, last: Checkpoint | None, *, reason: str, key: str | None) -> Written:
    """Begin the next epoch. ``last``: what was signed last under the old name, by whoever remembers it.

    ``key``: the public key that will sign, under the new name. NotNow where the tree still follows from ``last``.
    """
    if not reason:
        raise NotNow("A recovery needs a reason.", hint=N_("Say with --reason what was restored, and why."))
    if tx.locks_rows:
        tx.one(sql.TURN_LOCK)
    origin, head = tx.workspace.origin, seal.newest(tx)
    if last is None:
        raise NotNow(
            "It is not known which checkpoint was lost.",
            hint=N_("Name the newest one anybody holds, with --checkpoint FILE."),
        )
    if last.origin != origin:
        raise NotNow(
            "The checkpoint is of the log {other}, and this is {origin}.",
            hint=N_("Only a checkpoint of this log tells what was lost."),
            other=last.origin,
            origin=origin,
        )
    if seal.extends_to(tx, head, last.size, last.root):
        raise NotNow("There is nothing to recover: the log extends what was signed last.")
    new = following(origin)
    tx.put(sql.ORIGIN, origin=new)
    tx.workspace = tx.workspace._replace(origin=new)
    space = tx.workspace
    data: dict[str, Any] = {
        "sandbox": space.sandbox,
        "zone": space.zone,
        "calendar": space.calendar,
        "key": key,
        "follows": last._asdict(),
        "holds": {"size": head.size, "root": head.root},
    }
    return record(tx, "log", "log.created", who, data=data, private={"reason": reason})
