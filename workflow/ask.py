"""One case as it stands, in the shape of CONTRACT.md section 2: plain dicts, nothing heavy.

Instants come out as RFC 3339 in the unit's zone with its offset, persons as logins.
"""

from typing import TYPE_CHECKING, Any

from states import doers as law
from states.errors import N_, NotFound
from workflow import policies, roles
from workflow.case import Case, Clock
from workflow.doers import Doers
from workflow.look import Answer, Look, local
from workflow.sql import ask as sql
from workflow.sql import cases as cases_sql
from workflow.sql import clock as clock_sql
from workflow.store import Tx

if TYPE_CHECKING:
    from workflow.events import Who


def case(tx: Tx, ref: str, asking: "Who | None") -> Answer:
    """One case with its clocks, the actions it offers to the one who asks, its files and links."""
    row = tx.one(sql.CASE, ref=ref)
    if row is None:
        raise NotFound(
            "There is no case {ref} here.", hint=N_("`duecourse case list` shows the cases there are."), ref=ref
        )
    found = Case(row)
    for clock_row in tx.all(clock_sql.OF_CASE, case_id=found.id):
        found.clocks[clock_row[0]] = Clock(clock_row)
    look = Look(tx)
    definition = policies.definition_by_hash(tx, found.definition)
    zone = look.zone(found.unit)
    return {
        **described(look, found, definition),
        "actions": _actions(look, found, definition, asking),
        "files": [
            {"name": name, "sha256": sha256, "size": size, "at": local(at, zone)}
            for _, sha256, name, size, at in tx.all(cases_sql.FILES, id=found.id)
        ],
        "links": [{"kind": kind, "ref": other} for kind, other in tx.all(cases_sql.LINKS, id=found.id)],
    }


def described(look: Look, found: Case, definition: policies.Definition) -> Answer:
    """A case and its clocks in the shape of the contract, without actions, files and links."""
    zone = look.zone(found.unit)
    doers = look.doers(found, found.unit, definition, found.parts(definition))
    return {
        "schema": 1,
        "ref": found.ref,
        "type": found.type,
        "title": found.title,
        "unit": found.unit,
        "state": found.state,
        "version": found.version,
        "severity": found.severity,
        "owner": look.login(found.owner),
        "opened_at": local(found.opened_at, zone),
        "closed_at": local(found.closed_at, zone),
        "fields": {
            name: shown_field(look, definition["fields"].get(name), value, zone) for name, value in found.fields.items()
        },
        "policy": found.definition,
        "duty": found.duty,
        "clocks": [_clock(look, doers, clock) for clock in in_order(definition, found.clocks)],
    }


def in_order(definition: policies.Definition, clocks: dict[str, Clock]) -> list[Clock]:
    """The clocks in the order of their definition."""
    return [clocks[name] for name in definition["clocks"] if name in clocks]


def shown_field(look: Look, spec: Any, value: Any, zone: str) -> Any:
    """A kept value as people write it."""
    if spec and spec["type"] == "time":
        return local(value, zone)
    if isinstance(value, str) and roles.is_person(value):
        return look.login(value)
    if spec and spec["type"] == "persons" and isinstance(value, list):
        return sorted(str(look.login(person)) for person in value)
    return value


def _clock(look: Look, doers: Doers, clock: Clock) -> Answer:
    zone, pending = clock.zone, clock.pending
    holders = doers.holding(clock.name) if clock.open else []
    return {
        "name": clock.name,
        "run": clock.run,
        "state": clock.state,
        "started_at": local(clock.started_at, zone),
        "due_at": local(clock.due_at, zone),
        "due_on": clock.due_on,
        "provisional": bool(clock.provisional),
        "calendar": clock.calendar,
        "breached_at": local(clock.breached_at, zone),
        "met_at": local(clock.met_at, zone),
        "level": clock.level,
        "holders": [look.login(person) for person in holders],
        "next": {"at": local(pending.at, zone), "what": pending.what, "step": pending.step} if pending else None,
    }


def _actions(look: Look, found: Case, definition: policies.Definition, asking: "Who | None") -> list[Answer]:
    """What can be done from here. Nobody asks: ``allowed`` and ``why_not`` stay null."""
    from states.guards import offered, refusal, roles_asked
    from workflow.facts import acting_for, closed_links, facts_of, held_by, opened_for, with_those_against

    standing = look.standing(found.unit)
    facts = facts_of(found, look.tx.now, asking, {})
    facts.closed = closed_links(look.tx, found, definition)
    rows = offered(definition, facts)
    if asking is None:
        return [{**row, "allowed": None, "why_not": None} for row in rows]
    doers = look.doers(found, found.unit, definition, found.parts(definition))
    names = [row["name"] for row in rows]
    behalf = opened_for(look.tx, found.ref, definition, names)
    closed, powers = facts.closed, doers.powers
    or_else = frozenset(name for name in names if doers.others_step_in(name))
    by = {name: law.doers(definition, name, powers, or_else=name in or_else) for name in names}
    held = held_by(standing, found, definition, asking, roles_asked(definition).union(*by.values()))
    for row in rows:  # whoever would stand in for somebody is judged with both, as `do` judges
        who = acting_for(asking, held, by[row["name"]])
        against = with_those_against(standing, found, definition, row["name"], who, held)
        facts = facts_of(found, look.tx.now, who, against)
        facts.closed, facts.powers, facts.or_else, facts.opened_for = closed, powers, or_else, behalf
        row["why_not"] = refusal(definition, row["name"], facts, asking=True)
        row["allowed"] = row["why_not"] is None
    return rows
