"""The SSH keys with which persons sign their acts. The trail is the register: a key holds until there is another.

The event commits everybody to the key from then on; what was signed before is checked with the key of its time.
"""

import json
from typing import NamedTuple

from states.errors import N_, Conflict, NotPermitted
from workflow.sql import keys as sql
from workflow.sshsig import Key
from workflow.store import Tx
from workflow.trail import Who, Written, record

KIND = "key.registered"


class Registered(NamedTuple):
    """A key and since when it holds."""

    at: str
    key: Key


def register(tx: Tx, key: Key, *, who: Who, reason: str = "") -> Written:
    """Make this the key of whoever acts, in person; Conflict where it is already."""
    if who.behalf:
        raise NotPermitted("A key is registered in person, not for somebody else.", hint=N_("Leave out --as."))
    before = of_person(tx, who.actor or "")
    if before and before[-1].key == key:
        raise Conflict("This key is yours already.", hint=N_("Sign with it: --sign FILE."))
    data = {"key": key.text, "fingerprint": key.fingerprint}
    return record(tx, "org", KIND, who, data=data, private={"reason": reason} if reason else None)


def of_person(tx: Tx, person: str) -> list[Registered]:
    """Every key this person ever registered, the oldest first."""
    found = []
    for at, _, text in tx.all(sql.REGISTERED, person=person):
        found.append(Registered(at, Key.read(json.loads(text)["data"]["key"])))
    return found


def held(tx: Tx, person: str, at: str) -> list[Key]:
    """The keys that held at a time (a stamp): one, or at the instant of a change both, the newer last."""
    found = of_person(tx, person)
    until = [*(one.at for one in found[1:]), None]
    return [one.key for one, end in zip(found, until, strict=False) if one.at <= at and (end is None or at <= end)]
