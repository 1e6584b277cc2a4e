"""`org`: the register; units, posts, people."""

from datetime import date
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import arg, command, opt
from cli.session import Session
from cli.texts import N_, _
from cli.texts import role as role_name
from cli.typed import day, today

if TYPE_CHECKING:
    from workflow.store import Tx

AS_KNOWN = opt(
    "--as-known",
    metavar="DAY",
    help=N_("By what was on record at the end of this day; corrections made later left out."),
)
ON = opt("--on", metavar="DAY", help=N_("As of this day; today by default."))


WHY = {
    "posting": N_("posting"),
    "acting": N_("acting"),
    "portfolio": N_("portfolio"),
    "deputy": N_("deputy"),
    "owner": N_("owner"),
    "opener": N_("opener"),
    "party": N_("party"),
    "vacant": N_("vacant"),
    "on-leave": N_("on leave, nobody stands in"),
}


def _known(tx: "Tx", known: str | None) -> date | None:
    return day(known, "--as-known", today(tx)) if known else None


def _on(tx: "Tx", on: str | None) -> date:
    return day(on, "--on", today(tx)) if on else today(tx)


@command(N_("Show the units as a tree."))
def tree(session: Session) -> None:
    """One row per unit, each under its parent."""
    from workflow import register

    with session.read() as tx:
        rows = register.tree(tx)
    columns: list[render.Column] = [
        ("code", N_("Unit"), lambda row: "  " * row["depth"] + row["code"]),
        ("name", N_("Name"), None),
        ("kind", N_("Kind"), None),
    ]
    if session.style() != "table":
        columns[0] = ("code", N_("Unit"), None)
        columns.append(("depth", N_("Depth"), None))
    empty = _("There are no units yet: `duecourse org import FILE`.")
    render.listing(session, {"schema": 1, "rows": rows, "next": None}, columns, empty=empty)


@command(N_("Show a unit or a person: posts, portfolios, leave."), arg("name", metavar="UNIT|LOGIN"), ON)
def show(session: Session, name: str, on: str | None) -> None:
    """As of a day."""
    from workflow import register

    with session.read() as tx:
        found = register.show(tx, name, _on(tx, on))
    render.one(session, {"schema": 1, **found}, lambda: about_blocks(found))


def about_blocks(found: dict[str, Any]) -> list[render.Block]:
    """A unit or a person for people: the single values first, then each list."""
    words = {
        "code": _("Unit"), "login": _("Login"), "name": _("Name"), "email": _("E-mail"), "kind": _("Kind"),
        "parent": _("Parent"), "body": _("Body"), "superior": _("Superior"), "zone": _("Zone"),
        "calendar": _("Calendar"), "on": _("As of"), "units": _("Units below"), "person": _("Person"),
        "posts": _("Posts"), "postings": _("Postings"), "portfolios": _("Portfolios"), "leave": _("Leave"),
        "post": _("Post"), "unit": _("Unit"), "from": _("From"), "to": _("To"), "acting": _("Acting"),
        "level": _("Level"), "single": _("Single"), "deputy": _("Deputy"),
    }  # fmt: skip
    lists = {key: value for key, value in found.items() if isinstance(value, list) and value and key != "units"}
    head = [
        [words.get(key, key), render.shown(value)]
        for key, value in found.items()
        if key not in lists and value not in (None, [])
    ]
    blocks = [render.Block("about", "", head)]
    for key, rows in lists.items():
        keys = list(rows[0])
        lines = [[render.shown(row.get(one)) for one in keys] for row in rows]
        blocks.append(render.Block(key, words.get(key, key), lines, [words.get(one, one) for one in keys]))
    return blocks


@command(N_("Show who answers for a unit, post by post."), arg("unit"), ON, AS_KNOWN)
def ladder(session: Session, unit: str, on: str | None, as_known: str | None) -> None:
    """Vacancies and absences without a deputy are shown as such."""
    from workflow import register

    with session.read() as tx:
        found = register.ladder(tx, unit, _on(tx, on), _known(tx, as_known))
    rows = [
        [
            role_name(role["role"]),
            render.names(role["holders"]),
            _(WHY[role["why"]])
            if role["why"]
            else _holds(role["holders"]) + (_(" (two at once)") if role["double"] else ""),
        ]
        for role in found["roles"]
    ]
    heads = [_("Role"), _("Held by"), _("How")]
    render.one(session, {"schema": 1, **found}, lambda: [render.Block("role", "", rows, heads)])


def _holds(holders: list[dict[str, Any]]) -> str:
    return ", ".join(
        _("deputy of {other}").format(other=holder["for"]) if holder["for"] else _(WHY[holder["why"]])
        for holder in holders
    )


@command(
    N_("Tell who holds a role for a unit."),
    arg("role"),
    opt("--unit", metavar="UNIT", required=True, help=N_("The unit.")),
    ON,
    AS_KNOWN,
)
def who(session: Session, role: str, unit: str, on: str | None, as_known: str | None) -> None:
    """Deputies in place of the absent; the one stood for is named."""
    from workflow import register

    with session.read() as tx:
        found = register.who(tx, role, unit, _on(tx, on), _known(tx, as_known))
    lines = [[holder["person"], holder["post"], holder["unit"], _holds([holder])] for holder in found["holders"]]
    heads = [_("Person"), _("Post"), _("Unit"), _("How")]
    render.one(session, {"schema": 1, **found}, lambda: [render.Block("holder", "", lines, heads)])
    if not lines and session.style() == "table":
        render.note(session, _("Nobody holds this role there."))
    if found["double"]:
        render.note(session, _("Two people are named for this at once: both are told, and either may act."))
