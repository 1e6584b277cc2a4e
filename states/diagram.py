"""A case type as Mermaid `stateDiagram-v2` text: states, actions with their roles, clocks as notes, cases it opens."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from states.anchors import anchor_text

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

_WORDS = {
    "en": {
        "from": "from",
        "if": "if",
        "is": "is",
        "or": " or ",
        "yes": "yes",
        "no": "no",
        "still": "stands still",
        "starts_on": "begins with",
        "paused_by": "stopped by",
        "resumed_by": "runs again by",
        "resets_on": "counts anew from",
        "opened": "on opening",
        "overdue": "overdue",
        "step": "step",
    },
    "zh": {
        "from": "起算点",
        "if": "仅当",
        "is": "为",
        "or": "或",
        "yes": "是",
        "no": "否",
        "still": "暂停计时",
        "starts_on": "始于",
        "paused_by": "暂停于",
        "resumed_by": "恢复于",
        "resets_on": "重新计时于",
        "opened": "立案时",
        "overdue": "逾期",
        "step": "升级级次",
    },
}


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
    lines += _opens(definition, ids, lang)
    for name in definition["states"]:
        notes = _notes(definition, name, lang)
        if notes:
            lines.append(f"    note right of {ids[name]}")
            lines += [f"        {_clean(note)}" for note in notes]
            lines.append("    end note")
    if current in ids:
        lines.append("    classDef current fill:#ffd54f,stroke:#e65100,stroke-width:3px,color:#000")
        lines.append(f"    class {ids[current]} current")
    return "\n".join(lines) + "\n"


def _opens(definition: Mapping[str, Any], ids: dict[str, str], lang: str) -> list[str]:
    """The cases of other types that begin from here: one box for each type, an arrow from where it is set off."""
    entries = definition.get("opens", ())
    boxes = _ids([*ids.values(), *dict.fromkeys(f"opens_{entry['case']}" for entry in entries)])
    lines = {f'    state "→ {_clean(entry["case"])}" as {boxes["opens_" + entry["case"]]}': None for entry in entries}
    word = _WORDS["zh" if lang.startswith("zh") else "en"]
    for entry in entries:
        where, why = _set_off(definition, entry["on"], lang, word)
        label = _clean(f"{why} ({entry['link']})")
        lines |= dict.fromkeys(f"    {ids[state]} --> {boxes['opens_' + entry['case']]}: {label}" for state in where)
    return list(lines)


def _set_off(
    definition: Mapping[str, Any], on: Mapping[str, Any], lang: str, word: Mapping[str, str]
) -> tuple[list[str], str]:
    """(the states from which this opens another case, in words what opens it)."""
    if on["t"] == "opened":
        return [definition["initial"]], word["opened"]
    if on["t"] == "acted":
        action = definition["actions"][on["action"]]
        return [action["to"]] if action["to"] else list(action["from"]), _title(action, lang)
    clock = definition["clocks"][on["clock"]]
    after = f"{word['step']} {on['step']}" if on["t"] == "escalated" else word["overdue"]
    return list(clock["runs_in"]), f"{_title(clock, lang)}, {after}"


def rule_text(rule: Mapping[str, Any]) -> str:
    """A limit in a few words: ``10 working days``, ``end of year + 60 days``, ``earliest of (A from B, C)``."""
    since = ""
    if "from" in rule:
        since = f" from {rule['from'] if isinstance(rule['from'], str) else anchor_text(rule['from'])}"
    for form in ("earliest", "latest", "sequence"):
        if form in rule:
            return f"{form} of ({', '.join(rule_text(branch) for branch in rule[form])}){since}"
    if "end-of" in rule:
        return f"end of {rule['end-of']}" + (f" + {rule['plus']}" if "plus" in rule else "") + since
    return (f"{rule['limit']} before" if rule.get("before") else str(rule["limit"])) + since


def _notes(definition: Mapping[str, Any], state: str, lang: str) -> list[str]:
    """What clocks do in this state: those that run here, and those that stand still."""
    clocks = definition["clocks"].values()
    still = [clock for clock in clocks if state in clock["pauses_in"]]
    running = [clock for clock in clocks if state in clock["runs_in"] and clock not in still]
    word = _WORDS["zh" if lang.startswith("zh") else "en"]
    return [
        *(_clock(definition, clock, lang, word) for clock in running),
        *(f"{_title(clock, lang)}, {word['still']}" for clock in still),
    ]


def _clock(definition: Mapping[str, Any], clock: Mapping[str, Any], lang: str, word: Mapping[str, str]) -> str:
    limit = clock["limit"]
    if "by" in limit:
        words = ", ".join(f"{choice} {rule_text(rule) if rule else 'none'}" for choice, rule in limit["of"].items())
    else:
        words = rule_text(limit)
    parts = [_title(clock, lang), words]
    if clock["from"] is not None:
        parts.append(f"{word['from']} {anchor_text(clock['from'])}")
    for field, values in clock["if"].items():
        spoken = definition["fields"][field]
        named = [_value(spoken, value, lang, word) for value in values]
        parts.append(f"{word['if']} {_title(spoken, lang)} {word['is']} {word['or'].join(named)}")
    for key in ("starts_on", "paused_by", "resumed_by", "resets_on"):
        if clock[key]:
            done = [_title(definition["actions"][name], lang) for name in clock[key]]
            parts.append(f"{word[key]} {word['or'].join(done)}")
    if clock["then"]:
        parts.append(clock["then"])
    return ", ".join(parts)


def _value(field: Mapping[str, Any], value: object, lang: str, word: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return word["yes" if value else "no"]
    titled = field["titles"].get(value)
    return _title({"title": titled}, lang) if titled else str(value)


def _title(thing: Mapping[str, Any], lang: str) -> str:
    return str(thing["title"]["zh" if lang.startswith("zh") else "en"])


def _clean(text: str) -> str:
    """Without the characters and words that would end a label or a note."""
    words = " ".join(text.translate(_REPLACED).split()).replace("%%", "%")
    return re.sub(r"end note", "end-note", words, flags=re.IGNORECASE)


def _ids(states: Iterable[str]) -> dict[str, str]:
    """An id for each state that Mermaid takes: its name where possible, never the same twice."""
    ids: dict[str, str] = {}
    for name in states:
        made = name.replace("-", "_")
        while made in _RESERVED or made in ids.values():
            made += "_"
        ids[name] = made
    return ids
