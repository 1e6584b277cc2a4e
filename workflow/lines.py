"""When one duty opens and is due, under one calendar and zone, for everybody it binds there.

A line grows as far into the future as it is asked.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.calendars import Calendars
from states.durations import Duration, parse_duration
from states.instants import at_start
from states.limits import due as due_of
from states.limits import shift
from states.rules import parse_rule
from workflow.instants import moment, stamp
from workflow.tenures import Span
from workflow.windows import due_day, window_at, windows

Duty = dict[str, Any]
_AT_ONCE = Duration(0, "days")
_FAR = "9000-01-01"  # whoever begins after that begins never
_NEVER = "9999-12-31T00:00:00.000000Z"


class Slot(NamedTuple):
    """One window of a duty: when its case opens, the day it is due; ``provisional``: on a calendar not yet known.

    ``due_at`` is the end of that day.
    """

    opens_at: str
    due_on: str
    due_at: str
    window: str
    provisional: bool
    first: date
    last: date


class Opening(NamedTuple):
    """A slot for one unit; in order of time. ``required``: how often, of what is counted."""

    opens_at: str
    duty: str
    unit: str
    window: str
    due_on: str
    provisional: bool
    required: int | None = None


class Place(NamedTuple):
    """What decides days for a unit."""

    calendar: str
    zone: str


class Subject(NamedTuple):
    """Whom a duty binds: a unit, or a post of it (``prefix``, ``spans``: when it is held), from a day on (or "")."""

    unit: str
    prefix: str = ""
    spans: tuple[Span, ...] | None = None
    since: str = ""

    def begins(self, slot: Slot, opens_on: str) -> str | None:
        """The day from which this window is owed, no earlier than it opens; None: not at all."""
        day = max(opens_on, self.since)
        if self.spans is None:
            return day
        days = [max(day, span.first) for span in self.spans if span.end > day and span.first <= slot.due_on]
        return min(days, default=None)


class Line:
    """One duty under one calendar and zone, with whom it binds there; its slots are worked out as asked for."""

    __slots__ = (
        "_act_at", "_ahead", "_known", "_latest", "_of_unit", "_opens", "_pace_at", "duty", "place", "subjects",
    )  # fmt: skip

    def __init__(self, duty: Duty, place: Place, act_at: time, since: date, law: Calendars) -> None:
        self.duty = duty
        self.place = place
        self.subjects: list[Subject] = []
        self._of_unit: dict[str, list[Subject]] = {}
        self._latest = ""  # the end of the last day on which somebody begins to be bound: after it nobody comes late
        self._act_at = time() if "at_least" in duty else act_at
        self._pace_at = act_at
        self._ahead = _slots(duty, place, act_at, since, law)
        self._known: list[Slot] = []
        self._opens: list[str] = []

    def bind(self, subjects: Iterable[Subject]) -> None:
        """It binds these too."""
        for subject in subjects:
            self.subjects.append(subject)
            self._of_unit.setdefault(subject.unit, []).append(subject)
            begins = max([subject.since, *(span.first for span in subject.spans or ())])
            if begins:
                self._latest = max(self._latest, self._end_of(begins))

    def through(self, until: str) -> list[Slot]:
        """Every slot that opens by an instant; one more is known."""
        while not self._opens or self._opens[-1] <= until:
            slot = next(self._ahead, None)
            if slot is None:
                break
            self._known.append(slot)
            self._opens.append(slot.opens_at)
        return self._known[: bisect_right(self._opens, until)]

    def between(self, since: str, until: str, *, unit: str | None = None) -> Iterator[Opening]:
        """What opens after the one instant, and by the other; of one unit or of all."""
        slots = self.through(until)
        early = bisect_right(self._opens, since, 0, len(slots))
        subjects = self.subjects if unit is None else self._of_unit.get(unit, [])
        yield from self._late(slots[:early], since, until, subjects)
        for slot in slots[early:]:
            yield from self._openings(slot, since, until, subjects)

    def after(self, instant: str) -> str | None:
        """The next instant at which something opens, or would if somebody were bound."""
        at = len(self.through(instant))
        following = self._known[at].opens_at if at < len(self._known) else _NEVER
        late = min(
            (opening.opens_at for opening in self._late(self._known[:at], instant, following, self.subjects)),
            default=following,
        )
        return late if late < _NEVER else None

    def _late(
        self, slots: Sequence[Slot], since: str, until: str, subjects: Iterable[Subject]
    ) -> Iterator[Opening]:  # fmt: skip
        """Of windows that are open already what opens later, for those who are bound from a later day on."""
        if self._latest <= since:
            return
        for slot in slots:
            if slot.opens_at < self._latest and slot.due_at >= since:
                yield from self._openings(slot, since, until, subjects)

    def turn(self, after: str) -> str | None:
        """The next instant at which a pace is judged, if there is one."""
        if "pace" not in self.duty or not self.subjects:
            return None
        zone = ZoneInfo(self.place.zone)
        window = window_at(self.duty["pace"], moment(after).astimezone(zone).date() if after else date(1, 1, 1))
        at = stamp(at_start(window.first, self._pace_at, zone))
        if at > after:
            return at
        return stamp(at_start(window.last + timedelta(days=1), self._pace_at, zone))

    def _openings(self, slot: Slot, since: str, until: str, subjects: Iterable[Subject]) -> Iterator[Opening]:
        opens_on = _day_of(slot.opens_at, self.place.zone)
        for subject in subjects:
            begins = subject.begins(slot, opens_on)
            if begins is None or begins > slot.due_on:
                continue
            at = slot.opens_at if begins == opens_on else self._at(begins)
            required = self._required(slot, begins)
            if since < at <= until and required != 0:
                yield Opening(
                    at, self.duty["code"], subject.unit, subject.prefix + slot.window, slot.due_on, slot.provisional,
                    required,
                )  # fmt: skip

    def _end_of(self, day: str) -> str:
        last = date.fromisoformat(min(day, _FAR))
        return stamp(at_start(last + timedelta(days=1), time(), ZoneInfo(self.place.zone)))

    def _at(self, day: str) -> str:
        return stamp(at_start(date.fromisoformat(day), self._act_at, ZoneInfo(self.place.zone)))

    def _required(self, slot: Slot, begins: str) -> int | None:
        """In full where it was owed for the whole window, else in proportion to the days, rounded down."""
        if "at_least" not in self.duty:
            return None
        days, left = (slot.last - slot.first).days + 1, (slot.last - date.fromisoformat(begins)).days + 1
        return int(self.duty["at_least"]) * min(left, days) // days


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
        if "at_least" in duty:
            opens = at_start(window.first, time(), ZoneInfo(place.zone))
        else:
            opens = shift(due.at, lead, law, calendar=place.calendar, zone=place.zone, back=True, at_time=act_at)
        first = opens.astimezone(ZoneInfo(place.zone)).date().toordinal()
        known = law.get(place.calendar).covers_span(first, due.on.toordinal())
        yield Slot(
            stamp(opens), due.on.isoformat(), stamp(due.at), window.name, due.provisional or not known,
            window.first, window.last,
        )  # fmt: skip


def _day_of(at: str, zone: str) -> str:
    return moment(at).astimezone(ZoneInfo(zone)).date().isoformat()
