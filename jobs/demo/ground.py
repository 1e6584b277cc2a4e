"""The folder a demo lives in: recognised by a mark in its settings file, replaced as a whole, nothing else touched."""

import shutil
from pathlib import Path

from states.errors import N_, Conflict, Problem
from workflow.store import Workspace, driver_for
from workflow.trail import EMPTY_ROOT

SETTINGS, DATABASE, EVIDENCE = "duecourse.toml", "duecourse.db", "files"
MARK = "# This sandbox was made by `duecourse demo`, which may replace it."
OWN = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}.lock", EVIDENCE)

_ANY = Workspace("", sandbox=True, admin="", zone="UTC", calendar=None, policy=None, seen_size=0, seen_root=EMPTY_ROOT)
_SANDBOX = "SELECT sandbox FROM workspace WHERE id = 1"  # says so at every revision of the schema


def claim(home: Path) -> bool:
    """Whether an earlier demo lies here, to be replaced; Conflict where anything else does."""
    if not home.exists() or (home.is_dir() and not any(home.iterdir())):
        return False
    if home.is_dir() and _marked(home / SETTINGS) and _is_sandbox(home / DATABASE):
        return True
    raise Conflict(
        "{folder} is not a sandbox that the demo made, so it is left alone.",
        hint=N_("Name another folder for the demo, or move this one out of the way."),
        folder=str(home),
    )


def settle(draft: Path, home: Path) -> None:
    """Put what was made in a draft folder in its place. Settings that are there stay; so does whatever else is."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / SETTINGS).exists():
        shutil.move(draft / SETTINGS, home / SETTINGS)
    for name in OWN:
        old = home / name
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    for name in OWN:
        if (draft / name).exists():
            shutil.move(draft / name, home / name)


def _marked(settings: Path) -> bool:
    try:
        return settings.read_text(encoding="utf-8").startswith(MARK)
    except (OSError, UnicodeDecodeError):
        return False


def _is_sandbox(database: Path) -> bool:
    """What the database says it is; a folder that lost its database has nothing to lose."""
    if not database.exists():
        return True
    driver = driver_for(f"sqlite:///{database}")
    try:
        with driver.reading(_ANY, "") as tx:
            row = tx.one(_SANDBOX)
    except Problem:
        return False
    finally:
        driver.close()
    return row is not None and bool(row[0])
