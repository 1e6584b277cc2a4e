"""The rules of the house that a reader of one file cannot see: what is packaged, and who may import what."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("states", "workflow", "jobs", "cli")

# Each of these libraries has one room: (the library, the modules that may import it).
OWNERS = {
    "transitions": {"states.machine"},
    "sqlite3": {"workflow.store"},
    "psycopg": {"workflow.store"},
    "hashlib": {"workflow.trail", "workflow.files", "workflow.merkle", "workflow.notes", "workflow.sshsig"},
    "hmac": {"workflow.trail"},
    "cryptography": {"workflow.notes", "workflow.sshsig", "workflow.stamps"},
    "rfc3161_client": {"workflow.stamps"},
    "apscheduler": {"jobs.runner"},
    "smtplib": {"jobs.deliver", "jobs.mail"},
    "http": {"jobs.web"},
    "subprocess": {"jobs.outlets", "cli.signing"},
    "click": {"cli"},
    "chinese_calendar": {"cli.calendar_sources"},
    "holidays": {"cli.calendar_sources"},
    "docxtpl": {"cli.papers"},
    "docx": {"cli.papers"},
    "jinja2": {"cli.papers"},
    "openpyxl": {"workflow.register_excel"},
}

# The law is pure: it computes from its arguments and its own data files.
IMPURE = {
    "os",
    "time",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "urllib",
    "http",
    "threading",
    "asyncio",
    "tempfile",
}
IMPURE |= {"sqlalchemy", "sqlmodel", "alembic", "filelock"}

# Time is an argument everywhere below cli; the store reads the system clock, once, when a transaction begins.
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
CLOCK_OWNER = "workflow.store"
ENVIRONMENT = {"os.environ", "os.getenv"}


@functools.cache
def modules(*packages: str) -> dict[str, ast.Module]:
    """The syntax trees of the packages, by dotted name."""
    found = {}
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found


def imported(tree: ast.Module) -> set[str]:
    """The top-level names of everything imported anywhere in the tree, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def mentioned(tree: ast.Module) -> Iterator[str]:
    """Every `name.attribute` in the tree; of a longer chain the last two links."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name):
                yield f"{node.value.id}.{node.attr}"
            elif isinstance(node.value, ast.Attribute):
                yield f"{node.value.attr}.{node.attr}"


def may(module: str, owners: set[str]) -> bool:
    """Whether the module is an owner or lies inside one."""
    return any(module == owner or module.startswith(owner + ".") for owner in owners)


def test_the_scanner_sees_what_it_must():
    """Imports inside functions, submodules and calls through a module are all seen."""
    inside = "    from psycopg.rows import x\n    return datetime.datetime.now(), date.today()"
    tree = ast.parse(f"import os.path as p, json\ndef f():\n{inside}")
    assert imported(tree) == {"os", "json", "psycopg"}
    assert {"datetime.now", "date.today"} <= set(mentioned(tree))
    assert may("cli.due", {"cli"})
    assert not may("client", {"cli"})


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_has_one_room(library):
    """Only the owners of a library import it."""
    strangers = [name for name, tree in modules(*PACKAGES).items() if library in imported(tree)]
    assert [name for name in strangers if not may(name, OWNERS[library])] == []


def test_the_law_is_pure():
    """Nothing in states reaches for a database, a clock, the network, the environment or chance."""
    reached = {name: sorted(imported(tree) & IMPURE) for name, tree in modules("states").items()}
    assert {name: impure for name, impure in reached.items() if impure} == {}


def test_time_and_environment_are_arguments_below_cli():
    """Below cli only the store reads the clock, and nobody reads the environment."""
    read = {
        name: sorted(set(mentioned(tree)) & (ENVIRONMENT if may(name, {CLOCK_OWNER}) else CLOCKS | ENVIRONMENT))
        for name, tree in modules("states", "workflow", "jobs").items()
    }
    assert {name: reads for name, reads in read.items() if reads} == {}


def test_the_four_packages_load_from_one_place(tmp_path):
    """From any folder, all four names come from the same installation, so nothing else shadows one of them."""
    script = f"import {', '.join(PACKAGES)}\nfor p in ({', '.join(PACKAGES)}): print(p.__file__)"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert {Path(line).parent.parent for line in done.stdout.splitlines()} == {ROOT}


def test_the_wheel_holds_everything(tmp_path):
    """The wheel holds each file of the four packages (code, policies, catalogues, migrations) and nothing else."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("duecourse-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        assert "duecourse = cli.main:main" in archive.read(metadata).decode()
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file())
    assert packed == {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
