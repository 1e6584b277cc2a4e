"""Who has power over the respondent of a case: by the post that one holds, and by whose body it lies in."""

import re
from typing import Any

from workflow.case import Case
from workflow.roles import Standing, is_person, standing
from workflow.sql import register as sql
from workflow.store import Tx

_WORD = re.compile(r"[\w-]+")


def over(tx: Tx, case: Case, definition: dict[str, Any], there: Standing) -> list[str] | None:
    """The roles that decide about this respondent; None where those of each action do, [] where nobody here does.

    A respondent of this body falls under the first line of the table that names a post held, then or today. One of a
    body below is for the deciders here; one of any other body is for nobody here.
    """
    table, grounds = definition.get("powers"), definition.get("grounds")
    whom = case.fields.get(grounds["whom"]) if grounds else None
    if not table or not grounds or not isinstance(whom, str):
        return None
    held = held_by(tx, whom, case.fields.get(grounds["post"]), there)
    here = {post for post, unit in held if standing(tx, unit, there.on).body == there.body}
    if here:
        return next((roles for post, roles in table["about"].items() if post in here), None)
    return None if any(there.body in above(tx, unit, there) for _, unit in held) else []


def named_so(text: str, post: str) -> bool:
    """Whether a text names this post of the register, alone or among other words: ``unit_head of SAFE``."""
    return post in _WORD.findall(text)


def held_by(tx: Tx, whom: str, named: Any, there: Standing) -> list[tuple[str, str]]:
    """(post, unit) of the posts that count: the one the case names, and every one held on this day."""
    day = there.on.isoformat()
    if not is_person(whom):
        return [(row["kind"], whom) for row in tx.named(sql.UNIT, code=whom)]
    rows = [*tx.all(sql.POSTS_OF_PERSON, person=whom)]
    rows += [(unit, "member_in_charge", *dates, 0) for unit, *dates in tx.all(sql.CHARGE_OF_PERSON, person=whom)]
    return [
        (post, unit)
        for unit, post, from_on, to_on, _acting in rows
        if named_so(str(named), post) or (from_on <= day and (to_on is None or to_on >= day))
    ]


def above(tx: Tx, unit: str, there: Standing) -> list[str]:
    """The bodies above the one of a unit, the nearest first."""
    found: list[str] = []
    code = standing(tx, unit, there.on).superior
    while code is not None:
        found.append(code)
        code = standing(tx, code, there.on).superior
    return found
