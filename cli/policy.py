"""`policy`: the law in force; check it, show it, draw it, apply it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import arg, command
from cli.errors import EXIT_CODES, fill
from cli.forms import pinned
from cli.session import Session
from cli.texts import N_, _, language, plural
from states.errors import Invalid

if TYPE_CHECKING:
    from states.loader import Flaw


class BadPolicy(Invalid):
    """A policy that cannot be applied: its first flaw speaks, ``problems`` holds every one of them."""

    def __init__(self, flaws: "list[Flaw]") -> None:
        self.problems = [
            Invalid(flaw.message, where=f"{flaw.file}:{flaw.line}:{flaw.column}", **flaw.places) for flaw in flaws
        ]
        first = self.problems[0]
        super().__init__(first.message, hint=N_("Nothing was changed."), where=first.where, **first.places)


def compiled_or_refused(
    sources: Mapping[str, str], base: Mapping[str, Any] | None = None, calendars: Iterable[str] | None = None
) -> dict[str, Any]:
    """The compiled policy; Invalid with the first flaw otherwise."""
    from states.compiler import compile_policy

    compiled, flaws = compile_policy(sources, base, calendars)
    if compiled is None:
        raise BadPolicy(flaws)
    return compiled


@command(N_("List the policies that come with the program. `policy apply NAME` puts one in force."))
def packs(session: Session) -> None:
    """One row per pack."""
    from states.catalog import packs as shipped

    spoken = "en" if language() == "en" else "zh"
    rows = [{**pack, "title": pack["title"].get(spoken) or pack["name"]} for pack in shipped()]
    columns: list[render.Column] = [
        ("name", N_("Pack"), None),
        ("title", N_("Title"), None),
        ("types", N_("Types"), None),
    ]
    render.listing(session, {"schema": 1, "rows": rows, "next": None}, columns)


@command(
    N_("Check policy files without applying them. In a workspace, a case file is checked against the policy in force."),
    arg("path", metavar="PATH", help=N_("A file, a folder, or a pack.")),
)
def check(session: Session, path: str) -> int:
    """Exit 8 where something is wrong."""
    from states.catalog import sources_of
    from states.compiler import compile_policy

    sources = sources_of(path)
    base, calendars = _in_force(session)
    _compiled, flaws = compile_policy(sources, base, calendars)
    problems = [
        {
            "file": flaw.file,
            "line": flaw.line,
            "column": flaw.column,
            "code": flaw.code,
            "message": fill(flaw.message, flaw.places),
        }
        for flaw in flaws
    ]
    data = {"schema": 1, "ok": not problems, "problems": problems}

    def human() -> list[render.Block]:
        if not problems:
            return [render.Block("", "", [[plural("{n} file is in order.", "{n} files are in order.", len(sources))]])]
        return [
            render.Block(
                "", "", [[f"{one['file']}:{one['line']}:{one['column']}: {one['message']}"] for one in problems]
            )
        ]

    render.one(session, data, human)
    return EXIT_CODES[Invalid] if problems else 0


@command(
    N_("Show the text of the policy in force, or of one case type; with --format json the compiled form."),
    arg("type", metavar="[TYPE]", required=False),
)
def show(session: Session, type: str | None) -> None:
    """The texts are those that were applied, comments and all."""
    from workflow import policies

    with session.read() as tx:
        compiled = policies.current(tx)
        if type is not None:
            policies.definition(tx, type)  # Usage, with the nearest, for an unknown one
    sources = compiled["sources"] if type is None else _sources_of_type(compiled, type)
    text = "\n".join(f"# {file}\n{source.rstrip()}\n" for file, source in sources.items())
    shown = {**compiled, "schema": 1} if type is None else {"schema": 1, **compiled["types"][type]}
    render.text(session, shown, text)


@command(
    N_("Draw the states and actions of a case type, or of a case with its present state, as a Mermaid diagram."),
    arg("what", metavar="TYPE|REF"),
)
def graph(session: Session, what: str) -> None:
    """A case is drawn under the version it is pinned to."""
    from states.diagram import mermaid
    from workflow import policies

    with session.read() as tx:
        found = pinned(tx, what)
        definition = (
            policies.definition(tx, what) if found is None else policies.definition_by_hash(tx, found.definition)
        )
    state = None if found is None else found.state
    drawn = mermaid(definition, "en" if language() == "en" else "zh", state)
    render.text(session, {"schema": 1, "type": definition["case"], "state": state, "graph": drawn}, drawn)


@command(
    N_("Put a policy in force: a file, a folder, or a pack. New cases follow it, open ones keep their version."),
    arg("path", metavar="PATH|PACK", help=N_("A file, a folder, or a pack (see `policy packs`).")),
    changes=True,
)
def apply(session: Session, path: str) -> None:
    """All of it or nothing; only for administrators."""
    from states.catalog import sources_of
    from workflow import calendars, policies, receipts
    from workflow.store import Tx

    sources = sources_of(path)

    def work(tx: Tx) -> tuple[dict[str, Any], bool]:
        who = session.administering(tx)

        def do() -> dict[str, Any]:
            compiled = compiled_or_refused(sources, policies.current_or_none(tx), calendars.load(tx).names())
            done = policies.apply(tx, compiled, who, reason=session.reason)
            return {**done, "event": render.receipt(done["event"])}

        return receipts.told(tx, session.key, "policy apply", [sources, who.actor, session.reason], do)

    done, again = session.change(work, alone=True)
    data = {"schema": 1, **done, "again": again}

    def human() -> list[str]:
        if again:
            return [_("This key was used before, nothing was done again.")]
        changed = [row["type"] for row in done["types"] if row["changed"]]
        return [
            _("In force: {policy} ({types}).").format(
                policy=done["policy"], types=", ".join(row["type"] for row in done["types"])
            ),
            _("New or changed: {types}.").format(types=", ".join(changed) or "-"),
            render.receipt_of("policy", done["event"]),
        ]

    render.changed(session, data, human)


def _in_force(session: Session) -> tuple[dict[str, Any] | None, list[str] | None]:
    """The policy in force and the calendars known, where there is a workspace; else (None, None)."""
    if not session.has_workspace():
        return None, None
    from workflow import calendars, policies

    with session.read() as tx:
        return policies.current_or_none(tx), calendars.load(tx).names()


def _sources_of_type(compiled: Mapping[str, Any], type_: str) -> dict[str, str]:
    from states.documents import read

    return {file: text for file, text in compiled["sources"].items() if read(file, text).data.get("case") == type_}
