"""One transition, top to bottom; and what the clocks of a case do by themselves, through the same door."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from states import doers as law
from states.effects import effects_of
from states.guards import links_asked, roles_asked
from workflow import case as cases
from workflow import clocks, effects, fields, firing, numbers, outbox, periods, receipts
from workflow.case import Case
from workflow.engine.common import (
    check_refs,
    check_times,
    effective_of,
    expect_version,
    graded,
    held_in,
    keep_files,
    save,
)
from workflow.engine.distinct import refuse_twin
from workflow.facts import acting_for, facts_of, with_those_against
from workflow.files import Incoming
from workflow.firing import Fired
from workflow.receipts import Outcome
from workflow.runs import recheck, stop
from workflow.scene import Scene
from workflow.sql import cases as sql
from workflow.store import Tx
from workflow.trail import SYSTEM, Who


class ForDuty(NamedTuple):
    """What became of a duty (``met | skipped | short``), and the day that the clock started by it has."""

    became: str
    dated: str | None = None


class Others(NamedTuple):
    """Who does an act in the place of those its law names: the roles with power over the respondent, where that was
    asked, and whether others step in because everybody else is shut out."""

    powers: list[str] | None
    step_in: bool


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
    expect_version(case, expect)
    scene = _scene(tx, case)
    catch_up(scene)  # what was owed before this act is on record before it
    who, held, others = _as_whom(scene, action, who)
    outcome = _transition(scene, action, who, others=others, held=held, given=given, files=files, reason=reason)
    save(scene)
    receipts.keep(tx, key, "do", asked, outcome)
    return outcome


def _scene(tx: Tx, case: Case) -> Scene:
    """A case of a duty tells the duty's stream how it ends; if it needs the register of openings, that comes first."""
    scene = Scene(tx, case)
    if case.duty and (scene.definition.get("opens") or scene.definition.get("distinct")):
        numbers.hold(tx)
    return scene


def _transition(
    scene: Scene,
    action: str,
    who: Who,
    *,
    held: frozenset[str],
    given: Mapping[str, Any],
    files: Sequence[Incoming],
    reason: str,
    others: "Others | None" = None,
    duty: ForDuty | None = None,
) -> Outcome:
    """One transition, top to bottom; the same for a person, for a clock that acts and for a duty that is done."""
    from states.machine import fire  # `transitions` is for those who change, not for those who look

    case, definition = scene.case, scene.definition
    facts = facts_of(case, scene.tx.now, who, held)
    facts.given, facts.files, facts.reason = given, len(files), reason
    facts.closed = scene.closed()
    facts.opened_for = scene.opened_for(action)
    if others:
        facts.powers, facts.or_else = others.powers, frozenset([action] if others.step_in else [])
    to = fire(definition, action, facts)
    spec = definition["actions"][action]
    values = fields.typed(scene.tx, definition["fields"], [*spec["needs"], *spec["takes"]], given)
    check_times(values, definition["fields"], case)
    check_refs(scene.tx, values, definition["fields"], case)
    refuse_twin(scene.tx, definition, unit=case.unit, fields={**case.fields, **values}, changed=values, ref=case.ref)
    return carry_out(
        scene,
        action,
        who,
        to,
        held=held,
        values=values,
        files=files,
        reason=reason,
        closed=facts.closed,
        others=others,
        duty=duty,
    )


def carry_out(
    scene: Scene,
    action: str,
    who: Who,
    to: str,
    *,
    held: frozenset[str],
    values: dict[str, Any],
    files: Sequence[Incoming],
    reason: str,
    closed: frozenset[str] = frozenset(),
    others: "Others | None" = None,
    duty: ForDuty | None = None,
) -> Outcome:
    """What follows from an act that is allowed. `verify --replay` comes in here, with the values on record.

    ``duty``: what became of the duty for which the scheduler acts.
    """
    tx, case, definition = scene.tx, scene.case, scene.definition
    before, case.state = case.state, to
    effective = effective_of(scene, definition["actions"][action], values)
    values = values | graded(definition, {**case.fields, **values})
    changed = {name for name, value in values.items() if case.fields.get(name) != value}
    case.fields |= values
    if definition["severity"]:
        case.severity = case.fields.get(definition["severity"])
    case.version += 1
    case.acted_at[action] = effective or tx.now
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
    data = {"version": case.version, "fields": public, "roles": sorted(held), "reckoned": scene.reckoned}
    if given := effects_of(definition, action, case.fields):
        data["effects"] = given
    if others and others.powers is not None:  # whose these are, the case alone does not say
        data["powers"] = list(others.powers)
    if others and others.step_in:
        data["or_else"] = law.substitutes(definition, action, others.powers)
    told = _tell(scene, action, data)
    if effective:
        data["effective_at"] = effective
    if duty:
        data |= {"duty": duty.became, "due_on": duty.dated}
    if asked := links_asked(definition, action):  # whether other cases are closed is not to be read from this one
        data["closed"] = sorted(asked & closed)
    opens = scene.opens({"t": "acted", "action": action})
    if opens:
        data |= opens.data
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
    keep_files(tx, case, files, first, written)
    effects.follow(tx, case, definition, action, written)
    if told:
        outbox.owe(tx, case, written, "case.acted", persons=told, key=f"acted/{written.n}", body={"action": action})
    instead = {"date": duty.dated} if duty and duty.dated else None
    clocks.follow(scene, who, clocks.Step(before, action, changed, effective=effective, instead=instead))
    if opens:
        opens.begin(who, written)
    return Outcome(case.ref, case.version, before, case.state, written, **(opens.told if opens else {}))


def _tell(scene: Scene, action: str, data: dict[str, Any]) -> list[str]:
    """Whom the act itself tells; who that is, and whom it found nobody for, goes into its data."""
    if not scene.definition["actions"][action].get("tell"):
        return []
    told, skipped = scene.tell(lambda doers: doers.told_of(action))
    data |= {"told": told, "skipped": skipped}
    return [one["person"] for one in told]


def act_for_duty(tx: Tx, case: Case, action: str, became: str, *, dated: str | None = None) -> Outcome | None:
    """What the scheduler does to a locked case because of what became of its duty (``met | skipped | short``).

    None where its type has no such action for the scheduler, or not in this state.
    """
    scene = _scene(tx, case)
    catch_up(scene)
    spec = scene.definition["actions"].get(action)
    if spec is None or "system" not in spec["by"] or case.state not in spec["from"]:
        return None
    held = frozenset(["system"])
    outcome = _transition(
        scene, action, SYSTEM, held=held, given={}, files=(), reason="", duty=ForDuty(became, dated)
    )  # fmt: skip
    save(scene)
    return outcome


def release(tx: Tx, case: Case, who: Who) -> None:
    """The window of a duty is skipped: the clock of a locked case that has its day ends, neither met nor missed."""
    scene = _scene(tx, case)
    catch_up(scene)
    for clock in case.clocks.values():
        if clock.open and periods.is_dated(clock):
            stop(scene, clock, who, "cancelled", why="skipped")
    save(scene)


def fire_timers(tx: Tx, case: Case) -> list[Fired]:
    """Do what the clocks of a locked case owe by now; called by the pump, and safe to repeat."""
    scene = _scene(tx, case)
    fired = catch_up(scene)
    if case.head.n != case.was:
        save(scene)
    return fired


def recompute(tx: Tx, case: Case) -> int:
    """Reckon the open clocks of a locked case with the calendars in force; answers how many events that took."""
    scene = Scene(tx, case)
    done = recheck(scene, SYSTEM)
    if done:
        clocks.settle(scene, SYSTEM)
        save(scene)
    return len(done)


def catch_up(scene: Scene) -> list[Fired]:
    """Each clock does what it owes by now, the oldest first.

    An action it calls for is done by the scheduler; where what came between hinders it, that is on record.
    """
    fired: list[Fired] = []
    if _owing(scene):
        recheck(scene, SYSTEM)  # what fires was reckoned with the calendars in force
        clocks.settle(scene, SYSTEM)
    while owing := _owing(scene):
        clock = scene.case.clocks[min(owing)[1]]
        run = clock.run
        done, calls = firing.fire(scene, clock)
        fired += done
        clocks.settle(scene, SYSTEM)
        for call in calls:
            if left := firing.hindered(scene, call.action):
                firing.leave(scene, clock, run, call, left)
            else:
                _transition(scene, call.action, SYSTEM, held=frozenset(["system"]), given={}, files=(), reason="")
    return fired


def _owing(scene: Scene) -> list[tuple[str, str]]:
    """(when, clock) of every timer that is due by now."""
    pending = [(clock.pending, name) for name, clock in scene.case.clocks.items()]
    return [(timer.at, name) for timer, name in pending if timer and timer.at <= scene.tx.now]


def _as_whom(scene: Scene, action: str, who: Who) -> tuple[Who, frozenset[str], Others | None]:
    """As whom somebody acts, in which roles, and whether others than usual do this."""
    asked = set(roles_asked(scene.definition))
    if action not in scene.definition["actions"]:
        return who, frozenset(held_in(scene, who, asked)), None
    doers = scene.doers
    powers = doers.powers if law.decides(scene.definition, action) else None
    others = Others(powers, doers.others_step_in(action))
    by = law.doers(scene.definition, action, powers, or_else=others.step_in)
    held = held_in(scene, who, asked | set(by))
    who = acting_for(who, held, by)
    held = with_those_against(scene.standing, scene.case, scene.definition, action, who, held)
    return who, frozenset(held), others
