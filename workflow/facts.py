"""What the guards may know of a case and of the one who asks: the same for doing and for looking."""

from collections.abc import Iterable

from states.guards import Definition, Facts
from workflow.case import Case
from workflow.events import SYSTEM, Who
from workflow.roles import Standing


def facts_of(case: Case, now: str, who: Who | None, held: frozenset[str]) -> Facts:
    return Facts(
        state=case.state,
        roles=held,
        who=who.persons if who else (),
        acted=case.acted,
        opener=case.opener,
        clocks={name: clock.state for name, clock in case.clocks.items()},
        overdue=frozenset(
            name for name, clock in case.clocks.items() if clock.breached_at or (clock.open and clock.due_at < now)
        ),
        system=who is SYSTEM,
    )


def held_by(
    standing: Standing, case: Case, definition: Definition, who: Who, asked: Iterable[str]
) -> dict[str, str | None]:
    """The roles the actor holds in this case, each with the person stood for (None: in own right)."""
    held: dict[str, str | None] = {}
    asked = list(asked)
    for person in who.persons:
        for role, behalf in standing.held(person, asked, case.parts, definition["roles"]).items():
            if held.get(role, "") is not None:
                held[role] = behalf
    return held
