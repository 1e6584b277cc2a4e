"""Calendars as they stand in this workspace: every version is kept, one of each name is current."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from states.calendars import Calendars
from states.errors import N_, Integrity
from workflow.sql import workspace as sql
from workflow.store import Tx

if TYPE_CHECKING:
    from workflow.events import Who

_cache: dict[str, Calendars] = {}  # head of the calendar stream -> what was in force under it


def load(tx: Tx) -> Calendars:
    """The current calendars; parsed once per process and version of the calendar stream."""
    return as_of(tx)[0]


def as_of(tx: Tx) -> tuple[Calendars, int]:
    """The current calendars, and the number of the last event that changed them: it names every version in force."""
    row = tx.one(sql.CALENDAR_HEAD)
    n, key = row or (0, tx.workspace.origin)
    found = _cache.get(key)
    if found is None:
        found = Calendars(bodies(tx))
        if len(_cache) >= 16:
            _cache.clear()
        _cache[key] = found
    return found, n


def bodies(tx: Tx) -> dict[str, dict[str, Any]]:
    """The current calendars in normal form, by name."""
    return {name: {**json.loads(body), "version": version} for name, version, body in tx.all(sql.CALENDARS)}


def import_(tx: Tx, new: Mapping[str, Mapping[str, Any]], who: "Who", *, reason: str = "") -> list[dict[str, Any]]:
    """Make these calendars current; one ``calendar.imported`` per calendar that changed.

    Rows: name, version, was (the version before), changed, event (a `Written` or None). A calendar without a version
    of its own is named after its content. Invalid for what leaves a calendar without any working day.
    """
    from workflow.trail import canon, digest, record  # hashes; who only counts needs none of it

    rows = []
    now_current = {name: version for name, version, _ in tx.all(sql.CALENDARS)}
    private = {"reason": reason} if reason else None
    for name, body in sorted(new.items()):
        content = {key: value for key, value in body.items() if key != "version"}
        version = str(body.get("version") or "") or digest(content)[:12]
        hash_ = digest(content)
        known = tx.one(sql.CALENDAR, name=name, version=version)
        if known:
            old = json.loads(known[0])
            if digest({key: value for key, value in old.items() if key != "version"}) != hash_:
                version = f"{version}+{hash_[:8]}"
                known = tx.one(sql.CALENDAR, name=name, version=version)
        was = now_current.get(name)
        row: dict[str, Any] = {"name": name, "version": version, "was": was, "changed": was != version, "event": None}
        rows.append(row)
        if not row["changed"]:
            continue
        tx.put(sql.CALENDAR_OLD, name=name)
        if known:
            tx.put(sql.CALENDAR_AGAIN, name=name, version=version)
        else:
            tx.put(sql.CALENDAR_NEW, name=name, version=version, body=canon(content), at=tx.now)
        data = {"name": name, "version": version, "was": was, "digest": hash_}
        row["event"] = record(tx, "calendar", "calendar.imported", who, data=data, private=private)
    if any(row["changed"] for row in rows):
        _refuse_barren(tx)
    return rows


def _refuse_barren(tx: Tx) -> None:
    """Invalid for a calendar in which counting would never end; a union may well come to that."""
    known = load(tx)
    for name in known.names():
        known.get(name).after(tx.time.toordinal(), 1)


def difference(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    """What a new body of a calendar says otherwise: dates that come and go, ``valid`` before, ``other`` keys."""
    before = old or {}
    found: dict[str, Any] = {}
    for key in ("off", "work"):
        was, now = set(before.get(key, ())), set(new.get(key, ()))
        found[key] = {"added": sorted(now - was), "removed": sorted(was - now)}
    found["valid"], found["valid_was"] = new.get("valid"), before.get("valid")
    keys = ("zone", "weekend", "union", "source")
    found["other"] = [key for key in keys if old is not None and (before.get(key) or None) != (new.get(key) or None)]
    return found


def as_of_number(tx: Tx, n: int) -> Calendars:
    """The calendars as they stood after the ``n``-th event of their stream; Integrity where one is missing."""
    current, now = as_of(tx)
    if n == now:
        return current
    versions: dict[str, str] = {}
    for (text,) in tx.all(sql.CALENDAR_EVENTS, n=n):
        data = json.loads(text)["data"]
        versions[data["name"]] = data["version"]
    found = {}
    for name, version in versions.items():
        row = tx.one(sql.CALENDAR, name=name, version=version)
        if row is None:
            raise Integrity(
                "The calendar {name} {version} is on record, but it is missing.",
                hint=N_("Run `duecourse audit verify`."),
                name=name,
                version=version,
            )
        found[name] = {**json.loads(row[0]), "version": version}
    return Calendars(found)
