"""Cases that open others, again: what an event says it opened is what its law opens, and both cases say the same."""

from collections.abc import Sequence
from typing import Any

from states.opens import Entry, limit_of
from workflow.case import Case
from workflow.engine.opens import Opens
from workflow.events import Who, Written
from workflow.findings import Findings
from workflow.recorded import Recorded
from workflow.scene import Scene

_ABOUT = ("case", "link", "unit", "due")
_UNNAMED = ("$body", "$superior", "$above")  # which units these are, the register knew then


class Replayed(Opens):
    """What the record says was opened: nothing begins again, the links are there."""

    __slots__ = ()

    def begin(self, who: Who, written: Written) -> None:  # noqa: ARG002
        for row in self.data.get("opens", ()):
            self.scene.tx.link(row["link"], row["ref"])  # type: ignore[attr-defined]  # the tx is a Room


def opened_by(scene: Scene, entries: Sequence[Entry], data: dict[str, Any]) -> Opens | None:
    """What the data of an event says these entries opened; None where they would open something else."""
    case = scene.case
    said: dict[str, Any] = {name: data[name] for name in ("opens", "not_opened") if name in data}
    opens, failed = list(said.get("opens", [])), list(said.get("not_opened", []))
    for entry in entries:
        limit = limit_of(entry, case.fields)
        about = {"case": entry["case"], "link": entry["link"]}
        for unit in _units(entry, case):
            wanted = about if unit is None else {**about, "unit": unit}
            if opens and _says(opens[0], wanted) and opens[0].get("due") == limit:
                opens.pop(0)
            elif failed and _says(failed[0], wanted):
                failed.pop(0)
            else:
                return None
    return None if opens or failed else Replayed(scene, said, [])


def _units(entry: Entry, case: Case) -> list[str | None]:
    """One unit for each case that was to be opened; None where only the register of that day knows which."""
    if entry["unit"] == "$unit":
        return [case.unit]
    if entry["unit"] in _UNNAMED:
        return [None]
    value = case.fields.get(entry["unit"])
    return [value] if isinstance(value, str) else list(value or ())


def _says(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in wanted.items())


class Openers:
    """Takes the events of every case, and compares in the end which case says it opened which."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.given: dict[
            tuple[str, str], tuple[dict[str, Any], Recorded]
        ] = {}  # (opener, opened) -> as the opener says
        self.taken: dict[tuple[str, str], tuple[dict[str, Any], Recorded]] = {}  # the same, as the opened case says

    def take(self, events: Sequence[Recorded]) -> None:
        first = events[0]
        by = first.data.get("by")
        if isinstance(by, dict) and first.kind == "case.opened":
            about = {"n": by.get("n"), "link": by.get("link"), "case": first.data.get("type")}
            about |= {"unit": first.event["unit"], "due": by.get("due")}
            self.taken[str(by.get("ref")), first.stream] = about, first
        for one in events:
            for row in one.data.get("opens", ()):
                about = {"n": one.n, **{name: row.get(name) for name in _ABOUT}}
                self.given[one.stream, str(row["ref"])] = about, one

    def compare(self) -> None:
        for (opener, opened), (about, one) in self.given.items():
            is_, child = self.taken.pop((opener, opened), (None, None))
            if child is None:
                what = f"it opened {opened}, and no such case says so"
            elif is_ != about:
                what = f"it opened {opened} otherwise than that case says"
            else:
                continue
            self.found.add(what, one.stream, one.n, one.id)
        for (opener, _), (_, one) in self.taken.items():
            self.found.add(f"it says that {opener} opened it, and {opener} does not", one.stream, one.n, one.id)
