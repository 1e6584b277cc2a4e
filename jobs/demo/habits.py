"""What the people of the sample office are like, drawn from the seed: how reliably they act in time, and on what."""

from random import Random
from typing import NamedTuple

from jobs.demo.office import LEADERS, PEOPLE, SECTIONS, head_of


class Habit(NamedTuple):
    """``care``: how likely a matter is done in time; ``wakes``: likelihoods of acting at step 1, 2, … once told."""

    care: float
    wakes: tuple[int, ...]


class Task(NamedTuple):
    """An action a clock waits for: when in its time it is done, how easily it is forgotten (0 never, 1 as any)."""

    action: str
    early: float
    late: float
    forgets: float = 1.0


OPEN = ("raised", "analysed", "reported")

# What each clock of the pack waits for, by the state the case is in.
TASKS: dict[tuple[str, str], dict[str, Task]] = {
    ("report", "submit"): {"drafted": Task("submit", 0.45, 0.98)},
    ("report", "review"): {"submitted": Task("review", 0.1, 0.9, 0.6)},
    ("report", "archive"): {"reviewed": Task("archive", 0.05, 0.8, 0.5)},
    ("summary", "submit"): {"drafted": Task("submit", 0.3, 0.9, 0.4)},
    ("summary", "review"): {"submitted": Task("review", 0.1, 0.7, 0.4)},
    ("summary", "archive"): {"reviewed": Task("archive", 0.3, 0.8, 0.4)},
    ("receipt", "acknowledge"): {"sent": Task("acknowledge", 0.05, 0.8, 0.4)},
    ("circular", "send"): {"drafted": Task("send", 0.05, 0.5, 0.3)},
    ("circular", "close"): {"sent": Task("close", 0.5, 0.9, 0.4)},
    ("relay", "notify"): {"received": Task("keep", 0.1, 0.8, 0.4)},
    ("meeting", "hold"): {"called": Task("hold", 0.3, 0.95, 0.3)},
    ("meeting", "minutes"): {"held": Task("file_minutes", 0.2, 0.9, 0.6)},
    ("decision", "record"): {"taken": Task("record", 0.1, 0.8, 0.4)},
    ("decision", "carry_out"): {"recorded": Task("carry_out", 0.6, 0.98, 0.4)},
    ("task", "acknowledge"): {"assigned": Task("acknowledge", 0.1, 0.8, 0.5)},
    ("task", "plan"): {"acknowledged": Task("plan", 0.1, 0.8, 0.6)},
    ("task", "complete"): {"planned": Task("complete", 0.3, 0.95, 0.8)},
    ("task", "report"): {"done": Task("report", 0.1, 0.8, 0.5)},
    ("task", "check"): {"reported": Task("check", 0.1, 0.8, 0.4)},
    ("incident", "first_report"): dict.fromkeys(OPEN, Task("notify", 0.2, 0.9, 0.7)),
    ("incident", "analyse"): {"raised": Task("analyse", 0.2, 0.9, 0.6)},
    ("incident", "lead"): dict.fromkeys(OPEN, Task("lead", 0.1, 0.8, 0.4)),
    ("incident", "follow_up"): dict.fromkeys(OPEN, Task("follow_up", 0.5, 0.95, 0.4)),
    ("incident", "statement"): dict.fromkeys(OPEN, Task("state_facts", 0.1, 0.7, 0.4)),
    ("incident", "resolve"): {
        "analysed": Task("report", 0.03, 0.15, 0.2),
        "reported": Task("resolve", 0.1, 0.4, 0.8),
    },
    ("release", "check"): {"submitted": Task("check", 0.1, 0.8, 0.4)},
    ("release", "check_again"): {"once": Task("check_again", 0.1, 0.8, 0.4)},
    ("release", "publish"): {"cleared": Task("publish", 0.05, 0.6, 0.3)},
    ("channel", "stale"): {"open": Task("update", 0.4, 0.95, 0.4)},
    ("inspection", "notice"): {"ordered": Task("notify", 0.05, 0.4, 0.1)},
    ("inspection", "visit"): {"notified": Task("visit", 0.1, 0.8, 0.2)},
    ("inspection", "findings"): {"visited": Task("issue", 0.3, 0.9, 0.2)},
    ("inspection", "correct"): {"found": Task("correct", 0.3, 0.6, 0.1)},
    ("inspection", "closing_report"): {"corrected": Task("close", 0.2, 0.9, 0.2)},
    ("rectification", "plan"): {"found": Task("plan", 0.2, 0.8, 0.7)},
    ("rectification", "complete"): {"planned": Task("complete", 0.5, 0.95, 0.8)},
    ("rectification", "progress"): {"planned": Task("progress", 0.6, 0.95, 0.5)},
    ("rectification", "verify"): {"done": Task("verify", 0.1, 0.6, 0.0)},
    ("revisit", "visit"): {"due": Task("confirm", 0.9, 0.99, 0.2)},
    ("service", "answer"): {"received": Task("answer", 0.3, 0.95, 0.5)},
    ("service", "papers_in"): {"waiting": Task("papers_in", 0.1, 0.7, 0.0)},
    ("handover", "accept"): {"offered": Task("accept", 0.1, 0.8, 0.4)},
    ("vacancy", "list"): {"held": Task("update", 0.1, 0.6, 0.4)},
    ("criteria", "fix"): {"drafted": Task("propose", 0.1, 0.4, 0.2), "proposed": Task("fix", 0.1, 0.7, 0.2)},
    ("assessment", "draft"): {"opened": Task("draft", 0.1, 0.5, 0.2)},
    ("assessment", "object"): {"drafted": Task("accept", 0.2, 0.9, 0.6)},
    ("assessment", "answer"): {"objected": Task("answer", 0.2, 0.8, 0.2)},
    ("assessment", "final"): dict.fromkeys(
        ("drafted", "accepted", "objected", "answered"), Task("finalise", 0.2, 0.7, 0.1)
    ),
    ("accountability", "open"): {"proposed": Task("open", 0.1, 0.4, 0.0)},
    ("accountability", "told"): {"opened": Task("tell", 0.1, 0.6, 0.1)},
    ("accountability", "investigate"): {"opened": Task("investigate", 0.05, 0.25, 0.0)},
    ("accountability", "answer"): dict.fromkeys(("opened", "investigated"), Task("answer", 0.2, 0.9, 0.8)),
    ("accountability", "hear"): {"investigated": Task("hear", 0.1, 0.4, 0.0)},
    ("accountability", "decide"): {"heard": Task("decide", 0.1, 0.5, 0.0)},
    ("accountability", "deliver"): dict.fromkeys(("decided", "filed"), Task("deliver", 0.1, 0.6, 0.1)),
    ("accountability", "file"): {"decided": Task("file", 0.2, 0.8, 0.3)},
    ("accountability", "appeal"): dict.fromkeys(("decided", "filed"), Task("appeal", 0.2, 0.9, 0.0)),
    ("accountability", "answer_appeal"): {"appealed": Task("uphold", 0.1, 0.6, 0.0)},
}
YEARLY = 0.35  # what is owed by a duty stands on everybody's list: it is forgotten so much more rarely


def draw(chance: Random) -> dict[str, Habit]:
    """A habit for everybody; among the heads of the sections one is much less careful than the others."""
    habits = {}
    for login in PEOPLE:
        care = round(0.55 + 0.43 * chance.betavariate(3, 2), 3)
        habits[login] = Habit(care, (8, 7, 6, 4, 1))
    slow = head_of(chance.choice(SECTIONS))
    habits[slow] = Habit(round(chance.uniform(0.1, 0.35), 3), (2, 4, 7, 6, 2))
    for login in LEADERS:
        habits[login] = habits[login]._replace(care=max(habits[login].care, 0.7))
    return habits


def waits_for(chance: Random, habit: Habit | None, task: Task) -> int:
    """0: acts in time; else the step of the ladder that has to be climbed first. Nobody there: whoever is told."""
    if habit is None:
        return 1
    if chance.random() >= (1 - habit.care) * task.forgets:
        return 0
    return chance.choices(range(1, len(habit.wakes) + 1), habit.wakes)[0]
