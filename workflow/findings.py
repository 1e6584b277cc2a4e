"""What checking found, and how two answers in the same order are walked side by side."""

import json
from collections.abc import Iterator
from typing import Any

from workflow.store.tx import Row

MOST = 1_000


class Findings:
    """The problems in the order they were found: {event, stream, n, what}; past the first thousand only counted."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.left_out = 0

    def add(self, what: str, stream: Any = None, n: int | None = None, event: Any = None) -> None:
        """What a place is called may itself be what was changed: SQLite keeps bytes where a text should be."""
        if len(self.rows) < MOST:
            stream, event = (said(is_) if isinstance(is_, bytes) else is_ for is_ in (stream, event))
            self.rows.append({"event": event, "stream": stream, "n": n, "what": what})
        else:
            self.left_out += 1

    def take(self, other: "Findings") -> None:
        """What was found elsewhere, as if it had been found here and now."""
        room = MOST - len(self.rows)
        self.rows += other.rows[:room]
        self.left_out += len(other.rows[room:]) + other.left_out

    def answer(self) -> list[dict[str, Any]]:
        if not self.left_out:
            return self.rows
        what = f"there are {self.left_out} more problems, which are not listed"
        return [*self.rows, {"event": None, "stream": None, "n": None, "what": what}]


class Beside:
    """Rows that begin with a key of ``width`` columns, taken key by key while something else is walked by that key."""

    def __init__(self, rows: Iterator[Row], width: int = 1) -> None:
        self._rows = rows
        self._width = width
        self.strays: list[Row] = []  # rows of keys that were passed over, kept to be reported
        self._next = self._forth()

    def take(self, key: Row) -> list[Row]:
        """The rows of this key. Keys are asked for in ascending order."""
        taken: list[Row] = []
        while (row := self._next) is not None and (found := row[: self._width]) <= key:
            (taken if found == key else self.strays).append(row)
            self._next = self._forth()
        return taken

    def _forth(self) -> Row | None:
        """The next row whose key begins with a text: SQLite keeps bytes in its place too, and sorts them last."""
        for row in self._rows:
            if isinstance(row[0], str):
                return row
            self.strays.append(row)
        return None

    def rest(self) -> list[Row]:
        """Every row that was never asked for."""
        if self._next is not None:
            self.strays += [self._next, *self._rows]
            self._next = None
        return self.strays


def said(value: Any) -> str:
    """A value as a sentence quotes it."""
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 120 else text[:119] + "…"
