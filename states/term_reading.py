"""How terms are read from a policy text: conditions of actions, what clocks are counted from, thresholds of grades."""

import re
from typing import Any

from states.errors import N_
from states.loader import Node
from states.reading import Read, many, record, text
from states.sheet import Path, Sheet

TERMS = {"same_person_as": "action", "acted": "action", "overdue": "clock", "met": "clock", "closed": "link"}
ANCHORS = {"acted": "action", "due": "clock", "breached": "clock"}
_CALL = re.compile(r"([A-Za-z_-]+)\s*\(\s*([A-Za-z0-9_-]*)\s*\)")
_STEP = re.compile(r"escalated\s*\(\s*([A-Za-z0-9_-]+)\s*,\s*([0-9]{1,3})\s*\)")
_COMPARISON = re.compile(r"([a-z][a-z0-9_]*)\s*(>=|<=|>|<|=)\s*(-?[0-9]{1,15})")


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


def anchor(sheet: Sheet, node: Node, path: Path) -> dict[str, Any] | None:
    """What to count from: ``aware_at``, ``opened``, ``acted(submit)``, ``due(CLOCK)``, ``breached(CLOCK)``.

    Several: a list (the first that has happened), or a mapping with a list under ``earliest`` or ``latest``.
    """
    if node.kind == "list":
        return {"first": _anchors(sheet, node, path)}
    if node.kind == "map":
        given = _EITHER(sheet, node, path)
        if len(node.entries) != 1:
            sheet.flaw(path, "bad-anchor", N_("Say one of: earliest, latest."))
        return given or None
    word = text(sheet, node, path)
    called = _CALL.fullmatch(word)
    if called and called[1] in ANCHORS:
        return {"a": called[1], ANCHORS[called[1]]: called[2]}
    if word == "opened":
        return {"a": "opened"}
    if re.fullmatch(r"[a-z][a-z0-9_]*", word):
        return {"a": "field", "field": word}
    if word:
        sheet.unknown(path, "anchor", called[1] if called else word, [*ANCHORS, "opened"], code="unknown-term")
    return None


def trigger(sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
    """What opens another case: an action, ``opened``, ``breached(CLOCK)``, ``escalated(CLOCK, N)``."""
    word = text(sheet, node, path)
    if stepped := _STEP.fullmatch(word):
        return {"t": "escalated", "clock": stepped[1], "step": int(stepped[2])}
    called = _CALL.fullmatch(word)
    if called and called[1] == "breached":
        return {"t": "breached", "clock": called[2]}
    if word == "opened":
        return {"t": "opened"}
    if called or not re.fullmatch(r"[A-Za-z0-9_-]*", word):
        sheet.flaw(
            path,
            "unknown-term",
            N_("`{name}` opens nothing; write an action, opened, breached(CLOCK) or escalated(CLOCK, STEP)."),
            name=word,
        )
    return {"t": "acted", "action": word}


def _anchors(sheet: Sheet, node: Node, path: Path) -> list[dict[str, Any]]:
    if node.kind == "list" and not node.items:
        sheet.flaw(path, "bad-anchor", N_("This list names nothing to count from."))
    return [found for found in many(anchor, bare=False)(sheet, node, path) if found is not None]


_EITHER = record({"earliest": _anchors, "latest": _anchors})


def grade(sheet: Sheet, node: Node, path: Path) -> list[dict[str, Any]]:
    """Comparisons of which one is enough, such as ``deaths >= 30``; ``otherwise`` is none at all."""
    if node.raw == "otherwise":
        return []
    if node.kind == "list" and not node.items:
        sheet.flaw(path, "bad-comparison", N_("This list compares nothing; for all that is left write `otherwise`."))
    return [found for found in _COMPARISONS(sheet, node, path) if found is not None]


def _comparison(sheet: Sheet, node: Node, path: Path) -> dict[str, Any] | None:
    word = text(sheet, node, path)
    found = _COMPARISON.fullmatch(word)
    if found:
        return {"field": found[1], "op": found[2], "n": int(found[3])}
    if word:
        sheet.flaw(
            path,
            "bad-comparison",
            N_("`{text}` is not a comparison of a field with a whole number, such as `{example}`."),
            text=word,
            example="deaths >= 30",
        )
    return None


_COMPARISONS: Read = many(_comparison)
