"""An office in a sandbox, in words of the domain: people act, time goes by, and somebody was told.

Everything goes through the real engine, the real pump and a real database; nothing here knows a table by heart
that a reader of the trail could not see.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jobs.advance import advance
from states.calendars import shipped
from states.catalog import pack_sources
from states.compiler import compile_policy
from states.durations import parse_duration
from workflow import agenda, ask, audit, calendars, engine, files, policies
from workflow.identity import person_id
from workflow.leave import set_leave
from workflow.register_file import read_register
from workflow.register_import import import_register, plan
from workflow.store import Store, Tx
from workflow.trail import Who
from workflow.workspace import create

ZONE = ZoneInfo("Asia/Shanghai")

MONDAY = datetime(2026, 2, 9, 9, tzinfo=ZONE)  # the week before Spring Festival (15-23 February)

REGISTER = """
units:
  - {code: province, name: Province, kind: body}
  - {code: county, name: County office, kind: body, parent: province}
  - {code: safety, name: Work safety unit, parent: county}
  - {code: data, name: Data protection unit, parent: county}
people:
  - {login: wei, name: Wei, email: wei@example.org}
  - {login: pan, name: Pan}
  - {login: qian, name: Qian, email: qian@example.org}
  - {login: zhao, name: Zhao}
  - {login: feng, name: Feng}
  - {login: sun, name: Sun}
  - {login: zhou, name: Zhou}
  - {login: li, name: Li, email: li@example.org}
  - {login: wang, name: Wang, email: wang@example.org}
  - {login: chen, name: Chen}
postings:
  - {person: wei, unit: province, post: first, from: 2025-01-01}
  - {person: pan, unit: province, post: direct, from: 2025-01-01}
  - {person: qian, unit: county, post: first, from: 2025-01-01}
  - {person: zhao, unit: county, post: direct, from: 2025-01-01}
  - {person: feng, unit: county, post: leader, from: 2025-01-01}
  - {person: sun, unit: county, post: office, from: 2025-01-01}
  - {person: zhou, unit: county, post: inspector, from: 2025-01-01}
  - {person: li, unit: safety, post: unit_head, from: 2025-01-01}
  - {person: wang, unit: safety, post: staff, from: 2025-01-01}
  - {person: chen, unit: data, post: unit_head, from: 2025-01-01}
portfolios:
  - {person: feng, units: [safety]}
"""

_COMPILED: dict[Any, dict[str, Any]] = {}  # the same texts over the same law: reading them takes seconds


def local(text: str) -> datetime:
    """``2026-02-09 10:00`` in the office's zone; with an offset, as it says."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


class World:
    """A sandbox office. ``as_`` words are logins."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.home = home
        self.store = Store(url)

    @classmethod
    def make(
        cls, url: str, home: Path, *, at: datetime = MONDAY, register: str = REGISTER, pack: str = "responsibility"
    ) -> World:
        """A new sandbox with the pack, the shipped calendars and a register."""
        store = create(url, admin_login="admin", sandbox=True, now=at, zone="Asia/Shanghai", calendar="CN")
        store.transact(lambda tx: _furnish(tx, pack_sources(pack), register))
        store.close()
        return cls(url, home)

    def close(self) -> None:
        self.store.close()

    # what people do

    def who(self, login: str) -> Who:
        with self.store.read() as tx:
            return Who(person_id(tx, login), "sandbox-as")

    def new(self, type_: str, as_: str, *, unit: str = "safety", title: str = "A matter", **given: str) -> str:
        """Open a case; answers its number."""
        who = self.who(as_)
        done = self.store.transact(lambda tx: engine.open_case(tx, type_, unit=unit, title=title, given=given, who=who))
        return done.ref

    def report(self, as_: str = "wang", **given: str) -> str:
        return self.new("report", as_, **{"recipient": "county", **given})

    def incident(
        self, severity: str, as_: str = "wang", occurred_at: str = "2026-02-09T08:30+08:00", **more: str
    ) -> str:
        return self.new("incident", as_, severity=severity, occurred_at=occurred_at, **more)

    def do(  # the parameters are what a person says with an act
        self,
        ref: str,
        action: str,
        as_: str,
        *,
        file: str | None = None,
        reason: str = "",
        expect: int | None = None,
        key: str | None = None,
        **given: str,
    ) -> engine.Outcome:
        """Act on a case; ``file`` is the content of a paper handed in with the act."""
        who = self.who(as_)
        incoming = [self.paper(file)] if file is not None else []
        return self.store.transact(
            lambda tx: engine.act(
                tx, ref, action, who=who, given=given, files=incoming, reason=reason, expect=expect, key=key
            )
        )

    def paper(self, content: str, name: str = "paper.txt") -> files.Incoming:
        """A file taken into the store."""
        folder = self.home / "desk"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(content, encoding="utf-8")
        return files.take_in(self.home, path)

    def register(self, text: str | Mapping[str, Any]) -> None:
        """Import a register file, as the administrator."""
        self.store.transact(lambda tx: import_register(tx, plan(tx, read_register(text)), admin(tx)))

    def leave(self, login: str, since: str, until: str, deputy: str | None = None) -> None:
        person = self.who(login).actor or ""
        second = self.who(deputy).actor if deputy else None
        first, last = local(since).date(), local(until).date()
        self.store.transact(lambda tx: set_leave(tx, admin(tx), person, first, last, deputy=second))

    def apply(self, *texts: str, pack: str | None = None, name: str = "own-{number}.yaml") -> None:
        """Apply policy texts over what is in force, under a file name, or a pack."""
        own = {name.format(number=number): text for number, text in enumerate(texts, 1)}
        sources = pack_sources(pack) if pack else own

        def do(tx: Tx) -> None:
            base = None if pack else policies.current(tx)
            key = (tuple(sources.items()), base and base["hash"])
            if key not in _COMPILED:
                compiled, flaws = compile_policy(sources, base)
                assert compiled is not None, [str(flaw) for flaw in flaws]
                _COMPILED[key] = compiled
            policies.apply(tx, _COMPILED[key], admin(tx))

        self.store.transact(do)
        self.store.refresh()

    # time

    @property
    def now(self) -> str:
        return self.store.now()

    def until(self, text: str, *, jump: bool = False) -> dict[str, Any]:
        """Live on until an instant; ``jump`` is downtime."""
        return advance(self.store, local(text), jump=jump)

    def fast_forward(self, **span: float) -> dict[str, Any]:
        return advance(self.store, datetime.fromisoformat(self.now) + timedelta(**span))

    def within(self, text: str) -> dict[str, Any]:
        """What is due within a span."""
        with self.store.read() as tx:
            return agenda.due(tx, within=parse_duration(text))

    # what one can see

    def case(self, ref: str, as_: str | None = None) -> dict[str, Any]:
        who = self.who(as_) if as_ else None
        with self.store.read() as tx:
            return ask.case(tx, ref, who)

    def clock(self, ref: str, name: str) -> dict[str, Any]:
        """One clock of a case, as `case show` gives it."""
        return next(clock for clock in self.case(ref)["clocks"] if clock["name"] == name)

    def log(self, **filters: Any) -> list[dict[str, Any]]:
        """Events, oldest first."""
        with self.store.read() as tx:
            return list(audit.log(tx, **{"limit": 1000, **filters})["rows"])

    def events(self, ref: str, *kinds: str) -> list[dict[str, Any]]:
        """The events of a case, of these kinds."""
        return [row for row in self.log(case=ref) if not kinds or row["kind"] in kinds]

    def told(self, ref: str) -> list[tuple[str, int, list[str]]]:
        """What the clocks of a case told whom: (kind, step, logins), as recorded."""
        return [
            (row["kind"], row["data"]["step"], [one["person"] for one in row["data"]["told"]])
            for row in self.events(ref, "clock.reminded", "clock.escalated")
        ]

    def rows(self, sql: str, **values: Any) -> Sequence[tuple[Any, ...]]:
        with self.store.read() as tx:
            return tx.all(sql, **values)


def admin(tx: Tx) -> Who:
    return Who(tx.workspace.admin, "os-login")


def _furnish(tx: Tx, sources: dict[str, str], register: str) -> None:
    compiled, flaws = compile_policy(sources)
    assert compiled is not None, [str(flaw) for flaw in flaws]
    calendars.import_(tx, shipped(), admin(tx))
    policies.apply(tx, compiled, admin(tx))
    import_register(tx, plan(tx, read_register(register)), admin(tx))


def copy_file(template: Path, home: Path) -> str:
    """A copy of a closed SQLite workspace; answers its URL."""
    shutil.copy(template, home / "duecourse.db")
    return f"sqlite:///{home / 'duecourse.db'}"
