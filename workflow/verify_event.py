"""One event against itself: is the text canonical, is the hash its hash, do the columns repeat it?

Nearly every event is what it should be, so the text that the columns and the place in the stream call for is put
together and compared; of the inner parts it is enough that they are canonical. Whatever differs is looked at again,
slowly, and named.
"""

import json
import re
from collections.abc import Callable
from json.encoder import encode_basestring as quote
from typing import Any

from states.errors import Problem
from workflow.epochs import beginning
from workflow.findings import Findings, said
from workflow.store.tx import Row
from workflow.trail import NO_HASH, VERSION, canon, check, leaf_hash
from workflow.verify_shape import Shapes

COLUMNS = (
    "id", "stream", "n", "prev", "at", "kind", "actor", "behalf", "via", "unit", "action", "from", "to", "rule",
)  # fmt: skip
_KEYS = {*COLUMNS, "commit", "data", "log", "register", "seen", "v"}
_DATA = ',"data":'
_NOTHING = "{}" + _DATA
_SEEN = '"seen":'  # the last there is: what comes after it are strings
_HASH = re.compile("[0-9a-f]{64}")
_STAMP = len("2026-11-22T05:15:00.123456Z")


def _refuse(text: str) -> Any:
    raise ValueError(text)


class _Whole(dict[str, int]):
    """Numbers by their text. Read by the parser without a call of Python for those that come again."""

    def __missing__(self, text: str) -> int:
        number = int(text)
        if not -(2**53) < number < 2**53:
            raise ValueError(text)
        if len(self) > 10_000:
            self.clear()
        self[text] = number
        return number


# (text, where a value begins) -> (the value, where it ends); ValueError or StopIteration where there is none.
_decoder: Any = json.JSONDecoder(parse_float=_refuse, parse_int=_Whole().__getitem__, parse_constant=_refuse)
_decode: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once
_BAD = (TypeError, ValueError, AttributeError, RecursionError, StopIteration, Problem)


class _Pieces(dict[Row, tuple[str, ...]]):
    """The parts of a canon between id, time and stream, by the columns they come from: these come again and again."""

    def __init__(self, log: str) -> None:
        self.log = quote(log)

    def __missing__(self, columns: Row) -> tuple[str, ...]:
        if len(self) > 100_000:
            self.clear()
        kind, actor, behalf, via, unit, action, from_, to, rule = ("null" if c is None else quote(c) for c in columns)
        pieces = self[columns] = (
            f'{{"action":{action},"actor":{actor},"at":',
            f',"behalf":{behalf},"commit":',
            f',"from":{from_},"id":',
            f',"kind":{kind},"log":{self.log},"n":',
            f',"rule":{rule},"seen":',
            f',"to":{to},"unit":{unit},"v":{VERSION},"via":{via}}}',
        )
        return pieces


class Memory:
    """What a process knows of the events it has checked, to know the like again; nothing that is to be told."""

    def __init__(self) -> None:
        self.shapes = Shapes(_decode)
        self._pieces: dict[str, _Pieces] = {}

    def pieces(self, log: str) -> _Pieces:
        if log not in self._pieces:
            self._pieces[log] = _Pieces(log)
        return self._pieces[log]


class Checker:
    """Checks events of one log, one after the other. Events of its other epochs are taken, and their names kept."""

    def __init__(self, log: str, found: Findings, memory: Memory) -> None:
        self.memory = memory
        self.log = log
        self.found = found
        self.logs = {log}
        self.seen: dict[str, tuple[int, str]] = {}  # every checkpoint an event names, by its text: size and root
        self.seen_size = 0  # of the event checked last
        self.register: dict[str, Any] | None = None  # of the opening checked last
        self._pieces = memory.pieces(log)
        self._shapes = memory.shapes

    def commits(self, row: Row, n: int, prev: str, before: str) -> dict[str, str]:
        """The commitments of the event that should be the ``n``-th, after ``prev``; what is wrong is written down."""
        try:
            text, at = row[14], row[4]
            if row[2] == n and row[3] == prev and at >= before and len(at) == _STAMP and leaf_hash(text) == row[15]:
                one, two, three, four, five, six = self._pieces[row[5:14]]
                front = f"{one}{quote(at)}{two}{_NOTHING}"
                commits: dict[str, str] = {}
                if not text.startswith(front):
                    commits, front = self._promised(text, f"{one}{quote(at)}{two}")
                register = self._register(text) if row[5] == "case.opened" else "null"
                middle = f'{three}{quote(row[0])}{four}{n},"prev":"{prev}","register":{register}{five}'
                back = f',"stream":{quote(row[1])}{six}'
                at_seen, end = text.rindex(_SEEN) + len(_SEEN), len(text) - len(back)
                seen = text[at_seen:end]
                self.seen_size, _ = self.seen.get(seen) or self._sees(seen)
                start, stop = len(front), at_seen - len(middle)
                if (
                    start < stop
                    and text.startswith(middle, stop)
                    and text.startswith(back, end)
                    and self._shapes.canonical(text[start:stop])
                ):
                    return commits
        except _BAD:
            pass  # not as it should be, or not sure: the slow way finds out what it is
        return self._careful(row, n, prev, before)

    def _promised(self, text: str, front: str) -> tuple[dict[str, str], str]:
        """The commitments after ``front``, and the text up to the data; ValueError where it is not that."""
        commits, end = _decode(text, len(front))
        promised = text[len(front) : end]
        whole = f"{front}{promised}{_DATA}"
        if not text.startswith(whole) or not self._shapes.canonical(promised):
            raise ValueError(promised)
        return commits, whole

    def _register(self, text: str) -> str:
        self.register, _ = _decode(text, text.rindex(',"register":') + 12)
        return canon(self.register)

    def _sees(self, text: str) -> tuple[int, str]:
        """Size and root of the checkpoint an event names; ValueError where that is none."""
        seen, _ = _decode(text, 0)
        if canon(seen) != text or set(seen) != {"root", "size"} or type(seen["size"]) is not int or seen["size"] < 0:
            raise ValueError(text)
        if not isinstance(seen["root"], str) or not _HASH.fullmatch(seen["root"]):
            raise ValueError(text)
        found = self.seen[text] = (seen["size"], seen["root"])
        return found

    def _careful(self, row: Row, n: int, prev: str, before: str) -> dict[str, str]:
        """The same without assuming anything: every difference is named."""
        id_, stream, number, link, at, *_ = row
        text, hash_ = row[14], row[15]

        def wrong(what: str) -> None:
            self.found.add(what, stream, number, id_)

        self.register = None
        if number != n:
            missing = f"event {n} is" if number == n + 1 else f"events {n} to {number - 1} are"
            wrong(f"{missing} missing" if number > n else f"the number {number} comes where {n} should be")
        elif link != prev:
            wrong("it does not follow from the event before it" if n > 1 else "the first event names one before it")
        if at < before:
            wrong(f"its time {at} lies before that of the event before it")
        try:
            event, _ = _decode(text, 0)
            check(event)
            canonical = isinstance(event, dict) and canon(event) == text
            hashed = leaf_hash(text) == hash_
        except _BAD:
            wrong("its canon is not the text of an event")
            return {}
        if not hashed:
            wrong("its hash is not the hash of its canon")
        if not canonical or set(event) != _KEYS:
            wrong("its canon is not in canonical form")
            if not isinstance(event, dict):
                return {}
        for column, value in zip(COLUMNS, row, strict=False):
            if event.get(column) != value:
                wrong(f"the column {column} says {said(value)}, the canon says {said(event.get(column))}")
        if event.get("v") != VERSION:
            wrong(f"its v is {said(event.get('v'))}, not {said(VERSION)}")
        log = event.get("log")
        if not isinstance(log, str) or beginning(log) != beginning(self.log):
            wrong(f"its log is {said(log)}, not {said(self.log)}")
        elif quote(log) != self._pieces.log:
            self.logs.add(log)
            self._pieces = self.memory.pieces(log)
        self._others(event, wrong)
        commits = event.get("commit")
        return commits if isinstance(commits, dict) else {}

    def _others(self, event: dict[str, Any], wrong: Any) -> None:
        self.seen_size = 0
        try:
            self.seen_size, _ = self._sees(canon(event["seen"]))
        except (*_BAD, KeyError):
            wrong("it does not say which checkpoint it knew")
        register, opens = event.get("register"), event.get("kind") == "case.opened"
        if not opens and register is not None:
            wrong("it takes a register number, and opens no case")
        if opens:
            self.register = register
        if len(str(event.get("at"))) != _STAMP:
            wrong(f"its time {said(event.get('at'))} is not an instant")
        if not isinstance(event.get("commit"), dict) or not isinstance(event.get("data"), dict):
            wrong("its canon is not the text of an event")


__all__ = ["COLUMNS", "NO_HASH", "Checker", "Memory"]
