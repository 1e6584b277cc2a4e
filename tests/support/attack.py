"""What somebody with a database client and time does to a trail, each change made to fit as well as it can."""

from __future__ import annotations

import json
from typing import Any

from support.lived import Lived

from workflow.trail import NO_HASH, canon, leaf_hash


class Attack:
    """Changes of the trail of one copy, while its fences are away."""

    def __init__(self, lived: Lived) -> None:
        self.raw = lived.raw

    def event(self, stream: str, n: int) -> dict[str, Any]:
        (row,) = self.raw.all("SELECT canon, hash, id FROM event WHERE stream = :s AND n = :n", s=stream, n=n)
        return {"event": json.loads(row[0]), "canon": row[0], "hash": row[1], "id": row[2]}

    def last(self, stream: str) -> int:
        return int(self.raw.one("SELECT max(n) FROM event WHERE stream = :s", s=stream)[0])

    def kinds(self, stream: str, kind: str) -> list[int]:
        """The numbers of the events of this kind."""
        rows = self.raw.all("SELECT n FROM event WHERE stream = :s AND kind = :k ORDER BY n", s=stream, k=kind)
        return [n for (n,) in rows]

    def put(self, stream: str, n: int, event: dict[str, Any], text: str | None = None) -> str:
        """Write another canon over an event, with its hash and every column to match; answers the new hash."""
        text = text if text is not None else canon(event)
        columns = {name: event[name] for name in ("prev", "at", "kind", "actor", "behalf", "via", "unit", "action")}
        columns |= {"from_state": event["from"], "to_state": event["to"], "rule": event["rule"]}
        sets = ", ".join(f"{name} = :{name}" for name in columns)
        self.raw.run(
            f"UPDATE event SET canon = :canon, hash = :hash, {sets} WHERE stream = :stream AND n = :n",
            canon=text, hash=leaf_hash(text), stream=stream, n=n, **columns,
        )  # fmt: skip
        return leaf_hash(text)

    def rewrite(self, stream: str, n: int, **changes: Any) -> None:
        """Change an event and make everything after it in its stream, and the head, follow."""
        self.put(stream, n, self.event(stream, n)["event"] | changes)
        self.relink(stream)

    def set(self, stream: str, n: int, **data: Any) -> None:
        """The same for something in the data of an event."""
        self.rewrite(stream, n, data=self.event(stream, n)["event"]["data"] | data)

    def remove(self, stream: str, n: int) -> None:
        """Take an event out as if it had never been: what follows moves up, is linked anew, and the head follows."""
        self.raw.run("DELETE FROM payload WHERE event = :e", e=self.event(stream, n)["id"])
        self.raw.run("DELETE FROM event WHERE stream = :s AND n = :n", s=stream, n=n)
        for later in range(n + 1, self.last(stream) + 1):
            self.raw.run("UPDATE event SET n = :n WHERE stream = :s AND n = :was", s=stream, n=later - 1, was=later)
        self.relink(stream)

    def relink(self, stream: str) -> None:
        """Number and link every event of a stream as it stands, and set its head."""
        hash_, event = NO_HASH, {"at": ""}
        for n in range(1, self.last(stream) + 1):
            event = self.event(stream, n)["event"] | {"n": n, "prev": hash_}
            hash_ = self.put(stream, n, event)
        self.head(stream, n=self.last(stream), hash=hash_, at=event["at"])
        self.wait(stream)

    def wait(self, stream: str) -> None:
        """Let exactly those events of a stream wait to be sealed that have no leaf."""
        self.raw.run("DELETE FROM unsealed WHERE stream = :s", s=stream)
        self.raw.run(
            "INSERT INTO unsealed SELECT at, stream, n FROM event e WHERE stream = :s "
            "AND NOT EXISTS (SELECT 1 FROM leaf l WHERE l.event = e.id)",
            s=stream,
        )

    def head(self, stream: str, **columns: Any) -> None:
        sets = ", ".join(f"{name} = :{name}" for name in columns)
        self.raw.run(f"UPDATE cases SET {sets} WHERE ref = :stream", stream=stream, **columns)
        self.raw.run(f"UPDATE stream SET {sets} WHERE name = :stream", stream=stream, **columns)
