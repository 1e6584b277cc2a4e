"""What people write down with an act: the fields its law needs, filled from the pools of words or from what is so."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from jobs.demo.office import CITY, COUNTY, SECTIONS, TOWNS
from jobs.demo.words import GIVEN
from workflow.scorecard import scorecard

if TYPE_CHECKING:
    from jobs.demo.stage import Answer
    from jobs.demo.story import Story

MEASURES = {"award": 6, "none": 2, "transfer": 1, "demote": 1}
CLASSES = {"immediate": 3, "ordinary": 5, "long": 1}
PRESENT = ["first", "direct", "member_in_charge", "unit_head"]
NOTICE = 9, 14  # days ahead an inspection is announced
MAY_TAKE = {"find": ("class",), "notify": ("begins_on",), "hold": ("others",), "record": ("objected",),
            "draft": ("points",)}  # fmt: skip

Fill = Callable[["Story", "Answer"], Any]


def given(story: "Story", case: "Answer", action: str) -> dict[str, Any]:
    """A value for every field the act needs, and for some that it may take."""
    law = story.stage.law(case["type"])["actions"][action]
    fields = [*law["needs"], *(name for name in MAY_TAKE.get(action, ()) if name in law["takes"])]
    filled = {name: _value(story, case, name) for name in fields}
    return {name: value for name, value in filled.items() if value is not None}


def _value(story: "Story", case: "Answer", field: str) -> Any:
    if fill := FILLS.get(f"{case['type']}.{field}") or FILLS.get(field):
        return fill(story, case)
    return story.chance.choice(GIVEN.get(f"{case['type']}.{field}") or GIVEN[field])


def _today(story: "Story", _case: "Answer") -> str:
    return story.today.isoformat()


def _upward(_story: "Story", case: "Answer") -> str:
    """The next body; a grave one in a section is told to the city at once."""
    grave = case["severity"] != "general"
    return CITY if grave and case["unit"] not in TOWNS else COUNTY


def _measure(story: "Story", _case: "Answer") -> str:
    return story.chance.choices(list(MEASURES), list(MEASURES.values()))[0]


def _class(story: "Story", _case: "Answer") -> str:
    return story.chance.choices(list(CLASSES), list(CLASSES.values()))[0]


def _begins(story: "Story", _case: "Answer") -> str:
    day = story.stage.now.astimezone(story.days.zone) + timedelta(days=story.chance.randint(*NOTICE))
    return story.days.desk(day).date().isoformat()


def _took_part(story: "Story", case: "Answer") -> list[str]:
    return story.leaders(case["unit"])


def _objected(story: "Story", case: "Answer") -> list[str] | None:
    """Now and then somebody is against it, and says so."""
    found = story.leaders(case["unit"])
    return [found[-1]] if len(found) > 2 and story.chance.random() < 0.25 else None


def _assignee(story: "Story", case: "Answer") -> str:
    return case["unit"] if case["unit"] in TOWNS else story.chance.choice([*SECTIONS, *TOWNS])


def _siblings(_story: "Story", case: "Answer") -> list[str]:
    like = TOWNS if case["unit"] in TOWNS else SECTIONS
    return [unit for unit in like if unit != case["unit"]][:2]


def _year_assessed(story: "Story", case: "Answer") -> int:
    """Criteria are made for the year to come, an assessment is of the year that is over."""
    return int(story.today.year + (story.today.month > 6) - (case["type"] == "assessment"))


def _points(story: "Story", case: "Answer") -> int | None:
    """What the scorecard of that year says of the unit, in hundredths of what could be reached."""
    year = _year_assessed(story, case)
    if year < story.start.year:
        return None
    with story.stage.store.read() as tx:
        rows = scorecard(tx, year=year, unit=case["unit"])["rows"]
    total = next((row for row in rows if row["measure"] == "total" and row["unit"] == case["unit"]), None)
    return round(100 * total["points"] / total["of"]) if total and total["of"] else None


FILLS: dict[str, Fill] = {
    "finding": lambda story, case: story.fault(case["unit"]),
    "to": _upward,
    "held_on": _today,
    "present": lambda _story, _case: PRESENT,
    "others": lambda story, _case: story.chance.randint(2, 12),
    "measure": _measure,
    "effective_on": _today,
    "class": _class,
    "begins_on": _begins,
    "made": lambda _story, _case: "together",
    "took_part": _took_part,
    "objected": _objected,
    "assignee": _assignee,
    "siblings": _siblings,
    "year": _year_assessed,
    "points": _points,
    "release.facts": lambda _story, _case: "checked",
    "law": lambda _story, _case: "checked",
    "personal_data": lambda _story, _case: "checked",
}
