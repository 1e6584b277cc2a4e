"""When the posts of the register are held and when they are vacant, day by day, whoever holds them.

Days are texts ``YYYY-MM-DD``; a span goes from its first day to the day before its end, "" for no end in sight.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.trees import ENDLESS, Tree, posts_known

IN_CHARGE = "member_in_charge"


class Span(NamedTuple):
    """Days without a break; ``end`` is the first day after it."""

    first: str
    end: str

    def holds(self, day: str) -> bool:
        return self.first <= day < self.end


class Posting(NamedTuple):
    """Somebody's hold on a post, or on what lies in a portfolio."""

    person: str
    first: str
    end: str
    acting: bool


class Tenures:
    """Everything the register knows of holders, past and to come. A leader holds `member_in_charge` by portfolio too:
    of each unit in it, and of the body each of these units belonged to at the time."""

    def __init__(self, tx: Tx, trees: Sequence[Tree]) -> None:
        self._postings: dict[tuple[str, str], list[Posting]] = {}
        self._first: dict[str, str] = {}
        for unit, post, person, first, last, acting in tx.all(sql.POSTINGS):
            self._take(unit, post, Posting(person, first, _after(last), bool(acting)))
            self._first[unit] = min(first, self._first.get(unit, first))
        for unit, person, first, last in tx.all(sql.PORTFOLIOS):
            self._take(unit, IN_CHARGE, Posting(person, first, _after(last), False))
            for tree in trees:
                held = Posting(person, max(first, tree.first), min(_after(last), tree.end), False)
                if held.first < held.end and unit in tree.units and (body := tree.body(unit)) != unit:
                    self._take(body, IN_CHARGE, held)
        self._new = posts_known(tx)
        self.known: set[tuple[str, str]] = {*tx.all(sql.POSTS), *self._postings}

    def _take(self, unit: str, post: str, posting: Posting) -> None:
        self._postings.setdefault((unit, post), []).append(posting)

    def first_day(self, unit: str) -> str:
        """The first day on which anybody held a post in this unit; "" where nobody ever did."""
        return self._first.get(unit, "")

    def held(self, unit: str, post: str) -> list[Span]:
        """The days on which anybody holds it, acting or not."""
        return next(iter(self.seats(unit, post)), [])

    def seats(self, unit: str, post: str) -> list[list[Span]]:
        """As many seats as the post ever has holders at once; an acting holder takes the place of one who is missing.

        The n-th seat is taken on the days on which there are at least n holders.
        """
        found = self._postings.get((unit, post), [])
        days = sorted({day for one in found for day in (one.first, one.end)})
        seats: list[list[Span]] = []
        for first, end in pairwise(days):
            for number in range(_holders(found, first)):
                if number == len(seats):
                    seats.append([])
                _lengthen(seats[number], Span(first, end))
        return seats

    def vacant(self, unit: str, post: str, since: str) -> list[Span]:
        """The days from a day on, on which nobody holds a post that the unit has; none for a post it never had.

        Before its first holder a post is vacant from the day on which the register first named it.
        """
        if (unit, post) not in self.known:
            return []
        gaps: list[Span] = []
        day = max(since, self._new.get((unit, post), ""))
        for span in self.held(unit, post):
            if span.end <= day:
                continue
            if span.first > day:
                gaps.append(Span(day, span.first))
            day = span.end
        return [*gaps, Span(day, ENDLESS)] if day < ENDLESS else gaps

    def appointments(self, unit: str, post: str, since: str) -> list[tuple[str, int, str]]:
        """(day, number, person) of each new holder from a day on who is not acting; several on a day are numbered.

        Who goes on without a break is not new.
        """
        found = [one for one in self._postings.get((unit, post), []) if not one.acting]
        begun = sorted(
            {
                (one.first, one.person)
                for one in found
                if one.first >= since
                and not any(o.person == one.person and o.first < one.first <= o.end for o in found)
            }
        )
        numbers: dict[str, int] = {}
        rows = []
        for day, person in begun:
            numbers[day] = numbers.get(day, 0) + 1
            rows.append((day, numbers[day], person))
        return rows

    def holders(self, unit: str, post: str, day: str) -> list[str]:
        """Who holds it on a day, in the order of their seats: those who are not acting first, and who came first."""
        here = [one for one in self._postings.get((unit, post), []) if one.first <= day < one.end]
        here.sort(key=lambda one: (one.acting, one.first, one.person))
        return list(dict.fromkeys(one.person for one in here))


def _holders(found: Iterable[Posting], day: str) -> int:
    here = [one for one in found if one.first <= day < one.end]
    regular = {one.person for one in here if not one.acting}
    return len(regular) or min(1, len(here))


def _lengthen(spans: list[Span], more: Span) -> None:
    if spans and spans[-1].end == more.first:
        spans[-1] = Span(spans[-1].first, more.end)
    else:
        spans.append(more)


def _after(last: str | None) -> str:
    """The day after the last one; the last day there is (9999-12-31) says "for ever" as no day does."""
    return (date.fromisoformat(last) + timedelta(days=1)).isoformat() if last and last < ENDLESS else ENDLESS
