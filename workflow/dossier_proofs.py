"""That the events of a dossier are sealed: the newest checkpoint, and for each event its path to it.

Each proof is a file of its own that `audit check-proof` takes, with the values left to the events beside it.
"""

from typing import Any, NamedTuple

from states.errors import NotNow, Problem, Usage
from workflow import seal
from workflow.dossier_events import Story
from workflow.dossier_parts import Parts
from workflow.findings import Findings, said
from workflow.notes import LOG, Note, VerifierKey
from workflow.outside import Kept
from workflow.store.tx import Tx
from workflow.trail import EMPTY_ROOT
from workflow.verify_tree import Log

Answer = dict[str, Any]

CHECKPOINT = "checkpoint.txt"
PROOFS = "proofs/"


class Sealed(NamedTuple):
    """The checkpoint as a signed note with the key that signed it, and the proof of each event that it covers."""

    note: str | None
    key: str | None
    proofs: dict[int, str]


UNSEALED = Sealed(None, None, {})
NOTHING: Answer = {"size": 0, "root": EMPTY_ROOT, "shown": "self", "since": None, "sealed": 0}


def of(tx: Tx, events: list[Answer]) -> Sealed:
    """The proofs of these events, all of one stream from its first; those no checkpoint covers yet have none."""
    head = seal.signed(tx)
    if head.note is None:
        return UNSEALED
    from workflow.proof import prove

    proofs: dict[int, str] = {}
    for event in events:
        try:
            proofs[event["n"]] = prove(tx, event["id"], withhold=["all"])
        except NotNow:
            break
    signatures = {(one.name, one.id) for one in Note.read(head.note).signatures}
    keys = [str(key) for place, key in Log(tx).keys.items() if place in signatures]
    return Sealed(head.note, keys[0] if keys else None, proofs)


def entry(n: int) -> str:
    return f"{PROOFS}{n:06}.txt"


def check(manifest: Answer, parts: Parts, story: Story, kept: Kept, found: Findings) -> Answer:
    """{size, root, shown, since, sealed} of what the proofs show; whatever does not hold is a finding.

    ``kept``: the log's key as the asker knows it, and trusted witnesses. Without that key the proofs show nothing
    that the dossier does not say of itself.
    """
    answer = dict(NOTHING)
    names = sorted(name for name in parts.names if name.startswith(PROOFS))
    key = kept.key or _key(manifest, found)
    if not names and CHECKPOINT not in parts.names:
        if kept.key is not None:
            found.add("no event of the dossier is sealed, so the key given shows nothing")
        return answer
    if key is None:
        found.add(f"the proofs under {PROOFS} name no key they could be checked with")
        return answer
    from workflow.proof import check as proven

    before = len(found.rows)
    note = (parts.bytes(CHECKPOINT) or b"").decode(errors="replace")
    witnessed: list[Any] = []
    for n, name in enumerate(names, 1):
        if name != entry(n):
            found.add(f"{entry(n)} is missing", story.ref, n)
            break
        try:
            text = (parts.bytes(name) or b"").decode(errors="replace")
            one = proven(text, key, kept.witnesses)
        except Problem as problem:
            found.add(f"{name}: {problem}", story.ref, n)
            break
        if f"\n\n{note}\n" not in text:
            found.add(f"{name} ends at another checkpoint than {CHECKPOINT}", story.ref, n)
        if n > len(story.lines) or one["hash"] != story.lines[n - 1]["hash"]:
            found.add(f"{name} is not of event {n}", story.ref, n)
        witnessed = one["witnessed"]
        answer |= {"size": one["size"], "root": one["root"], "sealed": n}
        answer["since"] = {name: one[name] for name in ("origin", "size", "root", "witnessed", "of")} | {
            "key": str(key)
        }
    if kept.key is not None and len(found.rows) == before:
        answer["shown"] = "witnessed" if witnessed else "extends"
    return answer


def _key(manifest: Answer, found: Findings) -> VerifierKey | None:
    """The key as the dossier itself names it."""
    text = manifest.get("key")
    if text is None:
        return None
    try:
        return VerifierKey.read(str(text), LOG)
    except Usage:
        found.add(f"manifest.json names {said(text)}, which is no key")
        return None
