"""Calendars as they stand in this workspace: every version is kept, one of each name is current."""

import json
from typing import Any

from states.calendars import Calendars
from workflow.sql import workspace as sql
from workflow.store import Tx
from workflow.trail import Who, canon, digest, record

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


def import_(tx: Tx, new: dict[str, dict[str, Any]], who: Who) -> list[dict[str, Any]]:
    """Make these calendars current; one ``calendar.imported`` per calendar that changed. Rows: name, version, changed.

    A calendar without a version of its own is named after its content.
    """
    rows = []
    now_current = {name: version for name, version, _ in tx.all(sql.CALENDARS)}
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
        changed = now_current.get(name) != version
        rows.append({"name": name, "version": version, "changed": changed})
        if not changed:
            continue
        tx.put(sql.CALENDAR_OLD, name=name)
        if known:
            tx.put(sql.CALENDAR_AGAIN, name=name, version=version)
        else:
            tx.put(sql.CALENDAR_NEW, name=name, version=version, body=canon(content), at=tx.now)
        record(
            tx,
            "calendar",
            "calendar.imported",
            who,
            data={"name": name, "version": version, "was": now_current.get(name), "digest": hash_},
        )
    return rows
