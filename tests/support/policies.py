"""Policy texts for tests: the sketch of the language, small good files, and the pack compiled once."""

from functools import cache
from pathlib import Path
from typing import Any

from states.catalog import pack_sources
from states.compiler import compile_policy, read_sources

FOLDER = Path(__file__).parent.parent / "policies"  # small good texts; broken ones stand in tests/broken
BROKEN = Path(__file__).parent.parent / "broken"


def good(name: str) -> str:
    """The text of one small good policy file."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def compiled(sources: dict[str, str], base: dict[str, Any] | None = None) -> dict[str, Any]:
    """The compiled policy of texts that have to be right."""
    policy, flaws = compile_policy(sources, base)
    assert policy is not None, "\n".join(map(str, flaws))
    return policy


def definition(text: str) -> dict[str, Any]:
    """The definition of the one case type in this text."""
    (found,) = compiled({"type.yaml": text})["types"].values()
    return dict(found)


@cache
def pack() -> dict[str, Any]:
    """The pack `responsibility`, compiled; treat as read-only."""
    return compiled(pack_sources("responsibility"))


__all__ = ["BROKEN", "FOLDER", "compiled", "definition", "good", "pack", "read_sources"]
