"""The watcher of the watchers: is anything late that should not be? It looks and changes nothing but its own pulse."""

from datetime import timedelta

from jobs.pump import LONGEST_WAIT
from states.errors import N_
from workflow import pulses, seal
from workflow.health import Check
from workflow.instants import moment, stamp
from workflow.sql import lateness as sql
from workflow.store import Store, Tx

PATIENCE = timedelta(minutes=10)
SOME = 20  # failing timers looked at


def run_once(store: Store) -> list[Check]:
    """What is late or given up, worst first; empty where all is well."""
    with store.read() as tx:
        found = findings(tx)
    pulses.beat(store, "lateness", ok=True, say="")
    return found


def findings(tx: Tx) -> list[Check]:
    """Late timers, failing cases, jobs that failed or fell silent, notices stuck or given up, sealing that stopped."""
    return [*_timers(tx), *_jobs(tx), *_notices(tx), *_sealing(tx)]


def _timers(tx: Tx) -> list[Check]:
    found = []
    late, since = tx.one(sql.LATE, before=stamp(tx.time - PATIENCE)) or (0, None)
    if late:
        say = N_("{count} timers are late, the first since {since}.")
        found.append(Check("timers", False, say, {"count": late, "since": since}))
    failing = tx.all(sql.FAILING, soon=stamp(tx.time + LONGEST_WAIT), limit=SOME)
    if failing:
        ref, clock, error = failing[0]
        say = N_("{count} timers fail, among them {clock} of {ref}: {error}.")
        places = {"count": len(failing), "clock": clock, "ref": ref, "error": error.rstrip(".")}
        found.append(Check("failures", False, say, places))
    return found


def _jobs(tx: Tx) -> list[Check]:
    """A sandbox's time is its own: nothing beats there."""
    if tx.workspace.sandbox:
        return []
    found = []
    for pulse in pulses.read(tx).values():
        if not pulse.ok:
            say = N_("The last run of {job} had trouble: {say}.")
            found.append(Check("jobs", False, say, {"job": pulse.job, "say": pulse.say.rstrip(".")}))
        if moment(pulse.at) < tx.time - PATIENCE and pulse.job != "lateness":
            say = N_("{job} last ran at {at}.")
            found.append(Check("heartbeat", False, say, {"job": pulse.job, "at": pulse.at}))
    return found


def _notices(tx: Tx) -> list[Check]:
    found = []
    stuck, since = tx.one(sql.STUCK, before=stamp(tx.time - PATIENCE)) or (0, None)
    if stuck and "deliver" in pulses.read(tx):  # where nobody delivers, notices wait by design
        say = N_("{count} notices should have been sent, the first is of {since}.")
        found.append(Check("notices", False, say, {"count": stuck, "since": since}))
    (dead,) = tx.one(sql.DEAD) or (0,)
    if dead:
        found.append(Check("dead-letters", False, N_("{count} notices were given up."), {"count": dead}))
    return found


def _sealing(tx: Tx) -> list[Check]:
    """Where `run` seals, nothing waits for long, and what is sealed is signed."""
    if "seal" not in pulses.read(tx):
        return []
    before = stamp(tx.time - PATIENCE)
    since, head = seal.waiting_since(tx), seal.newest(tx)
    if since is not None and since < before:
        return [Check("sealing", False, N_("Events wait to be sealed since {since}."), {"since": since})]
    if head.size and head.note is None and head.at < before:
        say = N_("The {size} events sealed by {at} are not signed: the key of the log is not where `run` looks for it.")
        return [Check("sealing", False, say, {"size": head.size, "at": head.at})]
    return []
