"""When duties open and are due, for everybody they bind, worked out from the policy, the register, the calendars.

A schedule is a value: it stays right while its `version` stands.
"""

import json
from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from states.calendars import NONE
from states.instants import at_start
from workflow import calendars, policies
from workflow.instants import moment, stamp
from workflow.lines import Duty, Line, Opening, Place, Subject
from workflow.occasions import Known, Occasions
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.tenures import Tenures
from workflow.trees import line_of, trees
from workflow.windows import bare, seat_of

__all__ = ["Duty", "Opening", "Schedule", "version"]

Version = tuple[str | None, str | None, int | None]


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

    def zone(self, unit: str, code: str) -> str:
        """The zone of the days of a duty of a unit: that of the unit, else of the type it opens, else at home."""
        about, duty = self._units.found.get(unit), self.duties.get(code)
        own = self.policy["types"][duty["opens"]]["zone"] if self.policy and duty else None
        return (about and about.zone) or own or self._home

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
            known: Known = {}
            for unit, about in units.found.items():
                if not _binds(duty, unit, about.kind, subordinate=about.superior):
                    continue
                place = Place(
                    about.calendar or definition["calendar"] or tx.workspace.calendar or NONE,
                    about.zone or definition["zone"] or tx.workspace.zone,
                )
                bound = units.bound_since(duty, unit)
                since = max(_since(runs, unit, about, past.today), date.fromisoformat(bound or "0001-01-01"))
                line = lines.get((place, since))
                if line is None and "posts" in duty:
                    known = known or _windows_known(tx, code)
                    line = Occasions(duty, place, self._act_at, since, law, units.tenures, known, past.today)
                if line is None:
                    line = Line(duty, place, self._act_at, since, law)
                lines[place, since] = line
                line.bind(_subjects(duty, unit, units, "" if always and not bound else since.isoformat()))
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
        seat = seat_of(opening.window)
        lines = (line for line in self.lines if line.duty["code"] == opening.duty)
        return any(
            seat_of(later.window) == seat
            for line in lines
            for later in line.between(opening.opens_at, until, unit=opening.unit)
        )

    def missing(self, tx: Tx, openings: Iterable[Opening]) -> list[Opening]:
        """Those without a period yet. A window that was due before its unit existed was never owed."""
        openings = list(openings)
        if not openings:
            return []
        known = set(tx.all(sql.KNOWN_SINCE, since=min(opening.due_on for opening in openings)))
        return [
            opening
            for opening in openings
            if (opening.duty, opening.unit, opening.window) not in known
            and opening.due_on >= self._units.registered_on(opening.unit, self.zone(opening.unit, opening.duty))
        ]


def version(tx: Tx) -> Version:
    """What a schedule is worked out from, as one comparable value."""
    policy, org, calendar = tx.one(sql.VERSION) or (None, None, None)
    return policy, org, calendar


def _windows_known(tx: Tx, code: str) -> Known:
    """The days of the windows that a duty had, of each post of each unit."""
    found: Known = {}
    for unit, window in tx.all(sql.WINDOWS, duty=code):
        found.setdefault((unit, *seat_of(window)), []).append(bare(window))
    return found


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
    """Every unit; calendar and zone are those of the nearest unit upward that has one.

    All is read at once: a worker keeps its schedule beyond the transaction in which it was drawn up.
    """

    def __init__(self, tx: Tx) -> None:
        rows = {code: (parent, kind, zone, calendar) for code, parent, kind, zone, calendar in tx.all(sql.UNITS)}
        self._home = tx.workspace.zone
        self._trees = trees(tx)
        self._born: dict[str, str] = dict(tx.all(sql.BIRTHS))
        self._registered: dict[tuple[str, str], str] = {}
        self.tenures = Tenures(tx, self._trees)
        self.found: dict[str, _About] = {}
        units = {code: (parent, kind) for code, (parent, kind, _, _) in rows.items()}
        for code, (_, kind, _, _) in rows.items():
            upward = [rows[above] for above in line_of(code, units)]
            zone = next((zone for _, _, zone, _ in upward if zone), None)
            calendar = next((calendar for _, _, _, calendar in upward if calendar), None)
            bodies = sum(1 for _, kind_above, _, _ in upward if kind_above == "body")
            self.found[code] = _About(kind, calendar, zone, bodies > 1)

    def bound_since(self, duty: Duty, unit: str) -> str:
        """The day since which the unit has stood in the tree as the duty binds it; "" where that was always so."""
        since = ""
        for tree in reversed(self._trees):
            if not _binds(duty, unit, tree.units[unit][1], subordinate=tree.bodies_above(unit) > 1):
                break
            since = tree.first
        return since

    def exists_since(self, unit: str) -> str:
        """The day a unit entered the register, or on which somebody first held a post there, if that is earlier."""
        days = [self.registered_on(unit, self._home), self.tenures.first_day(unit)]
        return min((day for day in days if day), default="")

    def registered_on(self, unit: str, zone: str) -> str:
        """The day in a zone on which a unit entered the register; "" for one the register does not have."""
        if (unit, zone) not in self._registered:
            at = self._born.get(unit)
            self._registered[unit, zone] = moment(at).astimezone(ZoneInfo(zone)).date().isoformat() if at else ""
        return self._registered[unit, zone]


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
