"""Typed values of a case: from what was typed on the command line to what is kept, checked against the register.

Kept forms: text, choice, ref, duration as typed; int and flag as themselves; date ``YYYY-MM-DD``; time a UTC stamp;
person an opaque id, persons a list of them; unit a code, units a list; posts a list of names; party a person or unit.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from states.durations import format_duration, parse_duration
from states.errors import N_, NotFound, Problem, Usage
from states.vocabulary import LISTS, PRIVATE
from workflow.identity import person_id
from workflow.instants import stamp
from workflow.posts import known as posts_known
from workflow.sql import cases as sql
from workflow.sql import workspace as workspace_sql
from workflow.store import Tx

Spec = Mapping[str, Any]
LONGEST = 8_000  # characters of one text; longer ones belong in a file


def typed(tx: Tx, specs: Mapping[str, Spec], allowed: Iterable[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values in their kept form; Usage for a field this act does not take or a value of the wrong type."""
    names = list(allowed)
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in names:
            from difflib import get_close_matches

            near = get_close_matches(name, names, n=1)
            raise Usage(
                "There is no field {field} here.",
                hint=N_("Did you mean {near}?") if near else N_("It takes: {fields}."),
                where=f"--{name.replace('_', '-')}",
                field=name,
                near=near[0] if near else "",
                fields=", ".join(names) or "-",
            )
        values[name] = kept(tx, name, specs[name], value)
    return values


def kept(tx: Tx, name: str, spec: Spec, value: Any) -> Any:
    """One value in its kept form; Usage (or NotFound for a name the register does not have)."""
    if isinstance(value, list) and spec["type"] not in LISTS:
        raise _wrong(name, str(value), N_("one value"))
    try:
        found = _READERS[spec["type"]](tx, name, spec, value)
    except Problem as problem:
        problem.where = problem.where or f"--{name.replace('_', '-')}"
        raise
    return found


def _wrong(name: str, value: str, what: str) -> Usage:
    return Usage(
        "{value} is not what the field {field} takes.",
        hint=what,
        where=f"--{name.replace('_', '-')}",
        value=repr(value[:60]),
        field=name,
    )


def _text(_tx: Tx, name: str, _spec: Spec, value: Any) -> str:
    text = str(value).strip()
    if not text or "\x00" in text or len(text) > LONGEST:
        raise _wrong(name, str(value), N_("Give some text, at most 8000 characters; longer text belongs in a file."))
    return text


def _int(_tx: Tx, name: str, spec: Spec, value: Any) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise _wrong(name, str(value), N_("Give a whole number.")) from None
    low, high = spec.get("min"), spec.get("max")
    if (low is not None and number < low) or (high is not None and number > high) or abs(number) >= 2**53:
        raise _wrong(name, str(value), N_("The number is out of range."))
    return number


def _date(_tx: Tx, name: str, _spec: Spec, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise _wrong(name, str(value), N_("Give a day as YYYY-MM-DD.")) from None


def _time(tx: Tx, name: str, _spec: Spec, value: Any) -> str:
    if value == "now":
        return tx.now
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise _wrong(name, str(value), N_("Give an instant as 2026-02-09T09:00+08:00.")) from None
    if at.tzinfo is None:
        raise _wrong(name, str(value), N_("Say the offset too, as in 2026-02-09T09:00+08:00."))
    if stamp(at) > tx.now:
        raise _wrong(name, str(value), N_("That is still to come; give when it happened."))
    return stamp(at)


def _choice(_tx: Tx, name: str, spec: Spec, value: Any) -> str:
    if value in spec["choices"]:
        return str(value)
    from difflib import get_close_matches

    near = get_close_matches(str(value), spec["choices"], n=1)
    raise Usage(
        "{value} is not a choice of the field {field}.",
        hint=N_("Did you mean {near}?") if near else N_("Choose one of: {choices}."),
        where=f"--{name.replace('_', '-')}",
        value=repr(str(value)[:60]),
        field=name,
        near=near[0] if near else "",
        choices=", ".join(spec["choices"]),
    )


def _flag(_tx: Tx, name: str, _spec: Spec, value: Any) -> bool:
    word = str(value).lower()
    if word not in {"true", "false", "yes", "no", "1", "0"}:
        raise _wrong(name, str(value), N_("Say yes or no."))
    return word in {"true", "yes", "1"}


def _person(tx: Tx, name: str, _spec: Spec, value: Any) -> str:
    """Holders of posts in working roles only: the register knows nobody else, and a name alone is not enough."""
    found = person_id(tx, str(value))
    if tx.one(sql.POSTED, person=found) is None:
        raise Usage(
            "{login} holds no post; the field {field} takes holders of posts only.",
            hint=N_("Name somebody with a posting in the register."),
            where=f"--{name.replace('_', '-')}",
            login=str(value),
            field=name,
        )
    return found


def _unit(tx: Tx, _name: str, _spec: Spec, value: Any) -> str:
    if tx.one(sql.UNIT, code=str(value)) is None:
        raise NotFound(
            "There is no unit {unit} in the register.", hint=N_("`duecourse org tree` lists the units."), unit=value
        )
    return str(value)


def _units(tx: Tx, name: str, spec: Spec, value: Any) -> list[str]:
    return list(dict.fromkeys(_unit(tx, name, spec, code) for code in _parts(name, value)))


def _persons(tx: Tx, name: str, spec: Spec, value: Any) -> list[str]:
    """Holders of posts, each once, in the order of their ids: who was named first says nothing."""
    return sorted({_person(tx, name, spec, login) for login in _parts(name, value)})


def _posts(tx: Tx, name: str, _spec: Spec, value: Any) -> list[str]:
    known = posts_known(tx)
    posts = list(dict.fromkeys(_parts(name, value)))
    for post in posts:
        if post not in known:
            from difflib import get_close_matches

            near = get_close_matches(post, known, n=1)
            raise NotFound(
                "There is no post {post} here.",
                hint=N_("Did you mean {near}?") if near else N_("There are: {posts}."),
                post=post[:60],
                near=near[0] if near else "",
                posts=", ".join(known),
            )
    return posts


def _parts(name: str, value: Any) -> list[str]:
    """The values of a list, as it is given or with commas between them."""
    given = value if isinstance(value, list) else str(value).split(",")
    parts = [part for one in given if (part := str(one).strip())]
    if not parts:
        raise _wrong(name, str(value), N_("Name at least one."))
    return parts


def _party(tx: Tx, name: str, spec: Spec, value: Any) -> str:
    """A person's login or a unit's code; bodies and leaders are both answerable."""
    if tx.one(sql.PERSON_BY_LOGIN, login=str(value)):
        return _person(tx, name, spec, value)
    if tx.one(sql.UNIT, code=str(value)):
        return str(value)
    raise NotFound(
        "{value} is neither a person nor a unit of the register.",
        hint=N_("`duecourse org tree` and `duecourse org show` tell who is."),
        value=value,
    )


def _ref(tx: Tx, name: str, spec: Spec, value: Any) -> str:
    """The number of a case, of these types where the field says so; else the code of a duty too."""
    row, types = tx.one(sql.REF_TYPE, ref=str(value)), spec.get("cases")
    if row and types and row[0] not in types:
        raise Usage(
            "{value} is a {type}; the field {field} takes: {types}.",
            where=f"--{name.replace('_', '-')}",
            value=str(value),
            type=row[0],
            field=name,
            types=", ".join(types),
        )
    if row:
        return str(value)
    if types:
        raise NotFound(
            "There is no case {ref} here.",
            hint=N_("`duecourse case list` shows the cases there are."),
            ref=str(value)[:60],
        )
    if tx.one(workspace_sql.POLICY_NOW) is not None:
        from workflow.policies import current

        if str(value) in current(tx)["duties"]:
            return str(value)
    raise NotFound(
        "{value} is neither a case nor a duty here.",
        hint=N_("`duecourse case list` and `duecourse duty list` show them."),
        value=value,
    )


def _duration(_tx: Tx, _name: str, _spec: Spec, value: Any) -> str:
    return format_duration(parse_duration(str(value)))


_READERS: dict[str, Callable[[Tx, str, Spec, Any], Any]] = {
    "text": _text,
    "int": _int,
    "date": _date,
    "time": _time,
    "choice": _choice,
    "flag": _flag,
    "person": _person,
    "persons": _persons,
    "unit": _unit,
    "units": _units,
    "posts": _posts,
    "party": _party,
    "ref": _ref,
    "duration": _duration,
}


def split(specs: Mapping[str, Spec], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What enters the trail as itself, and what only as a commitment (``field/NAME``)."""
    public = {name: value for name, value in values.items() if specs[name]["type"] not in PRIVATE}
    private = {f"field/{name}": value for name, value in values.items() if specs[name]["type"] in PRIVATE}
    return public, private
