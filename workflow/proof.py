"""One event and the proof that it is sealed, in one text that needs nothing else but the log's public key.

The first part is a C2SP tlog-proof (index, path, signed checkpoint); behind an empty line come a line with the name of
the second part, the canon of the event, and one line for each value behind its commitments that is disclosed.
"""

import json
import re
from base64 import b64encode
from collections.abc import Collection, Sequence
from typing import Any

from states.errors import N_, Integrity, NotFound, NotNow, Problem
from workflow import seal
from workflow.epochs import may_hold
from workflow.merkle import included
from workflow.notes import Checkpoint, Note, VerifierKey, hash_of
from workflow.outside import said_time
from workflow.sql import seal as sql
from workflow.store.tx import Tx
from workflow.trail import canon, commitment_to, leaf_hash

Answer = dict[str, Any]

FIRST = "c2sp.org/tlog-proof@v1"
SECOND = "duecourse-event/v1"
LARGEST = 4 * 1024 * 1024  # characters of a proof
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


def prove(tx: Tx, event: str, *, withhold: Collection[str] = ()) -> str:
    """The proof of an event under the newest checkpoint. ``withhold``: fields whose values stay here, ``all`` of them.

    NotFound for an unknown event or field, NotNow for one that no checkpoint covers yet.
    """
    row = tx.one(sql.LEAF, id=event)
    if row is None:
        raise NotFound(
            "There is no event {event} here.", hint=N_("`duecourse audit log` shows the events."), event=event
        )
    _, text, _, index = row
    head = seal.signed(tx)
    if index is None or head.note is None or index >= head.size:
        raise NotNow(
            "No checkpoint covers this event yet.",
            hint=N_("`duecourse audit seal` seals and signs what waits; `duecourse run` does it every minute."),
        )
    kept = {field: (salt, value) for field, salt, value in tx.all(sql.KEPT, id=event)}
    unknown = sorted(set(withhold) - kept.keys() - {"all"})
    if unknown:
        raise NotFound(
            "The event keeps no value of {field}.",
            hint=N_("It keeps: {fields}.") if kept else "",
            field=unknown[0],
            fields=", ".join(kept),
        )
    try:
        path = seal.tree(tx, head.size).inclusion(index)
    except LookupError as error:
        raise Integrity(
            "The tree of sealed events is damaged.",
            hint=N_("`duecourse audit verify` tells what else does not match."),
        ) from error
    told = [
        canon({"field": field, "salt": salt, "value": json.loads(value)})
        for field, (salt, value) in kept.items()
        if field not in withhold and "all" not in withhold
    ]
    lines = [FIRST, f"index {index}", *(b64encode(step).decode() for step in path)]
    return "\n".join(lines) + f"\n\n{head.note}\n" + "".join(f"{line}\n" for line in (SECOND, text, *told))


def told(text: str) -> tuple[str, list[str]]:
    """Of a proof that was written here: the canon of its event, and the fields whose values it discloses."""
    canon_, *values = text.partition(f"\n{SECOND}\n")[2][:-1].split("\n")
    return canon_, [str(json.loads(value)["field"]) for value in values]


def stream_of(text: str) -> str:
    """The stream of an event, from its canon."""
    return str(json.loads(text)["stream"])


def check(text: str, key: VerifierKey, witnesses: Sequence[VerifierKey] = ()) -> Answer:
    """{schema, ok, index, size, root, origin, event, disclosed, withheld, witnessed, of}; Integrity where it is none.

    Nothing is believed of the text but what the key's signature reaches.
    """
    index, path, note, event_text, told = _parts(text)
    checkpoint = Checkpoint.read(note.text)
    if checkpoint.origin != key.name:
        raise Integrity(
            "The checkpoint is of the log {origin}, the key of {name}.", origin=checkpoint.origin, name=key.name
        )
    if not note.signed_by(key):
        raise Integrity("The checkpoint is not signed by the key {name}.", name=f"{key.name}+{key.id.hex()}")
    hash_ = bytes.fromhex(leaf_hash(event_text))
    if not included(hash_, index, checkpoint.size, path, bytes.fromhex(checkpoint.root)):
        raise Integrity(
            "The event is not leaf {index} of the {size} of this checkpoint.", index=index, size=checkpoint.size
        )
    event = _event(event_text, checkpoint.origin)
    disclosed = _disclosed(event, told)
    witnessed = [
        {"name": witness.name, "at": said_time(time)}
        for witness in witnesses
        if (time := note.cosigned_by(witness)) is not None
    ]
    return {
        "schema": 1,
        "ok": True,
        "index": index,
        **checkpoint._asdict(),
        "hash": hash_.hex(),
        "event": event,
        "disclosed": disclosed,
        "withheld": sorted(event["commit"].keys() - disclosed.keys()),
        "witnessed": witnessed,
        "of": len(witnesses),
    }


def _parts(text: str) -> tuple[int, list[bytes], Note, str, list[str]]:
    """Index, path, note, canon, disclosed values; Integrity for another text."""
    first, middle, second = text.partition(f"\n\n{SECOND}\n")
    head, empty, note = first.partition("\n\n")
    lines = head.split("\n")
    if len(text) > LARGEST or not middle or not empty or lines[0] != FIRST or not second.endswith("\n"):
        raise _broken()
    if len(lines) > 1 and lines[1].startswith("extra "):
        del lines[1]
    index = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
    if index is None or len(lines) > 66:
        raise _broken()
    event, *told = second[:-1].split("\n")
    return int(index[1]), [hash_of(line) for line in lines[2:]], Note.read(note + "\n"), event, told


def _event(text: str, origin: str) -> Answer:
    try:
        event = json.loads(text)
        if canon(event) != text:
            raise ValueError(text)
        commit, log = dict(event["commit"]), str(event["log"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Integrity("What is sealed there is no event of duecourse.") from error
    if not may_hold(origin, log):
        raise Integrity("The event is of the log {log}, the checkpoint of {origin}.", log=log, origin=origin)
    return {**event, "commit": commit}


def _disclosed(event: Answer, told: list[str]) -> Answer:
    """The values by field, each held against its commitment."""
    found: Answer = {}
    for line in told:
        try:
            one = json.loads(line)
            field, salt, value = str(one["field"]), str(one["salt"]), one["value"]
            same = event["commit"].get(field) == commitment_to(salt, field, canon(value))
        except (ValueError, TypeError, KeyError, RecursionError, Problem) as error:
            raise _broken() from error
        if not same or field in found:
            raise Integrity("The value given for {field} is not the one that was recorded.", field=field)
        found[field] = value
    return found


def _broken() -> Integrity:
    return Integrity("This is not a proof.", hint=N_("`duecourse audit prove EVENT_ID -o FILE` writes one."))
