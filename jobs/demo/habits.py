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


# What each clock of the pack waits for, by the state the case is in.
TASKS: dict[tuple[str, str], dict[str, Task]] = {
    ("report", "submit"): {"drafted": Task("submit", 0.45, 0.98)},
    ("report", "review"): {"submitted": Task("review", 0.1, 0.9, 0.6)},
    ("report", "archive"): {"reviewed": Task("archive", 0.05, 0.8, 0.5)},
    ("receipt", "acknowledge"): {"sent": Task("acknowledge", 0.05, 0.8, 0.4)},
    ("relay", "notify"): {"received": Task("keep", 0.1, 0.8, 0.4)},
    ("meeting", "hold"): {"called": Task("hold", 0.1, 0.7, 0.3)},
    ("meeting", "minutes"): {"held": Task("file_minutes", 0.2, 0.9, 0.6)},
    ("incident", "first_report"): dict.fromkeys(("raised", "analysed", "reported"), Task("notify", 0.2, 0.9)),
    ("incident", "analyse"): {"raised": Task("analyse", 0.2, 0.9, 0.6)},
    ("incident", "lead"): dict.fromkeys(("raised", "analysed", "reported"), Task("lead", 0.1, 0.8, 0.4)),
    ("incident", "follow_up"): dict.fromkeys(("raised", "analysed", "reported"), Task("follow_up", 0.5, 0.95, 0.4)),
    ("incident", "resolve"): {
        "analysed": Task("report", 0.05, 0.3, 0.2),
        "reported": Task("resolve", 0.3, 0.95, 0.8),
    },
    ("rectification", "plan"): {"found": Task("plan", 0.2, 0.8)},
    ("rectification", "complete"): {"planned": Task("complete", 0.5, 0.95)},
    ("rectification", "progress"): {"planned": Task("progress", 0.6, 0.95, 0.5)},
    ("revisit", "visit"): {"due": Task("confirm", 0.9, 0.99, 0.2)},
    ("rectification", "verify"): {"done": Task("verify", 0.1, 0.6, 0.0)},
    ("accountability", "open"): {"proposed": Task("open", 0.1, 0.4, 0.0)},
    ("accountability", "investigate"): {"opened": Task("investigate", 0.05, 0.25, 0.0)},
    ("accountability", "answer"): dict.fromkeys(("opened", "investigated"), Task("answer", 0.2, 0.9, 0.8)),
    ("accountability", "hear"): {"investigated": Task("hear", 0.1, 0.4, 0.0)},
    ("accountability", "decide"): {"heard": Task("decide", 0.1, 0.5, 0.0)},
    ("accountability", "file"): {"decided": Task("file", 0.2, 0.8, 0.3)},
    ("accountability", "answer_appeal"): {"appealed": Task("uphold", 0.1, 0.6, 0.0)},
}


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
