"""What the story may do to the workspace: let time pass, look, and act as a person. Nothing else reaches it."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from jobs import advance
from jobs.demo.office import PEOPLE, UNITS
from jobs.expand import Memory
from workflow import (
    activities,
    agenda,
    ask,
    audit,
    duties,
    engine,
    files,
    policies,
    register,
    register_file,
    register_import,
)
from workflow.identity import person_id
from workflow.instants import moment
from workflow.store import Store, Tx
from workflow.trail import Who

Answer = dict[str, Any]
_NAMES = {unit["code"]: unit["name"] for unit in UNITS}


class Stage:
    """An open sandbox, its folder, and somewhere to write the papers people attach."""

    def __init__(self, store: Store, home: Path, lived: Callable[[datetime], None]) -> None:
        self.store = store
        self.home = home
        self.lived = lived
        self._known = Memory()
        self._laws: dict[str, Answer] = {}
        self._desk = tempfile.TemporaryDirectory(prefix="duecourse-demo-")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._desk.cleanup()

    @property
    def now(self) -> datetime:
        return moment(self.store.now())

    def reach(self, at: datetime) -> list[str]:
        """Live until then; the numbers of the cases that duties opened on the way, and of those that missed a limit."""
        if at <= self.now:
            return []
        done = advance.advance(self.store, at, known=self._known)
        self.lived(at)
        missed = (row["ref"] for row in done["fired"] if row["what"] == "breach")
        return [*(row["ref"] for row in done["opened"]), *dict.fromkeys(missed)]

    def look(self, ref: str, login: str | None = None) -> Answer:
        """A case, and what it offers to this person."""
        with self.store.read() as tx:
            return ask.case(tx, ref, _who(tx, login) if login else None)

    def may(self, ref: str, action: str, login: str) -> bool:
        """Whether the case offers this action to this person now."""
        return any(row["name"] == action and row["allowed"] for row in self.look(ref, login)["actions"])

    def open_cases(self) -> list[Answer]:
        with self.store.read() as tx:
            rows: list[Answer] = agenda.case_list(tx, open=True, limit=1000)["rows"]
        return rows

    def breaches(self) -> list[Answer]:
        """Every breach on record so far, the events of the trail."""
        with self.store.read() as tx:
            rows: list[Answer] = audit.log(tx, kind="clock.breached", limit=1000)["rows"]
        return rows

    def by_itself(self, ref: str) -> bool:
        """Whether the program opened this case."""
        with self.store.read() as tx:
            first = audit.log(tx, case=ref, kind="case.opened", limit=1)["rows"]
        return bool(first) and first[0]["via"] == "system"

    def stood_in(self) -> bool:
        """Whether anybody has acted for anybody so far."""
        with self.store.read() as tx:
            return any(row["behalf"] for row in audit.log(tx, kind="case", limit=1000)["rows"])

    def told(self, ref: str, clock: Answer) -> list[str]:
        """Who was told of a clock by the latest step that found somebody."""
        if not clock["level"]:
            return []
        with self.store.read() as tx:
            rows = audit.log(tx, case=ref, kind="clock.escalated", limit=1000)["rows"]
        run = (clock["name"], clock["run"])
        steps = (row["data"] for row in reversed(rows))
        found = (data["told"] for data in steps if data["told"] and (data["clock"], data["run"]) == run)
        return [one["person"] for one in next(found, [])]

    def law(self, type_: str) -> Answer:
        """The definition of a case type in force."""
        if not self._laws:
            with self.store.read() as tx:
                self._laws = policies.types(tx)
        return self._laws[type_]

    def holders(self, role: str, unit: str) -> list[str]:
        """Who holds a role for a unit today, by login."""
        with self.store.read() as tx:
            found = register.who(tx, role, unit, tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date())["holders"]
        return list(dict.fromkeys(one["person"] for one in found))

    def owed(self, ref: str) -> Answer | None:
        """The window a counted duty opened this case for, as `duty list` has it."""
        with self.store.read() as tx:
            return next((row for row in duties.list_(tx) if row["ref"] == ref), None)

    def record(self, code: str, unit: str, login: str, activity: activities.Activity) -> None:
        """Record something that counts towards a duty."""
        self.as_person(login, lambda tx, who: activities.record_activity(tx, code, unit, activity, who=who))

    def postings(self, login: str) -> list[Answer]:
        """Every posting this person ever had: rows {unit, post, from, to, acting}."""
        with self.store.read() as tx:
            rows: list[Answer] = register.show(tx, login, tx.time.date())["postings"]
        return rows

    def open(
        self, type_: str, login: str, unit: str, title: str, given: Mapping[str, Any], *, owner: str | None = None
    ) -> str:
        """Open a case as this person, who owns it unless another does; its number."""

        def work(tx: Tx) -> engine.Outcome:
            holder = person_id(tx, owner) if owner else None
            return engine.open_case(tx, type_, unit=unit, title=title, given=given, who=_who(tx, login), owner=holder)

        return self.store.transact(work).ref

    def do(
        self, ref: str, action: str, login: str, given: Mapping[str, Any], *, reason: str = "", text: str = ""
    ) -> None:
        """Act as this person; with a paper attached where the act needs one, which says ``text`` or what it is."""
        needed = self.law(self.look(ref)["type"])["actions"][action]["files"]
        attached = [self._paper(ref, action, login, text)] if needed else []

        def work(tx: Tx) -> engine.Outcome:
            return engine.act(tx, ref, action, who=_who(tx, login), given=given, files=attached, reason=reason)

        self.store.transact(work)

    def hand_over(self, ref: str, to: str, login: str, reason: str) -> None:
        """Give a case another owner, as this person."""
        self.store.transact(lambda tx: engine.assign(tx, ref, person_id(tx, to), who=_who(tx, login), reason=reason))

    def as_person(self, login: str, work: Callable[[Tx, Who], Any]) -> None:
        """One change made as this person."""
        self.store.transact(lambda tx: work(tx, _who(tx, login)))

    def enter(self, rows: Mapping[str, Any], reason: str) -> None:
        """Import a register file as the administrator."""

        def work(tx: Tx) -> None:
            who = Who(tx.workspace.admin, "os-login")
            planned = register_import.plan(tx, register_file.read_register(rows))
            register_import.import_register(tx, planned, who, reason=reason)

        self.store.transact(work)

    def draft(self, words: Callable[[Tx, str, str], str]) -> Callable[[str, str], str]:
        """The summary of a unit's window, worded from the record as it stands."""

        def drafted(unit: str, window: str) -> str:
            with self.store.read() as tx:
                return words(tx, unit, window)

        return drafted

    def _paper(self, ref: str, action: str, login: str, text: str) -> files.Incoming:
        case = self.look(ref)
        path = Path(self._desk.name) / f"{ref}-{action}-{case['version']}.txt"
        lines = [case["title"], _NAMES[case["unit"]], PEOPLE[login], f"{ref} {action} {self.now.date()}"]
        path.write_text(text or "\n".join(lines) + "\n", encoding="utf-8")
        return files.take_in(self.home, path)


def _who(tx: Tx, login: str) -> Who:
    return Who(person_id(tx, login), "sandbox-as")
