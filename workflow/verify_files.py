"""The bytes of the evidence, against what the acts that brought them committed to."""

import json
from pathlib import Path
from typing import Any

from workflow.files import flaws
from workflow.findings import Findings
from workflow.sql import audit as sql
from workflow.store.tx import Tx

_BROKEN = (KeyError, TypeError, ValueError)


def with_files(tx: Tx, found: dict[str, Any], home: Path) -> dict[str, Any]:
    """The answer of `verify` with how many files were read, and which are missing or were altered. Erased ones are not
    kept, and not looked for.
    """
    inside, wanted = Findings(), []
    for id_, stream, n, field, value in tx.each(sql.FILES):
        try:
            file = json.loads(value)
            wanted.append((id_, stream, n, field, str(file["sha256"]), int(file["size"])))
        except _BROKEN:
            inside.add(f"what is kept as {field} tells of no file", stream, n, id_)
    wrong = flaws(home, sorted({(sha256, size) for *_, sha256, size in wanted}))
    for id_, stream, n, field, sha256, _ in wanted:
        if sha256 in wrong:
            is_ = "is missing" if wrong[sha256] == "missing" else "was altered"
            inside.add(
                f"the file {field.removeprefix('file/')} {is_}: its bytes are not under {sha256}", stream, n, id_
            )
    problems = [*found["problems"], *inside.answer()]
    return {**found, "ok": not problems, "files": len(wanted), "problems": problems}
