"""`extend`: more time for a limit; asked for, granted, refused, listed."""

from cli import render
from cli.acts import change
from cli.base import AFTER, LIMIT, arg, choices, command, opt
from cli.session import Session
from cli.texts import N_, _

STATES = {
    "asked": N_("waits for a decision"),
    "approved": N_("granted"),
    "refused": N_("refused"),
    "lapsed": N_("lapsed"),
}


@command(
    N_("Ask for more time for a limit, before its end and with a reason."),
    arg("ref"),
    arg("clock"),
    opt("--by", metavar="DUR", required=True, help=N_("How much more, for example 5wd or 12h.")),
    changes=True,
)
def request(session: Session, ref: str, clock: str, by: str) -> None:
    """For who holds the clock; whether it is given is for somebody else to say."""
    from states.durations import parse_duration
    from workflow import engine

    amount = parse_duration(by)
    change(
        session,
        "extension.requested",
        lambda tx, who: engine.request_extension(tx, ref, clock, amount, who=who, **session.facts()),
    )


@command(N_("Grant the time that was asked for."), arg("ref"), arg("clock"), changes=True)
def approve(session: Session, ref: str, clock: str) -> None:
    """A new run of the clock begins."""
    _decide(session, ref, clock, grant=True)


@command(N_("Refuse the time that was asked for."), arg("ref"), arg("clock"), changes=True)
def refuse(session: Session, ref: str, clock: str) -> None:
    """The limit stays as it is."""
    _decide(session, ref, clock, grant=False)


def _decide(session: Session, ref: str, clock: str, *, grant: bool) -> None:
    from workflow import engine

    change(
        session,
        "clock.extended" if grant else "extension.refused",
        lambda tx, who: engine.decide_extension(tx, ref, clock, grant=grant, who=who, **session.facts()),
    )


@command(
    N_("List requests for more time, the newest first."),
    opt("--ref", metavar="REF", help=N_("Only of this case.")),
    opt("--state", type=choices(tuple(STATES)), help=N_("Only requests in this state.")),
    LIMIT,
    AFTER,
)
def list_(session: Session, *, ref: str | None, state: str | None, limit: int, after: str | None) -> None:
    """One row per request."""
    from workflow.ask_extensions import extensions

    with session.read() as tx:
        found = extensions(tx, ref=ref, state=state, limit=limit, after=after)
    columns: list[render.Column] = [
        ("ref", N_("Case"), None),
        ("clock", N_("Clock"), None),
        ("by", N_("More"), None),
        ("state", N_("State"), lambda row: _(STATES[row["state"]])),
        ("asked_by", N_("Asked by"), None),
        ("asked_at", N_("Asked"), lambda row: render.day_time(row["asked_at"])),
        ("decided_by", N_("Decided by"), None),
        ("decided_at", N_("Decided"), lambda row: render.day_time(row["decided_at"])),
        ("due_at", N_("Due"), lambda row: render.day_time(row["due_at"])),
        ("would_be", N_("Would be"), lambda row: render.day_time(row["would_be"])),
    ]
    render.listing(session, found, columns, empty=_("Nobody has asked for more time."))
