"""Decide everything again: the law, the register, every case and duty, from the trail alone; then compare the tables.

`verify` shows that the trail is consistent with itself; this shows that what the program works with says the same.
"""

from states.errors import Problem
from workflow.event_json import is_ref
from workflow.findings import Findings
from workflow.recorded import Recorded, by_stream
from workflow.replay_case import Life
from workflow.replay_duties import Duties
from workflow.replay_erasing import erased_beside
from workflow.replay_law import Law
from workflow.replay_notices import STREAM as NOTICES
from workflow.replay_notices import Notices
from workflow.replay_opens import Openers
from workflow.replay_register import register
from workflow.replay_scene import Differs
from workflow.replay_tables import Living
from workflow.sql import replay as sql
from workflow.store.tx import Tx

_BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError)


def replay(tx: Tx, found: Findings) -> None:
    """Add to the findings whatever is not as the trail says."""
    law = Law(tx, found)
    register(tx, found)
    duties, openers, notices, living = Duties(found), Openers(found), Notices(found), Living(tx, found)
    numbers: dict[str, int] = {}
    for events in by_stream(tx):
        stream = events[0].stream
        if not is_ref(stream):
            erased_beside(events, tx.workspace.admin, found)
        if stream.startswith("duty/"):
            duties.stream(events)
        elif stream == NOTICES:
            notices.stream(events)
        elif is_ref(stream):
            prefix = stream.rpartition("-")[0]
            numbers[prefix] = numbers.get(prefix, 0) + 1
            try:
                duties.case(events)
                openers.take(events)
            except _BROKEN as error:
                _undecided(found, events[0], error)
            _case(tx, found, law, living, events)
    duties.compare(tx, living.elsewhere)
    openers.compare()
    notices.compare(tx)
    living.rest()
    _counters(tx, found, numbers)


def _case(tx: Tx, found: Findings, law: Law, living: Living, events: list[Recorded]) -> None:
    row, tables = living.take(events[0].stream)
    life = Life(tx.workspace, law, events)
    try:
        life.run()
    except Differs as differs:
        found.add(differs.what, differs.at.stream, differs.at.n, differs.at.id)
        return
    except Problem as problem:
        one = life.ahead or events[-1]
        found.add(f"decided again it is refused: {problem}", one.stream, one.n, one.id)
        return
    except _BROKEN as error:  # a canon that was never written by this program
        _undecided(found, life.ahead or events[-1], error)
        return
    living.compare(life, row, tables)


def _undecided(found: Findings, one: Recorded, error: Exception) -> None:
    found.add(f"it cannot be decided again ({type(error).__name__}: {error})", one.stream, one.n, one.id)


def _counters(tx: Tx, found: Findings, numbers: dict[str, int]) -> None:
    """The numbers of cases are given without a gap, so each counter is the number of cases it has numbered."""
    for name, value, hash_ in tx.all(sql.COUNTERS):
        if numbers.pop(name, 0) != value or hash_ is not None:
            found.add(f"counter {name} is {value}, and there are not so many cases")
    for name, count in numbers.items():
        found.add(f"counter {name} is missing: {count} cases took a number of it")
