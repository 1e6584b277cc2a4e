"""The entry: language first, then the command, then one place for everything that can go wrong."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import Any

# A command lives for milliseconds; collecting while modules load would cost a sixth of its time.
gc.set_threshold(100_000, 50, 100)

from cli import texts  # noqa: E402  # first: it binds the catalogue that click speaks from

import click  # noqa: E402  # isort: skip

from cli.base import SETTINGS, Group  # noqa: E402
from cli.registry import ROOT  # noqa: E402
from cli.session import Session  # noqa: E402
from cli.texts import N_  # noqa: E402
from states.errors import Problem, Usage  # noqa: E402


class Root(Group):
    """The program. Whatever a command raises becomes one sentence and an exit code here."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Any:  # type: ignore[override]
        words = list(sys.argv[1:] if args is None else args)
        early = first_look(words)
        session = Session(os.environ)
        # `new` and `do` ask the workspace for the rest of their words before those are parsed.
        session.home, session.db = early.get("--home"), early.get("--db")
        texts.use(texts.pick([early.get("--lang") or _configured_language(session, early)], os.environ))
        try:
            code = self._answer(words, prog_name or "duecourse", {**extra, "obj": session})
            sys.stdout.flush()
        except BrokenPipeError:
            _nobody_reads()
            code = 0
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the one place that reports them all
            from cli.errors import report

            as_json = _as_json(session, early)
            warned = session.receipts.warned if as_json and session.receipts else None
            code = report(error, as_json=as_json, debug=session.debug or "--debug" in early, warned=warned)
            session.warned = session.warned or warned is not None
        finally:
            _warn(session, early)
            session.close()
        sys.exit(code)

    def _answer(self, words: list[str], name: str, extra: dict[str, Any]) -> int:
        """The exit code of a command; what it raises is the caller's to report."""
        _check_encoding(words)
        instruction = os.environ.get(COMPLETE)
        if instruction:
            from click.shell_completion import shell_complete

            return shell_complete(self, extra, name, COMPLETE, instruction)
        try:
            with self.make_context(name, words, **extra) as ctx:
                answer = self.invoke(ctx)
        except click.exceptions.Exit as done:
            return done.exit_code
        return answer if isinstance(answer, int) else 0


def _warn(session: Session, early: dict[str, str]) -> None:
    """Last of all, so that no answer hides it: what this user holds receipts for and the workspace no longer has.

    Programs have it in the answer, or beside the error; only where neither is one object is it a line of its own.
    """
    warned = session.receipts and session.receipts.warned
    if warned and not session.warned and not session.quiet and COMPLETE not in os.environ:
        from cli.errors import warn

        warn(warned, as_json=_as_json(session, early))


def _as_json(session: Session, early: dict[str, str]) -> bool:
    return (session.format or early.get("--format")) in ("json", "ndjson")


COMPLETE = "_DUECOURSE_COMPLETE"
EARLY = frozenset({"--lang", "--format", "--home", "--db", "--debug"})


def first_look(words: Sequence[str]) -> dict[str, str]:
    """What the line says about language and form, before any of it is parsed; the last one counts."""
    found: dict[str, str] = {}
    for place, word in enumerate(words):
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if name in EARLY:
            found[name] = value if equals else words[place + 1] if place + 1 < len(words) else ""
    return found


def _check_encoding(words: Sequence[str]) -> None:
    """Usage for a word that is not text in the terminal's encoding; the name of a file may be anything."""
    for word in words:
        if not word.isascii() and any("\ud800" <= sign <= "\udfff" for sign in word) and not os.path.exists(word):  # noqa: PTH110
            raise Usage(
                "{word} is not text in UTF-8.",
                hint=N_("Set the encoding of the terminal to UTF-8 and type it again."),
                word=ascii(word),
            )


def _configured_language(session: Session, early: dict[str, str]) -> str | None:
    """The language of the environment or of a settings file; a broken file is reported by who needs it."""
    try:
        found: str | None = session.look_up({"home": early.get("--home"), "db": early.get("--db")}).get("lang")
    except (Problem, OSError):
        return None
    return found


def _nobody_reads() -> None:
    """The reader of our output has gone; keep the interpreter from complaining about it at exit."""
    hole = os.open(os.devnull, os.O_WRONLY)
    os.dup2(hole, sys.stdout.fileno())


root = Root(
    "duecourse",
    ROOT,
    context_settings=SETTINGS,
    help=N_("duecourse: who answers, by when, who is told, and on what evidence."),
)
root.params.append(
    click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=lambda ctx, _param, wanted: _version(ctx) if wanted else None,
        help=N_("Show the version and exit."),
    )
)


def _version(ctx: click.Context) -> None:
    from importlib.metadata import version

    click.echo(f"duecourse {version('duecourse')}")
    ctx.exit()


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a console that cannot show a sign must not undo what was done
    root.main()
