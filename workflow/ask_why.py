"""The read lane: why a clock of a case is due when it is; each day of it, and every run it had.

A clock is counted again with what its own record says: rule, beginning, stops, extensions, and the calendars in the
versions that were in force when it was reckoned. Notes of days are source texts, `cli` translates them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from states.anchors import Moments, anchor_text, condition_holds, happened, terms_of
from states.durations import parse_duration
from states.errors import N_, NotFound, Usage
from states.limits import due
from states.reached import Due
from workflow import audit, calendars, policies
from workflow.ask import in_order
from workflow.case import Case, Clock
from workflow.instants import stamp
from workflow.look import Answer, Look, local
from workflow.plan import begun, dated, limit_for, stops_of
from workflow.sql import ask as sql
from workflow.sql import clock as clock_sql
from workflow.sql import extension as extension_sql
from workflow.store import Tx

RUNS = ("clock.started", "clock.recomputed", "clock.extended", "clock.resumed")  # each says what the end follows from
PAGE = 1000


def why(tx: Tx, ref: str, name: str | None = None) -> Answer:
    """{schema, ref, clocks, idle}: the clocks that ever ran, or one; ``idle`` those that did not, and what for.

    NotFound for an unknown case, Usage for an unknown clock.
    """
    row = tx.one(sql.CASE, ref=ref)
    if row is None:
        raise NotFound(
            "There is no case {ref} here.", hint=N_("`duecourse case list` shows the cases there are."), ref=ref
        )
    case = Case(row)
    case.clocks = {row[0]: Clock(row) for row in tx.all(clock_sql.OF_CASE, case_id=case.id)}
    definition = policies.definition_by_hash(tx, case.definition)
    if name is not None and name not in definition["clocks"]:
        raise Usage(
            "There is no clock {clock} in {type}.",
            hint=N_("Its clocks are: {clocks}."),
            clock=name, type=case.type, clocks=", ".join(definition["clocks"]),
        )  # fmt: skip
    look = Look(tx)
    zone = look.zone(case.unit)
    events = list(_events(tx, ref))
    return {
        "schema": 1,
        "ref": ref,
        "clocks": [
            _clock(tx, case, definition["clocks"][clock.name], clock, events)
            for clock in in_order(definition, case.clocks)
            if name in (None, clock.name)
        ],
        "idle": [
            {"name": key, **_idle(case, spec, zone)}
            for key, spec in definition["clocks"].items()
            if key not in case.clocks and name in (None, key)
        ],
    }


def _events(tx: Tx, ref: str) -> Iterable[Answer]:
    """What happened to the clocks of a case, in order."""
    after = None
    while True:
        page = audit.log(tx, case=ref, kind="clock", limit=PAGE, after=after)
        yield from page["rows"]
        after = page["next"]
        if after is None:
            return


def _clock(tx: Tx, case: Case, spec: Mapping[str, Any], clock: Clock, events: list[Answer]) -> Answer:
    mine = [one for one in events if one["data"].get("clock") == clock.name]
    runs = [one for one in mine if one["kind"] in RUNS]
    found = _counted(tx, clock, runs[-1]["data"]["reckoned"])
    zone = clock.zone
    return {
        "name": clock.name,
        "run": clock.run,
        "state": clock.state,
        "from": _origin(case, spec, clock, runs),
        "from_at": clock.from_at if len(clock.from_at) == len("2026-02-09") else local(clock.from_at, zone),
        "rule": clock.rule,
        "calendar": clock.calendar,
        "calendar_version": clock.calendar_version,
        "zone": zone,
        "stops": [{"from": local(since, zone), "to": local(until, zone)} for since, until in clock.stops],
        "extensions": _extensions(tx, case, clock),
        "due_at": local(clock.due_at, zone),
        "due_on": clock.due_on,
        "precision": clock.precision,
        "provisional": bool(clock.provisional),
        "agrees": stamp(found.at) == clock.due_at,
        "days": [day._asdict() for day in found.days],
        "runs": [
            {
                "run": one["data"]["run"],
                "kind": one["kind"],
                "at": local(one["at"], zone),
                "due_at": local(one["data"]["due_at"], zone),
                "why": one["data"].get("why"),
                "by": one["data"].get("by"),
                "actor": one["actor"],
            }
            for one in runs
        ],
    }


def _counted(tx: Tx, clock: Clock, reckoned: Mapping[str, Any]) -> Due:
    """The same count again, explained. While the clock stands still, its end is the one from before."""
    event, rule = dated(clock.rule, clock.from_at)
    return due(
        rule,
        event,
        calendars.as_of_number(tx, reckoned["calendars"]),
        calendar=reckoned["calendar"],
        zone=reckoned["zone"],
        stops=stops_of([stop for stop in clock.stops if stop[1]]),
        extensions=[parse_duration(text) for text in clock.extensions],
        explain=True,
    )


def _extensions(tx: Tx, case: Case, clock: Clock) -> list[Answer]:
    """What was granted since the clock was started last, the oldest first."""
    text = extension_sql.LIST + " AND c.ref = :ref AND e.clock = :clock AND e.state = 'approved'"
    rows = tx.named(text + " AND e.decided_at >= :since ORDER BY e.decided_at, e.id", ref=case.ref, clock=clock.name,
                    since=clock.started_at)  # fmt: skip
    return [
        {"by": row["by"], "asked_by": row["asked_by"], "decided_by": row["decided_by"],
         "decided_at": local(row["decided_at"], clock.zone)}
        for row in rows
    ]  # fmt: skip


def _origin(case: Case, spec: Mapping[str, Any], clock: Clock, runs: list[Answer]) -> str:
    """What a clock is counted from, in a policy's words; ``entered``, ``reset`` or ``duty`` where nothing is named."""
    if "date" in clock.rule:
        return "duty"
    if "given" in clock.rule:
        return "opener"
    since = [one for one in runs if begun(one["data"]["from_at"]) == begun(clock.from_at)]
    if since and since[0]["data"].get("why") == "reset":
        return "reset"
    if spec["from"] is None:
        return "entered"
    moments = _moments(case, clock.started_at, clock.zone)
    for way, term in terms_of(spec):
        if way[0] == "from" and happened(term, moments) == clock.from_at:
            return anchor_text(term)
    return anchor_text(spec["from"])


def _moments(case: Case, entered: str, zone: str) -> Moments:
    return Moments(
        opened=case.opened_at,
        entered=entered,
        fields=case.fields,
        acted=case.acted_at,
        due={name: other.due_at for name, other in case.clocks.items()},
        breached={name: other.breached_at for name, other in case.clocks.items() if other.breached_at},
        zone=zone,
    )


def _idle(case: Case, spec: Mapping[str, Any], zone: str) -> Answer:
    """Why a clock never ran: {why: condition|state|act|grade|anchor|met, of: [what it waits for]}."""
    if not condition_holds(spec["if"], case.fields):
        return {"why": "condition", "of": list(spec["if"])}
    limit = spec["limit"]
    if limit_for(spec, case.fields, again=False) is None:
        return {"why": "grade", "of": [limit["by"]]}
    if case.state not in spec["runs_in"]:
        return {"why": "state", "of": list(spec["runs_in"])}
    if spec["starts_on"]:
        return {"why": "act", "of": list(spec["starts_on"])}
    if spec["from"] is not None and happened(spec["from"], _moments(case, case.opened_at, zone)) is None:
        return {"why": "anchor", "of": [anchor_text(spec["from"])]}
    return {"why": "met", "of": [action for action in spec["met_by"] if action in case.acted]}
