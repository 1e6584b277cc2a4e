"""A person signs an act of a case: the signature follows the act as an event, so that no hash changes."""

import json

from states.errors import N_, NotFound, NotPermitted, Usage
from workflow import keys
from workflow.engine.remarks import small
from workflow.receipts import Outcome
from workflow.scene import Scene
from workflow.sql import keys as sql
from workflow.sshsig import BadSignature, Key, check
from workflow.store import Tx
from workflow.trail import Who, Written

KIND = "case.signed"


def sign(tx: Tx, ref: str, event: str, signature: str, *, who: Who) -> Outcome | None:
    """Keep the SSH signature of whoever did this act; None where it is signed already. Usage for one that fails."""
    row = tx.one(sql.EVENT, id=event)
    if row is None or row[1] != ref:
        raise NotFound("There is no event {event} in {ref}.", event=event, ref=ref)
    _, _, n, actor, hash_ = row
    if actor != who.actor:
        raise NotPermitted("Only who did an act can sign it.", hint=N_("Leave out --sign."))
    if any(json.loads(text)["data"]["event"] == event for (text,) in tx.all(sql.SIGNED_AFTER, stream=ref, n=n)):
        return None
    key = of_signer(tx, who)
    try:
        check(signature, hash_, key)
    except BadSignature as error:
        raise Usage("The signature does not hold: {why}.", where="--sign", why=str(error)) from error

    def do(scene: Scene) -> Written:
        data = {"event": event, "n": n, "hash": hash_, "fingerprint": key.fingerprint}
        return scene.case.write(tx, KIND, who, data=data, private={"sshsig": signature})

    return small(tx, "sign", [ref, event, actor], ref, do, expect=None, key=None, counts=False)


def of_signer(tx: Tx, who: Who) -> Key:
    """The key whoever acts has registered; NotPermitted without one."""
    held = keys.held(tx, who.actor or "", tx.now)
    if not held:
        raise NotPermitted(
            "You have registered no SSH key to sign with.",
            hint=N_("Register yours: `duecourse whoami --ssh-key FILE.pub`."),
        )
    return held[-1]
