"""A small office in a sandbox, and people who type commands in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from cli.main import root

START = "2026-01-05T09:00:00+08:00"  # a Monday, first working day of the year's first full week
PROGRAM = Path(sys.executable).with_name("duecourse")

REGISTER = """
units:
  - {code: CITY, name: 市应急管理局, kind: body}
  - {code: SAFE, name: 安全监管一处, parent: CITY}
  - {code: DATA, name: 数据保护处, parent: CITY}
people:
  - {login: wang.min, name: 王敏, email: wang.min@example.org}
  - {login: zhao.qiang, name: 赵强}
  - {login: sun.yue, name: 孙悦}
  - {login: li.na, name: 李娜}
  - {login: chen.chen, name: 陈晨}
  - {login: zhou.ping, name: 周平}
  - {login: qian.fang, name: 钱芳}
  - {login: he.jing, name: 何静}
postings:
  - {person: wang.min, unit: CITY, post: first, from: 2024-01-01}
  - {person: zhao.qiang, unit: CITY, post: direct, from: 2024-01-01}
  - {person: sun.yue, unit: CITY, post: member_in_charge, from: 2024-01-01}
  - {person: qian.fang, unit: CITY, post: office, from: 2024-01-01}
  - {person: he.jing, unit: CITY, post: inspector, from: 2024-01-01}
  - {person: li.na, unit: SAFE, post: unit_head, from: 2024-01-01}
  - {person: chen.chen, unit: SAFE, post: staff, from: 2024-01-01}
  - {person: zhou.ping, unit: DATA, post: unit_head, from: 2024-01-01}
portfolios:
  - {person: sun.yue, units: [SAFE, DATA]}
"""


class Ran(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error object of --format json."""
        found: dict[str, Any] = json.loads(self.err)["error"]
        return found

    @property
    def rows(self) -> list[list[str]]:
        """The cells of plain output."""
        return [line.split("\t") for line in self.out.splitlines()]


def clean_environment(folder: Path, **more: str) -> dict[str, str | None]:
    """Nothing of the account that runs the tests: no settings, no language."""
    cleared: dict[str, str | None] = {name: None for name in os.environ if name.startswith("DUECOURSE_")}
    mine = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
    return {**cleared, **mine, **more}


def run(*words: str, folder: Path, **environment: str) -> Ran:
    """Run one command in this process, as somebody with a clean environment."""
    done = CliRunner().invoke(root, [str(word) for word in words], env=clean_environment(folder, **environment))
    return Ran(done.exit_code, done.stdout, done.stderr)


def program(*words: str, folder: Path, stdin: str | None = None, **environment: str) -> Ran:
    """Run the installed program in a process of its own."""
    wanted = clean_environment(folder, **environment)
    env = {**os.environ, **{name: value for name, value in wanted.items() if value is not None}}
    for name, value in wanted.items():
        if value is None:
            env.pop(name, None)
    done = subprocess.run(
        [str(PROGRAM), *words], cwd=folder, env=env, input=stdin, capture_output=True, check=False, encoding="utf-8"
    )
    return Ran(done.returncode, done.stdout, done.stderr)


class Office:
    """A workspace of its own; ``run`` types a command in it and insists on the exit code."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *words: str, code: int = 0, **environment: str) -> Ran:
        done = run(*words, folder=self.home.parent, DUECOURSE_HOME=str(self.home), **environment)
        assert done.code == code, f"{' '.join(map(str, words))}: {done.code}, not {code}\n{done.out}\n{done.err}"
        return done

    def program(self, *words: str, code: int = 0, **environment: str) -> Ran:
        done = program(*words, folder=self.home.parent, DUECOURSE_HOME=str(self.home), **environment)
        assert done.code == code, f"{' '.join(words)}: {done.code}, not {code}\n{done.out}\n{done.err}"
        return done

    def json(self, *words: str, code: int = 0) -> Any:
        return self.run(*words, "--format", "json", code=code).json

    def file(self, name: str, text: str = "evidence\n") -> str:
        """A file outside the workspace."""
        path = self.home.parent / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def report(self, **more: str) -> str:
        """The number of a report chen.chen has just opened in SAFE."""
        words = ["--unit", "SAFE", "--title", "Quarterly figures", "--recipient", "CITY", "--as", "chen.chen"]
        options = [part for name, value in more.items() for part in (f"--{name}", value)]
        return str(self.json("new", "report", *words, *options)["ref"])

    def incident(self, severity: str = "general") -> str:
        """The number of an incident li.na has just opened in SAFE."""
        words = ["--severity", severity, "--occurred-at", "2026-01-05T08:30+08:00", "--as", "li.na"]
        return str(self.json("new", "incident", "--unit", "SAFE", "--title", "Gas alarm", *words)["ref"])


def make_template(folder: Path) -> Path:
    """A workspace with the shipped policy and the register above, to be copied."""
    home = folder / "office"
    made = run("init", str(home), "--pack", "responsibility", "--sandbox", "--now", START, folder=folder)
    assert made.code == 0, made.err
    register = folder / "register.yaml"
    register.write_text(REGISTER, encoding="utf-8")
    brought = run("--home", str(home), "org", "import", str(register), folder=folder)
    assert brought.code == 0, brought.err
    return home


def copy(template: Path, folder: Path) -> Office:
    return Office(Path(shutil.copytree(template, folder / "office")))
