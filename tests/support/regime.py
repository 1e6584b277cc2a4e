"""A pack of one regime, lived in a sandbox of its own: due times as its office reads them, and who was told when."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from support.world import REGISTER, World

from states.durations import parse_duration
from workflow import engine
from workflow.verify import verify


class Regime(World):
    """Times without an offset are those of the workspace's zone, in and out."""

    zone: ZoneInfo

    @classmethod
    def begin(cls, folder: Path, pack: str, at: str, *, zone: str, register: str = REGISTER) -> Regime:
        """A sandbox on SQLite with this pack in force, beginning at a local time."""
        begun = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone))
        made = cls.make(f"sqlite:///{folder / 'duecourse.db'}", folder, at=begun, register=register, pack=pack)
        assert isinstance(made, cls)
        made.zone = ZoneInfo(zone)
        with made.store.read() as tx:
            assert tx.workspace.zone == zone
        return made

    def close(self) -> None:
        """Every story ends with the trail deciding it all again, and finding the same."""
        with self.store.read() as tx:
            answer = verify(tx, replay=True)
        super().close()
        assert answer["ok"], answer["problems"]

    def at(self, text: str) -> datetime:
        """``2026-06-29 07:15`` in the zone of the office."""
        return datetime.fromisoformat(text).replace(tzinfo=self.zone)

    def when(self, text: str) -> str:
        """The same as a time field takes it."""
        return self.at(text).isoformat()

    def until(self, text: str, *, jump: bool = False) -> dict[str, Any]:
        return super().until(self.at(text).isoformat(), jump=jump)

    def due(self, ref: str, clock: str) -> str:
        """When a clock is due: ``2026-06-29 15:15``, or the day alone where that is its end."""
        at = datetime.fromisoformat(self.clock(ref, clock)["due_at"])
        assert at.utcoffset() == at.astimezone(self.zone).utcoffset()
        return at.date().isoformat() if at.strftime("%H:%M:%S") == "23:59:59" else at.strftime("%Y-%m-%d %H:%M")

    def clocks(self, ref: str) -> dict[str, str]:
        """Name and state of each clock there is; ``late`` is met after the breach."""
        return {
            clock["name"]: "late" if clock["state"] == "met" and clock["breached_at"] else clock["state"]
            for clock in self.case(ref)["clocks"]
        }

    def climbed(self, ref: str, clock: str) -> list[tuple[str, list[str]]]:
        """Which steps of its ladder this clock climbed: local time to the second, and who was told, by name."""
        return [
            (self._local(row["at"]), sorted(one["person"] for one in row["data"]["told"]))
            for row in self.events(ref, "clock.escalated")
            if row["data"]["clock"] == clock
        ]

    def reminded(self, ref: str, clock: str) -> list[tuple[str, list[str]]]:
        """The reminders of a clock, in the same form."""
        return [
            (self._local(row["at"]), sorted(one["person"] for one in row["data"]["told"]))
            for row in self.events(ref, "clock.reminded")
            if row["data"]["clock"] == clock
        ]

    def extend(self, ref: str, clock: str, by: str, *, ask: str, grant: str) -> None:
        """More time, asked for by one and granted by another."""
        asker, granter, span = self.who(ask), self.who(grant), parse_duration(by)
        self.store.transact(
            lambda tx: engine.request_extension(tx, ref, clock, span, who=asker, reason="the matter is complex")
        )
        self.store.transact(
            lambda tx: engine.decide_extension(tx, ref, clock, grant=True, who=granter, reason="granted")
        )

    def state(self, ref: str) -> str:
        return str(self.case(ref)["state"])

    def _local(self, at: str) -> str:
        return datetime.fromisoformat(at).astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")
