"""When each background job last ran and what it said; `doctor` reads it. A sandbox's time is its own: no pulses."""

from datetime import timedelta
from typing import NamedTuple

from workflow.instants import moment
from workflow.sql import workspace as sql
from workflow.store import Store, Tx

EVERY = timedelta(minutes=1)


class Pulse(NamedTuple):
    """One job; ``at`` a stamp, ``say`` one sentence or nothing."""

    job: str
    at: str
    ok: bool
    say: str


def read(tx: Tx) -> dict[str, Pulse]:
    """The last pulse of every job."""
    return {job: Pulse(job, at, bool(ok), say) for job, at, ok, say in tx.all(sql.PULSE)}


def beat(store: Store, job: str, *, ok: bool = True, say: str = "") -> None:
    """Put on record that a job ran, at most once a minute while it has the same to say."""
    if store.workspace.sandbox:
        return
    with store.read() as tx:
        last = read(tx).get(job)
        if last and (last.ok, last.say) == (ok, say) and moment(last.at) > tx.time - EVERY:
            return
    store.transact(lambda tx: tx.put(sql.PULSE_SET, job=job, at=tx.now, ok=int(ok), say=say))
