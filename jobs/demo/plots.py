"""The work that comes to the sample office: incidents, inspections, reports it is asked for.

Chance sets times, places and gravity; how it all ends is left to the people and the clocks.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random

from jobs.demo.deeds import clock_of
from jobs.demo.office import (
    CITY,
    COUNTY,
    INSPECTOR,
    LEADERS,
    PORTFOLIOS,
    SECTIONS,
    TOWNS,
    head_of,
    in_charge_of,
    staff_of,
)
from jobs.demo.story import QUARTER, Story
from jobs.demo.words import (
    CHANNEL,
    CIRCULARS,
    INCIDENTS,
    LEADERS_NOTE,
    REASONS,
    RELEASES,
    REPORTS,
    SERVICES,
    SPECIAL_INSPECTION,
)

GRADES = {"general": 5, "large": 3, "major": 2, "critical": 1}
CLASSES = ("immediate", "ordinary", "long")
REGRADED, STATED = 0.2, 0.5
MANY = 8

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
    more = max(2, min(story.weeks - 3, MANY + story.weeks // 5))
    grades = [*GRADES, *story.chance.choices(list(GRADES), list(GRADES.values()), k=more)]
    story.chance.shuffle(grades)
    early = vacant_from + timedelta(days=2)  # early enough for a limit of a working day to pass before the next head
    without_head = early, max(early, vacant_to - timedelta(days=14))
    spans = [without_head] + [(story.start + timedelta(days=1), story.day(0.92))] * (len(grades) - 1)
    units = [vacant, *(story.chance.choice([*SECTIONS, *SECTIONS, *TOWNS]) for _ in grades[1:])]
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
        if grade in {"major", "critical"} and story.chance.random() < STATED:
            soon = story.stage.now + timedelta(minutes=story.chance.randint(40, 120))
            story.later(soon, lambda: _call_statement(story, ref))

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


def _call_statement(story: Story, ref: str) -> None:
    """The leader in charge decides that the facts are stated."""
    login = story.stands_for(in_charge_of(story.stage.look(ref)["unit"]))
    if story.stage.may(ref, "call_statement", login):
        story.stage.do(ref, "call_statement", login, {})
        story.watch(ref)


def inspections(story: Story, units: list[str]) -> None:
    """Two rounds of the inspector early in the year, one finding put in by hand and one in an inspection of its own.

    The yearly inspections of every unit are opened by their duties.
    """
    classes = [*CLASSES[:2], story.chance.choice(CLASSES)]
    story.chance.shuffle(classes)
    visited = story.chance.sample(units, len(units))
    for share, grade, unit in zip((0.06, 0.25), classes, visited, strict=False):
        _finding(story, unit, grade, story.fault(unit), (story.early(share), story.early(share + 0.08)))
    town = story.chance.choice(TOWNS)

    def ordered() -> None:
        given = {"kind": "special", "scope": "Stores and rosters 物资与值班"}
        story.watch(story.stage.open("inspection", INSPECTOR, town, SPECIAL_INSPECTION, given))

    story.later(story.days.some_time(story.early(0.02), story.early(0.1)), ordered)


def _finding(story: Story, unit: str, grade: str, title: str, span: Span) -> None:
    def found() -> None:
        owner = story.chance.choice([head_of(unit), *staff_of(unit)])
        given = {"finding": title, "class": grade}
        story.watch(story.stage.open("rectification", INSPECTOR, unit, title, given, owner=owner))

    story.later(story.days.some_time(*span), found)


def work(story: Story) -> None:
    """What comes to the counters, what is sent round, what the office puts out, and its half-yearly summary."""
    for at in _spread(story, max(2, story.weeks // 5)):
        _service(story, at)
    for at in _spread(story, max(1, story.weeks // 14)):
        _circular(story, at)
    for at in _spread(story, max(1, story.weeks // 18)):
        _release(story, at)
    editor = staff_of("general")[0]
    given = {"kind": "site", "address": "https://stonebridge.example"}
    story.later(
        story.days.some_time(story.start, story.early(0.1)),
        lambda: story.watch(story.stage.open("channel", editor, "general", CHANNEL, given)),
    )
    for half, day in _halves(story):
        _summary(story, half, day)


def _spread(story: Story, many: int) -> list[datetime]:
    """Times at a desk, evenly over the story."""
    step = 0.9 / many
    return [story.days.some_time(story.day(step * n), story.day(step * (n + 1))) for n in range(many)]


def _halves(story: Story) -> list[tuple[str, date]]:
    """The half-years that end within the story, and a day soon after each."""
    ends = [(f"{year}-{half}", date(year, month, 1)) for year in (story.start.year, story.start.year + 1)
            for half, month in (("H1", 7),)]  # fmt: skip
    return [(half, day) for half, day in ends if story.start < day < story.day(0.9)]


def _service(story: Story, at: datetime) -> None:
    unit = story.chance.choice(["service", "service", *TOWNS])
    given = {
        "matter": story.chance.choice(SERVICES),
        "complexity": story.chance.choice(["urgent", "plain", "plain", "complex"]),
    }
    story.later(
        at,
        lambda: story.watch(
            story.stage.open("service", story.chance.choice(staff_of(unit)), unit, given["matter"], given)
        ),
    )


def _circular(story: Story, at: datetime) -> None:
    editor, title = staff_of("general")[0], story.chance.choice(CIRCULARS)
    given = {"recipients": [*SECTIONS, *TOWNS], "kind": story.chance.choice(["circular", "bulletin"])}
    story.later(at, lambda: story.watch(story.stage.open("circular", editor, "general", title, given)))


def _release(story: Story, at: datetime) -> None:
    author, title = story.chance.choice(staff_of("service")), story.chance.choice(RELEASES)

    def written() -> None:
        ref = story.stage.open("release", author, "service", title, {})
        story.stage.do(ref, "submit", author, {})
        story.watch(ref)

    story.later(at, written)


def _summary(story: Story, half: str, day: date) -> None:
    """The program drafts it; who edits it submits it, and its next steps become tasks."""
    editor = staff_of("general")[0]
    title = f"{half}: Half-yearly summary 半年工作总结"
    given = {"period": half, "recipient": CITY}
    at = story.days.desk(story.days.at(day, 9, 30))
    story.later(at, lambda: story.watch(story.stage.open("summary", editor, COUNTY, title, given)))


def reports(story: Story, absent: str, away_from: date) -> None:
    """About one a week at first, then one a month, and three that will wait for a leader who is away by then."""
    titles = Titles(story.chance, REPORTS)
    for week in [*range(min(story.weeks, QUARTER)), *range(QUARTER, story.weeks, 4)]:
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
        story.later(at + timedelta(minutes=20), lambda: story.stage.do(ref, "submit", leader, {}))

    story.later(at, written)
