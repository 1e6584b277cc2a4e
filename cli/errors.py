"""Problems as people and programs read them: one sentence, one hint, and the exit code. The only table of codes."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cli.texts import _, roles
from cli.width import clean
from states.errors import (
    Conflict,
    Failed,
    Integrity,
    Invalid,
    NotFound,
    NotNow,
    NotPermitted,
    Outside,
    Phrase,
    Problem,
    Usage,
)

if TYPE_CHECKING:
    from cli.receipts import Warned

DONE = 0
OVERDUE = 10  # `due --check` only
INTERRUPTED = 130

EXIT_CODES: dict[type[Problem], int] = {
    Failed: 1,
    Usage: 2,
    NotFound: 3,
    NotPermitted: 4,
    NotNow: 5,
    Conflict: 6,
    Integrity: 7,
    Invalid: 8,
    Outside: 9,
}


def exit_code(problem: Problem) -> int:
    """The code of the nearest class in the table; 1 for one that is not in it."""
    return next((EXIT_CODES[kind] for kind in type(problem).__mro__ if kind in EXIT_CODES), 1)


def fill(text: str, places: Mapping[str, Any]) -> str:
    """The text in the reader's language, its ``{named}`` places filled in."""
    if not text:
        return ""
    spoken = _(text)
    if not places:
        return spoken
    named = {key: roles(value) for key, value in places.items() if key in ("role", "roles") and isinstance(value, str)}
    parts = {key: fill(*value) for key, value in places.items() if isinstance(value, Phrase)}
    return spoken.format(**{**places, **named, **parts})


def describe(error: BaseException) -> tuple[int, dict[str, Any]]:
    """(exit code, {code, message, hint, where}) of anything a command can raise; several problems are all told."""
    if isinstance(error, Problem):
        said: dict[str, Any] = {
            "code": error.code,
            "message": fill(error.message, error.places),
            "hint": fill(error.hint, error.places),
            "where": error.where,
        }
        several = getattr(error, "problems", ())
        if len(several) > 1:
            said["problems"] = [{"where": one.where, "message": fill(one.message, one.places)} for one in several]
        return exit_code(error), said
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return EXIT_CODES[Usage], _plain(Usage.code, _("Missing command."))
    if isinstance(error, click.UsageError):
        context = error.ctx
        hint = "" if context is None else _("See `{command} --help`.").format(command=context.command_path)
        return EXIT_CODES[Usage], _plain(Usage.code, error.format_message(), hint)
    if isinstance(error, click.ClickException):
        return EXIT_CODES[Failed], _plain(Failed.code, error.format_message())
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return INTERRUPTED, _plain("interrupted", _("Interrupted."))
    if isinstance(error, OSError):
        why = error.strerror or str(error)
        place = "" if error.filename is None else str(error.filename)
        message = _("The operating system refused: {why}.").format(why=why)
        return EXIT_CODES[Failed], {**_plain(Failed.code, message), "where": place}
    message = _("Something unexpected went wrong: {kind}: {why}.").format(kind=type(error).__name__, why=error)
    return EXIT_CODES[Failed], _plain(Failed.code, message, _("Run it again with --debug and report what it prints."))


def _plain(code: str, message: str, hint: str = "") -> dict[str, Any]:
    return {"code": code, "message": message, "hint": hint, "where": ""}


def report(error: BaseException, *, as_json: bool, debug: bool, warned: "Warned | None" = None) -> int:
    """Say on stderr what went wrong; answers the exit code. For programs one object, with a warning in it if any."""
    code, said = describe(error)
    if debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    if as_json:
        beside = {"warning": warning(warned)} if warned else {}
        _say(json.dumps({"error": said, **beside}, ensure_ascii=False))
        return code
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        _say(error.format_message())
        return code
    for one in said.get("problems") or [said]:
        where = f"{one['where']}: " if one["where"] else ""
        _say(_("Error: {message}").format(message=where + one["message"]))
    if said["hint"]:
        _say(_("Hint: {hint}").format(hint=said["hint"]))
    return code


def warning(warned: "Warned") -> dict[str, str]:
    """What is not as it was, as programs read it."""
    return {"message": fill(warned.say, warned.places), "hint": fill(warned.hint, warned.places)}


def warn(warned: "Warned", *, as_json: bool) -> None:
    """Say on stderr what is not as it was; the command is done all the same."""
    said = warning(warned)
    if as_json:
        _say(json.dumps({"warning": said}, ensure_ascii=False))
        return
    _say(_("Warning: {message}").format(message=said["message"]))
    _say(_("Hint: {hint}").format(hint=said["hint"]))


def _say(text: str) -> None:
    try:
        sys.stderr.write(clean(text) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # nobody can be told that nobody can be told
        return
