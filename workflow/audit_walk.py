"""Which index answers a question to the trail, in the order of the answer: the text of each walk along it.

Of several kinds, or versions of a rule, each is walked by itself and the walks are merged: an index has them apart.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from workflow.sql import audit as sql
from workflow.store.tx import Row, Tx, Value


class Place(NamedTuple):
    """Where a page ended: the next one begins after it."""

    at: str
    stream: str
    n: int


class Alike(NamedTuple):
    """A kind or rule as asked for, the mark after its first word, and every value meant."""

    asked: str
    mark: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class Question:
    """Conditions on events, all of which must hold; names are resolved, instants are stamps."""

    stream: str | None = None
    actor: str | None = None
    rule: Alike | None = None
    unit: str | None = None
    kind: Alike | None = None
    since: str | None = None
    until: str | None = None
    after: Place | None = None
    from_n: int | None = None  # of a stream: what stands outside these is outside the time asked for
    to_n: int | None = None
    words: tuple[str, ...] = ()  # each must stand in a text that is kept beside the event
    never: tuple[str, ...] = ()  # fields in which no word is looked for


Walk = tuple[str, dict[str, Value]]


def page(tx: Tx, question: Question, limit: int) -> list[Row]:
    """(at, stream, n, canon, hash) in order."""
    asked = walks(narrowed(tx, question), limit)
    found = [row for text, values in asked for row in tx.all(text, **values)]
    return sorted(found)[:limit] if len(asked) > 1 else found


def narrowed(tx: Tx, asked: Question) -> Question:
    """A time in a stream as numbers of events, so that a long stream is not walked up to where the time begins."""
    if asked.stream is None or asked.since is asked.until is None:
        return asked
    return replace(asked, from_n=_first(tx, asked.stream, asked.since), to_n=_first(tx, asked.stream, asked.until))


def _first(tx: Tx, stream: str, at: str | None) -> int | None:
    """The number of the first event of a stream at that time or later; one past the last where there is none."""
    row = tx.one(sql.FIRST_AT, stream=stream, at=at) if at is not None else None
    return row[0] if row else None


def walks(asked: Question, limit: int) -> list[Walk]:
    """The statement of each walk, with its values: led by one condition, the others checked on the way."""
    lead = next(
        (name for name in ("stream", "actor", "rule", "unit", "kind") if getattr(asked, name) is not None), "at"
    )
    if lead == "unit" and asked.kind is not None:
        lead = "unit_kind"
    values: dict[str, Value] = {"limit": limit}
    others = _others(asked, lead, values) + _words(asked, values)
    text = _in_stream(asked, values, others) if lead == "stream" else _along(asked, lead, values, others)
    led = lead.split("_")
    values |= dict.fromkeys(led[:-1], asked.unit)
    found = getattr(asked, led[-1], None)
    if isinstance(found, Alike):
        return [(text, values | {led[-1]: value}) for value in found.values]
    return [(text, values if lead == "at" else values | {lead: found})]


def _others(asked: Question, lead: str, values: dict[str, Value]) -> str:
    """The names that do not lead."""
    less, led = "", lead.split("_")
    for name in ("actor", "unit"):
        if name not in led and (value := getattr(asked, name)) is not None:
            less += sql.LESS[name]
            values[name] = value
    for name in ("rule", "kind"):
        if name not in led and (alike := getattr(asked, name)) is not None:
            less += sql.LESS[name]
            values[name], values[f"{name}_end"] = span(alike.asked, alike.mark)
    return less


def _along(asked: Question, lead: str, values: dict[str, Value], others: str) -> str:
    """The walk along an index that ends in time: it begins behind the page before, or where the time asked for does."""
    led = sql.ALONG[lead]
    if asked.until is not None:
        values["until"] = asked.until
    ends = led["onward"] if asked.until is None else led["until"]
    if asked.after is None:
        values["since"] = asked.since or ""
        return led["since"] + ends + others + led["order"]
    values |= {"after_at": asked.after.at, "after_stream": asked.after.stream, "after_n": asked.after.n}
    if asked.since is not None:  # a token may say anything
        values["since"] = asked.since
        others += sql.LESS["since"]
    return led["after"] + ends + others + led["order"]


def _in_stream(asked: Question, values: dict[str, Value], others: str) -> str:
    """The walk through a stream, by its numbers."""
    bounds = {
        "since": asked.since, "until": asked.until, "after_n": asked.after and asked.after.n, "from_n": asked.from_n,
        "to_n": asked.to_n,
    }  # fmt: skip
    for name, bound in bounds.items():
        if bound is not None:
            others += sql.LESS_IN_STREAM[name]
            values[name] = bound
    return sql.IN_STREAM + others + sql.IN_STREAM_ORDER


def _words(asked: Question, values: dict[str, Value]) -> str:
    """One condition for each word. The database folds ASCII letters only, so that is what is folded here."""
    from json import dumps

    never = "".join(f" AND p.field <> :never{n}" for n in range(len(asked.never)))
    if asked.words:
        values |= {f"never{n}": field for n, field in enumerate(asked.never)}
    for n, word in enumerate(asked.words):
        folded = "".join(sign.lower() if sign.isascii() else sign for sign in dumps(word, ensure_ascii=False)[1:-1])
        escaped = "".join(f"!{sign}" if sign in "!%_" else sign for sign in folded)
        values[f"word{n}"] = f"%{escaped}%"
        values[f"file{n}"] = f'{{"name":"%{escaped}%","sha256":"%'
    return "".join(sql.WORD.format(n=n, never=never) for n in range(len(asked.words)))


def span(asked: str, mark: str) -> tuple[str, str]:
    """From where to where (out) the values lie that are asked for: exactly one, or all with this word before it."""
    whole, word = exact(asked, mark)
    return (asked, f"{asked}\x01") if whole else (word, word[:-1] + chr(ord(word[-1]) + 1))


def exact(asked: str, mark: str) -> tuple[bool, str]:
    """Whether a whole value is asked for; else the beginning shared by those that are."""
    word = asked.removesuffix("*").removesuffix(mark)
    if word == asked and mark in asked:
        return True, asked
    return False, word + mark
