"""`duty`: what recurs, and how each window stands."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from cli import render
from cli.acts import take_in
from cli.base import arg, choices, command, complete_file, opt
from cli.forms import spoken
from cli.session import Session
from cli.texts import N_, _
from cli.typed import day, today
from states.errors import NotFound

if TYPE_CHECKING:
    from workflow.receipts import Outcome
    from workflow.store import Tx

_CATCH_UP = {
    "all": N_("every window is made up for"),
    "latest": N_("only the latest window is made up for"),
    "skip": N_("what is over is passed over"),
}
STATUSES = {
    "open": N_("open"),
    "at-risk": N_("at risk"),
    "met": N_("met"),
    "missed": N_("missed"),
    "skipped": N_("skipped"),
}
_EVERY = {
    "vacancy": N_("whenever a post falls vacant"),
    "appointment": N_("whenever a post is newly held"),
    "year": N_("every year"),
    "half-year": N_("every half-year"),
    "quarter": N_("every quarter"),
    "month": N_("every month"),
}
UNIT = opt("--unit", metavar="UNIT", help=N_("Only this unit."))


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their titles in the reader's language."""
    return [{**row, "title": spoken(row["title"], row["duty"])} for row in rows]


_COLUMNS: list[render.Column] = [
    ("duty", N_("Duty"), None),
    ("unit", N_("Unit"), None),
    ("title", N_("Title"), None),
    ("window", N_("Window"), None),
    ("due_on", N_("Due"), None),
    ("status", N_("Status"), lambda row: _(STATUSES[row["status"]])),
    ("done", N_("Done"), lambda row: f"{row['done']}/{row['required']}"),
    ("ref", N_("Case"), None),
]


@command(
    N_("List the duties of a year and how each window stands, those to come included."),
    UNIT,
    opt("--year", type=int, metavar="YEAR", help=N_("The year; this one by default.")),
    opt("--status", type=choices(tuple(STATUSES)), help=N_("Only windows that stand like this.")),
)
def list_(session: Session, unit: str | None, year: int | None, status: str | None) -> None:
    """One row per duty, unit and window."""
    from workflow import duties

    with session.read() as tx:
        _known_unit(tx, unit)
        rows = _named(duties.list_(tx, unit=unit, year=year, status=status))
    render.listing(session, {"schema": 1, "rows": rows, "next": None}, _COLUMNS, empty=_("No duty is like that."))


@command(N_("Show one duty: when it recurs, whom it binds, and every window so far."), arg("code"), UNIT)
def show(session: Session, code: str, unit: str | None) -> None:
    """As the policy in force has it."""
    from workflow import duties

    with session.read() as tx:
        _known_unit(tx, unit)
        found = duties.show(tx, code, unit)
    data = {**found, "title": spoken(found["title"], code), "periods": _named(found["periods"])}

    render.one(session, data, lambda: _blocks(code, data))


def _blocks(code: str, data: dict[str, Any]) -> list[render.Block]:
    """One duty for people: what it asks, its windows, and what was recorded in them."""
    head = [[_("Duty"), code], [_("Title"), data["title"]]]
    if data["in_force"]:
        head += [[_("Recurs"), _(_EVERY[data["every"]])]]
        if data["at_least"]:
            head.append([_("At least"), str(data["at_least"])])
        if data["pace"]:
            head.append([_("Pace"), _(_EVERY[data["pace"]])])
        head += [
            [_("Due"), _due(data["due"])],
            [_("Opened ahead"), str(data["lead"])],
            [_("Owner"), data["owner"] or _("the holder of the post")],
            [_("Opens"), data["opens"]],
            [_("After downtime"), _(_CATCH_UP[data["catch_up"]])],
            [_("Binds"), ", ".join(data["units"])],
        ]
        if data["posts"]:
            head.append([_("Posts"), ", ".join(data["posts"])])
    else:
        head.append([_("In force"), _("no")])
    lines = [
        [
            row["window"], row["unit"], row["due_on"], _(STATUSES[row["status"]]), f"{row['done']}/{row['required']}",
            row["ref"] or "",
        ]
        for row in data["periods"]
    ]  # fmt: skip
    heads = [_("Window"), _("Unit"), _("Due"), _("Status"), _("Done"), _("Case")]
    found = [(row, one) for row in data["periods"] for one in row.get("records", ())]
    kept = [
        [
            str(one["no"]), row["unit"], row["window"], one["on"], str(one["count"]), one["title"] or "",
            ", ".join(one["posts"]) or (str(one["present"]) if one["present"] else ""),
            ", ".join(paper["name"] for paper in one["files"]), one["by"] or "", _corrections(one),
        ]
        for row, one in found
    ]  # fmt: skip
    names = [
        _("No."), _("Unit"), _("Window"), _("On"), _("Count"), _("Title"), _("Present"), _("Minutes"), _("Who"),
        _("Corrections"),
    ]  # fmt: skip
    return [
        render.Block("duty", "", head),
        render.Block("period", _("Windows"), lines, heads),
        render.Block("record", _("Records"), kept, names),
    ]


def _corrections(one: dict[str, Any]) -> str:
    if one["corrected_by"] is not None:
        return _("corrected by {no}").format(no=one["corrected_by"])
    return _("corrects {no}").format(no=one["corrects"]) if one["corrects"] is not None else ""


@command(
    N_("Record something that counts towards a duty: a meeting, a session, a training."),
    arg("code"),
    opt("--unit", metavar="UNIT", required=True, help=N_("Whose duty it is.")),
    opt("--on", metavar="DAY", required=True, help=N_("The day it was done.")),
    opt("--count", type=int, metavar="N", default=1, help=N_("How many at once; one by default.")),
    opt("--title", metavar="TEXT", default="", help=N_("What it was, in one line.")),
    opt("--posts", metavar="POSTS", default="", help=N_("The posts that were present, with commas between.")),
    opt("--present", type=int, metavar="N", help=N_("How many were present.")),
    opt("--post", metavar="POST", help=N_("Of a duty of posts: of which.")),
    opt("--corrects", type=int, metavar="N", help=N_("It takes the place of the record of this number.")),
    opt("--file", metavar="PATH", multiple=True, shell_complete=complete_file, help=N_("The minutes. Repeatable.")),
    changes=True,
)
def record(
    session: Session,
    code: str,
    *,
    unit: str,
    on: str,
    count: int,
    title: str,
    posts: str,
    present: int | None,
    post: str | None,
    corrects: int | None,
    file: tuple[str, ...],
) -> None:
    """The record, and how the window stands then."""
    from workflow import activities
    from workflow.schedule import Schedule

    held_on = day(on, "--on")
    with session.read() as tx:
        _known_unit(tx, unit)
        activities.counted(Schedule(tx), code)
    named = [name.strip() for name in posts.split(",") if name.strip()]
    activity = activities.Activity(held_on, count, named, present, title, take_in(session, file))

    def do(tx: "Tx") -> "tuple[Outcome, dict[str, Any]]":
        who = session.acting(tx)
        key, reason = session.key, session.reason
        if corrects is None:
            outcome = activities.record_activity(tx, code, unit, activity, who=who, post=post, key=key, reason=reason)
        else:
            outcome = activities.correct(tx, code, unit, corrects, activity, who=who, key=key, reason=reason)
        return outcome, activities.told(tx, code, unit, outcome)

    outcome, data = session.change(do)
    _say(session, outcome, data)


@command(
    N_("Leave out a window of a duty, with --reason: it is neither met nor missed."),
    arg("code"),
    opt("--unit", metavar="UNIT", required=True, help=N_("Whose duty it is.")),
    opt("--window", metavar="WINDOW", required=True, help=N_("Which window, as `duty list` names it.")),
    changes=True,
)
def skip(session: Session, code: str, *, unit: str, window: str) -> None:
    """For who leads the body, or its office."""
    from workflow import activities, skipping

    with session.read() as tx:
        _known_unit(tx, unit)

    def do(tx: "Tx") -> "tuple[Outcome, dict[str, Any]]":
        who = session.acting(tx)
        outcome = skipping.skip_window(tx, code, unit, window, who=who, reason=session.reason, key=session.key)
        return outcome, activities.told(tx, code, unit, outcome, window)

    outcome, data = session.change(do)
    _say(session, outcome, data)


def _say(session: Session, outcome: "Outcome", data: dict[str, Any]) -> None:
    """How the window stands, and the receipt."""
    event = None if session.dry_run else render.receipt(outcome.event)
    shown = {**data, "title": spoken(data["title"], data["duty"]), "event": event, "again": outcome.again}

    def lines() -> Iterator[str]:
        if outcome.again:
            yield _("This key was used before, nothing was done again.")
        yield _("{duty} {unit} {window}: {done} of {required}, {status}").format(
            **{**shown, "status": _(STATUSES[shown["status"]])}
        )
        if not session.dry_run:
            yield render.receipt_line(outcome.event)

    render.changed(session, shown, lines)


@command(
    N_("List what duties will open next, and who would own it."),
    UNIT,
    opt("--until", metavar="DAY", help=N_("Up to this day; thirteen months by default.")),
)
def forecast(session: Session, unit: str | None, until: str | None) -> None:
    """One row per case to come."""
    from workflow import duties

    with session.read() as tx:
        _known_unit(tx, unit)
        last: date | None = day(until, "--until", today(tx)) if until else None
        rows = _named(duties.forecast(tx, last, unit=unit))
    columns: list[render.Column] = [
        ("opens_at", N_("Opens"), lambda row: render.day_time(row["opens_at"])),
        ("duty", N_("Duty"), None),
        ("unit", N_("Unit"), None),
        ("title", N_("Title"), None),
        ("window", N_("Window"), None),
        ("due_on", N_("Due"), lambda row: row["due_on"] + (f" ({_('provisional')})" if row["provisional"] else "")),
        ("owners", N_("Owner"), None),
    ]
    render.listing(session, {"schema": 1, "rows": rows, "next": None}, columns, empty=_("No duty opens in that time."))


def _known_unit(tx: "Tx", unit: str | None) -> None:
    """NotFound for a unit the register does not have: an empty list would look like good news."""
    from workflow.register import unit_exists

    if unit is not None and not unit_exists(tx, unit):
        raise NotFound(
            "There is no unit {unit} in the register.", hint=N_("`duecourse org tree` lists the units."), unit=unit
        )


def _due(due: dict[str, Any]) -> str:
    if "after" in due:
        return _("{span} after it").format(span=due["after"])
    said = _("the last day of the window") if due.get("end") else ", ".join(due.get("on") or ())
    rolls = {"previous": _("or the working day before"), "next": _("or the working day after")}
    return f"{said}, {rolls[due['roll']]}" if due.get("roll") in rolls else said
