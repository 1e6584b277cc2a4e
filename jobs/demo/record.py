"""The trail of a whole sandbox, read once, with the names behind it: what the answers are made from."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from workflow import ask, audit, policies, register
from workflow.instants import moment
from workflow.store import Tx

Answer = dict[str, Any]


class Record:
    """Everything the trail holds, read once, with the names of the people and units in it."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.zone = ZoneInfo(tx.workspace.zone)
        self.events: list[Answer] = []
        after = None
        while True:
            page = audit.log(tx, limit=audit.LARGEST_PAGE, after=after)
            self.events += page["rows"]
            after = page["next"]
            if after is None:
                break
        self.cases: dict[str, list[Answer]] = {}
        for event in self.events:
            if event["case"]:
                self.cases.setdefault(event["case"], []).append(event)
        self.units = {row["code"]: row["name"] for row in register.tree(tx)}
        self.names: dict[str, str] = {}
        self._cases: dict[str, Answer] = {}
        self._laws = policies.types(tx)

    def name(self, login: str | None) -> str | None:
        """The name of a person as the register has it."""
        if login is None:
            return None
        if login not in self.names:
            person = register.person_by_login(self.tx, login)
            self.names[login] = person["name"] if person else login
        return self.names[login]

    def local(self, at: str) -> str:
        return moment(at).astimezone(self.zone).isoformat()

    def today(self) -> date:
        return self.tx.time.astimezone(self.zone).date()

    def case(self, ref: str) -> Answer:
        """A case as it stands, looked up once."""
        if ref not in self._cases:
            self._cases[ref] = ask.case(self.tx, ref, None)
        return self._cases[ref]

    def of_type(self, type_: str) -> list[str]:
        """The numbers of the cases of a type, in the order in which they were opened."""
        return [ref for ref, events in self.cases.items() if events[0]["data"].get("type") == type_]

    def law(self, case: Answer) -> Answer:
        """The definition in force of the type of a case."""
        return self._laws[case["type"]]

    def place(self, ref: str) -> Answer:
        """The type and the unit of a case."""
        case = self.case(ref)
        return {"type": case["type"], "unit": case["unit"]}

    def of_run(self, breach: Answer, *kinds: str) -> list[Answer]:
        """The events of the same run of the same clock, of these kinds."""
        return [
            event
            for event in self.cases[breach["case"]]
            if event["kind"] in kinds
            and _run(event) == (breach["data"]["clock"], breach["data"]["run"])
            and not (event["kind"] == "clock.recomputed" and event["data"]["run"] == breach["data"]["run"])  # goes on
        ]


def _run(event: Answer) -> tuple[str, int]:
    """The clock and run an event is about; of a recomputed clock the run that was given up."""
    data = event["data"]
    return data["clock"], data["was"]["run"] if event["kind"] == "clock.recomputed" else data["run"]
