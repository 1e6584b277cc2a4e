"""The work that comes to the sample office: incidents, inspections, reports it is asked for.

Chance sets times, places and gravity; how it all ends is left to the people and the clocks.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import cycle
from random import Random

from jobs.demo.office import COUNTY, INSPECTOR, LEADERS, PORTFOLIOS, SECTIONS, TOWN, head_of, in_charge_of, staff_of
from jobs.demo.story import Story, clock_of
from jobs.demo.words import FINDINGS, INCIDENTS, LEADERS_NOTE, REASONS, REPORTS

GRADES = {"general": 5, "large": 3, "major": 2, "critical": 1}
CLASSES = ("immediate", "ordinary", "long")
REGRADED = 0.2

Span = tuple[date, date]


class Titles:
    """Titles of a kind for each unit, in an order of chance, begun anew when they run out."""

    def __init__(self, chance: Random, pools: Mapping[str, list[str]]) -> None:
        self._of = {unit: cycle(chance.sample(pool, len(pool))) for unit, pool in pools.items()}

    def next(self, unit: str) -> str:
        return next(self._of[unit])


def incidents(story: Story, vacant: str, vacant_from: date, vacant_to: date) -> None:
    """About one a week, of every grade, at any hour; one of them in the section that has no head just then."""
    small = Titles(story.chance, {unit: of["small"] for unit, of in INCIDENTS.items()})
    grave = Titles(story.chance, {unit: of["grave"] for unit, of in INCIDENTS.items()})
    grades = [*GRADES, *story.chance.choices(list(GRADES), list(GRADES.values()), k=max(2, story.weeks - 3))]
    story.chance.shuffle(grades)
    early = vacant_from + timedelta(days=2)  # early enough for a limit of a working day to pass before the next head
    without_head = early, max(early, vacant_to - timedelta(days=14))
    spans = [without_head] + [(story.start + timedelta(days=1), story.day(0.92))] * (len(grades) - 1)
    units = [vacant, *(story.chance.choice([*SECTIONS, *SECTIONS, TOWN]) for _ in grades[1:])]
    for grade, unit, span in zip(grades, units, spans, strict=True):
        _incident(story, unit, grade, (small if grade == "general" else grave).next(unit), span)


def _incident(story: Story, unit: str, grade: str, title: str, span: Span) -> None:
    occurred = story.days.any_time(*span)

    def happens() -> None:
        people = [login for login in staff_of(unit) if login not in story.gone]
        given = {"severity": grade, "occurred_at": occurred.isoformat()}
        ref = story.stage.open("incident", story.chance.choice(people), unit, title, given)
        story.watch(ref)
        if story.chance.random() < REGRADED:
            known = story.days.desk(story.stage.now + timedelta(hours=story.chance.randint(4, 60)))
            story.later(known, lambda: _regrade(story, ref))

    story.later(occurred + timedelta(minutes=story.chance.randint(5, 40)), happens)


def _regrade(story: Story, ref: str) -> None:
    """More is known by now: the leader in charge, or whoever stands in, moves a grade that was told by one."""
    case = story.stage.look(ref)
    grades = list(GRADES)
    was = grades.index(case["severity"])
    to = story.chance.choice([at for at in (was - 1, was + 1) if 0 <= at < len(grades)])
    login = story.stands_for(in_charge_of(case["unit"]))
    if clock_of(case, "first_report")["state"] == "met" and story.stage.may(ref, "regrade", login):
        reason = REASONS["regrade"][0 if to > was else 1]
        story.stage.do(ref, "regrade", login, {"severity": grades[to]}, reason=reason)
        story.watch(ref)


def inspections(story: Story, units: list[str]) -> None:
    """Three rounds of the inspector; each leaves one finding for a section to put right."""
    titles = Titles(story.chance, FINDINGS)
    classes = [*CLASSES[:2], story.chance.choice(CLASSES)]
    story.chance.shuffle(classes)
    visited = cycle(story.chance.sample(units, len(units)))
    for share, grade, unit in zip((0.06, 0.25, 0.5), classes, visited, strict=False):
        _finding(story, unit, grade, titles.next(unit), (story.day(share), story.day(share + 0.08)))


def _finding(story: Story, unit: str, grade: str, title: str, span: Span) -> None:
    def found() -> None:
        owner = story.chance.choice([head_of(unit), *staff_of(unit)])
        given = {"finding": title, "class": grade}
        story.watch(story.stage.open("rectification", INSPECTOR, unit, title, given, owner=owner))

    story.later(story.days.some_time(*span), found)


def reports(story: Story, absent: str, away_from: date) -> None:
    """About one a week on a matter of some section, and three that will wait for a leader who is away by then."""
    titles = Titles(story.chance, REPORTS)
    for week in range(story.weeks):
        first = story.start + timedelta(weeks=week)
        unit = story.chance.choice(SECTIONS)
        _report(story, unit, titles.next(unit), (first, first + timedelta(days=4)))
    for days in (12, 9, 6):
        unit = story.chance.choice([unit for unit in PORTFOLIOS[absent] if unit in SECTIONS])
        span = (
            max(away_from - timedelta(days=days), story.start),
            max(away_from - timedelta(days=days - 4), story.start),
        )
        _report(story, unit, titles.next(unit), span)


def _report(story: Story, unit: str, title: str, span: Span) -> None:
    def asked() -> None:
        owner = story.chance.choice(staff_of(unit))
        story.watch(story.stage.open("report", owner, unit, title, {"recipient": COUNTY, "kind": "special"}))

    story.later(story.days.some_time(*span), asked)


def note_of_a_leader(story: Story) -> None:
    """On the last day a leader writes a report, and it lies there, to be reviewed by somebody."""
    leader = story.chance.choice(LEADERS)
    unit = story.chance.choice([unit for unit in PORTFOLIOS[leader] if unit in SECTIONS])
    at = story.days.before(story.end) - timedelta(minutes=story.chance.randint(30, 90))

    def written() -> None:
        given = {"recipient": COUNTY, "kind": "special"}
        ref = story.stage.open("report", leader, unit, LEADERS_NOTE, given)
        story.later(at + timedelta(minutes=20), lambda: story.stage.do(ref, "submit", leader, {}, paper=True))

    story.later(at, written)
