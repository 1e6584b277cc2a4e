"""Who answers for a unit on a day: roles, looked up the tree, with deputies. Nothing here changes anything.

A post is looked up in the unit, then upward to its body; `seats` reads and remembers who sits there.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from workflow.seats import ANYWHERE, POSTS, Recall, Seat, Tier, recall
from workflow.store.tx import Tx

Aliases = Mapping[str, list[str]]

ALIASES: Aliases = {"reviewer": ["member_in_charge", "direct"], "decider": ["direct", "first"]}
ONE_ANSWERS = ("first", "direct", "unit_head", "member_in_charge", "chair")  # two at once is reported, not hidden
_PERSON = re.compile(r"p_[0-9a-f]{20}")


def is_person(value: str) -> bool:
    """Whether this is an opaque person id; no unit code may look like one."""
    return _PERSON.fullmatch(value) is not None


def persons_in(text: str) -> set[str]:
    """The opaque ids that a text, such as the canon of an event, names."""
    return set(_PERSON.findall(text))


class Holder(NamedTuple):
    """Somebody who answers now; ``for_`` is the absent holder whom this person stands in for."""

    person: str
    post: str
    unit: str
    for_: str | None
    why: str  # posting | acting | portfolio | deputy | owner | opener | party


class Parts(NamedTuple):
    """The persons of a case; ``respondent`` is a person id or a unit code."""

    owner: str | None = None
    opener: str | None = None
    respondent: str | None = None


class Standing:
    """Who answers around one unit on one day. Valid inside the transaction it was asked in."""

    __slots__ = ("_absences", "_chain", "_day", "_recall", "on", "unit")

    def __init__(self, recall: Recall, unit: str, on: date) -> None:
        self.unit = unit
        self.on = on
        self._day = on.isoformat()
        self._recall = recall
        self._chain = recall.chain(unit, self._day)
        self._absences = recall.absences(self._day)

    @property
    def body(self) -> str:
        """The code of the body this unit belongs to (the top unit where none above is a body)."""
        return self._chain[self._end(0)].code

    @property
    def superior(self) -> str | None:
        """The code of the next body upward."""
        above = self._above(0)
        return None if above is None else self._chain[above].code

    @property
    def above(self) -> str | None:
        """The code of the body that the unit belongs to; of a body that of the next one upward."""
        over = self._over(0)
        return None if over is None else self._chain[over].code

    @property
    def zone(self) -> str | None:
        """The zone of the unit, or of the nearest above it that has one."""
        return next((tier.zone for tier in self._chain if tier.zone), None)

    @property
    def calendar(self) -> str | None:
        """The calendar of the unit, or of the nearest above it that has one."""
        return next((tier.calendar for tier in self._chain if tier.calendar), None)

    def holders(self, role: str, parts: Parts, aliases: Aliases) -> list[Holder]:
        """Who answers in this role, deputies in place of the absent; each person once, seniors first."""
        seats = self._seats(role, parts, aliases)
        present = [seat.person if seat.why == "party" else self._present(seat.person) for seat in seats]
        here = {seat.person for seat, person in zip(seats, present, strict=True) if person == seat.person}
        found: dict[str, Holder] = {}
        for seat, person in zip(seats, present, strict=True):
            if person is None or person in found:
                continue
            if person == seat.person:
                found[person] = Holder(person, seat.post, seat.unit, None, seat.why)
            elif person not in here:  # one's own post goes before standing in for another's
                found[person] = Holder(person, seat.post, seat.unit, seat.person, "deputy")
        return list(found.values())

    def incumbents(self, role: str, parts: Parts, aliases: Aliases) -> list[Holder]:
        """Who holds this role, present or not, seniors first: the posts' own holders, never a deputy."""
        found: dict[str, Holder] = {}
        for seat in self._seats(role, parts, aliases):
            found.setdefault(seat.person, Holder(seat.person, seat.post, seat.unit, None, seat.why))
        return list(found.values())

    def posts_of(self, person: str) -> list[tuple[str, str]]:
        """(post, unit) of what this person holds in the unit or above it, the nearest first."""
        seats = [one for tier in self._chain for held in tier.posts.values() for one in held]
        return [(one.post, one.unit) for one in seats if one.person == person and one.on(self._day)]

    def why_empty(self, role: str, parts: Parts, aliases: Aliases) -> str:
        """Why `holders` is empty: ``on-leave`` when somebody holds the role but is absent, else ``vacant``."""
        return "on-leave" if self._seats(role, parts, aliases) else "vacant"

    def double(self, role: str) -> bool:
        """Whether two people are named at once where one answers; an acting holder is named beside the absent."""
        if role.rpartition(".")[2] not in ONE_ANSWERS:
            return False
        seats = self._seats(role, Parts(), {})
        if role.endswith("member_in_charge"):  # leaders who are that for the whole body share it on purpose
            seats = [seat for seat in seats if seat.why == "portfolio"]
        return len({seat.person for seat in seats if seat.why != "acting"}) > 1

    def held(self, person: str, roles: Iterable[str], parts: Parts, aliases: Aliases) -> dict[str, str | None]:
        """The roles this person may act in: None in own right (absent or not), else the person stood for."""
        held: dict[str, str | None] = {}
        for role in roles:
            seats = self._seats(role, parts, aliases)
            if any(seat.person == person for seat in seats):
                held[role] = None
                continue
            for seat in seats:
                if seat.why != "party" and person in self._line(seat.person):
                    held[role] = seat.person
                    break
        return held

    def _seats(self, role: str, parts: Parts, aliases: Aliases) -> list[Seat]:
        found = self._find(role, 0, parts, aliases, frozenset())
        return sorted(found, key=lambda seat: seat.order) if len(found) > 1 else found

    def _find(self, role: str, start: int, parts: Parts, aliases: Aliases, inside: frozenset[str]) -> list[Seat]:
        if role.startswith("superior."):
            above = self._above(start)
            if above is None:
                return []
            return self._find(role.removeprefix("superior."), above, parts, aliases, frozenset())
        if role.startswith("above."):
            over = self._over(start)
            return [] if over is None else self._find(role.removeprefix("above."), over, parts, aliases, frozenset())
        if role not in inside and (parts_of := aliases.get(role) or ALIASES.get(role)):
            within = inside | {role}
            return [seat for part in parts_of for seat in self._find(part, start, parts, aliases, within)]
        match role:
            case "system":
                return []
            case "owner" | "opener":
                person = parts.owner if role == "owner" else parts.opener
                if person is None or start or self._recall.ended().get(person, self._day) < self._day:
                    return []  # whoever left all posts has left this one too, and nobody has it until it is given anew
                return [Seat(person, role, self.unit, role)]
            case "party":
                return self._party(parts.respondent) if parts.respondent and start == 0 else []
            case "member_in_charge":
                return self._in_charge(start) or self._upward(role, start)
        if role in POSTS and role not in ANYWHERE:
            return self._upward(role, start)
        return self._upward(role, start) or self._anywhere(role, start)

    def _upward(self, post: str, start: int) -> list[Seat]:
        """The holders of the first unit upward, body included, that has any."""
        for tier in self._chain[start : self._end(start) + 1]:
            if seats := self._heads(tier) if post == "unit_head" else self._sitting(tier, post):
                return seats
        return []

    def _heads(self, tier: Tier) -> list[Seat]:
        """The heads of one unit; a group is headed by its chair."""
        return self._sitting(tier, "unit_head") or (self._sitting(tier, "chair") if tier.kind == "group" else [])

    def _sitting(self, tier: Tier, post: str) -> list[Seat]:
        return [seat for seat in tier.posts.get(post, ()) if seat.on(self._day)]

    def _in_charge(self, start: int) -> list[Seat]:
        for tier in self._chain[start : self._end(start) + 1]:
            if seats := [seat for seat in tier.charge if seat.on(self._day)]:
                return seats
        return []

    def _anywhere(self, post: str, start: int) -> list[Seat]:
        """The holders in any unit of the body, bodies below it left out; of a post of one's own, in its groups."""
        wide = self._recall.wide(self._chain[self._end(start)].code, self._day)
        return [seat for seat in wide if seat.post == post and seat.on(self._day)]

    def _party(self, respondent: str) -> list[Seat]:
        """A respondent answers in person; for a body its first answers, for a unit its head, else the first."""
        if is_person(respondent):
            return [Seat(respondent, "party", self.unit, "party")]
        there = Standing(self._recall, respondent, self.on)
        own = there._chain[0]
        heads = [] if own.kind == "body" else there._heads(own)
        return heads or there._upward("first", 0)

    def _end(self, start: int) -> int:
        """Where a walk from here ends: at the body, else at the top."""
        for index in range(start, len(self._chain)):
            if self._chain[index].kind == "body":
                return index
        return len(self._chain) - 1

    def _above(self, start: int) -> int | None:
        for index in range(self._end(start) + 1, len(self._chain)):
            if self._chain[index].kind == "body":
                return index
        return None

    def _over(self, start: int) -> int | None:
        """The body that a unit belongs to; of a body the one above it."""
        end = self._end(start)
        return self._above(start) if end == start else end

    def _line(self, person: str) -> list[str | None]:
        """This person, and while the last one is absent, the deputy; None ends a line nobody stands at the end of."""
        line: list[str | None] = [person]
        last: str | None = person
        while last is not None:
            leave = next((x for x in self._absences.get(last, ()) if x[0] <= self._day <= x[1]), None)
            if leave is None:
                return line
            last = None if leave[2] in line else leave[2]
            line.append(last)
        return line

    def _present(self, person: str) -> str | None:
        return self._line(person)[-1] if person in self._absences else person


def standing(tx: Tx, unit: str, on: date) -> Standing:
    """Who answers around this unit on this day; NotFound for an unknown unit."""
    return Standing(recall(tx), unit, on)


def owners_of(standing: Standing, role: str, aliases: Aliases) -> list[Holder]:
    """Who owns what is opened for a role: of an alias the first role anybody holds, a unit's head before the body's."""
    for one in aliases.get(role, [role]):
        if found := standing.holders(one, Parts(), aliases):
            return found
    return []
