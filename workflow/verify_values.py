"""What is kept beside events is what they committed to, and what was erased on record is gone.

Most events commit to nothing, so values are not read with the events: those of many are looked up together. A value
kept for an event that promised none is found by counting: where more is kept than was met, every value is looked at.
"""

import json
from itertools import zip_longest

from workflow.findings import Findings
from workflow.sql import audit as sql
from workflow.store.tx import Row, Tx
from workflow.trail import commitment_to

_AT_ONCE = sql.SIZES[-1]
_SALT = 64  # hexadecimal digits; to HMAC zeroes behind it would be the same key
_PLACES = [f"i{n}" for n in range(_AT_ONCE)]
Erased = frozenset[tuple[str, str]]  # (event, field) of every erasure on record in one stream


class Values:
    """The commitments of whole streams, in their order. ``met``: how many values were there, fitting or not."""

    def __init__(self, tx: Tx, found: Findings, restored: Findings) -> None:
        self.tx = tx
        self.found = found
        self.restored = restored
        self.met = 0
        self._promised: list[tuple[Row, dict[str, str], Erased]] = []  # (id, n, stream), commitments, erasures
        self._past: list[tuple[str, str, str]] = []  # erasures not yet looked up: (event, field, stream)

    def take(self, stream: str, promised: list[tuple[str, int, dict[str, str]]], erased: Erased) -> None:
        """What the events of a stream committed to: (id, n, commitments); and what was erased in it on record."""
        self._promised += [((id_, n, stream), commits, erased) for id_, n, commits in promised]
        self._past += [(event, field, stream) for event, field in sorted(erased)]
        if len(self._promised) >= _AT_ONCE:
            self._compare()
        if len(self._past) >= _AT_ONCE:
            self._gone()

    def close(self) -> None:
        self._compare()
        self._gone()

    def _compare(self) -> None:
        while self._promised:
            some, self._promised = self._promised[:_AT_ONCE], self._promised[_AT_ONCE:]
            kept: dict[str, list[Row]] = {}
            rows = self.tx.all(sql.KEPT[_AT_ONCE], **_places([of[0] for of, _, _ in some]))
            self.met += len(rows)
            for row in rows:
                kept.setdefault(row[0], []).append(row)
            for of, commits, erased in some:
                values = kept.get(of[0], [])
                if len(values) == len(commits) == 1:  # as most that promise anything
                    _, field, salt, value = values[0]
                    if field in commits and _opens(commits[field], field, salt, value):
                        continue
                self._one(of, commits, erased, values)

    def _one(self, of: Row, commits: dict[str, str], erased: Erased, values: list[Row]) -> None:
        id_, n, stream = of
        missing = dict(commits)
        for _, field, salt, value in sorted(values, key=lambda row: str(row[1])):
            promised = missing.pop(field, None)
            if promised is None:
                self.found.add(f"a value of {field} is kept that it never committed to", stream, n, id_)
            elif not _opens(promised, field, salt, value):
                self.found.add(f"the value of {field} was CHANGED", stream, n, id_)
        for field in missing:
            if (id_, field) not in erased:
                self.found.add(f"the value of {field} is gone without a record", stream, n, id_)

    def _gone(self) -> None:
        """What was erased on record is not there again, as it would be after a backup was brought back."""
        while self._past:
            some, self._past = self._past[:_AT_ONCE], self._past[_AT_ONCE:]
            rows = self.tx.all(sql.VALUES[_AT_ONCE], **_places([event for event, _, _ in some]))
            kept = {(event, field) for event, field, _ in rows}
            for event, field, stream in some:
                if (event, field) in kept:
                    what = f"the value of {field} was erased on record, and is there again"
                    self.restored.add(what, stream, None, event)


def unpromised(tx: Tx, found: Findings) -> None:
    """Values of events that promised none, and of events that are not there."""
    nowhere: list[Row] = []
    for event, field, stream, n, text in tx.each(sql.ALL_KEPT):
        if n is None:
            nowhere.append((event, field))
        elif not _commits(text):
            found.add(f"a value of {field} is kept that it never committed to", stream, n, event)
    for event, field in sorted(nowhere, key=lambda row: (str(row[0]), str(row[1]))):
        found.add(f"a value of {field} is kept for an event that does not exist", event=event)


def _commits(text: str) -> bool:
    """Whether an event commits to something, and so was looked at in its stream."""
    try:
        commits = json.loads(text)["commit"]
    except (ValueError, TypeError, KeyError):
        return False
    return isinstance(commits, dict) and bool(commits)


def _places(ids: list[str]) -> dict[str, str]:
    """As many ids as the statement has places; the last is repeated."""
    return dict(zip_longest(_PLACES, ids, fillvalue=ids[-1]))


def _opens(promised: str, field: str, salt: str, value: str) -> bool:
    try:
        return len(salt) == _SALT and commitment_to(salt, field, value) == promised
    except (ValueError, TypeError):
        return False
