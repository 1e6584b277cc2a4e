"""A case begins: its number, its first event, its first clocks."""

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from states.errors import N_, Usage
from workflow import clocks, fields, numbers, policies, receipts
from workflow.case import NEVER, Case
from workflow.engine.common import check_times, graded, option_of
from workflow.receipts import Outcome
from workflow.scene import Scene
from workflow.sql import cases as sql
from workflow.store import Tx
from workflow.trail import Head, Who


def open_case(
    tx: Tx,
    type_: str,
    *,
    unit: str,
    title: str,
    given: Mapping[str, Any],
    who: Who,
    owner: str | None = None,
    reason: str = "",
    key: str | None = None,
    duty: str | None = None,
    due_on: str | None = None,
) -> Outcome:
    """Open a case of a type in force; ``owner`` is a person id (default: the actor). A duty gives its code and date."""
    asked = [type_, unit, title, dict(given), owner, who.actor, reason]
    if seen := receipts.answer(tx, key, "new", asked):
        return seen
    definition = policies.definition(tx, type_)
    specs = definition["fields"]
    if not title.strip() or len(title) > 500:
        raise Usage("A case needs a title of at most 500 characters.", hint=N_("Say it with --title."), where="--title")
    fields.kept(tx, "unit", {"type": "unit"}, unit)
    values = fields.typed(tx, specs, [name for name, spec in specs.items() if spec["open"]], given)
    values |= graded(definition, values)
    for name, spec in specs.items():
        if name not in values and spec["default"] is not None:
            values[name] = fields.kept(tx, name, spec, spec["default"])
        if spec["required"] and name not in values:
            raise Usage(
                "A {type} needs the field {field}.",
                hint=N_("Give it with {option}."),
                where=option_of(name),
                type=type_,
                field=name,
                option=option_of(name),
            )
    check_times(values, specs)
    zone = ZoneInfo(definition["zone"] or tx.workspace.zone)
    number = numbers.next_opening(tx)
    severity = values.get(definition["severity"]) if definition["severity"] else None
    case = Case(
        (
            tx.id(), numbers.next_ref(tx, definition["ref"], tx.time.astimezone(zone).year), type_, definition["hash"],
            title.strip(), unit, definition["initial"], 1, severity, owner or (None if duty else who.actor), who.actor,
            tx.now, None, json.dumps(values), "{}", "{}", NEVER, duty, 0, Head().hash, "",
        )
    )  # fmt: skip
    scene = Scene(tx, case, definition)
    public, private = fields.split(specs, values)
    written = case.write(
        tx,
        "case.opened",
        who,
        to_state=case.state,
        rule=scene.rule("case", type_),
        data={
            "type": type_, "definition": case.definition, "case": case.id, "owner": case.owner, "opener": case.opener,
            "severity": severity, "duty": duty, "due_on": due_on, "fields": public, "version": 1,
            "reckoned": scene.reckoned,
        },
        private={"title": case.title, **private, **({"reason": reason} if reason else {})},
        register=number,
    )  # fmt: skip
    numbers.took(tx, number, written)
    clocks.follow(scene, who, clocks.Step(dated=due_on))
    case.due_at = clocks.earliest_due(case)
    tx.put(
        sql.INSERT,
        **case.columns(), ref=case.ref, type=type_, definition=case.definition, title=case.title, unit=unit,
        opener=case.opener, opened_at=tx.now, duty=duty,
    )  # fmt: skip
    outcome = Outcome(case.ref, case.version, None, case.state, written)
    receipts.keep(tx, key, "new", asked, outcome)
    return outcome
