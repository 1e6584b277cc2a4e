"""The entries of a dossier's zip, beside its manifest. The file may come from anybody: nothing in it is believed."""

import json
import zipfile
import zlib
from typing import Any, BinaryIO

from workflow.dossier import MANIFEST
from workflow.files import sha256_of
from workflow.findings import Findings, said

LARGEST = 1 << 30  # bytes of an entry that is read as a whole; the files are read piece by piece
BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
    ValueError,
)  # fmt: skip


class Unreadable(Exception):
    """A zip or an entry of it that cannot be read, in a sentence."""


def opened(reader: BinaryIO) -> zipfile.ZipFile:
    """The zip; Unreadable for a damaged one."""
    try:
        return zipfile.ZipFile(reader)
    except BROKEN as error:
        raise Unreadable(str(error)) from error


class Parts:
    """The entries of the zip, each read when it is asked for."""

    def __init__(self, archive: zipfile.ZipFile, found: Findings) -> None:
        self.archive = archive
        self.found = found
        self.names: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            if info.filename in self.names:
                found.add(f"{info.filename} is in the zip twice")
            self.names[info.filename] = info

    def entries(self, manifest: dict[str, Any]) -> None:
        """Every entry is what the manifest says, none is missing and none is more."""
        rest = set(self.names) - {MANIFEST}
        for entry in manifest["entries"]:
            name = entry["name"]
            if name not in self.names:
                self.found.add(f"{name} is missing")
                continue
            rest.discard(name)
            try:
                size, hash_ = self.names[name].file_size, self._hash(name)
            except Unreadable as error:
                self.found.add(f"{name} cannot be read: {error}")
                continue
            if size != entry["size"]:
                self.found.add(f"{name} has {size} bytes, the manifest says {said(entry['size'])}")
            elif hash_ != entry["sha256"]:
                self.found.add(f"{name} is not what it was: its SHA-256 is not the one in the manifest")
        for name in sorted(rest):
            self.found.add(f"{name} is in the zip, and the manifest does not know it")

    def _hash(self, name: str) -> str:
        try:
            with self.archive.open(self.names[name]) as reader:
                return sha256_of(reader)  # type: ignore[arg-type]  # reads as any binary file does
        except BROKEN as error:
            raise Unreadable(str(error)) from error

    def bytes(self, name: str) -> bytes | None:
        """All of an entry; None where it is missing or cannot be read, which `entries` has told."""
        info = self.names.get(name)
        if info is None or info.file_size > LARGEST:
            return None
        try:
            return self.archive.read(info)
        except BROKEN:
            return None

    def json(self, name: str) -> Any:
        """The value of an entry; None where there is none."""
        body = self.bytes(name)
        if body is None:
            self.found.add(f"{name} is missing or cannot be read")
            return None
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            self.found.add(f"{name} is not JSON: {error}")
            return None
