"""Knowing a canonical text by its shape is never more lenient than taking it apart."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.errors import Problem
from workflow.trail import canon, check
from workflow.verify_event import Memory

KNOWING, ALL = Memory().shapes, []  # remembers over all examples, as a process does over all events

WORDS = st.sampled_from(
    ["", "a", "due", "2026-02-09T01:00:00.000000Z", ":", ",", "{", "}", "é", "报告", '"', "\\", "\n", "\x7f"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([2**53 - 1, 2**53]) | WORDS,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(WORDS, some, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(["a", "b", "due", "told", "a:"]), VALUES, max_size=4)
SIGNS = st.sampled_from(
    [*'"\\{}[]:,01 -.e\n\x00', "a", "é", "\\u0000", '"a":', "null", "true", "1e3", "00", '":"', '","']
)


def canonical(text: str) -> bool:
    """By taking it apart, and nothing else."""
    try:
        value = json.loads(text)
        check(value)
        return isinstance(value, dict) and canon(value) == text
    except (ValueError, Problem, RecursionError):
        return False


def known(text: str) -> bool:
    try:
        return KNOWING.canonical(text, ALL)
    except (ValueError, StopIteration, Problem, RecursionError):
        return False


@settings(max_examples=600, deadline=None)
@given(OBJECTS, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3), SIGNS), max_size=3))
def test_a_shape_says_what_taking_apart_says(value, edits):
    """Of a canonical text, and of whatever becomes of it where signs are put in or taken out."""
    text = canon(value)
    assert known(text) == canonical(text)
    for at, cut, sign in edits:
        place = at % (len(text) + 1)
        text = text[:place] + sign + text[place + cut :]
        assert known(text) == canonical(text), text


ALIKE = [
    ('{"a":"x","b":1}', '{"a":"y","b":1}', True),
    ('{"a":"x","b":1}', '{"b":"x","a":1}', False),
    ('{"a":"x","b":1}', '{"a":"x","a":1}', False),
    ('{"a":"x","b":1}', '{"a":"x","b":2}', True),
    ('{"a":"x","b":1}', '{"a":"x","b":1.0}', False),
    ('{"a":"x","b":"y"}', '{"a":"x\\"","b":"y"}', True),
    ('{"a":"x","b":"y"}', '{"a":"x\t","b":"y"}', False),
    ('{"a":"x","b":"y"}', '{"a":"\\u0041","b":"y"}', False),
    ('{"a":"x","b":"y"}', '{"a":"x","b":"y"} ', False),
    ('{"a":{"b":"x"}}', '{"a":{"c":"x"}}', True),
    ('{"a":{"b":"x"}}', '[{"b":"x"}]', False),
    ('{"a":[{"b":null}]}', '{"a":[]}', True),
    ('{"a":[{"b":null}]}', '{"a":[{"b":"报告"},{"b":-7}]}', True),
    ('{"a":[{"b":null}]}', '{"a":[{"b":"x"},{"b":-0}]}', False),
    ('{"a":[{"b":null}]}', '{"a":[{"b":"x"},{"b":1,"b":1}]}', False),
    ('{"a":[{"b":null}]}', '{"a":[{"b":"x"},]}', False),
    ('{"a":1}', '{"a":9007199254740991}', True),
    ('{"a":1}', '{"a":9007199254740992}', False),
    ('{"a":"x"}', '{"a":"\ud800"}', False),
]


@pytest.mark.parametrize(("first", "second", "fine"), ALIKE)
def test_the_like_of_a_known_text(first, second, fine):
    """What differs in strings only is canonical too; another order, a second key, another number are looked at."""
    assert known(first)
    assert known(second) == canonical(second) == fine


def test_patterns_that_never_fit_again_are_not_gathered(monkeypatch):
    """What is remembered has a bound, of one kind of event and of all; past it every text is taken apart."""
    from workflow import verify_shape

    monkeypatch.setattr(verify_shape, "_MOST", 30)
    shapes, fits = Memory().shapes, [[], []]
    for which, alike in enumerate(fits):
        for number in range(100):
            assert shapes.canonical(f'{{"a":"x","n{which}-{number}":1}}', alike)
    assert [len(alike) for alike in fits] == [24, 6]
