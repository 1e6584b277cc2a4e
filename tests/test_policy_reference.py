"""The reference of the policy language is true: each of its blocks compiles, and it leaves no key out."""

import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from support.policies import compiled

from states import schema
from states.reading import Record
from states.rules import KEYS
from states.schema import BARS, CATCH_UP, FIELD_TYPES, OCCASIONS, PACES, WINDOWS
from states.scorecards import OUTCOMES

TEXT = (Path(__file__).parent.parent / "docs" / "policy-language.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
FIRST = BLOCKS[0]

# Where in a text a record of the language stands; `*` is any name or number.
RECORDS: Mapping[str, Record] = {
    "policy": schema.POLICY,
    "case": schema.CASE,
    "fields.*": schema.FIELD,
    "states.*": schema.STATE,
    "actions.*": schema.ACTION,
    "actions.*.effective": schema.EFFECTIVE,
    "clocks.*": schema.CLOCK,
    "clocks.*.extension": schema.EXTENSION,
    "ladders.*.*": schema.STEP,
    "ladders.*.*.repeat": schema.REPEAT,
    "effects.*": schema.EFFECT,
    "opens.*": schema.OPENS,
    "grounds": schema.GROUNDS,
    "powers": schema.POWERS,
    "decision": schema.DECISION,
    "duties.*": schema.DUTY,
    "scorecard": schema.SCORECARD,
    "scorecard.criteria": schema.CRITERIA,
    "scorecard.measures.*": schema.MEASURE,
    "duties.*.for": schema.AIM,
    "duties.*.due": schema.DUE,
    "duties.*.acts": schema.ACTS,
}


def parsed(block: str) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(block))


def over(base: Any, more: Any) -> Any:
    """Mappings are laid over each other key by key; anything else replaces."""
    if isinstance(base, dict) and isinstance(more, dict):
        return {**base, **{key: over(base.get(key), value) for key, value in more.items()}}
    return more


def written(data: dict[str, Any]) -> str:
    out = StringIO()
    YAML(typ="safe", pure=True).dump(data, out)
    return out.getvalue()


def places(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(the place of a mapping, one of its keys) for every key in it, with `*` for names and numbers."""
    if isinstance(data, list):
        for item in data:
            yield from places(item, f"{path}.*")
    elif isinstance(data, dict):
        named = path in {"fields", "states", "actions", "clocks", "ladders", "duties", "roles", "scorecard.measures"}
        for key, value in data.items():
            yield path, key
            below = "*" if named else key
            yield from places(value, f"{path}.{below}" if path else below)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.strip().splitlines()[0][:40])
def test_every_block_of_the_reference_compiles(block: str) -> None:
    """A whole file as it stands, a policy with the first type, a piece laid over the first type."""
    if block.startswith("case:"):
        sources = {"type.yaml": block}
    elif block.startswith("policy:"):
        sources = {"policy.yaml": block, "type.yaml": FIRST}
    elif block.startswith("scorecard:"):
        whole = [block for block in BLOCKS if block.startswith("case:")]
        sources = {"scorecard.yaml": block} | {f"type-{number}.yaml": text for number, text in enumerate(whole)}
    else:
        sources = {"type.yaml": written(over(parsed(FIRST), parsed(block)))}
    assert compiled(sources)["types"]


def test_the_reference_shows_every_key_in_a_block() -> None:
    """What may stand in a policy, type, field, state, act, clock, ladder, effect, opening or duty is in an example."""
    shown: dict[str, set[str]] = {place: set() for place in RECORDS}
    for block in BLOCKS:
        data = parsed(block)
        for place, key in places(data):
            shown.setdefault(place or ("policy" if "policy" in data else "case"), set()).add(key)
    # Names that all files may give to all types stand in the policy or in a type, wherever they are of use.
    for key in ("roles", "ladders", "duties"):
        if key in shown["policy"]:
            shown["case"].add(key)
    missing = {place: set(record.keys) - shown[place] for place, record in RECORDS.items()}
    assert {place: keys for place, keys in missing.items() if keys} == {}


def test_the_reference_explains_every_key() -> None:
    """Each key of the language and of a limit, and each word with a meaning of its own, is in a table or the text."""
    words = {key for record in RECORDS.values() for key in record.keys}
    words |= {*KEYS, *FIELD_TYPES, *BARS, *WINDOWS, *OCCASIONS, *PACES, *CATCH_UP}
    words |= {*OUTCOMES, *OUTCOMES["duties"], *OUTCOMES["clocks"]}
    told = set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL)))
    told = {word for text in told for word in re.findall(r"[A-Za-z_-]+", text)}
    assert words - told == set()
