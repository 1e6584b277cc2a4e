"""`db`: which database this is, and its schema."""

from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import command
from cli.errors import fill
from cli.session import Session
from cli.settings import sqlite_path
from cli.texts import N_, _

if TYPE_CHECKING:
    from workflow.grants import State


def public_url(url: str) -> str:
    """The address without a password."""
    if "@" not in url or sqlite_path(url) is not None:
        return url
    scheme, _slashes, rest = url.partition("://")
    account, _at, host = rest.rpartition("@")
    return f"{scheme}://{account.partition(':')[0]}@{host}"


@command(N_("Tell which database this is and how it stands."))
def status(session: Session) -> None:
    """One object, of a workspace at another revision too: what is to be done then is `todo`."""
    from workflow.store import REVISION, WrongRevision

    url = session.settings.database()
    data: dict[str, Any] = {
        "schema": 1,
        "url": public_url(url),
        "kind": "postgres" if sqlite_path(url) is None else "sqlite",
        "file": sqlite_path(url),
        "revision": REVISION,
        "sandbox": None,
        "now": None,
        "grants": None,
    }
    try:
        store = session.store
    except WrongRevision as wrong:
        todo = " ".join([fill(wrong.message, wrong.places), fill(wrong.hint, wrong.places)])
        data |= {"revision": wrong.found, "sandbox": wrong.sandbox, "now": wrong.now, "todo": todo}
    else:
        data |= {"sandbox": store.workspace.sandbox, "now": store.now()}
        if store.driver.kind == "postgres":
            from workflow import grants as rights

            with session.read() as tx:
                data["grants"] = _grants(rights.state(tx))

    def human() -> list[render.Block]:
        rows = [
            [_("Database"), data["url"]],
            [_("Revision"), data["revision"] or "-"],
            [_("Kind"), _("a sandbox: its time is simulated") if data["sandbox"] else _("a real workspace")],
            [_("Now"), data["now"]],
        ]
        if "todo" in data:
            rows.append([_("To do"), data["todo"]])
        if data["grants"]:
            held = data["grants"]
            told = _("{owner} owns it, {app} works in it").format(**held)
            rows.append([_("Roles"), told + ("" if held["hold"] else f"; {_('NOT as they were set up')}")])
        return [render.Block("", "", rows)]

    render.one(session, data, human)


@command(N_("Bring the database to this version of the program. Safe to repeat; make a backup first."))
def upgrade(session: Session) -> None:
    """Says the revision before and after."""
    from workflow.migrate import upgrade as migrate

    was, now = migrate(session.settings.database())
    data = {"schema": 1, "was": was, "revision": now, "changed": was != now}

    def human() -> list[str]:
        if was == now:
            return [_("The database is already at revision {now}.").format(now=now)]
        return [_("Upgraded from revision {was} to {now}.").format(was=was or "-", now=now)]

    render.changed(session, data, human)


def _grants(state: "State | None") -> dict[str, Any] | None:
    """The roles on record, and whether they are what they were set up to be; None where none were set apart."""
    if state is None:
        return None
    return {
        **state.roles._asdict(),
        "user": state.user,
        "hold": state.hold,
        "flaw": str(state.flaw) if state.flaw else None,
        "lacking": state.lacking,
    }
