"""States as a graph: where a case can get from where."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def steps(definition: Mapping[str, Any], without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(from, to) for every action that moves a case, leaving out the actions named."""
    left_out = set(without)
    return [
        (state, action["to"])
        for name, action in definition["actions"].items()
        if name not in left_out and action["to"]
        for state in action["from"]
    ]


def reach(start: Iterable[str], along: Sequence[tuple[str, str]]) -> set[str]:
    """Every state that can be come to from these, these included."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting.extend(to for origin, to in along if origin == state)
    return found
