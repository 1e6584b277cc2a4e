"""`stats`: how an office did, counted. Rows by unit and post; no row is about a person, and nobody is ranked."""

from collections.abc import Mapping, Sequence
from typing import Any

from cli import render
from cli.base import Opt, command, opt
from cli.charts import stacked
from cli.forms import spoken
from cli.session import Session
from cli.texts import N_, _, role, title
from cli.views import Labels

Row = Mapping[str, Any]

UNIT = opt("--unit", metavar="UNIT", help=N_("Only this unit and those below it."))
YEAR = opt("--year", type=int, metavar="YEAR", help=N_("The year; this one by default."))
EXPLAIN = opt("--explain", is_flag=True, help=N_("Instead of figures, list what each of them is made of."))
COMMON: tuple[Opt, ...] = (YEAR, UNIT, EXPLAIN)

OUTCOMES = {
    "in-time": N_("in time"),
    "late": N_("late"),
    "overdue": N_("overdue"),
    "met": N_("met"),
    "missed": N_("missed"),
    "skipped": N_("skipped"),
    "told": N_("escalated"),
    "opened": N_("opened"),
    "closed": N_("closed"),
    "open": N_("open"),
}
_LEVELS = N_("step {step}")


@command(
    N_("What was done in time, late or not yet, unit by unit: limits that ended in a year or are overdue at its end."),
    *COMMON,
    opt("--by-type", is_flag=True, help=N_("A row for each case type.")),
)
def ontime(session: Session, *, year: int | None, unit: str | None, explain: bool, by_type: bool) -> None:
    """One row per unit, or per unit and type."""
    from workflow import stats_tables

    with session.read() as tx:
        found = stats_tables.ontime(tx, year=year, unit=unit, by_type=by_type, explain=explain)
        labels = Labels(tx)
    if explain:
        _explained(session, found, labels)
        return
    most = max((_all(row) for row in found["rows"]), default=0)
    columns: list[render.Column] = [
        ("unit", N_("Unit"), None),
        *([("type", N_("Type"), labels.type)] if by_type else []),
        ("in_time", N_("In time"), None),
        ("late", N_("Late"), None),
        ("overdue", N_("Overdue"), None),
        ("percent", N_("In time, %"), None),
        *_bar(session, lambda row: stacked([row["in_time"], row["late"], row["overdue"]], most)),
    ]
    _listing(session, found, columns, "#", _("in time"), "+", _("late"), "!", _("overdue"))


def _all(row: Row) -> int:
    return int(row["in_time"] + row["late"] + row["overdue"])


@command(
    N_("What lies open, unit by unit: in which state, how old, how much of it overdue, what is due next."), *COMMON
)
def backlog(session: Session, *, year: int | None, unit: str | None, explain: bool) -> None:
    """One row per unit, type and state: now, or at the end of a year gone by."""
    from workflow import stats_tables

    with session.read() as tx:
        found = stats_tables.backlog(tx, year=year, unit=unit, explain=explain)
        labels = Labels(tx)
    if explain:
        _explained(session, found, labels)
        return
    most = max((row["open"] for row in found["rows"]), default=0)
    columns: list[render.Column] = [
        ("unit", N_("Unit"), None),
        ("type", N_("Type"), labels.type),
        ("state", N_("State"), labels.state),
        ("open", N_("Open"), None),
        ("overdue", N_("Overdue"), None),
        ("to_7", N_("to 7 days"), None),
        ("to_30", N_("to 30"), None),
        ("to_90", N_("to 90"), None),
        ("older", N_("older"), None),
        ("next_due_at", N_("Next due"), lambda row: render.day_time(row["next_due_at"])),
        *_bar(session, lambda row: stacked([row["open"] - row["overdue"], 0, row["overdue"]], most)),
    ]
    _listing(session, found, columns, "#", _("open"), "!", _("overdue"))


@command(
    N_("How much there was to do: of each unit its cases, of each of its posts the limits it holds."),
    *COMMON,
)
def workload(session: Session, *, year: int | None, unit: str | None, explain: bool) -> None:
    """One row per unit, and one for each post in it."""
    from workflow import stats_tables

    with session.read() as tx:
        found = stats_tables.workload(tx, year=year, unit=unit, explain=explain)
        labels = Labels(tx)
    if explain:
        _explained(session, found, labels)
        return
    most = max((row["opened"] for row in found["rows"]), default=0)
    columns: list[render.Column] = [
        ("unit", N_("Unit"), None),
        ("post", N_("Post"), _post),
        ("counts", N_("Counted"), lambda row: _("cases") if row["counts"] == "cases" else _("limits")),
        ("opened", N_("Opened"), None),
        ("closed", N_("Closed"), None),
        ("open", N_("Open"), None),
        *_bar(session, lambda row: stacked([row["opened"]], most)),
    ]
    _listing(session, found, columns, "#", _("opened"))


@command(
    N_("What the policy counts of a year, unit by unit and post by post, and what it comes to, with the sums."),
    *COMMON,
    opt("--post", metavar="POST", help=N_("Only this post.")),
    opt("--measure", metavar="NAME", help=N_("Only this measure of the scorecard.")),
)
def scorecard(
    session: Session, *, year: int | None, unit: str | None, explain: bool, post: str | None, measure: str | None
) -> None:
    """Several rows for each unit and post, the last of them the total."""
    from workflow.scorecard import scorecard as card

    with session.read() as tx:
        found = card(tx, year=year, unit=unit, post=post, measure=measure, explain=explain)
        labels = Labels(tx)
    if session.style() == "table":
        for line in _fixed(found):
            render.note(session, line)
    if explain:
        _explained(session, found, labels, {one["name"]: title(one["title"], one["name"]) for one in found["measures"]})
        return
    if session.style() == "csv":
        _listing(session, {**found, "rows": _flat(found["rows"])}, [])
        return
    titles = {spec["name"]: spoken(spec["title"], spec["name"]) for spec in found["measures"]}
    graded = {spec["name"]: list(spec["of"]) for spec in found["measures"]}
    columns: list[render.Column] = [
        ("unit", N_("Unit"), None),
        ("post", N_("Post"), _post),
        ("measure", N_("Measure"), lambda row: titles.get(row["measure"], _("Total"))),
        ("figures", N_("Figures"), lambda row: _figures(row, labels, graded)),
        ("points", N_("Points"), _points),
        *_bar(session, lambda row: stacked(_reached(row), row["of"])),
        ("how", N_("Reckoned"), None),
    ]
    _listing(session, found, columns)


def _reached(row: Row) -> list[int]:
    """Of what could be reached what was, and the rest."""
    reached = max(row["points"] or 0, 0)
    return [reached, 0, 0, max(row["of"] - reached, 0)]


def _fixed(found: Row) -> list[str]:
    """Whether what counts was fixed before the year began, in sentences."""
    criteria, year = found["criteria"], found["year"]
    said = []
    if criteria["weights_changed_at"]:
        said.append(
            _("The weights are those of {day}, after the year {year} had begun.").format(
                day=criteria["weights_changed_at"][:10], year=year
            )
        )
    for case in criteria["cases"]:
        if not case["fixed_at"]:
            said.append(_("The criteria {ref} are not fixed.").format(ref=case["ref"]))
        elif case["fixed_at"][:4] >= str(year):
            said.append(
                _("The criteria {ref} were fixed on {day}, after the year {year} had begun.").format(
                    ref=case["ref"], day=case["fixed_at"][:10], year=year
                )
            )
        said += [
            _("The criteria {ref} were changed on {day}, after the year {year} had begun.").format(
                ref=case["ref"], day=change["at"][:10], year=year
            )
            for change in case["changed"]
        ]
    if not said and criteria["before_year"]:
        said.append(_("Criteria and weights were fixed before the year {year} began.").format(year=year))
    elif not said:
        said.append(_("No criteria are on record for the year {year}.").format(year=year))
    return said


def _flat(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """A row for each figure, and one with the points of each measure, for spreadsheets."""
    flat: list[dict[str, Any]] = []
    for row in rows:
        head = {"unit": row["unit"], "post": row["post"], "measure": row["measure"]}
        empty = {"points": None, "of": None, "how": None}
        flat += [{**head, **figure, **empty} for figure in row["figures"]]
        flat.append(
            {**head, "level": None, "outcome": None, "count": None} | {key: row[key] for key in ("points", "of", "how")}
        )
    return flat


def _explained(session: Session, found: Row, labels: Labels, measures: Mapping[str, str] | None = None) -> None:
    """What the figures are made of: each line can be looked up with `case show` or `duty show`."""
    columns: list[render.Column] = [
        *([("measure", N_("Measure"), lambda row: measures[row["measure"]])] if measures else []),
        ("unit", N_("Unit"), None),
        ("post", N_("Post"), _post),
        ("ref", N_("Case"), None),
        ("type", N_("Type"), labels.type),
        ("name", N_("What"), lambda row: _what(row, labels)),
        ("window", N_("Window"), None),
        ("level", N_("Level"), lambda row: _level(row, labels, [row["type"]])),
        ("outcome", N_("How it ended"), lambda row: _(OUTCOMES[row["outcome"]])),
        ("at", N_("At"), lambda row: render.day_time(row["at"])),
    ]
    _listing(session, found, columns)


def _what(row: Row, labels: Labels) -> str:
    """A duty; of a case without a post, which is counted as a whole, its state; else a limit."""
    if row["type"] is None:
        return labels.duty(row["name"])
    return labels.named("clocks" if row["post"] else "states", row["type"], row["name"])


def _level(row: Row, labels: Labels, types: Sequence[str | None]) -> str:
    """A step of a ladder, or the severity of a case."""
    if row["level"] is None:
        return ""
    if row["outcome"] == "told":
        return _(_LEVELS).format(step=row["level"])
    return labels.grade(row["level"], [type_ for type_ in types if type_])


def _listing(session: Session, found: Row, columns: Sequence[render.Column], *legend: str) -> None:
    render.listing(session, found, columns, empty=_("Nothing is to be counted there."))
    if found["rows"] and legend and session.style() == "table":
        signs = [f"{sign} {say}" for sign, say in zip(legend[::2], legend[1::2], strict=True)]
        render.note(session, _("Counted up to {at}. Bars: {signs}.").format(
            at=render.day_time(found["until"]), signs=", ".join(signs)
        ))  # fmt: skip


def _bar(session: Session, draw: render.Cell) -> list[render.Column]:
    """The column of bars, where somebody looks at a table."""
    return [("bar", "", draw)] if session.style() == "table" else []


def _post(row: Row) -> str:
    return role(row["post"]) if row["post"] else _("whole unit")


def _figures(row: Row, labels: Labels, graded: Mapping[str, Sequence[str]]) -> str:
    parts = []
    for figure in row["figures"]:
        level = _level(figure, labels, graded.get(row["measure"], ()))
        if figure["outcome"] == "told":
            parts.append(f"{level}: {figure['count']}")
        else:
            parts.append(f"{level} {_(OUTCOMES[figure['outcome']])} {figure['count']}".lstrip())
    return ", ".join(parts)


def _points(row: Row) -> str:
    if row["points"] is None:
        return ""
    return f"{row['points']}/{row['of']}" if row["of"] else str(row["points"])
