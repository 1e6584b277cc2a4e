"""What there is to do, page by page: the cases, and what is due; rows in the shapes of CONTRACT.md section 2."""

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from states.errors import N_, NotFound, Usage
from workflow import policies
from workflow.case import NEVER, parts_of
from workflow.look import Answer, Look, from_token, local, to_token
from workflow.sql import ask as sql
from workflow.sql import cases as cases_sql
from workflow.store import Tx

if TYPE_CHECKING:
    from states.durations import Duration


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

    Usage for a type or a state no policy here ever had, NotFound for an unknown unit or person.
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
    if state is not None and not rows:
        _known_state(tx, state, type)
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


def _known_state(tx: Tx, state: str, type_: str | None) -> None:
    """Whether some version of the type (of any type) has such a state: a case may stand in one of long ago."""
    from difflib import get_close_matches

    from workflow.sql import lookup

    bodies = [json.loads(row[0]) for row in tx.all(lookup.DEFINITIONS)]
    known = {name for body in bodies if type_ in {None, body["case"]} for name in body["states"]}
    if known and state not in known:
        near = get_close_matches(state, known, n=1)
        raise Usage(
            "No case here can be {state}.",
            hint=N_("Did you mean {near}?") if near else N_("There are: {states}."),
            where="--state",
            state=state,
            near=near[0] if near else "",
            states=", ".join(sorted(known)),
        )


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
