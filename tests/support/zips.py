"""A dossier in other hands: its entries, taken out, changed and put back."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"


def entries(path: Path) -> dict[str, bytes]:
    """The content of every entry, by name."""
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def put(path: Path, parts: Mapping[str, bytes], *twice: str) -> Path:
    """A zip of these entries; those in ``twice`` come again at the end."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name in (*parts, *twice):
            archive.writestr(zipfile.ZipInfo(name), parts[name])
    path.write_bytes(body.getvalue())
    return path


def fitted(parts: dict[str, bytes], **more: Any) -> dict[str, bytes]:
    """The entries with a manifest that fits what they have become; ``more`` replaces parts of the manifest."""
    manifest = json.loads(parts[MANIFEST]) | more
    manifest["entries"] = [
        {"name": name, "sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}
        for name, body in sorted(parts.items())
        if name != MANIFEST
    ]
    return {**parts, MANIFEST: json.dumps(manifest).encode()}


def lines(parts: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The events of a dossier."""
    return [json.loads(line) for line in parts["events.ndjson"].splitlines()]


def relined(parts: dict[str, bytes], change: Callable[[list[dict[str, Any]]], None]) -> dict[str, bytes]:
    """The entries after a change of the events, with a manifest and a head that fit."""
    told = lines(parts)
    change(told)
    body = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in told)
    last = json.loads(told[-1]["canon"])
    head = {"stream": last["stream"], "n": last["n"], "hash": told[-1]["hash"]}
    return fitted({**parts, "events.ndjson": body}, head=head)
