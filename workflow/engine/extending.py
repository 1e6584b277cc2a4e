"""More time for a clock: asked for before its end by who holds it, granted or refused by somebody else."""

from typing import Any

from states.durations import Duration, format_duration
from states.errors import N_, Conflict, NotNow, NotPermitted, Usage
from states.rules import check_extensions
from workflow import clocks, outbox
from workflow.case import Clock
from workflow.engine.common import held_in
from workflow.engine.remarks import small
from workflow.facts import acting_for
from workflow.plan import breach_of, due_of, own, with_more
from workflow.receipts import Outcome
from workflow.runs import move
from workflow.scene import Scene
from workflow.sql import extension as sql
from workflow.store import Tx
from workflow.trail import Who, Written

MAY_ASK = ("owner", "unit_head")


def request_extension(
    tx: Tx, ref: str, clock: str, by: Duration, *, who: Who, reason: str, expect: int | None = None,
    key: str | None = None,
) -> Outcome:  # fmt: skip
    """Ask for more time. Usage for an amount the rule cannot take, NotNow after the end or beyond what is allowed."""
    text = format_duration(by)

    def do(scene: Scene) -> Written:
        found, allowed = extendable(scene, clock)
        check_amount(scene, found, by, allowed)
        if not reason.strip():
            raise NotNow("More time needs a reason.", hint=N_("Say why with --reason TEXT."))
        if found.state != "running" or scene.tx.now >= breach_of(found.due_at):
            raise NotNow(
                "The time of {clock} in {ref} is {state}; more of it can only be asked for before its end.",
                clock=clock, ref=ref, state=found.state,
            )  # fmt: skip
        row = tx.one(sql.GRANTED, case_id=scene.case.id, clock=clock)
        if row and row[0] >= allowed["times"]:
            raise NotNow(
                "{clock} in {ref} was already extended {times} times.", clock=clock, ref=ref, times=allowed["times"]
            )
        if tx.one(sql.ASKED, case_id=scene.case.id, clock=clock):
            raise Conflict(
                "More time for {clock} in {ref} is already asked for.",
                hint=N_("It waits for a decision; see `duecourse extend list`."),
                clock=clock, ref=ref,
            )  # fmt: skip
        roles = [*MAY_ASK, *scene.doers.holders(clock)]
        held = held_in(scene, who, roles)
        if not held:
            raise NotPermitted(
                "Only who holds {clock} may ask for more time.",
                hint=N_("Ask one of: {roles}."),
                clock=clock, roles=", ".join(dict.fromkeys(roles)),
            )  # fmt: skip
        me = acting_for(who, held, roles)
        id_ = tx.id()
        tx.put(
            sql.NEW, id=id_, case_id=scene.case.id, clock=clock, run=found.run, by=text, asked_by=who.actor or "",
            asked_at=tx.now,
        )  # fmt: skip
        told, _ = scene.tell(lambda doers: doers.approvers(clock))
        data = {"id": id_, "clock": clock, "run": found.run, "by": text, "due_at": found.due_at, "told": told}
        data |= {"version": scene.case.version + 1, "reckoned": scene.reckoned}
        written = scene.case.write(
            tx, "extension.requested", me, rule=scene.rule("clock", clock), data=data, private={"reason": reason}
        )
        persons = [one["person"] for one in told]
        body = {"clock": clock, "by": text, "due_at": found.due_at, "zone": found.zone}
        outbox.owe(tx, scene.case, written, "extension.requested", persons=persons, key=f"extend/{id_}", body=body)
        return written

    return small(tx, "extend", [ref, clock, text, who.actor, reason], ref, do, expect=expect, key=key)


def decide_extension(
    tx: Tx, ref: str, clock: str, *, grant: bool, who: Who, reason: str = "", expect: int | None = None,
    key: str | None = None,
) -> Outcome:  # fmt: skip
    """Grant the time that was asked for, or refuse it; never by who asked."""

    def do(scene: Scene) -> Written:
        found, allowed = extendable(scene, clock)
        row = tx.one(sql.ASKED, case_id=scene.case.id, clock=clock)
        if row is None:
            raise NotNow(
                "Nobody has asked for more time for {clock} in {ref}.",
                hint=N_("See `duecourse extend list`."), clock=clock, ref=ref,
            )  # fmt: skip
        id_, run, by, asked_by, _ = row
        doers = scene.doers
        approve = doers.approvers(clock)
        held = held_in(scene, who, approve)
        if not held:
            raise NotPermitted(
                "More time for {clock} is granted by {roles}, and you hold none of these roles in this case.",
                clock=clock, roles=", ".join(approve),
            )  # fmt: skip
        me = acting_for(who, held, approve)
        asked_for = tx.one(sql.ASKED_FOR, ref=ref, inside=f'%"{id_}"%')
        if not {asked_by, asked_for and asked_for[0]}.isdisjoint(me.persons):
            raise NotPermitted("Who asked for more time does not decide about it.", hint=N_("Somebody else has to."))
        if not doers.respondents.isdisjoint(me.persons):
            raise NotPermitted(
                "{ref} is about you, and nobody decides in their own case.",
                hint=N_("Somebody else has to do it: {roles}."), ref=ref, roles=", ".join(approve),
            )  # fmt: skip
        state = "approved" if grant else "refused"
        tx.put(sql.DECIDE, id=id_, state=state, decided_by=who.actor, decided_at=tx.now, expect=1)
        more: dict[str, Any] = {"id": id_, "by": by, "version": scene.case.version + 1}
        if approve != allowed["approve"]:
            more["approve"] = approve  # whose this is in this case, the law alone does not say
        private = {"reason": reason} if reason else None
        if not grant:
            written = scene.case.write(
                tx, "extension.refused", me, rule=scene.rule("clock", clock),
                data={"clock": clock, "run": run, **more}, private=private,
            )  # fmt: skip
        else:
            written = extend(scene, found, by, me, private, more)
        outbox.owe(
            tx, scene.case, written, written_kind(grant), persons=[asked_by], key=f"extend/{id_}/{state}",
            body={"clock": clock, "by": by, "due_at": found.due_at, "zone": found.zone},
        )  # fmt: skip
        return written

    return small(tx, f"extend {grant}", [ref, clock, who.actor, reason], ref, do, expect=expect, key=key)


def written_kind(grant: bool) -> str:
    return "clock.extended" if grant else "extension.refused"


def extend(  # noqa: PLR0917  # one caller, right above
    scene: Scene, clock: Clock, by: str, who: Who, private: Any, more: dict[str, Any]
) -> Written:
    if clock.state == "paused":
        raise NotNow("{clock} stands still now.", hint=N_("Decide when it runs again."), clock=clock.name)
    rule, clock.extensions = with_more(clock, by, scene.definition["clocks"][clock.name])
    written = move(scene, clock, who, "clock.extended", why="extended", rule=rule, private=private, **more)
    if written is None:
        raise AssertionError("an extension always begins a new run")
    clocks.settle(scene, who)
    return written


def extendable(scene: Scene, clock: str) -> tuple[Clock, dict[str, Any]]:
    """The clock of this case by name, and what its law says about more time."""
    specs = scene.definition["clocks"]
    if clock not in specs:
        raise Usage(
            "There is no clock {clock} in {type}.",
            hint=N_("Its clocks are: {clocks}."),
            clock=clock, type=scene.case.type, clocks=", ".join(specs),
        )  # fmt: skip
    allowed = specs[clock]["extension"]
    found = scene.case.clocks.get(clock)
    if not allowed or (found and "date" in found.rule):
        raise NotNow("The time of {clock} cannot be extended.", clock=clock)
    if found is None or not found.open:
        raise NotNow("{clock} does not run in {ref} now.", clock=clock, ref=scene.case.ref)
    return found, allowed


def check_amount(scene: Scene, clock: Clock, by: Duration, allowed: dict[str, Any]) -> None:
    """No more than the law allows at once: compared by the day each would reach."""
    check_extensions(own(clock.rule), [by])
    text = format_duration(by)
    asked = due_of(scene, clock.rule, clock.from_at, clock.stops, [*clock.extensions, text])
    most = due_of(scene, clock.rule, clock.from_at, clock.stops, [*clock.extensions, allowed["max"]])
    if by.n <= 0 or asked.at > most.at:
        raise NotNow(
            "{by} is more than the {max} by which {clock} may be extended.",
            by=text, max=allowed["max"], clock=clock.name,
        )  # fmt: skip
