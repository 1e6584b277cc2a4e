"""The loop of the story: whoever answers for a running clock acts when they are the kind to, or when they are told.

Nothing here knows how a case ends. A clock is seen, its holder's habit is asked, a time is set; at that time the
case is looked at again, and what the database says then decides.
"""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from jobs.demo import deeds, study
from jobs.demo.days import Days, is_short
from jobs.demo.deeds import clock_of, moment_of
from jobs.demo.habits import TASKS, YEARLY, Habit, Task, waits_for
from jobs.demo.office import CITY, COUNTY, INSPECTOR, LEADERS, POSTS, TOWNS, staff_of
from jobs.demo.stage import Answer, Stage
from jobs.demo.words import FINDINGS
from states.errors import NotPermitted

ANSWERS = ("answer", "appeal")  # what the respondent does
OTHERS = {"file": (INSPECTOR,)}  # who does it too
APPEALS, ASKS = 0.2, 0.35
QUARTER = 13  # weeks
CITY_PEOPLE = tuple(login for login, unit, _post in POSTS if unit == CITY)


Drafter = Callable[[str, str], str]  # (unit, window) -> the text of a summary


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
        self.chance: Random = chance
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
        self.twice: set[tuple[str, str]] = set()
        self._faults: dict[str, list[str]] = {}
        self.drafts: Drafter = lambda _unit, _window: ""
        self._known: set[str] = set()

    def day(self, share: float) -> date:
        """The day at this share of the story."""
        return self.start + (self.end.date() - self.start) * share

    def early(self, share: float) -> date:
        """The day at this share of the story, or of its first quarter of a year where it is longer."""
        return self.start + timedelta(days=round(min(self.weeks, QUARTER) * 7 * share))

    @property
    def today(self) -> date:
        return self.stage.now.astimezone(self.days.zone).date()

    def fault(self, unit: str) -> str:
        """What an inspection of a unit finds: something that was not found before, while there is any."""
        pool = self._faults.setdefault(unit, [])
        if not pool:
            known = FINDINGS.get(unit, FINDINGS["general"])
            pool += self.chance.sample(known, len(known))
        return pool.pop()

    def leaders(self, unit: str) -> list[str]:
        """Who leads the body of a unit today: those who take part in its decisions."""
        body = unit if unit in {CITY, *TOWNS} else COUNTY
        found = [login for role in ("first", "direct", "member_in_charge") for login in self.stage.holders(role, body)]
        found += LEADERS if body == COUNTY else self.stage.holders("office", body)
        return list(dict.fromkeys(login for login in found if login not in self.gone))

    def stands_for(self, login: str) -> str:
        """This person, or while away the deputy."""
        first, last, deputy = self.away.get(login, (date.max, date.max, login))
        return deputy if first <= self.today <= last else login

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
        if case["type"] == "quota" and ref not in self._known:
            study.plan(self, case)
        for clock in case["clocks"]:
            task = TASKS.get((case["type"], clock["name"]), {}).get(case["state"])
            if task is None or clock["state"] not in {"running", "breached"}:
                continue
            key = (ref, clock["name"], clock["run"], task.action)
            if key not in self._seen:
                self._seen.add(key)
                self._plan(case, clock, task)
        self._known.add(ref)
        if case["type"] == "service" and case["state"] == "received" and ref not in self._returned:
            self._returned.add(ref)
            if self.chance.random() < ASKS:
                deeds.step(self, ref, "ask_papers", 0.1, 0.8)
        for link in case["links"]:  # what it opened is somebody's work too
            if link["ref"] not in self._known:
                self.watch(link["ref"])

    def _plan(self, case: Answer, clock: Answer, task: Task) -> None:
        ref, now, due = case["ref"], self.stage.now, moment_of(clock["due_at"])
        holder = next((login for login in clock["holders"] if login not in self.gone), None)
        owed = case["duty"] or case["severity"] in {"large", "major", "critical"}
        rarely = task._replace(forgets=task.forgets * (YEARLY if owed else 1))
        step = 0 if not clock["holders"] else waits_for(self.chance, self.habits.get(holder or ""), rarely)
        short = is_short(moment_of(clock["started_at"]), due)
        if task.action == "appeal" and self.chance.random() >= APPEALS:
            return
        if step == 0 and due > now:
            at = now + (due - now) * self.chance.uniform(task.early, task.late)
            if not short:
                desk = self.days.desk(at)
                desk = desk if desk <= due else self.days.before(due)
                at = desk if desk > now else at  # out of hours whoever is on duty sees to it
            at = max(at, now + timedelta(minutes=2))
        else:
            at = self.reaction(max(due, now), short)
        matter = Matter(ref, clock["name"], clock["run"], task, step, short)
        self.later(at, lambda: self._wake(matter))

    def reaction(self, told: datetime, short: bool) -> datetime:
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
            actor = self._somebody(case, clock, action)
            if actor is None and self._passed_on(case, clock):
                case = self.stage.look(ref)
                actor = self._somebody(case, clock_of(case, matter.clock), action)
        if actor and self._acted(case, action, actor):
            self.watch(ref)
            return
        told = moment_of(clock["next"]["at"]) if clock["next"] else self.stage.now + timedelta(hours=16)
        if clock["level"] >= matter.step and not matter.short:  # what is missing may come any day
            told = min(told, self.stage.now + (timedelta(hours=16) if clock["level"] else timedelta(days=4)))
        self.later(self.reaction(told, matter.short), lambda: self._wake(matter))

    def _somebody(self, case: Answer, clock: Answer, action: str) -> str | None:
        """One of those who hold the clock or were told of it, and who may do it; nobody handles a case against him.

        Where none of them may, it is somebody whom the law names for the act.
        """
        ref = case["ref"]
        spared = {*self.gone, *(() if action in ANSWERS else (case["fields"].get("respondent"),))}
        asked = [*clock["holders"], *self.stage.told(ref, clock), *OTHERS.get(action, ())]
        found = self.able(ref, action, [login for login in asked if login not in spared])
        if not found and not (clock["holders"] and action in {"submit", "review", "complete", "notify"}):
            found = self.able(ref, action, [login for login in self.named(case, action) if login not in spared])
        if len(found) > 1 and action in {"review", "regrade"}:
            found = [login for login in found if (login, COUNTY, "direct") not in POSTS]
        return self.chance.choice(found) if found else None

    def able(self, ref: str, action: str, logins: list[str]) -> list[str]:
        return [login for login in dict.fromkeys(logins) if self.stage.may(ref, action, login)]

    def named(self, case: Answer, action: str) -> list[str]:
        """Who holds what the law names for an act, in the unit, and above it."""
        by = self.stage.law(case["type"])["actions"][action]["by"]
        roles = [role for role in by if role not in {"system", "party", "owner"}]
        roles += [f"superior.{role}" for role in roles if not role.startswith("superior.")]
        owner = [case["owner"]] if "owner" in by and case["owner"] else []
        return [*owner, *(login for role in roles for login in self.stage.holders(role, case["unit"]))]

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

    def _acted(self, case: Answer, action: str, login: str) -> bool:
        """False where whom the actor stands in for has done what the law keeps apart from this act."""
        try:
            deeds.act(self, case, action, login)
        except NotPermitted:
            return False
        return True
