"""What one change of one case is decided with: the case, its law, who answers around it, the calendars, the time."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from workflow import calendars, policies, roles
from workflow.case import Case
from workflow.facts import closed_links
from workflow.roles import Holder
from workflow.store import Tx

if TYPE_CHECKING:
    from workflow.engine.opens import Opens

Told = dict[str, Any]


class Scene:
    """One case in one transaction. Who holds a role is resolved for this moment, in the unit's own day."""

    __slots__ = ("calendars", "calendars_n", "case", "definition", "standing", "tx", "zone")

    def __init__(self, tx: Tx, case: Case, definition: policies.Definition | None = None) -> None:
        self.tx = tx
        self.case = case
        self.definition = definition or policies.definition_by_hash(tx, case.definition)
        self.calendars, self.calendars_n = calendars.as_of(tx)
        day = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()
        self.standing = roles.standing(tx, case.unit, day)
        self.zone: str = self.standing.zone or self.definition["zone"] or tx.workspace.zone

    @property
    def calendar(self) -> str:
        return self.standing.calendar or self.definition["calendar"] or self.tx.workspace.calendar or "none"

    @property
    def reckoned(self) -> dict[str, Any]:
        """What the law itself does not say and every date hangs on; acts and runs put it on record."""
        return {"calendar": self.calendar, "zone": self.zone, "calendars": self.calendars_n}

    @property
    def tells_left(self) -> bool:
        """Whether it is put on record that an act of a clock was left undone at its turn; it was not always so."""
        return True

    @property
    def today(self) -> date:
        return self.tx.time.astimezone(ZoneInfo(self.zone)).date()

    def holders(self, role: str) -> list[Holder]:
        return self.standing.holders(role, self.case.parts, self.definition["roles"])

    def tell(self, asked: list[str]) -> tuple[list[Told], list[dict[str, str]]]:
        """Who is told for these roles now, each person once; and the roles where nobody is, with why."""
        told: dict[str, Told] = {}
        skipped = []
        for role in asked:
            found = self.holders(role)
            if not found:
                why = self.standing.why_empty(role, self.case.parts, self.definition["roles"])
                skipped.append({"role": role, "why": why})
            for holder in found:
                told.setdefault(holder.person, {"person": holder.person, "role": role, "for": holder.for_})
        return list(told.values()), skipped

    def opens(self, on: Mapping[str, Any], *, as_of: str | None = None) -> "Opens | None":
        """The other cases that this opens, ready to begin; ``as_of`` is when whoever answers for it is asked about."""
        if not self.definition.get("opens"):
            return None  # nearly every type
        from workflow.engine import opens

        return opens.planned(self, on, as_of=as_of)

    def closed(self) -> frozenset[str]:
        """The words, among those an action asks for, of which every linked case is closed."""
        return closed_links(self.tx, self.case, self.definition)

    def rule(self, kind: str, name: str) -> str:
        """The rule an event followed, with its version."""
        return policies.rule_name(self.case.type, kind, name, self.case.definition)
