"""When duties open and are due, for every unit they bind, worked out from the policy, the register, the calendars.

A schedule is a value: it stays right while its `version` stands, and grows as far into the future as it is asked.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.calendars import NONE, Calendars
from states.durations import Duration, parse_duration
from states.limits import due as due_of
from states.limits import shift
from states.rules import parse_rule
from workflow import calendars, policies
from workflow.instants import moment, stamp
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.windows import due_day, windows

Duty = dict[str, Any]
Version = tuple[str | None, str | None, int | None]
_AT_ONCE = Duration(0, "days")


class Slot(NamedTuple):
    """One window of a duty: when its case opens, the day it is due; ``provisional``: on a calendar not yet known."""

    opens_at: str
    due_on: str
    window: str
    provisional: bool


class Opening(NamedTuple):
    """A slot for one unit; in order of time."""

    opens_at: str
    duty: str
    unit: str
    window: str
    due_on: str
    provisional: bool


class Place(NamedTuple):
    """What decides days for a unit."""

    calendar: str
    zone: str


class Line:
    """One duty under one calendar and zone, with the units it binds there; its slots are worked out as asked for."""

    __slots__ = ("_ahead", "_known", "_opens", "duty", "place", "units")

    def __init__(self, duty: Duty, place: Place, act_at: time, since: date, law: Calendars) -> None:
        self.duty = duty
        self.place = place
        self.units: list[str] = []
        self._ahead = _slots(duty, place, act_at, since, law)
        self._known: list[Slot] = []
        self._opens: list[str] = []

    def through(self, until: str) -> list[Slot]:
        """Every slot that opens by an instant; one more is known."""
        while not self._opens or self._opens[-1] <= until:
            slot = next(self._ahead, None)
            if slot is None:
                break
            self._known.append(slot)
            self._opens.append(slot.opens_at)
        return self._known[: bisect_right(self._opens, until)]

    def between(self, since: str, until: str) -> list[Slot]:
        """The slots that open after the one instant, and by the other."""
        slots = self.through(until)
        return slots[bisect_right(self._opens, since, 0, len(slots)) :]

    def after(self, instant: str) -> Slot | None:
        """The next slot that opens."""
        at = len(self.through(instant))
        return self._known[at] if at < len(self._known) else None


def _slots(duty: Duty, place: Place, act_at: time, since: date, law: Calendars) -> Iterator[Slot]:
    """The windows of a duty in order, from the first that is due on or after ``since``."""
    rule = parse_rule({"limit": "0 days", "roll": duty["due"]["roll"]})
    lead = _AT_ONCE if duty["lead"] == "0" else parse_duration(duty["lead"])
    for window in windows(duty["every"], since.year - 1):
        day = due_day(window, duty["due"]["on"])
        if day is None:
            continue
        due = due_of(rule, day, law, calendar=place.calendar, zone=place.zone)
        if due.on < since:
            continue
        opens = shift(due.at, lead, law, calendar=place.calendar, zone=place.zone, back=True, at_time=act_at)
        first = opens.astimezone(ZoneInfo(place.zone)).date().toordinal()
        known = law.get(place.calendar).covers_span(first, due.on.toordinal())
        yield Slot(stamp(opens), due.on.isoformat(), window.name, due.provisional or not known)


class Schedule:
    """All duties of the policy in force and whom they bind. ``version`` names what it was worked out from."""

    def __init__(self, tx: Tx) -> None:
        self.version = version(tx)
        self.policy: policies.Compiled | None = policies.current_or_none(tx)
        self.duties: dict[str, Duty] = self.policy["duties"] if self.policy else {}
        self.lines: list[Line] = []
        if self.duties:
            self._draw(tx)

    def _draw(self, tx: Tx) -> None:
        assert self.policy is not None  # noqa: S101  # there are duties
        law, past = calendars.load(tx), _Past(tx)
        act_at = time.fromisoformat(self.policy["act_at"])
        units = _units(tx)
        for _, duty in sorted(self.duties.items()):
            definition = self.policy["types"][duty["opens"]]
            runs = past.runs(duty)
            lines: dict[tuple[Place, date], Line] = {}
            for unit, (kind, calendar, zone) in units.items():
                if not _binds(duty, unit, kind):
                    continue
                place = Place(
                    calendar or definition["calendar"] or tx.workspace.calendar or NONE,
                    zone or definition["zone"] or tx.workspace.zone,
                )
                since = _since(runs, unit, kind, past.today)
                line = lines.get((place, since))
                if line is None:
                    line = lines[place, since] = Line(duty, place, act_at, since, law)
                line.units.append(unit)
            self.lines += lines.values()

    def between(self, since: str, until: str) -> list[Opening]:
        """Everything that opens after the one instant and by the other, in order; known periods are not left out."""
        return sorted(
            Opening(slot.opens_at, line.duty["code"], unit, slot.window, slot.due_on, slot.provisional)
            for line in self.lines
            for slot in line.between(since, until)
            for unit in line.units
        )

    def next_opening(self, after: str) -> str | None:
        """The next instant at which a duty opens."""
        slots = (line.after(after) for line in self.lines)
        return min((slot.opens_at for slot in slots if slot), default=None)

    def missing(self, tx: Tx, openings: Iterable[Opening]) -> list[Opening]:
        """Those without a period yet. A window that was due before its unit existed was never owed."""
        openings = list(openings)
        if not openings:
            return []
        known = set(tx.all(sql.KNOWN_SINCE, since=min(opening.due_on for opening in openings)))
        born = _Births(tx)
        return [
            opening
            for opening in openings
            if (opening.duty, opening.unit, opening.window) not in known
            and (opening.due_on >= tx.now[:10] or opening.due_on >= born.of(opening.unit))
        ]


def version(tx: Tx) -> Version:
    """What a schedule is worked out from, as one comparable value."""
    policy, org, calendar = tx.one(sql.VERSION) or (None, None, None)
    return policy, org, calendar


class _Past:
    """The policies that were in force, the newest first: what is owed begins when its duty came into force."""

    def __init__(self, tx: Tx) -> None:
        zone = ZoneInfo(tx.workspace.zone)
        self.today = tx.time.astimezone(zone).date()
        self._applied: list[tuple[date, dict[str, Duty]]] = []
        read: dict[str, dict[str, Duty]] = {}
        for at, canon in tx.all(sql.APPLIED):
            hash_ = json.loads(canon)["data"]["hash"]
            if hash_ not in read:
                row = tx.one(sql.POLICY, hash=hash_)
                read[hash_] = json.loads(row[0])["duties"] if row else {}
            self._applied.append((moment(at).astimezone(zone).date(), read[hash_]))

    def runs(self, duty: Duty) -> list[tuple[date, Duty]]:
        """Back to where the duty was first there to stay, with the same windows and days: each day it was applied."""
        found: list[tuple[date, Duty]] = []
        for day, duties in self._applied:
            was = duties.get(duty["code"])
            if was is None or (was["every"], was["due"]) != (duty["every"], duty["due"]):
                break
            found.append((day, was))
        return found


def _since(runs: Iterable[tuple[date, Duty]], unit: str, kind: str, today: date) -> date:
    """The day since which the duty has bound this unit."""
    since = today
    for day, duty in runs:
        if not _binds(duty, unit, kind):
            break
        since = day
    return since


def _binds(duty: Duty, unit: str, kind: str) -> bool:
    kinds, units = duty["for"]["kind"], duty["for"]["units"]
    return (kinds is None or kind in kinds) and (units is None or unit in units)


def _units(tx: Tx) -> dict[str, tuple[str, str | None, str | None]]:
    """(kind, calendar, zone) of every unit; calendar and zone are those of the nearest unit upward that has one."""
    rows = {code: (parent, kind, zone, calendar) for code, parent, kind, zone, calendar in tx.all(sql.UNITS)}
    found: dict[str, tuple[str, str | None, str | None]] = {}
    for code, (_, kind, _, _) in rows.items():
        upward = [rows[above] for above in _line(code, rows)]
        zone = next((zone for _, _, zone, _ in upward if zone), None)
        found[code] = (kind, next((calendar for _, _, _, calendar in upward if calendar), None), zone)
    return found


def _line(code: str | None, rows: Mapping[str, tuple[str | None, str, str | None, str | None]]) -> list[str]:
    """The unit and everything above it, once each."""
    line: list[str] = []
    while code is not None and code in rows and code not in line:
        line.append(code)
        code = rows[code][0]
    return line


class _Births:
    """The day each unit entered the register, asked once each."""

    __slots__ = ("_known", "_tx")

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[str, str] = {}

    def of(self, unit: str) -> str:
        if unit not in self._known:
            row = self._tx.one(sql.BORN, unit=unit)
            self._known[unit] = (row[0] or "")[:10] if row else ""
        return self._known[unit]
