"""Who is acting, how that was established, and who may administer.

On SQLite identity is asserted by the operating system, not proven; `whoami` and `doctor` say so.
"""

from zoneinfo import ZoneInfo

from states.errors import N_, NotFound, NotPermitted
from workflow.events import Who
from workflow.store import Tx

_LOGIN = "SELECT id FROM person WHERE login = :login"
_STANDS_FOR = """SELECT 1 FROM leave WHERE person = :person AND deputy = :deputy
AND from_on <= :on AND to_on >= :on"""


def person_id(tx: Tx, login: str) -> str:
    """The opaque id of a login; NotFound otherwise."""
    row = tx.one(_LOGIN, login=login)
    if row is None:
        raise NotFound(
            "There is no person {login} in the register.",
            hint=N_("`duecourse org tree` and `duecourse org show` tell who is."),
            login=login,
        )
    return str(row[0])


def identify(tx: Tx, *, os_login: str, as_login: str | None, acting: bool) -> Who | None:
    """The acting person. In a sandbox `--as` is required for acts and free; elsewhere it needs a recorded deputation.

    ``acting=False`` asks who is looking: None where nobody is known.
    """
    if tx.workspace.sandbox:
        if as_login:
            return Who(person_id(tx, as_login), "sandbox-as")
        if acting:
            raise NotPermitted("A sandbox does not know who is acting.", hint=N_("Say it with --as LOGIN."))
        return None
    row = tx.one(_LOGIN, login=os_login)
    if row is None:
        if not acting and not as_login:
            return None
        raise NotPermitted(
            "Your account {login} is nobody in the register.",
            hint=N_("An administrator adds people with `duecourse org import`."),
            login=os_login,
        )
    me = str(row[0])
    if not as_login or as_login == os_login:
        return Who(me, "os-login")
    other = person_id(tx, as_login)
    if tx.one(_STANDS_FOR, person=other, deputy=me, on=_today(tx)) is None:
        raise NotPermitted(
            "You may not act as {login}: no leave names you as the deputy today.",
            hint=N_("{login} or an administrator can record one with `duecourse leave set`."),
            login=as_login,
        )
    return Who(me, "delegation", other)


def _today(tx: Tx) -> str:
    """The office's own day, in which leave is counted."""
    return tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date().isoformat()


def identify_admin(tx: Tx, *, os_login: str, as_login: str | None) -> Who:
    """The administrator: the account that made the workspace, and nobody in its name. In a sandbox `--as` is free."""
    row = tx.one(_LOGIN, login=as_login or os_login)
    borrowed = not tx.workspace.sandbox and as_login not in {None, os_login}
    if borrowed or row is None or row[0] != tx.workspace.admin:
        raise NotPermitted(
            "Only the administrator of this workspace may do this, and {login} is not.",
            hint=N_("The account that ran `duecourse init` is the administrator."),
            login=as_login or os_login,
        )
    return Who(tx.workspace.admin, "os-login")
