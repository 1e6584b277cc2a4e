"""What a clock is counted from: a field, the opening, an act, the end or the breach of another clock, or several.

A compiled anchor is ``{"a": "field", "field": F}``, ``{"a": "opened"}``, ``{"a": "acted", "action": A}``,
``{"a": "due", "clock": C}``, ``{"a": "breached", "clock": C}``, or a list of anchors under one of three words:
``first`` (the first in the list that has happened), ``earliest`` (of those that have happened), ``latest`` (once
all have happened). A limit's end counts as happened as soon as it is known, so that a clock may be counted from
a time still to come; a breach only once it is there.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from states.instants import MIDNIGHT, at_start, parse_instant, zone_of
from states.rule_values import event
from states.rules import BRANCHED

Anchor = Mapping[str, Any]
Steps = tuple[str | int, ...]  # the way from a clock, a rule or an anchor to something inside it

_NAMED_BY = {"field": "field", "acted": "action", "due": "clock", "breached": "clock"}
_ACTS = ("starts_on", "paused_by", "resumed_by", "resets_on")


class Moments(NamedTuple):
    """When what happened in one case: UTC stamps of fixed width; ``zone`` is where a bare date begins."""

    opened: str
    entered: str  # into the state the clock runs in
    fields: Mapping[str, object]  # as kept: of a `time` field a stamp, of a `date` field YYYY-MM-DD
    acted: Mapping[str, str]  # action -> its last act
    due: Mapping[str, str]  # clock -> its due time, once it has one
    breached: Mapping[str, str]  # clock -> its breach
    zone: str = "UTC"


def happened(anchor: Anchor | None, moments: Moments) -> str | None:
    """The stamp (of a date field the date) from which to count, None while it has not happened; no anchor: entry."""
    if anchor is None:
        return moments.entered
    if "a" in anchor:
        return _term(anchor, moments)
    ((form, parts),) = anchor.items()
    found = [happened(part, moments) for part in parts]
    there = [stamp for stamp in found if stamp is not None]
    if not there or (form == "latest" and len(there) < len(found)):
        return None
    if form == "first":
        return there[0]
    pick = min if form == "earliest" else max
    return pick(there, key=lambda stamp: _instant(stamp, moments.zone))


def _term(term: Anchor, moments: Moments) -> str | None:
    match term["a"]:
        case "field":
            value = moments.fields.get(term["field"])
            return value if isinstance(value, str) and value else None
        case "opened":
            return moments.opened
        case "acted":
            return moments.acted.get(term["action"])
        case "due":
            return moments.due.get(term["clock"])
        case "breached":
            return moments.breached.get(term["clock"])
    raise AssertionError(term)  # the compiler makes no other anchor


def _instant(stamp: str, zone: str) -> datetime:
    at = parse_instant(stamp)
    return at if isinstance(at, datetime) else at_start(at, MIDNIGHT, zone_of(zone))


def resolved(rule: Mapping[str, Any], moments: Moments) -> dict[str, Any] | None:
    """The rule in normal form with an instant in place of each anchor; None while the clock has to wait for one.

    A branch of ``earliest`` that still waits is left out; ``latest``, ``sequence`` and the rule itself wait for all.
    """
    found = dict(rule)
    if isinstance(rule.get("from"), Mapping):
        at = happened(rule["from"], moments)
        if at is None:
            return None
        found["from"] = event(at, "from")
    for form in BRANCHED:
        if form in rule:
            branches = [resolved(branch, moments) for branch in rule[form]]
            there = [branch for branch in branches if branch is not None]
            if not there or (form != "earliest" and len(there) < len(branches)):
                return None
            found[form] = there
    return found


def condition_holds(condition: Mapping[str, list[Any]], fields: Mapping[str, object]) -> bool:
    """Whether the clock exists: every field of its compiled ``if`` has one of the values; an empty one holds."""
    return all(fields.get(name) in values for name, values in condition.items())


def depends_on(clock: Mapping[str, Any]) -> dict[str, set[str]]:
    """``{fields, actions, clocks}`` that may move the due time of this clock, or whether and since when it runs.

    Leaving its states, and the actions that meet or cancel it, end it and are not among them.
    """
    found: dict[str, set[str]] = {"fields": set(clock["if"]), "actions": set(), "clocks": set()}
    for key in ("limit", "ladder"):
        if isinstance(clock[key], Mapping) and "by" in clock[key]:
            found["fields"].add(clock[key]["by"])
    for key in _ACTS:
        found["actions"].update(clock[key])
    for _, term in terms_of(clock):
        if term["a"] != "opened":
            name = _NAMED_BY[term["a"]]
            found[f"{name}s"].add(term[name])
    return found


def rules_of(clock: Mapping[str, Any]) -> Iterator[tuple[Steps, Mapping[str, Any]]]:
    """Every limit this clock may have, with the way to it."""
    limit = clock["limit"]
    if "by" in limit:
        yield from ((("limit", "of", choice), rule) for choice, rule in limit["of"].items() if rule)
    else:
        yield ("limit",), limit
    if clock["again"]:
        yield ("again",), clock["again"]


def terms_of(clock: Mapping[str, Any]) -> Iterator[tuple[Steps, Anchor]]:
    """Every single thing this clock or a branch of its limits is counted from, with the way to it."""
    if clock["from"] is not None:
        yield from ((("from", *steps), term) for steps, term in _terms_in(clock["from"]))
    for way, rule in rules_of(clock):
        for steps, anchor in _anchors_in(rule):
            yield from (((*way, *steps, "from", *more), term) for more, term in _terms_in(anchor))


def _anchors_in(rule: Mapping[str, Any]) -> Iterator[tuple[Steps, Anchor]]:
    if isinstance(rule.get("from"), Mapping):
        yield (), rule["from"]
    for form in BRANCHED:
        for index, branch in enumerate(rule.get(form, ())):
            yield from (((form, index, *steps), anchor) for steps, anchor in _anchors_in(branch))


def _terms_in(anchor: Anchor) -> Iterator[tuple[Steps, Anchor]]:
    if "a" in anchor:
        yield (), anchor
        return
    ((form, parts),) = anchor.items()
    for index, part in enumerate(parts):
        way: Steps = (index,) if form == "first" else (form, index)
        yield from (((*way, *steps), term) for steps, term in _terms_in(part))


def anchor_text(anchor: Anchor) -> str:
    """The anchor in a policy's words: ``aware_at``, ``acted(submit)``, ``earliest of (A, B)``; a list: ``A else B``."""
    if "a" not in anchor:
        ((form, parts),) = anchor.items()
        texts = [anchor_text(part) for part in parts]
        return " else ".join(texts) if form == "first" else f"{form} of ({', '.join(texts)})"
    if anchor["a"] in {"field", "opened"}:
        return str(anchor.get("field", "opened"))
    return f"{anchor['a']}({anchor[_NAMED_BY[anchor['a']]]})"
