"""The page about the pack's cases is true: its tables say what the compiled pack says, and none is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.papers import PART_C
from support.policies import pack

from states.guards import term_text

TEXT = (Path(__file__).parent.parent / "docs" / "pack-responsibility.md").read_text(encoding="utf-8")
SECTIONS = {
    found[1]: found[2] for found in re.finditer(r"^## `([a-z]+)`.*?\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
}


def said(rule: dict[str, Any]) -> str:
    """A limit in words."""
    if "earliest" in rule:
        return "the earlier of " + " and ".join(said(branch) for branch in rule["earliest"])
    at = rule.get("from", {}).get("field")
    if at and rule["limit"] == "0 days":
        return at
    return rule["limit"] + (f" {'before' if rule.get('before') else 'from'} {at}" if at else "")


def limit(clock: dict[str, Any]) -> str:
    """The limit of a clock, by choice where it is so, and what it is of every later run."""
    rule = clock["limit"]
    if "by" in rule:
        told: dict[str, list[str]] = {}
        for choice, one in rule["of"].items():
            told.setdefault(said(one) if one else "none", []).append(choice)
        text = "; ".join(f"{', '.join(choices)}: {one}" for one, choices in told.items())
    else:
        text = said(rule)
    return text + (f"; again: {said(clock['again'])}" if clock["again"] else "")


def actions(law: dict[str, Any]) -> Iterator[str]:
    for name, action in law["actions"].items():
        needs = [*action["needs"], *(["file"] * action["files"]), *(["reason"] if action["reason"] else [])]
        needs += [f"may take {field}" for field in action["takes"]]
        needs += ["when " + " or ".join(map(term_text, item)) for item in action["when"]]
        by = [*action["by"], *(f"not {term_text(term)}" for term in action["unless"])]
        by += [f"or else {role}" for role in action.get("or_else", ())]
        by += ["in person"] if action.get("in_person") else []
        way = f"{', '.join(action['from'])} → {action['to'] or 'same'}"
        yield f"| `{name}` | {way} | {', '.join(by)} | {', '.join(needs) or '-'} |"


def clocks(law: dict[str, Any]) -> Iterator[str]:
    for name, clock in law["clocks"].items():
        ladder = clock["ladder"]
        grades = list(dict.fromkeys(filter(None, ladder["of"].values()))) if isinstance(ladder, dict) else [ladder]
        after = f"then `{clock['then']}`" if clock["then"] else ", ".join(grades)
        yield (
            f"| `{name}` | {', '.join(clock['runs_in'])} | {limit(clock)} | {', '.join(clock['holders']) or '-'} "
            f"| {after} |"
        )


def trigger(on: dict[str, Any]) -> str:
    """What sets it off that is no act, as the policy writes it."""
    words = [str(on[key]) for key in ("clock", "step") if on.get(key) is not None]
    return f"{on['t']}({', '.join(words)})" if words else str(on["t"])


def opens(law: dict[str, Any]) -> Iterator[str]:
    for entry in law.get("opens", ()):
        on = entry["on"].get("action") or trigger(entry["on"])
        where = f", at {entry['unit']}" if entry["unit"] != "$unit" else ""
        when = "".join(f", if {name} is {' or '.join(map(str, values))}" for name, values in entry["if"].items())
        when += f", if a duty of the {' or '.join(entry['duty'])} opened it" if entry.get("duty") else ""
        yield f"- `{on}` opens a `{entry['case']}`{where}{when} (link `{entry['link']}`)"


def test_every_type_of_part_c_has_its_section() -> None:
    """No more and no fewer, in the order of RESPONSIBILITY.md."""
    assert tuple(SECTIONS) == PART_C


@pytest.mark.parametrize("name", PART_C)
def test_a_section_says_what_the_pack_says(name: str) -> None:
    """Prefix, actions, clocks and what it opens are those of the compiled pack, and nothing else is in the tables."""
    law = pack()["types"][name]
    lines = SECTIONS[name].splitlines()
    tables = [line for line in lines if line.startswith(("| `", "- `"))]
    assert tables == [*actions(law), *clocks(law), *opens(law)]
    assert f"## `{name}` {law['ref']}: {law['title']['en']} / {law['title']['zh']}\n" in TEXT
