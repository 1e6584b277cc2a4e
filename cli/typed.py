"""Values as people write them on the command line."""

from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from cli.texts import N_
from states.errors import Usage
from states.instants import MIDNIGHT, at_start, parse_instant, zone_of

if TYPE_CHECKING:
    from workflow.store import Tx

_HINT_DAY = N_("Write a day as 2026-03-31, or count from today: +10d.")


def instant(text: str, option: str, zone: tzinfo) -> datetime:
    """An aware datetime; a bare date is 00:00 in the zone."""
    try:
        found = parse_instant(text)
    except Usage as problem:
        problem.where = option
        raise
    return found if isinstance(found, datetime) else at_start(found, MIDNIGHT, zone)


def day(text: str, option: str, today: date | None = None) -> date:
    """A day: ``2026-03-31``, or so many days, weeks, months or years after today: ``+10d``, ``+2w``."""
    if text.startswith("+") and today is not None:
        from states.calendars import Calendars
        from states.limits import due

        return due({"limit": text[1:]}, today, Calendars({})).on
    try:
        found = parse_instant(text)
    except Usage:
        found = None
    if found is None or isinstance(found, datetime):
        raise Usage("{text} is not a day.", hint=_HINT_DAY, where=option, text=repr(text))
    return found


def today(tx: "Tx") -> date:
    """The day it is in the workspace."""
    return tx.time.astimezone(zone_of(tx.workspace.zone)).date()


def moment_in(tx: "Tx", text: str | None, option: str) -> datetime | None:
    """An instant where one was given; a bare date is 00:00 of the workspace."""
    return instant(text, option, zone_of(tx.workspace.zone)) if text else None
