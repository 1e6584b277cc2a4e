"""What every shipped pack is: without a flaw, in two languages, with its law named, and with nobody named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from states.catalog import pack_sources, packs
from states.compiler import compile_policy

NAMES = [row["name"] for row in packs()]
LAWS = ("nis2", "gdpr", "dora", "whistleblower", "uk-foi", "uk-sar")


def compiled(name: str) -> dict[str, Any]:
    """The pack as it would be put in force."""
    found, flaws = compile_policy(pack_sources(name))
    assert found is not None, [str(flaw) for flaw in flaws]
    return found


def titles(thing: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every title in a compiled pack, with its place."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key == "title":
                yield path, value
            elif key == "titles":
                yield from ((f"{path}/{choice}", title) for choice, title in value.items())
            else:
                yield from titles(value, f"{path}/{key}")


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_has_no_flaw_and_speaks_two_languages(name: str) -> None:
    """It compiles as it is, and everything that is shown has an English and a Chinese title."""
    found = compiled(name)
    assert found["policy"] == name
    shown = dict(titles({"pack": {"title": found["title"]}, "types": found["types"]}))
    assert len(shown) > 10
    for path, title in shown.items():
        assert title["en"].isascii(), path
        assert re.search("[\u4e00-\u9fff]", title["zh"]), path


@pytest.mark.parametrize("name", NAMES)
def test_who_asked_is_one_field_that_decides_nothing(name: str) -> None:
    """At most one requester per type, an erasable text; no person field stands beside it."""
    for type_ in compiled(name)["types"].values():
        asking = [field for field in type_["fields"].values() if field["requester"]]
        assert len(asking) <= 1
        for field in asking:
            assert (field["type"], field["erasable"]) == ("text", True)
            assert not [other for other in type_["fields"].values() if other["type"] in {"person", "party"}]


@pytest.mark.parametrize("name", LAWS)
def test_each_clock_of_a_law_names_its_clause(name: str) -> None:
    """Right above each clock stands the clause it keeps, or that the law is silent and what the pack does then."""
    sources = pack_sources(name)
    assert sources["policy.yaml"].startswith("# ")
    for file, text in sources.items():
        lines = text.splitlines()
        if file == "policy.yaml":
            continue
        start = lines.index("clocks:") + 1
        above = {line.strip()[:-1]: lines[n - 1] for n, line in enumerate(lines) if n >= start and line[2:3].isalpha()}
        (case,) = (line.removeprefix("case: ") for line in lines if line.startswith("case: "))
        assert above.keys() == compiled(name)["types"][case]["clocks"].keys()
        for clock, line in above.items():
            assert line.startswith("  # "), f"{file}: {clock}"
