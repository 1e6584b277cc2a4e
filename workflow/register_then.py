"""The register as it was on record at an instant: what was written since changes nothing of who answered then."""

import json
from typing import Any

from workflow.seats import Absences, Recall, Seat, Tier, seat
from workflow.sql import register as sql
from workflow.store import Tx

Rows = dict[tuple[Any, ...], dict[str, Any]]

_KEYS = {
    "unit": ("code",),
    "post": ("unit", "post"),
    "posting": ("person", "unit", "post", "from_on"),
    "portfolio": ("person", "unit", "from_on"),
}


class Then(Recall):
    """Answers as `Recall` does, from the events of the stream ``org`` up to an instant."""

    __slots__ = ("tables",)

    def __init__(self, tx: Tx, at: str) -> None:
        super().__init__(tx, None)
        self.tables: dict[str, Rows] = {name: {} for name in _KEYS}
        for (text,) in tx.each(sql.UNTIL, at=at):
            data = json.loads(text)["data"]
            table = data.get("table")
            if table not in _KEYS:
                continue
            key = tuple(data["row"][name] for name in _KEYS[table])
            if data["op"] == "remove":
                self.tables[table].pop(key, None)
            else:
                self.tables[table][key] = data["row"]

    def chain(self, unit: str, day: str) -> list[Tier]:  # noqa: ARG002
        chain: list[Tier] = []
        code: str | None = unit
        while code is not None and (row := self.tables["unit"].get((code,))):
            charge = [
                seat(
                    one["person"],
                    one["person"],
                    "member_in_charge",
                    code,
                    one["from_on"],
                    one["to_on"],
                    "portfolio",
                    None,
                )
                for one in self.tables["portfolio"].values()
                if one["unit"] == code
            ]
            chain.append(
                Tier(code, row["parent"], row["kind"], row.get("zone"), row.get("calendar"), self._posts(code), charge)
            )
            code = row["parent"]
        return chain

    def wide(self, body: str, day: str) -> list[Seat]:  # noqa: ARG002
        within, found = {body}, [body]
        for code in found:
            below = [
                row["code"] for row in self.tables["unit"].values() if row["parent"] == code and row["kind"] != "body"
            ]
            found += [one for one in below if one not in within]
            within.update(below)
        return [one for code in found for post in ("office", "inspector") for one in self._posts(code).get(post, ())]

    def absences(self, day: str) -> Absences:  # noqa: ARG002
        """Who was away does not matter here: the holder of a post answers for it."""
        return {}

    def _posts(self, unit: str) -> dict[str, list[Seat]]:
        posts: dict[str, list[Seat]] = {}
        for row in self.tables["posting"].values():
            if row["unit"] != unit:
                continue
            level = self.tables["post"].get((unit, row["post"]), {}).get("level")
            why = "acting" if row["acting"] else "posting"
            posts.setdefault(row["post"], []).append(
                seat(row["person"], row["person"], row["post"], unit, row["from_on"], row["to_on"], why, level)
            )
        return posts
