"""Send the notices that wait, at least once each: claimed in one commit, sent outside of any, marked in another.

A crash between sending and marking sends the message a second time under the same Message-ID.
"""

from collections import Counter
from datetime import timedelta
from functools import partial

from jobs.batches import Stopping, never, sentence
from jobs.letters import House, Voice, compose
from jobs.mail import Channel, Refused, Send
from states.errors import N_, Invalid, Outside
from workflow import notices, pulses
from workflow.notices import Notice
from workflow.store import Store, Tx

BATCH = 20  # messages claimed at a time: well within the lease even from a slow server
LATER = timedelta(minutes=5)  # when nothing can be sent at all
_PLAIN = Voice()


def run_once(
    store: Store, channel: Channel, *, limit: int | None = None, voice: Voice = _PLAIN, stopping: Stopping = never
) -> dict[str, int]:
    """Send what waits, or ``limit`` of it; counts of {sent, failed, dead, waiting}; tells the pulse.

    ``waiting`` are those given back because the channel takes nothing now.
    """
    store.refresh()
    if store.workspace.sandbox and not channel.local:
        raise Invalid(
            "The notices of a sandbox stay on this machine.",
            hint=N_("Set mail.to_file, or a mail server on 127.0.0.1."),
        )
    counts = Counter[str](sent=0, failed=0, dead=0, waiting=0)
    trouble, more, taken = "", True, 0
    while more and not trouble and not stopping():
        size = BATCH if limit is None else min(BATCH, limit - taken)
        batch, more = store.transact(partial(notices.claim, limit=size)) if size else ([], False)
        taken += len(batch)
        if batch:
            trouble = _Round(store, channel, voice, counts).send(batch, stopping)
    pulses.beat(store, "deliver", ok=not trouble, say=trouble)
    return dict(counts)


class _Round:
    """One connection's worth of messages."""

    def __init__(self, store: Store, channel: Channel, voice: Voice, counts: Counter[str]) -> None:
        self.store = store
        self.channel = channel
        self.voice = voice
        self.counts = counts
        self.house = House(store.workspace.origin, channel.sender, store.workspace.sandbox)

    def send(self, batch: list[Notice], stopping: Stopping) -> str:
        """Send them in order; what was not tried is given back. Answers what is wrong with the channel, if anything."""
        left = list(batch)
        trouble = ""
        try:
            with self.channel.open() as send:
                while left and not stopping():
                    self._send_one(left.pop(0), send)
        except (Outside, Invalid) as problem:
            trouble = sentence(problem)
        for notice in left:
            self.store.transact(partial(self._give_back, notice=notice, trouble=trouble))
        self.counts["waiting"] += len(left)
        return trouble

    def _send_one(self, notice: Notice, send: Send) -> None:
        """A channel that breaks down over a message counts as a failure of that message too, and is told on."""
        broken: Outside | None = None
        error, for_good = "", False
        try:
            send(compose(notice, self.house, self.voice))
        except Outside as problem:
            broken, error = problem, sentence(problem)
        except Refused as problem:
            error, for_good = str(problem), problem.for_good
        except Exception as problem:  # noqa: BLE001  # whatever a message does, the next one is sent
            error = sentence(problem)
        dead = self.store.transact(partial(self._mark, notice=notice, error=error, for_good=for_good))
        self.counts["dead" if dead else "failed" if error else "sent"] += 1
        if broken:
            raise broken

    def _mark(self, tx: Tx, notice: Notice, error: str, for_good: bool) -> bool:
        if error:
            return notices.failed(tx, notice, self.channel.name, error, for_good=for_good)
        notices.sent(tx, notice, self.channel.name)
        return False

    def _give_back(self, tx: Tx, notice: Notice, trouble: str) -> None:
        notices.give_back(tx, notice, trouble, tx.time + (LATER if trouble else timedelta()))
