"""One immutable `transitions` machine per definition; the only module that imports that library."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from transitions import EventData, Machine, MachineError

from states.errors import Problem
from states.guards import Definition, Facts, refusal


class _Carrier:
    """A throw-away model: the machine moves its `state`, the guard leaves its refusal in `problem`."""

    __slots__ = ("facts", "problem", "state")

    def __init__(self, facts: Facts) -> None:
        self.state = facts.state
        self.facts = facts
        self.problem: Problem | None = None


class _Pinned:
    """A definition that is equal to another of the same hash, so that machines can be cached by it."""

    __slots__ = ("content", "key")

    def __init__(self, content: Definition) -> None:
        self.content = content
        self.key: str = content["hash"]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pinned) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def fire(definition: Definition, action: str, facts: Facts) -> str:
    """The state after the action; raises the one Problem that `guards.refusal` gives for it."""
    machine = _cached(_Pinned(definition)) if definition.get("hash") else _build(definition)
    carrier = _Carrier(facts)
    try:
        # An action the machine does not know, a state it cannot leave so, and a guard that says no
        # surface in three different ways; all three become the same refusal.
        done = machine.events[action].trigger(carrier)
    except (KeyError, MachineError, ValueError) as error:
        problem = refusal(definition, action, facts)
        if problem is None:
            raise
        raise problem from error
    if not done:
        problem = carrier.problem or refusal(definition, action, facts)
        assert problem is not None, action  # noqa: S101  # a guard that says no has left its reason
        raise problem
    return carrier.state


@lru_cache(maxsize=128)
def _cached(pinned: _Pinned) -> Machine:
    return _build(pinned.content)


def _build(definition: Definition) -> Machine:
    return Machine(
        model=None,
        states=list(definition["states"]),
        initial=definition["initial"],
        transitions=[_transition(definition, name, action) for name, action in definition["actions"].items()],
        auto_transitions=False,
        send_event=True,
        queued=False,
    )


def _transition(definition: Definition, name: str, action: Mapping[str, Any]) -> dict[str, Any]:
    def guard(event: EventData) -> bool:
        carrier = cast("_Carrier", event.model)
        carrier.problem = refusal(definition, name, carrier.facts)
        return carrier.problem is None

    # `dest: None` is the library's internal transition: the guards hold, the state stays.
    return {"trigger": name, "source": list(action["from"]), "dest": action["to"], "conditions": [guard]}
