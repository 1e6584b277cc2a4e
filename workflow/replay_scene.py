"""What one change of a case was decided with, as the record says; and the end of a comparison that fails."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from states.opens import triggered
from states.vocabulary import MONTHS
from workflow.case import Case
from workflow.doers import Doers, Told
from workflow.engine.opens import Opens
from workflow.events import SYSTEM, Who
from workflow.recorded import Recorded
from workflow.replay_opens import opened_by
from workflow.scene import Scene, Skipped

if TYPE_CHECKING:
    from workflow.replay_case import Life


class Differs(Exception):
    """What is on record is not what is decided again; the rest of the case is not looked at."""

    def __init__(self, what: str, at: Recorded) -> None:
        super().__init__(what)
        self.what = what
        self.at = at


class RecordedScene(Scene):
    """Who answers, and by which calendars it was reckoned, as the record says."""

    __slots__ = ("life", "setting")

    def __init__(self, life: "Life", case: Case, definition: dict[str, Any]) -> None:
        self.life = life
        self.tx = life.room
        self.case = case
        self.definition = definition
        self.setting = definition["calendar"] or life.room.workspace.calendar or "none"
        self.zone = definition["zone"] or life.room.workspace.zone
        self.calendars_n = 0

    @property
    def calendar(self) -> str:
        return self.setting

    @property
    def tells_left(self) -> bool:
        """Whether the event that comes next says so: of what happened before that was told, nothing is asked."""
        return self.life.ahead is not None and self.life.ahead.kind == "clock.hindered"

    @property
    def doers(self) -> Doers:
        raise NotImplementedError

    def tell(self, roles: Callable[[Doers], Iterable[str]]) -> tuple[list[Told], list[Skipped]]:  # noqa: ARG002
        """Whom the event that comes next says was told."""
        data = self.life.ahead.data if self.life.ahead else {}
        if "holders" in data:
            return [{"person": person, "role": "", "for": None} for person in data["holders"]], []
        return data.get("told", []), data.get("skipped", [])

    def opens(self, on: Mapping[str, Any], *, as_of: str | None = None) -> Opens | None:  # noqa: ARG002
        """The cases that the event that comes next says were opened, where its law opens such ones."""
        one = self.life.ahead
        if one is None:
            return None
        windows = [None, *MONTHS] if self.case.duty else [None]  # which duties had which, the policy knew then
        lists = [triggered(self.definition, on, self.case.fields, every) for every in windows]
        if not any(lists):
            return None
        for entries in lists:
            if (recorded := opened_by(self, entries, one.data)) is not None:
                return recorded if entries else None
        raise Differs("what it opened is not what its law opens", one)

    def opened_for(self, action: str) -> str | None:  # noqa: ARG002
        """Nobody: for whom a case was opened has not always been asked, and what was done then stays right."""
        return None

    def closed(self) -> frozenset[str]:
        """Of which words every linked case was closed, as the act that comes next says."""
        return frozenset(self.life.ahead.data.get("closed", ())) if self.life.ahead else frozenset()


def who_of(event: Mapping[str, Any]) -> Who:
    """Who acted; the scheduler is always the same one."""
    who = Who(event["actor"], event["via"], event["behalf"])
    return SYSTEM if who == SYSTEM else who
