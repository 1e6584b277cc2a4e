"""The law again: policies, definitions and calendars against their hashes and the events that put them in force."""

import json
from bisect import bisect_right
from typing import Any

from states.calendars import Calendars
from workflow.findings import Findings, said
from workflow.recorded import Recorded, of_stream
from workflow.sql import replay as sql
from workflow.store.tx import Row, Tx
from workflow.trail import digest

Definition = dict[str, Any]


class Law:
    """What was decided by: every definition by its hash, and the calendars as they stood at any number.

    ``only``: the hash of the one definition that is asked for; then no other, and no policy, is looked at.
    """

    def __init__(self, tx: Tx, found: Findings, *, only: str | None = None) -> None:
        self.definitions: dict[str, Definition] = {}
        self.applied: dict[str, str] = {}  # definition -> the time it was first put in force
        self._bodies: dict[tuple[str, str], dict[str, Any]] = {}
        self._current: list[dict[str, str]] = [{}]  # of each number of the calendar stream: name -> version
        self._since = [""]  # of each number: from when on
        self._built: dict[int, Calendars] = {}
        _Calendars(tx, found, self._bodies, self._current, self._since).check()
        _Policies(tx, found, self.definitions, self.applied).check(only)

    def calendars(self, n: int) -> Calendars | None:
        """The calendars in force after the ``n``-th event of their stream; None where there was no such event."""
        if not 0 <= n < len(self._current):
            return None
        if n not in self._built:
            bodies = {
                name: {**self._bodies.get((name, version), {"name": name}), "version": version}
                for name, version in self._current[n].items()
            }
            self._built[n] = Calendars(bodies)
        return self._built[n]

    def number_at(self, at: str) -> int:
        """The number of the last calendar event up to an instant."""
        return bisect_right(self._since, at) - 1


class _Calendars:
    STREAM = "calendar"

    def __init__(self, tx: Tx, found: Findings, bodies: Any, current: list[dict[str, str]], since: list[str]) -> None:
        self.tx = tx
        self.found = found
        self.bodies = bodies
        self.current = current
        self.since = since

    def check(self) -> None:
        digests: dict[tuple[str, str], tuple[str, Recorded]] = {}
        last: Recorded | None = None
        for one in of_stream(self.tx, self.STREAM):
            last, data, now = one, one.data, dict(self.current[-1])
            if one.kind == "data.erased":  # takes a number, and changes nothing
                self.current.append(now)
                self.since.append(one.at)
                continue
            name, version = str(data.get("name")), str(data.get("version"))
            if one.kind != "calendar.imported" or now.get(name) != data.get("was"):
                self.found.add("it does not follow from the calendars before it", self.STREAM, one.n, one.id)
            if digests.setdefault((name, version), (str(data.get("digest")), one))[0] != data.get("digest"):
                self.found.add(f"it gives {name} {version} another content", self.STREAM, one.n, one.id)
            self.current.append(now | {name: version})
            self.since.append(one.at)
        for name, version, text, current in self.tx.all(sql.CALENDARS):
            self.bodies[name, version] = _parsed(text)
            known = digests.pop((name, version), None)
            if known is None:
                self.found.add(f"calendar {name} {version} is here, and no event says so", self.STREAM)
            elif _digest(self.bodies[name, version]) != known[0]:
                self.found.add(f"calendar {name} {version} was altered", self.STREAM, known[1].n, known[1].id)
            if bool(current) != (self.current[-1].get(name) == version):
                state = "in force" if current else "not in force"
                n, id_ = (last.n, last.id) if last else (None, None)
                self.found.add(f"calendar {name} {version} is {state}, the trail says otherwise", self.STREAM, n, id_)
        for (name, version), (_, one) in digests.items():
            self.found.add(f"calendar {name} {version} is missing", self.STREAM, one.n, one.id)


class _Policies:
    STREAM = "policy"

    def __init__(self, tx: Tx, found: Findings, definitions: dict[str, Definition], applied: dict[str, str]) -> None:
        self.tx = tx
        self.found = found
        self.definitions = definitions
        self.applied = applied
        self.last: Recorded | None = None

    def check(self, only: str | None) -> None:
        policies: dict[str, Recorded] = {}
        types: dict[str, tuple[str, Recorded]] = {}
        zone, calendar = self._genesis()
        for one in of_stream(self.tx, self.STREAM):
            data = one.data
            if one.kind != "policy.applied" or not isinstance(data.get("types"), dict):
                self.found.add("it does not say which policy it puts in force", self.STREAM, one.n, one.id)
                continue
            self.last = one
            policies.setdefault(str(data.get("hash")), one)
            for type_, hash_ in data["types"].items():
                types.setdefault(hash_, (type_, one))
                self.applied.setdefault(hash_, one.at)
            zone, calendar = data.get("zone") or zone, data.get("calendar") or calendar
        if only is not None:
            known = {hash_: was for hash_, was in types.items() if hash_ == only}
            self._definitions(known, self.tx.all(sql.DEFINITION, hash=only))
            return
        self._policies(policies)
        self._definitions(types, self.tx.all(sql.DEFINITIONS))
        self._in_force(zone, calendar)

    def _genesis(self) -> tuple[Any, Any]:
        first = next(of_stream(self.tx, "log"), None)
        return (first.data.get("zone"), first.data.get("calendar")) if first else (None, None)

    def _policies(self, known: dict[str, Recorded]) -> None:
        for hash_, name, text in self.tx.all(sql.POLICIES):
            one = known.pop(hash_, None)
            if one is None:
                self.found.add(f"policy {name}@{hash_[:12]} is here, and no event put it in force", self.STREAM)
            elif _digest(_parsed(text)) != hash_ or one.data.get("policy") != name:
                self.found.add(f"policy {name}@{hash_[:12]} was altered", self.STREAM, one.n, one.id)
        for hash_, one in known.items():
            self.found.add(f"policy {one.data.get('policy')}@{hash_[:12]} is missing", self.STREAM, one.n, one.id)

    def _definitions(self, known: dict[str, tuple[str, Recorded]], rows: list[Row]) -> None:
        for hash_, type_, text in rows:
            name = f"definition {type_}@{hash_[:12]}"
            body = _parsed(text)
            of, one = known.pop(hash_, (None, None))
            if one is None:
                self.found.add(f"{name} is here, and no event put it in force", self.STREAM)
            elif _digest(body) != hash_ or of != type_:
                self.found.add(f"{name} was altered", self.STREAM, one.n, one.id)
            else:
                self.definitions[hash_] = {**body, "hash": hash_}
        for hash_, (type_, one) in known.items():
            self.found.add(f"definition {type_}@{hash_[:12]} is missing", self.STREAM, one.n, one.id)

    def _in_force(self, zone: Any, calendar: Any) -> None:
        n, id_ = (self.last.n, self.last.id) if self.last else (None, None)
        living: dict[str, str] = dict(self.tx.all(sql.IN_FORCE))
        expected = self.last.data["types"] if self.last else {}
        for type_ in sorted({*living, *expected}, key=str):
            if living.get(type_) != expected.get(type_):
                what = f"in_force.{type_} is {said(living.get(type_))}, the trail says {said(expected.get(type_))}"
                self.found.add(what, self.STREAM, n, id_)
        row = self.tx.one(sql.WORKSPACE) or (None, None, None)
        says = (zone, calendar, self.last.data.get("hash") if self.last else None)
        for column, is_, was in zip(("zone", "calendar", "policy"), row, says, strict=True):
            if is_ != was:
                self.found.add(f"workspace.{column} is {said(is_)}, the trail says {said(was)}", self.STREAM, n, id_)


def _parsed(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def _digest(body: dict[str, Any]) -> str | None:
    try:
        return digest(body)
    except (ValueError, RecursionError):
        return None
