"""`summary draft`, `case draft`, `summary template`: the summary of a window, drafted from what happened, for people to
edit and submit."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cli import render
from cli.base import REASON, arg, command, complete_file, opt
from cli.session import Session
from cli.texts import N_, _
from states.errors import Failed, NotNow, Usage

if TYPE_CHECKING:
    from cli.summary_text import Words
    from workflow.store import Tx

Facts = dict[str, Any]


class Draft(NamedTuple):
    """What was drafted: its title, its text as Markdown, and its figures."""

    title: str
    text: str
    data: Facts


OPTIONS = (
    opt(
        "-o",
        "--output",
        metavar="FILE",
        shell_complete=complete_file,
        help=N_("Where to write it: a .docx, or else Markdown; printed by default."),
    ),
    opt(
        "--template",
        metavar="FILE.docx",
        shell_complete=complete_file,
        help=N_("The office's own paper, with places to fill; a plain one by default."),
    ),
    opt(
        "--next-steps",
        metavar="FILE.json",
        shell_complete=complete_file,
        help=N_("Also write the next steps to this file, each with the command that makes it a task."),
    ),
    opt(
        "--reasons",
        is_flag=True,
        help=N_("Add the reasons people gave for late acts; for some roles, with --reason, on record."),
    ),
)


@command(
    N_("Draft the summary of a window from the record: what was done, what went wrong and why, what comes next."),
    opt("--unit", metavar="UNIT", required=True, help=N_("The unit; those below it that belong to it are included.")),
    opt("--window", metavar="WINDOW", required=True, help=N_("2026, 2026-H1, 2026-Q1 or 2026-03.")),
    *OPTIONS,
    REASON,
)
def draft(session: Session, *, unit: str, window: str, **how: Any) -> None:
    """Counts only: nothing is on record for it, unless reasons are asked for."""
    made = _drafted(session, unit, window, None, **how)
    _say(session, made, how["output"])


@command(
    N_("Draft the text of a case that sums up a window, from the record; unit and window are those of the case."),
    arg("ref"),
    opt(
        "--window", metavar="WINDOW", help=N_("Another window than that of the case: 2026, 2026-H1, 2026-Q1, 2026-03.")
    ),
    *OPTIONS,
    opt("--attach", is_flag=True, help=N_("Put the draft on the case too; people submit what they make of it.")),
    changes=True,
)
def case_draft(session: Session, *, ref: str, window: str | None, attach: bool, **how: Any) -> None:
    """Of its field `period`, or of the duty that opened it."""
    from workflow.summary import of_case, unit_of

    _check_options(session, attach=attach, reasons=how["reasons"])
    with session.read() as tx:
        unit, found = (unit_of(tx, ref), window) if window else of_case(tx, ref)
    made = _drafted(session, unit, found, ref, **how)
    if attach:
        _attach(session, ref, made, how["output"])
    else:
        _say(session, made, how["output"])


def _check_options(session: Session, *, attach: bool, reasons: bool) -> None:
    """Usage for options of a change where nothing is changed, and for a look at reasons that would be taken back."""
    given = {"--key": session.key, "--expect": session.expect, "--sign": session.sign, "--dry-run": session.dry_run}
    for option, value in given.items():
        if value not in {None, False} and not attach:
            raise Usage("A draft changes nothing: {option} goes with --attach.", where=option, option=option)
    if reasons and session.dry_run:
        raise Usage("Whoever reads reasons is on record: there is no dry run of it.", where="--dry-run")


def _attach(session: Session, ref: str, made: Draft, output: str | None) -> None:
    """The draft as a file of the case: what was written to ``output``, else its Markdown."""
    from tempfile import TemporaryDirectory

    from cli.acts import change, take_in
    from workflow import engine

    with TemporaryDirectory() as folder:
        path = output
        if path is None:
            path = str(Path(folder) / f"{made.data['unit']}-{made.data['window']}.md")
            _write(path, made.text.encode())
        (incoming,) = take_in(session, [path])
    change(
        session,
        "case.attached",
        lambda tx, who: engine.attach(tx, ref, incoming, who=who, **session.facts()),
    )


@command(
    N_(
        "Write a Word template with every place a summary fills, to make the office's own paper of in a word processor."
    ),
    opt(
        "-o",
        "--output",
        metavar="FILE.docx",
        required=True,
        shell_complete=complete_file,
        help=N_("Where to write it."),
    ),
)
def template(session: Session, *, output: str) -> None:
    """The plain one; given back with --template once head, fonts and margins are the office's."""
    from cli.papers import blank

    _free(session, output, "-o")
    _write(output, blank())
    told = _("Template: {file}. Dress it as you like, leave what stands in braces, and give it with --template.")
    render.changed(session, {"schema": 1, "file": output}, lambda: [told.format(file=output)])


def _drafted(
    session: Session,
    unit: str,
    window: str,
    ref: str | None,
    *,
    output: str | None,
    template: str | None,
    next_steps: str | None,
    reasons: bool,
) -> Draft:
    """The draft; what is wanted as a file is written."""
    from cli.summary_text import Words, heading, markdown, sections

    as_word = output is not None and output.lower().endswith(".docx")
    if template is not None and not as_word:
        raise Usage("A template is for a .docx.", hint=N_("Write it with -o FILE.docx."), where="--template")
    for path, option in ((output, "-o"), (next_steps, "--next-steps")):
        _free(session, path, option)

    facts, said, types, duties, action = _facts(session, unit, window, ref, reasons)
    words = Words(types, duties)
    title, parts = heading(facts), sections(facts, words, said)
    text = markdown(title, parts)
    steps = _steps(facts, words, ref, action)
    data = {**facts, "title": title, "reasons": said, "steps": steps}
    if output is not None and as_word:
        from cli.papers import fill

        names = ("unit", "unit_name", "window", "first", "last", "until")
        context = {**{name: facts[name] for name in names}, "title": title, "facts": facts}
        context["sections"] = [{"title": part.title, "lines": part.lines} for part in parts]
        _write(output, fill(template, context))
    elif output is not None:
        _write(output, text.encode())
    if next_steps is not None:
        _write(next_steps, (json.dumps(steps, ensure_ascii=False, indent=2) + "\n").encode())
    return Draft(title, text, data)


def _say(session: Session, made: Draft, output: str | None) -> None:
    """The text, or where it is."""
    if output is None:
        render.text(session, {**made.data, "text": made.text}, made.text)
        return
    told = {**made.data, "file": output}
    render.changed(session, told, lambda: [_("{title}: {file}").format(title=made.title, file=output)])


def _facts(
    session: Session, unit: str, window: str, ref: str | None, with_reasons: bool
) -> tuple[Facts, list[Facts], Mapping[str, Any], Mapping[str, Any], Any]:
    """(facts, reasons, types, duties, the act that makes a next step a task); reading reasons is put on record."""
    from workflow import policies, summary, summary_next

    def read(tx: "Tx") -> Any:
        said: list[Facts] = []
        facts = summary.summary(tx, unit, window)
        if with_reasons:
            _permitted(session, tx)
            said = summary.reasons(tx, facts)
        compiled = policies.current_or_none(tx) or {}
        action = summary_next.step_action(tx, ref) if ref else None
        return facts, said, policies.types(tx), compiled.get("duties", {}), action

    if with_reasons:
        return tuple(session.change(read))
    with session.read() as tx:
        return tuple(read(tx))


def _permitted(session: Session, tx: "Tx") -> None:
    """Words of people are looked into by those who may, for a reason, on record; as any search in them."""
    from workflow import lookup

    who = session.looking(tx)
    lookup.permit(tx, who)
    if not session.reason.strip():
        raise NotNow("To read what people wrote needs a reason.", hint=N_("Say why with --reason TEXT."))
    lookup.look_up(tx, who, "summary", reason=session.reason)


def _steps(facts: Facts, words: "Words", ref: str | None, action: Any) -> list[Facts]:
    """The next steps as rows for a program: what, by which unit, by when, and the command that makes a task of it."""
    from cli.summary_text import step

    rows = []
    for row in facts["next"]:
        ahead = row["due_on"] if row["due_on"] and row["due_on"] > facts["until"][:10] else None
        what = step({**row, "due_on": None, "overdue": False}, words)
        rows.append(
            {
                "assignment": what,
                "assignee": row["unit"],
                "due_on": ahead,
                "ref": row["ref"],
                "duty": row["duty"],
                "command": _command(ref, action, what, row["unit"], ahead),
            }
        )
    return rows


def _command(ref: str | None, action: Any, what: str, unit: str, due_on: str | None) -> str | None:
    """How the step becomes a task, where the case to be drafted has an act for that."""
    if ref is None or action is None:
        return None
    from shlex import join

    name, fields = action
    line = ["duecourse", "do", ref, name, f"--{fields['text']}", what, f"--{fields['unit']}", unit]
    return join([*line, *([f"--{fields['date']}", due_on] if due_on and "date" in fields else [])])


def _free(session: Session, path: str | None, option: str) -> None:
    """Usage for a file that is there: somebody may have edited it."""
    if path is not None and Path(path).exists() and not session.yes:
        raise Usage(
            "{path} is there already.", hint=N_("Name another file, or replace it with --yes."), where=option, path=path
        )


def _write(path: str, content: bytes) -> None:
    """The file in one step; Failed where it cannot be written."""
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        raise Failed(
            "{path} cannot be written: {why}.",
            hint=N_("Name another place, or make room."),
            path=path,
            why=error.strerror or str(error),
        ) from error
    finally:
        part.unlink(missing_ok=True)
