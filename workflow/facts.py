"""What the guards may know of a case and of the one who asks: the same for doing and for looking."""

from collections.abc import Iterable, Mapping, Sequence

from states.guards import Definition, Facts, links_asked
from workflow.case import Case
from workflow.events import SYSTEM, Who
from workflow.roles import Standing
from workflow.sql import cases as sql
from workflow.store import Tx


def facts_of(case: Case, now: str, who: Who | None, held: Iterable[str] | Mapping[str, str | None]) -> Facts:
    """``held`` maps each role to the person stood for, None in own right; an act on record knows only its roles.

    Whoever acts on behalf of somebody (which is on record) holds nothing in own right in that act.
    """
    roles = frozenset(held)
    stands_in = roles if who and who.behalf else frozenset()
    if isinstance(held, Mapping):
        stands_in |= {role for role, behalf in held.items() if behalf is not None}
    return Facts(
        state=case.state,
        roles=roles,
        who=who.persons if who else (),
        acted=case.acted,
        opener=case.opener,
        clocks={name: clock.state for name, clock in case.clocks.items()},
        overdue=frozenset(
            name for name, clock in case.clocks.items() if clock.breached_at or (clock.open and clock.due_at < now)
        ),
        system=who is SYSTEM,
        stands_in=stands_in,
    )


def closed_links(tx: Tx, case: Case, definition: Definition) -> frozenset[str]:
    """The link words, among those an action asks about, of which every linked case is closed."""
    asked = links_asked(definition)
    if not asked:
        return asked
    return asked - {kind for (kind,) in tx.all(sql.LINKS_OPEN, id=case.id)}


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


def acting_for(who: Who, held: dict[str, str | None], roles: Sequence[str]) -> Who:
    """The actor in own right where any of the roles is his own; else on behalf of the one he deputises for."""
    mine = [held[role] for role in roles if role in held]
    if who.behalf or not mine or None in mine:
        return who
    return Who(who.actor, who.via, mine[0])
