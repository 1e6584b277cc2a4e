"""Is a dossier what it was when it was made? Answered from the file alone, in the shape of `verify`.

Shows that its parts agree: every entry with the manifest, every event with its hash and the event before it, every
value with the commitment in its event, every file with the value that names it. Whoever made all of it anew would
pass: the receipt of an act, or a checkpoint from elsewhere, tells that.
"""

from pathlib import Path
from typing import Any, BinaryIO

from states.errors import N_, Failed, Invalid, NotFound
from workflow.dossier import CASE, DEFINITIONS, EVENTS, FORMAT, MANIFEST
from workflow.dossier_events import Story
from workflow.dossier_file import disclosed
from workflow.dossier_parts import Parts, Unreadable, opened
from workflow.dossier_proofs import NOTHING
from workflow.dossier_proofs import check as sealed
from workflow.findings import Findings, said
from workflow.outside import Kept
from workflow.trail import digest

Answer = dict[str, Any]

_BROKEN = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


def check(path: str | Path, kept: Kept | None = None) -> Answer:
    """{schema, ok, events, streams, cases, size, root, shown, since, sealed, problems, ref, log, made_at, by}.

    ``kept``: the log's key and witnesses as the asker knows them; they show more than that it agrees with itself.
    NotFound, Failed or Invalid for what is no dossier at all; everything else is a problem that names its entry.
    """
    found = Findings()
    try:
        with Path(path).open("rb") as reader:
            if reader.read(2) != b"PK":
                raise Invalid(
                    "{path} is not a dossier.",
                    hint=N_("`duecourse case dossier` makes one."),
                    path=str(path),
                )
            reader.seek(0)
            manifest, events, shown = _read(reader, kept or Kept(), found)
    except FileNotFoundError as error:
        raise NotFound("There is no file {path}.", hint=N_("Check the name and try again."), path=str(path)) from error
    except OSError as error:
        raise Failed("{path} cannot be read: {why}.", path=str(path), why=error.strerror or str(error)) from error
    return {
        "schema": 1,
        "ok": not found.rows,
        "events": events,
        "streams": min(events, 1),
        "cases": min(events, 1),
        **shown,
        "problems": found.answer(),
        **{key: manifest.get(key) for key in ("ref", "log", "made_at", "by")},
    }


def _read(reader: BinaryIO, kept: Kept, found: Findings) -> tuple[Answer, int, Answer]:
    """The manifest, how many events there are, and what the proofs show; what is wrong is written down."""
    try:
        archive = opened(reader)
    except Unreadable as error:
        found.add(f"the zip is damaged or cut short: {error}")
        return {}, 0, NOTHING
    with archive:
        parts = Parts(archive, found)
        manifest = parts.json(MANIFEST)
        if manifest is None:
            return {}, 0, NOTHING
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or manifest.get("schema") != 1:
            found.add(f"{MANIFEST} is not the manifest of a dossier this program knows")
            return {}, 0, NOTHING
        inside = Findings()
        try:
            parts.entries(manifest)
            story = Story(manifest["ref"], manifest["log"], inside)
            story.read(parts.bytes(EVENTS) or b"")
            if story.head != manifest["head"]:
                inside.add(f"its last event is {said(story.head)}, the manifest says {said(manifest['head'])}")
            for problem in inside.rows:
                found.add(f"{EVENTS}: {problem['what']}", problem["stream"], problem["n"], problem["event"])
            _files(manifest, story, found)
            _law(parts, story, found)
            _case(parts, story, found)
            return manifest, len(story.lines), sealed(manifest, parts, story, kept, found)
        except _BROKEN as error:
            found.add(f"{MANIFEST} is not as a dossier has it ({type(error).__name__}: {error})")
            return manifest, 0, NOTHING


def _files(manifest: Answer, story: Story, found: Findings) -> None:
    """Each file that the events disclose is here under its hash, or is named as lacking; and no other is."""
    wanted = disclosed(story.lines)
    here = {file["entry"]: file for file in manifest["files"]}
    hashes = {entry["name"]: entry["sha256"] for entry in manifest["entries"]}
    for file in wanted:
        said_of = here.pop(file["entry"], None)
        if said_of is None:
            lacking = [one for one in manifest["lacking"] if one["entry"] == file["entry"]]
            why = f"was {lacking[0]['why']} when the dossier was made" if lacking else "is missing"
            found.add(f"{file['entry']} {why}", story.ref, file["n"])
        elif said_of != file or hashes.get(file["entry"]) != file["sha256"]:
            found.add(f"{file['entry']} is not the file that event {file['n']} names", story.ref, file["n"])
    for entry in here:
        found.add(f"{entry} is called a file of the case, and no event names it")


def _law(parts: Parts, story: Story, found: Findings) -> None:
    """The definition the case was opened under is the one its opening names."""
    for line in story.lines[:1]:
        hash_ = line["event"]["data"].get("definition")
        if f"{DEFINITIONS}{hash_}.json" not in parts.names:
            found.add(f"{DEFINITIONS}{hash_}.json is missing: the law the case was opened under", story.ref, 1)
    for name in parts.names:
        if name.startswith(DEFINITIONS):
            body = parts.json(name)
            if body is not None and f"{DEFINITIONS}{digest(body)}.json" != name:
                found.add(f"{name} is not the definition of that hash")


def _case(parts: Parts, story: Story, found: Findings) -> None:
    """The case as it stood says what the events came to."""
    case = parts.json(CASE)
    if case is None or not story.lines:
        return
    events = [line["event"] for line in story.lines]
    states = [event["to"] for event in events if event["to"]]
    versions = [event["data"]["version"] for event in events if "version" in event["data"]]
    expected = {
        "ref": story.ref,
        "unit": events[0]["unit"],
        "type": events[0]["data"].get("type"),
        "state": states[-1] if states else None,
        "version": versions[-1] if versions else None,
    }
    for name, value in expected.items():
        if case.get(name) != value:
            found.add(f"{CASE} says {name} {said(case.get(name))}, the events come to {said(value)}")
