"""Cases of the pack `responsibility` in words of the office: what is due when, what was told, what one case opened."""

from __future__ import annotations

from datetime import datetime

from support.world import ZONE, World

from workflow.verify import verify

# The case types of RESPONSIBILITY.md part C; accountability and assessment have tests of their own.
PART_C = (
    "report", "receipt", "incident", "relay", "task", "circular", "meeting", "decision", "inspection", "rectification",
    "revisit", "service", "handover", "release", "channel", "summary",
)  # fmt: skip


def due(world: World, ref: str) -> dict[str, str]:
    """What runs in a case, each with its end there: ``2026-02-10``, or with the minute where that is not the day's."""
    return {
        clock["name"]: _short(clock["due_at"]) for clock in world.case(ref)["clocks"] if clock["state"] == "running"
    }


def ended(world: World, ref: str) -> dict[str, str]:
    """What no longer runs: ``met``, ``late`` (met after its end), ``cancelled``, or ``breached`` and still open."""
    return {
        clock["name"]: "late" if clock["state"] == "met" and clock["breached_at"] else clock["state"]
        for clock in world.case(ref)["clocks"]
        if clock["state"] not in {"running", "paused"}
    }


def opened(world: World, ref: str, link: str) -> list[str]:
    """The numbers of the cases this one opened under that word, in order."""
    return [one["ref"] for one in world.case(ref)["links"] if one["kind"] == link]


def climbed(world: World, ref: str, clock: str) -> list[tuple[str, str]]:
    """What a clock did by itself, oldest first: (when there, whom it told), the breach as ``breach``."""
    found = []
    for row in world.events(ref, "clock.breached", "clock.escalated"):
        if row["data"]["clock"] == clock:
            at = datetime.fromisoformat(row["at"]).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
            told = " ".join(sorted(one["person"] for one in row["data"].get("told", ())))
            found.append((at, "breach" if row["kind"] == "clock.breached" else told))
    return found


def verified(world: World) -> None:
    """The trail decides it all again and finds the same."""
    with world.store.read() as tx:
        answer = verify(tx, replay=True)
    assert answer["ok"], answer["problems"]


def _short(at: str) -> str:
    return at[:10] if at[11:19] == "23:59:59" else f"{at[:10]} {at[11:16]}"


def act(world: World, ref: str, line: str) -> str:
    """Somebody acts, in one line: ``wang submit file=draft``, ``feng return reason=b``. Answers the case's number."""
    login, action, *given = line.split()
    world.do(ref, action, login, **dict(word.split("=", 1) for word in given))
    return ref


def acts(world: World, ref: str, *lines: str) -> str:
    """Several, one after the other."""
    for line in lines:
        act(world, ref, line)
    return ref
