"""A sandbox office under one of the shipped packs, on SQLite, in the pack's own zone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from support.world import World

from workflow.verify import verify

REGISTER = """
units:
  - {code: agency, name: Agency, kind: body}
  - {code: desk, name: Desk, parent: agency}
people:
  - {login: fay, name: Fay}
  - {login: dan, name: Dan}
  - {login: mel, name: Mel}
  - {login: ott, name: Ott}
  - {login: uma, name: Uma}
  - {login: ola, name: Ola}
  - {login: dee, name: Dee}
postings:
  - {person: fay, unit: agency, post: first, from: 2024-01-01}
  - {person: dan, unit: agency, post: direct, from: 2024-01-01}
  - {person: mel, unit: agency, post: leader, from: 2024-01-01}
  - {person: ott, unit: agency, post: office, from: 2024-01-01}
  - {person: uma, unit: desk, post: unit_head, from: 2024-01-01}
  - {person: ola, unit: desk, post: staff, from: 2024-01-01}
  - {person: dee, unit: agency, post: EXPERT, from: 2024-01-01}
portfolios:
  - {person: mel, units: [desk]}
"""


class Packed(World):
    """Times without an offset are those of the pack's zone; Ola of the desk opens what nobody else does."""

    zone = ZoneInfo("UTC")

    def at(self, text: str) -> str:
        """``2026-03-06 09:00`` with the offset of that day."""
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=self.zone)).isoformat()

    def until(self, text: str, *, jump: bool = False) -> dict[str, Any]:
        return super().until(self.at(text), jump=jump)

    def new(self, type_: str, as_: str = "ola", *, unit: str = "desk", title: str = "A matter", **given: str) -> str:
        return super().new(type_, as_, unit=unit, title=title, **given)

    def due(self, ref: str) -> dict[str, str]:
        """What still runs, each with its due time there, to the minute: ``{clock: 2026-03-07 22:00}``."""
        return {
            clock["name"]: clock["due_at"].replace("T", " ")[:16]
            for clock in self.case(ref)["clocks"]
            if clock["state"] == "running"
        }

    def ended(self, ref: str) -> dict[str, str]:
        """What no longer runs: ``met``, ``late`` (met after its end), ``cancelled``, or ``breached`` and still open."""
        return {
            clock["name"]: "late" if clock["state"] == "met" and clock["breached_at"] else clock["state"]
            for clock in self.case(ref)["clocks"]
            if clock["state"] not in {"running", "paused"}
        }

    def steps(self, ref: str, clock: str) -> list[tuple[str, str, list[str]]]:
        """What this clock did by itself, oldest first: when there, ``remind``, ``breach`` or the step, whom it told."""
        kinds = {"clock.reminded": "remind", "clock.breached": "breach", "clock.escalated": "step"}
        return [
            (
                datetime.fromisoformat(row["at"]).astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S"),
                kinds[row["kind"]] + (f" {row['data']['step']}" if row["kind"] == "clock.escalated" else ""),
                [one["person"] for one in row["data"].get("told", ())],
            )
            for row in self.events(ref, *kinds)
            if row["data"]["clock"] == clock
        ]


@contextmanager
def packed(home: Path, pack: str, zone: str, at: str, expert: str = "staff") -> Iterator[Packed]:
    """The office under ``pack``, its clock at ``at`` there; Dee holds the post ``expert``.

    Afterwards the trail is verified and replayed.
    """
    url = f"sqlite:///{home / 'duecourse.db'}"
    start = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone))
    made = Packed.make(url, home, at=start, register=REGISTER.replace("EXPERT", expert), pack=pack)
    assert isinstance(made, Packed)
    made.zone = ZoneInfo(zone)
    try:
        yield made
        with made.store.read() as tx:
            answer = verify(tx, replay=True)
        assert answer["ok"], answer["problems"]
    finally:
        made.close()
