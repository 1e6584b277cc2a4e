"""Whole offices, drawn from numbers: cases, duties, posts, leave, laws, charges, downtime; and what then holds."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

from support.counted import everything
from support.counting import Counting, invariants
from support.keeping import Keeping
from support.lived import ERRAND
from support.living import Acting
from support.opening import CHORE, MATTER
from support.world import World

from states.errors import Problem
from workflow import policies
from workflow.health_people import findings

RECORDED = ("study-sessions", "special-meeting", "special-meeting-of-subordinates", "duty-statement")
_GIVEN_BY_TYPE = {
    "unit": "county", "units": "data,safety", "posts": "first", "persons": "qian,zhao", "person": "qian", "party": "li",
    "int": "1", "flag": "yes", "duration": "2 days",
}  # fmt: skip


class Whole(Acting):
    """An office in which everything may happen; a refusal is part of life."""

    def __init__(self, world: World) -> None:
        world.apply(ERRAND, MATTER, CHORE)
        super().__init__(world)
        self.keeping = Keeping(world)
        self.keeping.careful = False  # that days gone by answer as before is asked elsewhere, and takes long
        self.counting = Counting(world, RECORDED, lambda _least, _catch_up: {})

    def accuse(self, a: int, b: int, c: int) -> None:
        """Somebody who was on a late limit is charged; then who may goes on with the charge."""
        late = self.world.rows("SELECT c.ref, c.unit FROM cases c JOIN clock k ON k.case_id = c.id "
                               "WHERE k.state = 'breached' ORDER BY c.ref")  # fmt: skip
        if late and a % 2:
            ref, unit = late[b % len(late)]
            post, whom = (("unit_head", "li"), ("first", "qian"), ("direct", "zhao"), ("office", "sun"))[c % 4]
            self.refs.append(
                self.world.new("accountability", self.login(b), unit=unit, respondent=whom, post=post, ground="late",
                               cites=ref, gravity="minor")
            )  # fmt: skip
            return
        charges = [ref for ref in self.refs if ref.startswith("ACC")]
        if charges:
            self.go_on(self.refs.index(charges[b % len(charges)]), c, a)

    def _with_what_it_takes(self, ref: str, action: str, login: str, given: dict[str, str]) -> None:
        """With a value of the right kind for whatever the act needs."""
        law = definition(self.world, ref)
        wanted = {}
        for name in law["actions"][action]["needs"]:
            field = law["fields"][name]
            today = self.world.now[:10]
            values = {**_GIVEN_BY_TYPE, "date": today, "time": self.world.now, "ref": ref, "text": "as found"}
            wanted[name] = sorted(field["choices"])[len(ref + login) % len(field["choices"])] if field.get(
                "choices"
            ) else given.get(name, values[field["type"]])  # fmt: skip
        self.world.do(ref, action, login, file="paper", reason="so it is", **wanted)

    def live(self, step: tuple[int, int, int, int]) -> None:
        keeping, counting = self.keeping, self.counting
        doors = (
            self.open, self.open, self.act, self.go_on, self.go_on, self.go_on, self.go_on, self.accuse, self.accuse,
            self.remark, self.more_time, self.wait, self.wait, self.wait, self.sleep, self.policy, self.calendar,
            keeping.post, keeping.pass_on, keeping.charge, keeping.away, keeping.back, keeping.move,
            counting.record, counting.record, counting.correct, counting.skip,
        )  # fmt: skip
        with contextlib.suppress(Problem):
            doors[step[0] % len(doors)](*step[1:])
        keeping.book.read(self.world)
        self.found()


def definition(world: World, ref: str) -> dict[str, Any]:
    """The law a case is pinned to."""
    with world.store.read() as tx:
        ((hash_,),) = tx.all("SELECT definition FROM cases WHERE ref = :ref", ref=ref)
        return dict(policies.definition_by_hash(tx, hash_))


def holds(office: Whole) -> None:
    """Everything that is true of any office at any time."""
    with office.world.store.read() as tx:
        trail = everything(tx)
    steps_once(office.world, trail)
    nobody_in_their_own_case(office.world, trail)
    one_timer_each(office.world)
    somebody_answers(office)
    invariants(office.world)


def steps_once(world: World, trail: list[dict[str, Any]]) -> None:
    """A breach stands once in a run, and so does a step, but as often more as its ladder says that it is repeated."""
    told: Counter[tuple[str, str, str, int, int]] = Counter()
    for event in trail:
        if event["kind"] in {"clock.escalated", "clock.breached"}:
            data = event["data"]
            told[event["case"], event["kind"], data["clock"], data["run"], data.get("step", 0)] += 1
    for (ref, kind, clock, _, step), count in told.items():
        if count > 1:
            assert kind == "clock.escalated", (ref, clock)
            assert count <= 1 + _repeats(definition(world, ref), clock, step), (ref, clock, step)


def _repeats(law: dict[str, Any], clock: str, step: int) -> int:
    ladder = law["clocks"][clock]["ladder"]
    names = ladder["of"].values() if isinstance(ladder, dict) else [ladder]
    steps = [law["ladders"][name][step - 1] for name in names if name and len(law["ladders"][name]) >= step]
    return max((one["repeat"]["times"] for one in steps if one["repeat"]), default=0)


def nobody_in_their_own_case(world: World, trail: list[dict[str, Any]]) -> None:
    """Who did an act never did one it is kept apart from, in the same case; nor did a respondent decide."""
    done: dict[str, list[tuple[str, str]]] = {}
    opened: dict[str, dict[str, Any]] = {}
    for event in trail:
        ref, actor = event["case"], event["actor"]
        if event["kind"] == "case.opened":
            opened[ref] = event
        if event["kind"] != "case.acted" or actor is None:
            continue
        law = definition(world, ref)
        before = done.setdefault(ref, [])
        for term in law["actions"][event["action"]]["unless"]:
            if term["t"] == "same_person_as":
                assert (actor, term["action"]) not in before, event
            elif term["t"] == "opener":
                assert actor != opened[ref]["actor"], event
        if event["action"] in law.get("powers", {}).get("on", ()):
            assert actor != opened[ref]["data"]["fields"]["respondent"], event
        before.append((actor, event["action"]))


def one_timer_each(world: World) -> None:
    """What runs has the one next thing it will do; what stands still or is over has nothing left to do."""
    rows = world.rows(
        "SELECT c.ref, k.name, k.state, count(t.id) FROM clock k JOIN cases c ON c.id = k.case_id LEFT JOIN timer t "
        "ON t.case_id = k.case_id AND t.clock = k.name AND t.state = 'open' GROUP BY c.ref, k.name, k.state"
    )
    for ref, clock, state, open_ in rows:
        wanted = {"running": {1}, "breached": {0, 1}}.get(state, {0})
        assert open_ in wanted, (ref, clock, state, open_)


def somebody_answers(office: Whole) -> None:
    """`doctor` names exactly the open cases for which a clerk with the register on paper finds nobody."""
    world, book = office.world, office.keeping.book
    day = office.keeping.day(0)
    posted = {who for (who, _, _, since), (to, _) in book.posts.items() if since <= day <= to}
    posted |= {who for (who, _, since), to in book.charge.items() if since <= day <= to}
    with world.store.read() as tx:
        (named,) = [one.names for one in findings(tx) if one.name == "orphans"]
    expected = []
    for ref, unit, state in world.rows("SELECT ref, unit, state FROM cases WHERE closed_at IS NULL ORDER BY ref"):
        case, law = world.case(ref), definition(world, ref)
        asked = {role for act in law["actions"].values() if state in act["from"] for role in act["by"]}
        opener = next(event["actor"] for event in world.events(ref, "case.opened"))
        mine = {"owner": case["owner"], "opener": opener}
        found = any(who in posted for role, who in mine.items() if role in asked)
        roles = asked - {"owner", "opener", "party", "system"} or {"unit_head", "direct", "first", "office"}
        found = found or any(book.answers(role, unit, day) for role in roles)
        owed = [
            clock
            for clock in case["clocks"]
            if clock["state"] in {"running", "breached"} and law["clocks"][clock["name"]]["holders"]
        ]
        if not found or any(not clock["holders"] for clock in owed):
            expected.append(ref)
    assert sorted(named) == expected
