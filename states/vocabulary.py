"""The roles everybody knows, and which of them a definition uses."""

from collections.abc import Iterable, Mapping
from typing import Any

from states.guards import roles_asked
from states.opens import roles_named

CASE_ROLES = frozenset({"owner", "opener", "system", "party"})  # given by the case itself
UPWARD = ("superior.", "above.")  # of the next body upward; of the body a unit belongs to, or of a body the next one
POSTS = frozenset({"first", "direct", "member_in_charge", "unit_head", "office", "inspector", "staff"})
BUILT_IN_ALIASES: Mapping[str, list[str]] = {"reviewer": ["member_in_charge", "direct"], "decider": ["direct", "first"]}

# Kinds of field that hold several values, and those whose value enters the trail only as a commitment.
LISTS = frozenset({"units", "posts", "persons"})
PRIVATE = frozenset({"text", "persons"})
# Kinds of field by which two cases may be told apart: facts, neither words nor persons.
COMPARABLE = ("choice", "flag", "int", "date", "time", "unit", "ref")

# A ground is a failure to do something. There is none for what somebody says, thinks or believes; none can be added.
GROUNDS = ("not-done", "late", "step-skipped", "false-record", "not-led", "consequence")
RESPONDENTS = ("body", "first", "direct", "member_in_charge")  # bodies and leaders, unless the law says otherwise
ANYBODY = "any"
MONTHS: Mapping[str, int] = {"year": 12, "half-year": 6, "quarter": 3, "month": 1}  # of the windows of a duty

# Option names of every command that changes something: a field of that name could not be given.
TAKEN_OPTIONS = frozenset(
    {
        "home", "db", "as", "lang", "format", "no-input", "yes", "quiet", "debug", "reason", "key", "expect", "dry-run",
        "sign", "file", "title", "unit", "owner", "limit", "after", "help",
    }
)  # fmt: skip


def bare(role: str) -> str:
    """The name of a role that is looked up further up, at whatever body."""
    for upward in UPWARD:
        if role.startswith(upward):
            return role.removeprefix(upward)
    return role


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
