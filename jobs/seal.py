"""Seal the trail: what waits becomes leaves, then the head is signed by the key outside the database.

The commit comes first and the signature after it. A run that is cut short between the two leaves an unsigned head,
which the next run signs. `run` does this at least every minute, and at once when a new stream waits.
"""

from datetime import timedelta
from typing import NamedTuple

from jobs.batches import Stopping, never, sentence
from states.errors import Problem
from workflow import pulses, seal, signer
from workflow.instants import stamp
from workflow.signer import Keys
from workflow.store import Store

EVERY = timedelta(minutes=1)


class Sealed(NamedTuple):
    """What a run did: how many events were sealed, the tree then, and whether its head is signed."""

    events: int
    size: int
    root: str
    signed: bool


def run_once(store: Store, keys: Keys | None, *, stopping: Stopping = never) -> Sealed:
    """Seal everything that waits and sign the tree; tells the pulse. Integrity where something does not match."""
    try:
        done = _run(store, keys, stopping)
    except Problem as problem:
        pulses.beat(store, "seal", ok=False, say=sentence(problem))
        raise
    beat(store)
    return done


def beat(store: Store) -> None:
    """On record that all is well."""
    pulses.beat(store, "seal")


def _run(store: Store, keys: Keys | None, stopping: Stopping) -> Sealed:
    store.refresh()
    events = 0
    more = True
    while more and not stopping():
        count = store.transact(seal.batch)
        events += count
        more = count > 0 or bool(keys and keys.exist() and sign(store, keys))
    with store.read() as tx:
        head = seal.newest(tx)
    return Sealed(events, head.size, head.root, head.size > 0 and head.note is not None)


def sign(store: Store, keys: Keys) -> bool:
    """Sign the tree as it stands, unless it is; answers whether that wrote an event, which waits to be sealed."""
    with signer.turn(keys):
        with store.read() as tx:
            checkpoint = seal.unsigned(tx)
            if checkpoint is None:
                return False
            head, before = checkpoint, seal.signed(tx)
            if before.size and not seal.extends_to(tx, head, before.size, before.root):
                raise signer.forked(before.size, head.size)
            note, key = signer.sign(keys, head, lambda size, root: seal.extends_to(tx, head, size, root))
        written = store.transact(lambda tx: seal.keep(tx, head, note, key))
    store.refresh()
    return written is not None


def owed(store: Store, keys: Keys | None) -> bool:
    """Whether it is time: an event waits for a minute, the beginning of a stream waits at all, a head is unsigned."""
    with store.read() as tx:
        since = seal.waiting_since(tx)
        if since is not None and (since <= stamp(tx.time - EVERY) or seal.opening_waits(tx)):
            return True
        return bool(keys and keys.exist()) and seal.newest(tx).size > seal.signed(tx).size
