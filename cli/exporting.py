"""`audit export`: the whole trail in one file, for whoever checks it or keeps it elsewhere."""

import os
from typing import Any

from cli import render
from cli.base import REASON, command, complete_file, opt
from cli.session import Session
from cli.texts import N_, _
from states.errors import Usage


@command(
    N_(
        "Write every event as a line of JSON: its hashed text, its hash, and the values that are kept with their "
        "salts. For administrators, office and inspectors; it is on record that it was done."
    ),
    opt("-o", "--output", metavar="FILE", required=True, shell_complete=complete_file, help=N_("Where to write it.")),
    REASON,
)
def export(session: Session, output: str) -> None:
    """Readable by its owner alone: it holds everything people wrote."""
    import json
    from pathlib import Path

    from workflow import lookup
    from workflow.export import lines
    from workflow.store import Tx

    target = Path(output)
    if target.is_dir():
        raise Usage("{path} is a folder.", hint=N_("Name a file."), where="-o", path=output)

    def work(tx: Tx) -> Any:
        who = session.looking(tx)
        lookup.permit(tx, who)
        return lookup.look_up(tx, who, "export", reason=session.reason)

    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    count = 0
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            written = session.change(work)
            encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
            with session.read() as tx:
                for line in lines(tx):
                    file.write(encode(line) + "\n")
                    count += 1
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    data = {"schema": 1, "file": output, "events": count, "event": render.receipt(written)}

    def human() -> list[str]:
        return [_("{count} events in {file}").format(count=count, file=output), render.receipt_line(written)]

    render.changed(session, data, human)
