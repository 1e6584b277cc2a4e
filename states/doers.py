"""Who does an act, and who holds a limit: the roles the law names, or those it puts in their place in one case.

Two laws put others there. `powers`: over some respondents not those of this body decide, but those above it. `or_else`:
where everybody who holds a role of `by` is shut out of the act, others step in.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from states.vocabulary import CASE_ROLES, SUPERIOR

Definition = Mapping[str, Any]


def decides(definition: Definition, action: str) -> bool:
    """Whether this action decides about a respondent, so that it takes a power over that one."""
    table = definition.get("powers")
    return table is not None and action in table["on"]


def judges(definition: Definition, action: str) -> bool:
    """Whether this action decides about a respondent or investigates for a decision: nobody does it in the own case."""
    if decides(definition, action):
        return True
    apart = {"t": "same_person_as", "action": action}
    decisions = {effect["on"] for effect in definition.get("effects", ())}
    investigates = any(apart in definition["actions"][name]["unless"] for name in decisions)
    return investigates and "party" not in definition["actions"][action]["by"]


def doers(definition: Definition, action: str, powers: Sequence[str] | None, *, or_else: bool = False) -> list[str]:
    """The roles that may do an action; ``powers`` are those over the respondent, ``or_else`` whether others step in."""
    by = definition["actions"][action]["by"] if powers is None or not decides(definition, action) else powers
    return [*by, *(substitutes(definition, action, powers) if or_else else ())]


def substitutes(definition: Definition, action: str, powers: Sequence[str] | None) -> list[str]:
    """The roles that step in where everybody else is shut out; above those with power, where these sit above."""
    up = bodies_up(powers) if powers and decides(definition, action) else 0
    return [lifted(role, up) for role in definition["actions"][action].get("or_else", ())]


def bodies_up(roles: Sequence[str]) -> int:
    """So many bodies above the case all of these roles are held."""
    return min((role.count(SUPERIOR) for role in roles), default=0)


def lifted(role: str, up: int) -> str:
    """The same role so many bodies above; what the case itself gives stays."""
    return role if role in CASE_ROLES else SUPERIOR * up + role


def deciding(definition: Definition) -> frozenset[str]:
    """The roles that decide about respondents of this body, as the law writes them."""
    table = definition.get("powers")
    decisions = table["on"] if table else ()
    return frozenset(role for name in decisions for role in definition["actions"][name]["by"])


def gives(definition: Definition, roles: Sequence[str]) -> bool:
    """Whether these may be the roles with power over somebody: a line of the table or those who decide, or so above."""
    table = definition.get("powers")
    lines = [*table["about"].values(), sorted(deciding(definition))] if table else []
    ups = range(bodies_up(roles) + 1)
    return any(list(roles) == [lifted(role, up) for role in line] for line in lines for up in ups)


def empowered(definition: Definition, roles: Iterable[str], powers: Sequence[str] | None) -> list[str]:
    """These roles, with those who have the power in this case in the place of those who decide in others."""
    if powers is None:
        return list(roles)
    instead = deciding(definition)
    return list(dict.fromkeys(one for role in roles for one in (powers if role in instead else [role])))


def meets(definition: Definition, clock: str, action: str) -> bool:
    """Whether this act is what a limit is for: one that meets it, or, where none is named, leads on."""
    spec, found = definition["clocks"][clock], definition["actions"][action]
    if spec["met_by"] or action in spec["cancels"]:
        return action in spec["met_by"] and action not in spec["cancels"]
    here = {*spec["runs_in"], *spec["pauses_in"]}
    return found["to"] is not None and found["to"] not in here and not here.isdisjoint(found["from"])


def party_field(definition: Definition) -> str | None:
    """The field that names the party of a case: whom its grounds are about, else the first of that type."""
    if grounds := definition.get("grounds"):
        return str(grounds["whom"])
    return next((name for name, field in definition.get("fields", {}).items() if field["type"] == "party"), None)
