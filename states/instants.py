"""Instants, dates, zones and wall times: the only place that turns a time on the wall into an instant.

A wall time that occurs twice means the earlier one where something starts and the later one where something
ends; one that does not exist is moved forward by the gap.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from states.errors import N_, Usage

END_OF_DAY = time(23, 59, 59)
MIDNIGHT = time(0, 0)
ONE_DAY = timedelta(days=1)
NO_TIME = timedelta(0)

# Compiled when first needed: whoever asks for one limit pays for one pattern.
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
_OFFSET = r"([+-])([0-9]{2}):([0-9]{2})"
_TIME = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"

_HINT_INSTANT = N_("Write an instant with its offset, 2026-03-02T09:00:00+08:00 or ...Z, or a bare date, 2026-03-02.")
_HINT_ZONE = N_("Use a name of the time zone database such as Asia/Shanghai or Europe/Berlin, or UTC.")


def parse_instant(text: str) -> datetime | date:
    """An aware datetime, or a bare date; a time without an offset is refused with Usage."""
    text = text.strip()
    try:
        if re.fullmatch(_DATE, text):
            return date.fromisoformat(text)
        if re.fullmatch(_INSTANT, text):
            at = datetime.fromisoformat(text.upper())
            if at.tzinfo is None:
                raise Usage(
                    "'{text}' has a time of day but no offset, so the instant is not known.",
                    text=text,
                    hint=_HINT_INSTANT,
                )
            return at
    except ValueError:
        pass
    raise Usage("'{text}' is neither an instant nor a date.", text=text, hint=_HINT_INSTANT)


def format_event(event: datetime | date) -> str:
    """The text `parse_instant` reads back; raises Usage for a datetime without an offset."""
    if isinstance(event, datetime) and event.tzinfo is None:
        raise Usage(
            "'{text}' has a time of day but no offset, so the instant is not known.",
            text=event.isoformat(),
            hint=_HINT_INSTANT,
        )
    return event.isoformat()


@lru_cache(maxsize=1024)
def parse_time(text: object) -> time:
    """A time of day ``HH:MM`` or ``HH:MM:SS``, 00:00 to 23:59:59; raises Usage."""
    found = re.fullmatch(_TIME, text.strip()) if isinstance(text, str) else None
    if found is not None:
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        if hour < 24 and minute < 60 and second < 60:
            return time(hour, minute, second)
    raise Usage(
        "'{text}' is not a time of day.", text=text, hint=N_("Write hours and minutes, 00:00 to 23:59, such as 17:30.")
    )


def format_time(at: time) -> str:
    """``HH:MM``, with seconds only where there are some."""
    return at.isoformat("seconds") if at.second else at.isoformat("minutes")


@lru_cache(maxsize=1024)
def zone_of(name: str) -> tzinfo:
    """The zone of that name, ``UTC`` or a fixed offset ``+08:00``; raises Usage for an unknown one."""
    if name in ("UTC", "Z"):
        return UTC
    fixed = re.fullmatch(_OFFSET, name) if name[:1] in "+-" else None
    if fixed is not None and int(fixed[2]) < 24 and int(fixed[3]) < 60:
        ahead = timedelta(hours=int(fixed[2]), minutes=int(fixed[3]))
        return timezone(-ahead if fixed[1] == "-" else ahead)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Usage("The time zone '{zone}' is unknown.", zone=name, hint=_HINT_ZONE) from None


def offset_name(event: datetime | date) -> str:
    """The zone an event itself tells: its zone's key, its offset as ``+08:00``, ``UTC`` for none or a bare date."""
    if not isinstance(event, datetime):
        return "UTC"
    if isinstance(event.tzinfo, ZoneInfo) and event.tzinfo.key:
        return event.tzinfo.key
    offset = event.utcoffset()
    seconds = 0 if offset is None else int(offset.total_seconds())
    if seconds == 0:
        return "UTC"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}"


def at_start(day: date, wall: time, zone: tzinfo) -> datetime:
    """The UTC instant of that wall time where something starts: the earlier of two, moved forward out of a gap."""
    local = datetime.combine(day, wall, zone)
    # In a gap, fold=0 is read with the offset before the change, which lands after it: forward by the gap.
    return local.replace(tzinfo=UTC) - _offset(local, zone)


def at_end(day: date, wall: time, zone: tzinfo) -> datetime:
    """The UTC instant of that wall time where something ends: the later of two, moved forward out of a gap."""
    local = datetime.combine(day, wall, zone)
    early = _offset(local, zone)
    late = _offset(local.replace(fold=1), zone)
    return local.replace(tzinfo=UTC) - min(early, late)


def _offset(local: datetime, zone: tzinfo) -> timedelta:
    return zone.utcoffset(local) or NO_TIME


def next_full_hour(at: datetime, zone: tzinfo, back: bool = False) -> datetime:
    """The full local hour strictly after ``at`` (``back``: strictly before); the hour of the event is left out."""
    local = at.astimezone(zone)
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    hour = timedelta(hours=1)
    moved = at - (into or hour) if back else at - into + hour
    # A change of offset that is no whole number of hours may have come between.
    off = moved.astimezone(zone).minute
    if off:
        moved += -timedelta(minutes=off) if back else timedelta(minutes=60 - off)
    return moved.astimezone(UTC)
