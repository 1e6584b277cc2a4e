"""`due`: what is due, and who holds it."""

from cli import render
from cli.base import AFTER, LIMIT, command, opt
from cli.errors import OVERDUE
from cli.session import Session
from cli.texts import N_, _
from cli.views import Labels


@command(
    N_("What is due, soonest first, and who holds it."),
    opt("--mine", is_flag=True, help=N_("Only what you have to answer for.")),
    opt("--unit", metavar="UNIT", help=N_("Only this unit and those below it.")),
    opt("--overdue", is_flag=True, help=N_("Only what is overdue.")),
    opt("--within", metavar="DUR", help=N_("Only what is due within this time, for example 5wd or 36h.")),
    opt("--check", is_flag=True, help=N_("Exit with 10 if anything listed is overdue.")),
    LIMIT,
    AFTER,
)
def due(
    session: Session,
    *,
    mine: bool,
    unit: str | None,
    overdue: bool,
    within: str | None,
    check: bool,
    limit: int,
    after: str | None,
) -> int:
    """One row per running limit."""
    from workflow import agenda

    span = None
    if within:
        from states.durations import parse_duration

        span = parse_duration(within)
    with session.read() as tx:
        me = session.acting(tx).actor if mine else None
        found = agenda.due(tx, mine=me, unit=unit, overdue=overdue, within=span, limit=limit, after=after)
        labels = Labels(tx)
    columns: list[render.Column] = [
        ("ref", N_("Number"), lambda row: row["ref"] or row["duty"] or ""),
        ("title", N_("Title"), render.title_of),
        ("unit", N_("Unit"), None),
        ("state", N_("State"), lambda row: _stands(labels.state(row), row)),
        ("clock", N_("Limit"), labels.clock),
        ("due_at", N_("Due"), lambda row: render.day_time(row["due_at"]) or row["due_on"]),
        ("overdue", N_("Overdue"), _lateness),
        ("holders", N_("Held by"), None),
    ]
    render.listing(session, found, columns, empty=_("Nothing is due."))
    return OVERDUE if check and any(row["overdue"] for row in found["rows"]) else 0


def _stands(state: str, row: render.Row) -> str:
    """The state; of what is counted also how much is done."""
    return f"{state} {row['done']}/{row['required']}" if "done" in row else state


def _lateness(row: render.Row) -> str:
    if not row["overdue"]:
        return ""
    return _("overdue, step {level}").format(level=row["level"]) if row["level"] else _("overdue")
