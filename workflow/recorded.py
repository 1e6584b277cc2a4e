"""Events as they are read back to be decided again: the parsed canon, and the values that are still kept beside it."""

import json
from collections.abc import Iterator
from typing import Any

from workflow.sql import replay as sql
from workflow.store.tx import Row, Tx

GONE = "\x00gone"  # stands for a value that was erased; no kept value holds U+0000
_SAYS = (
    "action",
    "actor",
    "at",
    "behalf",
    "from",
    "id",
    "kind",
    "n",
    "register",
    "rule",
    "stream",
    "to",
    "unit",
    "via",
)
_NOTHING: dict[str, Any] = {**dict.fromkeys(_SAYS), "data": {}, "commit": {}}  # what a text says that is no event


class Recorded:
    """One event of the trail."""

    __slots__ = ("event", "hash", "id", "kept", "n", "stream")

    def __init__(self, id_: str, stream: str, n: int, hash_: str, event: dict[str, Any]) -> None:
        self.id = id_
        self.stream = stream
        self.n = n
        self.hash = hash_
        self.event = event
        self.kept: dict[str, Any] = {}

    @property
    def kind(self) -> str:
        return str(self.event["kind"])

    @property
    def at(self) -> str:
        return str(self.event["at"])

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.event["data"]
        return data

    def private(self) -> dict[str, Any]:
        """Every value the event committed to; GONE where it is no longer kept."""
        return {field: self.kept.get(field, GONE) for field in self.event["commit"]}


def of_stream(tx: Tx, stream: str) -> Iterator[Recorded]:
    return _read(tx.each(sql.STREAM, stream=stream))


def by_stream(tx: Tx) -> Iterator[list[Recorded]]:
    """The events of each stream together, stream by stream."""
    together: list[Recorded] = []
    for one in _read(tx.each(sql.EVENTS)):
        if together and together[0].stream != one.stream:
            yield together
            together = []
        together.append(one)
    if together:
        yield together


def _read(rows: Iterator[Row]) -> Iterator[Recorded]:
    last: Recorded | None = None
    for id_, stream, n, hash_, text, field, value in rows:
        if last is None or last.id != id_:
            if last is not None:
                yield last
            last = Recorded(id_, stream if isinstance(stream, str) else repr(stream), n, hash_, _event(text))
        if field is not None:
            last.kept[field] = _value(value)
    if last is not None:
        yield last


def _event(text: Any) -> dict[str, Any]:
    """The event of a canon. One that cannot be read, which `verify` names, is of no kind and says nothing."""
    try:
        event: dict[str, Any] = json.loads(text)
        if event.keys() >= _NOTHING.keys() and type(event["data"]) is type(event["commit"]) is dict:
            return event
    except (ValueError, TypeError, AttributeError, RecursionError):
        pass
    return {**_NOTHING, "data": {}, "commit": {}}


def _value(text: Any) -> Any:
    """A kept value; one that cannot be read, which `verify` names, is as good as gone."""
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return GONE
