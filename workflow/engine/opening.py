"""A case begins: its number, its first event, its first clocks."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.errors import N_, Conflict, NotPermitted, Usage
from states.vocabulary import OPENED_BY
from workflow import clocks, fields, grounds, numbers, outbox, policies, receipts
from workflow.case import NEVER, Case, parts_of
from workflow.engine.common import check_times, graded, option_of, refuse_gone
from workflow.engine.distinct import refuse_twin
from workflow.failures import Failure
from workflow.receipts import Outcome
from workflow.roles import standing
from workflow.scene import Scene
from workflow.sql import cases as sql
from workflow.store import Tx
from workflow.trail import Head, Who, Written

LONGEST_TITLE = 500


class Draft(NamedTuple):
    """A case that could begin now: everything about it is known and allowed. ``values`` are in their kept form."""

    definition: policies.Definition
    unit: str
    title: str
    owner: str | None
    values: dict[str, Any]
    ground: dict[str, Any] | None  # the failure it is opened for, where its law asks for one

    @property
    def type(self) -> str:
        return str(self.definition["case"])


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
    expect: int | None = None,
    key: str | None = None,
    duty: str | None = None,
    due_on: str | None = None,
) -> Outcome:
    """Open a case of a type in force; ``owner`` is a person id (default: the actor). A duty gives its code and date.

    What does not exist is at version 0: ``expect`` of anything else is a Conflict.
    """
    asked = [type_, unit, title, dict(given), owner, who.actor, reason]
    if seen := receipts.answer(tx, key, "new", asked):
        return seen
    if expect:
        raise Conflict(
            "A case that is yet to be opened is at version 0, not {expected}.",
            hint=N_("Leave --expect out, or say 0."),
            expected=expect,
        )
    definition = policies.definition(tx, type_)
    specs = definition["fields"]
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise Usage("A case needs a title of at most 500 characters.", hint=N_("Say it with --title."), where="--title")
    fields.kept(tx, "unit", {"type": "unit"}, unit)
    values = fields.typed(tx, specs, [name for name, spec in specs.items() if spec["open"]], given)
    if owner is not None and not duty:
        refuse_gone(tx, owner)  # a duty is opened for whoever answers for it, and must not wait for the register
    found = draft(tx, definition, unit, title, owner or (None if duty else who.actor), values)
    if owner is not None:
        _refuse_charged(tx, found, owner)
    outcome = begin(tx, found, who, reason=reason, duty=duty, due_on=due_on)
    receipts.keep(tx, key, "new", asked, outcome)
    return outcome


def draft(  # noqa: PLR0917  # what a case is made of
    tx: Tx,
    definition: policies.Definition,
    unit: str,
    title: str,
    owner: str | None,
    values: dict[str, Any],
    pending: Failure | None = None,
) -> Draft:
    """The case these values make, with its severity and defaults; Usage where something is missing.

    ``pending``: a failure whose event is about to be written and opens this case.
    """
    values = values | graded(definition, values)
    for name, spec in definition["fields"].items():
        if name not in values and spec["default"] is not None:
            values[name] = fields.kept(tx, name, spec, spec["default"])
        if spec["required"] and name not in values:
            raise Usage(
                "A case of type {type} needs the field {field}.",
                hint=N_("Give it with {option}."),
                where=option_of(name),
                type=definition["case"],
                field=name,
                option=option_of(name),
            )
    check_times(values, definition["fields"])
    refuse_twin(tx, definition, unit=unit, fields=values, changed=values)
    ground = grounds.examine(tx, definition, unit, values, pending)
    return Draft(definition, unit, title.strip(), owner, values, ground)


def _refuse_charged(tx: Tx, found: Draft, owner: str) -> None:
    """Whoever is charged is not given the own case; `assign` refuses the same."""
    law = found.definition
    if not law.get("grounds"):
        return
    there = standing(tx, found.unit, tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date())
    parts = parts_of(law, found.values, owner, None)
    if owner in {one.person for one in there.incumbents("party", parts, law["roles"])}:
        raise NotPermitted(
            "Nobody is given a case that is about them.",
            hint=N_("Name somebody else with --owner, or leave it out."),
            where="--owner",
        )


def reserve(tx: Tx, found: Draft) -> str:
    """The number this case will have. The register of openings must be held."""
    zone = ZoneInfo(found.definition["zone"] or tx.workspace.zone)
    return numbers.next_ref(tx, found.definition["ref"], tx.time.astimezone(zone).year)


def begin(
    tx: Tx,
    found: Draft,
    who: Who,
    *,
    ref: str | None = None,
    reason: str = "",
    duty: str | None = None,
    due_on: str | None = None,
    by: Mapping[str, Any] | None = None,
) -> Outcome:
    """The case begins; what it opens with itself follows. ``by`` names the case that opened it: {ref, n, link, due}."""
    definition, values = found.definition, found.values
    number = numbers.next_opening(tx)
    severity = values.get(definition["severity"]) if definition["severity"] else None
    case = Case(
        (
            tx.id(), ref or reserve(tx, found), found.type, definition["hash"], found.title, found.unit,
            definition["initial"], 1, severity, found.owner, who.actor, tx.now, None, json.dumps(values), "{}", "{}",
            NEVER, duty, 0, Head().hash, "",
        )
    )  # fmt: skip
    scene = Scene(tx, case, definition)
    opens = scene.opens({"t": "opened"})
    told = _told(scene, who, by)
    public, private = fields.split(definition["fields"], values)
    written = case.write(
        tx,
        "case.opened",
        who,
        to_state=case.state,
        rule=scene.rule("case", found.type),
        data={
            "type": found.type, "definition": case.definition, "case": case.id, "owner": case.owner,
            "opener": case.opener, "severity": severity, "duty": duty, "due_on": due_on, "fields": public, "version": 1,
            "reckoned": scene.reckoned, **({"by": dict(by)} if by else {}), **(opens.data if opens else {}),
            **({"ground": found.ground} if found.ground else {}), **({"told": told} if told else {}),
        },
        private={"title": case.title, **private, **({"reason": reason} if reason else {})},
        register=number,
    )  # fmt: skip
    numbers.took(tx, number, written)
    clocks.follow(scene, who, clocks.Step(instead=first_limit(due_on, by)))
    case.due_at = clocks.earliest_due(case)
    tx.put(
        sql.INSERT,
        **case.columns(), ref=case.ref, type=found.type, definition=case.definition, title=case.title, unit=case.unit,
        opener=case.opener, opened_at=tx.now, duty=duty,
    )  # fmt: skip
    tell(scene, written, told)
    if by:
        tx.put(sql.LINK_NEW, case_id=case.id, kind=OPENED_BY, ref=by["ref"])
    if opens:
        opens.begin(who, written)
    return Outcome(case.ref, case.version, None, case.state, written, **(opens.told if opens else {}))


def _told(scene: Scene, who: Who, by: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Whoever is given a case that somebody else opened is told, or who stands in. Of a duty its reminders tell."""
    case = scene.case
    if case.owner is None or case.owner in who.persons or (case.duty and not by):
        return []
    return scene.tell(lambda _: ["owner"])[0]


def tell(scene: Scene, written: Written, told: list[dict[str, Any]]) -> None:
    """The word to those whom the opening says were told, with the first limit they have."""
    if not told:
        return
    case = scene.case
    running = (clock for clock in case.clocks.values() if clock.open)
    first = min(running, key=lambda clock: (clock.due_at, clock.name), default=None)
    body = {"clock": first.name, "due_at": first.due_at, "zone": scene.zone} if first else {}
    persons = [one["person"] for one in told]
    outbox.owe(scene.tx, case, written, "case.opened", persons=persons, key=f"opened/{written.n}", body=body)


def first_limit(due_on: str | None, by: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the first clock of a case follows instead of its own limit: the day of a duty, or what its opener gave."""
    if due_on:
        return {"date": due_on}
    return {"given": by["due"]} if by and "due" in by else None
