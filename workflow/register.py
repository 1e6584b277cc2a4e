"""The register, read: the tree, a unit, a person, who answers. It changes by `register_import` and `leave` only."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from states.errors import N_, NotFound, Usage
from states.vocabulary import bare
from workflow import policies
from workflow.drawn import dated, standing_on, then
from workflow.posts import known as posts_known
from workflow.roles import ALIASES, Aliases, Holder, Parts
from workflow.sql import register as sql
from workflow.store.tx import Tx

LADDER = (
    "unit_head",
    "member_in_charge",
    "direct",
    "first",
    "office",
    "inspector",
    "reviewer",
    "decider",
    "superior.first",
)
_OF_A_CASE = ("owner", "opener", "party", "system")
_NOBODY = Parts()


def tree(tx: Tx) -> list[dict[str, Any]]:
    """Every unit under its parent, siblings by code: rows {code, name, parent, kind, depth}."""
    below: dict[str | None, list[dict[str, Any]]] = {}
    for code, name, parent, kind, _zone, _calendar in tx.all(sql.UNITS):
        below.setdefault(parent, []).append({"code": code, "name": name, "parent": parent, "kind": kind})
    rows: list[dict[str, Any]] = []
    waiting = [(row, 0) for row in reversed(below.get(None, ()))]
    while waiting:
        row, depth = waiting.pop()
        rows.append(row | {"depth": depth})
        waiting.extend((child, depth + 1) for child in reversed(below.get(row["code"], ())))
    return rows


def show(tx: Tx, name: str, on: date) -> dict[str, Any]:
    """A unit by its code, else a person by login, as of a day: what it is, who or what is posted there."""
    unit = tx.named(sql.UNIT, code=name)
    if unit:
        return _unit(tx, unit[0], on)
    person = person_by_login(tx, name)
    if person is None:
        raise NotFound(
            "There is no unit and no person {name} in the register.",
            hint=N_("`duecourse org tree` lists the units."),
            name=name,
        )
    return _person(tx, person, on)


def ladder(tx: Tx, unit: str, on: date, known: date | None = None) -> dict[str, Any]:
    """Who answers for a unit, tier by tier: {unit, on, roles: [{role, holders, vacant, why, double}]}.

    ``known``: by what was on record at the end of that day. ``double``: two hold one answerable post at once.
    """
    there, aliases = standing_on(tx, unit, on, known), aliases_of(tx, then(tx, on, known))
    roles = []
    for role in LADDER:
        found = there.holders(role, _NOBODY, aliases)
        why = None if found else there.why_empty(role, _NOBODY, aliases)
        double = there.double(role)
        roles.append(
            {"role": role, "holders": _spoken(tx, found), "vacant": why == "vacant", "why": why, "double": double}
        )
    return {"unit": unit, "on": on.isoformat(), "roles": roles}


def who(tx: Tx, role: str, unit: str, on: date, known: date | None = None) -> dict[str, Any]:
    """Who holds one role around a unit: {role, unit, on, holders: [{person, post, unit, for, why}], double}."""
    there, aliases = standing_on(tx, unit, on, known), aliases_of(tx, then(tx, on, known))
    _known_role(tx, role, aliases)
    holders = _spoken(tx, there.holders(role, _NOBODY, aliases))
    return {"role": role, "unit": unit, "on": on.isoformat(), "holders": holders, "double": there.double(role)}


def aliases_of(tx: Tx, until: str | None = None) -> Aliases:
    """The roles that are made of others: those of the policy in force (at an instant) over the built-in ones."""
    policy = policies.current_or_none(tx) if until is None else policies.in_force_at(tx, until)
    return {**ALIASES, **(policy["roles"] if policy else {})}


def person_by_login(tx: Tx, login: str) -> dict[str, Any] | None:
    """{id, login, name, email}, or None."""
    rows = tx.named(sql.PERSON, login=login)
    return rows[0] if rows else None


def unit_exists(tx: Tx, code: str) -> bool:
    """Whether the register has a unit of this code."""
    return tx.one(sql.UNIT, code=code) is not None


def logins(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """The login of each opaque id; ids nobody has any more are left out."""
    return {id_: login for id_, login, _name in _people(tx, ids)}


def names(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """The name of each opaque id."""
    return {id_: name for id_, _login, name in _people(tx, ids)}


def _people(tx: Tx, ids: Iterable[str]) -> list[tuple[str, str, str]]:
    wanted = list(dict.fromkeys(ids))
    found: list[tuple[str, str, str]] = []
    while wanted:
        size = next((size for size in sql.NAMES if size >= len(wanted)), max(sql.NAMES))
        some, wanted = wanted[:size], wanted[size:]
        places = {f"p{n}": some[min(n, len(some) - 1)] for n in range(size)}  # the last one fills the empty places
        found += [(row[0], row[1], row[2]) for row in tx.all(sql.NAMES[size], **places)]
    return found


def _spoken(tx: Tx, holders: list[Holder]) -> list[dict[str, Any]]:
    """Holders as people read them: logins for ids."""
    spoken = logins(tx, [id_ for holder in holders for id_ in (holder.person, holder.for_) if id_])
    return [
        {
            "person": spoken.get(holder.person, holder.person),
            "post": holder.post,
            "unit": holder.unit,
            "for": spoken.get(holder.for_, holder.for_) if holder.for_ else None,
            "why": holder.why,
        }
        for holder in holders
    ]


def _known_role(tx: Tx, role: str, aliases: Aliases) -> None:
    name = bare(role)
    if name in _OF_A_CASE:
        raise Usage(
            "Who is {role} depends on the case.", hint=N_("`duecourse case show REF` tells it for a case."), role=name
        )
    known = {*posts_known(tx), *aliases}
    if name in known:
        return
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), n=1)
    hint = N_("Did you mean {near}?") if near else N_("There are: {known}.")
    raise Usage(
        "There is no role or post {role} here.",
        hint=hint,
        role=name,
        near="".join(near),
        known=", ".join(sorted(known)),
    )


def _unit(tx: Tx, unit: dict[str, Any], on: date) -> dict[str, Any]:
    day, code = on.isoformat(), unit["code"]
    there = standing_on(tx, code, on)
    below = [row["code"] for row in tx.named(sql.UNITS_BELOW, code=code)]
    posts = tx.named(sql.POSTS_OF_UNIT, code=code, on=day)
    if then(tx, on) is not None:  # what carries no days of its own is told as it was
        tree = dated(tx)
        unit = unit | dict(tree.unit(code, day) or {})
        below = sorted(one for one in tree.units if (row := tree.unit(one, day)) and row["parent"] == code)
        posts = [row | {key: post[key] for key in ("level", "single")}
                 for row in posts if (post := tree.post(code, row["post"], day))]  # fmt: skip
    return {
        **unit,
        "zone": there.zone or tx.workspace.zone,
        "calendar": there.calendar or tx.workspace.calendar,
        "body": there.body,
        "superior": there.superior,
        "on": day,
        "units": below,
        "posts": [_dated(row) for row in posts],
        "portfolios": [_dated(row) for row in tx.named(sql.CHARGE_OF_UNIT, code=code, on=day)],
    }


def _person(tx: Tx, person: dict[str, Any], on: date) -> dict[str, Any]:
    id_ = person["id"]
    return {
        "login": person["login"],
        "name": person["name"],
        "email": person["email"],
        "on": on.isoformat(),
        "postings": [_dated(row) for row in tx.named(sql.GRADED_POSTS_OF_PERSON, person=id_)],
        "portfolios": [_dated(row) for row in tx.named(sql.CHARGE_OF_PERSON, person=id_)],
        "leave": [
            {"deputy": row["deputy_login"], "from": row["from_on"], "to": row["to_on"]}
            for row in tx.named(sql.LEAVE_OF_PERSON, person=id_, since="")
        ],
    }


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a register file says it: ``from`` and ``to``, flags as true and false."""
    spoken = {{"from_on": "from", "to_on": "to"}.get(key, key): value for key, value in row.items()}
    return spoken | {flag: bool(spoken[flag]) for flag in ("acting", "single") if flag in spoken}
