"""The events of a dossier: each against itself, the one before it, and the values that are kept beside it."""

import json
from collections.abc import Callable
from typing import Any

from states.errors import Problem
from workflow.epochs import may_hold
from workflow.findings import Findings, said
from workflow.trail import NO_HASH, canon, commitment_to
from workflow.verify_event import COLUMNS, Checker, Memory

Answer = dict[str, Any]

_BROKEN = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Story:
    """The stream of one case as lines of text; what is wrong with it goes to the findings, event by event."""

    def __init__(self, ref: str, log: str, found: Findings) -> None:
        self.ref = ref
        self.log = log
        self.found = found
        self.lines: list[Answer] = []  # {event, canon, hash, values}
        self.head: Answer = {"stream": ref, "n": 0, "hash": NO_HASH}
        self._at = ""
        self._checker = Checker(log, found, Memory())
        self._gone: list[tuple[str, int, str]] = []
        self._erased: set[tuple[str, str]] = set()

    def read(self, body: bytes) -> None:
        """All lines, in order."""
        for n, text in enumerate(body.splitlines(), 1):
            try:
                self._line(n, json.loads(text))
            except _BROKEN:
                self.found.add(f"line {n} is not an event", self.ref, n)
        for id_, n, field in self._gone:
            if (id_, field) not in self._erased:
                self.found.add(f"the value of {field} is gone without a record", self.ref, n, id_)
        if not self.lines:
            self.found.add("there is no event", self.ref)

    def _line(self, n: int, line: Answer) -> None:
        event = json.loads(line["canon"])
        row = (*(event[column] for column in COLUMNS), line["canon"], line["hash"])
        values = dict(line["values"])
        id_, kind, data = event["id"], event["kind"], dict(event["data"])

        def wrong(what: str) -> None:
            self.found.add(what, self.ref, n, id_)

        if not may_hold(self.log, str(event["log"])):
            wrong(f"its log is {said(event['log'])}, the dossier is of {said(self.log)}")
        if event["stream"] != self.ref:
            wrong(f"it belongs to {said(event['stream'])}")
        if (kind == "case.opened") is not (n == 1):
            wrong("a case is opened once, by its first event")
        promised = dict(self._checker.commits(row, n, self.head["hash"], self._at))
        for field, kept in values.items():
            _opens(promised.pop(field, None), field, kept, wrong)
        self._gone += [(id_, n, field) for field in promised]
        if kind == "data.erased":
            self._erased.add((str(data.get("event")), str(data.get("field"))))
        self.head = {"stream": self.ref, "n": n, "hash": line["hash"]}
        self._at = event["at"]
        self.lines.append({"event": event, **line})


def _opens(promised: str | None, field: str, kept: Any, wrong: Callable[[str], None]) -> None:
    """What is kept beside an event is what the event committed to."""
    if promised is None:
        wrong(f"a value of {field} is kept that it never committed to")
        return
    try:
        same = commitment_to(kept["salt"], field, canon(kept["value"])) == promised
    except (*_BROKEN, Problem):
        same = False
    if not same:
        wrong(f"the value of {field} was CHANGED")
