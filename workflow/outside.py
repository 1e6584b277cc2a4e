"""What somebody kept outside, against the tree at hand: does it extend that checkpoint, and who else saw it?

Only this shows a rewrite of everything by whoever holds the database and the key.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from states.errors import Integrity
from workflow.epochs import beginning
from workflow.findings import Findings
from workflow.instants import stamp
from workflow.notes import Checkpoint, Note, VerifierKey
from workflow.verify_tree import TreeCheck


class Kept(NamedTuple):
    """A checkpoint from outside, the log's key as the asker knows it, and the witnesses the asker trusts."""

    note: Note | None = None
    key: VerifierKey | None = None
    witnesses: Sequence[VerifierKey] = ()


def shown(kept: Kept, tree: TreeCheck, found: Findings) -> dict[str, Any]:
    """{shown, since}, the latter where a checkpoint was given; whatever speaks against it is a finding."""
    if kept.key is not None and tree.newest is not None:
        _signed(tree.newest, _as_of(kept.key, tree.newest), "the newest checkpoint here", found)
    if kept.note is None:
        return {"shown": "self"}
    before = len(found.rows)
    checkpoint = Checkpoint.read(kept.note.text)
    if checkpoint.origin not in tree.log.origins:
        found.add(f"the checkpoint given is of another log, {checkpoint.origin}")
    elif checkpoint.size > tree.leaves.size:
        found.add(f"the checkpoint given is over {checkpoint.size} events, and only {tree.leaves.size} are sealed here")
    elif tree.leaves.root(checkpoint.size).hex() != checkpoint.root:
        found.add(f"the first {checkpoint.size} events are not those of the checkpoint given")
    key = next((key for key in tree.log.keys.values() if _by(kept.note, key)), None)
    if kept.key is not None:
        key = _as_of(kept.key, kept.note)
    if key is None:
        found.add("the checkpoint given is signed by no key on record: name the log's key as you know it")
    else:
        _signed(kept.note, key, "the checkpoint given", found)
    witnessed = _witnessed(kept.note, kept.witnesses, found)
    since = {
        **checkpoint._asdict(),
        "key": None if key is None else str(key),
        "witnessed": witnessed,
        "of": len(kept.witnesses),
    }
    fine = len(found.rows) == before
    return {"shown": ("witnessed" if witnessed else "extends") if fine else "self", "since": since}


def _as_of(key: VerifierKey, note: Note) -> VerifierKey:
    """The key as it is called in a checkpoint: after a recovery the log signs with it under the next name."""
    origin = note.text.partition("\n")[0]
    return key._replace(name=origin) if beginning(origin) == beginning(key.name) else key


def _by(note: Note, key: VerifierKey) -> bool:
    return any((one.name, one.id) == (key.name, key.id) for one in note.signatures)


def _signed(note: Note, key: VerifierKey, which: str, found: Findings) -> None:
    try:
        if not note.signed_by(key):
            found.add(f"{which} is not signed by {key.name} with the key {key.id.hex()}")
    except Integrity:
        found.add(f"the signature of {key.name} under {which} is wrong")


def _witnessed(note: Note, witnesses: Sequence[VerifierKey], found: Findings) -> list[dict[str, str]]:
    """Who of these cosigned it, and when."""
    seen = []
    for witness in witnesses:
        try:
            time = note.cosigned_by(witness)
        except Integrity:
            found.add(f"the cosignature of {witness.name} under the checkpoint given is wrong")
            continue
        if time is not None:
            seen.append({"name": witness.name, "at": said_time(time)})
    return seen


def said_time(time: int) -> str:
    """A POSIX time as a stamp, or the number where it is none of ours."""
    try:
        return stamp(datetime.fromtimestamp(time, UTC))
    except (ValueError, OverflowError, OSError):
        return str(time)
