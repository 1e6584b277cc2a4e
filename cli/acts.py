"""What every change of a case shares: one transaction, then the case as it stands and a receipt."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cli import render
from cli.openings import lines
from cli.session import Session
from cli.texts import N_, _, title
from cli.views import speak

if TYPE_CHECKING:
    from workflow.engine import Outcome
    from workflow.files import Incoming
    from workflow.store import Tx
    from workflow.trail import Who

_VERBS = {
    "case.opened": N_("{ref} opened: {to}"),
    "case.commented": N_("{ref}: comment recorded"),
    "case.assigned": N_("{ref}: now owned by {owner}"),
    "case.linked": N_("{ref}: linked"),
    "case.attached": N_("{ref}: file added"),
    "extension.requested": N_("{ref}: more time asked for"),
    "clock.extended": N_("{ref}: more time granted"),
    "extension.refused": N_("{ref}: more time refused"),
}


def change(session: Session, kind: str, do: "Callable[[Tx, Who], Outcome]") -> None:
    """Do it as the one who acts, in one transaction, and say what came of it."""
    from workflow import ask, policies
    from workflow.store import Tx

    signer = None
    if session.sign:
        from cli.signing import Signer

        signer = Signer(session.sign, ask=not session.no_input)

    def work(tx: Tx) -> "tuple[Outcome, Who, Any]":
        who = session.acting(tx)
        if signer:
            signer.check(tx, who)
        outcome = do(tx, who)
        return outcome, who, look(tx, outcome, who) if session.dry_run else None

    def look(tx: Tx, outcome: "Outcome", who: "Who") -> tuple[dict[str, Any], Mapping[str, Any]]:
        found = ask.case(tx, outcome.ref, who)
        return found, policies.definition_by_hash(tx, found["policy"])

    outcome, who, looked = session.change(work, signed=True)
    if signer and not session.dry_run:
        signer.sign(session, outcome, who)
    if looked is None:
        if session.quiet and session.style() in ("table", "plain"):
            return
        with session.read() as tx:
            looked = look(tx, outcome, who)
    found, definition = looked
    event = None if session.dry_run else render.receipt(outcome.event)
    data = {**speak(found), "event": event, "again": outcome.again, "opened": [*outcome.opened]}
    render.changed(session, data, lambda: _said(kind, outcome, found, definition, session.dry_run))


def take_in(session: Session, paths: Iterable[str], name: str | None = None) -> "list[Incoming]":
    """The files, safely in the workspace before the act that names them."""
    wanted = list(paths)
    if not wanted:
        return []
    from pathlib import Path

    from workflow import files

    home = Path(session.settings.files_home())
    return [files.take_in(home, path, name) for path in wanted]


def _said(
    kind: str, outcome: "Outcome", found: Mapping[str, Any], definition: Mapping[str, Any], dry: bool
) -> Iterable[str]:
    """Number, old and new state, the next limits and who holds them, the receipt."""

    def state(name: str | None) -> str:
        return title(definition["states"][name]["title"], name) if name else ""

    if outcome.again:
        yield _("{ref}: this key was used before, nothing was done again.").format(ref=outcome.ref)
    pattern = _VERBS.get(kind, N_("{ref}: {before} → {to}"))
    before, to = state(outcome.from_state), state(outcome.to_state)
    yield _(pattern).format(ref=outcome.ref, before=before, to=to, owner=found["owner"])
    yield from lines(outcome.opened, outcome.not_opened)
    for clock in found["clocks"]:
        if clock["state"] in ("running", "breached"):
            named = title(definition["clocks"][clock["name"]]["title"], clock["name"])
            pattern = N_("Next: {clock} by {due}, held by {holders}")
            if clock["state"] == "breached":
                pattern = N_("Overdue: {clock} since {due}, held by {holders}")
            due, holders = render.day_time(clock["due_at"]), render.names(clock["holders"]) or _("nobody")
            yield _(pattern).format(clock=named, due=due, holders=holders)
    if not dry:
        yield render.receipt_line(outcome.event)
