"""A source text while it is read and checked: its flaws, and where in the text everything stands."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from states.errors import N_
from states.loader import Flaw, Place

Path = tuple[str | int, ...]

# What a name can fail to be: the sentence without and with a suggestion.
_UNKNOWN = {
    "key": (N_("`{name}` is not a key that may stand here."),
        N_("`{name}` is not a key that may stand here; did you mean `{near}`?")),
    "word": (N_("`{name}` may not stand here; it is one of: {known}."),
        N_("`{name}` may not stand here; did you mean `{near}`?")),
    "state": (N_("There is no state `{name}`."),
        N_("There is no state `{name}`; did you mean `{near}`?")),
    "action": (N_("There is no action `{name}`."),
        N_("There is no action `{name}`; did you mean `{near}`?")),
    "clock": (N_("There is no clock `{name}`."),
        N_("There is no clock `{name}`; did you mean `{near}`?")),
    "field": (N_("There is no field `{name}`."),
        N_("There is no field `{name}`; did you mean `{near}`?")),
    "choice": (N_("`{name}` is not among the choices: {known}."),
        N_("`{name}` is not among the choices; did you mean `{near}`?")),
    "ladder": (N_("There is no ladder `{name}`."),
        N_("There is no ladder `{name}`; did you mean `{near}`?")),
    "role": (N_("There is no role or post `{name}`."),
        N_("There is no role or post `{name}`; did you mean `{near}`?")),
    "term": (N_("`{name}` is not a condition; conditions are: {known}."),
        N_("`{name}` is not a condition; did you mean `{near}`?")),
    "anchor": (
        N_("Nothing is counted from `{name}`; write a field, opened, acted(ACTION), due(CLOCK) or breached(CLOCK)."),
        N_("Nothing is counted from `{name}`; did you mean `{near}`?")),
    "type": (N_("There is no case type `{name}`."),
        N_("There is no case type `{name}`; did you mean `{near}`?")),
    "link": (N_("No case is opened with the link `{name}`; links are: {known}."),
        N_("No case is opened with the link `{name}`; did you mean `{near}`?")),
    "calendar": (N_("There is no calendar `{name}`; known are: {known}."),
        N_("There is no calendar `{name}`; did you mean `{near}`?")),
    "zone": (N_("There is no time zone `{name}`."),
        N_("There is no time zone `{name}`; did you mean `{near}`?")),
}  # fmt: skip


class Sheet:
    """One source text while it is read: its flaws, and where each value of the outcome stands."""

    def __init__(self, root: Place) -> None:
        self.flaws: list[Flaw] = []
        self.places: dict[Path, Place] = {(): root}

    def place(self, path: Path) -> Place:
        """Where this value stands, or the nearest thing around it that has a place."""
        while path not in self.places:
            path = path[:-1]
        return self.places[path]

    def flaw(self, path: Path, code: str, message: str, **places: Any) -> None:
        self.flaws.append(self.place(path).flaw(code, message, **places))

    def unknown(self, path: Path, what: str, name: str, known: Iterable[str], *, code: str = "") -> None:
        """A flaw about a name that stands for nothing, with the nearest known one if any is like it at all."""
        words = list(known)
        near = get_close_matches(name, words, n=1, cutoff=0.6)
        plain, suggesting = _UNKNOWN[what]
        code = code or f"unknown-{what}"
        if near:
            self.flaw(path, code, suggesting, name=name, near=near[0])
        else:
            self.flaw(path, code, plain, name=name, known=", ".join(words))
