"""Questions to the trail, for the prompt: events in the shape of CONTRACT.md section 2, page by page, read lane.

Ascends by (at, stream, n). Each question walks one index in that order, so a page costs what it shows, not what the
trail holds. Persons appear as logins; an id nobody is registered under stays an id. What was committed to and is
still kept is shown in its place; what was erased reads ``{"erased": true}``.
"""

import base64
import json
from datetime import datetime
from typing import Any

from states.errors import N_, NotFound, Usage
from workflow.audit_walk import Alike, Place, Question, exact, page
from workflow.event_json import OWN_STREAMS, is_id, is_ref, shown
from workflow.identity import person_id
from workflow.instants import moment, stamp
from workflow.sql import audit as sql
from workflow.store.tx import Row, Tx

Answer = dict[str, Any]

LARGEST_PAGE = 1_000
MOST_WORDS = 20
KINDS = (
    "log.created",
    *(f"case.{what}" for what in ("opened", "acted", "assigned", "commented", "linked", "attached", "migrated")),
    *(f"clock.{what}" for what in ("started", "paused", "resumed", "reminded", "breached", "escalated", "met")),
    *(f"clock.{what}" for what in ("cancelled", "extended", "recomputed", "hindered")),
    *("extension.requested", "extension.refused"),
    *(f"duty.{what}" for what in ("opened", "recorded", "met", "missed", "skipped", "warned", "reopened")),
    *("notice.sent", "notice.failed", "policy.applied", "calendar.imported", "org.changed"),
    *("leave.set", "leave.ended", "data.erased", "data.read", "checkpoint.made", "case.signed", "key.registered"),
    *("checkpoint.published", "checkpoint.stamped", "grants.set"),
)


def log(
    tx: Tx,
    *,
    case: str | None = None,
    stream: str | None = None,
    actor: str | None = None,
    kind: str | None = None,
    unit: str | None = None,
    rule: str | None = None,
    since: str | datetime | None = None,
    until: str | datetime | None = None,
    text: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Answer:
    """{schema, rows, next}: events that meet every condition. ``since`` is in, ``until`` is out.

    ``kind`` is a kind or the word before its dot; ``rule`` a rule with its version or without; ``actor`` a login.
    Each word of ``text`` stands in something people wrote; who asks for that was permitted by `workflow.lookup`.
    """
    words = tuple((text or "").split())
    if text is not None and not words:
        raise Usage("A search needs a word to look for.", where="--text")
    if len(words) > MOST_WORDS:
        raise Usage("A search looks for {most} words at most.", where="--text", most=MOST_WORDS)
    if not 1 <= limit <= LARGEST_PAGE:
        raise Usage("A page holds 1 to {most} rows, not {limit}.", where="--limit", most=LARGEST_PAGE, limit=limit)
    if case is not None:
        _know_case(tx, case)
    if stream is not None:
        _know_stream(tx, stream)
    if unit is not None and tx.one(sql.UNIT_KNOWN, unit=unit) is None:
        raise NotFound(
            "There is no unit {unit} in the register.", hint=N_("`duecourse org tree` lists the units."), unit=unit
        )
    if case is not None and stream is not None and case != stream:
        return {"schema": 1, "rows": [], "next": None}
    question = Question(
        stream=stream if case is None else case,
        actor=actor_id(tx, actor) if actor is not None else None,
        rule=Alike(rule, "@", _rules(tx, rule)) if rule is not None else None,
        unit=unit,
        kind=Alike(kind, ".", _kinds(tx, kind)) if kind is not None else None,
        since=_instant(since, "--since") if since is not None else None,
        until=_instant(until, "--until") if until is not None else None,
        after=_from_token(after) if after is not None else None,
        words=words,
        never=_never(tx) if words else (),
    )
    rows = page(tx, question, limit + 1)
    more = len(rows) > limit
    told = shown(tx, rows[:limit], whole=question.stream is not None)
    return {"schema": 1, "rows": told, "next": _to_token(rows[limit - 1]) if more else None}


def history(tx: Tx, ref: str, *, limit: int = 50, after: str | None = None) -> Answer:
    """Everything that happened to a case; NotFound for an unknown one."""
    return log(tx, case=ref, limit=limit, after=after)


def _rules(tx: Tx, rule: str) -> list[str]:
    whole, word = exact(rule, "@")
    return [rule] if whole else _different(tx, sql.NEXT_RULE, word)


def _kinds(tx: Tx, kind: str) -> list[str]:
    whole, word = exact(kind, ".")
    if whole:
        if kind in KINDS or tx.one(sql.KIND_KNOWN, kind=kind):
            return [kind]
    elif (found := _different(tx, sql.NEXT_KIND, word)) or any(known.startswith(word) for known in KINDS):
        return found
    from difflib import get_close_matches

    words = [*KINDS, *{known.partition(".")[0] for known in KINDS}]
    near = get_close_matches(kind, words, n=1)
    raise Usage(
        "There is no kind of event {kind}.",
        hint=N_("Did you mean {near}?") if near else N_("There are: {kinds}."),
        where="--kind",
        kind=kind,
        near=near[0] if near else "",
        kinds=", ".join(KINDS),
    )


def _different(tx: Tx, statement: str, word: str) -> list[str]:
    """The different values that begin with a word, by steps along the index."""
    low, high = word, word[:-1] + chr(ord(word[-1]) + 1)
    found: list[str] = []
    while (row := tx.one(statement, low=low, high=high)) and row[0] is not None:
        low = row[0]
        found.append(low)
    return found


def _never(tx: Tx) -> tuple[str, ...]:
    """Whoever asked for something, and whoever objected, is not looked for (RESPONSIBILITY.md E4 and E5)."""
    from workflow.lookup import unsearchable

    return tuple(unsearchable(tx))


def actor_id(tx: Tx, actor: str) -> str:
    """The id behind a login; an id the trail knows is taken too, for persons who were erased."""
    if is_id(actor) and tx.one(sql.ACTOR_KNOWN, actor=actor):
        return actor
    return person_id(tx, actor)


def _know_case(tx: Tx, ref: str) -> None:
    if not is_ref(ref) or tx.one(sql.STREAM_KNOWN, stream=ref) is None:
        raise NotFound(
            "There is no case {ref} here.", hint=N_("`duecourse case list` shows the cases there are."), ref=ref
        )


def _know_stream(tx: Tx, stream: str) -> None:
    if stream not in OWN_STREAMS and tx.one(sql.STREAM_KNOWN, stream=stream) is None:
        raise NotFound(
            "There is no stream {stream} here.",
            hint=N_("A stream is the number of a case, duty/CODE/UNIT, or one of: {streams}."),
            stream=stream,
            streams=", ".join(OWN_STREAMS),
        )


def _instant(value: str | datetime, option: str) -> str:
    try:
        at = value if isinstance(value, datetime) else moment(value)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Usage(
            "{value} is not an instant.",
            hint=N_("Write it with its offset, as in 2026-02-09T09:00+08:00."),
            where=option,
            value=repr(str(value)),
        )
    return stamp(at)


def _to_token(row: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps(row[:3]).encode()).decode().rstrip("=")


def _from_token(token: str) -> Place:
    try:
        match json.loads(base64.urlsafe_b64decode(token[:400] + "=" * (-len(token[:400]) % 4))):
            case [str(at), str(stream), int(n)] if 0 < n < 2**53 and "\x00" not in at + stream:
                (at + stream).encode()  # a lone surrogate is a ValueError here, before a driver trips over it
                return Place(at, stream, n)
    except ValueError:
        pass
    raise Usage(
        "{token} does not continue this listing.",
        hint=N_("Use `next` of the page before."),
        where="--after",
        token=repr(token[:60]),
    )
