"""The explanation: a row for every day, saying what it was and whether it counted."""

from __future__ import annotations

from typing import Any

import pytest
from support.limits import OFFICE, ask


def rows(rule: Any, start: str, **more: Any) -> list[str]:
    """Rows as text: ``09-20 makeup +`` (counted) or ``-``."""
    found = ask(rule, start, explain=True, **more)
    return [f"{row.date[5:]} {row.what} {'+' if row.counted else '-'}" for row in found.days]


@pytest.mark.parametrize(
    ("rule", "start", "answer"),
    [
        (
            "3 working days",
            "2026-09-18T10:00:00+08:00",
            ["09-18 start -", "09-19 weekend -", "09-20 makeup +", "09-21 working +", "09-22 working +"],
        ),
        (
            "1 working day",
            "2026-09-30",
            ["09-30 start -", *(f"10-0{n} off -" for n in range(1, 8)), "10-08 working +"],
        ),
        ("2 days", "2026-03-02", ["03-02 start -", "03-03 counted +", "03-04 counted +"]),
        ({"limit": "2 days", "start": "include"}, "2026-03-02", ["03-02 start +", "03-03 counted +"]),
        (
            {"limit": "2 days", "start": "first-working-day"},
            "2026-03-07",
            ["03-07 start -", "03-08 weekend -", "03-09 rolled +", "03-10 counted +"],
        ),
        (
            {"limit": "1 day", "roll": "next"},
            "2026-03-06",
            ["03-06 start -", "03-07 counted +", "03-08 weekend -", "03-09 rolled -"],
        ),
        ({"limit": "2 days", "roll": "previous"}, "2026-03-05", ["03-05 start -", "03-06 rolled +", "03-07 counted +"]),
        # The day of the act does not count among clear days.
        (
            {"limit": "2 working days", "clear": True},
            "2026-03-05",
            ["03-05 start -", "03-06 working +", "03-07 weekend -", "03-08 weekend -", "03-09 working +",
             "03-10 working -"],
        ),
        # In counting order, backwards.
        (
            {"limit": "2 working days", "before": True},
            "2026-03-09",
            ["03-09 start -", "03-08 weekend -", "03-07 weekend -", "03-06 working +", "03-05 working +"],
        ),
        (
            {"limit": "1 day", "min-working-days": 1},
            "2026-03-06",
            ["03-06 start -", "03-07 counted +", "03-08 weekend -", "03-09 working -"],
        ),
        ({"end-of": "month", "plus": "1 day"}, "2026-03-02", ["03-02 start -", "03-31 start -", "04-01 counted +"]),
        # After the cut-off on Friday: the event belongs to Monday, Tuesday is the first day.
        (
            {"limit": "1 day", "cutoff": "17:30"},
            "2026-03-06T18:00:00+08:00",
            ["03-06 start -", "03-07 weekend -", "03-08 weekend -", "03-09 rolled -", "03-10 counted +"],
        ),
    ],
)  # fmt: skip
def test_every_day_has_its_row(rule: object, start: str, answer: list[str]) -> None:
    """Each day from the event to the end is named once, with what it was and whether it counted."""
    assert rows(rule, start, calendar="CN") == answer


def test_stopped_days_are_named() -> None:
    """Excluded and paused days are told apart; days added for them inside months say so."""
    stops = ["exclude:2026-03-03/2026-03-03", "pause:2026-03-04/2026-03-05"]
    assert rows("2 days", "2026-03-02", stops=stops) == [
        "03-02 start -",
        "03-03 excluded -",
        "03-04 paused -",
        "03-05 counted +",
        "03-06 counted +",
    ]
    month = ask("1 month", "2026-03-02", stops=stops, explain=True)
    assert [(row.date, row.note) for row in month.days[-2:]] == [
        ("2026-04-03", "added for a stopped day"),
        ("2026-04-04", "added for a stopped day"),
    ]
    assert sum(row.counted for row in month.days) == 31


def test_hours_say_how_much_of_each_day_counted() -> None:
    """Rows of hours carry the time that passed on that day; a day wholly paused counts nothing."""
    found = ask(
        "30 hours",
        "2026-03-02T10:00:00+08:00",
        stops=["pause:2026-03-03T00:00:00+08:00/2026-03-04T00:00:00+08:00"],
        explain=True,
    )
    assert [(row.what, row.counted, row.note) for row in found.days] == [
        ("start", True, "the event's day; 14 h"),
        ("paused", False, ""),
        ("counted", True, "16 h"),
    ]
    found = ask(
        {"limit": "9 business hours", "hours": OFFICE}, "2026-10-09T16:30:00+08:00", calendar="CN", explain=True
    )
    assert [(row.date, row.what, row.counted, row.note) for row in found.days] == [
        ("2026-10-09", "start", True, "the event's day; 1 h 30 min"),
        ("2026-10-10", "makeup", True, "7 h"),
        ("2026-10-11", "weekend", False, ""),
        ("2026-10-12", "working", True, "30 min"),
    ]


def test_an_extension_in_hours_is_explained_after_the_days() -> None:
    """The rows of the days come first, then those of the hours, no day twice."""
    assert rows({"limit": "1 day", "roll": "next"}, "2026-03-05", extend=["12h"]) == [
        "03-05 start -",
        "03-06 counted +",
        "03-07 counted +",
        "03-08 weekend -",
        "03-09 rolled -",
    ]


def test_nothing_is_explained_unless_asked() -> None:
    """Without explain there are no rows."""
    assert ask("3 working days", "2026-03-02").days == ()
