"""`doctor`: whether everything is in order."""

from typing import TYPE_CHECKING

from cli import render
from cli.base import command
from cli.errors import fill
from cli.session import Session
from cli.texts import N_, _

if TYPE_CHECKING:
    from workflow.health import Check


IN_TIME = {"timers": N_("No timer is late."), "notices": N_("No notice is stuck.")}


@command(N_("Check that everything is in order; exit 1 where something is not."))
def doctor(session: Session) -> int:
    """What cannot be opened at all is reported as the problem it is; of another revision this is all that is told."""
    from workflow.health import Check
    from workflow.store import WrongRevision

    try:
        found = _found(session, Check)
    except WrongRevision as problem:
        told = " ".join([fill(problem.message, problem.places), fill(problem.hint, problem.places)])
        found = [Check("revision", False, "{told}", {"told": told})]
    rows = [
        {"name": one.name, "ok": one.ok, "say": fill(one.say, one.places)}
        | ({"count": len(one.names), "names": one.names} if one.names is not None else {})
        for one in found
    ]
    ok = all(row["ok"] for row in rows)

    def human() -> list[render.Block]:
        lines = [[_("ok") if row["ok"] else _("look"), str(row["name"]), str(row["say"])] for row in rows]
        return [render.Block("", "", lines)]

    render.one(session, {"schema": 1, "ok": ok, "checks": rows}, human)
    return 0 if ok else 1


def _found(session: Session, check: "type[Check]") -> "list[Check]":
    from jobs.lateness import findings
    from workflow.health import checks

    store = session.store
    with session.read() as tx:
        found = list(checks(tx, store.driver.kind))
        late = findings(tx)
    wrong = {one.name for one in late}
    found = [one for one in found if one.name not in wrong] + late
    found += [check(name, True, say) for name, say in IN_TIME.items() if name not in wrong]
    return [*found, _receipts(session, check), _mail(session, check), _published(session, check)]


def _receipts(session: Session, check: "type[Check]") -> "Check":
    """What this user was given must still be on record."""
    kept = session.receipts
    if kept is None or kept.path is None:
        return check("receipts", True, N_("No receipts are kept: there is no folder for them."))
    if kept.warned:
        return check("receipts", False, kept.warned.say, kept.warned.places)
    if not kept.held:
        return check("receipts", True, N_("You hold no receipt: each change gives you one."))
    return check("receipts", True, N_("Your last receipt is on record; {count} are kept."), {"count": len(kept.held)})


def _mail(session: Session, check: "type[Check]") -> "Check":
    """Without mail nothing is lost: notices stay visible."""
    server, file = session.settings.get("mail.smtp"), session.settings.get("mail.to_file")
    if server:
        return check("mail", True, N_("Notices are sent through {server}."), {"server": server})
    if file:
        return check("mail", True, N_("Notices are written to {file}."), {"file": file})
    return check("mail", True, N_("Mail is not set up: notices stay visible in `due` and `notify list`."))


def _published(session: Session, check: "type[Check]") -> "Check":
    """A checkpoint that is nowhere else shows nothing: whoever holds database and key could write all of it anew."""
    from cli.outlets import outlets
    from workflow import publishing, seal
    from workflow.instants import moment

    ways = [way.name for way in outlets(session)]
    with session.read() as tx:
        last, head, now, sandbox = publishing.last(tx), seal.signed(tx), tx.time, tx.workspace.sandbox
    if not ways:
        say = N_("No checkpoint is given away by itself: set publish.file, publish.mail or publish.command.")
        return check("published", True, say)
    if sandbox or not head.size:
        return check("published", True, N_("There is no checkpoint to give away yet."))
    for name in ways:
        if name in last and moment(last[name].at) < now - publishing.DAILY * 1.25:
            say = N_("The checkpoint was last given to {place} at {at}; it should be daily.")
            return check("published", False, say, {"place": name, "at": last[name].at})
    told = ", ".join(f"{name} {last[name].at[:16]}" for name in ways if name in last)
    return check("published", True, N_("Checkpoints are given away: {places}."), {"places": told or "-"})
