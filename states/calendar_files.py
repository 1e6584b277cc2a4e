"""Calendar files: one calendar or a list of them, checked key by key and brought into one JSON-able normal form."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from states.errors import N_, Invalid, Usage
from states.instants import zone_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = ("name", "zone", "weekend", "off", "work", "union", "valid", "source", "version")
_DAYS = ("weekend", "off", "work")

_HINT_KEYS = N_(
    "A calendar has name, zone, weekend: [sat, sun], off: [dates], work: [dates], valid: [from, to], source, version; "
    "or name and union: [names]."
)
_HINT_DATE = N_("Write dates as 2026-10-01.")


def parse_calendars(
    data: object, where: str = "", known: Mapping[str, Mapping[str, Any]] | None = None, *, strict: bool = False
) -> dict[str, dict[str, Any]]:
    """Name to normal form (ISO dates sorted and once each, weekend spelt out, version "" if none); raises Invalid.

    ``data`` is one mapping or a list; ``known`` are calendars that exist already and may be members of a union.
    ``strict``: a date that is both off and work is refused too; else it is a working day.
    """
    rows = data if isinstance(data, list | tuple) else [data]
    found: dict[str, dict[str, Any]] = {}
    places: dict[str, str] = {}
    for number, row in enumerate(rows):
        place = f"{where}[{number}]" if isinstance(data, list | tuple) else where
        body = _calendar(row, place)
        if strict:
            _check_contradiction(row, body, place)
        places[body["name"]] = place
        if body["name"] in found:
            raise Invalid(
                "The calendar '{name}' is written twice.",
                name=body["name"],
                where=place,
                hint=N_("Keep one of them, or give the other one its own name."),
            )
        found[body["name"]] = body
    if not found:
        raise Invalid("There is no calendar in the file.", where=where, hint=_HINT_KEYS)
    _check_unions(found, known or {}, places)
    return found


def _calendar(row: object, where: str) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise Invalid("A calendar must be a mapping, not {value!r}.", value=row, where=where, hint=_HINT_KEYS)
    for key in row:
        if key not in KEYS:
            raise _unknown_key(str(key), _at(where, str(key)))
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Invalid("The calendar has no name.", where=where, hint=N_("Give it one: 'name: CN'."))
    if name == "none":
        raise Invalid(
            "A calendar cannot be called 'none'.",
            where=where,
            hint=N_("'none' is the calendar in which every day is a working day; choose another name."),
        )
    body: dict[str, Any] = {"name": name}
    if row.get("zone") is not None:
        body["zone"] = _zone(row["zone"], where)
    if "union" in row:
        body["union"] = _union(row, where)
    else:
        body["weekend"] = _weekend(row.get("weekend", ["sat", "sun"]), where)
        body["off"] = _dates(row.get("off"), "off", where)
        body["work"] = _dates(row.get("work"), "work", where)
    if row.get("valid") is not None:
        body["valid"] = _valid(row["valid"], where)
    for key in ("source", "version"):
        value = row.get(key)
        if isinstance(value, date):
            value = value.isoformat()
        if value is not None and not isinstance(value, str | int):
            raise Invalid("'{key}' must be text.", key=key, where=_at(where, key), hint=_HINT_KEYS)
        body[key] = "" if value is None else str(value)
    return body


def _zone(value: object, where: str) -> str:
    try:
        if isinstance(value, str):
            zone_of(value)
            return value
    except Usage:
        pass
    raise Invalid(
        "The time zone '{zone}' is unknown.",
        zone=value,
        where=_at(where, "zone"),
        hint=N_("Use a name of the time zone database such as Asia/Shanghai or Europe/Berlin, or UTC."),
    )


def _union(row: Mapping[Any, Any], where: str) -> list[str]:
    beside = [key for key in _DAYS if key in row]
    if beside:
        raise Invalid(
            "A union has no '{key}' of its own.",
            key=beside[0],
            where=_at(where, beside[0]),
            hint=N_("Put these days into a calendar of their own and add its name to 'union'."),
        )
    names = row["union"]
    if not isinstance(names, list | tuple) or not names or not all(isinstance(name, str) for name in names):
        raise Invalid("'union' must be a list of names of calendars.", where=_at(where, "union"), hint=_HINT_KEYS)
    return list(dict.fromkeys(names))


def _weekend(value: object, where: str) -> list[str]:
    if not isinstance(value, list | tuple) or not all(day in WEEKDAYS for day in value):
        raise Invalid(
            "'weekend' must be a list of weekdays, not {value!r}.",
            value=value,
            where=_at(where, "weekend"),
            hint=N_("Weekdays are mon, tue, wed, thu, fri, sat, sun; an empty list means no weekend."),
        )
    return [day for day in WEEKDAYS if day in value]


def _dates(value: object, key: str, where: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise Invalid("'{key}' must be a list of dates.", key=key, where=_at(where, key), hint=_HINT_DATE)
    return sorted({_date(day, f"{_at(where, key)}[{number}]") for number, day in enumerate(value)})


def _date(value: object, where: str) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Invalid("'{value}' is not a date.", value=value, where=where, hint=_HINT_DATE)


def _valid(value: object, where: str) -> list[str]:
    place = _at(where, "valid")
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Invalid("'valid' must be two dates, the first and the last day known.", where=place, hint=_HINT_DATE)
    first, last = _date(value[0], place), _date(value[1], place)
    if last < first:
        raise Invalid(
            "'valid' ends on {last}, before it begins on {first}.",
            first=first,
            last=last,
            where=place,
            hint=N_("Write the first day first: [2024-01-01, 2026-12-31]."),
        )
    return [first, last]


def _check_contradiction(row: Mapping[Any, Any], body: Mapping[str, Any], where: str) -> None:
    """Raise Invalid for a date that is both a day off and a working day."""
    off = set(body.get("off", ()))
    for number, day in enumerate(row.get("work") or ()):
        if _date(day, where) in off:
            raise Invalid(
                "{day} is both off and work in the calendar {calendar}.",
                day=_date(day, where),
                calendar=body["name"],
                where=f"{_at(where, 'work')}[{number}]",
                hint=N_("Take it out of one of the two lists."),
            )


def _check_unions(
    found: Mapping[str, Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]], places: Mapping[str, str]
) -> None:
    """Raise Invalid for a member that does not exist, or for a calendar that unites itself."""
    bodies = {"none": {}, **known, **found}

    def walk(name: str, under: tuple[str, ...]) -> None:
        where = _at(places[next(one for one in reversed((*under, name)) if one in places)], "union")
        if name in under:
            raise Invalid(
                "The calendar {calendar} unites itself: {path}.",
                calendar=name,
                path=" > ".join((*under, name)),
                where=where,
                hint=N_("Take one of the calendars out of 'union'."),
            )
        if name not in bodies:
            raise Invalid(
                "The calendar {calendar} unites '{member}', which does not exist.",
                calendar=under[-1],
                member=name,
                where=where,
                hint=N_("Import the member first or in the same file, or correct 'union'."),
            )
        for member in bodies[name].get("union", ()):
            walk(member, (*under, name))

    for name in found:
        walk(name, ())


def _unknown_key(key: str, where: str) -> Invalid:
    from difflib import get_close_matches

    near = get_close_matches(key, KEYS, 1)
    if near:
        return Invalid(
            "A calendar has no key '{key}'; did you mean '{near}'?", key=key, near=near[0], where=where, hint=_HINT_KEYS
        )
    return Invalid("A calendar has no key '{key}'.", key=key, where=where, hint=_HINT_KEYS)


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
