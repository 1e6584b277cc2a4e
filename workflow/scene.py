"""What one change of one case is decided with: the case, its law, who answers around it, the calendars, the time."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from workflow import calendars, policies, roles
from workflow.case import Case
from workflow.doers import Doers, Told
from workflow.facts import closed_links, opened_for
from workflow.store import Tx

if TYPE_CHECKING:
    from workflow.engine.opens import Opens

Skipped = dict[str, str]


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

    @property
    def doers(self) -> Doers:
        """Who does what in the case as it is now."""
        case = self.case
        return Doers(self.tx, case, self.definition, self.standing, case.parts(self.definition))

    def tell(self, roles: Callable[[Doers], Iterable[str]]) -> tuple[list[Told], list[Skipped]]:
        """Who is told now, each person once, and the roles in which nobody is, with why; ``roles`` picks which."""
        doers = self.doers
        return doers.tell(roles(doers))

    def opens(self, on: Mapping[str, Any], *, as_of: str | None = None) -> "Opens | None":
        """The other cases that this opens, ready to begin; ``as_of`` is when whoever answers for it is asked about."""
        if not self.definition.get("opens"):
            return None  # nearly every type
        from workflow.engine import opens

        return opens.planned(self, on, as_of=as_of)

    def opened_for(self, action: str) -> str | None:
        """Whom the opener of the case stood for, where the action asks who opened it."""
        return opened_for(self.tx, self.case.ref, self.definition, [action])

    def closed(self) -> frozenset[str]:
        """The words, among those an action asks for, of which every linked case is closed."""
        return closed_links(self.tx, self.case, self.definition)

    def rule(self, kind: str, name: str) -> str:
        """The rule an event followed, with its version."""
        return policies.rule_name(self.case.type, kind, name, self.case.definition)
