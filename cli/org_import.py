"""`org import`: bring in a register file, and say what that changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import arg, command
from cli.errors import fill
from cli.inputs import content, text
from cli.session import Session
from cli.texts import N_, _
from states.errors import NotFound

if TYPE_CHECKING:
    from workflow.register_file import Register


_MOST = 20  # rows of one kind that people are shown; programs get all
_TABLES = {
    "unit": N_("units"),
    "person": N_("people"),
    "post": N_("posts"),
    "posting": N_("postings"),
    "portfolio": N_("portfolios"),
    "leave": N_("leave"),
}
_DATED = ("posting", "portfolio", "leave")  # what could have ended; a unit or a person does not
_KEYS = {
    "unit": ("code",),
    "person": ("login",),
    "post": ("unit", "post"),
    "posting": ("person", "unit", "post", "from"),
    "portfolio": ("person", "unit", "from"),
    "leave": ("person", "from"),
}


@command(
    N_(
        "Bring in units, people, posts, postings, portfolios and leave: from a YAML or JSON file, an Excel workbook "
        "with a sheet for each, one table in CSV (postings.csv), or a folder of such tables. All of it or nothing."
    ),
    arg("file", metavar="FILE"),
    changes=True,
)
def import_(session: Session, file: str) -> None:
    """Rows the file does not name stay as they are; only for administrators."""
    from workflow import receipts
    from workflow.register_import import import_register, plan
    from workflow.store import Tx

    register = _read(file)

    def work(tx: Tx) -> tuple[dict[str, Any], bool]:
        who = session.administering(tx)
        seen: dict[str, Any] = {"changes": [], "not_in_file": [], "handover": [], "warnings": []}

        def do() -> dict[str, Any]:
            planned = plan(tx, register, reason=session.reason)
            event = import_register(tx, planned, who, reason=session.reason)
            seen["changes"], seen["not_in_file"] = planned.diff(), planned.staying()
            seen["handover"] = planned.handing_over(tx)
            seen["warnings"] = [
                {"where": one.where, "message": fill(one.message, one.places)} for one in planned.warnings
            ]
            return {"counts": planned.counts(), "event": render.receipt(event) if event else None}

        done, again = receipts.told(tx, session.key, "org import", [register.said(), who.actor, session.reason], do)
        return {"schema": 1, "file": file, **done, **seen, "again": again}, again

    data, again = session.change(work, alone=True)
    if session.dry_run:
        data["event"] = None

    def human() -> list[str]:
        if again:
            return [_("This key was used before, nothing was done again.")]
        lines = [
            _("{table}: {new} new, {changed} changed").format(table=_(_TABLES[table]), **count)
            for table, count in data["counts"].items()
        ]
        lines = lines or [_("Nothing to change: the register already says so.")]
        lines += _told(data)
        if data["event"]:
            lines.append(render.receipt_of("org", data["event"]))
        return lines

    render.changed(session, data, human)
    for warning in data["warnings"]:
        render.note(session, _("Note: {message}").format(message=f"{warning['where']}: {warning['message']}"))


def _told(data: dict[str, Any]) -> Iterator[str]:
    """What is new over an earlier import, as people compare it: old and new, what stays, what is to be handed over."""
    changed = [row for row in data["changes"] if row["change"] == "changed"]
    staying = [row for row in data["not_in_file"] if row["table"] in _DATED]
    if changed or staying:
        added = [row for row in data["changes"] if row["change"] == "added" and row["table"] != "post"]
        yield from _some([f"+ {_named(row)}" for row in added])
    for row in changed:
        old_new = "; ".join(f"{key} {_value(was)} → {_value(row['row'][key])}" for key, was in row["was"].items())
        yield f"~ {_named(row)}: {old_new}"
    since = [row["since"] for row in data["changes"] if row["since"]]
    if since:
        yield _(
            "Who answered on days gone by, from {day} on, is told otherwise from now on in {count} rows; "
            "what was done and who was told then stays."
        ).format(day=min(since), count=len(since))
    if staying:
        yield _("Not in the file, and left as they are: {count}").format(count=len(staying))
        yield from _some([f"= {_named(row)}" for row in staying])
    for row in data["handover"]:
        yield _("{person} still owns {count} open cases: {refs}. Hand them over with `duecourse case assign`.").format(
            person=row["person"], count=len(row["refs"]), refs=", ".join(row["refs"][:_MOST])
        )


def _some(lines: list[str]) -> Iterator[str]:
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield _("… and {count} more").format(count=len(lines) - _MOST)


def _named(row: dict[str, Any]) -> str:
    keys = _KEYS[row["table"]]
    return f"{_(_TABLES[row['table']])}: " + " ".join(str(row["row"][key]) for key in keys)


def _value(value: Any) -> str:
    return "–" if value is None else render.shown(value)


def _read(file: str) -> "Register":
    """The register in a file, in the CSV files of a folder, or in a workbook."""
    from workflow.register_file import read_register, read_tables, read_workbook

    path = Path(file)
    if path.is_dir():
        tables = sorted(entry for entry in path.iterdir() if entry.suffix.lower() == ".csv")
        if not tables:
            raise NotFound("There is no *.csv file in {path}.", path=file)
        return read_tables({str(table): text(str(table)) for table in tables}, file)
    match path.suffix.lower():
        case ".csv":
            return read_tables({file: text(file)}, file)
        case ".xlsx" | ".xlsm" | ".xls":
            return read_workbook(content(file), file)
    return read_register(text(file), file)
