"""What comes after a window: what lies open at its end, and the duties that fall due in the next one."""

from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from workflow import policies
from workflow.instants import moment, stamp
from workflow.look import Answer
from workflow.sql import stats as sql
from workflow.stats import Fact
from workflow.store import Tx
from workflow.windows import Window


def next_steps(tx: Tx, after: Window, units: set[str], running: Iterable[Fact]) -> list[Answer]:
    """What lies open at the end of the window, and every duty that falls due in the next one."""
    zone = ZoneInfo(tx.workspace.zone)
    first: dict[str, Fact] = {}  # of each case the limit that ends first
    for fact in running:
        known = first.get(fact.ref or "")
        if known is None or (fact.due_at or "", fact.name) < (known.due_at or "", known.name):
            first[fact.ref or ""] = fact
    rows: list[Answer] = [
        {
            "kind": "case", "type": fact.type, "clock": fact.name, "duty": None, "unit": fact.unit, "window": None,
            "ref": ref, "due_on": moment(fact.due_at).astimezone(zone).date().isoformat() if fact.due_at else None,
            "overdue": fact.outcome == "overdue",
        }
        for ref, fact in first.items()
    ]  # fmt: skip
    for (duty, unit, window), (due_on, ref) in sorted(_duties_of(tx, after, units).items()):
        rows.append(
            {
                "kind": "duty", "type": None, "clock": None, "duty": duty, "unit": unit, "window": window,
                "ref": ref, "due_on": due_on, "overdue": False,
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (row["due_on"] or "", row["unit"], row["ref"] or "", row["duty"] or ""))


def _duties_of(tx: Tx, window: Window, units: set[str]) -> dict[tuple[str, str, str], tuple[str, str | None]]:
    """Duties due in a window and not done yet: those that are open, and those still to open."""
    from workflow.schedule import Schedule

    days = {"first": window.first.isoformat(), "last": window.last.isoformat()}
    found = {
        (duty, unit, name): (due_on, ref)
        for duty, unit, name, due_on, ref in tx.all(sql.DUE_NEXT, **days)
        if unit in units
    }
    end = datetime.combine(window.last, time(23, 59, 59), ZoneInfo(tx.workspace.zone))
    schedule = Schedule(tx)
    for opening in schedule.missing(tx, schedule.between("", stamp(end))):
        if opening.unit in units and days["first"] <= opening.due_on <= days["last"]:
            found.setdefault((opening.duty, opening.unit, opening.window), (opening.due_on, None))
    return found


def step_action(tx: Tx, ref: str) -> tuple[str, dict[str, str]] | None:
    """(action, {text, unit, date → field}) by which a case makes a next step another case, if its law has one."""
    from workflow.case import by_ref_unlocked

    case = by_ref_unlocked(tx, ref)
    definition = policies.definition_by_hash(tx, case.definition)
    for entry in definition.get("opens", ()):
        name = entry["on"].get("action")
        action = definition["actions"].get(name)
        if action:
            given = [*action["needs"], *action["takes"]]
            kinds = {definition["fields"][field]["type"]: field for field in reversed(given)}
            if {"text", "unit"} <= kinds.keys():
                return name, {kind: kinds[kind] for kind in ("text", "unit", "date") if kind in kinds}
    return None
