"""The preimage of an event: its canonical text, its hash, its commitments, and what the domain refuses."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from states.errors import Invalid
from workflow import trail
from workflow.store import Store, Tx
from workflow.trail import Head, Who, append, canon, commitment, commitment_to, digest, leaf_hash
from workflow.workspace import create

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
ASCII = st.text(st.characters(min_codepoint=1, max_codepoint=126), max_size=12)
WHOLE = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
DOMAIN = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ASCII, inner, max_size=5),
    max_leaves=20,
)

# Frozen for ever: the text and the hash of one event as version 1 writes it, every kind of value in it.
GOLDEN = (
    '{"action":"submit","actor":"p_00112233445566778899","at":"2026-11-22T05:15:00.123456Z",'
    '"behalf":"p_99887766554433221100","commit":{"field/note":"' + "ab" * 32 + '","reason":"' + "cd" * 32 + '"},'
    '"data":{"fields":{"class":"ordinary"},"late":false,"roles":["owner","unit_head"],"text":'
    '"延期 \\" \\\\ \\n\u2028😀",'
    '"version":2},"from":"drafted","id":"019aa9e5-1234-7abc-8def-0123456789ab","kind":"case.acted",'
    '"log":"example.org/duecourse/main","n":2,"prev":"'
    + "12" * 32
    + '","register":{"no":7,"prev":"'
    + "34" * 32
    + '"},'
    '"rule":"report/action/submit@0123456789ab","seen":{"root":"' + trail.EMPTY_ROOT + '","size":0},'
    '"stream":"RPT-2026-0001","to":"submitted","unit":"u","v":1,"via":"delegation"}'
)
GOLDEN_HASH = "b517617f5f99c75ea396f5aaa73093e7c20b341c7b10830c790e7683c3130de3"


NOW = datetime(2026, 11, 22, 5, 15, 0, 123456, tzinfo=UTC)
WHO = Who("p_00112233445566778899", "delegation", "p_99887766554433221100")


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[Store]:
    """A sandbox that stands at the time of the golden event, in a log of its origin."""
    url = f"sqlite:///{tmp_path_factory.mktemp('trail') / 'duecourse.db'}"
    made = create(url, admin_login="root", origin="example.org/duecourse/main", sandbox=True, now=NOW)
    yield made
    made.close()


@pytest.fixture
def tx(store: Store) -> Iterator[Tx]:
    """A transaction that is never committed."""
    with contextlib.suppress(Undone), store.write() as tx:
        yield tx
        raise Undone


class Undone(Exception):
    """Ends a transaction without a commit."""


def write(tx: Tx, head: Head | None = None, **parts: Any) -> dict[str, Any]:
    """The row of one event, as the database took it."""
    written = append(tx, head or Head(), "RPT-2026-0001", "case.acted", WHO, **parts)
    (row,) = tx.named("SELECT * FROM event WHERE id = :id", id=written.id)
    return row


@given(DOMAIN)
def test_canonical_text_is_rfc_8785(value):
    """On the restricted domain the standard library writes byte for byte what RFC 8785 asks for, and reads it back."""
    trail.check(value)
    assert canon(value).encode() == rfc8785.dumps(value)
    assert json.loads(canon(value)) == value


@given(DOMAIN)
def test_the_plain_encoder_writes_the_same(value):
    """The encoder made once and the one of `json.dumps` agree, whichever this Python offers."""
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert canon(value) == plain


def test_one_event_is_written_as_it_always_was(tx):
    """The golden event: keys, order, spelling of text, and SHA-256(0x00 || canon) as its hash."""
    golden = json.loads(GOLDEN)
    row = write(
        tx,
        Head(1, "12" * 32, "2026-11-22T05:15:00.000000Z"),
        unit="u",
        action="submit",
        from_state="drafted",
        to_state="submitted",
        rule="report/action/submit@0123456789ab",
        data=golden["data"],
        register=golden["register"],
    )
    assert row["canon"] == GOLDEN.replace(canon(golden["commit"]), "{}").replace(golden["id"], row["id"])
    assert canon(golden) == GOLDEN
    assert leaf_hash(GOLDEN) == GOLDEN_HASH
    assert leaf_hash(GOLDEN) == hashlib.sha256(b"\x00" + GOLDEN.encode()).hexdigest()
    assert rfc8785.dumps(golden).decode() == GOLDEN


def test_the_row_repeats_its_canon(tx):
    """Every query column of the row is the value the canon has under its name; the hash is that of the canon."""
    row = write(tx, unit="u", action="submit", from_state="drafted", to_state="submitted", rule="r@1")
    event = json.loads(row["canon"])
    names = {"from_state": "from", "to_state": "to"}
    columns = {names.get(name, name): value for name, value in row.items() if name not in {"canon", "hash"}}
    assert columns == {name: event[name] for name in columns}
    assert row["hash"] == leaf_hash(row["canon"])
    assert event["v"] == 1
    assert event["log"] == "example.org/duecourse/main"
    assert event["seen"] == {"root": trail.EMPTY_ROOT, "size": 0}


def test_the_first_of_a_stream_follows_nothing(tx):
    """Number 1 names 64 zeros as the event before it."""
    row = write(tx)
    assert (row["n"], row["prev"]) == (1, "0" * 64)


def test_time_never_runs_backwards_in_a_stream(tx):
    """An event is never dated before the one it follows, even when the clock of the machine was set back."""
    row = write(tx, Head(3, "12" * 32, "2026-11-22T06:00:00.000000Z"))
    assert row["at"] == "2026-11-22T06:00:00.000000Z"


def test_private_values_stay_out_of_the_canon(tx):
    """Free text enters only as an HMAC under a salt of its own; value and salt go to the side table."""
    row = write(tx, private={"reason": "因为 snow", "field/note": "snow"})
    assert "snow" not in row["canon"]
    kept = tx.all("SELECT field, salt, value FROM payload WHERE event = :id", id=row["id"])
    commits = json.loads(row["canon"])["commit"]
    assert {field: commitment(salt, field, json.loads(value)) for field, salt, value in kept} == commits
    assert {field: json.loads(value) for field, _, value in kept} == {"reason": "因为 snow", "field/note": "snow"}
    assert len({salt for _, salt, _ in kept}) == 2
    assert all(len(salt) == 64 for _, salt, _ in kept)


@given(DOMAIN, ASCII)
def test_a_commitment_binds_field_and_value(value, field):
    """It is HMAC-SHA256 under the salt over a fixed prefix and the canonical text of [field, value]."""
    salt = "0f" * 32
    message = b"duecourse/field/v1\x00" + rfc8785.dumps([field, value])
    assert commitment(salt, field, value) == hmac.new(bytes.fromhex(salt), message, "sha256").hexdigest()
    assert commitment_to(salt, field, canon(value)) == commitment(salt, field, value)


def test_another_field_or_salt_or_value_is_another_commitment():
    """Nothing of the three can be exchanged."""
    made = commitment("0f" * 32, "reason", "late")
    others = [
        commitment("0e" * 32, "reason", "late"),
        commitment("0f" * 32, "text", "late"),
        commitment("0f" * 32, "reason", "Late"),
        commitment("0f" * 32, "reason", ["late"]),
    ]
    assert made not in others
    assert len(set(others)) == len(others)


def test_a_digest_does_not_hang_on_the_order_of_keys():
    """Versions of definitions are named by content alone."""
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        0.1,
        float("nan"),
        2**53,
        -(2**53),
        "a\x00b",
        "\ud800",
        b"bytes",
        {1: "a"},
        {"schlüssel": 1},
        {"a": [1.5]},
        {1},
    ],
)
def test_what_the_domain_refuses(tx, value):
    """Floats, integers from 2^53 on, U+0000, lone surrogates, other types and non-ASCII names are refused, anywhere."""
    for nested in (value, [value], {"a": {"b": [value]}}):
        with pytest.raises(Invalid):
            trail.check(nested)
        with pytest.raises(Invalid):
            write(tx, data={"a": nested})
        with pytest.raises(Invalid):
            write(tx, private={"reason": nested})


def test_an_event_fits_an_entry_bundle(tx):
    """One canon holds at most 65,535 bytes, however many characters they are; a larger one is refused."""
    room = 65_535 - len(write(tx, data={"a": ""})["canon"].encode())
    at_most = write(tx, Head(1, "12" * 32, ""), data={"a": "x" * room})
    assert len(at_most["canon"].encode()) == 65_535
    for too_much in ("x" * (room + 1), "延" * (room // 3 + 1)):
        with pytest.raises(Invalid):
            write(tx, Head(2, "12" * 32, ""), data={"a": too_much})
