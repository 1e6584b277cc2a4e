"""`db grants`: who may do what in PostgreSQL."""

from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import command, opt
from cli.session import Session
from cli.texts import N_, _

if TYPE_CHECKING:
    from workflow.store import Tx


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
    from workflow import receipts

    with session.read() as tx:
        rights.refuse(tx)
        roles = rights.wanted(tx, owner, app, auditor)
    if session.dry_run:
        with session.read() as tx:
            session.administering(tx)
            todo = rights.lacking(tx, roles)
        text = "".join(f"{statement};\n" for statement in todo) or f"-- {_('Everything is already so.')}\n"
        render.text(session, {"schema": 1, **roles._asdict(), "statements": todo, "event": None}, text)
        return

    def work(tx: "Tx") -> tuple[dict[str, Any], bool]:
        who = session.administering(tx)

        def do() -> dict[str, Any]:
            statements, event = rights.grant(tx, who, roles, reason=session.reason)
            return {**roles._asdict(), "statements": statements, "event": render.receipt(event) if event else None}

        asked = [owner, app, auditor, who.actor, session.reason]
        return receipts.told(tx, session.key, "db grants", asked, do)

    done, again = session.change(work, alone=True)
    data = {"schema": 1, **done, "again": again}

    def human() -> list[str]:
        if again or data["event"] is None:
            return [_("Everything is already so.")]
        told = _("{owner} owns the tables, {app} works in them: {count} statements.")
        lines = [told.format(count=len(done["statements"]), **data)]
        return [*lines, _("Let the program's account be a member of {app} and of no other.").format(app=roles.app)]

    render.changed(session, data, human)
