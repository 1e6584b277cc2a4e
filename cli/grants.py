"""`db grants`: who may do what in PostgreSQL."""

from typing import TYPE_CHECKING

from cli import render
from cli.base import command, opt
from cli.session import Session
from cli.texts import N_, _

if TYPE_CHECKING:
    from workflow.store import Tx
    from workflow.trail import Written


@command(
    N_(
        "On PostgreSQL: set the role that owns the tables apart from the one the program works as, which may add to "
        "the trail and never change it. Safe to repeat."
    ),
    opt("--owner", metavar="ROLE", help=N_("Owns schema and tables; made without login if it is new.")),
    opt("--app", metavar="ROLE", help=N_("What the program's account is a member of; made likewise.")),
    opt("--auditor", metavar="ROLE", help=N_("May read everything and change nothing; made likewise.")),
    changes=True,
)
def grants(session: Session, *, owner: str | None, app: str | None, auditor: str | None) -> None:
    """For the administrator. Roles not named are those on record, else they are called after the schema or database.

    A dry run prints the statements and executes none of them.
    """
    from workflow import grants as rights

    with session.read() as tx:
        rights.refuse(tx)
        roles = rights.wanted(tx, owner, app, auditor)
    if session.dry_run:
        with session.read() as tx:
            session.administering(tx)
            done = rights.lacking(tx, roles)
        text = "".join(f"{statement};\n" for statement in done) or f"-- {_('Everything is already so.')}\n"
        render.text(session, {"schema": 1, **roles._asdict(), "statements": done, "event": None}, text)
        return

    def work(tx: "Tx") -> "tuple[list[str], Written | None]":
        return rights.grant(tx, session.administering(tx), roles, reason=session.reason)

    done, event = session.change(work, alone=True)
    data = {
        "schema": 1,
        **roles._asdict(),
        "statements": done,
        "event": render.receipt(event) if event else None,
    }

    def human() -> list[str]:
        if event is None:
            return [_("Everything is already so.")]
        lines = [_("{owner} owns the tables, {app} works in them: {count} statements.").format(count=len(done), **data)]
        return [*lines, _("Let the program's account be a member of {app} and of no other.").format(app=roles.app)]

    render.changed(session, data, human)
