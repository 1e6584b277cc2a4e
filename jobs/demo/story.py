"""The loop of the story: whoever answers for a running clock acts when they are the kind to, or when they are told.

Nothing here knows how a case ends. A clock is seen, its holder's habit is asked, a time is set; at that time the
case is looked at again, and what the database says then decides.
"""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from jobs.demo.days import Days, is_short
from jobs.demo.habits import TASKS, Habit, Task, waits_for
from jobs.demo.office import CITY, COUNTY, INSPECTOR, POSTS, TOWN, staff_of
from jobs.demo.stage import Answer, Stage
from jobs.demo.words import GIVEN, REASONS
from states.errors import NotNow

FIELDS = {
    "analyse": "analysis", "report": "summary", "resolve": "outcome", "plan": "plan", "investigate": "facts",
    "answer": "statement", "hear": "record", "decide": "grounds", "appeal": "grounds",
    "follow_up": "progress", "progress": "progress",
}  # fmt: skip
ANSWERS = ("answer", "appeal")  # what the respondent does
OTHERS = {"file": (INSPECTOR,)}  # who does it too
PAPERS = ("submit", "complete", "file_minutes")
SECOND_LOOK = ("review", "verify")  # may end in a return instead
MEASURES = {"award": 6, "none": 2, "transfer": 1, "demote": 1}
SENT_BACK, APPEALS, OVERTURNS = 0.15, 0.2, 0.3
CITY_PEOPLE = tuple(login for login, unit, _post in POSTS if unit == CITY)


class Matter(NamedTuple):
    """One run of a clock that waits for an action; ``step`` as `waits_for` has it, ``short``: a limit in hours."""

    ref: str
    clock: str
    run: int
    task: Task
    step: int
    short: bool


class Story:
    """People, chance, and a queue of what is going to happen."""

    def __init__(
        self, stage: Stage, days: Days, chance: Random, habits: dict[str, Habit], *, start: date, end: datetime
    ) -> None:
        self.stage = stage
        self.days = days
        self.chance = chance
        self.habits = habits
        self.start = start
        self.end = end
        self.weeks = max(1, (end.date() - start).days // 7)
        self.gone: set[str] = set()  # who left a post, and does not work on its cases any more
        self.away: dict[str, tuple[date, date, str]] = {}  # who is on leave, from, to, and who stands in
        self.charged = False  # the inspector has taken somebody to account
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = 0
        self._seen: set[tuple[str, str, int, str]] = set()
        self._returned: set[str] = set()
        self._known: set[str] = set()

    def day(self, share: float) -> date:
        """The day at this share of the story."""
        return self.start + (self.end.date() - self.start) * share

    def stands_for(self, login: str) -> str:
        """This person, or while away the deputy."""
        first, last, deputy = self.away.get(login, (date.max, date.max, login))
        return deputy if first <= self.stage.now.astimezone(self.days.zone).date() <= last else login

    def later(self, at: datetime, act: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._queue, (at, self._order, act))

    def live(self) -> None:
        """Everything until the end, in order of time."""
        while self._queue and self._queue[0][0] <= self.end:
            at, _, act = heapq.heappop(self._queue)
            self.reach(at)
            act()
        self.reach(self.end)

    def reach(self, at: datetime) -> None:
        for ref in self.stage.reach(at):
            self.watch(ref)

    def watch(self, ref: str) -> None:
        """Set a time for every clock of a case that waits for somebody and was not seen before."""
        case = self.stage.look(ref)
        for clock in case["clocks"]:
            task = TASKS.get((case["type"], clock["name"]), {}).get(case["state"])
            if task is None or clock["state"] not in {"running", "breached"}:
                continue
            key = (ref, clock["name"], clock["run"], task.action)
            if key not in self._seen:
                self._seen.add(key)
                self._plan(ref, clock, task)
        self._known.add(ref)
        for link in case["links"]:  # what it opened is somebody's work too
            if link["ref"] not in self._known:
                self.watch(link["ref"])

    def _plan(self, ref: str, clock: Answer, task: Task) -> None:
        now, due = self.stage.now, moment_of(clock["due_at"])
        holder = next((login for login in clock["holders"] if login not in self.gone), None)
        step = waits_for(self.chance, self.habits[holder] if holder else None, task)
        short = is_short(moment_of(clock["started_at"]), due)
        if task.action == "appeal" and self.chance.random() >= APPEALS:
            return
        if step == 0 and due > now:
            at = now + (due - now) * self.chance.uniform(task.early, task.late)
            if not short:
                at = self.days.desk(at)
                at = at if at <= due else self.days.before(due)
            at = max(at, now + timedelta(minutes=2))
        else:
            at = self._reaction(max(due, now), short)
        matter = Matter(ref, clock["name"], clock["run"], task, step, short)
        self.later(at, lambda: self._wake(matter))

    def _reaction(self, told: datetime, short: bool) -> datetime:
        """When somebody who is told then is at it."""
        if short:
            return told + timedelta(minutes=self.chance.randint(2, 9))
        return self.days.desk(told + timedelta(minutes=self.chance.randint(20, 300)))

    def _wake(self, matter: Matter) -> None:
        """The time has come: act if the matter still waits, and if who forgot it was reminded high enough."""
        ref, action = matter.ref, matter.task.action
        case = self.stage.look(ref)
        clock = clock_of(case, matter.clock)
        waits = TASKS[case["type"], matter.clock].get(case["state"])
        if clock["run"] != matter.run or clock["state"] not in {"running", "breached"} or waits != matter.task:
            return
        actor = None
        if clock["level"] >= matter.step or not clock["next"]:
            actor = self._somebody(ref, clock, action)
            if actor is None and self._passed_on(case, clock):
                actor = self._somebody(ref, clock_of(self.stage.look(ref), matter.clock), action)
        if actor:
            self._act(case, action, actor)
            self.watch(ref)
            return
        told = moment_of(clock["next"]["at"]) if clock["next"] else self.stage.now + timedelta(hours=16)
        if clock["level"] >= matter.step and not matter.short:  # what is missing may come any day
            told = min(told, self.stage.now + timedelta(hours=16))
        self.later(self._reaction(told, matter.short), lambda: self._wake(matter))

    def _somebody(self, ref: str, clock: Answer, action: str) -> str | None:
        """One of those who hold the clock or were told of it, and who may do it; nobody handles a case against him."""
        asked = dict.fromkeys([*clock["holders"], *self.stage.told(ref, clock), *OTHERS.get(action, ())])
        spared = {*self.gone, *(() if action in ANSWERS else (self.stage.look(ref)["fields"].get("respondent"),))}
        found = [login for login in asked if login not in spared and self.stage.may(ref, action, login)]
        if len(found) > 1 and action in {"review", "regrade"}:
            found = [login for login in found if (login, COUNTY, "direct") not in POSTS]
        return self.chance.choice(found) if found else None

    def _passed_on(self, case: Answer, clock: Answer) -> bool:
        """A leader who was told gives a case nobody works on to somebody of the unit."""
        if case["owner"] and case["owner"] not in self.gone:
            return False
        told = [login for login in self.stage.told(case["ref"], clock) if login not in (*CITY_PEOPLE, *self.gone)]
        if not told:
            return False
        colleague = self.chance.choice([login for login in staff_of(case["unit"]) if login not in self.gone])
        self.stage.hand_over(case["ref"], colleague, told[0], "Its owner has left 原承办人已离任")
        return True

    def _act(self, case: Answer, action: str, login: str) -> None:
        ref, reason = case["ref"], ""
        if action in SECOND_LOOK and ref not in self._returned and self.chance.random() < SENT_BACK:
            self._returned.add(ref)
            action = "return"
        if action == "uphold" and self.chance.random() < OVERTURNS:
            action = "overturn"
        if action in REASONS:
            reason = self.chance.choice(REASONS[action])
        try:
            self.stage.do(ref, action, login, self._given(case, action), reason=reason, paper=action in PAPERS)
        except NotNow:
            if action != "hold":
                raise
            self.stage.do(ref, "cancel", login, {}, reason=self.chance.choice(REASONS["cancel"]))  # held already today
        if action in {"file", "uphold"}:
            over = moment_of(clock_of(self.stage.look(ref), "appeal")["due_at"])
            self.later(self._reaction(max(over, self.stage.now), short=False), lambda: self._close(ref))

    def _close(self, ref: str) -> None:
        if self.stage.may(ref, "close", INSPECTOR):
            self.stage.do(ref, "close", INSPECTOR, {})

    def _given(self, case: Answer, action: str) -> dict[str, Any]:
        given: dict[str, Any] = {}
        if action in FIELDS:
            given[FIELDS[action]] = self.chance.choice(GIVEN[FIELDS[action]])
        if action == "notify":
            grave = case["severity"] != "general"
            given["to"] = CITY if grave and case["unit"] != TOWN else COUNTY
        if action == "hold":
            given["held_on"] = self.stage.now.astimezone(self.days.zone).date().isoformat()
            given["present"] = ["first", "direct", "member_in_charge", "unit_head"]
        if action == "decide":
            given["measure"] = self.chance.choices(list(MEASURES), list(MEASURES.values()))[0]
            given["effective_on"] = self.stage.now.astimezone(self.days.zone).date().isoformat()
        return given


def clock_of(case: Answer, name: str) -> Answer:
    """The clock of this name of a case that has it."""
    return next(clock for clock in case["clocks"] if clock["name"] == name)


def moment_of(text: str) -> datetime:
    """An instant as the answers write it."""
    return datetime.fromisoformat(text)
