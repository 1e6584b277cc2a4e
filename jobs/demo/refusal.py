"""Four eyes, tried: somebody reviews their own report, and the engine answers."""

from jobs.demo.record import Answer, Record
from states.errors import Problem
from workflow import agenda, ask, engine, register
from workflow.identity import person_id
from workflow.store import Store, Tx
from workflow.trail import Who


def refusal(store: Store) -> Answer | None:
    """Somebody tries to review the report they submitted, though their post may review; what they are answered.

    {ref, title, who, login, problem, events}: ``events`` how many more the trail has after it. None: nobody could try.
    """
    with store.read() as tx:
        record = Record(tx)
        found = _own_work(record)
    if found is None:
        return None
    ref, login = found

    def attempt(tx: Tx) -> None:
        engine.act(tx, ref, "review", who=Who(person_id(tx, login), "sandbox-as"))

    answer: Problem | None = None
    try:
        store.transact(attempt)
    except Problem as problem:
        answer = problem
    with store.read() as tx:
        after = Record(tx)
        title = ask.case(tx, ref, None)["title"]
    return {
        "ref": ref,
        "title": title,
        "who": record.name(login),
        "login": login,
        "problem": answer,
        "events": len(after.events) - len(record.events),
    }


def _own_work(record: Record) -> tuple[str, str] | None:
    """A report that waits for review, and its submitter whose post reviews in that unit; the newest such."""
    waiting = agenda.case_list(record.tx, type="report", state="submitted", limit=1000)["rows"]
    for row in reversed(waiting):
        submitted = [event for event in record.cases[row["ref"]] if event["action"] == "submit"]
        holders = register.who(record.tx, "reviewer", row["unit"], record.today())["holders"]
        login = submitted[-1]["actor"]
        if login in {holder["person"] for holder in holders}:
            return row["ref"], login
    return None
