"""Verified failures: what a case or a duty shows that was not done, and on which days. The only ground of a charge."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from workflow import policies
from workflow.instants import moment
from workflow.scene import Scene
from workflow.sql import grounds as sql
from workflow.store import Row, Tx

BREACH = "breach"  # a limit that somebody held was overdue
CONCLUDED = (
    "concluded"  # the case reached a state that its law calls a failure: an incident concluded, a finding verified
)
MISSED = "missed"  # a window of a duty, late or never done


class Failure(NamedTuple):
    """One failure: how it shows, in which stream and event, around which unit, from which day to which (both in)."""

    how: str
    stream: str
    n: int | None
    unit: str
    first: str
    last: str
    at: str  # when it came on record

    def told(self) -> dict[str, Any]:
        """As the opening of a case puts it on record."""
        return {"how": self.how, "stream": self.stream, "n": self.n, "unit": self.unit, "days": [self.first, self.last]}


def of(tx: Tx, cites: str, units: list[str]) -> list[Failure]:
    """Every failure a case shows, or a duty in one of these units; the latest first."""
    row = tx.one(sql.CASE, ref=cites)
    found = _of_case(tx, cites, row) if row else [one for unit in units for one in _of_duty(tx, cites, unit)]
    return sorted(found, key=lambda one: (one.last, one.n or 0), reverse=True)


def pending(scene: Scene, on: Mapping[str, Any]) -> Failure | None:
    """The breach whose event comes next in this case, for what it opens in the same commit."""
    if on["t"] != "breached" or not _is_duty(scene.definition, on["clock"]):
        return None
    case = scene.case
    day = _day(scene.tx, case.clocks[on["clock"]].due_at)
    return Failure(BREACH, case.ref, case.head.n + 1, case.unit, day, day, scene.tx.now)


def _of_case(tx: Tx, ref: str, row: Row) -> list[Failure]:
    unit, state, hash_, fields, opened_at, since_at = row
    definition = policies.definition_by_hash(tx, hash_)
    found = []
    for at, n, text in tx.all(sql.BREACHES, stream=ref):
        data = json.loads(text)["data"]
        if _is_duty(definition, data["clock"]):
            day = _day(tx, data["due_at"])
            found.append(Failure(BREACH, ref, n, unit, day, day, at))
    if state in definition.get("failure", ()):
        since = _since(definition, json.loads(fields)) or opened_at
        found.append(Failure(CONCLUDED, ref, None, unit, _day(tx, min(since, opened_at)), _day(tx, since_at), since_at))
    return found


def _is_duty(definition: dict[str, Any], clock: str) -> bool:
    """A limit that nobody holds, or that gives the respondent time to answer, is nobody's duty."""
    spec = definition["clocks"].get(clock)
    return spec is not None and bool(spec["holders"]) and "party" not in spec["holders"]


def _since(definition: dict[str, Any], fields: dict[str, Any]) -> str | None:
    """The earliest time the case itself gives: what is found out later happened earlier."""
    times = [fields.get(name) for name, spec in definition["fields"].items() if spec["type"] == "time"]
    return min((time for time in times if isinstance(time, str)), default=None)


def _of_duty(tx: Tx, code: str, unit: str) -> list[Failure]:
    stream = f"duty/{code}/{unit}"
    found = []
    for at, n, text in tx.all(sql.MISSED, stream=stream):
        data = json.loads(text)["data"]
        day = str(data.get("due_on") or _day(tx, data["at"]))
        found.append(Failure(MISSED, stream, n, unit, day, day, at))
    return found


def _day(tx: Tx, stamp: str) -> str:
    found: date = moment(stamp).astimezone(ZoneInfo(tx.workspace.zone)).date()
    return found.isoformat()
