"""What counts towards a duty is recorded: what was held or done, on which day, with which posts, and its minutes.

One event of the duty's stream each, whose number names the record. A correction is another record in the place of the
first, which stays readable. When enough is recorded the scheduler says so to the window's case; when a correction
takes that back, it says that too.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.errors import N_, Conflict, NotFound, NotNow, NotPermitted, Usage
from workflow import engine, periods, receipts, roles
from workflow.case import Case, by_ref
from workflow.engine.common import acting_for
from workflow.expanding import rule_of
from workflow.facts import held_by
from workflow.files import Incoming
from workflow.instants import moment
from workflow.periods import Period
from workflow.receipts import Outcome
from workflow.roles import Standing
from workflow.schedule import Duty, Schedule
from workflow.seats import POSTS
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.trail import Who, Written, record
from workflow.windows import post_of, seat_of, window_at

MAY_RECORD = ("owner", "office", "unit_head", "first")
MOST = 1_000
LONGEST_TITLE = 500


_NONE = Period("", "", "", "", "", "skipped", None, None, 0, None)


class Activity(NamedTuple):
    """Something that was done: on which day, how many at once, with which posts or how many present, called what."""

    on: date
    times: int = 1
    posts: Sequence[str] = ()
    present: int | None = None
    title: str = ""
    files: Sequence[Incoming] = ()


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
    _check(tx, schedule, unit, activity)
    if activity.times < 1:
        raise Usage("What counts is done at least once.", hint=N_("Leave --count out, or give 1 or more."))
    found, case = _window(tx, schedule, duty, standing, activity.on, who, post)
    who = _permitted(schedule, duty, standing, found, case, who)
    _refuse_same(tx, found, activity)
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
    _check(tx, schedule, unit, activity)
    ref = (periods.period(tx, code, unit, rows[0]["window"]) or _NONE).ref
    case = by_ref(tx, ref or "")
    engine.fire_timers(tx, case)
    found = periods.period(tx, code, unit, rows[0]["window"]) or _NONE
    _refuse_over(found, case)
    who = _permitted(schedule, duty, standing, found, case, who)
    by = tx.named(sql.RECORD, duty=code, unit=unit, no=no)[0]["corrected_by"]
    if by is not None:
        raise Conflict("The record {no} was corrected by {by} already.", hint=N_("Correct {by}."), no=no, by=by)
    if not _inside(schedule, duty, found, activity.on):
        raise NotNow(
            "{day} is not in the window {window} of the record.",
            hint=N_("Correct it to --count 0, and record it where it belongs."),
            day=activity.on.isoformat(), window=found.window,
        )  # fmt: skip
    _refuse_same(tx, found, activity, instead=no)
    written = _write(tx, schedule, found, case, activity, who, reason=reason, corrects=no)
    outcome = _outcome(tx, found, case, written)
    receipts.keep(tx, key, "duty correct", asked, outcome)
    return outcome


def told(tx: Tx, code: str, unit: str, outcome: Outcome, window: str = "") -> dict[str, Any]:
    """The window an outcome is about, as `duty list` shows it, and the number of the record."""
    from workflow.duties import shown

    row = tx.one(sql.OF_REF, ref=outcome.ref) if outcome.ref else None
    found = Period(*row) if row else periods.period(tx, code, unit, window)
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


def _check(tx: Tx, schedule: Schedule, unit: str, activity: Activity) -> None:
    """What cannot be, whatever the duty."""
    today = tx.time.astimezone(ZoneInfo(schedule.zone(unit))).date()
    if activity.on > today:
        raise Usage(
            "{day} is still to come; what is recorded has been done.",
            hint=N_("Give the day it was done."), where="--on", day=activity.on.isoformat(),
        )  # fmt: skip
    if not 0 <= activity.times <= MOST:
        raise Usage("At most {most} are recorded at once.", where="--count", most=MOST)
    if activity.present is not None and not 0 < activity.present <= 1_000_000:
        raise Usage("Somebody was present, or nothing is said of it.", where="--present")
    known = {*POSTS, *(row[0] for row in tx.all(sql.POST_NAMES))}
    for post in activity.posts:
        if post not in known:
            raise Usage(
                "There is no post {post} in the register: who was present is told by posts, or by their number.",
                hint=N_("There are: {posts}."), where="--posts", post=post, posts=", ".join(sorted(known)),
            )  # fmt: skip
    if len(activity.title) > LONGEST_TITLE or "\x00" in activity.title:
        raise Usage("A title has at most 500 characters.", where="--title")


def _window(  # noqa: PLR0917  # one caller
    tx: Tx, schedule: Schedule, duty: Duty, standing: Standing, on: date, who: Who, post: str | None
) -> tuple[Period, Case]:
    """The open window a day lies in, with its case, locked."""
    code, unit, name = duty["code"], standing.unit, window_at(duty["every"], on).name
    found = [Period(*row) for row in tx.all(sql.OF_UNIT, duty=code, unit=unit)]
    here = [period for period in found if period.window.rpartition("@")[2] == name]
    if duty["for"].get("post"):
        here = _of_post(schedule, standing, here, who, post)
    elif post is not None:
        raise Usage("{duty} is the duty of a unit, not of a post.", hint=N_("Leave --post out."), duty=code)
    if not here or here[0].ref is None or not _inside(schedule, duty, here[0], on):
        open_ = [period.window for period in found if period.status == "open"]
        raise NotNow(
            "{duty} of {unit} has no open window that {day} lies in.",
            hint=N_("Open are: {windows}.") if open_ else N_("See `duecourse duty list --unit {unit}`."),
            duty=code, unit=unit, day=on.isoformat(), windows=", ".join(open_),
        )  # fmt: skip
    case = by_ref(tx, here[0].ref)
    engine.fire_timers(tx, case)  # what was owed before this is on record before it
    again = periods.period(tx, *here[0][:3])  # as it stands under the lock of its case
    assert again is not None  # noqa: S101  # periods stay
    _refuse_over(again, case)
    return again, case


def _of_post(schedule: Schedule, standing: Standing, here: list[Period], who: Who, post: str | None) -> list[Period]:
    """The window of the named post (``leader#2`` is its second seat), or of the only one the actor holds."""
    if post is not None:
        return [period for period in here if period.window.rpartition("@")[0] == post]
    day = standing.on.isoformat()
    mine = []
    for period in here:
        name, number = seat_of(period.window)
        holders = schedule.tenures.holders(standing.unit, name, day)
        if number <= len(holders) and holders[number - 1] in who.persons:
            mine.append(period)
    if len(mine) == 1 or (not mine and len(here) == 1):
        return mine or here
    raise Usage(
        "This is a duty of posts: say of which.",
        hint=N_("Give --post, one of: {posts}."), where="--post",
        posts=", ".join(period.window.rpartition("@")[0] for period in mine or here) or "-",
    )  # fmt: skip


def _inside(schedule: Schedule, duty: Duty, period: Period, on: date) -> bool:
    """Whether a day lies in the window, and not before the duty and the unit were there."""
    opened = moment(period.opens_at).astimezone(ZoneInfo(schedule.zone(period.unit))).date()
    window = window_at(duty["every"], on)
    return window.name == period.window.rpartition("@")[2] and opened <= on <= window.last


def _refuse_over(period: Period, case: Case) -> None:
    if period.status == "skipped" or case.closed_at:
        raise NotNow(
            "The window {window} of {duty} is over: {ref} is closed.",
            hint=N_("`duecourse duty show {duty}` tells what was recorded in it."),
            window=period.window, duty=period.duty, ref=case.ref,
        )  # fmt: skip


def _permitted(  # noqa: PLR0917  # what one answer hangs on
    schedule: Schedule, duty: Duty, standing: Standing, found: Period, case: Case, who: Who
) -> Who:
    """Whose duty it is, or the head or the office of the unit; as whom they then act."""
    if post := post_of(found.window):
        number = seat_of(found.window)[1]
        holders = schedule.tenures.holders(standing.unit, post, standing.on.isoformat())
        if number <= len(holders) and holders[number - 1] == who.actor:
            return who
    asked = list(dict.fromkeys([*([duty["owner"]] if duty["owner"] else []), *MAY_RECORD]))
    held = held_by(standing, case, {"roles": schedule.aliases}, who, asked)
    if not held:
        raise NotPermitted(
            "Only whose duty it is, the head of {unit} or its office may record this.",
            hint=N_("Ask one of: {roles}."), unit=standing.unit, roles=", ".join(asked),
        )  # fmt: skip
    return acting_for(who, held, asked)


def _refuse_same(tx: Tx, found: Period, activity: Activity, *, instead: int | None = None) -> None:
    """The same day with the same paper or under the same title is the same meeting."""
    day, title = activity.on.isoformat(), activity.title.strip().casefold()
    mine = {file.sha256 for file in activity.files}
    for row in tx.named(sql.RECORDS, **found.key):
        if row["held_on"] != day or row["corrected_by"] is not None or row["no"] == instead or not row["count"]:
            continue
        papers = (
            {paper["sha256"] for paper in tx.named(sql.FILES_OF, event=row["attached"])} if row["attached"] else set()
        )
        same_title = (row["title"] or "").casefold() == title
        if not papers.isdisjoint(mine) or (same_title and (title or not (papers and mine))):
            raise Conflict(
                "This is recorded already, under the number {no}.",
                hint=N_(
                    "Something else on the same day has a title or minutes of its own; --corrects {no} replaces it."
                ),
                no=row["no"],
            )


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
    written = record(
        tx,
        periods.stream(found.duty, found.unit),
        "duty.recorded",
        who,
        unit=found.unit,
        rule=rule_of(schedule, found.duty),
        data={
            **found.key,
            "ref": found.ref,
            "on": day,
            "count": activity.times,
            "posts": list(activity.posts),
            "present": activity.present,
            "attached": attached.id if attached else None,
            "corrects": corrects,
            "done": done,
        },
        private=private or None,
    )
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
