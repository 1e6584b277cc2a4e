"""Evidence: bytes kept under their SHA-256 in the workspace's ``files`` folder, before the act that names them commits.

A file that no act came to name is harmless: it has no name but its content.
"""

import hashlib
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from states.errors import N_, Failed, NotFound, Usage

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 1 << 20


class Incoming(NamedTuple):
    """A file that lies safely in the store and waits to be named by an act."""

    name: str
    sha256: str
    size: int


def place(home: "Path", sha256: str) -> "Path":
    return home / "files" / sha256[:2] / sha256


def take_in(home: "Path", path: "str | Path", name: str | None = None) -> Incoming:
    """Copy a file into the store; NotFound or Failed where it cannot be read or written. Safe to repeat."""
    from pathlib import Path  # loaded for those who bring a file, not for every act

    source = Path(path)
    name = name or source.name
    if not name or "/" in name or "\x00" in name or len(name) > 255:
        raise Usage("{name} is not a name for a file.", hint=N_("Give another with --name."), name=repr(name))
    temporary = home / "files" / f".in-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        if not source.is_file():
            raise NotFound("There is no file {path}.", hint=N_("Check the name and try again."), path=str(path))
        temporary.parent.mkdir(parents=True, exist_ok=True)
        hasher, size = hashlib.sha256(), 0
        with source.open("rb") as reader, temporary.open("xb") as writer:
            while chunk := reader.read(_CHUNK):
                hasher.update(chunk)
                size += writer.write(chunk)
            writer.flush()
            os.fsync(writer.fileno())
        sha256 = hasher.hexdigest()
        target = place(home, sha256)
        target.parent.mkdir(exist_ok=True)
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise Failed(
            "The file {path} could not be kept: {why}.",
            hint=N_("Check that it can be read and that the workspace has room."),
            path=str(path),
            why=error.strerror or str(error),
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return Incoming(name, sha256, size)


def _sync_folder(folder: "Path") -> None:
    """The new name must survive a power cut as the act that cites it does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flaws(home: "Path", rows: Iterable[tuple[str, int]]) -> dict[str, str]:
    """For each (sha256, size) whose bytes are not what was recorded: ``missing`` or ``altered``."""
    found: dict[str, str] = {}
    for sha256, size in rows:
        path = place(home, sha256)
        if not path.is_file():
            found[sha256] = "missing"
        elif path.stat().st_size != size or _sha256(path) != sha256:
            found[sha256] = "altered"
    return found


def _sha256(path: "Path") -> str:
    with path.open("rb") as reader:
        return sha256_of(reader)


def sha256_of(reader: BinaryIO) -> str:
    """The SHA-256, in hex, of what is left to be read."""
    hasher = hashlib.sha256()
    while chunk := reader.read(_CHUNK):
        hasher.update(chunk)
    return hasher.hexdigest()
