"""What people do when the time has come, what goes before it and what follows from it."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from jobs.demo.given import given
from jobs.demo.office import TOWNS
from jobs.demo.stage import Answer
from jobs.demo.words import REASONS
from states.errors import NotNow

if TYPE_CHECKING:
    from jobs.demo.story import Story

SECOND_LOOK = {  # may end otherwise instead, now and then
    "review": ("return", 0.12), "verify": ("return", 0.15), "check": ("return", 0.1), "uphold": ("overturn", 0.3),
    "accept": ("object", 0.3), "confirm": ("reopen", 0.1),
}  # fmt: skip
TAKES_UP, DECIDES, SIBLINGS, RECTIFIES = 0.3, 0.5, 0.4, 0.3
SUMMED_UP = "yearly-summary"  # the duty whose paper the program drafts


def act(story: "Story", case: Answer, action: str, login: str) -> None:
    """Do what the time has come for, or now and then what may come instead; and see to what follows from it."""
    ref, reason = case["ref"], ""
    other, often = SECOND_LOOK.get(action, ("", 0.0))
    law = story.stage.law(case["type"])["actions"]
    if other in law and (ref, action) not in story.twice and story.chance.random() < often:
        story.twice.add((ref, action))
        action = other
    if action == "open" and story.stage.by_itself(ref):
        taken_up = story.chance.random() < TAKES_UP
        if (
            not taken_up or case["unit"] in TOWNS
        ):  # so few are there that nobody is left to decide what another examined
            action = "dismiss"
    if action in REASONS and law[action]["reason"]:
        reason = story.chance.choice(REASONS[action])
    _before(story, case, action, login)
    text = ""
    if action == "submit" and (case["type"] == "summary" or case["duty"] == SUMMED_UP):
        text = story.drafts(case["unit"], window_summed_up(case))
    try:
        story.stage.do(ref, action, login, given(story, case, action), reason=reason, text=text)
    except NotNow:
        if action != "hold":
            raise
        story.stage.do(ref, "cancel", login, {}, reason=story.chance.choice(REASONS["cancel"]))  # held already today
    if action in {"file", "uphold"} and case["type"] == "accountability":
        over = moment_of(clock_of(story.stage.look(ref), "appeal")["due_at"])
        story.later(story.reaction(max(over, story.stage.now), short=False), lambda: end(story, ref, "close"))
    if action == "state_facts":
        _submit_statement(story, ref)
    if action == "review" and case["type"] == "summary":
        step(story, ref, "next_step", 0.0, 0.2)


def _before(story: "Story", case: Answer, action: str, login: str) -> None:
    """What goes before some acts: findings before they are issued, decisions before the minutes."""
    ref = case["ref"]
    if case["type"] == "inspection" and action == "issue":
        for _finding in range(story.chance.choice((1, 1, 2))):
            story.stage.do(ref, "find", login, given(story, case, "find"))
        if story.chance.random() < SIBLINGS:
            story.stage.do(ref, "ask_siblings", login, given(story, case, "ask_siblings"))
    if case["type"] == "meeting" and action == "file_minutes" and story.chance.random() < DECIDES:
        story.stage.do(ref, "decide", login, given(story, case, "decide"))
    if case["type"] == "decision" and action == "record":
        for _task in range(story.chance.choice((1, 1, 2))):
            story.stage.do(ref, "assign", login, given(story, case, "assign"))
    mends = case["type"] == "incident" and action == "resolve" and story.chance.random() < RECTIFIES
    if mends and story.stage.may(ref, "rectify", login):
        story.stage.do(ref, "rectify", login, given(story, case, "rectify"))


def step(story: "Story", ref: str, action: str, early: float, late: float) -> None:
    """Something no clock waits for, some working days on: whoever may do it does it."""
    at = story.days.desk(story.stage.now + timedelta(days=30) * story.chance.uniform(early, late) / 3)
    story.later(at, lambda: end(story, ref, action))


def end(story: "Story", ref: str, action: str) -> None:
    """Whoever may do this now does it, if the case is still open."""
    case = story.stage.look(ref)
    if case["closed_at"]:
        return
    spared = {*story.gone, case["fields"].get("respondent")}
    able = story.able(ref, action, [login for login in story.named(case, action) if login not in spared])
    if able:
        _plainly(story, case, action, story.chance.choice(able))


def _plainly(story: "Story", case: Answer, action: str, login: str) -> None:
    story.stage.do(case["ref"], action, login, given(story, case, action))
    story.watch(case["ref"])


def _submit_statement(story: "Story", ref: str) -> None:
    """The text of a statement is written within the hour."""
    for link in story.stage.look(ref)["links"]:
        if link["kind"] == "statement":
            at = story.stage.now + timedelta(minutes=story.chance.randint(10, 50))
            story.later(at, partial(end, story, link["ref"], "submit"))


def window_summed_up(case: Answer) -> str:
    """Of a case that sums up a window: the one it names."""
    return str(case["fields"].get("period") or "")


def clock_of(case: Answer, name: str) -> Answer:
    """The clock of this name of a case that has it."""
    return next(clock for clock in case["clocks"] if clock["name"] == name)


def moment_of(text: str) -> datetime:
    """An instant as the answers write it."""
    return datetime.fromisoformat(text)
