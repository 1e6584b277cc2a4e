"""A dossier as a file: a zip whose manifest names every entry with its SHA-256 and size. Same content, same bytes."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from workflow.dossier import CASE, DEFINITIONS, EVENTS, FILES, FORMAT, MANIFEST, PERSONS, Dossier
from workflow.dossier_proofs import CHECKPOINT, UNSEALED, Sealed, entry
from workflow.files import flaws, place, sha256_of

Answer = dict[str, Any]

_CHUNK = 1 << 20
_FIXED = (1980, 1, 1, 0, 0, 0)  # the first moment a zip knows
_UNSAFE = dict.fromkeys([*range(32), 127, *map(ord, '\\/:*?"<>|')], "_")


def write(
    target: BinaryIO, dossier: Dossier, pages: Mapping[str, bytes], home: Path | None, sealed: Sealed = UNSEALED
) -> Answer:
    """Write the zip; answers its manifest. ``home`` holds the bytes of the files; what lacks there is named."""
    texts = {
        **pages,
        **{entry(n): text.encode() for n, text in sealed.proofs.items()},
        **({CHECKPOINT: sealed.note.encode()} if sealed.note else {}),
        EVENTS: b"".join(_text(line) for line in dossier.lines),
        CASE: _text(dossier.case, indent=1),
        PERSONS: _text(dossier.persons, indent=1),
        **{f"{DEFINITIONS}{hash_}.json": _text(body, indent=1) for hash_, body in dossier.definitions.items()},
    }
    files = disclosed(dossier.lines)
    wrong = _flaws(files, home)
    kept = {file["entry"]: file for file in files if file["sha256"] not in wrong}
    entries = {name: (sha256_of(io.BytesIO(text)), len(text)) for name, text in texts.items()}
    entries |= {name: (file["sha256"], file["size"]) for name, file in kept.items()}
    manifest = {
        "schema": 1,
        "format": FORMAT,
        "ref": dossier.ref,
        "log": dossier.log,
        "sandbox": dossier.sandbox,
        "made_at": dossier.made_at,
        "by": dossier.by,
        "head": dossier.head,
        "key": sealed.key,
        "entries": [{"name": name, "sha256": hash_, "size": size} for name, (hash_, size) in sorted(entries.items())],
        "files": list(kept.values()),
        "lacking": [{**file, "why": wrong[file["sha256"]]} for file in files if file["sha256"] in wrong],
    }
    texts[MANIFEST] = _text(manifest, indent=1)
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted({*texts, *kept}):
            with archive.open(_entry(name), "w", force_zip64=name in kept) as writer:
                if name in texts:
                    writer.write(texts[name])
                elif home is not None:
                    _copy(place(home, kept[name]["sha256"]), writer)
    return manifest


def disclosed(lines: list[Answer]) -> list[Answer]:
    """The files that the values beside the events name: {n, no, name, sha256, size, entry}, each with its own entry.

    An entry is the name made harmless; where it is taken, the number of the file comes before it.
    """
    found: list[Answer] = []
    taken: set[str] = set()
    for n, line in enumerate(lines, 1):
        numbers = sorted(int(field[5:]) for field in line["values"] if field.startswith("file/"))
        for no in numbers:
            value = line["values"][f"file/{no}"]["value"]
            name = str(value["name"]).translate(_UNSAFE).strip(". ") or "file"
            while name.casefold() in taken:
                name = f"{no}-{name}"
            taken.add(name.casefold())
            about = {key: value[key] for key in ("name", "sha256", "size")}
            found.append({"n": n, "no": no, **about, "entry": FILES + name})
    return found


def _flaws(files: list[Answer], home: Path | None) -> dict[str, str]:
    if home is None:
        return {file["sha256"]: "missing" for file in files}
    return flaws(home, [(file["sha256"], file["size"]) for file in files])


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _FIXED)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # as on Unix, wherever it is made
    info.external_attr = 0o100644 << 16
    return info


def _copy(path: Path, writer: Any) -> None:
    with path.open("rb") as reader:
        while chunk := reader.read(_CHUNK):
            writer.write(chunk)


def _text(value: Any, indent: int | None = None) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=indent) + "\n").encode()
