"""Which of the names for several roles a definition uses."""

from collections.abc import Iterable, Mapping
from typing import Any

from states.guards import roles_asked
from states.opens import roles_named
from states.vocabulary import bare


def roles_in_use(definition: Mapping[str, Any], aliases: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The aliases that this definition asks for, directly or through another alias, in order of name."""
    waiting = list(_roles_named(definition))
    found: dict[str, list[str]] = {}
    while waiting:
        role = bare(waiting.pop())
        if role in aliases and role not in found:
            found[role] = list(aliases[role])
            waiting.extend(aliases[role])
    return dict(sorted(found.items()))


def _roles_named(definition: Mapping[str, Any]) -> Iterable[str]:
    yield from roles_asked(definition)
    for action in definition["actions"].values():
        yield from action.get("tell", ())
    for clock in definition["clocks"].values():
        yield from clock["holders"]
        yield from (clock["extension"] or {}).get("approve", ())
    for opens in definition.get("opens", ()):
        yield from roles_named(opens)
    for ladder in definition["ladders"].values():
        for step in ladder:
            yield from step["tell"]
