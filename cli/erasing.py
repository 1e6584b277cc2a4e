"""`audit erase`: what may be erased, on record; the proofs of the trail stay valid."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import arg, command, opt
from cli.session import Session
from cli.texts import N_, _
from states.errors import Usage

if TYPE_CHECKING:
    from workflow.erase import Erased
    from workflow.store import Tx


@command(
    N_(
        "Erase a value that an event keeps: reason, title, text, field/NAME, file/N. For administrators, with a "
        "reason. With --due: everything the rules of the policy no longer keep."
    ),
    arg("event_id", metavar="[EVENT_ID]", required=False),
    arg("field", metavar="[FIELD]", required=False),
    opt("--due", is_flag=True, help=N_("Erase by rule what is due; with --dry-run only list it.")),
    changes=True,
)
def erase(session: Session, event_id: str | None, field: str | None, due: bool) -> None:
    """What is gone is gone: there is no way back but a backup, which `audit verify` then names."""
    if due:
        if event_id is not None:
            raise Usage("What is due is found by rule, not named.", hint=N_("Leave EVENT_ID out, or --due."))
        _by_rule(session)
    elif event_id is None or field is None:
        raise Usage("What is to be erased is not said.", hint=N_("Name EVENT_ID and FIELD, or use --due."))
    else:
        _one(session, event_id, field)


def _one(session: Session, event_id: str, field: str) -> None:
    from workflow import shred
    from workflow.erase import erase as forget

    home = Path(session.settings.home) if session.settings.home else None

    def work(tx: "Tx") -> "Erased":
        done = forget(tx, event_id, field, who=session.administering(tx), **session.facts())
        if done.bytes and not session.dry_run:
            shred.note(Path(session.settings.files_home()), done.bytes)
        return done

    done = session.change(work)
    files = 0
    if not session.dry_run:
        files = shred.run(session.store, home) if home else 0
        session.store.wipe()
    rows = [
        {
            "event": one.event,
            "field": one.field,
            "stream": one.written.stream,
            "by": None if session.dry_run else render.receipt(one.written),
        }
        for one in done.rows
    ]
    data = {"schema": 1, "rows": rows, "files": files, "again": done.again, "event": rows[0]["by"]}

    def human() -> list[str]:
        if done.again:
            return [_("This key was used before, nothing was done again.")]
        lines = [_("{field} of {event} in {stream} is erased.").format(**row) for row in rows]
        if files:
            lines.append(_("{count} files were removed.").format(count=files))
        return lines if session.dry_run else [*lines, render.receipt_line(done.rows[0].written)]

    render.changed(session, data, human)


def _by_rule(session: Session) -> None:
    from jobs import retain

    with session.read() as tx:
        session.administering(tx)
        rows: list[dict[str, Any]] = retain.due(tx) if session.dry_run else []
    files, trouble = 0, ""
    if not session.dry_run:
        done = retain.run_once(session.store, Path(session.settings.files_home()))
        files, trouble = done.files, done.trouble
        rows = [{"ref": one.ref, "rule": one.rule, "since": one.since, "values": len(one.erased)} for one in done.done]
    data = {"schema": 1, "rows": rows, "values": sum(row["values"] for row in rows), "files": files, "failed": trouble}

    def human() -> list[str]:
        lines = [
            _("{ref}: {values} values, no longer kept since {day} by {rule}").format(**row, day=row["since"][:10])
            for row in rows
        ]
        if trouble:
            lines.append(_("Not erased: {why}").format(why=trouble))
        return lines or [_("Nothing is due to be erased.")]

    render.changed(session, data, human)
