"""What is said about an event beside its content: who did it, what was written, where its stream stands.

Apart from `trail`, which hashes, because whoever only looks needs these and no hash.
"""

from typing import NamedTuple

NO_HASH = "0" * 64


class Head(NamedTuple):
    """Where a stream stands: the last number, its hash, its time."""

    n: int = 0
    hash: str = NO_HASH
    at: str = ""


class Written(NamedTuple):
    """An event that was appended: enough for a receipt and for the next head."""

    id: str
    stream: str
    n: int
    hash: str
    at: str

    @property
    def head(self) -> Head:
        return Head(self.n, self.hash, self.at)


class Who(NamedTuple):
    """Who acts: an opaque person id or None for the scheduler, for whom, and how the identity was established."""

    actor: str | None
    via: str
    behalf: str | None = None

    @property
    def persons(self) -> tuple[str, ...]:
        return tuple(person for person in (self.actor, self.behalf) if person)


SYSTEM = Who(None, "system")
