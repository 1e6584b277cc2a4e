"""`whoami`: who you are here, and everything held about you."""

from typing import Any

from cli import render
from cli.base import command, opt
from cli.org import about_blocks
from cli.session import Session, os_login
from cli.texts import N_, _
from states.errors import NotPermitted


@command(
    N_("Tell who you are here, and how that is known."),
    opt("--data", is_flag=True, help=N_("Show everything held about you, and who read it.")),
)
def whoami(session: Session, data: bool) -> None:
    """Works for somebody nobody knows, too; --data needs a person."""
    from workflow.register import person_by_login

    with session.read() as tx:
        who = session.asking(tx)
        login = session.as_login if who is None or who.via != "os-login" else os_login()
        person = person_by_login(tx, login) if who is not None and login else None
        account = person_by_login(tx, session.as_login or os_login())
        found: dict[str, Any] = {
            "schema": 1,
            "login": login or os_login(),
            "known": person is not None,
            "name": person and person["name"],
            "email": person and person["email"],
            "via": who and who.via,
            "account": os_login(),
            "proven": False,
            "admin": account is not None and account["id"] == tx.workspace.admin,
            "sandbox": tx.workspace.sandbox,
        }
        if data:
            if who is None or person is None:
                raise NotPermitted(
                    "Nobody is known to be asking, so nothing can be shown.",
                    hint=N_("Say who you are with --as LOGIN."),
                )
            from workflow.held import held

            found |= held(tx, str(person["id"]))
    render.one(session, found, lambda: _blocks(found, full=data))


def _blocks(found: dict[str, Any], *, full: bool) -> list[render.Block]:
    ways = {
        "os-login": _("asserted by the operating system, not proven"),
        "sandbox-as": _("said with --as, which is free in a sandbox"),
        "delegation": _("as deputy, on record"),
        None: _("nobody in the register"),
    }
    head = [
        [_("Login"), found["login"]],
        [_("Name"), found["name"] or ""],
        [_("E-mail"), found["email"] or ""],
        [_("Account"), found["account"]],
        [_("Identity"), ways[found["via"]]],
        [_("Administrator"), render.shown(found["admin"])],
        [_("Sandbox"), render.shown(found["sandbox"])],
    ]
    blocks = [render.Block("who", "", head)]
    if full:
        rest = {key: found[key] for key in _HELD}
        blocks += about_blocks(rest)
    return blocks


_HELD = ("id", "postings", "portfolios", "leave", "stands_in_for", "cases", "named_in", "notices", "acts", "read_by")
