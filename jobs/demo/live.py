"""The year from its first to its last day, and the first month of the next."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from jobs.demo import charge, habits, plots, staffing
from jobs.demo.days import Days
from jobs.demo.office import SECTIONS, register
from jobs.demo.stage import Stage
from jobs.demo.story import Story
from workflow import calendars
from workflow.store import Store, Tx

WEEKS = 56


def end_of(start: date, weeks: int, zone: ZoneInfo) -> datetime:
    """Six in the evening of the last Sunday or so."""
    return datetime.combine(start + timedelta(weeks=weeks, days=-1), datetime.min.time(), zone) + timedelta(hours=18)


def live(
    store: Store,
    home: Path,
    start: date,
    *,
    seed: int,
    lived: Callable[[datetime], None],
    weeks: int = WEEKS,
    drafts: Callable[[Tx, str, str], str],
) -> None:
    """Fill a new sandbox that has the pack in force with everything that happens in these weeks.

    ``drafts`` words the summary of a unit's window, as `summary draft` does.
    """
    with store.read() as tx:
        calendar, zone = calendars.load(tx).get(tx.workspace.calendar or "none"), ZoneInfo(tx.workspace.zone)
    chance = Random(seed)  # noqa: S311  # a story, not a secret
    days = Days(calendar, zone, chance)
    with Stage(store, home, lived) as stage:
        stage.enter(register(start), "The register as of today 名册")
        story = Story(stage, days, chance, habits.draw(chance), start=start, end=end_of(start, weeks, zone))
        story.drafts = stage.draft(drafts)
        unit, vacant_from, vacant_to = staffing.vacancy(story)
        absent, away_from = staffing.absence(story)
        plots.incidents(story, unit, vacant_from, vacant_to)
        plots.inspections(story, [other for other in SECTIONS if other != unit])
        plots.reports(story, absent, away_from)
        plots.work(story)
        plots.note_of_a_leader(story)
        charge.look_for_breaches(story)
        story.live()
