"""Duties that begin with what happens to a post: it falls vacant, or somebody new holds it."""

from collections.abc import Iterable, Iterator
from datetime import date, time
from zoneinfo import ZoneInfo

from states.calendars import Calendars
from states.instants import at_start
from states.limits import due as due_of
from states.rules import parse_rule
from workflow.instants import stamp
from workflow.lines import Duty, Opening, Place, Subject
from workflow.tenures import Tenures

Known = dict[tuple[str, str, int], list[str]]  # (unit, post, seat) -> the days of the windows it had

_FAR = "9000-01-01"  # what the register says of days after that is a slip of the pen: no calendar goes so far


class Occasions:
    """One duty that begins with what happens to a post, under one calendar and zone: all of it that is known."""

    __slots__ = ("_act_at", "_known", "_law", "_openings", "_since", "_tenures", "_today", "_turns", "duty", "place",
                 "subjects")  # fmt: skip

    def __init__(  # noqa: PLR0917  # one caller, in the order in which it knows them
        self, duty: Duty, place: Place, act_at: time, since: date, law: Calendars, tenures: Tenures,
        known: Known, today: date,
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

    def between(self, since: str, until: str, *, unit: str | None = None) -> Iterator[Opening]:
        """What opens after the one instant, and by the other; of one unit or of all."""
        found = (opening for opening in self._openings if since < opening.opens_at <= until)
        return (opening for opening in found if unit in {None, opening.unit})

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
            days = self._known.get((unit, post, 1), ())
            day = min((day for day in days if gap.holds(day)), default=max(gap.first, self._since))
            self._open(unit, f"{post}@{day}", day)
            if gap.end < _FAR:
                self._turns.append(self._at(gap.end, time()))

    def _appointments(self, unit: str, post: str) -> None:
        for day, number, _ in self._tenures.appointments(unit, post, self._since):
            self._open(unit, f"{post}@{day}" if number == 1 else f"{post}#{number}@{day}", day)

    def _open(self, unit: str, window: str, day: str) -> None:
        if day >= _FAR:
            return
        rule = parse_rule({"limit": self.duty["due"]["after"], "roll": self.duty["due"]["roll"]})
        due = due_of(rule, date.fromisoformat(day), self._law, calendar=self.place.calendar, zone=self.place.zone)
        at = self._at(day, self._act_at)
        self._openings.append(Opening(at, self.duty["code"], unit, window, due.on.isoformat(), due.provisional))

    def _at(self, day: str, wall: time) -> str:
        return stamp(at_start(date.fromisoformat(day), wall, ZoneInfo(self.place.zone)))
