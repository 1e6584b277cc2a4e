"""The bytes of erased evidence: noted before the erasure is committed, removed after it, so that a crash leaves none.

Where nothing cites a file any more its bytes go; the note survives until then.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from workflow.files import place
from workflow.sql import erase as sql
from workflow.store import Store

_NOTE = ".erase"


def note(home: Path, bytes_: Iterable[str]) -> None:
    """Remember that these may have to go. Written before the commit that lets go of them."""
    wanted = list(bytes_)
    if not wanted:
        return
    folder = home / "files"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{_NOTE}-{os.getpid()}-{os.urandom(4).hex()}").open("x", encoding="ascii") as file:
        file.writelines(f"{sha256}\n" for sha256 in wanted)
        file.flush()
        os.fsync(file.fileno())


def run(store: Store, home: Path) -> int:
    """Remove what was noted, now or by a run that was cut short, and is cited by nothing; answers how many files."""
    removed = 0
    for noted in sorted((home / "files").glob(f"{_NOTE}-*")):
        with store.write() as tx:  # nobody begins to cite them meanwhile
            for sha256 in noted.read_text(encoding="ascii").split():
                path = place(home, sha256)
                if tx.one(sql.CITED, sha256=sha256) is None and path.is_file():
                    path.unlink()
                    removed += 1
        noted.unlink(missing_ok=True)
    return removed
