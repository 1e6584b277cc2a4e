"""Every command of the registry loads, explains itself in both languages, and knows the global options."""

from __future__ import annotations

import click
import pytest
from support.office import program, run
from test_house import mentioned, modules

from cli.base import CHANGING, GLOBAL, Group, Shared, load
from cli.registry import ROOT
from states.vocabulary import TAKEN_OPTIONS

CHANGES = {
    ("new",),
    ("do",),
    ("case", "comment"),
    ("case", "assign"),
    ("case", "reassign"),
    ("case", "link"),
    ("case", "attach"),
    ("case", "draft"),
    ("duty", "record"),
    ("duty", "skip"),
    ("case", "dossier"),
    ("whoami",),
    ("leave", "set"),
    ("leave", "end"),
    ("org", "import"),
    ("policy", "apply"),
    ("extend", "request"),
    ("extend", "approve"),
    ("extend", "refuse"),
    ("calendar", "import"),
    ("audit", "erase"),
    ("audit", "recover"),
    ("db", "grants"),
}


def walk(entries, path=()):
    for name, entry in entries.items():
        if isinstance(entry, Group):
            yield from walk(entry.entries, (*path, name))
        else:
            yield (*path, name), entry


COMMANDS = dict(walk(ROOT))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_explains_itself(tmp_path, path):
    """It loads, has a line in the list of its group, and a help for itself and for each of its options."""
    command = load(COMMANDS[path])
    assert command.help
    assert COMMANDS[path][1].endswith(".")
    for param in command.params:
        assert isinstance(param, click.Argument) or param.help, param
    done = run(*path, "--help", folder=tmp_path)
    assert done.code == 0, done.err
    assert done.out.startswith(f"Usage: duecourse {' '.join(path)}")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_changing_command_takes_the_options_of_changes(path):
    """Commands that change the record take --reason, --key, --expect and --dry-run; the others do not."""
    command = load(COMMANDS[path])
    context = click.Context(command)
    names = {name for param in command.get_params(context) for name in param.opts}
    shared = {name for option in CHANGING for name in option.opts}
    assert (shared <= names) is (path in CHANGES)
    assert {name for option in GLOBAL for name in option.opts} <= names


def test_help_imports_no_command(tmp_path):
    """The list of commands comes from the registry alone."""
    shown = run("--help", folder=tmp_path).out
    assert all(f"\n  {name} " in shown for name in ROOT)


def test_no_option_hides_a_global_one():
    """No command has an option of its own that a global option would shadow."""
    taken = {name for option in (*GLOBAL, *CHANGING) for name in (*option.opts, option.name)} | {"-h", "--help"}
    for path, entry in COMMANDS.items():
        params = [param for param in load(entry).params if not isinstance(param, Shared)]
        own = {name for param in params for name in param.opts if name.startswith("-")}
        keys = {"--key"} if path in {("audit", "check-proof"), ("audit", "witness")} else set()  # they change nothing
        assert own.isdisjoint(taken - keys), path


def test_policy_fields_cannot_take_our_names():
    """The names the policy language refuses for fields are those of our options."""
    fixed = {name for option in (*GLOBAL, *CHANGING) for name in option.opts if name.startswith("--")}
    fixed |= {"--help", "--file", "--unit", "--title", "--owner"}
    assert {name.removeprefix("--") for name in fixed} <= TAKEN_OPTIONS


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(tmp_path, shell):
    """`completion SHELL` prints a script that asks the program."""
    done = run("completion", shell, folder=tmp_path)
    assert (done.code, "_DUECOURSE_COMPLETE" in done.out) == (0, True)
    assert run("completion", "tcsh", folder=tmp_path).code == 2


def completed(office, line):
    """What bash would offer at the end of this line."""
    words = line.split(" ")
    done = office.program(_DUECOURSE_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    return [item.partition(",")[2] for item in done.out.split()]


def test_words_complete(office):
    """Commands, verbs, types, options, choices, numbers and actions complete."""
    ref = office.report()
    assert completed(office, "duecourse du") == ["due", "duty"]
    assert completed(office, "duecourse case sh") == ["show"]
    assert completed(office, "duecourse new inc") == ["incident"]
    assert completed(office, "duecourse new incident --occ") == ["--occurred-at"]
    assert completed(office, "duecourse new incident --severity ma") == ["major"]
    assert completed(office, "duecourse do RPT") == [ref]
    assert completed(office, f"duecourse do {ref} su") == ["submit"]
    assert completed(office, "duecourse do RPT-1999-0001 su") == []


def test_completion_without_a_workspace(tmp_path):
    """Where there is no workspace nothing completes, and nothing is said."""
    done = program(folder=tmp_path, _DUECOURSE_COMPLETE="bash_complete", COMP_WORDS="duecourse new ", COMP_CWORD="2")
    assert done == (0, "\n", "")


def test_only_render_prints_data():
    """Commands hand their data to render; nothing else in cli writes to stdout (`fitting` asks how wide it is)."""
    printing = {"sys.stdout", "click.echo", "click.secho"}
    found = {name.removeprefix("cli."): set(mentioned(tree)) & printing for name, tree in modules("cli").items()}
    assert {name for name, used in found.items() if used} == {"render", "main", "base", "session", "fitting"}
