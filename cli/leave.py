"""`leave`: who is away, and who stands in."""

from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import arg, command, opt
from cli.session import Session
from cli.texts import N_, _
from cli.typed import day, today

if TYPE_CHECKING:
    from workflow.trail import Written

_STATES = {"past": N_("past"), "now": N_("now"), "ahead": N_("ahead")}


@command(
    N_("Record an absence and who stands in. Both days are days of absence."),
    arg("login"),
    opt("--from", "from_", metavar="DAY", required=True, help=N_("The first day away.")),
    opt("--to", metavar="DAY", required=True, help=N_("The last day away.")),
    opt("--deputy", metavar="LOGIN", help=N_("Who stands in; the deputy gets what is open, too.")),
    changes=True,
)
def set_(session: Session, login: str, from_: str, to: str, deputy: str | None) -> None:
    """For oneself, or for those one is head of."""
    from workflow.identity import person_id
    from workflow.leave import backlog, set_leave
    from workflow.receipts import once
    from workflow.store import Tx

    def work(tx: Tx) -> "tuple[Written, bool, str, str, list[str], str | None]":
        who = session.acting(tx)
        first, last = day(from_, "--from", today(tx)), day(to, "--to", today(tx))
        other = person_id(tx, deputy) if deputy else None
        person = person_id(tx, login)
        open_ = backlog(tx, person)
        start, end = first.isoformat(), last.isoformat()
        asked = [person, start, end, other, who.actor, session.reason]
        written, again = once(
            tx, session.key, "leave set", asked,
            lambda: set_leave(tx, who, person, first, last, deputy=other, reason=session.reason),
        )  # fmt: skip
        return written, again, start, end, open_, start if first < today(tx) else None

    written, again, first, last, open_, since = session.change(work, alone=True)
    said = _("{login} is away from {start} to {to}; {deputy} stands in.")
    if deputy is None:
        said = _("{login} is away from {start} to {to}; nobody stands in.")
    line = said.format(login=login, start=first, to=last, deputy=deputy)
    lines = [line]
    if open_:
        told = _("Open now, and with the deputy from that day on: {refs}.")
        lines.append(
            (told if deputy else _("Open now, and with nobody from that day on: {refs}.")).format(refs=", ".join(open_))
        )
    if since:
        told = _(
            "Who answered on days gone by, from {day} on, is told otherwise from now on; what was done and who was "
            "told then stays."
        )
        lines.append(told.format(day=since))
    kept = {"person": login, "deputy": deputy, "from": first, "to": last, "backlog": open_, "since": since}
    _done(session, kept, written, lines, again=again)


@command(
    N_("End an absence: the person is back today, or on the day named."),
    arg("login"),
    opt("--on", metavar="DAY", help=N_("The day the person is back; today by default.")),
    changes=True,
)
def end(session: Session, login: str, on: str | None) -> None:
    """An absence that has not begun is taken back."""
    from workflow.identity import person_id
    from workflow.leave import end_leave
    from workflow.receipts import once
    from workflow.store import Tx

    def work(tx: Tx) -> "tuple[Written, bool, str]":
        who = session.acting(tx)
        back = day(on, "--on", today(tx)) if on else today(tx)
        person = person_id(tx, login)
        asked = [person, on, who.actor, session.reason]
        written, again = once(
            tx, session.key, "leave end", asked, lambda: end_leave(tx, who, person, back, reason=session.reason)
        )
        return written, again, back.isoformat()

    written, again, back = session.change(work, alone=True)
    line = _("{login} is back on {day}.").format(login=login, day=back)
    _done(session, {"person": login, "back_on": back}, written, [line], again=again)


def _done(session: Session, said: dict[str, Any], written: "Written", lines: list[str], *, again: bool) -> None:
    dry = session.dry_run
    if again:
        lines = [_("This key was used before, nothing was done again.")]
    data = {"schema": 1, **said, "event": None if dry else render.receipt(written)}
    render.changed(session, data, lambda: lines if dry else [*lines, render.receipt_line(written)])


@command(
    N_("List absences, present and to come."),
    opt("--since", metavar="DAY", help=N_("Also those that ended on or after this day.")),
)
def list_(session: Session, since: str | None) -> None:
    """One row per absence."""
    from workflow.leave import list_leave

    with session.read() as tx:
        rows = list_leave(tx, day(since, "--since", today(tx)) if since else None)
    columns: list[render.Column] = [
        ("person", N_("Person"), None),
        ("from", N_("From"), None),
        ("to", N_("To"), None),
        ("deputy", N_("Deputy"), lambda row: row["deputy"] or _("nobody")),
        ("state", N_("State"), lambda row: _(_STATES[row["state"]])),
    ]
    render.listing(session, {"schema": 1, "rows": rows, "next": None}, columns, empty=_("Nobody is away."))
