"""`calendar`: which days are working days."""

from datetime import date, timedelta
from typing import Any

from cli import render
from cli.base import arg, command, opt
from cli.session import Session
from cli.texts import N_, _
from states.calendars import Calendar, Calendars, Shipped


def known(session: Session) -> Calendars:
    """The calendars of the workspace; without one those that come with the program."""
    if not session.has_workspace():
        return Calendars(Shipped())
    from workflow import calendars

    with session.read() as tx:
        return calendars.load(tx)


def _about(calendar: Calendar) -> dict[str, Any]:
    valid = [day.isoformat() for day in calendar.valid] if calendar.valid else None
    return {
        "name": calendar.name,
        "version": calendar.version,
        "zone": calendar.zone,
        "valid": valid,
        "source": calendar.source,
    }


def _valid(row: render.Row) -> str:
    return "" if row["valid"] is None else f"{row['valid'][0]} – {row['valid'][1]}"


@command(N_("List the calendars: their versions, and for which days they are valid."))
def list_(session: Session) -> None:
    """One row per calendar."""
    calendars = known(session)
    rows = [_about(calendars.get(name)) for name in calendars.names()]
    columns: list[render.Column] = [
        ("name", N_("Calendar"), None),
        ("zone", N_("Zone"), None),
        ("valid", N_("Valid"), _valid),
        ("version", N_("Version"), None),
        ("source", N_("Source"), None),
    ]
    render.listing(session, {"schema": 1, "rows": rows, "next": None}, columns)


@command(
    N_("Show the days off and the make-up days of a calendar."),
    arg("name"),
    opt("--year", type=int, help=N_("Only this year.")),
)
def show(session: Session, name: str, year: int | None) -> None:
    """Named days only: what the weekend already says is left out."""
    calendar = known(session).get(name)
    rows = [
        {"date": day.isoformat(), "what": what}
        for one in _years(calendar, year)
        for day in _days(one)
        if (what := calendar.day(day)) in ("off", "makeup")
    ]
    data = {"schema": 1, **_about(calendar), "rows": rows, "next": None}
    columns: list[render.Column] = [
        ("date", N_("Day"), None),
        ("weekday", N_("Weekday"), lambda row: _(_WEEKDAYS[date.fromisoformat(row["date"]).weekday()])),
        ("what", N_("What"), lambda row: _(WHAT[row["what"]])),
    ]
    empty = (
        _("No day of this year is named.") if year and _covered(calendar, year) else _("This year is not known yet.")
    )
    render.listing(session, data, columns, empty=empty)


WHAT = {
    "start": N_("start"),
    "working": N_("working day"),
    "off": N_("day off"),
    "weekend": N_("weekend"),
    "makeup": N_("make-up working day"),
    "excluded": N_("excluded"),
    "paused": N_("paused"),
    "rolled": N_("moved"),
    "counted": N_("calendar day"),
}
_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def weekday(day: str) -> str:
    """The short name of the weekday of an ISO date."""
    return _(_WEEKDAYS[date.fromisoformat(day).weekday()])


def _years(calendar: Calendar, year: int | None) -> range:
    if year is not None:
        return range(year, year + 1)
    return range(calendar.valid[0].year, calendar.valid[1].year + 1) if calendar.valid else range(0)


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]


def _covered(calendar: Calendar, year: int) -> bool:
    return calendar.covers(date(year, 1, 1)) and calendar.covers(date(year, 12, 31))
