"""The same thing is not recorded twice: no two cases of a type and unit agree in all the fields its law says."""

import json
from collections.abc import Mapping
from typing import Any

from states.errors import N_, NotNow
from workflow import numbers
from workflow.sql import cases as sql
from workflow.store import Tx

Fields = Mapping[str, Any]


def alike(definition: Mapping[str, Any], one: Fields, other: Fields) -> bool:
    """Whether two cases of this type, both in one unit, are the same thing by its law."""
    names = definition.get("distinct", ())
    return bool(names) and all(one.get(name) is not None and one.get(name) == other.get(name) for name in names)


class Twin(NotNow):
    """The same thing is on record already."""


def refuse_twin(
    tx: Tx, definition: Mapping[str, Any], *, unit: str, fields: Fields, changed: Fields, ref: str = ""
) -> None:
    """Twin where another case of the unit has these values; asked when one of them is given, and none is empty.

    Whoever asks holds the register of openings until the commit, so two who record the same at once do it in turn.
    """
    names = definition.get("distinct", ())
    values = {name: fields.get(name) for name in names}
    if None in values.values() or not any(name in changed for name in names):
        return
    numbers.hold(tx)
    longest = max(names, key=lambda name: len(json.dumps(values[name])))
    inside = json.dumps({longest: values[longest]}, ensure_ascii=False)[1:-1]
    found = tx.all(sql.ALIKE, type=definition["case"], unit=unit, ref=ref, inside=f"%{inside}%")
    for other, text in found:
        if alike(definition, values, json.loads(text)):
            raise Twin(
                "This {type} is on record already: it is {ref}.",
                hint=N_("Look at it with `duecourse case show {ref}`; cases of one unit differ in: {fields}."),
                type=definition["case"],
                ref=other,
                fields=", ".join(names),
            )
