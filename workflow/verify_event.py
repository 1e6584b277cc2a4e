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
from workflow.trail import EMPTY_ROOT, NO_HASH, VERSION, canon, check, leaf_hash
from workflow.verify_shape import Fits, Shapes

COLUMNS = (
    "id", "stream", "n", "prev", "at", "kind", "actor", "behalf", "via", "unit", "action", "from", "to", "rule",
)  # fmt: skip
_KEYS = {*COLUMNS, "commit", "data", "log", "register", "seen", "v"}
_DATA = ',"data":'
_NOTHING = "{}" + _DATA
_NONE: dict[str, str] = {}
_FIRST = canon({"root": EMPTY_ROOT, "size": 0})  # what is named before there is a checkpoint
_MANY = 100_000  # combinations of columns to remember
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


Pieces = tuple[str, str, str, str, str, str, list[Fits]]


class _Pieces(dict[Row, Pieces]):
    """The parts of a canon between id, time and stream, by the columns they come from: these come again and again.
    With them the patterns of the data that such events have.
    """

    def __init__(self, log: str) -> None:
        self.log = quote(log)
        self._alike: dict[Row, list[Fits]] = {}

    def __missing__(self, columns: Row) -> Pieces:
        if len(self) > _MANY:
            self.clear()
            self._alike.clear()
        kind, actor, behalf, via, unit, action, from_, to, rule = ("null" if c is None else quote(c) for c in columns)
        pieces = self[columns] = (
            f'{{"action":{action},"actor":{actor},"at":',
            f',"behalf":{behalf},"commit":{_NOTHING}',
            f',"from":{from_},"id":',
            f',"kind":{kind},"log":{self.log},"n":',
            f',"rule":{rule},"seen":',
            f',"to":{to},"unit":{unit},"v":{VERSION},"via":{via}}}',
            self._alike.setdefault((kind, rule), []),
        )
        return pieces


class Memory:
    """What a process knows of the events it has checked, to know the like again; nothing that is to be told."""

    def __init__(self) -> None:
        self.shapes = Shapes(_decode)
        self.promises: list[Fits] = []  # patterns of the commitments of an event
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
        self._saw = _FIRST  # the text of the checkpoint that has this size
        self._pieces = memory.pieces(log)
        self._shapes = memory.shapes

    def commits(self, row: Row, n: int, prev: str, before: str) -> dict[str, str]:
        """The commitments of the event that should be the ``n``-th, after ``prev``; what is wrong is written down."""
        try:
            text, at = row[14], row[4]
            if row[2] == n and row[3] == prev and at >= before and len(at) == _STAMP and leaf_hash(text) == row[15]:
                one, two, three, four, five, six, alike = self._pieces[row[5:14]]
                register = self._register(text) if row[5] == "case.opened" else "null"
                id_, stream = quote(row[0]), quote(row[1])
                while not text.endswith(
                    back := f'{three}{id_}{four}{n},"prev":"{prev}","register":{register}{five}{self._saw}'
                    f',"stream":{stream}{six}'
                ):
                    self._looks(text)
                front = f"{one}{quote(at)}{two}"
                commits, start = (_NONE, len(front)) if text.startswith(front) else self._promised(text, front)
                stop = len(text) - len(back)
                for fits in alike:
                    if fits(text, start, stop):
                        return commits
                if self._shapes.canonical(text[start:stop], alike):
                    return commits
        except _BAD:
            pass  # not as it should be, or not sure: the slow way finds out what it is
        return self._careful(row, n, prev, before)

    def _promised(self, text: str, front: str) -> tuple[dict[str, str], int]:
        """The commitments in the place of none, and where the data begins; ValueError where it is not that."""
        begin = len(front) - len(_NOTHING)
        commits, end = _decode(text, begin)
        if not (
            text.startswith(front[:begin])
            and text.startswith(_DATA, end)
            and self._shapes.canonical(text[begin:end], self.memory.promises)
        ):
            raise ValueError(text)
        return commits, end + len(_DATA)

    def _looks(self, text: str) -> None:
        """Take up the checkpoint that this event names; ValueError where that is the one already taken up."""
        begin = text.rindex(_SEEN) + len(_SEEN)
        _, end = _decode(text, begin)
        saw = text[begin:end]
        if saw == self._saw:
            raise ValueError(text)
        self.seen_size, _ = self.seen.get(saw) or self._sees(saw)
        self._saw = saw

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

        self.register, self.seen_size, self._saw = None, 0, _FIRST
        if number > n:
            missing = f"event {n} is" if number == n + 1 else f"events {n} to {number - 1} are"
            wrong(f"{missing} missing")
        elif number != n:
            wrong(f"the number {number} comes where {n} should be")
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
        try:
            saw = canon(event["seen"])
            self.seen_size, _ = self._sees(saw)
            self._saw = saw
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
