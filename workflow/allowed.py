"""What may be recorded towards a duty, in which window, by whom: everything that is refused, with why."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from states.errors import N_, Conflict, NotNow, NotPermitted, Usage
from workflow import engine, periods
from workflow.case import Case, by_ref
from workflow.facts import acting_for, held_by
from workflow.files import Incoming
from workflow.instants import moment
from workflow.periods import Period
from workflow.posts import known as posts_known
from workflow.roles import Standing
from workflow.schedule import Duty, Schedule
from workflow.sql import duty as sql
from workflow.store import Tx
from workflow.trail import Who
from workflow.windows import post_of, seat_of, window_at

MAY_RECORD = ("owner", "office", "unit_head", "first")
MOST = 1_000
LONGEST_TITLE = 500


class Activity(NamedTuple):
    """Something that was done: on which day, how many at once, with which posts or how many present, called what."""

    on: date
    times: int = 1
    posts: Sequence[str] = ()
    present: int | None = None
    title: str = ""
    files: Sequence[Incoming] = ()


def check(tx: Tx, schedule: Schedule, code: str, unit: str, activity: Activity) -> None:
    """What cannot be, whatever the duty."""
    today = tx.time.astimezone(ZoneInfo(schedule.zone(unit, code))).date()
    if activity.on > today:
        raise Usage(
            "{day} is still to come; what is recorded has been done.",
            hint=N_("Give the day it was done."), where="--on", day=activity.on.isoformat(),
        )  # fmt: skip
    if not 0 <= activity.times <= MOST:
        raise Usage("At most {most} are recorded at once.", where="--count", most=MOST)
    if activity.present is not None and not 0 < activity.present <= 1_000_000:
        raise Usage("Somebody was present, or nothing is said of it.", where="--present")
    known = posts_known(tx) if activity.posts else []
    for post in activity.posts:
        if post not in known:
            raise Usage(
                "There is no post {post} here: who was present is told by posts, or by their number.",
                hint=N_("There are: {posts}."), where="--posts", post=post, posts=", ".join(known),
            )  # fmt: skip
    if len(activity.title) > LONGEST_TITLE or "\x00" in activity.title:
        raise Usage("A title has at most 500 characters.", where="--title")


def window(  # noqa: PLR0917  # one caller
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
    if not here or here[0].ref is None or not inside(schedule, duty, here[0], on):
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
    refuse_over(again, case)
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


def inside(schedule: Schedule, duty: Duty, period: Period, on: date) -> bool:
    """Whether a day lies in the window, and not before the duty and the unit were there."""
    opened = moment(period.opens_at).astimezone(ZoneInfo(schedule.zone(period.unit, period.duty))).date()
    window = window_at(duty["every"], on)
    return window.name == period.window.rpartition("@")[2] and opened <= on <= window.last


def refuse_over(period: Period, case: Case) -> None:
    if period.status == "skipped" or case.closed_at:
        raise NotNow(
            "The window {window} of {duty} is over: {ref} is closed.",
            hint=N_("`duecourse duty show {duty}` tells what was recorded in it."),
            window=period.window, duty=period.duty, ref=case.ref,
        )  # fmt: skip


def permitted(  # noqa: PLR0917  # what one answer hangs on
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


def refuse_same(tx: Tx, found: Period, activity: Activity, *, instead: int | None = None) -> None:
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
