"""A witness: remembers the largest tree it saw of each log, and cosigns only what extends it.

Needs no workspace and trusts no database: a checkpoint comes in a file, with the proof from the size the witness
remembers (the body of C2SP tlog-witness `add-checkpoint`), and the cosigned checkpoint goes back. Whoever compares
two checkpoints cosigned by one witness compares two views of one history.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from states.errors import N_, Conflict, Failed, Integrity, NotFound, NotNow
from workflow.merkle import extends
from workflow.notes import WITNESS, Checkpoint, Note, SigningKey, VerifierKey, cosigned, hash_of
from workflow.signer import write_private
from workflow.trail import EMPTY_ROOT

MOST = 63  # lines of a consistency proof
PATIENCE = 30  # seconds another run of the same witness may take
_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})")


class Request(NamedTuple):
    """A checkpoint, and the proof that it extends the tree of ``old`` leaves; ``old`` None for a bare checkpoint."""

    old: int | None
    path: list[bytes]
    note: str

    @classmethod
    def read(cls, text: str) -> "Request":
        if not text.startswith("old "):
            return cls(None, [], text)
        head, _, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if old is None or len(lines) > MOST:
            raise Integrity("This is not a checkpoint with its proof.")
        return cls(int(old[1]), [hash_of(line) for line in lines], note)


class Seen(NamedTuple):
    """The largest tree of a log the witness has seen, and the log's key as it knows it."""

    size: int = 0
    root: str = EMPTY_ROOT
    key: str | None = None


class Cosigned(NamedTuple):
    """The checkpoint with its cosignature, what the witness had seen before, and whether the log's key was checked."""

    note: str
    checkpoint: Checkpoint
    before: Seen
    checked: bool


def new_key(path: Path, name: str) -> SigningKey:
    """A witness's key in a file of its own; Conflict where there is a file."""
    key = SigningKey.new(name, WITNESS)
    try:
        write_private(path, f"{key.secret()}\n".encode(), new=True)
    except FileExistsError as error:
        raise Conflict("There is already a file {path}.", path=str(path)) from error
    except OSError as error:
        raise Failed("The key cannot be written: {why}.", where=str(path), why=error.strerror or str(error)) from error
    return key


def load_key(path: Path) -> SigningKey:
    """From the file `new_key` wrote, or a PKCS#8 file, whose witness is named after the key."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        raise NotFound(
            "There is no key at {path}.", hint=N_("Make one with --new-key NAME."), path=str(path)
        ) from error
    except OSError as error:
        raise Failed("The key cannot be read: {why}.", where=str(path), why=error.strerror or str(error)) from error
    if "-----BEGIN" not in text:
        return SigningKey.from_secret(text, WITNESS)
    unnamed = SigningKey.from_pem("witness", WITNESS, text.encode(), None)
    return SigningKey.from_pem(f"{unnamed.verifier.public.hex()[:16]}.witness.invalid", WITNESS, text.encode(), None)


def cosign(key: SigningKey, folder: Path, request: Request, *, time: int, log_key: VerifierKey | None) -> Cosigned:
    """Cosign a checkpoint that extends what this witness remembers in its folder; Integrity for one that does not.

    ``log_key`` is remembered and checked from then on; where none was ever given the proof alone speaks.
    """
    note = Note.read(request.note)
    checkpoint = Checkpoint.read(note.text)
    with _turn(folder):
        memory = _memory(folder)
        before = Seen(**memory.get(checkpoint.origin, {}))
        log = _log_key(before, log_key, checkpoint)
        if log is not None and not note.signed_by(log):
            raise Integrity("The checkpoint is not signed by the key {name}.", name=f"{log.name}+{log.id.hex()}")
        _extends(before, checkpoint, request)
        line = key.cosign(note.text, time)
        known = None if log is None else str(log)
        memory[checkpoint.origin] = Seen(checkpoint.size, checkpoint.root, known)._asdict()
        write_private(folder / "seen.json", json.dumps(memory, indent=1).encode())
    return Cosigned(cosigned(request.note, line), checkpoint, before, log is not None)


def _log_key(before: Seen, given: VerifierKey | None, checkpoint: Checkpoint) -> VerifierKey | None:
    known = None if before.key is None else VerifierKey.read(before.key, 1)
    if known and given and known != given:
        raise Integrity(
            "This witness knows the log {origin} by another key.",
            hint=N_("A log changes its key only with an explanation: ask for one before you trust the new key."),
            origin=checkpoint.origin,
        )
    log = given or known
    if log and log.name != checkpoint.origin:
        raise Integrity(
            "The checkpoint is of the log {origin}, the key of {name}.", origin=checkpoint.origin, name=log.name
        )
    return log


def _extends(before: Seen, new: Checkpoint, request: Request) -> None:
    """The new tree holds everything the witness has seen, in the same places."""
    if new.size < before.size:
        raise Integrity(
            "The checkpoint is over {size} events, and this witness has seen {before}.",
            size=new.size,
            before=before.size,
        )
    if new.size == before.size:
        if new.root != before.root:
            raise Integrity("This witness has seen another tree of {size} events: the log has forked.", size=new.size)
        return
    if before.size == 0:
        return
    if request.old != before.size:
        raise NotNow(
            "This witness has seen {before} events and needs the proof from there.",
            hint=N_("Ask for the output of `duecourse audit checkpoint --from {before}`."),
            before=before.size,
        )
    if not extends(before.size, new.size, bytes.fromhex(before.root), bytes.fromhex(new.root), request.path):
        raise Integrity(
            "The tree of {size} events does not extend the {before} this witness has seen: the log has forked.",
            size=new.size,
            before=before.size,
        )


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One at a time, so that what was remembered cannot be set back."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=PATIENCE):
            yield
    except Timeout as error:
        raise Conflict("This witness has been at work for {seconds} seconds.", seconds=PATIENCE) from error
    except OSError as error:
        raise Failed(
            "The memory of the witness cannot be used: {why}.", where=str(folder), why=error.strerror or str(error)
        ) from error


def _memory(folder: Path) -> dict[str, Any]:
    path = folder / "seen.json"
    try:
        memory = dict(json.loads(path.read_text(encoding="utf-8")))
        for one in memory.values():
            bytes.fromhex(Seen(**one).root)
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise Failed(
            "The memory of the witness is damaged, so nothing is cosigned.",
            hint=N_("Bring it back from a copy: without it this witness would witness nothing."),
            where=str(path),
        ) from error
    return memory
