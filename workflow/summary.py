"""What a summary of a window is drafted from: what was done, what went wrong and why, what comes next. Facts only.

Counted as `stats` counts, of a unit and those below it that belong to the same body: bodies below report themselves.
No title, no name and nothing people wrote is in it, so that a draft tells nothing its reader could not count; posts
stand for whoever holds them. The reasons given with late acts are asked for apart (`reasons`), on record.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from states.errors import N_, Usage
from workflow import policies
from workflow import stats_standing as standing
from workflow.instants import moment
from workflow.look import Answer, local
from workflow.sql import stats as sql
from workflow.stats import LATE, Fact, Law, Span, duties, ended, know_unit, percent, span_of
from workflow.stats_grades import Grades
from workflow.stats_tables import case_facts
from workflow.store import Tx
from workflow.summary_next import next_steps
from workflow.windows import Window, bare, every_of, windows

_SHAPES = {
    "year": r"[0-9]{4}",
    "half-year": r"[0-9]{4}-H[12]",
    "quarter": r"[0-9]{4}-Q[1-4]",
    "month": r"[0-9]{4}-(0[1-9]|1[0-2])",
}


def window_of(text: str) -> tuple[Window, Window]:
    """The window of a name (``2026``, ``2026-H1``, ``2026-Q1``, ``2026-03``) and the one after it; Usage otherwise."""
    every = next((every for every, shape in _SHAPES.items() if re.fullmatch(shape, text)), None)
    if every is None or not 1 <= int(text[:4]) < 9998:
        raise Usage(
            "{window} is no window of time.", hint=N_("Write 2026, 2026-H1, 2026-Q1 or 2026-03."), window=repr(text)
        )
    found = iter(windows(every, int(text[:4])))
    window = next(window for window in found if window.name == text)
    return window, next(found)


def unit_of(tx: Tx, ref: str) -> str:
    """The unit of a case."""
    from workflow.case import by_ref_unlocked

    unit: str = by_ref_unlocked(tx, ref).unit
    return unit


def of_case(tx: Tx, ref: str) -> tuple[str, str]:
    """(unit, window) of a case whose summary is to be drafted: the window in its `period`, else that of its duty."""
    from workflow.case import by_ref_unlocked

    case = by_ref_unlocked(tx, ref)
    row = tx.one(sql.DUTY_OF, ref=ref)
    named = (case.fields.get("period"), bare(row[1]) if row else None)
    window = next((one for one in named if isinstance(one, str) and every_of(one)), None)
    if window is None:
        raise Usage(
            "{ref} says nothing of the window it is about.",
            hint=N_("Name it, for instance with --window 2026-H1."),
            ref=ref,
        )
    return case.unit, window


def summary(tx: Tx, unit: str, name: str) -> Answer:
    """The facts of a window: {schema, unit, unit_name, window, first, last, until, units, cases, duties, activities,
    limits, problems, missed, next_window, next}.

    ``cases``: [{type, opened, closed, open, levels{}, acts{}}] · ``duties``: {met, late, missed, skipped} ·
    ``activities``: [{duty, count}] · ``limits``: {in_time, late, overdue, percent} · ``problems``: [{type, clock, post,
    late, overdue, days, empty[], refs[]}], the longest delay in days · ``missed``: [{duty, unit, window, outcome, ref}]
    · ``next``: [{kind: case|duty, type, clock, duty, unit, window, ref, due_on, overdue}], soonest first.
    """
    know_unit(tx, unit)
    window, after = window_of(name)
    span, law = span_of(tx, window.first, window.last), Law(tx)
    units = {code for (code,) in tx.all(sql.UNITS, unit=unit)}
    limits = [fact for fact in ended(tx, law, span, unit) if fact.unit in units]
    running = [fact for fact in standing.limits(tx, law, span, unit) if fact.unit in units]
    owed = [fact for fact in duties(tx, law, span, unit) if fact.unit in units]
    ends = Counter(fact.outcome for fact in limits)
    overdue = [fact for fact in running if fact.outcome == "overdue"]
    until = min(span.until, tx.now)
    zone = tx.workspace.zone
    return {
        "schema": 1,
        "unit": unit,
        "unit_name": (tx.one(sql.UNIT_NAME, unit=unit) or ("",))[0],
        "window": name,
        "first": window.first.isoformat(),
        "last": window.last.isoformat(),
        "until": local(until, zone),
        "units": sorted(units),
        "cases": _cases(tx, law, span, unit, units),
        "duties": {
            outcome: sum(fact.outcome == outcome for fact in owed) for outcome in ("met", "late", "missed", "skipped")
        },
        "activities": _activities(tx, span, units),
        "limits": {
            "in_time": ends["in-time"],
            "late": ends["late"],
            "overdue": len(overdue),
            "percent": percent(ends["in-time"], len(limits) + len(overdue)),
        },
        "problems": _problems(tx, law, span, units, overdue),
        "missed": [
            {"duty": fact.name, "unit": fact.unit, "window": fact.window, "outcome": fact.outcome, "ref": fact.ref}
            for fact in sorted(owed, key=lambda fact: (fact.unit, fact.name, fact.window or ""))
            if fact.outcome in {"late", "missed"}
        ],
        "next_window": after.name,
        "next": next_steps(tx, after, units, running),
    }


def _cases(tx: Tx, law: Law, span: Span, unit: str, units: set[str]) -> list[Answer]:
    """Of each type what was opened and closed, what is open at the end, the grades, and every act done."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    levels: dict[str, Counter[str]] = defaultdict(Counter)
    acts: dict[str, Counter[str]] = defaultdict(Counter)
    types = policies.types(tx)
    grades = {type_: Grades(tx, span, type_) for type_, law in types.items() if law["severity"]}
    for fact in case_facts(tx, law, span, unit):
        if fact.unit in units:
            type_ = fact.type or ""
            counts[type_][fact.outcome] += 1
            if fact.outcome == "opened" and type_ in grades:
                levels[type_][grades[type_].of(fact._replace(n=None)) or ""] += 1
    for of, rule, number in tx.all(sql.ACTS_DONE, since=span.since, until=span.until):
        if of in units:
            type_, _, action = rule.partition("@")[0].split("/")
            acts[type_][action] += number
    return [
        {
            "type": type_,
            **{name: counts[type_][name] for name in ("opened", "closed", "open")},
            "levels": dict(sorted(levels[type_].items())),
            "acts": dict(sorted(acts[type_].items())),
        }
        for type_ in sorted(counts.keys() | acts.keys())
    ]


def _activities(tx: Tx, span: Span, units: set[str]) -> list[Answer]:
    """How often what is counted was held or done on the days of the span, as it stands after corrections."""
    found: Counter[str] = Counter()
    for of, duty, number in tx.all(sql.RECORDED, first=span.first.isoformat(), last=span.last.isoformat()):
        if of in units:
            found[duty] += int(number)
    return [{"duty": duty, "count": number} for duty, number in sorted(found.items()) if number]


def _problems(tx: Tx, law: Law, span: Span, units: set[str], overdue: Iterable[Fact]) -> list[Answer]:
    """Limits that ended late or are overdue, grouped by limit and post: how often, how long, and who was not there."""
    end = min(span.until, tx.now)
    zone = ZoneInfo(tx.workspace.zone)
    days: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    late: Counter[tuple[str, str, str]] = Counter()
    refs: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for ref, _, at, of, rule, canon in tx.each(sql.LATE_ENDS, since=span.since, until=span.until, late=LATE):
        type_, clock, post = law.limit(rule, ref)
        if of in units and post:
            data = json.loads(canon)["data"]
            key = (type_, clock, post)
            late[key] += 1
            refs[key].add(ref)
            days[key].append(_between(data["due_at"], data.get("effective_at") or at, zone))
    still: Counter[tuple[str, str, str]] = Counter()
    for fact in overdue:
        key = (fact.type or "", fact.name, fact.post or "")
        still[key] += 1
        refs[key].add(fact.ref or "")
        days[key].append(_between(fact.due_at or end, end, zone))
    empty = _empty(tx, law, span, units)
    return [
        {
            "type": key[0],
            "clock": key[1],
            "post": key[2],
            "late": late[key],
            "overdue": still[key],
            "days": max(days[key]),
            "empty": sorted(empty[key]),
            "refs": sorted(refs[key]),
        }
        for key in sorted(refs)
    ]


def _empty(tx: Tx, law: Law, span: Span, units: set[str]) -> dict[tuple[str, str, str], set[str]]:
    """The roles that should have been told of a limit's end and were held by nobody who was there.

    That a body has a first and never had a head of a unit is no cause.
    """
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    headless = {code for (code,) in tx.all(sql.HEADLESS)}
    for ref, _, _, of, rule, canon in tx.each(sql.CLIMBED, since=span.since, until=span.until):
        type_, clock, post = law.limit(rule, ref)
        if of in units and post:
            empty = {skipped["role"] for skipped in json.loads(canon)["data"]["skipped"]}
            found[type_, clock, post] |= empty - {"unit_head"} if of in headless else empty
    return found


def _between(since: str, until: str, zone: ZoneInfo) -> int:
    """Days from the end of a limit to what came after it; 0 on the same day."""
    return max((moment(until).astimezone(zone).date() - moment(since).astimezone(zone).date()).days, 0)


def reasons(tx: Tx, facts: Answer) -> list[Answer]:
    """[{type, clock, ref, reason}]: what people gave as reason with their late acts, as far as it is still kept.

    For those whom `workflow.lookup` permits, and on record: these are words of people, and may name somebody.
    """
    window, _ = window_of(facts["window"])
    span, law, units = span_of(tx, window.first, window.last), Law(tx), set(facts["units"])
    found = []
    for ref, n, _, of, rule, _ in tx.all(sql.LATE_ENDS, since=span.since, until=span.until, late=LATE):
        type_, clock, post = law.limit(rule, ref)
        if of in units and post:
            row = tx.one(sql.REASON, ref=ref, n=n)
            if row and row[0]:
                found.append({"type": type_, "clock": clock, "ref": ref, "reason": json.loads(row[0])})
    return sorted(found, key=lambda row: (row["type"], row["clock"], row["ref"]))
