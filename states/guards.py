"""What may happen now: guards as pure functions over a compiled definition and the facts of one case.

The transition machine and the question "what may I do?" both ask `refusal`, so they cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from states.doers import decides, doers, judges
from states.errors import N_, NotNow, NotPermitted, Phrase, Problem, Usage

Definition = Mapping[str, Any]
Term = Mapping[str, Any]


@dataclass(slots=True)
class Facts:
    """What the guards may know of one case and one actor at one moment; persons are opaque ids."""

    state: str
    roles: frozenset[str] = frozenset()  # as written in the definition: aliases and superior.X included
    who: tuple[str, ...] = ()  # the actor and the person stood for, if any
    acted: Mapping[str, Sequence[str]] = field(default_factory=dict)  # action -> everybody who ever did it here
    opener: str | None = None
    opened_for: str | None = None  # whom the opener stood for, where an act asks
    given: Mapping[str, object] = field(default_factory=dict)
    files: int = 0
    reason: str = ""
    clocks: Mapping[str, str | None] = field(default_factory=dict)
    overdue: frozenset[str] = frozenset()  # names of clocks past due
    system: bool = False  # a clock acts, nobody else
    powers: Sequence[str] | None = None  # roles with power over this respondent, where the law names any; none: []
    or_else: frozenset[str] = frozenset()  # acts whose regular doers are all shut out, so that others step in
    stands_in: frozenset[str] = frozenset()  # of `roles`, those held only in the place of somebody else
    closed: frozenset[str] = frozenset()  # link words of which every linked case is closed
    on_record: bool = False  # it was done: asked is whether it could ever have been, by an older program, too


def roles_asked(definition: Definition) -> frozenset[str]:
    """Every role an action of this definition asks about, as written; `system` is nobody's role and left out."""
    asked: set[str] = set()
    for action in definition["actions"].values():
        asked.update((*action["by"], *action.get("or_else", ())))
        for term in (*action["unless"], *(term for item in action["when"] for term in item)):
            inner = innermost(term)
            if inner["t"] == "role":
                asked.add(inner["role"])
    if table := definition.get("powers"):
        asked.update(("party", *(role for roles in table["about"].values() for role in roles)))
    return frozenset(asked - {"system"})


def roles_against(definition: Definition, action: str) -> frozenset[str]:
    """The roles that may shut somebody out of this action, whether held by the actor or by the one stood for."""
    terms = [innermost(term) for term in definition["actions"][action]["unless"]]
    named = frozenset(term["role"] for term in terms if term["t"] == "role")
    return named | {"party"} if judges(definition, action) else named


def opener_asked(definition: Definition, action: str) -> bool:
    """Whether an action asks who opened the case."""
    found = definition["actions"].get(action, {"unless": (), "when": ()})
    terms = (*found["unless"], *(term for item in found["when"] for term in item))
    return any(innermost(term)["t"] == "opener" for term in terms)


def links_asked(definition: Definition, action: str | None = None) -> frozenset[str]:
    """The link words whose cases an action (or any) asks to be closed; only types that open others may ask."""
    if not definition.get("opens"):
        return frozenset()
    actions = [definition["actions"][action]] if action else definition["actions"].values()
    terms = (
        innermost(term)
        for found in actions
        for term in (*found["unless"], *(term for item in found["when"] for term in item))
    )
    return frozenset(term["link"] for term in terms if term["t"] == "closed")


def fired_by_clocks(definition: Definition) -> frozenset[str]:
    """Actions that a clock does by itself, at its breach (`then`) or on a step of its ladder (`do`)."""
    fired: set[str] = set()
    for clock in definition["clocks"].values():
        if clock["then"]:
            fired.add(clock["then"])
        for ladder in ladders_of(clock):
            fired.update(step["do"] for step in definition["ladders"].get(ladder, ()) if step["do"])
    return frozenset(fired)


def ladders_of(clock: Mapping[str, Any]) -> list[str]:
    """The ladders this clock may climb: none, its one ladder, or one for each choice of the grading field."""
    ladder = clock["ladder"]
    if ladder is None:
        return []
    return [ladder] if isinstance(ladder, str) else [name for name in ladder["of"].values() if name]


def refusal(definition: Definition, action: str, facts: Facts, *, asking: bool = False) -> Problem | None:
    """Why this act is refused, or None; `asking` leaves out what can still be supplied with the act."""
    found = definition["actions"].get(action)
    if found is None:
        return _unknown(definition, action)
    if facts.state not in found["from"]:
        return _wrong_state(definition, action, facts)
    by = doers(definition, action, facts.powers, or_else=action in facts.or_else)
    return (
        _wrong_role(definition, action, by, facts)
        or _deputised(action, found, by, facts)
        or _excluded(action, found, by, facts)
        or _waiting(action, found, facts)
        or (None if asking else _incomplete(action, found, facts))
    )


def offered(definition: Definition, facts: Facts) -> list[dict[str, Any]]:
    """The actions that leave (or stay in) the present state, in the order of the definition, each with why not."""
    rows: list[dict[str, Any]] = []
    for name, action in definition["actions"].items():
        if facts.state in action["from"]:
            why_not = refusal(definition, name, facts, asking=True)
            rows.append(
                {"name": name, "to": action["to"] or facts.state, "allowed": why_not is None, "why_not": why_not}
            )
    return rows


def holds(term: Term, facts: Facts) -> bool:
    """Whether one compiled term of `unless` or `when` is true of these facts."""
    match term["t"]:
        case "same_person_as":
            return not set(facts.who).isdisjoint(facts.acted.get(term["action"], ()))
        case "opener":
            return not {facts.opener, facts.opened_for}.isdisjoint(facts.who)
        case "role":
            return term["role"] in facts.roles
        case "acted":
            return term["action"] in facts.acted  # by nobody where a clock did it
        case "overdue":
            return term["clock"] in facts.overdue or facts.clocks.get(term["clock"]) in {"overdue", "breached"}
        case "met":
            return facts.clocks.get(term["clock"]) == "met"
        case "closed":
            return term["link"] in facts.closed
        case "not":
            return not holds(term["of"], facts)
    raise AssertionError(term)  # the compiler makes no other term


def innermost(term: Term) -> Term:
    """The condition inside all its `not`s."""
    while term["t"] == "not":
        term = term["of"]
    return term


def term_text(term: Term) -> str:
    """The term as a policy writes it, e.g. ``not same_person_as(submit)``."""
    match term["t"]:
        case "not":
            return f"not {term_text(term['of'])}"
        case "opener":
            return "opener"
        case "role":
            return str(term["role"])
    return f"{term['t']}({term.get('action') or term.get('clock') or term.get('link')})"


def _unknown(definition: Definition, action: str) -> Problem:
    from difflib import get_close_matches  # only a slip of the pen needs it

    near = get_close_matches(action, definition["actions"], n=1)
    if near:
        return Usage(
            "There is no action {action} in {type}.",
            hint=N_("Did you mean {near}?"),
            action=action,
            type=definition["case"],
            near=near[0],
        )
    return Usage(
        "There is no action {action} in {type}.",
        hint=N_("Its actions are: {actions}."),
        action=action,
        type=definition["case"],
        actions=", ".join(definition["actions"]),
    )


def _wrong_state(definition: Definition, action: str, facts: Facts) -> Problem:
    here = offered(definition, facts)
    allowed = [row["name"] for row in here if row["allowed"]]
    if allowed:
        hint = N_("What you may do now: {allowed}.")
    elif here:
        allowed = [row["name"] for row in here]
        hint = N_("What others may do now: {allowed}.")
    else:
        hint = N_("Nothing leads on from this state; the case is closed.")
    return NotNow(
        "{action} is not possible while the case is {state}.",
        hint=hint,
        action=action,
        state=facts.state,
        allowed=", ".join(allowed),
    )


def _wrong_role(definition: Definition, action: str, by: Sequence[str], facts: Facts) -> Problem | None:
    if facts.system:
        by = definition["actions"][action]["by"]
        if "system" in by or action in fired_by_clocks(definition):
            return None
        return NotPermitted(
            "{action} is not something the scheduler may do.",
            hint=N_("It is for: {roles}."),
            action=action,
            roles=", ".join(by),
        )
    not_theirs = decides if facts.on_record else judges  # of old, who was charged could investigate
    if "party" in facts.roles and not_theirs(definition, action):
        return NotPermitted(
            "{action} is about you, and nobody decides in their own case.",
            hint=N_("Somebody else has to do it: {roles}."),
            action=action,
            roles=", ".join(by) or "-",
        )
    if not by:
        return NotPermitted(
            "{action} is outside the powers of this body: the respondent belongs to another one.",
            hint=N_("Open the case in a unit of the respondent's body, or of one above it."),
            action=action,
        )
    if facts.roles.isdisjoint(role for role in by if role != "system"):
        return NotPermitted(
            "{action} is for {roles}, and you hold none of these roles in this case.",
            hint=N_("Ask one of them to act, or have the register put right."),
            action=action,
            roles=", ".join(by),
        )
    return None


def _deputised(action: str, found: Mapping[str, Any], by: Sequence[str], facts: Facts) -> Problem | None:
    """Some acts are reserved to whoever holds the post: nobody does them in another's place."""
    if not found.get("in_person") or not facts.roles.isdisjoint(set(by) - facts.stands_in):
        return None
    return NotPermitted(
        "{action} is done in person by {roles}, and you hold no such role yourself: a deputy cannot do it.",
        hint=N_("Whoever is absent may still do it; an acting holder of the post may, too."),
        action=action,
        roles=", ".join(by),
    )


def _excluded(action: str, found: Mapping[str, Any], by: Sequence[str], facts: Facts) -> Problem | None:
    for term in found["unless"]:
        if not holds(term, facts):
            continue
        others = N_("Somebody else has to do it: {roles}.")
        roles = ", ".join(by)
        match term["t"]:
            case "same_person_as":
                return NotPermitted(
                    "You have done {done} in this case, and whoever did that may not do {action}.",
                    hint=others,
                    action=action,
                    done=term["action"],
                    roles=roles,
                )
            case "opener":
                return NotPermitted(
                    "You opened this case, and whoever opened it may not do {action}.",
                    hint=others,
                    action=action,
                    roles=roles,
                )
            case "role":
                return NotPermitted(
                    "You are {role} in this case, and {role} may not do {action}.",
                    hint=others,
                    action=action,
                    role=term["role"],
                    roles=roles,
                )
        return NotPermitted(
            "{action} is closed to you in this case, because of the rule: unless {term}.",
            hint=others,
            action=action,
            term=term_text(term),
            roles=roles,
        )
    return None


def _waiting(action: str, found: Mapping[str, Any], facts: Facts) -> Problem | None:
    for item in found["when"]:
        if not any(holds(term, facts) for term in item):
            return NotNow(
                "{action} is not possible now: {why}.",
                hint=N_("Look at the case and its clocks: case show REF."),
                action=action,
                why=reduce(_and, map(_denied, item)),
            )
    return None


# How it stands where a condition does not hold, and where its opposite does not.
_STANDS = {
    "acted": (N_("{name} has not been done"), N_("{name} has been done")),
    "overdue": (N_("the limit {name} is not over"), N_("the limit {name} is over")),
    "met": (N_("the limit {name} is not met"), N_("the limit {name} is met")),
    "closed": (N_("a case linked as {name} is still open"), N_("every case linked as {name} is closed")),
}


def _denied(term: Term) -> Phrase:
    """Why a condition of `when` does not hold; one that asks who acts stays as the policy writes it."""
    inner, opposite = term, False
    while inner["t"] == "not":
        inner, opposite = inner["of"], not opposite
    if inner["t"] not in _STANDS:
        return Phrase(N_("the rule `{term}` does not hold"), {"term": term_text(term)})
    name = inner.get("action") or inner.get("clock") or inner.get("link")
    return Phrase(_STANDS[inner["t"]][opposite], {"name": name})


def _and(one: Phrase, other: Phrase) -> Phrase:
    return Phrase(N_("{one}, and {other}"), {"one": one, "other": other})


def _incomplete(action: str, found: Mapping[str, Any], facts: Facts) -> Problem | None:
    if found["reason"] and not facts.reason.strip() and not facts.system:  # for a clock, the clock is the reason
        return NotNow("{action} needs a reason.", hint=N_("Say why with --reason TEXT."), action=action)
    if facts.files < found["files"]:
        return NotNow("{action} needs a file as evidence.", hint=N_("Name it with --file PATH."), action=action)
    missing = [name for name in found["needs"] if facts.given.get(name) in (None, "", [], ())]
    if missing:
        return Usage(
            "{action} needs {fields}.",
            hint=N_("Add {options}."),
            action=action,
            fields=", ".join(missing),
            options=" ".join(f"--{name.replace('_', '-')} VALUE" for name in missing),
        )
    return None
