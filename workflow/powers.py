"""Who has power over the respondent of a case: by the post that one holds, and by whose body it lies in."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from states.doers import bodies_up, deciding, lifted
from workflow.roles import Standing, is_person, standing
from workflow.sql import register as sql
from workflow.store import Tx

_WORD = re.compile(r"[\w-]+")


def over(tx: Tx, fields: Mapping[str, Any], definition: Mapping[str, Any], there: Standing) -> list[str] | None:
    """The roles that decide about this respondent; None where those of each action do, [] where nobody here does.

    A respondent of this body falls under the first line of the table that names a post held, then or today. Whoever has
    since gone to a body above is judged there, as one of its own; whoever leads one beside, as who leads this one. One
    of a body below is for the deciders here; one of any other body is for nobody here. Where the line names a body that
    the register does not have, the deciders here decide: whoever is charged never does.
    """
    table, grounds = definition.get("powers"), definition.get("grounds")
    whom = fields.get(grounds["whom"]) if grounds else None
    if not table or not grounds or not isinstance(whom, str):
        return None
    held = held_by(tx, whom, fields.get(grounds["post"]), there)
    here, beside, below = set[str](), set[str](), False
    higher: dict[int, set[str]] = {}
    up = {body: bodies for bodies, body in enumerate(above(tx, there.unit, there), 1)}
    for post, unit, today in held:
        body = standing(tx, unit, there.on).body
        if body == there.body:
            here.add(post)
        elif there.body in above(tx, unit, there):
            below = True
        elif today and body in up:
            higher.setdefault(up[body], set()).add(post)
        elif today:
            beside.add(post)
    if not here:
        return None if below else []
    if higher:
        bodies = max(higher)
        return [lifted(role, bodies) for role in _line(table, higher[bodies]) or sorted(deciding(definition))]
    line = _line(table, here | beside)
    return None if line and bodies_up(line) > len(up) else line


def _line(table: Mapping[str, Any], posts: Collection[str]) -> list[str] | None:
    """The roles of the first line of the table that fits."""
    return next((list(roles) for post, roles in table["about"].items() if post in posts), None)


def named_so(text: str, post: str) -> bool:
    """Whether a text names this post of the register, alone or among other words: ``unit_head of SAFE``."""
    return post in _WORD.findall(text)


def held_by(tx: Tx, whom: str, named: Any, there: Standing) -> list[tuple[str, str, bool]]:
    """(post, unit, held today) of the posts that count: the one the case names, and every one held on this day."""
    day = there.on.isoformat()
    if not is_person(whom):
        return [(row["kind"], whom, True) for row in tx.named(sql.UNIT, code=whom)]
    rows = [*tx.all(sql.POSTS_OF_PERSON, person=whom)]
    rows += [(unit, "member_in_charge", *dates, 0) for unit, *dates in tx.all(sql.CHARGE_OF_PERSON, person=whom)]
    found = [(post, unit, from_on <= day <= (to_on or day)) for unit, post, from_on, to_on, _acting in rows]
    return [(post, unit, today) for post, unit, today in found if today or named_so(str(named), post)]


def above(tx: Tx, unit: str, there: Standing) -> list[str]:
    """The bodies above the one of a unit, the nearest first."""
    found: list[str] = []
    code = standing(tx, unit, there.on).superior
    while code is not None:
        found.append(code)
        code = standing(tx, code, there.on).superior
    return found
