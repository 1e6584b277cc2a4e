"""What an office does for its duties, drawn from numbers: records, corrections, skips, posts that fall vacant."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from support.world import World, admin

from jobs.advance import advance
from states.errors import Problem
from workflow import policies
from workflow.activities import Activity, correct, record_activity
from workflow.skipping import skip_window
from workflow.verify import verify

LOGINS = ("sun", "qian", "zhao", "wang", "wei")
UNITS = ("county", "province", "safety")


class Counting:
    """Turns numbers into what people do; a refusal is part of life. ``codes``: duties to record, the last of posts."""

    def __init__(self, world: World, codes: Sequence[str], law: Callable[[int, str], dict[str, Any]]) -> None:
        self.world = world
        self.codes = codes
        self.law = law
        self.papers = 0

    def today(self) -> date:
        return datetime.fromisoformat(self.world.now).date()

    def record(self, a: int, b: int, c: int) -> None:
        on = self.today() - timedelta(days=a % 40)
        self.papers += b % 2
        files = [self.world.paper(f"minutes {self.papers}")] if b % 3 else []
        what = Activity(on, 1 + b % 3, title=f"meeting {c % 5}", files=files)
        who, post = self.world.who(LOGINS[c % 5]), ("direct", "first", None)[a % 3]
        code, unit = self.codes[a % len(self.codes)], UNITS[b % 2]
        self.world.store.transact(
            lambda tx: record_activity(tx, code, unit, what, who=who, post=post if code == self.codes[-1] else None)
        )

    def correct(self, a: int, b: int, c: int) -> None:
        rows = self.world.rows("SELECT duty, unit, no, held_on FROM activity ORDER BY at, duty, unit, no")
        if rows:
            code, unit, no, on = rows[a % len(rows)]
            what, who = Activity(date.fromisoformat(on), b % 4, title=f"corrected {c}"), self.world.who("sun")
            who = self.world.who("wei") if unit == "province" else who
            self.world.store.transact(lambda tx: correct(tx, code, unit, no, what, who=who))

    def skip(self, a: int, b: int, c: int) -> None:
        rows = self.world.rows("""SELECT duty, unit, "window" FROM period ORDER BY due_on, duty, unit, "window" """)
        if rows:
            code, unit, window = rows[a % len(rows)]
            who = self.world.who(("qian", "wei", "wang")[c % 3])
            self.world.store.transact(
                lambda tx: skip_window(tx, code, unit, window, who=who, reason="as it is" if b % 4 else "")
            )

    def posting(self, a: int, b: int, c: int) -> None:
        day = self.today() + timedelta(days=a % 20 - 5)
        unit, post = (("county", "direct"), ("safety", "unit_head"), ("province", "direct"))[b % 3]
        end = f", to: {day + timedelta(days=c % 30)}" if c % 2 else ""
        self.world.register(f"postings: [{{person: {LOGINS[c % 5]}, unit: {unit}, post: {post}, from: {day}{end}}}]")

    def leaves(self, a: int, b: int, _c: int) -> None:
        """A holder's last day is set; nobody may follow."""
        who, unit, post = (("zhao", "county", "direct"), ("li", "safety", "unit_head"))[b % 2]
        last = self.today() + timedelta(days=a % 25)
        self.world.register(f"postings: [{{person: {who}, unit: {unit}, post: {post}, from: 2025-01-01, to: {last}}}]")

    def unit(self, a: int, _b: int, _c: int) -> None:
        self.world.register(f"units: [{{code: new{a % 3}, name: New, kind: body, parent: province}}]")

    def policy(self, a: int, b: int, _c: int) -> None:
        made = self.law(1 + a % 4, ("all", "latest", "skip")[b % 3])
        self.world.store.transact(lambda tx: policies.apply(tx, made, admin(tx)))
        self.world.store.refresh()

    def wait(self, a: int, _b: int, _c: int) -> None:
        self.world.fast_forward(days=(1, 3, 8, 20)[a % 4])

    def sleep(self, a: int, _b: int, _c: int) -> None:
        """The program is down for a while."""
        advance(self.world.store, datetime.fromisoformat(self.world.now) + timedelta(days=5 + a % 90), jump=True)

    def live(self, step: tuple[int, int, int, int]) -> None:
        doors = (
            self.record, self.record, self.record, self.record, self.correct, self.correct, self.skip, self.posting,
            self.leaves, self.unit, self.policy, self.wait, self.wait, self.wait, self.sleep,
        )  # fmt: skip
        with contextlib.suppress(Problem):
            doors[step[0] % len(doors)](*step[1:])


def invariants(world: World) -> None:
    """A window is opened once, done is what stands of its records, and nothing is met and missed without being late."""
    opened: set[tuple[str, str, str]] = set()
    missed: set[tuple[str, str, str]] = set()
    for event in world.log(kind="duty.opened", limit=1000):
        key = (event["data"]["duty"], event["data"]["unit"], event["data"]["window"])
        assert key not in opened
        opened.add(key)
    for stream in {f"duty/{duty}/{unit}" for duty, unit, _ in opened}:
        for event in world.log(stream=stream):
            key = (event["data"]["duty"], event["data"]["unit"], event["data"]["window"])
            if event["kind"] == "duty.missed":
                missed.add(key)
            elif event["kind"] == "duty.reopened":
                missed.discard(key)
            elif event["kind"] == "duty.met":
                assert event["data"]["late"] == (key in missed)
    standing: dict[tuple[str, str, str], int] = {}
    rows = world.rows("""SELECT duty, unit, "window", no, count, corrects FROM activity""")
    corrected = {(duty, unit, corrects) for duty, unit, _, _, _, corrects in rows}
    for duty, unit, window, no, count, _ in rows:
        if (duty, unit, no) not in corrected:
            standing[duty, unit, window] = standing.get((duty, unit, window), 0) + count
    for duty, unit, window, required, done, status in world.rows(
        """SELECT duty, unit, "window", required, done, status FROM period"""
    ):
        assert done == standing.get((duty, unit, window), 0)
        if required is not None:
            assert required > 0
            assert (status == "met") == (done >= required) or status == "skipped"
    with world.store.read() as tx:
        assert verify(tx, replay=True)["problems"] == []
