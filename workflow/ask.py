"""The read lane: what people at the prompt ask. Plain dicts in the shapes of CONTRACT.md section 2; nothing heavy.

Instants come out as RFC 3339 in the unit's zone with its offset, persons as logins.
"""

import json
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from states.errors import N_, NotFound, Usage
from workflow import policies, roles
from workflow.case import NEVER, OPEN, Case, Clock, parts_of
from workflow.doers import Doers, Matter
from workflow.instants import moment
from workflow.roles import Parts, Standing
from workflow.sql import ask as sql
from workflow.sql import cases as cases_sql
from workflow.sql import clock as clock_sql
from workflow.store import Tx

if TYPE_CHECKING:
    from states.durations import Duration
    from workflow.events import Who

Answer = dict[str, Any]


class Look:
    """What one answer needs again and again: the logins of persons, who answers around a unit, zones."""

    def __init__(self, tx: Tx, on: date | None = None) -> None:
        self.tx = tx
        self._logins: dict[str, str] = {}
        self._standing: dict[str, Standing] = {}
        self.today: date = on or tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()

    def login(self, person: str | None) -> str | None:
        """The login of an opaque id; the id itself where the person was erased."""
        if person is None:
            return None
        if person not in self._logins:
            row = self.tx.one(sql.LOGIN, id=person)
            self._logins[person] = row[0] if row else person
        return self._logins[person]

    def standing(self, unit: str) -> Standing:
        if unit not in self._standing:
            self._standing[unit] = roles.standing(self.tx, unit, self.today)
        return self._standing[unit]

    def zone(self, unit: str) -> str:
        return self.standing(unit).zone or self.tx.workspace.zone

    def doers(self, case_: Matter, unit: str, definition: policies.Definition, parts: Parts) -> Doers:
        """Who does what in a case now."""
        return Doers(self.tx, case_, definition, self.standing(unit), parts)


def local(stamp: str | None, zone: str) -> str | None:
    """A stamp as RFC 3339 in a zone, with its offset."""
    return moment(stamp).astimezone(ZoneInfo(zone)).isoformat() if stamp else None


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
    behalf = opened_for(look.tx, found.ref, definition, [row["name"] for row in rows])
    closed = facts.closed
    names = [row["name"] for row in rows]
    powers, fallen = doers.powers, frozenset(name for name in names if doers.falls(name))
    by = {name: doers.of(name) for name in names}
    held = held_by(standing, found, definition, asking, roles_asked(definition).union(*by.values()))
    for row in rows:  # whoever would stand in for somebody is judged with both, as `do` judges
        who = acting_for(asking, held, by[row["name"]])
        against = with_those_against(standing, found, definition, row["name"], who, held)
        facts = facts_of(found, look.tx.now, who, against)
        facts.closed, facts.powers, facts.or_else, facts.opened_for = closed, powers, fallen, behalf
        row["why_not"] = refusal(definition, row["name"], facts, asking=True)
        row["allowed"] = row["why_not"] is None
    return rows


def case_list(
    tx: Tx,
    *,
    type: str | None = None,
    state: str | None = None,
    unit: str | None = None,
    owner: str | None = None,
    open: bool | None = None,
    overdue: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Answer:
    """Cases page by page: open ones by due time, else by number. ``owner`` is a login; ``open`` None means both.

    Usage for a type no policy here ever had, NotFound for an unknown unit or person.
    """
    from workflow.identity import person_id

    by_due = bool(open) or overdue
    text, values = sql.LIST, dict[str, Any](limit=limit + 1)
    for column, value in (("type", type), ("state", state), ("unit", unit)):
        if value is not None:
            text += f" AND c.{column} = :{column}"
            values[column] = value
    if unit is not None and tx.one(cases_sql.UNIT, code=unit) is None:
        raise NotFound("There is no unit {unit} in the register.", hint=N_("See `duecourse org tree`."), unit=unit)
    if owner is not None:
        text += " AND c.owner = :owner"
        values["owner"] = person_id(tx, owner)
    if by_due:
        text += " AND c.closed_at IS NULL"
    elif open is False:
        text += " AND c.closed_at IS NOT NULL"
    if overdue:
        text += " AND c.due_at < :now"
        values["now"] = tx.now
    if after:
        since = from_token(after, 2 if by_due else 1)
        values |= {"ref0": since[-1]}
        if by_due:
            values["due0"] = since[0]
            text += " AND (c.due_at > :due0 OR (c.due_at = :due0 AND c.ref > :ref0))"
        else:
            text += " AND c.ref > :ref0"
    text += " ORDER BY c.due_at, c.ref LIMIT :limit" if by_due else " ORDER BY c.ref LIMIT :limit"
    rows = tx.named(text, **values)
    if type is not None and not rows and not tx.one(sql.TYPE_EVER, type=type):
        policies.definition(tx, type)
    more = rows[limit - 1] if len(rows) > limit else None
    token = to_token([more["due_at"], more["ref"]] if by_due else [more["ref"]]) if more else None
    look = Look(tx)
    for row in rows:
        zone = look.zone(row["unit"])
        row["overdue"] = row["closed_at"] is None and row["due_at"] < tx.now
        row["due_at"] = None if row["due_at"] == NEVER else local(row["due_at"], zone)
        row["opened_at"] = local(row["opened_at"], zone)
        row["closed_at"] = local(row["closed_at"], zone)
    return {"schema": 1, "rows": rows[:limit], "next": token}


def due(
    tx: Tx,
    *,
    mine: str | None = None,
    unit: str | None = None,
    overdue: bool = False,
    within: "Duration | None" = None,
    limit: int = 100,
    after: str | None = None,
) -> Answer:
    """What is due, soonest first. ``mine`` (a person id): where that person answers now; ``unit``: it and below.

    The limit of what is counted says how much is done, and is of kind ``duty`` once it may well be missed.
    """
    text, values = sql.DUE, dict[str, Any]()
    if mine:
        text += sql.MINE
        values |= {"me": mine, "today": Look(tx).today.isoformat(), "me_inside": f"%{mine}%"}
    if unit:
        if tx.one(cases_sql.UNIT, code=unit) is None:
            raise NotFound("There is no unit {unit} in the register.", hint=N_("See `duecourse org tree`."), unit=unit)
        text += sql.UNDER
        values["unit"] = unit
    if overdue:
        text += " AND k.due_at < :now"
        values["now"] = tx.now
    if within:
        text += " AND k.due_at <= :horizon"
        values["horizon"] = _horizon(tx, within)
    since = from_token(after, 3) if after else ["", "", ""]
    look = Look(tx)
    answered: list[Answer] = []
    while True:
        page = tx.all(
            text
            + " AND (k.due_at > :due0 OR (k.due_at = :due0 AND (c.ref > :ref0 OR (c.ref = :ref0 AND k.name > :name0))))"
            + " ORDER BY k.due_at, c.ref, k.name LIMIT :limit",
            **values,
            due0=since[0],
            ref0=since[1],
            name0=since[2],
            limit=limit + 1,
        )
        for row in page:
            if len(answered) == limit:
                return {"schema": 1, "rows": answered, "next": to_token(since)}
            since = list(row[:3])
            shown = _due_row(look, row, mine)
            if shown:
                answered.append(shown)
        if len(page) <= limit:
            return {"schema": 1, "rows": answered, "next": None}


class _About(NamedTuple):
    """What a row of the agenda says of its case."""

    ref: str
    fields: dict[str, Any]
    state: str
    opener: str | None
    acted: dict[str, list[str]]


def _due_row(look: Look, row: tuple[Any, ...], mine: str | None) -> Answer | None:
    due_at, ref, clock, duty, type_, title, unit, state, owner, opener, hash_, fields, due_on, zone, level = row[:15]
    definition = policies.definition_by_hash(look.tx, hash_)
    about = _About(ref, json.loads(fields), state, opener, json.loads(row[15]))
    parts = parts_of(definition, about.fields, owner, opener)
    holders = look.doers(about, unit, definition, parts).holding(clock)
    if mine and mine not in holders:
        return None
    counted = _counted(row[16:]) if row[16] else {}
    return {
        "kind": "clock",
        "ref": ref,
        "duty": duty,
        "type": type_,
        "title": title,
        "unit": unit,
        "state": state,
        "owner": look.login(owner),
        "clock": clock,
        "due_at": local(due_at, zone),
        "due_on": due_on,
        "overdue": due_at < look.tx.now,
        "level": level,
        "holders": [look.login(person) for person in holders],
        **counted,
    }


def _counted(row: tuple[Any, ...]) -> Answer:
    """What is counted is due as the duty itself: in which window, and how much of it is done."""
    from workflow.paces import Count

    count = Count(*row)
    return {"kind": "duty", "window": count.window, "required": count.required, "done": count.done}


def _horizon(tx: Tx, within: "Duration") -> str:
    """The end of a span from now, on the workspace's calendar; of days, the end of the last one."""
    from states.instants import END_OF_DAY
    from states.limits import shift
    from workflow import calendars
    from workflow.instants import stamp

    space = tx.workspace
    calendar = space.calendar or "none"
    law = calendars.load(tx)
    return stamp(shift(tx.time, within, law, calendar=calendar, zone=space.zone, at_time=END_OF_DAY))


def to_token(parts: list[str]) -> str:
    """The opaque word that continues a listing."""
    import base64

    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def from_token(token: str, length: int) -> list[str]:
    """What `to_token` hid; Usage for anything else."""
    import base64

    try:
        parts = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        parts = None
    if not (isinstance(parts, list) and len(parts) == length and all(isinstance(part, str) for part in parts)):
        raise Usage("{token} does not continue this listing.", hint=N_("Use `next` of the page before."), token=token)
    return parts


__all__ = [
    "OPEN",
    "Look",
    "case",
    "case_list",
    "described",
    "due",
    "from_token",
    "in_order",
    "local",
    "shown_field",
    "to_token",
]
