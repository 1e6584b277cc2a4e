"""Values of another kind than their column, as SQLite keeps them for whoever writes past its program: named, and mended
so far that what stands beside them can be looked at too.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from workflow.findings import Findings, said
from workflow.store.tx import Row

_NUMBERS = {"n", "leaf", "is_case"}
_MAY_LACK = {"actor", "behalf", "via", "unit", "action", "from", "to", "rule", "leaf"}


class Table(NamedTuple):
    """What a row is called, its columns, and at which places its stream, its number and its id are."""

    what: str
    names: tuple[str, ...]
    stream: int = 0
    n: int = 1
    id: int | None = None


def even(rows: Iterator[Row], table: Table, found: Findings) -> Iterator[Row]:
    """The rows with a text where one should be, and a number where one should be."""
    for row in rows:
        mended = tuple(map(_mended, table.names, row))
        for name, is_, value in zip(table.names, mended, row, strict=True):
            if type(is_) is not type(value):
                kind = "number" if name in _NUMBERS else "text"
                id_ = None if table.id is None else mended[table.id]
                what = f"the column {name} of {table.what} holds {said(value)}, which is no {kind}"
                found.add(what, mended[table.stream], mended[table.n], id_)
        yield mended


def _mended(name: str, value: Any) -> Any:
    if value is None and name in _MAY_LACK:
        return None
    if name in _NUMBERS:
        return value if type(value) is int else 0
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else str(value)
