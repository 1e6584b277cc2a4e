"""What every command shares: options in the reader's language, the global options, groups that load late."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from cli.session import FORMATS
from cli.texts import LANGUAGES, N_, _

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# How commands are told apart in the registry: where they live, and what they are for.
Entry = tuple[str, str]


def dashed(name: str) -> str:
    """Both spellings of an option are one: ``--occurred_at`` is ``--occurred-at``."""
    return name.replace("_", "-")


# Inherited by every command below the root.
SETTINGS: dict[str, Any] = {
    "token_normalize_func": dashed,
    "max_content_width": 100,
    "help_option_names": ["-h", "--help"],
}


class _Spoken:
    """A ``help`` that is kept as its source text and read in the language in use."""

    _help: str | None = None

    @property
    def help(self) -> str | None:
        return _(self._help) if self._help else self._help

    @help.setter  # noqa: A003  # click's own name for it
    def help(self, text: str | None) -> None:
        self._help = text


class Opt(_Spoken, click.Option):
    """An option whose help is a source text of the catalogue."""


class Arg(_Spoken, click.Argument):
    """An argument whose help is a source text of the catalogue."""


class Shared(Opt):
    """An option of every command: its value goes to the session, wherever on the line it stood."""

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        if self.name in opts:
            setattr(ctx.obj, self.name, self.process_value(ctx, opts[self.name]))
        return None, args


class Words(click.Choice[str]):
    """One of some words. Both spellings are taken; a refusal names them as they are written everywhere else."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ARG002
        return super().get_invalid_choice_message(value, None)


def _shared(*names: str, **attrs: Any) -> Shared:
    return Shared(names, expose_value=False, **attrs)


GLOBAL = (
    _shared("--home", metavar="DIR", help=N_("The folder of the workspace.")),
    _shared("--db", metavar="URL", help=N_("The database of the workspace.")),
    _shared("--as", "as_login", metavar="LOGIN", help=N_("Act as this person: in a sandbox anybody, else as deputy.")),
    _shared("--lang", type=Words(LANGUAGES), metavar="|".join(LANGUAGES), help=N_("The language to read.")),
    _shared("--format", type=Words(FORMATS), metavar="FORM", help=N_("table, plain, json, ndjson or csv.")),
    _shared("--no-input", is_flag=True, help=N_("Never ask.")),
    _shared("-y", "--yes", is_flag=True, help=N_("Answer yes to every question.")),
    _shared("-q", "--quiet", is_flag=True, help=N_("Print nothing a person would read.")),
    _shared("--debug", is_flag=True, help=N_("Show the traceback of an error.")),
)
REASON = _shared("--reason", metavar="TEXT", help=N_("Why; kept on record."))
CHANGING = (
    REASON,
    _shared("--key", metavar="KEY", help=N_("Makes a repeat harmless: the same key is done once.")),
    _shared("--expect", type=click.IntRange(min=0), metavar="N", help=N_("Only if the case is still at this version.")),
    _shared("--sign", metavar="KEYFILE", help=N_("Sign the act on a case with this SSH key, which must be yours.")),
    _shared("--dry-run", is_flag=True, help=N_("Do everything, then take it back and say so.")),
)


def _show_help(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()


# click would make one for each command, and ask gettext for its help each time.
HELP = Opt(
    ["-h", "--help"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_help,
    help=N_("Show this message and exit."),
)


class Command(_Spoken, click.Command):
    """One command. Its function gets the session first; what it returns is the exit code (None is 0)."""

    def __init__(self, *args: Any, changes: bool = False, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.changes = changes

    def shared(self) -> tuple[Shared, ...]:
        return (*CHANGING, *GLOBAL) if self.changes else GLOBAL

    def get_params(self, _ctx: click.Context) -> list[click.Parameter]:
        return [*self.params, *self.shared(), HELP]

    def get_help_option(self, _ctx: click.Context) -> click.Option:
        return HELP

    def invoke(self, ctx: click.Context) -> Any:
        return None if self.callback is None else self.callback(ctx.obj, **ctx.params)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_options(formatter, _("Options"), ctx, [*self.params, HELP])
        if self.changes:
            write_options(formatter, _("Options of every change"), ctx, CHANGING)
        formatter.write_paragraph()
        formatter.write_text(_("Options of every command: see `duecourse --help`."))


class Group(_Spoken, click.Group):
    """A noun with its verbs. The registry names them, so that listing them imports none."""

    def __init__(
        self, name: str | None, entries: Mapping[str, "Entry | Group"], *, changes: bool = False, **attrs: Any
    ):
        super().__init__(name, **attrs)
        self.entries = entries
        self.changes = changes

    def get_params(self, _ctx: click.Context) -> list[click.Parameter]:
        return [*self.params, *((*CHANGING, *GLOBAL) if self.changes else GLOBAL), HELP]

    def get_help_option(self, _ctx: click.Context) -> click.Option:
        return HELP

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        return load(entry) if isinstance(entry, tuple) else entry

    def known(self, _ctx: click.Context) -> list[tuple[str, str]]:
        """(name, one line about it) of every command below."""
        return [
            (name, _(entry[1]) if isinstance(entry, tuple) else entry.help or "")
            for name, entry in self.entries.items()
        ]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        found = self.get_command(ctx, args[0])
        if found is None and not ctx.resilient_parsing:
            names = [name for name, _help in self.known(ctx)]
            raise click.exceptions.NoSuchCommand(args[0], possibilities=names, ctx=ctx)
        return args[0], found, args[1:]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[Any]]":
        from click.shell_completion import CompletionItem

        found: list[CompletionItem[Any]] = [
            CompletionItem(name, help=say) for name, say in self.known(ctx) if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        write_options(formatter, _("Options"), ctx, [p for p in self.get_params(ctx) if not isinstance(p, Shared)])
        if self.changes:
            write_options(formatter, _("Options of every change"), ctx, CHANGING)
        if ctx.parent is None:
            write_options(formatter, _("Options of every command"), ctx, GLOBAL)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = self.known(ctx)
        if rows:
            with formatter.section(_("Commands")):
                formatter.write_dl(rows)


def write_options(
    formatter: click.HelpFormatter, heading: str, ctx: click.Context, params: Iterable[click.Parameter]
) -> None:
    """One section of help: the options among these, in their order."""
    records = [param.get_help_record(ctx) for param in params if not isinstance(param, click.Argument)]
    rows = [record for record in records if record is not None]
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows)


def load(entry: Entry) -> click.Command:
    """The command an entry names as ``module:function``."""
    from importlib import import_module

    module, _colon, name = entry[0].partition(":")
    command: click.Command = getattr(import_module(module), name)
    return command


def command(
    help: str,
    *params: click.Parameter,
    changes: bool = False,
) -> Callable[[Callable[..., int | None]], Command]:
    """Make a function a command; its parameters are named here, in the order of the help."""

    def made(function: Callable[..., int | None]) -> Command:
        return Command(function.__name__, callback=function, params=list(params), help=help, changes=changes)

    return made


def opt(*names: str, **attrs: Any) -> Opt:
    """An option, named as it is typed."""
    return Opt(names, **attrs)


def arg(name: str, **attrs: Any) -> Arg:
    """An argument; shown in capitals."""
    return Arg([name], **attrs)


def complete_file(_ctx: click.Context, _param: click.Parameter, begun: str) -> "list[CompletionItem[str]]":
    """Lets the shell complete the name of a file; click.Path would ask gettext for its name at every start."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(begun, type="file")]


def choices(names: Sequence[str]) -> Words:
    """One of these words."""
    return Words(names)


LIMIT = opt("--limit", type=click.IntRange(1, 1000), default=50, metavar="N", help=N_("At most so many rows."))
AFTER = opt("--after", metavar="TOKEN", help=N_("Go on after the page that ended with this token."))
TSA_ROOTS = opt(
    "--tsa-roots",
    metavar="FILE",
    shell_complete=complete_file,
    help=N_("The certificates of time stamp authorities you trust; by default those of publish.tsa_roots."),
)
