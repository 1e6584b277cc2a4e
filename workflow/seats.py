"""What was read of the register, remembered under the head of its stream ``org`` while that stands.

Rows are read "from a day on", so that one reading serves every later day too.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from states.errors import N_, NotFound
from workflow.events import Head
from workflow.sql import event as event_sql
from workflow.sql import register as sql
from workflow.store.tx import Tx

T = TypeVar("T")

POSTS = ("first", "direct", "member_in_charge", "unit_head", "office", "inspector", "staff")
_RANK = {post: rank for rank, post in enumerate(POSTS)}
_UNGRADED = 1_000_000
ANYWHERE = frozenset({"office", "inspector"})  # looked for in every unit of the body; so is any post of a group


class Seat(NamedTuple):
    """A person's hold on something, deputies not yet considered. Level 1 is the highest; no level comes last."""

    person: str
    post: str
    unit: str
    why: str
    from_on: str = ""
    to_on: str | None = None
    order: tuple[int, int, int, str, str] = (-1, 0, 0, "", "")

    def on(self, day: str) -> bool:
        return self.from_on <= day and (self.to_on is None or self.to_on >= day)


class Tier(NamedTuple):
    """One unit of the chain: who sits in its posts, and in whose portfolio it lies."""

    code: str
    parent: str | None
    kind: str
    zone: str | None
    calendar: str | None
    posts: dict[str, list[Seat]]
    charge: list[Seat]


Absences = Mapping[str, list[tuple[str, str, str | None]]]  # person -> (from, to, deputy)


_LIMIT = 8192
_kept: dict[tuple[str, str, str], tuple[str, object]] = {}  # (head, what, name) -> (read from this day on, value)


class Recall:
    """Reads the register, or remembers what was read of it under the same head."""

    __slots__ = ("head", "tx")

    def __init__(self, tx: Tx, head: str | None) -> None:
        self.tx = tx
        self.head = head

    def chain(self, unit: str, day: str) -> list[Tier]:
        """The unit and everything above it."""
        chain: list[Tier] = []
        code: str | None = unit
        while code is not None:
            tier = self._known("tier", code, day)
            if not isinstance(tier, Tier):
                chain = self._read_chain(unit, day)
                self._keep("tier", day, {tier.code: tier for tier in chain})
                return chain
            chain.append(tier)
            code = tier.parent
        return chain

    def wide(self, body: str, day: str) -> list[Seat]:
        """Everybody in the posts looked for in the whole body."""
        return self._remember("wide", body, day, self._read_wide)

    def absences(self, day: str) -> Absences:
        return self._remember("absences", "", day, self._read_absences)

    def ended(self) -> Mapping[str, str]:
        """Of everybody whose posts and portfolios all have a last day: the last of these days."""
        return self._remember("ended", "", "", self._read_ended)

    def _remember(self, what: str, name: str, day: str, read: Callable[[str, str], T]) -> T:
        known = self._known(what, name, day)
        if known is None:
            known = read(name, day)
            self._keep(what, day, {name: known})
        return known  # type: ignore[return-value]  # `what` names one type of value

    def _known(self, what: str, name: str, day: str) -> object | None:
        found = _kept.get((self.head, what, name)) if self.head else None
        return found[1] if found and found[0] <= day else None

    def _keep(self, what: str, day: str, values: Mapping[str, object]) -> None:
        if self.head is None or (self.tx.locks_rows and self.tx.one(sql.VERSION) != (self.head,)):
            return  # another transaction changed the register between our two statements
        if len(_kept) >= _LIMIT:
            _kept.clear()
        _kept.update({(self.head, what, name): (day, value) for name, value in values.items()})

    def _read_chain(self, unit: str, day: str) -> list[Tier]:
        chain: list[Tier] = []
        rows = self.tx.all(sql.CHAIN, unit=unit, since=day)
        for depth, code, parent, kind, zone, calendar, post, person, login, from_on, to_on, acting, level in rows:
            if depth == len(chain):
                chain.append(Tier(code, parent, kind, zone, calendar, {}, []))
            tier = chain[depth]
            if post == "":
                tier.charge.append(seat(person, login, "member_in_charge", code, from_on, to_on, "portfolio", level))
            elif post is not None:
                why = "acting" if acting else "posting"
                held = seat(person, login, post, code, from_on, to_on, why, level)
                tier.posts.setdefault(post, []).append(held)
        if not chain:
            raise NotFound(
                "There is no unit {unit} in the register.", hint=N_("`duecourse org tree` lists the units."), unit=unit
            )
        return chain

    def _read_wide(self, body: str, day: str) -> list[Seat]:
        return [
            seat(person, login, post, unit, from_on, to_on, "acting" if acting else "posting", level)
            for unit, post, person, login, from_on, to_on, acting, level in self.tx.all(sql.WIDE, body=body, since=day)
        ]

    def _read_ended(self, _name: str, _day: str) -> Mapping[str, str]:
        return dict(self.tx.all(sql.ENDED))

    def _read_absences(self, _name: str, day: str) -> Absences:
        absences: dict[str, list[tuple[str, str, str | None]]] = {}
        for person, deputy, from_on, to_on in self.tx.all(sql.ABSENT, since=day):
            absences.setdefault(person, []).append((from_on, to_on, deputy))
        return absences


def seat(  # noqa: PLR0917  # a row of the database, in the order it comes
    person: str, login: str, post: str, unit: str, from_on: str, to_on: str | None, why: str, level: int | None
) -> Seat:
    grade = _UNGRADED if level is None else level
    order = (grade, _RANK.get(post, len(POSTS)), int(why == "acting"), login, unit)
    return Seat(person, post, unit, why, from_on, to_on, order)


def recall(tx: Tx) -> Recall:
    """The register as this transaction sees it."""
    head = tx.one(sql.VERSION)
    return Recall(tx, head[0] if head else None)


def hold(tx: Tx) -> Head:
    """The register's head, which nobody else can move until this transaction ends: for changes that check first."""
    row = tx.one(event_sql.HEAD_LOCK if tx.locks_rows else event_sql.HEAD, name="org")
    return Head(*row) if row else Head()
