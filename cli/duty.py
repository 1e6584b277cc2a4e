"""`duty`: what recurs, and how each window stands."""

from datetime import date
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import arg, choices, command, opt
from cli.forms import spoken
from cli.session import Session
from cli.texts import N_, _
from cli.typed import day, today
from states.errors import NotFound

if TYPE_CHECKING:
    from workflow.store import Tx

STATUSES = {
    "open": N_("open"),
    "at-risk": N_("at risk"),
    "met": N_("met"),
    "missed": N_("missed"),
    "skipped": N_("skipped"),
}
_EVERY = {
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

    def human() -> list[render.Block]:
        head = [[_("Duty"), code], [_("Title"), data["title"]]]
        if data["in_force"]:
            head += [
                [_("Recurs"), _(_EVERY[data["every"]])],
                [_("Due"), _due(data["due"])],
                [_("Opened ahead"), str(data["lead"])],
                [_("Owner"), data["owner"]],
                [_("Opens"), data["opens"]],
                [_("Binds"), ", ".join(data["units"])],
            ]
        else:
            head.append([_("In force"), _("no")])
        lines = [
            [row["window"], row["unit"], row["due_on"], _(STATUSES[row["status"]]), row["ref"] or ""]
            for row in data["periods"]
        ]
        heads = [_("Window"), _("Unit"), _("Due"), _("Status"), _("Case")]
        return [render.Block("duty", "", head), render.Block("period", _("Windows"), lines, heads)]

    render.one(session, data, human)


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
    said = _("the last day of the window") if due.get("end") else ", ".join(due.get("on") or ())
    rolls = {"previous": _("or the working day before"), "next": _("or the working day after")}
    return f"{said}, {rolls[due['roll']]}" if due.get("roll") in rolls else said
