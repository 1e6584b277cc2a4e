"""The three tables of `stats`: what ended in time, what lies there, how much there was to do. Rows by unit, never by
who did best.

Each answer is {schema, year, until, rows, next}; with ``explain`` its rows are the facts behind the figures instead.
``until`` is the instant up to which was counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from workflow import stats_standing as standing
from workflow.instants import moment
from workflow.look import Answer, local
from workflow.sql import stats as sql
from workflow.stats import Fact, Law, Span, ended, explained, is_final, know_unit, percent, under, year_of
from workflow.store import Tx

AGES = (7, 30, 90)  # days, each included; what is older comes last


def answer(tx: Tx, span: Span, rows: list[Answer], **more: Any) -> Answer:
    """Rows with the span they were counted in."""
    until = local(min(span.until, tx.now), tx.workspace.zone)
    return {"schema": 1, "year": span.first.year, "until": until, **more, "rows": rows, "next": None}


def ontime(
    tx: Tx, *, year: int | None = None, unit: str | None = None, by_type: bool = False, explain: bool = False
) -> Answer:
    """Rows {unit, type, ended, in_time, late, overdue, percent}; ``percent`` in time of all three, None of nothing.

    ``overdue`` at the end of the year, or now; ``type`` is None where types are not asked for.
    """
    know_unit(tx, unit)
    span, law = year_of(tx, year), Law(tx)
    facts = [*ended(tx, law, span, unit), *overdue(tx, law, span, unit)]
    if explain:
        return answer(tx, span, explained(facts, tx.workspace.zone))
    counts: dict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for fact in facts:
        counts[fact.unit, fact.type if by_type else None][fact.outcome] += 1
    rows = [
        {
            "unit": of,
            "type": type_,
            "ended": count["in-time"] + count["late"],
            "in_time": count["in-time"],
            "late": count["late"],
            "overdue": count["overdue"],
            "percent": percent(count["in-time"], count.total()),
        }
        for (of, type_), count in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    ]
    return answer(tx, span, rows)


def overdue(tx: Tx, law: Law, span: Span, unit: str | None = None) -> Iterable[Fact]:
    """Limits that were still overdue at the end of the span."""
    return (fact for fact in standing.limits(tx, law, span, unit) if fact.outcome == "overdue")


def backlog(tx: Tx, *, year: int | None = None, unit: str | None = None, explain: bool = False) -> Answer:
    """Rows {unit, type, state, open, overdue, to_7, to_30, to_90, older, oldest, next_due_at}: open cases.

    By age in days. Now, or as it was at the end of a year gone by, where nobody knows any more what was due next.
    """
    know_unit(tx, unit)
    span, law = year_of(tx, year), Law(tx)
    end = min(span.until, tx.now)
    late = {fact.ref for fact in overdue(tx, law, span, unit)}
    found: dict[tuple[str, str, str], list[standing.Open]] = defaultdict(list)
    for case in standing.cases(tx, span, unit):
        found[case.unit, case.type, case.state].append(case)
    if explain:
        facts = [
            Fact(case.unit, None, case.type, case.state, "overdue" if case.ref in late else "open", None, case.ref,
                 None, None, case.opened_at)
            for of in found.values() for case in of
        ]  # fmt: skip
        return answer(tx, span, explained(facts, tx.workspace.zone))
    rows = []
    for (of, type_, state), cases in sorted(found.items()):
        ages = [_days(case.opened_at, end, tx.workspace.zone) for case in cases]
        bands = Counter(next((f"to_{limit}" for limit in AGES if age <= limit), "older") for age in ages)
        due = min((case.due_at for case in cases if case.due_at and case.due_at >= tx.now), default=None)
        rows.append(
            {
                "unit": of,
                "type": type_,
                "state": state,
                "open": len(cases),
                "overdue": sum(case.ref in late for case in cases),
                **{f"to_{limit}": bands[f"to_{limit}"] for limit in AGES},
                "older": bands["older"],
                "oldest": max(ages),
                "next_due_at": local(due, tx.workspace.zone),
            }
        )
    return answer(tx, span, rows)


def _days(since: str, until: str, zone: str) -> int:
    return (_day(until, zone) - _day(since, zone)).days


def _day(at: str, zone: str) -> date:
    return moment(at).astimezone(ZoneInfo(zone)).date()


def workload(tx: Tx, *, year: int | None = None, unit: str | None = None, explain: bool = False) -> Answer:
    """Rows {unit, post, counts, opened, closed, open}: of a unit its cases, of each of its posts the limits it holds.

    Of limits, ``opened`` is begun and ``closed`` met or dropped in the year, ``open`` running at its end, or now.
    """
    know_unit(tx, unit)
    span, law = year_of(tx, year), Law(tx)
    facts = [*case_facts(tx, law, span, unit), *_limits(tx, law, span, unit)]
    if explain:
        return answer(tx, span, explained(facts, tx.workspace.zone))
    counts: dict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for fact in facts:
        counts[fact.unit, fact.post][fact.outcome] += 1
    rows = [
        {
            "unit": of,
            "post": post,
            "counts": "limits" if post else "cases",
            **{name: count[name] for name in ("opened", "closed", "open")},
        }
        for (of, post), count in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    ]
    return answer(tx, span, rows)


def case_facts(tx: Tx, law: Law, span: Span, unit: str | None) -> Iterable[Fact]:
    """Cases ``opened`` and ``closed`` in the span, and ``open`` at its end; the name is the state each came into."""
    more, values = under(unit, "e.unit")
    within = {"since": span.since, "until": span.until, **values}
    for ref, n, at, of, rule, state in tx.each(sql.OPENED + more, **within):
        yield Fact(of, None, rule.partition("/")[0], state, "opened", None, ref, None, n, at)
    for ref, n, at, of, rule, before, after in tx.each(sql.ACTED + more, **within):
        if before != after:
            definition = law.definition(rule.rpartition("@")[2])
            if is_final(definition, after) and not is_final(definition, before):
                yield Fact(of, None, rule.partition("/")[0], after, "closed", None, ref, None, n, at)
    for case in standing.cases(tx, span, unit):
        yield Fact(case.unit, None, case.type, case.state, "open", None, case.ref, None, None, case.opened_at)


def _limits(tx: Tx, law: Law, span: Span, unit: str | None) -> Iterable[Fact]:
    more, values = under(unit, "e.unit")
    rows = tx.each(sql.LIMITS + more, since=span.since, until=span.until, **values)
    for ref, n, at, of, rule, kind in rows:
        type_, clock, post = law.limit(rule, ref)
        if post:
            outcome = "opened" if kind == "clock.started" else "closed"
            yield Fact(of, post, type_, clock, outcome, None, ref, None, n, at)
    for fact in standing.limits(tx, law, span, unit):
        yield fact._replace(outcome="open")
