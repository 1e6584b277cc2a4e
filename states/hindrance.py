"""What hinders a clock from doing what its law calls for; a person would be told, the scheduler leaves it undone."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from states.guards import Definition, Facts, Term, holds, refusal, term_text


def hindrance(definition: Definition, action: str, facts: Facts) -> dict[str, str] | None:
    """Why the scheduler does not do this now, as an event says it: {action, why, of}; None where it may.

    ``why`` is ``unless`` or ``when``, and ``of`` the condition as the policy writes it; else ``why`` is ``refused``.
    """
    if refusal(definition, action, facts) is None:
        return None
    found = definition["actions"][action]
    if facts.state in found["from"]:
        for term in found["unless"]:
            if holds(term, facts):
                return {"action": action, "why": "unless", "of": term_text(term)}
        for item in found["when"]:
            if not any(holds(term, facts) for term in item):
                return {"action": action, "why": "when", "of": _either(item)}
    return {"action": action, "why": "refused", "of": ""}


def never(action: Mapping[str, Any], overdue: Collection[str]) -> Iterator[str]:
    """The rules of an action that shut a clock out whatever the case; ``overdue`` are the limits that are over then."""
    yield from (f"unless {term_text(term)}" for term in action["unless"] if _sure(term, overdue) is True)
    for item in action["when"]:
        if all(_sure(term, overdue) is False for term in item):
            yield f"when {_either(item)}"


def _either(item: list[Term]) -> str:
    return " or ".join(map(term_text, item))


def _sure(term: Term, overdue: Collection[str]) -> bool | None:
    """Whether a term is true of the scheduler, who is nobody and holds no post; None where the case decides."""
    match term["t"]:
        case "not":
            inner = _sure(term["of"], overdue)
            return None if inner is None else not inner
        case "same_person_as" | "opener":
            return False
        case "role":
            return bool(term["role"] == "system")
        case "overdue" if term["clock"] in overdue:
            return True
    return None
