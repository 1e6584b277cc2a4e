"""The law in force: applied policies, their definitions by hash, and which version new cases open under."""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from states.errors import N_, Invalid, NotFound, Usage
from workflow.sql import workspace as sql
from workflow.store import Tx

if TYPE_CHECKING:
    from workflow.events import Who

Compiled = dict[str, Any]
Definition = dict[str, Any]


def current(tx: Tx) -> Compiled:
    """The compiled policy in force; Invalid where none was applied yet."""
    row = tx.one(sql.POLICY_NOW)
    if row is None:
        raise Invalid(
            "No policy is in force here yet.",
            hint=N_("Apply one, for example `duecourse policy apply responsibility`."),
        )
    return {**_compiled(row[0]), "hash": row[1]}


@lru_cache(maxsize=2)
def _compiled(body: str) -> Compiled:
    """Read once; nobody changes it."""
    compiled: Compiled = json.loads(body)
    return compiled


def current_or_none(tx: Tx) -> Compiled | None:
    return current(tx) if tx.one(sql.POLICY_NOW) else None


def in_force_at(tx: Tx, until: str) -> Compiled | None:
    """The policy that was in force at an instant gone by; before there was one, the first there ever was."""
    row = tx.one(sql.POLICY_AT, until=until) or tx.one(sql.POLICY_FIRST)
    found = tx.one(sql.POLICY, hash=json.loads(row[0])["data"]["hash"]) if row else None
    return _compiled(found[0]) if found else None


def types(tx: Tx) -> dict[str, Definition]:
    """Every case type that new cases may have, by name."""
    return {name: _parsed(hash_, body) for name, hash_, body in tx.all(sql.TYPES)}


def definition(tx: Tx, type_: str) -> Definition:
    """The version of a case type in force; Usage for an unknown one."""
    found = in_force(tx, type_)
    if found is None:
        from difflib import get_close_matches

        known = sorted(types(tx))
        if not known:
            current(tx)
        near = get_close_matches(type_, known, n=1)
        if near:
            raise Usage("There is no case type {type} here.", hint=N_("Did you mean {near}?"), type=type_, near=near[0])
        raise Usage(
            "There is no case type {type} here.", hint=N_("There are: {types}."), type=type_, types=", ".join(known)
        )
    return found


def in_force(tx: Tx, type_: str) -> Definition | None:
    """The version of a case type in force, or None."""
    row = tx.one(sql.TYPE, type=type_)
    return _parsed(*row) if row else None


def definition_by_hash(tx: Tx, hash_: str) -> Definition:
    """The version a case is pinned to."""
    found = _cache.get(hash_)
    if found is None:
        row = tx.one(sql.DEFINITION, hash=hash_)
        if row is None:
            raise NotFound("The definition {hash} of this case is not in the database.", hash=hash_[:12])
        found = _parsed(hash_, row[0])
    return found


_cache: dict[str, Definition] = {}


def _parsed(hash_: str, body: str) -> Definition:
    """Definitions never change under their hash, so a parsed one may serve every store of this process."""
    found = _cache.get(hash_)
    if found is None:
        found = json.loads(body)
        found["hash"] = hash_
        if len(_cache) >= 256:
            _cache.clear()
        _cache[hash_] = found
    return found


@lru_cache(maxsize=64)
def rule_name(type_: str, kind: str, name: str, hash_: str) -> str:
    """How events name the rule they followed, with its version: ``report/clock/submit@3f2a9c0d1e2b``."""
    return f"{type_}/{kind}/{name}@{hash_[:12]}"


def in_order(value: Any) -> str:
    """JSON that keeps the order in which a policy names its states, actions and clocks; the hash does not see it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def apply(tx: Tx, compiled: Compiled, who: "Who", *, reason: str = "") -> dict[str, Any]:
    """Put a compiled policy in force. New cases follow it; open cases keep the version they were opened under."""
    from workflow.trail import digest, record  # hashes; who only looks needs none of it

    compiled = {key: value for key, value in compiled.items() if key != "hash"}
    hash_ = digest(compiled)
    before = {name: hash_of for name, hash_of, _ in tx.all(sql.TYPES)}
    rows = []
    tx.put(sql.IN_FORCE_CLEAR)
    for name, body in sorted(compiled["types"].items()):
        definition_hash = digest(body)
        if tx.one(sql.DEFINITION_KNOWN, hash=definition_hash) is None:
            tx.put(sql.DEFINITION_NEW, hash=definition_hash, type=name, body=in_order(body), at=tx.now)
        tx.put(sql.IN_FORCE_SET, type=name, definition=definition_hash)
        rows.append({"type": name, "hash": definition_hash, "changed": before.get(name) != definition_hash})
    if tx.one(sql.POLICY_KNOWN, hash=hash_) is None:
        tx.put(sql.POLICY_NEW, hash=hash_, name=compiled["policy"], compiled=in_order(compiled), at=tx.now)
    tx.put(
        sql.SET_POLICY,
        hash=hash_,
        zone=compiled.get("zone") or tx.workspace.zone,
        calendar=compiled.get("calendar") or tx.workspace.calendar,
    )
    written = record(
        tx,
        "policy",
        "policy.applied",
        who,
        rule=f"{compiled['policy']}@{hash_[:12]}",
        data={
            "policy": compiled["policy"],
            "hash": hash_,
            "types": {row["type"]: row["hash"] for row in rows},
            "duties": sorted(compiled["duties"]),
            "zone": compiled.get("zone"),
            "calendar": compiled.get("calendar"),
        },
        private={"reason": reason} if reason else None,
    )
    return {"policy": compiled["policy"], "hash": hash_, "types": rows, "event": written}
