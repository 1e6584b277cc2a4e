"""What an office does with its register, drawn from numbers; and the register as a clerk would keep it on paper."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from support.world import World, admin

from states.errors import Problem
from workflow import policies, register
from workflow.drawn import standing_on
from workflow.leave import end_leave, set_leave
from workflow.look import Look
from workflow.register_file import read_register
from workflow.register_import import import_register, plan
from workflow.roles import Parts

LOGINS = ("wei", "pan", "qian", "zhao", "feng", "sun", "zhou", "li", "wang", "chen")
UNITS = ("province", "county", "safety", "data", "group")
POSTS = ("first", "direct", "unit_head", "member_in_charge", "office", "staff", "chair", "director")
ROLES = (
    *("first", "direct", "unit_head", "member_in_charge", "office", "inspector", "staff", "chair", "director"),
    *("reviewer", "decider", "leading_group", "superior.first", "superior.reviewer"),
)
MEANS = {
    "reviewer": ("member_in_charge", "direct"),
    "decider": ("direct", "first"),
    "leading_group": ("chair", "vice_chair", "member"),
    "group_office": ("director", "deputy_director"),
    "head": ("unit_head", "first"),
    "desk": ("unit_head", "office", "direct", "first"),
}
GIVEN = {"to": "county", "analysis": "a valve", "summary": "one hurt", "outcome": "repaired", "severity": "large"}
Answers = dict[tuple[str, str], frozenset[tuple[str, str | None]]]


class Book:
    """The register as a clerk would keep it on paper, and a slow second opinion of who answers; persons are logins."""

    def __init__(self, world: World) -> None:
        self.units: dict[str, list[tuple[str, str | None, str]]] = {}  # code -> (since, parent, kind)
        for code, parent, kind in world.rows("SELECT code, parent, kind FROM unit"):
            self.units[code] = [("", parent, kind)]
        self.posts: dict[tuple[str, str, str, str], tuple[str, bool]] = {}  # person, unit, post, from -> to, acting
        self.charge: dict[tuple[str, str, str], str] = {}
        self.leaves: list[list[Any]] = []  # person, from, to, deputy

    def read(self, world: World) -> None:
        """Postings and portfolios as they stand; the tree is kept by hand, because it has no days."""
        who = "JOIN person h ON h.id = x.person"
        self.posts = {
            (login, unit, post, since): (to or "9999-12-31", bool(acting))
            for login, unit, post, since, to, acting in world.rows(
                f"SELECT h.login, unit, post, from_on, to_on, acting FROM posting x {who}"
            )
        }
        self.charge = {
            (login, unit, since): to or "9999-12-31"
            for login, unit, since, to in world.rows(f"SELECT h.login, unit, from_on, to_on FROM portfolio x {who}")
        }
        self.leaves = [
            list(row)
            for row in world.rows(
                f"SELECT h.login, from_on, to_on, d.login FROM leave x {who} LEFT JOIN person d ON d.id = x.deputy"
            )
        ]

    def about(self, unit: str, day: str) -> tuple[str | None, str]:
        found = self.units[unit][0]
        for one in self.units[unit]:
            if one[0] <= day:
                found = one
        return found[1], found[2]

    def up(self, unit: str, day: str) -> list[str]:
        """The unit and what lies above it, its body the last."""
        line = [unit]
        while (above := self.about(line[-1], day))[1] != "body" and above[0]:
            line.append(above[0])
        return line

    def seats(self, role: str, unit: str, day: str) -> set[str]:
        line = self.up(unit, day)
        if role.startswith("superior."):
            above = self.about(line[-1], day)[0]
            while above and self.about(above, day)[1] != "body":
                above = self.about(above, day)[0]
            return self.seats(role.removeprefix("superior."), above, day) if above else set()
        if role in MEANS:
            return set().union(*(self.seats(part, unit, day) for part in MEANS[role]))
        if role == "member_in_charge":
            for code in line:
                if there := {who for (who, of, since), to in self.charge.items() if of == code and since <= day <= to}:
                    return there
        for code in line:
            if there := self.sitting(role, code, day):
                return there
            if (
                role == "unit_head"
                and self.about(code, day)[1] == "group"
                and (there := self.sitting("chair", code, day))
            ):
                return there
        if role in {"office", "inspector"} or role not in {*POSTS[:4], "staff"}:
            return set().union(
                *(
                    self.sitting(role, code, day)
                    for code in self.units
                    if self.up(code, day)[-1] == line[-1]
                    and (role in {"office", "inspector"} or self.about(code, day)[1] == "group")
                )
            )
        return set()

    def sitting(self, post: str, unit: str, day: str) -> set[str]:
        return {
            who
            for (who, of, name, since), (to, _) in self.posts.items()
            if (of, name) == (unit, post) and since <= day <= to
        }

    def line(self, person: str, day: str) -> list[str | None]:
        line: list[str | None] = [person]
        while line[-1] is not None:
            away = [leave for leave in self.leaves if leave[0] == line[-1] and leave[1] <= day <= leave[2]]
            if not away:
                break
            line.append(None if away[0][3] in line else away[0][3])
        return line

    def answers(self, role: str, unit: str, day: str) -> frozenset[tuple[str, str | None]]:
        """Pairs of who answers and for whom."""
        seats = self.seats(role, unit, day)
        last = {person: self.line(person, day)[-1] for person in seats}
        own = {person for person in seats if last[person] == person}
        found: set[str] = set(own)
        for person in seats:
            if last[person] is not None:
                found.add(str(last[person]))
        return frozenset((person, None if person in own else "somebody") for person in found)

    def held(self, person: str, role: str, unit: str, day: str) -> bool:
        return any(person in self.line(seat, day) for seat in self.seats(role, unit, day))


class Keeping:
    """Turns numbers into what an office does with its register. ``careful``: what an import may not change is asked."""

    careful = True

    def __init__(self, world: World) -> None:
        self.world = world
        world.register({"units": [{"code": "group", "parent": "county", "kind": "group"}]})
        self.book = Book(world)
        self.book.read(world)  # the first thing that happens may be that somebody ends
        self.refs: list[str] = []
        self.then: dict[str, Answers] = {}  # what was answered at the end of each day
        self.moved: set[str] = set()  # days on which the tree changed: what was done before it that day lay otherwise

    @property
    def today(self) -> date:
        return date.fromisoformat(self.world.now[:10])  # nine in the morning there and one at night in UTC are one day

    def day(self, offset: int) -> str:
        return (self.today + timedelta(days=offset)).isoformat()

    def answers(self, day: str, known: str | None = None) -> Answers:
        found: Answers = {}
        on, of = date.fromisoformat(day), date.fromisoformat(known) if known else None
        with self.world.store.read() as tx:
            aliases, look = register.aliases_of(tx), Look(tx)
            for unit in UNITS:
                there = standing_on(tx, unit, on, of)
                for role in ROLES:
                    holders = there.holders(role, Parts(), aliases)
                    found[unit, role] = frozenset(
                        (look.login(one.person) or "", one.for_ and "somebody") for one in holders
                    )
        return found

    def live(self, step: tuple[int, int, int, int]) -> None:
        doors = (self.post, self.pass_on, self.charge, self.away, self.back, self.move, self.wait, self.wait, self.act,
                 self.act, self.open)  # fmt: skip
        with contextlib.suppress(Problem):
            doors[step[0] % len(doors)](*step[1:])
        self.book.read(self.world)

    def bring(self, rows: dict[str, list[dict[str, Any]]], reason: str = "") -> None:
        """Import; whatever it says, days gone by answer as before, up to the first day the plan itself names."""
        days = [self.day(-1), self.day(-4), "2025-06-01"] if self.careful else []
        before = {day: self.answers(day) for day in days}
        since: list[str] = []

        def work(tx) -> None:
            planned = plan(tx, read_register(rows), reason=reason)
            since.extend(change.since for change in planned.changes if change.since)
            import_register(tx, planned, admin(tx), reason=reason)

        self.world.store.transact(work)
        first = min(since, default="9999")
        for day in days:
            if "2026-02-09" <= day < first:
                assert self.answers(day) == before[day], (rows, day)

    def post(self, a: int, b: int, c: int) -> None:
        """A posting from some day near today on, perhaps to another; perhaps of one that there is."""
        row: dict[str, Any] = {"person": LOGINS[a % 10], "unit": UNITS[b % 5], "post": POSTS[c % 8]}
        row |= {"from": self.day(a % 13 - 6), "acting": not b % 7}
        if c % 3:
            row["to"] = self.day(a % 13 - 6 + c % 30)
        self.bring({"postings": [row]}, reason="as it was" if b % 3 == 0 else "")

    def pass_on(self, a: int, b: int, c: int) -> None:
        """One who holds something ends on some day, and somebody else goes on with it."""
        rows = sorted(self.book.posts)
        if not rows:
            return
        person, unit, post, since = rows[a % len(rows)]
        last = self.day(b % 10 - 6)
        ended = {"person": person, "unit": unit, "post": post, "from": since, "to": max(last, since)}
        after = {"person": LOGINS[c % 10], "unit": unit, "post": post, "from": self.day(b % 10 - 5)}
        self.bring({"postings": [ended] + [after] * (after["person"] != person)}, reason="late" if c % 2 else "")

    def charge(self, a: int, b: int, c: int) -> None:
        row: dict[str, Any] = {"person": LOGINS[a % 10], "units": [UNITS[b % 5]]}
        if c % 2:
            row["from"] = self.day(c % 9 - 4)
        self.bring({"portfolios": [row]})

    def away(self, a: int, b: int, c: int) -> None:
        person, deputy = (self.world.who(login).actor or "" for login in (LOGINS[a % 10], LOGINS[b % 10]))
        first = self.today + timedelta(days=c % 4)
        last = first + timedelta(days=b % 9)
        other = deputy if c % 5 else None
        self.world.store.transact(lambda tx: set_leave(tx, admin(tx), person, first, last, deputy=other))

    def back(self, a: int, _b: int, c: int) -> None:
        person, day = self.world.who(LOGINS[a % 10]).actor or "", self.today - timedelta(days=c % 4)
        self.world.store.transact(lambda tx: end_leave(tx, admin(tx), person, day))

    def move(self, a: int, b: int, _c: int) -> None:
        code, parent = UNITS[1 + a % 4], UNITS[b % 5]
        kind = "group" if code == "group" else ("body", "unit")[b % 2] if code != "county" else "body"
        self.bring({"units": [{"code": code, "parent": parent, "kind": kind}]})
        self.book.units[code].append((self.day(0), parent, kind))
        self.moved.add(self.day(0))

    def wait(self, a: int, _b: int, _c: int) -> None:
        for _ in range(1 + a % 3):
            self.then[self.day(0)] = self.answers(self.day(0))
            self.world.fast_forward(days=1)

    def open(self, a: int, b: int, _c: int) -> None:
        unit = UNITS[1 + b % 3]
        if a % 2:
            self.refs.append(self.world.report(LOGINS[a % 10], unit=unit))
        else:
            self.refs.append(self.world.incident(("general", "large")[b % 2], LOGINS[a % 10], unit=unit))

    def act(self, a: int, b: int, _c: int) -> None:
        """Something that is offered, by somebody who may."""
        if not self.refs:
            return
        ref = self.refs[a % len(self.refs)]
        for number in range(10):
            login = LOGINS[(b + number) % 10]
            allowed = [row["name"] for row in self.world.case(ref, login)["actions"] if row["allowed"]]
            for action in allowed:
                given = {name: GIVEN[name] for name in _needs(self.world, ref, action) if name in GIVEN}
                with contextlib.suppress(Problem):
                    self.world.do(ref, action, login, file="paper", reason="so", **given)
                    return

    def acts(self) -> Iterator[tuple[str, str, str, list[str], str]]:
        """(actor, unit, day, the roles it was done in, ref) of each act on a day the tree stood still."""
        for ref in self.refs:
            for event in self.world.events(ref, "case.acted"):
                if event["actor"] and event["at"][:10] not in self.moved:
                    asked = _by(self.world, ref, event["action"])
                    roles = [role for role in event["data"]["roles"] if role in asked]
                    if "owner" not in roles:
                        yield event["actor"], self.world.case(ref)["unit"], event["at"][:10], roles, ref


def _spec(world: World, ref: str, action: str) -> dict[str, Any]:
    with world.store.read() as tx:
        ((hash_,),) = tx.all("SELECT definition FROM cases WHERE ref = :ref", ref=ref)
        spec: dict[str, Any] = policies.definition_by_hash(tx, hash_)["actions"][action]
        return spec


def _needs(world: World, ref: str, action: str) -> list[str]:
    return list(_spec(world, ref, action)["needs"])


def _by(world: World, ref: str, action: str) -> list[str]:
    return list(_spec(world, ref, action)["by"])
