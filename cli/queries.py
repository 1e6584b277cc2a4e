"""`query`: questions a user asks again and again, by a name of their own.

They lie in the user's state folder, in one file for all workspaces: they are words, not answers, and nobody else's.
Paths are text here, as in settings.
"""
# ruff: noqa: PTH103, PTH105, PTH118, PTH120, PTH123

import json
import os
import re
from collections.abc import Mapping
from typing import Any

import click

from cli import render
from cli.base import SETTINGS, Command, arg, command, opt
from cli.session import Session
from cli.texts import N_, _
from states.errors import Conflict, Failed, Invalid, NotFound, Usage

# Commands that only look. What changes something is said anew each time, and so is a reason.
LOOKING = (
    "due", "case list", "case show", "case history", "case files", "case why", "audit log", "duty list", "duty show",
    "duty forecast", "extend list", "leave list", "notify list", "org tree", "org show", "org ladder", "org who",
    "calendar list", "calendar show", "policy show", "stats", "eligible",
)  # fmt: skip
_NAME = re.compile(r"[\w][\w.-]{0,39}")
_FRESH = ("--reason", "--as")

Saved = dict[str, list[str]]


def path_of(environ: Mapping[str, str]) -> str:
    """Where the queries of this user lie."""
    folder = environ.get("XDG_STATE_HOME") or os.path.join(environ.get("HOME", "/"), ".local", "state")
    return os.path.join(folder, "duecourse", "queries.json")


def _load(path: str) -> Saved:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)["queries"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Invalid(
            "The saved queries cannot be read.", hint=N_("Mend the file or remove it."), where=path
        ) from error
    if isinstance(found, dict) and all(isinstance(words, list) for words in found.values()):
        return {str(name): [str(word) for word in words] for name, words in found.items()}
    raise Invalid("The saved queries cannot be read.", hint=N_("Mend the file or remove it."), where=path)


def _keep(path: str, saved: Saved) -> None:
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"schema": 1, "queries": saved}, file, ensure_ascii=False, indent=1, sort_keys=True)
        os.replace(temporary, path)
    except OSError as error:
        raise Failed(
            "The saved queries cannot be written: {why}.", where=path, why=error.strerror or str(error)
        ) from error


def _words(saved: Saved, name: str) -> list[str]:
    if name not in saved:
        from difflib import get_close_matches

        near = get_close_matches(name, saved, n=1)
        raise NotFound(
            "There is no saved query {name}.",
            hint=N_("Did you mean {near}?") if near else N_("`duecourse query list` shows yours."),
            name=name,
            near=near[0] if near else "",
        )
    return saved[name]


def _looks(words: list[str]) -> None:
    """Usage for what is no question."""
    if not any(words[: len(known)] == known for known in (text.split() for text in LOOKING)):
        raise Usage(
            "`{words}` is no question that can be saved.",
            hint=N_("These can: {known}."),
            where="WORDS",
            words=" ".join(words[:2]),
            known=", ".join(LOOKING),
        )
    for word in words:
        if word.partition("=")[0] in _FRESH:
            raise Usage(
                "{option} is said anew each time.",
                hint=N_("Leave it out here, and give it to `duecourse query run`."),
                where="WORDS",
                option=word.partition("=")[0],
            )


@command(
    N_("Keep a question under a name: query save late due --overdue."),
    arg("name", metavar="NAME"),
    arg("words", metavar="WORDS...", nargs=-1, type=click.UNPROCESSED, required=True),
    opt("--replace", is_flag=True, help=N_("Put it in the place of the query of this name.")),
)
def save(session: Session, name: str, words: tuple[str, ...], replace: bool) -> None:
    """Everything after the name belongs to the question; options of `save` itself stand before it."""
    if not _NAME.fullmatch(name):
        raise Usage(
            "{name} is not a name for a query.", hint=N_("Use letters, digits, - and _."), where="NAME", name=repr(name)
        )
    given = list(words[1:] if words[:1] == ("--",) else words)
    _looks(given)
    path = path_of(session.environ)
    saved = _load(path)
    if name in saved and saved[name] != given and not replace:
        raise Conflict(
            "There is a saved query {name} already.", hint=N_("Take another name, or --replace it."), name=name
        )
    _keep(path, {**saved, name: given})
    data = {"schema": 1, "name": name, "words": given}
    render.changed(session, data, lambda: [_("{name}: duecourse {words}").format(name=name, words=_line(given))])


@command(
    N_("Ask a saved question, with more words where some are given."),
    arg("name", metavar="NAME"),
    arg("words", metavar="[WORDS]...", nargs=-1, type=click.UNPROCESSED),
)
def run(session: Session, name: str, words: tuple[str, ...]) -> int:
    """What is said before `run` holds for the question too; what comes after the name is added to it."""
    from cli.registry import ROOT

    given = [*_words(_load(path_of(session.environ)), name), *(words[1:] if words[:1] == ("--",) else words)]
    _looks(given[:2])
    entries: Any = ROOT
    found: click.Command | None = None
    with click.Context(click.Group("duecourse"), obj=session, info_name="duecourse", **SETTINGS) as root:
        while found is None and given:
            entry = entries.get(given.pop(0))
            if isinstance(entry, tuple):
                from cli.base import load

                found = load(entry)
            elif entry is not None:
                entries = entry.entries
            else:
                break
        if found is None:
            raise NotFound("What {name} asks is no command of this version.", name=name)
        with found.make_context(name, given, parent=root) as ctx:
            answer = found.invoke(ctx)
    return answer if isinstance(answer, int) else 0


@command(N_("List your saved questions."))
def list_(session: Session) -> None:
    """By name."""
    rows = [{"name": name, "words": words} for name, words in sorted(_load(path_of(session.environ)).items())]
    columns: list[render.Column] = [
        ("name", N_("Name"), None),
        ("words", N_("Question"), lambda row: _line(row["words"])),
    ]
    data = {"schema": 1, "rows": rows, "next": None}
    render.listing(session, data, columns, empty=_("No question is saved."))


@command(N_("Forget a saved question."), arg("name", metavar="NAME"))
def delete(session: Session, name: str) -> None:
    """Only yours."""
    path = path_of(session.environ)
    saved = _load(path)
    words = _words(saved, name)
    _keep(path, {known: rest for known, rest in saved.items() if known != name})
    data = {"schema": 1, "name": name, "words": words}
    render.changed(session, data, lambda: [_("{name} is forgotten.").format(name=name)])


def _line(words: list[str]) -> str:
    """The words as they would be typed."""
    from shlex import join

    return join(words)


for _one in (save, run):  # an option after the name is the question's, not ours
    if isinstance(_one, Command):
        _one.context_settings = {"ignore_unknown_options": True, "allow_interspersed_args": False}
