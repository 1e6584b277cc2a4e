"""How an office did: which facts are counted, in which span of time, and to which post each belongs.

Every figure is a number of `Fact`s, so that whoever sees it can see what it is made of. A post is the one the law
named when it happened (the first holder of a limit, the owner of a duty), never who sat there: nothing that is
changed in the register afterwards moves a figure, and no person is in any of them.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from states.errors import N_, NotFound, Usage
from workflow import policies
from workflow.instants import stamp
from workflow.policies import Definition
from workflow.sql import cases as cases_sql
from workflow.sql import stats as sql
from workflow.store import Tx
from workflow.windows import post_of

Answer = dict[str, Any]
LATE = '%"late":true%'


class Span(NamedTuple):
    """From one day to another, both in, in the workspace's zone; ``past``: it is over, so its end is what counts."""

    first: date
    last: date
    since: str
    until: str
    past: bool


class Fact(NamedTuple):
    """One thing that happened or did not: a limit, duty, case or step, how it ended, and where to look it up.

    ``n`` is the event in the stream of the case and ``at`` its stamp; of what still runs ``at`` says since when, and
    ``due_at`` when it ends or ended.
    """

    unit: str
    post: str | None
    type: str | None
    name: str
    outcome: str
    level: str | None = None
    ref: str | None = None
    window: str | None = None
    n: int | None = None
    at: str | None = None
    due_at: str | None = None


def span_of(tx: Tx, first: date, last: date) -> Span:
    """The span between two days; Usage for one that has not begun."""
    zone = ZoneInfo(tx.workspace.zone)
    since = stamp(datetime.combine(first, time(), zone))
    until = stamp(datetime.combine(last + timedelta(days=1), time(), zone))
    if since > tx.now:
        raise Usage("The time from {day} on has not begun yet.", day=first.isoformat())
    return Span(first, last, since, until, until <= tx.now)


def year_of(tx: Tx, year: int | None) -> Span:
    """A year, this one by default; Usage for one that cannot be or has not begun."""
    if year is None:
        year = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).year
    if not 1 <= year < MAXYEAR:
        raise Usage("There is no year {year}.", where="--year", year=year)
    return span_of(tx, date(year, 1, 1), date(year, 12, 31))


def under(unit: str | None, column: str) -> tuple[str, dict[str, str]]:
    """The end of a statement that narrows it to a unit and those below it, and what it takes."""
    return ("", {}) if unit is None else (sql.UNDER.format(column=column), {"unit": unit})


def know_unit(tx: Tx, unit: str | None) -> None:
    """NotFound for a unit the register does not have: nothing to count would look like good news."""
    if unit is not None and tx.one(cases_sql.UNIT, code=unit) is None:
        raise NotFound("There is no unit {unit} in the register.", hint=N_("See `duecourse org tree`."), unit=unit)


def percent(part: int, whole: int) -> int | None:
    """A share in percent, halves rounded up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


class Law:
    """Which post a limit or duty belongs to, by the law that events name: ``report/clock/submit@3f2a9c0d1e2b``."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self._definitions: dict[str, Definition] = {}
        self._policies: dict[str, dict[str, Any]] = {}
        self._owners: dict[str, str] | None = None
        self._periods: dict[tuple[str, str, str], str] = {}
        self._known: dict[str, tuple[str, str, str | None]] = {}

    def definition(self, hash_: str) -> Definition:
        """A version of a case type, by the beginning of its hash."""
        if hash_ not in self._definitions:
            row = self.tx.one(sql.DEFINITION, low=hash_, high=hash_ + "g")
            if row is None:
                raise NotFound("The definition {hash} of this case is not in the database.", hash=hash_)
            self._definitions[hash_] = policies.definition_by_hash(self.tx, row[0])
        return self._definitions[hash_]

    def limit(self, rule: str, ref: str) -> tuple[str, str, str | None]:
        """(type, clock, post) of the rule of a clock's event; the post is None where nobody answers for its end."""
        known = self._known.get(rule)
        if known is None:
            named, _, hash_ = rule.partition("@")
            type_, _, clock = named.split("/")
            known = self._known[rule] = (type_, clock, answerable(self.definition(hash_), clock))
        if known[2] == "owner":
            return known[0], known[1], self.owner(ref)
        return known

    def owner(self, ref: str) -> str:
        """Whose a case is: the post its duty gives it to, else simply its owner's."""
        if self._owners is None:
            self._read_duties()
        assert self._owners is not None  # noqa: S101  # just read
        return self._owners.get(ref, "owner")

    def duty(self, code: str, unit: str, window: str) -> str | None:
        """The post that owes one window of a duty; None where nobody recorded which."""
        if self._owners is None:
            self._read_duties()
        return self._periods.get((code, unit, window))

    def _read_duties(self) -> None:
        self._owners = {}
        for rule, canon in self.tx.all(sql.DUTIES_OPENED):
            data = json.loads(canon)["data"]
            named, _, hash_ = rule.partition("@")
            duty = self._policy(hash_).get("duties", {}).get(named.rpartition("/")[2])
            if duty and (post := duty["owner"] or post_of(data["window"])):
                self._periods[data["duty"], data["unit"], data["window"]] = post
                if data.get("ref"):
                    self._owners[data["ref"]] = post

    def _policy(self, hash_: str) -> dict[str, Any]:
        if hash_ not in self._policies:
            row = self.tx.one(sql.POLICY, low=hash_, high=hash_ + "g")
            self._policies[hash_] = json.loads(row[0]) if row else {}
        return self._policies[hash_]


def answerable(definition: Definition, clock: str) -> str | None:
    """The post that a limit is for: the first of its holders. A time given to a party, or to nobody, has none."""
    spec = definition["clocks"].get(clock)
    return next((role for role in spec["holders"] if role != "party"), None) if spec else None


def is_final(definition: Definition, state: str | None) -> bool:
    return bool(state) and bool(definition["states"].get(state, {}).get("final"))


def ended(tx: Tx, law: Law, span: Span, unit: str | None = None) -> Iterator[Fact]:
    """Limits that were met in the span: ``in-time`` or ``late``."""
    more, values = under(unit, "e.unit")
    rows = tx.each(sql.ENDED + more, since=span.since, until=span.until, late=LATE, **values)
    for ref, n, at, of, rule, late in rows:
        type_, clock, post = law.limit(rule, ref)
        if post:
            yield Fact(of, post, type_, clock, "late" if late else "in-time", None, ref, None, n, at)


def climbed(tx: Tx, law: Law, span: Span, unit: str | None = None) -> Iterator[Fact]:
    """Steps of ladders that were climbed in the span because a limit was over; the level is the step.

    Each once per run: not those before the end, not those passed over after downtime, no repetition of the last.
    """
    more, values = under(unit, "e.unit")
    seen: set[tuple[str, str, int, int]] = set()
    for ref, n, at, of, rule, canon in tx.each(sql.CLIMBED + more, since=span.since, until=span.until, **values):
        type_, clock, post = law.limit(rule, ref)
        data = json.loads(canon)["data"]
        key = (ref, clock, data["run"], data["step"])
        if post and not data["passed"] and data["timer_at"] > data["due_at"] and key not in seen:
            seen.add(key)
            yield Fact(of, post, type_, clock, "told", str(data["step"]), ref, None, n, at)


def duties(tx: Tx, law: Law, span: Span, unit: str | None = None) -> Iterator[Fact]:
    """Duties that fell due in the span, as they stand: met, late, missed, skipped; what is still open is not one."""
    more, values = under(unit, "p.unit")
    late = {
        (data["duty"], data["unit"], data["window"])
        for (canon,) in tx.all(sql.DUTIES_LATE, late=LATE)
        for data in [json.loads(canon)["data"]]
    }
    rows = tx.all(sql.PERIODS + more, first=span.first.isoformat(), last=span.last.isoformat(), **values)
    for duty, of, window, _, status, ref in rows:
        if status != "open":
            outcome = "late" if status == "met" and (duty, of, window) in late else status
            yield Fact(of, law.duty(duty, of, window), None, duty, outcome, None, ref, window)


def explained(facts: Iterable[Fact], zone: str) -> list[Answer]:
    """Facts as rows, in a fixed order: what to look at to check a figure."""
    from workflow.look import local

    return [
        {**fact._asdict(), "at": local(fact.at, zone), "due_at": local(fact.due_at, zone)}
        for fact in sorted(facts, key=lambda fact: tuple((item is not None, item) for item in fact))
    ]
