"""A case type as Mermaid `stateDiagram-v2` text: states, actions with their roles, clocks as notes."""

import re
from collections.abc import Mapping
from typing import Any

# Words with a meaning of their own in a state diagram: a state of that name gets another id.
_RESERVED = frozenset(
    {
        "state",
        "note",
        "end",
        "as",
        "class",
        "classdef",
        "direction",
        "default",
        "style",
        "click",
        "href",
        "root",
        "scale",
    }
)
_REPLACED = str.maketrans({":": " -", ";": ",", '"': "'", "#": "", "\n": " ", "{": "(", "}": ")", "<": "(", ">": ")"})


def mermaid(definition: Mapping[str, Any], lang: str = "en", current: str | None = None) -> str:
    """The diagram in ``en`` or ``zh``; ``current`` names the state to highlight, that of a living case."""
    ids = _ids(definition["states"])
    lines = ["stateDiagram-v2"]
    lines += [
        f'    state "{_clean(_title(state, lang))}" as {ids[name]}' for name, state in definition["states"].items()
    ]
    if definition["initial"]:
        lines.append(f"    [*] --> {ids[definition['initial']]}")
    for action in definition["actions"].values():
        label = _clean(f"{_title(action, lang)} ({', '.join(action['by'])})")
        for origin in action["from"]:
            lines.append(f"    {ids[origin]} --> {ids[action['to'] or origin]}: {label}")
    lines += [f"    {ids[name]} --> [*]" for name, state in definition["states"].items() if state["final"]]
    for name in definition["states"]:
        running = [clock for clock in definition["clocks"].values() if name in clock["runs_in"]]
        if running:
            lines.append(f"    note right of {ids[name]}")
            lines += [f"        {_clean(_clock(clock, lang))}" for clock in running]
            lines.append("    end note")
    if current in ids:
        lines.append("    classDef current fill:#ffd54f,stroke:#e65100,stroke-width:3px,color:#000")
        lines.append(f"    class {ids[current]} current")
    return "\n".join(lines) + "\n"


def rule_text(rule: Mapping[str, Any]) -> str:
    """A limit in a few words: ``10 working days``, ``end of year + 60 days``, ``earliest of (A; B)``."""
    for form in ("earliest", "latest", "sequence"):
        if form in rule:
            return f"{form} of ({', '.join(rule_text(branch) for branch in rule[form])})"
    if "end-of" in rule:
        return f"end of {rule['end-of']}" + (f" + {rule['plus']}" if "plus" in rule else "")
    return f"{rule['limit']} before" if rule.get("before") else str(rule["limit"])


def _clock(clock: Mapping[str, Any], lang: str) -> str:
    limit = clock["limit"]
    if "by" in limit:
        words = ", ".join(f"{choice} {rule_text(rule) if rule else 'none'}" for choice, rule in limit["of"].items())
    else:
        words = rule_text(limit)
    return f"{_title(clock, lang)}, {words}" + (f", {clock['then']}" if clock["then"] else "")


def _title(thing: Mapping[str, Any], lang: str) -> str:
    return str(thing["title"]["zh" if lang.startswith("zh") else "en"])


def _clean(text: str) -> str:
    """Without the characters and words that would end a label or a note."""
    words = " ".join(text.translate(_REPLACED).split()).replace("%%", "%")
    return re.sub(r"end note", "end-note", words, flags=re.IGNORECASE)


def _ids(states: Mapping[str, Any]) -> dict[str, str]:
    """An id for each state that Mermaid takes: its name where possible, never the same twice."""
    ids: dict[str, str] = {}
    for name in states:
        made = name.replace("-", "_")
        while made in _RESERVED or made in ids.values():
            made += "_"
        ids[name] = made
    return ids
