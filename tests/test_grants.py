"""`db grants`: on PostgreSQL the program works as a role that can add to the trail and never change it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from support.lived import live
from support.office import REGISTER, Ran, run
from support.raw import Raw
from support.world import World, admin

from jobs import seal
from states.errors import Problem
from workflow import grants, signer
from workflow.erase import erase
from workflow.signer import Keys
from workflow.store import REVISION, Store
from workflow.verify import verify

_numbers = itertools.count(1)


class Fenced:
    """A workspace on PostgreSQL whose roles may be set apart; roles belong to the server, so each has its own."""

    def __init__(self, server: Any, folder: Path, schema: str = "") -> None:
        number = next(_numbers)
        self.name = f"fenced_{number}"
        self.server = server
        self.folder = folder
        self.owner, self.app, self.auditor, self.login = (
            f"{word}-{number}" for word in ("owner", "app", "auditor", "login")
        )
        server.create(self.name)
        self.schema = schema or "public"
        self.url = server.url(self.name) + (f"?schema={schema}" if schema else "")
        self.raw = Raw(server.url(self.name))
        self.raw.run(f'SET search_path = "{self.schema}"')

    def words(self, *more: str) -> list[str]:
        return ["db", "grants", "--owner", self.owner, "--app", self.app, *more]

    def account(self, name: str, role: str) -> str:
        """The address under which an account that is a member of the role connects."""
        self.raw.run(f'CREATE ROLE "{name}" LOGIN IN ROLE "{role}"')
        return self.url.replace("postgres@", f"{name}@")

    def enter(self, name: str) -> psycopg.Connection[Any]:
        """A connection of somebody at a database client."""
        connection = psycopg.connect(self.server.url(self.name).replace("postgres@", f"{name}@"), autocommit=True)
        connection.execute(f'SET search_path = "{self.schema}"')
        return connection

    def close(self) -> None:
        self.raw.close()
        self.server.drop(self.name)


@pytest.fixture(params=["", "Office 7"], ids=["public", "a schema"])
def fenced(request, pg_server, tmp_path) -> Iterator[Fenced]:
    """In the schema public, and in one of its own."""
    made = Fenced(pg_server, tmp_path, request.param)
    yield made
    made.close()


@pytest.fixture
def office(fenced) -> Fenced:
    """A real workspace with a register, whose roles are set apart; ``run`` types a command as the account."""
    home = fenced.folder / "ws"
    assert run("init", str(home), "--db", fenced.url, "--pack", "responsibility", folder=fenced.folder).code == 0
    register = fenced.folder / "register.yaml"
    register.write_text(REGISTER.replace("chen.chen", "root"), encoding="utf-8")
    assert typed(fenced, "org", "import", str(register)).code == 0
    done = typed(fenced, *fenced.words("--auditor", fenced.auditor, "--reason", "as the law of the house says"))
    assert done.code == 0, done.err
    fenced.account(fenced.login, fenced.app)
    return fenced


def typed(fenced: Fenced, *words: str, login: str = "postgres") -> Ran:
    """A command in the workspace, connected as somebody."""
    url = fenced.url.replace("postgres@", f"{login}@")
    return run("--home", str(fenced.folder / "ws"), "--db", url, *words, folder=fenced.folder)


def test_a_life_as_the_application(pg_server, tmp_path):
    """Everything an office lives through, sealing, erasing and checking it all work as the application role."""
    fenced = Fenced(pg_server, tmp_path)
    try:
        World.make(fenced.url, tmp_path).close()
        store = Store(fenced.url)
        store.transact(lambda tx: grants.grant(tx, admin(tx), grants.Roles(fenced.owner, fenced.app), reason=""))
        store.close()
        world = World(fenced.account(fenced.login, fenced.app), tmp_path)
        live(world)
        keys = Keys(tmp_path / "keys")
        signer.make(keys, world.store.workspace.origin)
        assert seal.run_once(world.store, keys).signed
        event = world.log(case="RPT-2026-0001", kind="case.opened")[0]["id"]
        world.store.transact(lambda tx: erase(tx, event, "title", who=admin(tx), reason="on request"))
        assert seal.run_once(world.store, keys).signed
        with world.store.read() as tx:
            found = verify(tx, replay=True)
            state = grants.state(tx)
        assert (found["ok"], found["problems"]) == (True, [])
        assert (state.hold, state.mighty, state.user) == (True, False, fenced.login)
        world.close()
    finally:
        fenced.close()


def test_the_program_works_as_the_application(office):
    """`new`, `do`, `run --once`, `seal`, `checkpoint`, `erase`, `export` and `verify`, connected as the account."""
    as_ = {"login": office.login}
    paper = office.folder / "paper.txt"
    paper.write_text("the figures", encoding="utf-8")
    opened = typed(
        office,
        "new",
        "report",
        "--unit",
        "SAFE",
        "--title",
        "Figures",
        "--recipient",
        "CITY",
        "--format",
        "json",
        **as_,
    )
    assert opened.code == 0, opened.err
    ref, event = opened.json["ref"], opened.json["event"]["id"]
    for words in (
        ["do", ref, "submit", "--file", str(paper)],
        ["case", "comment", ref, "on its way"],
        ["run", "--once"],
        ["audit", "seal"],
        ["audit", "checkpoint"],
        ["audit", "prove", event, "-o", str(office.folder / "proof")],
        ["audit", "erase", event, "title", "--reason", "asked for"],
        ["audit", "export", "-o", str(office.folder / "all"), "--reason", "to keep"],
        ["audit", "verify", "--replay"],
        ["db", "upgrade"],
        ["case", "show", ref],
    ):
        done = typed(office, *words, **as_)
        assert done.code == 0, (words, done.err, done.out)


REFUSED = [
    "UPDATE event SET kind = 'x'",
    "UPDATE event SET canon = canon WHERE n = 1",
    "DELETE FROM event",
    "TRUNCATE event",
    "INSERT INTO event SELECT * FROM event ON CONFLICT (id) DO UPDATE SET kind = 'x'",
    "MERGE INTO event e USING event o ON e.id = o.id WHEN MATCHED THEN UPDATE SET kind = 'x'",
    "ALTER TABLE event DISABLE TRIGGER ALL",
    "ALTER TABLE event DROP CONSTRAINT ck_event_tied",
    "ALTER TABLE event ALTER COLUMN canon TYPE text USING 'x'",
    "DROP TRIGGER event_no_change ON event",
    "DROP TABLE event CASCADE",
    "CREATE TRIGGER mine BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE RULE mine AS ON INSERT TO event DO INSTEAD NOTHING",
    "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TABLE mine (id text)",
    "SET session_replication_role = replica",
    "SET ROLE OWNER",
    "UPDATE payload SET value = 'x'",
    "TRUNCATE payload",
    "UPDATE leaf SET idx = idx + 1",
    "DELETE FROM leaf",
    "UPDATE head SET root = 'x'",
    "DELETE FROM head",
    "DELETE FROM cases",
    "DELETE FROM person",
    "DELETE FROM receipt",
    "UPDATE workspace SET sandbox = 1",
    "UPDATE workspace SET admin = 'me'",
    "DELETE FROM workspace",
    "UPDATE alembic_version SET version_num = 'x'",
    "UPDATE definition SET body = '{}'",
]


@pytest.mark.parametrize("who", ["login", "auditor"])
def test_what_the_application_cannot_do(office, who):
    """No statement of anybody at a client, as the application or the auditor, changes or removes what is recorded."""
    if who == "auditor":
        office.account(f"{office.login}-reads", office.auditor)
    connection = office.enter(office.login if who == "login" else f"{office.login}-reads")
    before = office.raw.all("SELECT id, canon, hash FROM event ORDER BY id")
    with connection:
        for statement in REFUSED:
            text = statement.replace("ROLE OWNER", f'ROLE "{office.owner}"')
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(text)
        if who == "auditor":
            for statement in ("INSERT INTO event SELECT * FROM event", "DELETE FROM payload", "UPDATE cases SET n = 1"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
            assert connection.execute("SELECT count(*) FROM payload").fetchone()[0] > 0
    assert office.raw.all("SELECT id, canon, hash FROM event ORDER BY id") == before


def test_nobody_else_gets_in(office):
    """An account that is a member of no role sees nothing."""
    office.raw.run(f'CREATE ROLE "{office.login}-stranger" LOGIN')
    with office.enter(f"{office.login}-stranger") as connection:
        for statement in ("SELECT * FROM event", "SELECT append_only()", "CREATE TABLE mine (id text)"):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable,
                                psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName)):  # fmt: skip
                connection.execute(statement)


def test_even_the_owner_is_stopped_under_the_replica_role(office):
    """The triggers are on for every role and mode; only whoever takes them away gets past them, and verify names it."""
    office.account(f"{office.login}-dba", office.owner)
    office.raw.run(f'ALTER ROLE "{office.login}-dba" SUPERUSER')  # session_replication_role asks for one
    with office.enter(f"{office.login}-dba") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(f'SET ROLE "{office.owner}"')
        for statement in ("UPDATE event SET kind = 'x'", "DELETE FROM event", "TRUNCATE event", "TRUNCATE head"):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(statement)
        connection.execute("ALTER TABLE event DISABLE TRIGGER event_no_change")
    found = typed(office, "audit", "verify", "--format", "json", login=office.login)
    assert "guard event_no_change does not guard: it was altered or switched off" in found.json["problems"][0]["what"]
    assert typed(office, *office.words("--auditor", office.auditor)).code == 0
    assert typed(office, "audit", "verify", login=office.login).code == 0


def test_it_is_on_record_once(office):
    """Who set which roles apart, and why, is an event of the log; doing it again changes nothing and says so."""
    log = ("audit", "log", "--kind", "grants.set", "--format", "json")
    (event,) = typed(office, *log).json["rows"]
    assert (event["stream"], event["reason"]) == ("log", "as the law of the house says")
    assert {"owner": office.owner, "app": office.app, "auditor": office.auditor}.items() <= event["data"].items()
    words = [*office.words("--auditor", office.auditor), "--format", "json", "--key", "k"]
    again = typed(office, *words)
    assert typed(office, *words).json == {**again.json, "again": True}
    assert typed(office, *words, "--reason", "another").code == 6
    assert (again.json["statements"], again.json["event"]) == ([], None)
    assert typed(office, "db", "grants", "--format", "json").json["auditor"] == office.auditor  # as on record
    assert len(typed(office, *log).json["rows"]) == 1
    assert typed(office, *office.words()).code == 0  # without the auditor: other roles, so another event
    assert [row["data"]["auditor"] for row in typed(office, *log).json["rows"]] == [office.auditor, None]
    with Raw(office.server.url(office.name)).connection as connection:
        rights = f"SELECT has_table_privilege('{office.auditor}', '\"{office.schema}\".event', 'INSERT')"
        assert connection.execute(rights).fetchone() == (False,)


def test_a_dry_run_prints_what_a_dba_may_run(fenced):
    """The statements are printed and nothing is done; run by somebody else, what is left to do is the record."""
    home = fenced.folder / "ws"
    assert run("init", str(home), "--db", fenced.url, folder=fenced.folder).code == 0
    printed = typed(fenced, *fenced.words("--dry-run")).out
    assert printed.splitlines()[:2] == [
        f'CREATE ROLE "{fenced.owner}" NOLOGIN;',
        f'CREATE ROLE "{fenced.app}" NOLOGIN;',
    ]
    assert fenced.raw.all("SELECT 1 FROM pg_roles WHERE rolname = :r", r=fenced.owner) == []
    for statement in printed.splitlines():
        fenced.raw.run(statement)
    assert typed(fenced, *fenced.words("--dry-run")).out.startswith("-- ")
    fenced.account(fenced.login, fenced.app)
    done = typed(fenced, *fenced.words(), "--format", "json", login=fenced.login)
    assert (done.code, done.json["statements"], done.json["event"]["n"]) == (0, [], 2)


def test_roles_that_are_not_named(fenced):
    """They are called after the schema, or after the database where the schema is the public one."""
    assert run("init", str(fenced.folder / "ws"), "--db", fenced.url, folder=fenced.folder).code == 0
    place = fenced.name if fenced.schema == "public" else "Office_7"
    said = typed(fenced, "db", "grants", "--dry-run", "--format", "json").json
    assert (said["owner"], said["app"], said["auditor"]) == (f"{place}_owner", f"{place}_app", None)


def test_the_account_that_made_the_tables_becomes_the_application(fenced):
    """Where the program's own account owns everything so far, it gives that away and keeps what it needs."""
    fenced.raw.run(f'CREATE ROLE "{fenced.app}" LOGIN')
    fenced.raw.run(f'ALTER DATABASE {fenced.name} OWNER TO "{fenced.app}"')
    url = fenced.url.replace("postgres@", f"{fenced.app}@")
    assert run("init", str(fenced.folder / "ws"), "--db", url, folder=fenced.folder).code == 0
    refused = typed(fenced, *fenced.words(), login=fenced.app)
    assert (refused.code, "may not do this" in refused.err) == (1, True)
    assert typed(fenced, *fenced.words()).code == 0
    assert typed(fenced, "audit", "seal", login=fenced.app).code == 0
    assert typed(fenced, "audit", "verify", "--replay", login=fenced.app).code == 0
    with fenced.enter(fenced.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DROP TABLE event")


def test_who_cannot_be_the_application(fenced):
    """A superuser, whoever may make roles, a member of the owner; one role twice; what is no name; a stranger asks."""
    home = fenced.folder / "ws"
    assert run("init", str(home), "--db", fenced.url, folder=fenced.folder).code == 0
    assert (typed(fenced, "db", "grants", "--owner", "x", "--app", "postgres").code) == 8
    fenced.raw.run(f'CREATE ROLE "{fenced.app}" CREATEROLE')
    assert "may make roles" in typed(fenced, *fenced.words()).err
    fenced.raw.run(f'ALTER ROLE "{fenced.app}" NOCREATEROLE')
    fenced.raw.run(f'CREATE ROLE "{fenced.owner}"')
    fenced.raw.run(f'GRANT "{fenced.owner}" TO "{fenced.app}"')
    assert f"member of {fenced.owner}" in typed(fenced, *fenced.words()).err
    assert typed(fenced, "db", "grants", "--owner", "x", "--app", "x").code == 2
    for name in ("pg_monitor", "a b", 'a"; DROP', "public", ""):
        assert typed(fenced, "db", "grants", "--owner", "x", "--app", name).code == 2, name
    store = Store(fenced.url)
    store.transact(lambda tx: tx.put("UPDATE person SET login = 'somebody.else'"))
    store.close()
    assert typed(fenced, *fenced.words()).code == 4


def test_doctor_and_status_tell_whether_they_hold(office):
    """Set up and held, held but connected as the owner, and no longer held: each is told with the roles by name."""

    def told(login: str) -> tuple[bool, str]:
        rows = {row["name"]: row for row in typed(office, "doctor", "--format", "json", login=login).json["checks"]}
        return rows["grants"]["ok"], rows["grants"]["say"]

    def status() -> dict[str, Any]:
        found: dict[str, Any] = typed(office, "db", "status", "--format", "json", login=office.login).json["grants"]
        return found

    assert told(office.login)[0] is True
    assert told("postgres") == (False, told("postgres")[1])
    assert office.owner in told("postgres")[1]
    assert (status()["hold"], status()["app"], status()["user"]) == (True, office.app, office.login)
    office.raw.run(f'GRANT UPDATE ON event TO "{office.app}"')
    assert told(office.login)[0] is False
    assert status()["hold"] is False
    assert status()["lacking"] == [f'REVOKE UPDATE ON TABLE "{office.schema}"."event" FROM "{office.app}"']
    assert typed(office, *office.words("--auditor", office.auditor)).code == 0
    assert status()["hold"] is True
    office.raw.run(f'GRANT "{office.owner}" TO "{office.app}"')
    assert told(office.login)[0] is False
    assert "NOT as they were set up" in typed(office, "db", "status", login=office.login).out


def test_without_roles_doctor_says_how(fenced):
    """Before anything was set apart it is no fault, and the command is named."""
    assert run("init", str(fenced.folder / "ws"), "--db", fenced.url, folder=fenced.folder).code == 0
    rows = {row["name"]: row for row in typed(fenced, "doctor", "--format", "json").json["checks"]}
    assert rows["grants"]["ok"] is True
    assert "db grants" in rows["grants"]["say"]
    assert typed(fenced, "db", "status", "--format", "json").json["grants"] is None


def test_a_migration_gives_the_owner_what_it_makes(office):
    """Tables a migration adds belong to the owner, and the application gets its rights on them; by a member of it."""
    from workflow.migrate import connection_to, upgrade

    dba = office.account(f"{office.login}-dba", office.owner)
    with connection_to(dba) as connection:
        connection.exec_driver_sql("CREATE TABLE newer (id text)")
        connection.exec_driver_sql("DROP TABLE pulse")
        connection.exec_driver_sql("CREATE TABLE pulse (job text PRIMARY KEY, at text, ok bigint, say text)")
    owners = "SELECT tablename, tableowner FROM pg_tables WHERE tablename IN ('newer', 'pulse') ORDER BY 1"
    assert office.raw.all(owners) == [("newer", office.owner), ("pulse", office.owner)]
    assert typed(office, "run", "--once", login=office.login).code == 1  # nothing was given on it yet
    assert upgrade(dba) == (REVISION, REVISION)
    assert typed(office, "run", "--once", login=office.login).code == 0


def test_the_application_cannot_migrate(office):
    """Whoever has not the owner's rights is told whose they are; nothing is done."""
    from workflow.migrate import connection_to

    office.raw.run("UPDATE alembic_version SET version_num = '0001'")
    with (
        pytest.raises(Problem, match="may not do this"),
        connection_to(office.url.replace("postgres@", f"{office.login}@")) as connection,
    ):
        connection.exec_driver_sql("CREATE TABLE newer (id text)")


def test_sqlite_has_no_roles(tmp_path):
    """Refused in one sentence, with what to do instead; doctor and status say nothing of roles."""
    home = tmp_path / "ws"
    run("init", str(home), folder=tmp_path)
    words = ("--home", str(home), "db", "grants")
    for more in ([], ["--owner", "a", "--app", "b"], ["--dry-run"]):
        done = run(*words, *more, folder=tmp_path)
        assert (done.code, "SQLite knows no roles" in done.err) == (8, True)
    checks = json.loads(run("--home", str(home), "doctor", "--format", "json", folder=tmp_path).out)["checks"]
    assert "grants" not in {row["name"] for row in checks}
