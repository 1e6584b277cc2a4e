"""Who comes and goes in the sample office: a head leaves and is missed, somebody acts, heads are transferred, leaders
take leave."""

from datetime import date, timedelta

from jobs.demo.office import LEADERS, PORTFOLIOS, SECTIONS, ends, head_of, staff_of, takes_over
from jobs.demo.story import Story
from workflow import leave
from workflow.identity import person_id

LONG = 26  # weeks from which on there is time for a transfer and a second leave


def vacancy(story: Story) -> tuple[str, date, date]:
    """A section loses its head, and gets somebody who acts after some weeks. (the section, first day without, last)."""
    slowest = min(SECTIONS, key=lambda unit: story.habits[head_of(unit)].care)
    unit = story.chance.choice([unit for unit in SECTIONS if unit != slowest])
    was, comes = head_of(unit), story.chance.choice(staff_of(unit))
    last = story.early(story.chance.uniform(0.12, 0.22))
    day = story.early(story.chance.uniform(0.5, 0.6))

    def goes() -> None:
        story.stage.enter(ends(was, unit, last, start=story.start), "Transferred to another office 调任")

    def empty() -> None:
        story.gone.add(was)

    story.later(story.days.at(last, 16, 30), goes)
    story.later(story.days.at(last, 23, 30), empty)
    _begins(story, unit, was, comes, day, acting=True)
    if story.weeks >= LONG:
        _transfer(story, unit, comes, day)
    return unit, last + timedelta(days=1), day - timedelta(days=1)


def _begins(story: Story, unit: str, was: str, comes: str, day: date, *, acting: bool) -> None:
    """Somebody becomes head of a section; the cases of the head before go over on the first day."""
    why = "To act until further notice 代行职务" if acting else "Appointed 任命"

    def appointed() -> None:
        story.stage.enter(takes_over(comes, unit, day, acting=acting), why)

    def begins() -> None:
        for case in story.stage.open_cases():
            if case["owner"] == was and case["unit"] == unit:
                story.stage.hand_over(case["ref"], comes, comes, "Handover of the post 职务交接")
            if case["type"] == "vacancy":  # the scheduler has seen that the post is held again
                story.watch(case["ref"])

    story.later(story.days.at(day - timedelta(days=1), 16), appointed)
    story.later(story.days.at(day, 8, 40), begins)


def _transfer(story: Story, unit: str, acting: str, acts_since: date) -> None:
    """At mid-year the head of another section comes over for good; there somebody acts, and is appointed in autumn."""
    other = story.chance.choice([section for section in SECTIONS if section != unit])
    head, follows = head_of(other), story.chance.choice(staff_of(other))
    day, settled = story.day(story.chance.uniform(0.44, 0.5)), story.day(story.chance.uniform(0.66, 0.72))

    def moves() -> None:
        last = day - timedelta(days=1)
        rows = [ends(head, other, last, start=story.start), ends(acting, unit, last, acts_since, start=story.start)]
        story.stage.enter({"postings": [row for of in rows for row in of["postings"]]}, "Transfer of heads 科长交流")

    def ends_acting() -> None:
        story.stage.enter(
            ends(follows, other, settled - timedelta(days=1), day, start=story.start), "Acting ends 代行结束"
        )

    story.later(story.days.at(day - timedelta(days=1), 15, 30), moves)
    _begins(story, unit, acting, head, day, acting=False)
    _begins(story, other, head, follows, day, acting=True)
    story.later(story.days.at(settled - timedelta(days=1), 15, 30), ends_acting)
    _begins(story, other, follows, follows, settled, acting=False)


def absence(story: Story) -> tuple[str, date]:
    """A leader in charge is away around the longest holiday, another stands in. (who, first day away)."""
    away = _leave(story, story.early(0.1), story.early(0.85))
    if story.weeks >= LONG:
        _leave(story, story.day(0.5), story.day(0.9), spared=away[0])
    return away


def _leave(story: Story, since: date, until: date, spared: str = "") -> tuple[str, date]:
    login = story.chance.choice([one for one in LEADERS if one != spared])
    deputy = story.chance.choice([one for one in LEADERS if one != login])
    first, last = story.days.longest_break(since, until)
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
