"""Do the signatures of persons hold? Each is checked with the key its signer had registered by then."""

import json
from collections.abc import Callable
from typing import Any

from workflow import keys
from workflow.findings import Findings, said
from workflow.sql import keys as sql
from workflow.sshsig import BadSignature, check
from workflow.store.tx import Row, Tx

Answer = dict[str, Any]

_BROKEN = (KeyError, TypeError, ValueError, AttributeError)


def with_signatures(tx: Tx, found: Answer) -> Answer:
    """The answer of `verify` with what the signatures came to: how many were checked, and more problems."""
    inside = Findings()
    count = signatures(tx, inside)
    problems = [*found["problems"], *inside.answer()]
    return {**found, "ok": not problems, "signatures": count, "problems": problems}


def signatures(tx: Tx, found: Findings) -> int:
    """Add to the findings what does not hold; answers how many were checked. An erased one is passed over."""
    count = 0
    for row in tx.each(sql.SIGNED):
        id_, stream, n, *_ = row
        if row[6] is None:  # `verify` itself tells whether it was erased on record
            continue
        count += 1
        _one(tx, row, lambda what, place=(stream, n, id_): found.add(what, *place))  # type: ignore[misc]
    return count


def _one(tx: Tx, row: Row, wrong: Callable[[str], None]) -> None:
    _, stream, _, at, actor, canon, value = row
    try:
        data, signature = json.loads(canon)["data"], json.loads(value)
        signed = tx.one(sql.EVENT, id=data["event"])
        if signed is None:
            wrong(f"it signs an event {said(data['event'])} that does not exist")
            return
        _, of, n, by, hash_ = signed
        if (of, n, hash_) != (stream, data["n"], data["hash"]):
            wrong(f"it signs event {data['n']} with another hash than the one on record")
        if by != actor:
            wrong("it signs the act of somebody else")
        held = [key for key in keys.held(tx, actor, at) if key.fingerprint == data["fingerprint"]]
        if not held:
            wrong(f"its signer had no key {said(data['fingerprint'])} by then")
            return
        check(signature, data["hash"], held[-1])
    except BadSignature as error:
        wrong(f"the signature does not hold: {error}")
    except _BROKEN as error:
        wrong(f"it is no signature ({type(error).__name__}: {error})")
