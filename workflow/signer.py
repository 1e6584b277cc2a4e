"""The key of the log and what was signed with it last: in a folder of the home, never in the database.

A log that signs two histories convicts itself, so the signer remembers, outside whatever may be rolled back or
restored, the last checkpoint of each origin, and signs nothing that does not extend it.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from states.errors import N_, Conflict, Failed, Integrity
from workflow.notes import LOG, Checkpoint, SigningKey, VerifierKey, join

KEY = "log.pem"
STATE = "signed.json"
PATIENCE = 30  # seconds another signer may take

Extends = Callable[[int, str], bool]


class Keys(NamedTuple):
    """Where the key lies and, where it is encrypted, the file with its passphrase."""

    folder: Path
    passphrase_file: Path | None = None

    def exist(self) -> bool:
        return (self.folder / KEY).exists()

    def passphrase(self) -> bytes | None:
        """The first line of the passphrase file."""
        if self.passphrase_file is None:
            return None
        try:
            lines = self.passphrase_file.read_bytes().splitlines()
        except OSError as error:
            raise Failed(
                "The passphrase of the key cannot be read: {why}.",
                where=str(self.passphrase_file),
                why=error.strerror or str(error),
            ) from error
        return lines[0] if lines else None


def make(keys: Keys, origin: str) -> VerifierKey:
    """A new key in its folder, for the owner's eyes only; Conflict where there is one."""
    key = SigningKey.new(origin, LOG)
    try:
        keys.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(keys.folder / KEY, key.pem(keys.passphrase()), new=True)
    except FileExistsError as error:
        raise Conflict("There is already a key at {path}.", path=str(keys.folder / KEY)) from error
    return key.verifier


def load(keys: Keys, origin: str) -> SigningKey:
    """The key, under the name of the log."""
    path = keys.folder / KEY
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise Failed(
            "The key of the log cannot be read: {why}.", where=str(path), why=error.strerror or str(error)
        ) from error
    return SigningKey.from_pem(origin, LOG, pem, keys.passphrase())


@contextmanager
def turn(keys: Keys) -> Iterator[None]:
    """One signer at a time. What is to be signed is read within, so that it is never older than what was signed."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(keys.folder / ".lock", timeout=PATIENCE):
            yield
    except Timeout as error:
        raise Conflict("Another program has been signing for {seconds} seconds.", seconds=PATIENCE) from error


def sign(keys: Keys, checkpoint: Checkpoint, extends: Extends) -> tuple[str, VerifierKey]:
    """The signed note, made in one's `turn`; Integrity where ``extends`` says no to (size, root) signed last.

    What is signed is on record before the signature leaves this function; the same checkpoint is signed again alike.
    """
    key = load(keys, checkpoint.origin)
    state = _state(keys)
    last = state.get(checkpoint.origin)
    if last is not None and not extends(int(last["size"]), str(last["root"])):
        raise forked(int(last["size"]), checkpoint.size)
    note = join(checkpoint.text, [key.sign(checkpoint.text)])
    if last is None or int(last["size"]) < checkpoint.size:
        state[checkpoint.origin] = {"size": checkpoint.size, "root": checkpoint.root, "note": note}
        write_private(keys.folder / STATE, json.dumps(state, indent=1).encode())
    return note, key.verifier


def forked(last: int, size: int) -> Integrity:
    return Integrity(
        "The log would fork: a checkpoint of {last} events was signed, and the {size} at hand do not follow from it. "
        "Nothing is signed.",
        hint=N_(
            "After a restore from a backup, `duecourse audit recover` begins a new epoch of the log. "
            "Otherwise somebody changed sealed events."
        ),
        last=last,
        size=size,
    )


def last(keys: Keys, origin: str) -> Checkpoint | None:
    """What was signed last under this origin."""
    found = _state(keys).get(origin)
    return Checkpoint(origin, int(found["size"]), str(found["root"])) if found else None


def _state(keys: Keys) -> dict[str, Any]:
    path = keys.folder / STATE
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        for one in state.values():
            int(one["size"]), bytes.fromhex(one["root"])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failed(
            "What was signed last cannot be read, so nothing is signed.",
            hint=N_("Bring the file back from a copy of the folder; it is the memory that keeps the log from forking."),
            where=str(path),
        ) from error
    return dict(state)


def write_private(path: Path, data: bytes, *, new: bool = False) -> None:
    """Whole or not at all, on the disk when this returns, for the owner's eyes only; ``new`` never replaces a file."""
    draft = path if new else path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not new:
            draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # a file system that cannot sync folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
