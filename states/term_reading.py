"""How conditions are read from a policy text: what an action waits for, and what it is closed by."""

import re
from typing import Any

from states.errors import N_
from states.loader import Node
from states.reading import text
from states.sheet import Path, Sheet

TERMS = {"same_person_as": "action", "acted": "action", "overdue": "clock", "met": "clock"}
_CALL = re.compile(r"([A-Za-z_-]+)\s*\(\s*([A-Za-z0-9_-]*)\s*\)")


def term(sheet: Sheet, node: Node, path: Path) -> dict[str, Any] | None:
    """One condition, e.g. ``same_person_as(submit)``, ``opener``, ``party``, ``not met(answer)``."""
    return _term(sheet, text(sheet, node, path), path)


def terms(sheet: Sheet, node: Node, path: Path) -> list[dict[str, Any]]:
    """Conditions of which one is enough: ``acted(answer) or overdue(answer)``."""
    words = re.split(r"\s+or\s+", text(sheet, node, path))
    return [found for word in words if (found := _term(sheet, word, path)) is not None]


def _term(sheet: Sheet, word: str, path: Path) -> dict[str, Any] | None:
    if word.startswith("not "):
        inner = _term(sheet, word[4:].strip(), path)
        return None if inner is None else {"t": "not", "of": inner}
    called = _CALL.fullmatch(word)
    if called:
        name, argument = called.groups()
        if name in TERMS:
            return {"t": name, TERMS[name]: argument}
        sheet.unknown(path, "term", name, [*TERMS, "opener"])
        return None
    if word == "opener":
        return {"t": "opener"}
    if word in TERMS:
        sheet.flaw(path, "unknown-term", N_("`{name}` needs a name in brackets, such as `{name}(submit)`."), name=word)
        return None
    if not re.fullmatch(r"[a-z][a-z0-9_.-]*", word):
        if word:
            sheet.unknown(path, "term", word, [*TERMS, "opener"])
        return None
    return {"t": "role", "role": word}
