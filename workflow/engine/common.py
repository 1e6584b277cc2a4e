"""What the doors of the engine share: who may, what cannot be, and the one statement that sets a case."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from states.durations import parse_duration
from states.errors import N_, Conflict, NotNow, NotPermitted, Usage
from states.guards import roles_asked
from states.limits import shift
from workflow import clocks
from workflow.case import Case
from workflow.facts import acting_for, held_by
from workflow.files import Incoming
from workflow.instants import moment, stamp
from workflow.scene import Scene
from workflow.sql import cases as sql
from workflow.store import Tx
from workflow.trail import Who, Written

MAY_ADD = ("owner", "opener", "unit_head", "office")


def held_in(scene: Scene, who: Who, asked: Iterable[str]) -> dict[str, str | None]:
    return held_by(scene.standing, scene.case, scene.definition, who, asked)


def may_add(scene: Scene, who: Who) -> Who:
    asked = sorted({*MAY_ADD, *roles_asked(scene.definition)})
    held = held_in(scene, who, asked)
    if not held:
        raise NotPermitted("You have no part in {ref}.", hint=N_("Ask its owner to add it."), ref=scene.case.ref)
    return acting_for(who, held, asked)


def refuse_closed(case: Case) -> None:
    if case.closed_at:
        raise NotNow(
            "{ref} is closed ({state}).", hint=N_("Open a new case and link it."), ref=case.ref, state=case.state
        )


def refuse_gone(tx: Tx, owner: str) -> None:
    """Whoever left all posts is given no case; whoever never had one may have opened it."""
    today = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date().isoformat()
    if tx.one(sql.POSTED, person=owner) and tx.one(sql.POSTED_YET, person=owner, on=today) is None:
        raise Usage("A case is owned by the holder of a post.", hint=N_("Name somebody with a posting."))


def expect_version(case: Case, expect: int | None) -> None:
    if expect is not None and expect != case.version:
        raise Conflict(
            "{ref} is at version {version}, not {expected}: somebody acted in between.",
            hint=N_("Look at it with `duecourse case show {ref}` and repeat."),
            ref=case.ref,
            version=case.version,
            expected=expect,
        )


def check_times(values: Mapping[str, Any], specs: Mapping[str, Any], case: Case | None = None) -> None:
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
                where=option_of(name),
                value=value,
                ref=case.ref,
                day=case.opened_at[:10],
            )


def check_refs(tx: Tx, values: Mapping[str, Any], specs: Mapping[str, Any], case: Case) -> None:
    """A case is not its own duplicate, source or successor; and where its law says so, only what came of it will do."""
    for name, value in values.items():
        if specs[name]["type"] == "ref" and value == case.ref:
            raise Usage("{ref} cannot refer to itself.", where=option_of(name), ref=case.ref)
        words = specs[name].get("linked")
        if not words:
            continue
        found = [case.ref]
        for word in words:
            found = [row[0] for ref in found for row in tx.all(sql.LINKED, ref=ref, kind=word)]
        if value not in found:
            raise Usage(
                "{value} did not come of {ref}; the field {field} takes what is linked from it by {links}.",
                hint=N_("That is: {found}.") if found else N_("There is none yet."),
                where=option_of(name), value=str(value), ref=case.ref, field=name, links=" → ".join(words),
                found=", ".join(found),
            )  # fmt: skip


def graded(definition: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The severity that the numbers of a case demand, where it is graver than the one given; else nothing."""
    rows = definition["grades"]
    if not rows:
        return {}
    from states.grades import grade

    field, found = definition["severity"], grade(definition, values)
    order = [row["is"] for row in rows]  # the gravest first
    given = values.get(field)
    if found is None or (given in order and order.index(given) <= order.index(found)):
        return {}
    return {field: found}


def effective_of(scene: Scene, spec: Mapping[str, Any], values: Mapping[str, Any]) -> str | None:
    """The earlier time as of which an act counts, where its law allows one and it was given; a stamp."""
    name = spec["effective"]
    value = values.get(name) if name else None
    if not value:
        return None
    tx = scene.tx
    at = (
        moment(value)
        if len(value) > len("2026-02-09")
        else datetime.combine(date.fromisoformat(value), time.min, ZoneInfo(scene.zone))
    )
    if stamp(at) > tx.now:
        raise Usage("An act cannot count from a time still to come.", where=option_of(name))
    if spec["effective_max"]:
        most = parse_duration(spec["effective_max"])
        first = shift(
            tx.time, most, scene.calendars, calendar=scene.calendar, zone=scene.zone, back=True, at_time=time.min
        )
        if at < first:
            raise NotNow(
                "{value} is further back than the {max} this act may be dated back.",
                hint=N_("Give a later time, or leave {option} out."),
                value=value,
                max=spec["effective_max"],
                option=option_of(name),
            )
    return stamp(at)


def option_of(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def keep_files(tx: Tx, case: Case, files: Sequence[Incoming], first: int, written: Written) -> None:
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


def save(scene: Scene) -> None:
    case = scene.case
    case.due_at = clocks.earliest_due(case)
    scene.tx.put(sql.UPDATE, expect=1, was=case.was, **case.columns())
    case.was = case.head.n
