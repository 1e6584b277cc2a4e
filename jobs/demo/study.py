"""What is counted: study sessions and special meetings are held over the year, by some with a steadier hand."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from jobs.demo.given import PRESENT
from jobs.demo.words import SPECIAL, STUDY
from states.errors import Conflict, NotNow
from workflow.activities import Activity
from workflow.windows import first_day

if TYPE_CHECKING:
    from jobs.demo.stage import Answer
    from jobs.demo.story import Story

EXTRA = 2  # sessions that make up for others, at the end of the window


def plan(story: "Story", case: "Answer") -> None:
    """A time for every session that is owed, one after the other through the window; a careless office drops some."""
    owed = story.stage.owed(case["ref"])
    if owed is None:
        return
    care = story.habits[case["owner"]].care if case["owner"] else 0.6
    first = max(first_day(owed["window"]), story.today)
    last = date.fromisoformat(owed["due_on"])
    span = (last - first) / max(1, owed["required"])
    for number in range(owed["required"]):
        if story.chance.random() < 0.35 + care * 0.7:
            _session(story, owed, first + span * number, first + span * (number + 1))
    for _extra in range(EXTRA):
        _session(story, owed, last - timedelta(days=30), last - timedelta(days=5), only_missing=True)


def _session(story: "Story", owed: "Answer", first: date, last: date, *, only_missing: bool = False) -> None:
    at = story.days.some_time(first, max(first, last - timedelta(days=1)))
    code, unit = owed["duty"], owed["unit"]

    def held() -> None:
        now = story.stage.owed(owed["ref"])
        if now is None or (only_missing and now["done"] >= now["required"]):
            return
        title = story.chance.choice(STUDY) if owed["required"] > EXTRA else SPECIAL
        recorder = next(iter(story.stage.holders("office", unit)), None)
        if recorder is None:
            return
        activity = Activity(story.today, 1, PRESENT, story.chance.randint(6, 24), title)
        try:
            story.stage.record(code, unit, recorder, activity)
        except (NotNow, Conflict):  # the window was filed already, or this was recorded today
            return

    story.later(at, held)
