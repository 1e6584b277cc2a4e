"""Hats one person should not wear at once in one body: `apart` of the policy, compared with the register."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from workflow.roles import Aliases

_LAST = "9999-12-31"


class Hat(NamedTuple):
    """One thing somebody holds from a day to a day; a portfolio counts as the post of a member in charge."""

    person: str
    unit: str
    post: str
    from_on: str
    to_on: str | None
    where: str = ""  # its place in a file, if it stands in one

    @property
    def last(self) -> str:
        return self.to_on or _LAST


class Both(NamedTuple):
    """Two hats of one person in one body that a policy keeps apart, and the first day both are worn."""

    body: str
    one: Hat
    other: Hat
    since: str


def posts_of(role: str, aliases: Aliases, inside: frozenset[str] = frozenset()) -> frozenset[str]:
    """The posts a role is held by: itself, or those that its alias leads to."""
    parts = aliases.get(role)
    if not parts or role in inside:
        return frozenset([role])
    return frozenset().union(*(posts_of(part, aliases, inside | {role}) for part in parts))


def together(
    hats: Iterable[Hat], body_of: Callable[[str], str], apart: Sequence[Sequence[str]], aliases: Aliases
) -> Iterator[Both]:
    """Every pair of hats that is worn at once against `apart`, each once, by person."""
    sets = [[posts_of(role, aliases) for role in group] for group in apart]
    wanted = frozenset().union(*(posts for group in sets for posts in group)) if sets else frozenset()
    worn: dict[tuple[str, str], list[Hat]] = {}
    for hat in hats:
        if hat.post in wanted:
            worn.setdefault((hat.person, body_of(hat.unit)), []).append(hat)
    for (_person, body), mine in sorted(worn.items()):
        for one, other in combinations(sorted(mine, key=_place), 2):
            since = max(one.from_on, other.from_on)
            if since <= min(one.last, other.last) and any(_against(group, one.post, other.post) for group in sets):
                yield Both(body, one, other, since)


def _place(hat: Hat) -> tuple[str, ...]:
    """Somebody may hold one post of a unit from one day on by posting and by portfolio: only their ends differ."""
    return hat.unit, hat.post, hat.from_on, hat.last, hat.where


def _against(group: Sequence[frozenset[str]], one: str, other: str) -> bool:
    """Whether the two posts belong to different hats of the group; a post of both is no quarrel with itself."""
    return one != other and any(
        (one in first and other in second) or (other in first and one in second)
        for first, second in combinations(group, 2)
    )


def hats_of(postings: Iterable[Mapping[str, Any]], portfolios: Iterable[Mapping[str, Any]]) -> Iterator[Hat]:
    """Rows of the register as hats."""
    for row in postings:
        yield Hat(row["person"], row["unit"], row["post"], row["from_on"], row["to_on"])
    for row in portfolios:
        yield Hat(row["person"], row["unit"], "member_in_charge", row["from_on"], row["to_on"])


def bodies(units: Mapping[str, Mapping[str, Any]]) -> Callable[[str], str]:
    """The body of a unit by rows {code: {parent, kind}}; the top where none is a body."""

    def body_of(unit: str) -> str:
        seen = {unit}
        while (row := units.get(unit)) and row["kind"] != "body" and row["parent"] and row["parent"] not in seen:
            unit = row["parent"]
            seen.add(unit)
        return unit

    return body_of
