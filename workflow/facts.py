"""What the guards may know of a case and of the one who asks: the same for doing and for looking."""

from collections.abc import Iterable, Mapping, Sequence

from states.guards import Definition, Facts, links_asked, opener_asked, roles_against
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


def opened_for(tx: Tx, ref: str, definition: Definition, actions: Iterable[str]) -> str | None:
    """Whom the opener of a case stood for, where one of these acts asks who opened it."""
    if not any(opener_asked(definition, action) for action in actions):
        return None
    row = tx.one(sql.OPENED_FOR, ref=ref)
    return row[0] if row else None


def held_by(
    standing: Standing, case: Case, definition: Definition, who: Who, asked: Iterable[str]
) -> dict[str, str | None]:
    """The roles the actor holds in this case, each with the person stood for (None: in own right)."""
    held: dict[str, str | None] = {}
    asked, parts = list(asked), case.parts(definition)
    for person in who.persons:
        for role, behalf in standing.held(person, asked, parts, definition["roles"]).items():
            if held.get(role, "") is not None:
                held[role] = behalf
    return held


def with_those_against(  # noqa: PLR0917  # what one answer hangs on
    standing: Standing, case: Case, definition: Definition, action: str, who: Who, held: dict[str, str | None]
) -> dict[str, str | None]:
    """The roles held, and those of whoever is stood for that may shut out: who acts for the respondent is as that one.

    ``who`` acts on behalf of somebody by now.
    """
    if not who.behalf or action not in definition["actions"]:
        return held
    against = held_by(standing, case, definition, who, roles_against(definition, action))
    return {**dict.fromkeys(against, who.behalf), **held}


def acting_for(who: Who, held: dict[str, str | None], roles: Sequence[str]) -> Who:
    """The actor in own right where any of the roles is his own; else on behalf of the one he deputises for."""
    mine = [held[role] for role in roles if role in held]
    if who.behalf or not mine or None in mine:
        return who
    return Who(who.actor, who.via, mine[0])
