"""The scorecard of a year: for each unit, and each post in it, what the policy counts, what it comes to, and why.

Measures, weights and criteria are the policy's (`states.scorecards`). A year is judged by the weights that were in
force at its end (or are now); the answer says when criteria and weights were fixed, and whether that was changed after
the year had begun. Units and posts stand in the order of their names: nobody is ranked.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from states.errors import N_, Invalid, NotFound
from states.scorecards import points_of
from workflow import policies
from workflow.look import Answer, local
from workflow.sql import stats as sql
from workflow.stats import Fact, Law, Span, climbed, duties, ended, explained, is_final, know_unit, year_of
from workflow.stats_grades import Grades
from workflow.stats_tables import answer, overdue
from workflow.store import Tx

Measures = Mapping[str, Any]


def scorecard(
    tx: Tx,
    *,
    year: int | None = None,
    unit: str | None = None,
    post: str | None = None,
    measure: str | None = None,
    explain: bool = False,
) -> Answer:
    """{schema, year, until, criteria, measures, rows, next}: rows {unit, post, measure, figures, points, of, how}.

    ``post`` None is the unit as a whole. ``figures``: [{level, outcome, count}]. The last row of each unit and post is
    the ``total``. With ``explain`` the rows are the facts: {measure, unit, post, type, name, outcome, level, ref, …};
    as many as the figures of the units count.
    """
    know_unit(tx, unit)
    span = year_of(tx, year)
    score, weights = _in_force(tx, span)
    measures: Measures = score["measures"]
    if measure is not None:
        if measure not in measures:
            raise NotFound(
                "The scorecard has no measure {name}.", hint=N_("There are: {known}."), where="--measure",
                name=measure, known=", ".join(measures),
            )  # fmt: skip
        measures = {measure: measures[measure]}
    facts = _facts(tx, span, measures, unit)
    if post is not None:
        facts = {name: [fact for fact in found if fact.post == post] for name, found in facts.items()}
    criteria = _criteria(tx, span, score, weights)
    if explain:
        rows = [
            {"measure": name, **row} for name, found in facts.items() for row in explained(found, tx.workspace.zone)
        ]
    else:
        rows = list(_rows(measures, facts, whole=post is None))
    shown = [{"name": name, **{k: spec.get(k) for k in _SHOWN}} for name, spec in measures.items()]
    return answer(tx, span, rows, criteria=criteria, measures=shown)


_SHOWN = ("title", "counts", "of", "weight", "worth", "levels", "deduct", "at-most")


def _facts(tx: Tx, span: Span, measures: Measures, unit: str | None) -> dict[str, list[Fact]]:
    """What each measure counts. The trail is walked once for all that count limits."""
    law, kinds = Law(tx), {spec["counts"] for spec in measures.values()}
    walked: dict[str, list[Fact]] = {}
    if "duties" in kinds:
        walked["duties"] = list(duties(tx, law, span, unit))
    if "clocks" in kinds:
        walked["clocks"] = [*ended(tx, law, span, unit), *overdue(tx, law, span, unit)]
    if "escalations" in kinds:
        walked["escalations"] = list(climbed(tx, law, span, unit))
    found: dict[str, list[Fact]] = {}
    for name, spec in measures.items():
        wanted = {(type_, clock) for type_, clocks in spec["of"].items() for clock in clocks}
        chosen = (fact for fact in walked[spec["counts"]] if not wanted or (fact.type, fact.name) in wanted)
        found[name] = list(_graded(tx, span, spec, chosen) if spec["levels"] else chosen)
    return found


def _graded(tx: Tx, span: Span, spec: Mapping[str, Any], facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts with the severity their case had then; of what is still overdue, at the end of the span."""
    grades = {type_: Grades(tx, span, type_) for type_ in spec["of"]}
    for fact in facts:
        yield fact._replace(level=grades[fact.type or ""].of(fact))


def _rows(measures: Measures, facts: Mapping[str, list[Fact]], *, whole: bool) -> Iterator[Answer]:
    counts: dict[tuple[str, str | None], dict[str, Counter[tuple[str | None, str]]]] = defaultdict(dict)
    for name, found in facts.items():
        for fact in found:
            for post in {None, fact.post} if whole else {fact.post}:
                counts[fact.unit, post].setdefault(name, Counter())[fact.level, fact.outcome] += 1
    for (unit, post), by_measure in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        total, of = 0, 0
        for name, spec in measures.items():
            figures = by_measure.get(name)
            if figures is None:
                continue
            points = points_of(spec, figures)
            total, of = total + (points.points or 0), of + points.of
            yield {
                "unit": unit,
                "post": post,
                "measure": name,
                "figures": [
                    {"level": level, "outcome": outcome, "count": count}
                    for (level, outcome), count in sorted(figures.items(), key=lambda item: str(item[0]))
                ],
                **points._asdict(),
            }
        yield {"unit": unit, "post": post, "measure": "total", "figures": [], "points": total, "of": of, "how": ""}


def _in_force(tx: Tx, span: Span) -> tuple[Answer, dict[str, str | None]]:
    """The scorecard a span is judged by, and {weights_at, weights_changed_at} of it; Invalid where no policy has one.

    That in force at the end of the span, or now; the first there ever was, where there was none yet.
    """
    found: Answer | None = None
    fixed_at = changed_at = None
    read: dict[str, Answer | None] = {}
    for at, canon in tx.all(sql.APPLIED):
        if at >= span.until and found is not None:
            break
        hash_ = json.loads(canon)["data"]["hash"]
        if hash_ not in read:
            row = tx.one(sql.POLICY, low=hash_, high=hash_ + "g")
            read[hash_] = json.loads(row[0]).get("scorecard") if row else None
        score = read[hash_]
        if score is not None and score != found:
            found, fixed_at = score, at
            changed_at = at if at >= span.since else None
    if found is None:
        raise Invalid(
            "The policy in force has no scorecard: nothing says what counts and what it is worth.",
            hint=N_("Add `scorecard:` to it (see docs/assessment.md) and apply it."),
        )
    return found, {"weights_at": fixed_at, "weights_changed_at": changed_at}


def _criteria(tx: Tx, span: Span, score: Answer, weights: Mapping[str, str | None]) -> Answer:
    """{weights_at, weights_changed_at, before_year, cases: [{ref, unit, fixed_at, changed: [{at, action}]}]}.

    ``before_year``: the weights stood when the year began, so did the criteria of every case of them for the year
    (there is one, where the policy asks for them), and nothing of it was changed since.
    """
    zone, asked = tx.workspace.zone, score["criteria"]
    fine = weights["weights_changed_at"] is None
    found: list[Answer] = []
    for ref, unit, fields, hash_ in tx.all(sql.CRITERIA, type=asked["case"]) if asked else ():
        if json.loads(fields).get(asked["year"]) != span.first.year:
            continue
        definition = policies.definition_by_hash(tx, hash_)
        fixed_at: str | None = None
        changed: list[Answer] = []
        for at, action, state in tx.all(sql.ACTS, ref=ref):
            if fixed_at is None:
                fixed_at = at if is_final(definition, state) else None
            elif at >= span.since:
                changed.append({"at": local(at, zone), "action": action})
        fine = fine and fixed_at is not None and fixed_at < span.since and not changed
        found.append({"ref": ref, "unit": unit, "fixed_at": local(fixed_at, zone), "changed": changed})
    return {
        **{name: local(at, zone) for name, at in weights.items()},
        "before_year": fine and (bool(found) or not asked),
        "cases": found,
    }
