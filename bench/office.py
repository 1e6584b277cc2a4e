"""The office the benchmarks work in: real policy, real register, many open cases, made once and copied."""

from datetime import UTC, datetime
from pathlib import Path

from states.calendars import shipped
from states.catalog import pack_sources
from states.compiler import compile_policy
from workflow import calendars, engine, policies
from workflow.files import Incoming
from workflow.store import Store, Tx
from workflow.trail import Who
from workflow.workspace import create

START = datetime(2026, 2, 9, 1, tzinfo=UTC)
PEOPLE = (
    ("li", "unit_head", "u"), ("wang", "staff", "u"), ("feng", "member_in_charge", "b"), ("zhao", "direct", "b"),
    ("qian", "first", "b"), ("sun", "office", "b"), ("zhou", "inspector", "b"), ("wu", "first", "top"),
)  # fmt: skip
EVIDENCE = Incoming("report.pdf", "ab" * 32, 4096)


def who(login: str) -> Who:
    return Who(f"p_{[person[0] for person in PEOPLE].index(login):020d}", "sandbox-as")


def furnish(tx: Tx) -> None:
    admin = Who(tx.workspace.admin, "os-login")
    compiled, flaws = compile_policy(pack_sources("responsibility"))
    if compiled is None:
        raise SystemExit("\n".join(map(str, flaws)))
    calendars.import_(tx, shipped(), admin)
    policies.apply(tx, compiled, admin)
    for code, parent, kind in (("top", None, "body"), ("b", "top", "body"), ("u", "b", "unit")):
        tx.put(
            "INSERT INTO unit (code, name, parent, kind) VALUES (:code, :code, :parent, :kind)",
            code=code, parent=parent, kind=kind,
        )  # fmt: skip
    for login, post, unit in PEOPLE:
        person = who(login).actor
        tx.put("INSERT INTO person (id, login, name) VALUES (:id, :login, :login)", id=person, login=login)
        tx.put(
            "INSERT INTO posting (person, unit, post, from_on, acting) VALUES (:person, :unit, :post, '2026-01-01', 0)",
            person=person, unit=unit, post=post,
        )  # fmt: skip


def open_reports(store: Store, count: int) -> list[str]:
    """Open so many reports, a hundred to a transaction."""
    refs: list[str] = []

    def some(tx: Tx) -> None:
        for _ in range(min(100, count - len(refs))):
            outcome = engine.open_case(
                tx, "report", unit="u", title="Quarterly safety report", given={"recipient": "b"}, who=who("wang")
            )
            refs.append(outcome.ref)

    while len(refs) < count:
        store.transact(some)
    return refs


def make(url: str, count: int) -> list[str]:
    """A sandbox with an office and ``count`` drafted reports; answers their refs."""
    store = create(url, admin_login="admin", sandbox=True, now=START, zone="Asia/Shanghai", calendar="CN")
    store.transact(furnish)
    store.refresh()
    refs = open_reports(store, count)
    store.close()
    return refs


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
