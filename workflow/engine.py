"""The only place where a case changes.

`open_case`, `act` and `fire_timers` are the three doors; `comment`, `assign`, `link` and `attach` the small ones. Each
runs inside one transaction of the caller, which makes act, event, timers and outbox one commit. Each refuses with one
typed Problem and then nothing is written.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.effects import effects_of
from states.errors import N_, Conflict, NotNow, NotPermitted, Usage
from states.guards import roles_asked
from workflow import case as cases
from workflow import clocks, fields, numbers, outbox, policies, receipts
from workflow.case import Case
from workflow.clocks import Fired
from workflow.facts import facts_of, held_by
from workflow.files import Incoming
from workflow.scene import Scene
from workflow.sql import cases as sql
from workflow.store import Tx
from workflow.trail import SYSTEM, Head, Who, Written

MAY_ASSIGN = ("owner", "unit_head", "member_in_charge", "direct", "first", "office")
MAY_ADD = ("owner", "opener", "unit_head", "office")


class Outcome(NamedTuple):
    """What a change did. ``again`` is True where an idempotency key answered instead of doing it twice."""

    ref: str
    version: int
    from_state: str | None
    to_state: str
    event: Written
    again: bool = False


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
    for name, spec in specs.items():
        if name not in values and spec["default"] is not None:
            values[name] = fields.kept(tx, name, spec, spec["default"])
        if spec["required"] and name not in values:
            raise Usage(
                "A {type} needs the field {field}.",
                hint=N_("Give it with {option}."),
                where=_option(name),
                type=type_,
                field=name,
                option=_option(name),
            )
    _check_times(values, specs)
    zone = ZoneInfo(definition["zone"] or tx.workspace.zone)
    number = numbers.next_opening(tx)
    severity = values.get(definition["severity"]) if definition["severity"] else None
    case = Case(
        (
            tx.id(), numbers.next_ref(tx, definition["ref"], tx.time.astimezone(zone).year), type_, definition["hash"],
            title.strip(), unit, definition["initial"], 1, severity, owner or (None if duty else who.actor), who.actor,
            tx.now, None, json.dumps(values), "{}", clocks.NEVER, duty, 0, Head().hash, "",
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
        },
        private={"title": case.title, **private, **({"reason": reason} if reason else {})},
        register=number,
    )  # fmt: skip
    numbers.took(tx, number, written)
    clocks.enter(scene, who, None, None, dated=due_on)
    case.due_at = clocks.earliest_due(case)
    tx.put(
        sql.INSERT,
        **case.columns(), ref=case.ref, type=type_, definition=case.definition, title=case.title, unit=unit,
        opener=case.opener, opened_at=tx.now, duty=duty,
    )  # fmt: skip
    outcome = Outcome(case.ref, case.version, None, case.state, written)
    receipts.keep(tx, key, "new", asked, outcome)
    return outcome


def act(
    tx: Tx,
    ref: str,
    action: str,
    *,
    who: Who,
    given: Mapping[str, Any] | None = None,
    files: Sequence[Incoming] = (),
    reason: str = "",
    expect: int | None = None,
    key: str | None = None,
) -> Outcome:
    """Do an action on a case, as a person."""
    given = given or {}
    asked = [ref, action, dict(given), [file.sha256 for file in files], reason, who.actor]
    if seen := receipts.answer(tx, key, "do", asked):
        return seen
    case = cases.by_ref(tx, ref)
    _expect(case, expect)
    scene = Scene(tx, case)
    _catch_up(scene)  # what was owed before this act is on record before it
    held = _held(scene, who, roles_asked(scene.definition))
    who = _standing_for(scene, action, who, held)
    outcome = _transition(scene, action, who, held=frozenset(held), given=given, files=files, reason=reason)
    _save(scene)
    receipts.keep(tx, key, "do", asked, outcome)
    return outcome


def _transition(
    scene: Scene,
    action: str,
    who: Who,
    *,
    held: frozenset[str],
    given: Mapping[str, Any],
    files: Sequence[Incoming],
    reason: str,
) -> Outcome:
    """One transition, top to bottom; the same for a person and for a clock that acts."""
    from states.machine import fire  # `transitions` is for those who change, not for those who look

    tx, case, definition = scene.tx, scene.case, scene.definition
    facts = facts_of(case, tx.now, who, held)
    facts.given, facts.files, facts.reason = given, len(files), reason
    before, case.state = case.state, fire(definition, action, facts)

    spec = definition["actions"][action]
    values = fields.typed(tx, definition["fields"], [*spec["needs"], *spec["takes"]], given)
    _check_times(values, definition["fields"], case)
    changed = {name for name, value in values.items() if case.fields.get(name) != value}
    case.fields |= values
    if definition["severity"]:
        case.severity = case.fields.get(definition["severity"])
    case.version += 1
    case.acted[action] = [*dict.fromkeys([*case.acted.get(action, []), *who.persons])]
    final = definition["states"][case.state]["final"]
    case.closed_at = (case.closed_at or tx.now) if final else None

    public, private = fields.split(definition["fields"], values)
    number = tx.one(sql.FILE_COUNT, id=case.id) if files else None
    first = number[0] + 1 if number else 1
    for no, file in enumerate(files, first):
        private[f"file/{no}"] = {"name": file.name, "sha256": file.sha256, "size": file.size}
    if reason:
        private["reason"] = reason
    data = {"version": case.version, "fields": public, "roles": sorted(held & set(spec["by"]))}
    if effects := effects_of(definition, action, case.fields):
        data["effects"] = effects
    written = case.write(
        tx,
        "case.acted",
        who,
        action=action,
        from_state=before,
        to_state=case.state,
        rule=scene.rule("action", action),
        data=data,
        private=private,
    )
    _keep_files(tx, case, files, first, written)
    clocks.enter(scene, who, before, action)
    for name in changed:
        clocks.regrade(scene, who, name)
    return Outcome(case.ref, case.version, before, case.state, written)


def fire_timers(tx: Tx, case: Case) -> list[Fired]:
    """Do what the clocks of a locked case owe by now; called by the pump, and safe to repeat."""
    scene = Scene(tx, case)
    fired = _catch_up(scene)
    if fired:
        _save(scene)
    return fired


def _catch_up(scene: Scene) -> list[Fired]:
    """Each clock does what it owes by now, the oldest first.

    An action it calls for is done by the scheduler, where the state still allows it.
    """
    fired: list[Fired] = []
    while owing := _owing(scene):
        done, actions = clocks.fire(scene, scene.case.clocks[min(owing)[1]])
        fired += done
        for action in actions:
            if scene.case.state in scene.definition["actions"][action]["from"]:
                _transition(scene, action, SYSTEM, held=frozenset(["system"]), given={}, files=(), reason="")
    return fired


def _owing(scene: Scene) -> list[tuple[str, str]]:
    """(when, clock) of every timer that is due by now."""
    pending = [(clock.pending, name) for name, clock in scene.case.clocks.items()]
    return [(timer.at, name) for timer, name in pending if timer and timer.at <= scene.tx.now]


def comment(tx: Tx, ref: str, text: str, *, who: Who, expect: int | None = None, key: str | None = None) -> Outcome:
    """Put a remark on record; it changes nothing else, and a closed case takes it too."""

    def do(scene: Scene) -> Written:
        if not text.strip() or len(text) > fields.LONGEST:
            raise Usage("A comment needs some text, at most 8000 characters.", where="TEXT")
        return scene.case.write(tx, "case.commented", who, private={"text": text.strip()})

    return _small(tx, "comment", [ref, text, who.actor], ref, do, expect=expect, key=key, counts=False)


def assign(
    tx: Tx, ref: str, owner: str, *, who: Who, reason: str = "", expect: int | None = None, key: str | None = None
) -> Outcome:
    """Give the case another owner (a person id)."""

    def do(scene: Scene) -> Written:
        case = scene.case
        _refuse_closed(case)
        held = _held(scene, who, MAY_ASSIGN)
        if not held:
            raise NotPermitted(
                "Only its owner or a superior may assign {ref}.",
                hint=N_("Ask one of: {roles}."),
                ref=ref,
                roles=", ".join(MAY_ASSIGN),
            )
        if tx.one(sql.POSTED, person=owner) is None:
            raise Usage("A case is owned by the holder of a post.", hint=N_("Name somebody with a posting."))
        was, case.owner = case.owner, owner
        written = case.write(
            tx,
            "case.assigned",
            _for(who, held, MAY_ASSIGN),
            data={"owner": owner, "was": was, "version": case.version + 1},
            private={"reason": reason} if reason else None,
        )
        outbox.owe(
            tx, case, written, "case.assigned", persons=[owner], key=f"assigned/{written.n}", body={"state": case.state}
        )
        return written

    return _small(tx, "assign", [ref, owner, who.actor, reason], ref, do, expect=expect, key=key)


def link(
    tx: Tx, ref: str, kind: str, other: str, *, who: Who, expect: int | None = None, key: str | None = None
) -> Outcome:
    """Point from this case to another, in a word of the office's choice."""

    def do(scene: Scene) -> Written:
        case = scene.case
        who_for = _may_add(scene, who)
        if not (kind.isidentifier() or kind.replace("-", "_").isidentifier()) or len(kind) > 40:
            raise Usage("{kind} is not a word for a link.", hint=N_("Use letters and hyphens."), kind=repr(kind))
        fields.kept(tx, "ref", {"type": "ref"}, other)
        if other == ref or tx.one(sql.REF_KNOWN, ref=other) is None:
            raise Usage("A case is linked to another case.", where="REF2")
        if tx.one(sql.LINK_KNOWN, case_id=case.id, kind=kind, ref=other):
            raise Conflict("{ref} is already linked so to {other}.", ref=ref, other=other)
        tx.put(sql.LINK_NEW, case_id=case.id, kind=kind, ref=other)
        return case.write(tx, "case.linked", who_for, data={"kind": kind, "ref": other, "version": case.version + 1})

    return _small(tx, "link", [ref, kind, other, who.actor], ref, do, expect=expect, key=key)


def attach(tx: Tx, ref: str, file: Incoming, *, who: Who, expect: int | None = None, key: str | None = None) -> Outcome:
    """Add a file to a case that is still open."""

    def do(scene: Scene) -> Written:
        case = scene.case
        _refuse_closed(case)
        who_for = _may_add(scene, who)
        number = tx.one(sql.FILE_COUNT, id=case.id)
        no = (number[0] if number else 0) + 1
        private = {f"file/{no}": {"name": file.name, "sha256": file.sha256, "size": file.size}}
        written = case.write(tx, "case.attached", who_for, data={"version": case.version + 1}, private=private)
        _keep_files(tx, case, [file], no, written)
        return written

    return _small(tx, "attach", [ref, file.name, file.sha256, who.actor], ref, do, expect=expect, key=key)


def _small(
    tx: Tx,
    verb: str,
    asked: list[Any],
    ref: str,
    do: Callable[[Scene], Written],
    *,
    expect: int | None,
    key: str | None,
    counts: bool = True,
) -> Outcome:
    """What the small doors share: key, lock, version, save. A remark does not count as an act (``counts``)."""
    if seen := receipts.answer(tx, key, verb, asked):
        return seen
    case = cases.by_ref(tx, ref)
    _expect(case, expect)
    scene = Scene(tx, case)
    written = do(scene)
    case.version += counts
    _save(scene)
    outcome = Outcome(ref, case.version, case.state, case.state, written)
    receipts.keep(tx, key, verb, asked, outcome)
    return outcome


def _held(scene: Scene, who: Who, asked: Iterable[str]) -> dict[str, str | None]:
    return held_by(scene.standing, scene.case, scene.definition, who, asked)


def _standing_for(scene: Scene, action: str, who: Who, held: dict[str, str | None]) -> Who:
    spec = scene.definition["actions"].get(action)
    return _for(who, held, spec["by"]) if spec else who


def _for(who: Who, held: dict[str, str | None], roles: Sequence[str]) -> Who:
    """The actor in own right where any of the roles is his own; else on behalf of the one he deputises for."""
    mine = [held[role] for role in roles if role in held]
    if who.behalf or not mine or None in mine:
        return who
    return Who(who.actor, who.via, mine[0])


def _may_add(scene: Scene, who: Who) -> Who:
    asked = sorted({*MAY_ADD, *roles_asked(scene.definition)})
    held = _held(scene, who, asked)
    if not held:
        raise NotPermitted("You have no part in {ref}.", hint=N_("Ask its owner to add it."), ref=scene.case.ref)
    return _for(who, held, asked)


def _refuse_closed(case: Case) -> None:
    if case.closed_at:
        raise NotNow(
            "{ref} is closed ({state}).", hint=N_("Open a new case and link it."), ref=case.ref, state=case.state
        )


def _expect(case: Case, expect: int | None) -> None:
    if expect is not None and expect != case.version:
        raise Conflict(
            "{ref} is at version {version}, not {expected}: somebody acted in between.",
            hint=N_("Look at it with `duecourse case show {ref}` and repeat."),
            ref=case.ref,
            version=case.version,
            expected=expect,
        )


def _check_times(values: Mapping[str, Any], specs: Mapping[str, Any], case: Case | None = None) -> None:
    """Dates that cannot be: awareness before the occurrence, or an act that dates itself before its case."""
    occurred, aware = values.get("occurred_at"), values.get("aware_at")
    if occurred and aware and aware < occurred:
        raise Usage(
            "Nobody can be aware of it before it occurred.", hint=N_("Check the two times."), where="--aware-at"
        )
    if case is None:
        return
    for name, value in values.items():
        if specs[name]["type"] in {"date", "time"} and value < case.opened_at[: len(value)]:
            raise Usage(
                "{value} lies before the case {ref} was opened.",
                hint=N_("Give a day on or after {day}."),
                where=_option(name),
                value=value,
                ref=case.ref,
                day=case.opened_at[:10],
            )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _keep_files(tx: Tx, case: Case, files: Sequence[Incoming], first: int, written: Written) -> None:
    for no, file in enumerate(files, first):
        tx.put(
            sql.FILE_NEW,
            case_id=case.id,
            no=no,
            sha256=file.sha256,
            name=file.name,
            size=file.size,
            at=written.at,
            event=written.id,
        )


def _save(scene: Scene) -> None:
    case = scene.case
    case.due_at = clocks.earliest_due(case)
    scene.tx.put(sql.UPDATE, expect=1, was=case.was, **case.columns())
    case.was = case.head.n
