"""What can go wrong, said once: each problem is one sentence for the person who typed the command.

The message and the hint are gettext source strings with ``{named}`` places; `cli` translates them and
turns the class into an exit code. Everything below `cli` raises these and never prints.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple


def N_(text: str) -> str:
    """Mark a source string for the catalogue; it is translated where it is shown."""
    return text


class Phrase(NamedTuple):
    """A part of a sentence that is translated before it is put in its place; ``places`` may hold phrases, too."""

    text: str
    places: Mapping[str, Any]

    def __str__(self) -> str:
        return self.text.format(**self.places)


class Problem(Exception):
    """A refusal or failure: ``code`` for machines, ``message`` and ``hint`` for people, ``where`` a place."""

    code = "failed"

    def __init__(self, message: str, *, hint: str = "", where: str = "", **places: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where
        self.places = places

    def __str__(self) -> str:
        return self.message.format(**self.places) if self.places else self.message


class Failed(Problem):
    """Something outside our rules broke: disk, permission of the operating system, a bug."""

    code = "failed"


class Usage(Problem):
    """The words are wrong: unknown type, action, option or key; missing or ill-typed value."""

    code = "usage"


class NotFound(Problem):
    """No such case, unit, person, event, calendar."""

    code = "not-found"


class NotPermitted(Problem):
    """This person may not: no identity, role, four eyes, conflict of interest."""

    code = "not-permitted"


class NotNow(Problem):
    """Not in this state, or a guard, a reason or evidence is missing."""

    code = "not-now"


class Conflict(Problem):
    """Somebody was faster, holds the lock, or the same key came with other arguments."""

    code = "conflict"


class Integrity(Problem):
    """The trail or a file does not match what was recorded."""

    code = "integrity"


class Invalid(Problem):
    """A policy, import file, configuration or database is not valid (or foreign, or newer)."""

    code = "invalid"


class Outside(Problem):
    """Something outside (mail server, database server) did not answer; trying later may help."""

    code = "outside"
