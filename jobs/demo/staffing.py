"""Who comes and goes in the sample office: a head leaves and is missed for weeks, a leader takes leave."""

from datetime import date, timedelta

from jobs.demo.office import LEADERS, PORTFOLIOS, SECTIONS, head_of, leaves, staff_of, takes_over
from jobs.demo.story import Story
from workflow import leave
from workflow.identity import person_id


def vacancy(story: Story) -> tuple[str, date, date]:
    """A section loses its head, and gets another one after some weeks. (the section, first day without, last)."""
    slowest = min(SECTIONS, key=lambda unit: story.habits[head_of(unit)].care)
    unit = story.chance.choice([unit for unit in SECTIONS if unit != slowest])
    was, comes = head_of(unit), story.chance.choice(staff_of(unit))
    last = story.day(story.chance.uniform(0.12, 0.22))
    day = story.day(story.chance.uniform(0.55, 0.65))

    def goes() -> None:
        story.stage.enter(leaves(was, unit, story.start, last), "Transferred to another office 调任")

    def empty() -> None:
        story.gone.add(was)

    def appointed() -> None:
        story.stage.enter(takes_over(comes, unit, day), "Appointed 任命")

    def begins() -> None:
        for case in story.stage.open_cases():
            if case["owner"] == was and case["unit"] == unit:
                story.stage.hand_over(case["ref"], comes, comes, "Handover of the post 职务交接")

    story.later(story.days.at(last, 16, 30), goes)
    story.later(story.days.at(last, 23, 30), empty)
    story.later(story.days.at(day - timedelta(days=1), 16), appointed)
    story.later(story.days.at(day, 8, 40), begins)
    return unit, last + timedelta(days=1), day - timedelta(days=1)


def absence(story: Story) -> tuple[str, date]:
    """A leader in charge is away around the longest holiday, another stands in. (who, first day away)."""
    login, deputy = story.chance.sample(LEADERS, 2)
    first, last = story.days.longest_break(story.day(0.1), story.day(0.85))
    first = max(first - timedelta(days=story.chance.randint(3, 6)), story.start + timedelta(days=2))
    last += timedelta(days=story.chance.randint(5, 9))

    def recorded() -> None:
        story.away[login] = (first, last, deputy)
        story.stage.as_person(
            login,
            lambda tx, who: leave.set_leave(
                tx, who, person_id(tx, login), first, last, deputy=person_id(tx, deputy), reason="Annual leave 年休假"
            ),
        )

    def looks() -> None:
        """The deputy, where nothing came up so far, gives a case of the absent leader's units to somebody else."""
        if story.stage.stood_in():
            return
        for case in story.stage.open_cases():
            if case["unit"] in SECTIONS and case["unit"] in PORTFOLIOS[login]:
                colleague = next(other for other in staff_of(case["unit"]) if other != case["owner"])
                story.stage.hand_over(case["ref"], colleague, deputy, "Work shared over the leave 休假期间分工")
                return

    story.later(story.days.before(story.days.at(first - timedelta(days=1), 15)), recorded)
    story.later(story.days.before(story.days.at(last, 17)), looks)
    return login, first
