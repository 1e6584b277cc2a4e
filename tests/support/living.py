"""What people of an office do with their cases, drawn from numbers: any act by anybody, waiting, new laws, downtime."""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from support.lived import ERRAND
from support.opening import CHORE, MATTER
from support.world import World, admin, copy_file

from jobs import recompute
from states.calendars import shipped
from states.durations import parse_duration
from states.errors import Problem
from workflow import calendars, engine

# Every chore is given a note.
MATTER_NOTED = MATTER.replace("note: $field(details), ", "").replace(', "note?": $post(first)', "")
MATTER_NOTED = MATTER_NOTED.replace("fields: {subject", "fields: {note: $ref, subject")
Step = tuple[int, int, int, int]
LOGINS = ("wang", "li", "feng", "zhao", "qian", "sun", "zhou", "chen", "wei", "pan")
UNITS = ("safety", "data", "county")
SEVERITIES = ("general", "large", "major", "critical")

# Values for the fields of any act; what an act does not take is refused, and then nothing happened.
GIVEN: tuple[dict[str, str], ...] = (
    {},
    {"to": "county"},
    {"analysis": "a valve"},
    {"summary": "one hurt"},
    {"outcome": "repaired"},
    {"severity": "general"},
    {"severity": "critical"},
    {"plan": "new valves"},
    {"facts": "as found"},
    {"statement": "I was away"},
    {"record": "heard"},
    {"grounds": "the law"},
    {"measure": "demote", "effective_on": "2026-03-02", "grounds": "the law"},
    {"urgent": "yes", "note": "quick"},
    {"note": "slow"},
    {"done_on": "2026-02-10"},
    {"severity": "major", "copies": "data,county", "details": "look"},
    {"severity": "critical", "copies": "safety"},
)


class Acting:
    """Turns numbers into what people do; a refusal is part of life."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.refs: list[str] = []
        self.actions: list[str] = []
        self.days = 0
        with world.store.read() as tx:
            rows = tx.all("SELECT body FROM definition")
        for (body,) in rows:
            self.actions += [name for name in json.loads(body)["actions"] if name not in self.actions]

    def ref(self, pick: int) -> str:
        return self.refs[pick % len(self.refs)] if self.refs else "RPT-2026-0001"

    def login(self, pick: int) -> str:
        return LOGINS[pick % len(LOGINS)]

    def open(self, a: int, b: int, c: int) -> None:
        world, unit, login = self.world, UNITS[b % 3], self.login(c)
        given: dict[str, dict[str, str]] = {
            "report": {"recipient": "county", "period": "2026"},
            "incident": {"severity": SEVERITIES[c % 4], "occurred_at": "2026-02-09T08:30+08:00"},
            "rectification": {"finding": "no fence", "class": ("immediate", "ordinary", "long")[c % 3]},
            "errand": {"urgent": ("yes", "no")[c % 2]},
            "matter": {"joint": ("yes", "no")[c % 2], "severity": SEVERITIES[1 + c % 3].replace("large", "minor")},
            "accountability": {
                "respondent": self.login(b), "post": "unit_head", "ground": "late", "cites": self.ref(b),
                "gravity": "minor",
            },
        }  # fmt: skip
        type_ = list(given)[a % len(given)]
        self.refs.append(world.new(type_, login, unit=unit, **given[type_]))
        self.found()

    def found(self) -> None:
        """What was opened by other cases can be acted on too."""
        self.refs += [ref for (ref,) in self.world.rows("SELECT ref FROM cases ORDER BY ref") if ref not in self.refs]

    def act(self, a: int, b: int, c: int) -> None:
        """Any action by anybody, with or without a file and a reason."""
        action = self.actions[b % len(self.actions)]
        file = "paper" if c % 3 else None
        reason = "so it is" if c % 2 else ""
        self.world.do(self.ref(a), action, self.login(c), file=file, reason=reason, **GIVEN[(b + c) % len(GIVEN)])

    def go_on(self, a: int, b: int, c: int) -> None:
        """An action that is offered now, by somebody who may, with everything it could want."""
        ref = self.ref(a)
        for login in LOGINS:
            offered = [row["name"] for row in self.world.case(ref, login)["actions"] if row["allowed"]]
            if offered:
                with contextlib.suppress(Problem):
                    everything = {name: value for given in GIVEN[: 4 + c % 12] for name, value in given.items()}
                    self._with_what_it_takes(ref, offered[b % len(offered)], login, everything)
                return

    def _with_what_it_takes(self, ref: str, action: str, login: str, given: dict[str, str]) -> None:
        from workflow import policies

        with self.world.store.read() as tx:
            ((hash_,),) = tx.all("SELECT definition FROM cases WHERE ref = :ref", ref=ref)
            spec = policies.definition_by_hash(tx, hash_)["actions"][action]
        wanted = {name: given.get(name, "2026-02-11") for name in spec["needs"]}
        self.world.do(ref, action, login, file="paper", reason="so it is", **wanted)

    def remark(self, a: int, b: int, c: int) -> None:
        world, ref, who = self.world, self.ref(a), self.world.who(self.login(c))
        paper = world.paper(f"paper {b}")
        doors: tuple[Callable[[Any], Any], ...] = (
            lambda tx: engine.comment(tx, ref, "a remark", who=who),
            lambda tx: engine.assign(tx, ref, str(world.who(self.login(b)).actor), who=who, reason="busy"),
            lambda tx: engine.link(tx, ref, "see-also", self.ref(b), who=who),
            lambda tx: engine.attach(tx, ref, paper, who=who),
        )
        world.store.transact(doors[b % len(doors)])

    def more_time(self, a: int, b: int, c: int) -> None:
        ref, who = self.ref(a), self.world.who(self.login(c))
        clocks = [clock["name"] for clock in self.world.case(ref)["clocks"]]
        if not clocks:
            return
        clock, span = clocks[b % len(clocks)], parse_duration(f"{1 + c % 12} working days")
        if b % 2:
            self.world.store.transact(
                lambda tx: engine.request_extension(tx, ref, clock, span, who=who, reason="an expert comes")
            )
        else:
            self.world.store.transact(
                lambda tx: engine.decide_extension(tx, ref, clock, grant=bool(c % 2), who=who, reason="noted")
            )

    def wait(self, a: int, _b: int, _c: int) -> None:
        hours = (1, 3, 9, 24, 24 * 3, 24 * 8)[a % 6]
        self.world.fast_forward(hours=hours)

    def sleep(self, a: int, _b: int, _c: int) -> None:
        """The program is down for a while."""
        from datetime import datetime, timedelta

        from jobs.advance import advance

        world = self.world
        advance(world.store, datetime.fromisoformat(world.now) + timedelta(hours=5 + a % 200), jump=True)

    def leave(self, a: int, b: int, c: int) -> None:
        first, last = f"2026-02-{10 + a % 15}", f"2026-03-{10 + b % 15}"
        self.world.leave(self.login(a), first, last, deputy=self.login(c) if c % 3 else None)

    def register(self, a: int, b: int, c: int) -> None:
        day = f"2026-0{2 + a % 2}-1{b % 9}"
        posts = ("staff", "unit_head", "inspector", "office")
        row = f"{{person: {self.login(a)}, unit: {UNITS[b % 3]}, post: {posts[c % 4]}, from: {day}}}"
        self.world.register(f"postings: [{row}]")

    def policy(self, a: int, _b: int, _c: int) -> None:
        days = 3 + a % 6
        if a % 2:  # what is pinned to the old matter may not fit the chore in force
            self.world.apply(
                CHORE.replace("note:       {type: text}", "note: {type: text, required: true}"), MATTER_NOTED
            )
        self.world.apply(ERRAND.replace("5 working days, holders", f"{days} working days, holders"))

    def calendar(self, a: int, b: int, c: int) -> None:
        """Another day off is declared; the job that reckons again may run now or only when something fires."""
        self.days += 1
        body = shipped()["CN"]
        off = sorted({*body["off"], f"2026-0{2 + a % 3}-{10 + b % 18}"})
        changed = {**body, "off": off, "version": f"v{self.days}"}
        self.world.store.transact(lambda tx: calendars.import_(tx, {"CN": changed}, admin(tx)))
        if c % 2:
            recompute.run_once(self.world.store)

    def live(self, step: tuple[int, int, int, int]) -> None:
        doors = (
            self.open, self.open, self.act, self.go_on, self.go_on, self.go_on, self.remark, self.more_time,
            self.wait, self.wait, self.sleep, self.leave, self.register, self.policy, self.calendar,
        )  # fmt: skip
        with contextlib.suppress(Problem):
            doors[step[0] % len(doors)](*step[1:])


def steps(least: int, most: int) -> st.SearchStrategy[list[Step]]:
    """So many things that happen, one after the other."""
    return st.lists(st.tuples(*[st.integers(min_value=0, max_value=5039)] * 4), min_size=least, max_size=most)


def the_same(seed: int, count: int) -> list[Step]:
    """So many things that happen, the same ones every time."""
    drawn = random.Random(seed)  # noqa: S311  # nothing secret
    return [(*(drawn.randrange(5040) for _ in range(4)),) for _ in range(count)]  # type: ignore[misc]


@contextlib.contextmanager
def thrown_away(template: Path) -> Iterator[World]:
    """The furnished office in a file that nothing outlives, so that no write waits for the disk."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(copy_file(template, Path(folder)), Path(folder))
        world.store.driver.synchronous = "OFF"  # type: ignore[attr-defined]
        try:
            yield world
        finally:
            world.close()


STEPS = steps(25, 80)
LIFE = settings(
    deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
