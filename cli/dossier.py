"""`case dossier`: all of one case in a file, for somebody who does not trust this workspace."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cli import render
from cli.base import arg, command, complete_file, opt
from cli.errors import EXIT_CODES
from cli.session import Session
from cli.texts import N_, _
from states.errors import Failed, Integrity

if TYPE_CHECKING:
    from workflow.dossier import Dossier
    from workflow.store import Tx

_MISSING = {"missing": N_("missing"), "altered": N_("altered")}


@command(
    N_(
        "Put all of a case into one file: events, files, proofs, and a timeline to read. That it was taken is recorded."
    ),
    arg("ref"),
    opt("-o", "--output", metavar="FILE", required=True, shell_complete=complete_file, help=N_("The zip to write.")),
    opt("--html", is_flag=True, help=N_("Add the timeline as a web page.")),
    changes=True,
)
def dossier(session: Session, ref: str, output: str, html: bool) -> int:
    """For those who hold a role in it. Exit 7 where a file of the case is missing or was altered."""
    from cli.dossier_pages import pages
    from workflow.dossier import take
    from workflow.dossier_file import write
    from workflow.dossier_proofs import of as proofs

    def work(tx: "Tx") -> "Dossier":
        who = session.acting(tx)
        return take(tx, ref, who=who, reason=session.reason, expect=session.expect, key=session.key)

    if session.dry_run:
        return _tell(session, session.change(work), None, output)
    with _placed(Path(output)) as target:  # first: what cannot be written need not be read
        taken = session.change(work)
        with session.read() as tx:
            sealed = proofs(tx, taken.events)
        home = session.settings.home
        manifest = write(target, taken, pages(taken, html=html), Path(home) if home else None, sealed)
    return _tell(session, taken, manifest, output)


@contextmanager
def _placed(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its place, in one step, when all of it is written; Failed where it cannot be."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as writer:
            yield writer
            writer.flush()
            os.fsync(writer.fileno())
        part.replace(path)
    except OSError as error:
        raise Failed(
            "{path} cannot be written: {why}.",
            hint=N_("Name another place, or make room."),
            path=str(path),
            why=error.strerror or str(error),
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _tell(session: Session, taken: "Dossier", manifest: dict[str, Any] | None, output: str) -> int:
    event = None if session.dry_run else render.receipt(taken.outcome.event)
    found: dict[str, Any] = {
        "schema": 1,
        "ref": taken.ref,
        "file": output,
        "events": len(taken.lines),
        "head": taken.head,
        "entries": manifest and manifest["entries"],
        "files": manifest and manifest["files"],
        "lacking": manifest and manifest["lacking"],
        "event": event,
    }

    def human() -> Iterator[str]:
        if manifest is not None:
            yield _("{file}: {ref}, {events} events, {files} files").format(
                **{**found, "files": len(manifest["files"])}
            )
        else:
            yield _("{ref}: {events} events").format(**found)
        for file in (manifest or {}).get("lacking", ()):
            yield _("NOT in it: {name} ({why})").format(name=file["name"], why=_(_MISSING[file["why"]]))
        if event:
            yield render.receipt_line(taken.outcome.event)

    render.changed(session, found, human)
    return EXIT_CODES[Integrity] if manifest and manifest["lacking"] else 0
