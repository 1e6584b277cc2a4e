"""How somebody comes to be held to account in the sample office: the inspector reads the breaches on record."""

from datetime import timedelta
from typing import Any

from jobs.demo.deeds import clock_of
from jobs.demo.office import CITY, INSPECTOR, PEOPLE, POSTS, TOWNS
from jobs.demo.stage import Answer
from jobs.demo.story import QUARTER, Story

SPARED = tuple(login for login, _unit, post in POSTS if post in {"first", "direct", "inspector"})
GRAVE = 2.0
_PATIENCE = ((0.45, 1.0), (0.55, 0.0))  # from this share of the story on, a breach of this gravity is enough


def look_for_breaches(story: Story) -> None:
    """Once a week from the second on, until there is a case."""
    for week in range(1, min(story.weeks, QUARTER)):
        at = story.days.desk(story.days.at(story.start + timedelta(weeks=week, days=1), 10))
        story.later(at, lambda: _look(story))


def _look(story: Story) -> None:
    if story.charged:
        return
    enough = GRAVE
    for share, gravity in _PATIENCE:
        if story.stage.now.astimezone(story.days.zone).date() >= story.early(share):
            enough = gravity
    found = [(gravity_of(story, breach), breach) for breach in story.stage.breaches()]
    found = [(gravity, breach) for gravity, breach in found if gravity >= enough and respondent_of(story, breach)]
    if found:
        story.charged = True
        _charge(story, max(found, key=lambda pair: pair[0])[1])


def gravity_of(story: Story, breach: Answer) -> float:
    """The first report of a grave incident or a duty missed weigh most; each step told adds a little."""
    case = story.stage.look(breach["case"])
    clock = breach["data"]["clock"]
    weight = 0.0
    if clock == "first_report" and case["severity"] != "general":
        weight = GRAVE
    elif clock == "submit" and case["duty"]:
        weight = GRAVE - 0.5
    elif clock == "complete":
        weight = GRAVE - 1
    return weight + float(clock_of(case, clock)["level"]) / 5


def respondent_of(story: Story, breach: Answer) -> str | None:
    """Who answered for the clock at that time, of the county's own sections; leaders are for others to judge."""
    case = story.stage.look(breach["case"])
    if case["unit"] in {CITY, *TOWNS} or case["type"] == "accountability":
        return None
    held = (login for login in breach["data"]["holders"] if login not in SPARED and login not in story.gone)
    return next(held, None)


def _charge(story: Story, breach: Answer) -> None:
    case, login = story.stage.look(breach["case"]), respondent_of(story, breach) or ""
    clock = clock_of(case, breach["data"]["clock"])
    given: dict[str, Any] = {
        "respondent": login,
        "post": post_of(story, login, case["unit"], clock["due_on"]),
        "ground": "late" if clock["met_at"] else "not-done",
        "cites": case["ref"],
        "gravity": f"Due {clock['due_on']}; told up to step {clock['level']} 逾期，已升级至第{clock['level']}级",
    }
    title = f"{case['ref']} {clock['name']}: {PEOPLE[login]}"
    story.watch(story.stage.open("accountability", INSPECTOR, case["unit"], title, given))


def post_of(story: Story, login: str, unit: str, day: str) -> str:
    """The post of the register that somebody held on a day; that of this unit before others."""
    held = [row for row in story.stage.postings(login) if row["from"] <= day <= (row["to"] or day)]
    return str(min(held, key=lambda row: row["unit"] != unit)["post"])
