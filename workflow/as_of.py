"""A case as the trail says it stood at an instant: its events up to then are decided again, as `verify --replay` does.

What was erased since is shown as erased: the past gives nothing back.
"""

from datetime import datetime
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from states.errors import N_, Integrity, NotFound, Usage
from workflow.ask import described
from workflow.engine.erasing import KIND
from workflow.event_json import ERASED
from workflow.findings import Findings
from workflow.instants import stamp
from workflow.look import Answer, Look, local
from workflow.recorded import GONE, Recorded, of_stream
from workflow.replay_case import Life
from workflow.replay_law import Law
from workflow.replay_scene import Differs
from workflow.sql import cases as sql
from workflow.store.tx import Tx


def case_as_of(tx: Tx, ref: str, at: datetime) -> Answer:
    """`ask.case` of the past, with ``as_of``; nobody acts in the past, so there are no ``actions``.

    NotFound for a case that is unknown or was not opened yet, Usage for an instant to come, Integrity where the
    trail does not hold.
    """
    until, zone = stamp(at), tx.workspace.zone
    if until > tx.now:
        raise Usage("What {at} will bring is not on record.", where="--as-of", at=local(until, zone))
    if tx.one(sql.BY_REF, ref=ref) is None:
        raise NotFound(
            "There is no case {ref} here.", hint=N_("`duecourse case list` shows the cases there are."), ref=ref
        )
    everything = list(of_stream(tx, ref))
    life = _lived(tx, ref, list(takewhile(lambda one: one.at <= until, everything)), everything)
    case, definition = life.case, life.scene.definition
    case.title = "" if life.title == GONE else life.title
    for name in life.gone | _taken_out(everything):
        if name in case.fields:
            case.fields[name] = dict(ERASED)
    look = Look(tx, on=at.astimezone(ZoneInfo(zone)).date())
    own_zone = look.zone(case.unit)
    return {
        **described(look, case, definition),
        "actions": [],
        "files": [
            _file(file, own_zone) for _, file in sorted(life.room.rows["file"].items(), key=lambda item: item[0])
        ],
        "links": [{"kind": kind, "ref": other} for kind, other in sorted(life.room.rows["link"])],
        "as_of": local(until, own_zone),
    }


def _lived(tx: Tx, ref: str, events: list[Recorded], everything: list[Recorded]) -> Life:
    if not events:
        first = everything[0].at if everything else None
        raise NotFound(
            "{ref} was not opened yet: that was at {at}.", ref=ref, at=local(first, tx.workspace.zone) or "?"
        )
    law = Law(tx, Findings(), only=str(events[0].data.get("definition")))
    life = Life(tx.workspace, law, events)
    try:
        life.run()
    except Differs as differs:
        raise Integrity(
            "The trail of {ref} does not hold at event {n}: {what}.",
            hint=N_("Run `duecourse audit verify --replay`."),
            ref=ref,
            n=differs.at.n,
            what=differs.what,
        ) from differs
    return life


def _taken_out(events: list[Recorded]) -> set[str]:
    """The fields out of which persons were taken, at whatever time."""
    given = {one.id: one.data.get("fields", {}) for one in events}
    names = set()
    for one in events:
        field = str(one.data.get("field", "")) if one.kind == KIND else ""
        if field.startswith("field/") and field[6:] in given.get(str(one.data.get("event")), {}):
            names.add(field[6:])
    return names


def _file(file: dict[str, Any], zone: str) -> Answer:
    gone = file["sha256"] == GONE
    return {
        "name": "" if gone else file["name"],
        "sha256": "" if gone else file["sha256"],
        "size": 0 if gone else file["size"],
        "at": local(file["at"], zone),
    }
