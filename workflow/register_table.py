"""One table of the register as a file would leave it, and the rows of it that stand at odds with each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

OPEN = "9999-12-31"

Key = tuple[str, ...]
RowOf = dict[str, Any]


@dataclass(slots=True)
class Table:
    """One table of the register: ``before`` as it is, ``rows`` as it would be, ``touched`` rows of the file."""

    rows: dict[Key, RowOf]
    before: Mapping[Key, RowOf]
    touched: dict[Key, str] = field(default_factory=dict)
    twice: list[tuple[str, str]] = field(default_factory=list)  # (where, where the first one stands)

    def lay(self, key: Key, new: RowOf, values: RowOf, where: str) -> None:
        """Lay a row of the file over what is there; what the file does not say stays."""
        if key in self.touched:
            self.twice.append((where, self.touched[key]))
            return
        self.rows[key] = (self.rows.get(key) or new) | values
        self.touched[key] = where


def grouped(
    table: Table, by: Callable[[Key], Key], also: Iterable[Key] = ()
) -> list[tuple[Key, list[tuple[RowOf, str]]]]:
    """The rows of every group the file touches, by first day, each with its place in the file ('' if not in it)."""
    wanted = {by(key) for key in table.touched} | set(also)
    keys = sorted((key for key in table.rows if by(key) in wanted), key=by)
    groups = []
    for group, members in groupby(keys, key=by):
        rows = [(table.rows[key], table.touched.get(key, "")) for key in members]
        groups.append((group, sorted(rows, key=lambda pair: (pair[0]["from_on"], pair[0]["person"]))))
    return groups


def collisions(
    rows: Iterable[tuple[RowOf, str]], declared: str = "", *, own: bool = True
) -> Iterator[tuple[RowOf, RowOf, str]]:
    """(row, the row it overlaps, where to say so); ``own``: of one person, else of two. Old quarrels are left alone."""
    active: list[tuple[RowOf, str]] = []
    for row, place in rows:
        active = [pair for pair in active if (pair[0]["to_on"] or OPEN) >= row["from_on"]]
        for held, earlier in active:
            where = place or earlier or declared
            if where and (own or held["person"] != row["person"]):
                yield row, held, where
                break
        active.append((row, place))


def about(row: RowOf, held: RowOf, login: Callable[[str], str]) -> dict[str, str]:
    """What the sentences about two rows at odds say."""
    return {
        "login": login(row["person"]),
        "other": login(held["person"]),
        "start": max(row["from_on"], held["from_on"]),
        "post": row.get("post", ""),
        "unit": row.get("unit", ""),
    }
