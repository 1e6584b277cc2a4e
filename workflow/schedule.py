"""When duties open and are due, for every unit they bind, worked out from the policy, the register, the calendars.

A schedule is a value: it stays right while its `version` stands, and grows as far into the future as it is asked.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.calendars import NONE, Calendars
from states.durations import Duration, parse_duration
from states.instants import at_start
from states.limits import due as due_of
from states.limits import shift
from states.rules import parse_rule
from workflow import calendars, policies
from workflow.instants import moment, stamp
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.tenures import ENDLESS, Span, Tenures, bodies_of
from workflow.windows import bare, due_day, seat_of, window_at, windows

Duty = dict[str, Any]
Version = tuple[str | None, str | None, int | None]
_AT_ONCE = Duration(0, "days")


class Slot(NamedTuple):
    """One window of a duty: when its case opens, the day it is due; ``provisional``: on a calendar not yet known."""

    opens_at: str
    due_on: str
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
        "_act_at", "_ahead", "_known", "_latest", "_opens", "_pace_at", "duty", "place", "subjects",
    )  # fmt: skip

    def __init__(self, duty: Duty, place: Place, act_at: time, since: date, law: Calendars) -> None:
        self.duty = duty
        self.place = place
        self.subjects: list[Subject] = []
        self._latest = ""  # the last day on which somebody begins to be bound: after it, all are from the first day on
        self._act_at = time() if "at_least" in duty else act_at
        self._pace_at = act_at
        self._ahead = _slots(duty, place, act_at, since, law)
        self._known: list[Slot] = []
        self._opens: list[str] = []

    def bind(self, subjects: Iterable[Subject]) -> None:
        """It binds these too."""
        for subject in subjects:
            self.subjects.append(subject)
            self._latest = max([self._latest, subject.since, *(span.first for span in subject.spans or ())])

    def through(self, until: str) -> list[Slot]:
        """Every slot that opens by an instant; one more is known."""
        while not self._opens or self._opens[-1] <= until:
            slot = next(self._ahead, None)
            if slot is None:
                break
            self._known.append(slot)
            self._opens.append(slot.opens_at)
        return self._known[: bisect_right(self._opens, until)]

    def between(self, since: str, until: str) -> Iterator[Opening]:
        """What opens after the one instant, and by the other."""
        slots = self.through(until)
        early = bisect_right(self._opens, since, 0, len(slots))
        for slot in slots[:early]:  # what opens later for some than for others
            if slot.opens_at[:10] <= self._latest and slot.due_on >= since[:10]:
                yield from self._openings(slot, self.subjects, since, until)
        for slot in slots[early:]:
            yield from self._openings(slot, self.subjects, since, until)

    def after(self, instant: str) -> str | None:
        """The next instant at which something opens."""
        at = len(self.through(instant))
        following = self._known[at].opens_at if at < len(self._known) else None
        coming = [opening.opens_at for opening in self.between(instant, following or _NEVER)]
        return min([following, *coming] if following else coming, default=None)

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

    def _openings(self, slot: Slot, subjects: Iterable[Subject], since: str, until: str) -> Iterator[Opening]:
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

    def _at(self, day: str) -> str:
        return stamp(at_start(date.fromisoformat(day), self._act_at, ZoneInfo(self.place.zone)))

    def _required(self, slot: Slot, begins: str) -> int | None:
        """In full where it was owed for the whole window, else in proportion to the days, rounded down."""
        if "at_least" not in self.duty:
            return None
        days, left = (slot.last - slot.first).days + 1, (slot.last - date.fromisoformat(begins)).days + 1
        return int(self.duty["at_least"]) * min(left, days) // days


class Occasions:
    """One duty that begins with what happens to a post, under one calendar and zone: all of it that is known."""

    __slots__ = ("_act_at", "_known", "_law", "_openings", "_since", "_tenures", "_today", "_turns", "duty", "place",
                 "subjects")  # fmt: skip

    def __init__(  # noqa: PLR0917  # one caller, in the order in which it knows them
        self, duty: Duty, place: Place, act_at: time, since: date, law: Calendars, tenures: Tenures,
        known: set[tuple[str, str]], today: date,
    ) -> None:  # fmt: skip
        self.duty = duty
        self.place = place
        self.subjects: list[Subject] = []
        self._act_at = act_at
        self._since = since.isoformat()
        self._law = law
        self._tenures = tenures
        self._known = known
        self._today = today.isoformat()
        self._openings: list[Opening] = []
        self._turns: list[str] = []

    def bind(self, subjects: Iterable[Subject]) -> None:
        """It binds these too."""
        for subject in subjects:
            self.subjects.append(subject)
            for post in self.duty["posts"]:
                if self.duty["every"] == "vacancy":
                    self._vacancies(subject.unit, post)
                else:
                    self._appointments(subject.unit, post)
        self._openings.sort()
        self._turns.sort()

    def between(self, since: str, until: str) -> Iterator[Opening]:
        return (opening for opening in self._openings if since < opening.opens_at <= until)

    def after(self, instant: str) -> str | None:
        return next((opening.opens_at for opening in self._openings if opening.opens_at > instant), None)

    def turn(self, after: str) -> str | None:
        """The next instant at which a post that was vacant is held again."""
        return next((at for at in self._turns if at > after), None)

    def _vacancies(self, unit: str, post: str) -> None:
        """What is vacant now or will be. One window for one vacancy, whatever became of the duty meanwhile."""
        for gap in self._tenures.vacant(unit, post, ""):
            if gap.end <= max(self._today, self._since):
                continue
            days = [bare(window) for of, window in self._known if of == unit and seat_of(window) == (post, 1)]
            day = min((day for day in days if gap.holds(day)), default=max(gap.first, self._since))
            self._open(unit, f"{post}@{day}", day)
            if gap.end < ENDLESS:
                self._turns.append(self._at(gap.end, time()))

    def _appointments(self, unit: str, post: str) -> None:
        for day, number, _ in self._tenures.appointments(unit, post, self._since):
            self._open(unit, f"{post}@{day}" if number == 1 else f"{post}#{number}@{day}", day)

    def _open(self, unit: str, window: str, day: str) -> None:
        rule = parse_rule({"limit": self.duty["due"]["after"], "roll": self.duty["due"]["roll"]})
        due = due_of(rule, date.fromisoformat(day), self._law, calendar=self.place.calendar, zone=self.place.zone)
        at = self._at(day, self._act_at)
        self._openings.append(Opening(at, self.duty["code"], unit, window, due.on.isoformat(), due.provisional))

    def _at(self, day: str, wall: time) -> str:
        return stamp(at_start(date.fromisoformat(day), wall, ZoneInfo(self.place.zone)))


_NEVER = "9999-12-31T00:00:00.000000Z"


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
            stamp(opens), due.on.isoformat(), window.name, due.provisional or not known, window.first, window.last
        )


def _day_of(at: str, zone: str) -> str:
    return moment(at).astimezone(ZoneInfo(zone)).date().isoformat()


class Schedule:
    """All duties of the policy in force and whom they bind. ``version`` names what it was worked out from."""

    def __init__(self, tx: Tx) -> None:
        self.version = version(tx)
        self.policy: policies.Compiled | None = policies.current_or_none(tx)
        self.duties: dict[str, Duty] = self.policy["duties"] if self.policy else {}
        self.aliases: dict[str, list[str]] = self.policy["roles"] if self.policy else {}
        self.lines: list[Line | Occasions] = []
        self._act_at = time.fromisoformat(self.policy["act_at"]) if self.policy else time()
        self._home = tx.workspace.zone
        self._units = _Units(tx)
        if self.duties:
            self._draw(tx)

    @property
    def tenures(self) -> Tenures:
        """Who holds which post when."""
        return self._units.tenures

    def zone(self, unit: str) -> str:
        """The zone of a unit's days."""
        about = self._units.found.get(unit)
        return (about and about.zone) or self._home

    def told_at(self, last: date, zone: str) -> str:
        """When what a day ends is judged and told: at the time of notices on the day after it."""
        return stamp(at_start(last + timedelta(days=1), self._act_at, ZoneInfo(zone)))

    def _draw(self, tx: Tx) -> None:
        assert self.policy is not None  # noqa: S101  # there are duties
        law, past, units = calendars.load(tx), _Past(tx), self._units
        for code, duty in sorted(self.duties.items()):
            definition = self.policy["types"][duty["opens"]]
            runs, always = past.runs(duty)
            lines: dict[tuple[Place, date], Line | Occasions] = {}
            for unit, about in units.found.items():
                if not _binds(duty, unit, about.kind, subordinate=about.superior):
                    continue
                place = Place(
                    about.calendar or definition["calendar"] or tx.workspace.calendar or NONE,
                    about.zone or definition["zone"] or tx.workspace.zone,
                )
                since = _since(runs, unit, about, past.today)
                line = lines.get((place, since))
                if line is None and "posts" in duty:
                    known = {(of, window) for of, window in tx.all(sql.WINDOWS, duty=code)}
                    line = Occasions(duty, place, self._act_at, since, law, units.tenures, known, past.today)
                if line is None:
                    line = Line(duty, place, self._act_at, since, law)
                lines[place, since] = line
                line.bind(_subjects(duty, unit, units, "" if always else since.isoformat()))
            self.lines += lines.values()

    def between(self, since: str, until: str) -> list[Opening]:
        """Everything that opens after the one instant and by the other, in order; known periods are not left out."""
        return sorted(opening for line in self.lines for opening in line.between(since, until))

    def next_opening(self, after: str) -> str | None:
        """The next instant at which a duty opens."""
        instants = (line.after(after) for line in self.lines)
        return min((at for at in instants if at), default=None)

    def next_instant(self, after: str) -> str | None:
        """The next instant at which a duty opens, a pace is judged or a post is held again."""
        instants = [self.next_opening(after), *(line.turn(after) for line in self.lines)]
        return min((at for at in instants if at), default=None)

    def turned(self, since: str, until: str) -> bool:
        """Whether a pace was to be judged, or a post held again, after the one instant and by the other."""
        turns = (line.turn(since) for line in self.lines)
        return not since or any(at <= until for at in turns if at)

    def follows(self, opening: Opening, until: str) -> bool:
        """Whether a later window of the same duty of the same unit or post opens by an instant."""
        mine = (opening.duty, opening.unit, seat_of(opening.window))
        return any(
            (later.duty, later.unit, seat_of(later.window)) == mine for later in self.between(opening.opens_at, until)
        )

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

    def runs(self, duty: Duty) -> tuple[list[tuple[date, Duty]], bool]:
        """Back to where the duty was first there to stay, with the same windows and days: each day it was applied.

        And whether that is the first policy of all: then nobody knows since when the office has had this duty.
        """
        found: list[tuple[date, Duty]] = []
        for day, duties in self._applied:
            was = duties.get(duty["code"])
            if was is None or (was["every"], was["due"]) != (duty["every"], duty["due"]):
                return found, False
            found.append((day, was))
        return found, True


class _About(NamedTuple):
    """What decides whether and how a unit is bound; ``superior``: there is a body above its body."""

    kind: str
    calendar: str | None
    zone: str | None
    superior: bool


class _Units:
    """Every unit; calendar and zone are those of the nearest unit upward that has one."""

    def __init__(self, tx: Tx) -> None:
        rows = {code: (parent, kind, zone, calendar) for code, parent, kind, zone, calendar in tx.all(sql.UNITS)}
        self._tx = tx
        self._bodies = bodies_of({code: (parent, kind) for code, (parent, kind, _, _) in rows.items()})
        self._tenures: Tenures | None = None
        self._born: dict[str, str] | None = None
        self.found: dict[str, _About] = {}
        for code, (_, kind, _, _) in rows.items():
            line = _line(code, rows)
            upward = [rows[above] for above in line]
            zone = next((zone for _, _, zone, _ in upward if zone), None)
            calendar = next((calendar for _, _, _, calendar in upward if calendar), None)
            bodies = sum(1 for _, kind_above, _, _ in upward if kind_above == "body")
            self.found[code] = _About(kind, calendar, zone, bodies > 1)

    @property
    def tenures(self) -> Tenures:
        """Who held what when; read when the first duty asks for it."""
        if self._tenures is None:
            self._tenures = Tenures(self._tx, self._bodies)
        return self._tenures

    def exists_since(self, unit: str) -> str:
        """The day a unit entered the register, or on which somebody first held a post there, if that is earlier."""
        if self._born is None:
            zone = ZoneInfo(self._tx.workspace.zone)
            self._born = {code: moment(at).astimezone(zone).date().isoformat() for code, at in self._tx.all(sql.BIRTHS)}
        days = [day for day in (self._born.get(unit, ""), self.tenures.first_day(unit)) if day]
        return min(days, default="")


def _subjects(duty: Duty, unit: str, units: _Units, since: str) -> list[Subject]:
    """The unit, or each seat of the posts that the duty binds there; what is counted is owed while they exist."""
    counted = "at_least" in duty
    start = max(since, units.exists_since(unit)) if counted else ""
    posts = duty["for"].get("post")
    if not posts:
        return [Subject(unit, since=start)]
    found = []
    for post in posts:
        for number, spans in enumerate(units.tenures.seats(unit, post), 1):
            name = post if number == 1 else f"{post}#{number}"
            found.append(Subject(unit, f"{name}@", tuple(spans), start))
    return found


def _since(runs: Iterable[tuple[date, Duty]], unit: str, about: _About, today: date) -> date:
    """The day since which the duty has bound this unit."""
    since = today
    for day, duty in runs:
        if not _binds(duty, unit, about.kind, subordinate=about.superior):
            break
        since = day
    return since


def _binds(duty: Duty, unit: str, kind: str, *, subordinate: bool) -> bool:
    aim = duty["for"]
    kinds, units = aim["kind"], aim["units"]
    return (
        (kinds is None or kind in kinds)
        and (units is None or unit in units)
        and aim.get("subordinate") in {None, subordinate}
    )


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
