"""The specification of the trail says what the program does: its examples, its keys, its kinds."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path

from support.lived import Lived

from workflow.audit import KINDS

PAGE = (Path(__file__).parent.parent / "docs" / "audit-format.md").read_text(encoding="utf-8")


def cells(heading: str) -> dict[str, str]:
    """Of the table under a heading: the words in code spans of the first column, each with the rest of its row."""
    section = PAGE.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", section, re.MULTILINE)
    return {word: rest for first, rest in rows for word in re.findall(r"`([^`]+)`", first)}


def test_the_example_has_the_hash_it_says():
    """A reader with a SHA-256 and nothing of ours comes to the same hash, and the example is RFC 8785."""
    example = re.search(r"```\n(\{.*?\})\n```\n\n    ([0-9a-f]{64})\n", PAGE)
    assert example
    text, hash_ = example.groups()
    assert hashlib.sha256(b"\x00" + text.encode()).hexdigest() == hash_
    assert json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False) == text
    assert set(json.loads(text)) == set(cells("2. Canon"))


def test_the_commitment_is_the_one_it_says():
    """HMAC-SHA256 over the prefix and [field, value], with the salt of the example."""
    said = re.search(r"the commitment is\n\n    ([0-9a-f]{64})\n", PAGE)
    assert said
    message = b'duecourse/field/v1\x00["reason","late"]'
    assert hmac.new(bytes.fromhex("0f" * 32), message, "sha256").hexdigest() == said[1]


def test_the_page_knows_every_key_and_kind(lived: Lived):
    """Whatever a whole life writes into the trail is on the page: kinds, keys of data, fields that are kept apart."""
    kinds, kept = cells("6. Kinds"), cells("4. Values")
    assert set(kinds) <= set(KINDS)
    section = PAGE.split("## 6. Kinds", 1)[1].split("\n## ", 1)[0]
    for (text,) in lived.raw.all("SELECT canon FROM event"):
        event = json.loads(text)
        assert set(event) == set(cells("2. Canon"))
        assert event["kind"] in kinds
        assert [key for key in event["data"] if f"`{key}`" not in section] == [], event["kind"]
        fields = {re.sub(r"/.*", "", field) for field in event["commit"]}
        assert fields <= {re.sub(r"/.*", "", field) for field in kept}, event["kind"]
