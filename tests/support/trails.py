"""The trail as a whole, read straight from the tables: is it unbroken, and is it the same life as another's?"""

from __future__ import annotations

import hashlib
import json
from itertools import groupby
from typing import Any

from support.world import World

OWN = ("id", "hash", "prev", "commit", "seen", "log")  # differ from one workspace to another


def life(world: World) -> list[dict[str, Any]]:
    """Every event without what is a workspace's own; ids of persons and cases become words.

    Cases that clocks opened at one instant have their numbers in any order: they are called by what opened them.
    """
    names = dict(world.rows("SELECT id, login FROM person UNION SELECT id, ref FROM cases"))
    by_clocks = dict(world.rows(_BY_CLOCKS))
    names |= {id_: f"case of {by_clocks[ref]}" for id_, ref in names.items() if ref in by_clocks}
    names |= {ref: f"case of {opener}" for ref, opener in by_clocks.items()}
    told = []
    for (text,) in world.rows("SELECT canon FROM event ORDER BY at, stream, n"):
        event = json.loads(_named(text, names))
        opening = event["register"] and not event["data"].get("by")
        register = event["register"]["no"] if opening else None
        told.append({**{key: value for key, value in event.items() if key not in OWN}, "register": register})
    return sorted(told, key=lambda event: (event["at"], event["stream"], event["n"]))


def _named(text: str, names: dict[str, str]) -> str:
    for id_, name in names.items():
        text = text.replace(id_, name)
    return text


_BY_CLOCKS = """SELECT c.ref, l.ref FROM cases c JOIN link l ON l.case_id = c.id AND l.kind = 'opened-by'
WHERE c.opener IS NULL"""


def breaks(world: World) -> list[str]:
    """Where the trail does not hold: numbers with a gap, links that do not meet, hashes that are not of their text."""
    found = []
    rows = world.rows("SELECT stream, n, prev, hash, canon FROM event ORDER BY stream, n")
    for stream, events in groupby(rows, key=lambda row: row[0]):
        head = (0, "0" * 64)
        for _, n, prev, hash_, canon in events:
            if (n - 1, prev) != head:
                found.append(f"{stream} {n} does not follow {head}")
            if hash_ != hashlib.sha256(b"\x00" + canon.encode()).hexdigest():
                found.append(f"{stream} {n} has another hash than its text")
            head = (n, hash_)
        if (head,) != tuple(world.rows(_HEAD, name=stream)):
            found.append(f"{stream} ends at {head}, its head says otherwise")
    return found


_HEAD = "SELECT n, hash FROM stream WHERE name = :name UNION ALL SELECT n, hash FROM cases WHERE ref = :name"
