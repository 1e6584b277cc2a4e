"""What counts towards a duty is recorded: what was held or done, on which day, with which posts, and its minutes.

One event of the duty's stream each, whose number names the record. A correction is another record in the place of the
first, which stays readable. When enough is recorded the scheduler says so to the window's case; when a correction
takes that back, it says that too.
"""

import json
from typing import Any
from zoneinfo import ZoneInfo

from states.errors import N_, Conflict, NotFound, NotNow, Usage
from workflow import allowed, engine, periods, receipts, roles
from workflow.allowed import Activity
from workflow.case import Case, by_ref
from workflow.expanding import rule_of
from workflow.periods import Period
from workflow.receipts import Outcome
from workflow.roles import Standing
from workflow.schedule import Duty, Schedule
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.trail import Who, Written

__all__ = ["Activity", "correct", "counted", "record_activity", "told"]

_NONE = Period("", "", "", "", "", "skipped", None, None, 0, None)


def record_activity(
    tx: Tx, code: str, unit: str, activity: Activity, *, who: Who, post: str | None = None, key: str | None = None,
    reason: str = "",
) -> Outcome:  # fmt: skip
    """Record what counts towards a duty of a unit, or of a ``post`` of it; the outcome is that of the window's case.

    Usage for a day to come or no sensible count, NotFound for a duty or unit there is not, NotNow for a day outside
    every open window, NotPermitted for whom the duty is not, Conflict for the same again.
    """
    asked = [code, unit, post, *_said(activity), who.actor, reason]
    if seen := receipts.answer(tx, key, "duty record", asked):
        return seen
    schedule = Schedule(tx)
    duty = counted(schedule, code)
    standing = _standing(tx, unit)
    allowed.check(tx, schedule, code, unit, activity)
    if activity.times < 1:
        raise Usage("What counts is done at least once.", hint=N_("Leave --count out, or give 1 or more."))
    found, case = allowed.window(tx, schedule, duty, standing, activity.on, who, post)
    who = allowed.permitted(schedule, duty, standing, found, case, who)
    allowed.refuse_same(tx, found, activity)
    outcome = _outcome(tx, found, case, _write(tx, schedule, found, case, activity, who, reason=reason))
    receipts.keep(tx, key, "duty record", asked, outcome)
    return outcome


def correct(
    tx: Tx, code: str, unit: str, no: int, activity: Activity, *, who: Who, key: str | None = None, reason: str = ""
) -> Outcome:
    """Put another record in the place of the one of this number; a count of 0 says that it was none at all.

    NotFound for a number nobody recorded, Conflict for one that was corrected already.
    """
    asked = [code, unit, no, *_said(activity), who.actor, reason]
    if seen := receipts.answer(tx, key, "duty correct", asked):
        return seen
    schedule = Schedule(tx)
    duty = counted(schedule, code)
    standing = _standing(tx, unit)
    rows = tx.named(sql.RECORD, duty=code, unit=unit, no=no)
    if not rows:
        raise NotFound(
            "Nothing is recorded under the number {no} for {duty} of {unit}.",
            hint=N_("`duecourse duty show {duty} --unit {unit}` lists what is recorded."),
            no=no, duty=code, unit=unit,
        )  # fmt: skip
    allowed.check(tx, schedule, code, unit, activity)
    ref = (periods.period(tx, code, unit, rows[0]["window"]) or _NONE).ref
    case = by_ref(tx, ref or "")
    engine.fire_timers(tx, case)
    found = periods.period(tx, code, unit, rows[0]["window"]) or _NONE
    allowed.refuse_over(found, case)
    who = allowed.permitted(schedule, duty, standing, found, case, who)
    by = tx.named(sql.RECORD, duty=code, unit=unit, no=no)[0]["corrected_by"]
    if by is not None:
        raise Conflict("The record {no} was corrected by {by} already.", hint=N_("Correct {by}."), no=no, by=by)
    if not allowed.inside(schedule, duty, found, activity.on):
        raise NotNow(
            "{day} is not in the window {window} of the record.",
            hint=N_("Correct it to --count 0, and record it where it belongs."),
            day=activity.on.isoformat(), window=found.window,
        )  # fmt: skip
    allowed.refuse_same(tx, found, activity, instead=no)
    written = _write(tx, schedule, found, case, activity, who, reason=reason, corrects=no)
    outcome = _outcome(tx, found, case, written)
    receipts.keep(tx, key, "duty correct", asked, outcome)
    return outcome


def told(tx: Tx, code: str, unit: str, outcome: Outcome, window: str = "") -> dict[str, Any]:
    """The window an outcome is about, as `duty list` shows it, and the number of the record."""
    from workflow.duties import shown

    found = periods.of_case(tx, outcome.ref) or periods.period(tx, code, unit, window)
    assert found is not None  # noqa: S101  # the outcome is of a window
    return {"schema": 1, **shown(tx, found), "no": outcome.event.n}


def counted(schedule: Schedule, code: str) -> Duty:
    """The duty in force; NotFound for none, Usage for one in which nothing is counted."""
    duty = schedule.duties.get(code)
    if duty is None:
        from workflow.duties import unknown

        raise unknown(code)
    if "at_least" not in duty:
        raise Usage(
            "{duty} is done with its case, not by records.",
            hint=N_("`duecourse duty list` shows the number of the case."),
            duty=code,
        )
    return duty


def _said(activity: Activity) -> list[Any]:
    files = [file.sha256 for file in activity.files]
    return [activity.on.isoformat(), activity.times, list(activity.posts), activity.present, activity.title, files]


def _standing(tx: Tx, unit: str) -> Standing:
    return roles.standing(tx, unit, tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date())


def _write(  # noqa: PLR0917
    tx: Tx, schedule: Schedule, found: Period, case: Case, activity: Activity, who: Who, *, reason: str,
    corrects: int | None = None,
) -> Written:  # fmt: skip
    """The record, its papers on the case, the count, and what becomes of the window by it."""
    attached: Written | None = None
    if activity.files:
        attached = engine.attach_for_duty(tx, case, activity.files, who=who)
    title, day = activity.title.strip(), activity.on.isoformat()
    rows = [row for row in tx.named(sql.RECORDS, **found.key) if row["corrected_by"] is None and row["no"] != corrects]
    done = sum(row["count"] for row in rows) + activity.times
    private = {**({"title": title} if title else {}), **({"reason": reason} if reason else {})}
    data = {
        "on": day,
        "count": activity.times,
        "posts": list(activity.posts),
        "present": activity.present,
        "attached": attached.id if attached else None,
        "corrects": corrects,
        "done": done,
    }
    written = periods.tell(tx, found, "recorded", who, rule_of(schedule, found.duty), data, private)
    tx.put(
        sql.RECORD_NEW, duty=found.duty, unit=found.unit, no=written.n, window=found.window, held_on=day,
        count=activity.times, posts=json.dumps(list(activity.posts)) if activity.posts else None,
        present=activity.present, title=title or None, attached=attached.id if attached else None, corrects=corrects,
        at=written.at, actor=who.actor,
    )  # fmt: skip
    tx.put(sql.COUNT, done=done, expect=1, **found.key)
    acts = schedule.duties[found.duty]["acts"]
    required = found.required or 0
    if done >= required and found.status in {"open", "missed"}:
        engine.act_for_duty(tx, case, acts["met"], "met")
    elif done < required and found.status == "met":
        if engine.act_for_duty(tx, case, acts["short"], "short", dated=found.due_on) is None:
            raise NotNow(
                "{ref} is done with, and this correction would take that back.",
                hint=N_("Its type has no act for it: see `acts:` of the duty."), ref=found.ref,
            )  # fmt: skip
        periods.reopen(tx, case, rule=rule_of(schedule, found.duty))
    return written


def _outcome(tx: Tx, found: Period, case: Case, written: Written) -> Outcome:
    again = periods.period(tx, *found[:3])
    return Outcome(case.ref, case.version, found.status, again.status if again else found.status, written)
