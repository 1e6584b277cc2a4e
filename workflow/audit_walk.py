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
    less = _others(asked, lead, values) + _time(asked, lead, values) + _words(asked, values)
    first, last = sql.ALONG[lead]
    text = first + less + last
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


def _time(asked: Question, lead: str, values: dict[str, Value]) -> str:
    """From when to when, and after which event."""
    less, more = "", sql.LESS_IN_STREAM if lead == "stream" else sql.LESS
    if asked.until is not None:
        less += more["until"]
        values["until"] = asked.until
    if asked.after is not None:
        less += more["after"]
        values["after_n"] = asked.after.n
        if lead != "stream":
            values |= {"after_at": asked.after.at, "after_stream": asked.after.stream}
    if lead == "at":
        values["since"] = max(asked.since or "", asked.after.at if asked.after else "")
    elif asked.since is not None:
        less += more["since"]
        values["since"] = asked.since
    for name in ("from_n", "to_n"):
        if lead == "stream" and (bound := getattr(asked, name)) is not None:
            less += more[name]
            values[name] = bound
    return less


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
