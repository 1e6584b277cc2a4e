"""What goes wrong becomes one sentence and an exit code, for people and for programs."""

from __future__ import annotations

import os
import subprocess

import pytest
from support.office import PROGRAM, clean_environment, program, run

from cli import errors
from states.errors import Problem


def everything_below(kind: type[Problem]) -> set[type[Problem]]:
    return {found for one in kind.__subclasses__() for found in {one} | everything_below(one)}


def test_each_kind_of_problem_has_its_own_code():
    """Every class of states/errors.py stands in the table once, with the codes of the contract."""
    direct = set(Problem.__subclasses__())
    assert set(errors.EXIT_CODES) == direct
    assert sorted(errors.EXIT_CODES.values()) == list(range(1, 10))


def test_a_finer_problem_keeps_the_code_of_its_kind():
    """A subclass exits like its class; an unknown kind is a failure."""
    from states.stops import Standing

    assert errors.exit_code(Standing("it stands")) == 5
    assert errors.exit_code(Problem("something")) == 1
    assert all(errors.exit_code(kind("x")) in range(1, 10) for kind in everything_below(Problem) if not _special(kind))


def _special(kind: type[Problem]) -> bool:
    """Those made of a list of problems take no sentence."""
    return kind.__name__.startswith("Bad")


def test_json_errors_are_one_object(office):
    """With --format json stderr is {"error": {code, message, hint, where}} and stdout stays empty."""
    refused = office.run("case", "show", "RPT-1999-0001", "--format", "json", code=3)
    assert refused.out == ""
    assert refused.error == {
        "code": "not-found",
        "message": "There is no case RPT-1999-0001 here.",
        "hint": "`duecourse case list` shows the cases there are.",
        "where": "",
    }


@pytest.mark.parametrize(
    "words", [("--format", "json", "cas"), ("due", "--nope", "--format=json"), ("case", "--format", "json")]
)
def test_json_errors_of_wrong_words(tmp_path, words):
    """A line that cannot be parsed is reported in JSON too, wherever --format stood."""
    refused = run(*words, folder=tmp_path)
    assert (refused.code, refused.error["code"]) == (2, "usage")


def test_a_field_names_its_option(office):
    """A value of the wrong type says which option it came from."""
    words = ["--unit", "SAFE", "--title", "x", "--severity", "general", "--as", "li.na"]
    refused = office.run("new", "incident", *words, "--occurred-at", "yesterday", "--format", "json", code=2)
    assert refused.error["where"] == "--occurred-at"


def test_an_unknown_command_is_answered_with_the_nearest(tmp_path):
    """`cas` is met with a suggestion, in the group of the verb."""
    assert "'case'" in run("cas", folder=tmp_path).err
    assert "'show'" in run("case", "shwo", folder=tmp_path).err
    assert run("case", "shwo", folder=tmp_path).code == 2


def test_a_language_is_named_as_the_program_writes_it(tmp_path):
    """Both spellings are taken, and a refusal names the one of every other page."""
    assert "'en', 'zh_CN'" in run("whoami", "--lang", "fr", folder=tmp_path).err
    assert run("whoami", "--lang", "zh-CN", folder=tmp_path).err.startswith("错误")


def test_the_unexpected_is_one_sentence(tmp_path, monkeypatch):
    """A bug ends in one sentence and exit 1; --debug shows the traceback."""
    from cli import config

    monkeypatch.setattr(config.explain, "callback", lambda *_args, **_named: 1 / 0)
    failed = run("config", "explain", "db", folder=tmp_path)
    assert failed.code == 1
    assert failed.err.startswith("Error: Something unexpected went wrong: ZeroDivisionError: division by zero.\n")
    assert "Traceback" not in failed.err
    assert "Traceback" in run("config", "explain", "db", "--debug", folder=tmp_path).err


def test_an_interrupt_exits_with_130(tmp_path, monkeypatch):
    """Ctrl-C is no failure of ours: exit 130."""
    from cli import config

    def interrupted(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(config.explain, "callback", interrupted)
    assert run("config", "explain", "db", folder=tmp_path)[::2] == (130, "Error: Interrupted.\n")


def test_a_reader_that_leaves_is_no_error(office):
    """`duecourse org tree | true` says nothing on stderr."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DUECOURSE_")}
    done = subprocess.run(
        ["bash", "-c", f"'{PROGRAM}' --home '{office.home}' audit log --limit 1000 --format json | true"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")  # noqa: PTH110
def test_a_full_disk_is_a_failure(office):
    """Output that cannot be written is exit 1 and one sentence."""
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [PROGRAM, "--home", office.home, "org", "tree"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)


def test_a_console_that_cannot_show_a_sign(office):
    """A narrow encoding replaces what it lacks; the work is done and reported all the same."""
    done = office.program("org", "tree", PYTHONIOENCODING="ascii")
    assert "CITY" in done.out
    assert "?" in done.out


def test_controls_never_reach_the_screen(office):
    """A title cannot smuggle in what a terminal would obey."""
    title = "fine\x1b[31m red \u202e desrever"
    office.run("new", "report", "--unit", "SAFE", "--title", title, "--recipient", "CITY", "--as", "chen.chen")
    shown = office.run("case", "list", "--format", "table").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    refused = office.run("case", "show", "\x1b[31mX", code=3).err
    assert "\x1b" not in refused


def test_words_that_are_no_text(office):
    """Bytes that are not UTF-8 are wrong words, said so that any terminal can show it."""
    refused = office.program("case", "list", "--state", os.fsdecode(b"\xff\xfe"), code=2)
    assert "'\\udcff\\udcfe' is not text in UTF-8" in refused.err


def test_bare_words_are_answered_with_help(tmp_path):
    """`duecourse` alone shows its commands; a noun alone shows its verbs; both are wrong words."""
    bare = run(folder=tmp_path)
    assert (bare.code, "Commands:" in bare.err) == (2, True)
    assert "history" in run("case", folder=tmp_path).err


def test_the_program_itself(tmp_path):
    """The installed script answers --version, and outside a workspace says how to make one."""
    assert program("--version", folder=tmp_path).out.startswith("duecourse 0.")
    nowhere = program("due", folder=tmp_path)
    assert nowhere.code == 3
    assert "duecourse init" in nowhere.err
    assert clean_environment(tmp_path)["LANGUAGE"] == "en"


def test_a_file_that_is_not_there_is_not_found_anywhere(office, tmp_path):
    """Whatever reads a file that a person names: exit 3 where there is none, 8 where it is no text, 1 where refused."""
    none, odd, folder = str(tmp_path / "none"), tmp_path / "odd", str(tmp_path)
    odd.write_bytes(b"\xff\xfe\x00")
    key = "example.org/log+00000000+AQ=="
    readers = (
        ["org", "import"],
        ["calendar", "import"],
        ["policy", "check"],
        ["policy", "apply"],
        ["audit", "check-proof", "--key", key],
        ["audit", "recover", "--reason", "x", "--checkpoint"],
        ["audit", "witness", "--key", none],
        ["calendar", "explain", "--from", "2026-01-05", "--rule", "1 day", "--calendars"],
    )
    for words in readers:
        where, rest = (words[:2], words[2:]) if words[1] in {"check-proof", "witness"} else (words, [])
        assert f"There is no file {none}" in office.run(*where, none, *rest, code=3).err, words
        assert "is not UTF-8 text" in office.run(*where, str(odd), *rest, code=8).err, words
        if words[0] not in {"org", "policy"}:  # those take a folder
            assert "cannot be read" in office.run(*where, folder, *rest, code=1).err, words
    office.run("audit", "verify", "--dossier", none, code=3)
    ref = office.report()
    office.run("case", "attach", ref, none, "--as", "chen.chen", code=3)
    office.run("do", ref, "submit", "--file", none, "--as", "chen.chen", code=3)
