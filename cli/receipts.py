"""What this user's own side remembers of a workspace: the receipts of their acts, and the newest checkpoint they saw.

Whoever keeps a database can take events out of it and mend every link behind them, or put an older copy in its place.
What was handed out before is not in their hands, so each start looks, with one indexed question, whether the last
receipt still holds. Nothing here may break a command: a state folder that cannot be used is as good as none.

Paths are text here: pathlib would cost a tenth of what a person waits for.
"""
# ruff: noqa: PTH103, PTH105, PTH107, PTH110, PTH117, PTH118, PTH120, PTH123, PTH208

import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cli.texts import N_
from states.errors import Problem

if TYPE_CHECKING:
    from workflow.store import Store

Receipt = tuple[str, int, str, str]  # stream, n, hash, when it was handed out

MOST = 32  # receipts of one workspace
SANDBOXES = 32  # sandboxes that are remembered, the newest
_BROKEN = (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError)


class Warned:
    """What is not as it was: source texts with {named} places, for `doctor` and for the end of a command."""

    __slots__ = ("hint", "places", "say")

    def __init__(self, say: str, hint: str, **places: Any) -> None:
        self.say = say
        self.hint = hint
        self.places = places


class Receipts:
    """The receipts for one workspace; ``warned`` says what the look at the start found."""

    __slots__ = ("_changed", "_log", "_sandbox", "checkpoint", "held", "lost", "path", "warned")

    def __init__(self, store: "Store", environ: Mapping[str, str]) -> None:
        space = store.workspace
        self._log, self._sandbox = space.origin, space.sandbox
        self.path = _path(environ, space.origin)
        self.held: list[Receipt] = []
        self.lost: list[Receipt] = []  # those that were not found at an earlier look, looked for again each time
        self.checkpoint: tuple[int, str] | None = None
        self.warned: Warned | None = None
        self._changed = False
        self._load()
        try:
            self._look(store)
        except Problem:  # the command itself will meet it, and say it better
            return
        if self._changed:
            self._save()

    def add(self, stream: str, n: int, hash_: str, at: str) -> None:
        """Keep one more receipt; several processes may do so at once, and the last one wins."""
        self.held = [*self.held, (stream, n, hash_, at)][-MOST:]
        self._save()

    def _look(self, store: "Store") -> None:
        """One question where all is well; every receipt is looked for where it is not."""
        if self.lost or (self.held and not store.holds(self.held[-1:])[0]):
            both = [*self.lost, *self.held]
            there = store.holds(both)
            lost = [one for one, found in zip(both, there, strict=True) if not found][-MOST:]
            self._changed = lost != self.lost
            self.lost, self.held = lost, [one for one, found in zip(both, there, strict=True) if found][-MOST:]
        seen, point = (store.workspace.seen_size, store.workspace.seen_root), self.checkpoint
        forked = point is not None and point != seen and not store.had_head(*point)
        if self.lost:
            stream, n, _, at = min(self.lost, key=lambda one: one[3])
            self.warned = Warned(
                N_("What you hold receipts for is gone or changed: {count} events, the first {receipt} of {at}."),
                _HINT, count=len(self.lost), receipt=f"{stream}/{n}", at=at, path=self.path,
            )  # fmt: skip
        elif forked and point:
            self.warned = Warned(
                N_("The checkpoint over {size} events that you saw is not part of this workspace any more."),
                _HINT, size=point[0], path=self.path,
            )  # fmt: skip
        elif seen[0] > (point[0] if point else 0):
            self.checkpoint = seen
            self._changed = True

    def _load(self) -> None:
        if self.path is None:
            return
        try:
            with open(self.path, encoding="utf-8") as file:
                kept = json.load(file)
            if kept["log"] != self._log:
                return
            held, lost = _receipts(kept["receipts"]), _receipts(kept["lost"])
            point = kept["checkpoint"]
            self.checkpoint = (int(point["size"]), str(point["root"])) if point else None
            self.held, self.lost = held, lost
        except _BROKEN:
            return

    def _save(self) -> None:
        if self.path is None:
            return
        point = self.checkpoint
        kept = {
            "schema": 1,
            "log": self._log,
            "sandbox": self._sandbox,
            "receipts": self.held,
            "lost": self.lost,
            "checkpoint": point and {"size": point[0], "root": point[1]},
        }
        part = f"{self.path}.{os.getpid()}"
        try:
            if not os.path.exists(self.path):
                os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
                if self._sandbox:
                    _forget_sandboxes(os.path.dirname(self.path))
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(kept, file)
            os.replace(part, self.path)
        except _BROKEN:
            return


_HINT = N_(
    "Somebody took something out, or put an older copy in place. Run `duecourse audit verify`, ask who keeps the "
    "database, and keep {path}: it holds what you were given."
)


def _path(environ: Mapping[str, str], log: str) -> str | None:
    """$XDG_STATE_HOME/duecourse/LOG.json, with a + for what is no sign of a file's name."""
    base = environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):
        home = environ.get("HOME", "")
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, ".local", "state")
    name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "+" for sign in log)
    return os.path.join(base, "duecourse", f"{name[:200]}.json")


def _receipts(rows: Iterable[Any]) -> list[Receipt]:
    return [(str(stream), int(n), str(hash_), str(at)) for stream, n, hash_, at in rows][-MOST:]


def _forget_sandboxes(folder: str) -> None:
    """Sandboxes come and go; of the many that were, the newest are remembered."""
    files = [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".json")]
    if len(files) < SANDBOXES:
        return
    sandboxes = []
    for path in sorted(files, key=os.path.getmtime):
        try:
            with open(path, encoding="utf-8") as file:
                if json.load(file)["sandbox"] is True:
                    sandboxes.append(path)
        except _BROKEN:
            continue
    for path in sandboxes[: max(len(sandboxes) - SANDBOXES + 1, 0)]:
        os.remove(path)
