"""`eligible`: is this one person or unit barred from something on a day, and why. Asked for a reason, and on record.

It answers about one at a time, to who answers for them or to themselves; there is no list of who is barred.
"""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from states.errors import N_, NotFound, NotNow, NotPermitted
from workflow import lookup, policies
from workflow.register import person_by_login, unit_exists
from workflow.roles import Parts, Standing, standing
from workflow.sql import effect as sql
from workflow.sql import register as register_sql
from workflow.store import Tx
from workflow.trail import Who

WHAT = ("award", "promotion", "equal-post")
MAY = ("office", "inspector", "first", "direct")
_NO_ALIASES: dict[str, list[str]] = {}

Answer = dict[str, Any]


def eligible(
    tx: Tx, name: str, what: str, *, who: Who, on: date | None = None, year: int | None = None, reason: str = ""
) -> Answer:
    """{schema, who, for, on, barred, until, because: [{case, effect, from, until}]}; ``until`` is the last barred day.

    ``name`` is a login or the code of a unit. Awards belong to an assessment year: with ``year`` those of that year are
    asked about, as known on the day; other bars hold by the day alone. NotFound, NotPermitted; NotNow without a reason.
    """
    today = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()
    on = on or today
    whom, units = _whom(tx, name)
    itself = whom in who.persons or (whom == name and _answers_for(tx, who, name, today))
    if not itself:
        _permit(tx, who, name, units, today)
        if not reason.strip():
            raise NotNow("Looking somebody up needs a reason.", hint=N_("Say why with --reason TEXT."))
    asked: dict[str, Any] = {"for": what, "on": on.isoformat()}
    if year is not None:
        asked["year"] = year
    if whom == name:
        asked["unit"] = name
    lookup.look_up(tx, who, "eligible", reason=reason, persons=[] if whom == name else [whom], more=asked)
    if what == "award" and year is not None:
        first, last = date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()
        rows = tx.all(sql.IN_YEAR, whom=whom, bars=what, on=on.isoformat(), first=first, last=last)
    else:
        rows = tx.all(sql.ON, whom=whom, bars=what, on=on.isoformat())
    because = [
        {
            "case": ref,
            "effect": policies.definition_by_hash(tx, definition)["effects"][index]["title"],
            "from": from_on,
            "until": until_on,
        }
        for ref, definition, index, from_on, until_on in rows
    ]
    return {
        "schema": 1,
        "who": name,
        "for": what,
        "on": on.isoformat(),
        "barred": bool(because),
        "until": max((row["until"] for row in because), default=None),
        "because": because,
    }


def _whom(tx: Tx, name: str) -> tuple[str, list[str]]:
    """The person's id and every unit of a posting, or the unit's own code; NotFound otherwise."""
    person = person_by_login(tx, name)
    if person is not None:
        held = tx.all(register_sql.POSTS_OF_PERSON, person=person["id"])
        return str(person["id"]), list(dict.fromkeys(row[0] for row in reversed(held)))
    if unit_exists(tx, name):
        return name, [name]
    raise NotFound(
        "There is no unit and no person {name} in the register.",
        hint=N_("`duecourse org tree` lists the units."),
        name=name,
    )


def _answers_for(tx: Tx, who: Who, unit: str, today: date) -> bool:
    """A unit asks about itself through whoever answers for it."""
    there = standing(tx, unit, today)
    return any("party" in there.held(person, ["party"], Parts(respondent=unit), _NO_ALIASES) for person in who.persons)


def _permit(tx: Tx, who: Who, name: str, units: list[str], today: date) -> None:
    """The office, an inspector, the first and the directly responsible of the body, or of one above it."""
    for unit in units:
        there: Standing | None = standing(tx, unit, today)
        while there is not None:
            if any(there.held(person, MAY, Parts(), _NO_ALIASES) for person in who.persons):
                return
            there = standing(tx, there.superior, today) if there.superior else None
    raise NotPermitted(
        "You may not look up {name}: only {name}, or the office, an inspector, the first or the directly responsible "
        "of the body or of one above it.",
        hint=N_("Ask one of them."),
        name=name,
    )
