"""`whoami`: who you are here, and everything held about you."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import command, opt
from cli.org import about_blocks
from cli.session import Session, os_login
from cli.texts import N_, _
from states.errors import NotPermitted

if TYPE_CHECKING:
    from workflow.store import Tx
    from workflow.trail import Written


@command(
    N_("Tell who you are here, and how that is known."),
    opt("--data", is_flag=True, help=N_("Show everything held about you, and who read it.")),
    opt("--ssh-key", metavar="FILE.pub", help=N_("Register your public SSH key, to sign acts with.")),
    changes=True,
)
def whoami(session: Session, data: bool, ssh_key: str | None) -> None:
    """Works for somebody nobody knows, too; --data and --ssh-key need a person."""
    from workflow.register import person_by_login

    if ssh_key:
        _register(session, ssh_key)
        return

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
            if who.behalf:
                raise NotPermitted(
                    "What is held about somebody is shown to that person alone.", hint=N_("Leave out --as.")
                )
            from workflow.held import held

            found |= held(tx, str(person["id"]))
            found["ssh_keys"] = _keys(tx, str(person["id"]))
    render.one(session, found, lambda: _blocks(found, full=data))


def _register(session: Session, path: str) -> None:
    """The key is the person's from now on; it goes on record whole, so that anybody can check what it signed."""
    from cli.signing import read_public
    from workflow import keys
    from workflow.receipts import once

    key = read_public(path)

    def work(tx: "Tx") -> "tuple[Written, bool]":
        who = session.acting(tx)
        asked = [key.text, who.actor, session.reason]
        return once(
            tx, session.key, "whoami --ssh-key", asked, lambda: keys.register(tx, key, who=who, reason=session.reason)
        )

    written, _again = session.change(work, alone=True)
    event = None if session.dry_run else render.receipt(written)
    found = {"schema": 1, "ssh_key": key.fingerprint, "kind": key.kind, "event": event}

    def human() -> Iterator[str]:
        yield _("Your key from now on: {fingerprint} ({kind})").format(fingerprint=key.fingerprint, kind=key.kind)
        if event:
            yield render.receipt_line(written)

    render.changed(session, found, human)


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


def _keys(tx: "Tx", person: str) -> list[dict[str, str]]:
    from workflow.keys import of_person

    return [{"from": one.at, "kind": one.key.kind, "fingerprint": one.key.fingerprint} for one in of_person(tx, person)]


_HELD = (
    "id",
    "postings",
    "portfolios",
    "leave",
    "stands_in_for",
    "cases",
    "named_in",
    "effects",
    "notices",
    "acts",
    "read_by",
    "ssh_keys",
)
