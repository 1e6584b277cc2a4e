"""`case`: look at cases."""

from cli import render
from cli.base import AFTER, LIMIT, arg, command, opt
from cli.errors import EXIT_CODES
from cli.session import Session
from cli.texts import N_, _
from cli.typed import moment_in
from cli.views import EVENT_COLUMNS, Labels, case_blocks, speak
from states.errors import Integrity, Usage


@command(
    N_("List cases. Open ones come in the order they are due."),
    opt("--type", metavar="TYPE", help=N_("Only this case type.")),
    opt("--state", metavar="STATE", help=N_("Only cases in this state.")),
    opt("--unit", metavar="UNIT", help=N_("Only cases of this unit.")),
    opt("--owner", metavar="LOGIN", help=N_("Only cases of this owner.")),
    opt("--open", "open_", is_flag=True, help=N_("Only open cases.")),
    opt("--closed", is_flag=True, help=N_("Only closed cases.")),
    opt("--overdue", is_flag=True, help=N_("Only cases with an overdue limit.")),
    LIMIT,
    AFTER,
)
def list_(
    session: Session,
    *,
    type: str | None,
    state: str | None,
    unit: str | None,
    owner: str | None,
    open_: bool,
    closed: bool,
    overdue: bool,
    limit: int,
    after: str | None,
) -> None:
    """One row per case."""
    from workflow import agenda

    if open_ and closed:
        raise Usage("A case is either open or closed.", hint=N_("Use one of --open and --closed."))
    wanted = True if open_ else False if closed else None
    with session.read() as tx:
        found = agenda.case_list(
            tx,
            type=type,
            state=state,
            unit=unit,
            owner=owner,
            open=wanted,
            overdue=overdue,
            limit=limit,
            after=after,
        )
        labels = Labels(tx)
    columns: list[render.Column] = [
        ("ref", N_("Number"), None),
        ("title", N_("Title"), render.title_of),
        ("unit", N_("Unit"), None),
        ("state", N_("State"), labels.state),
        ("owner", N_("Owner"), None),
        ("due_at", N_("Due"), lambda row: render.day_time(row["due_at"])),
        ("overdue", N_("Overdue"), lambda row: _("overdue") if row["overdue"] else ""),
    ]
    render.listing(session, found, columns, empty=_("No case is like that."))


@command(
    N_("Show one case: its fields, clocks, actions, files and links."),
    arg("ref"),
    opt(
        "--as-of", metavar="T", help=N_("As the trail says it stood at this instant, or at the beginning of this day.")
    ),
)
def show(session: Session, ref: str, as_of: str | None) -> None:
    """The actions say what the one who looks may do now; of the past there are none."""
    from workflow import ask, policies

    with session.read() as tx:
        at = moment_in(tx, as_of, "--as-of")
        if at is None:
            found = ask.case(tx, ref, session.asking(tx))
        else:
            from workflow.as_of import case_as_of

            found = case_as_of(tx, ref, at)
        definition = policies.definition_by_hash(tx, found["policy"])
    render.one(session, speak(found), lambda: case_blocks(speak(found), definition))


@command(N_("Show everything that happened to a case, in order."), arg("ref"), LIMIT, AFTER)
def history(session: Session, ref: str, limit: int, after: str | None) -> None:
    """The events of its stream."""
    from workflow import audit

    with session.read() as tx:
        found = audit.history(tx, ref, limit=limit, after=after)
    render.listing(session, found, EVENT_COLUMNS)


@command(
    N_("List the files of a case."),
    arg("ref"),
    opt("--verify", is_flag=True, help=N_("Check that each is there and unchanged.")),
)
def files(session: Session, ref: str, verify: bool) -> int:
    """Exit 7 where a file is missing or altered."""
    from workflow import ask

    with session.read() as tx:
        rows = [dict(row) for row in ask.case(tx, ref, None)["files"]]
    columns: list[render.Column] = [
        ("name", N_("File"), lambda row: row["name"] or _("(erased)")),
        ("size", N_("Bytes"), None),
        ("at", N_("Added"), lambda row: render.day_time(row["at"])),
        ("sha256", N_("SHA-256"), None),
    ]
    wrong: dict[str, str] = {}
    if verify:
        from pathlib import Path

        from workflow.files import flaws

        kept = [(row["sha256"], row["size"]) for row in rows if row["sha256"]]
        wrong = flaws(Path(session.settings.files_home()), kept)
        for row in rows:
            row["status"] = wrong.get(row["sha256"], "intact") if row["sha256"] else "erased"
        columns.append(("status", N_("Check"), lambda row: _(_STATUS[row["status"]])))
    render.listing(session, {"schema": 1, "rows": rows, "next": None}, columns, empty=_("No file was added."))
    return EXIT_CODES[Integrity] if wrong else 0


_STATUS = {"intact": N_("intact"), "erased": N_("erased"), "missing": N_("missing"), "altered": N_("altered")}
