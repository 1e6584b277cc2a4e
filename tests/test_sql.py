"""Every named statement is understood by both databases, against the schema the migrations make."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from support.raw import Raw

from workflow import sql as package
from workflow.store import REVISION
from workflow.workspace import create

_PLACE = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_POSTGRES_ONLY = ("_LOCK", "_POSTGRES")
_SQLITE_ONLY = ("_SQLITE",)


def statements() -> Iterator[tuple[str, str]]:
    """(name, text) of every constant in capitals that is a statement, alone or in a table of statements."""
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"workflow.sql.{found.name}")
        for name, value in vars(module).items():
            if name.isupper() and not name.startswith("_"):
                for key, text in value.items() if isinstance(value, dict) else [("", value)]:
                    if isinstance(text, str) and text.lstrip().startswith(
                        ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
                    ):
                        yield f"{found.name}.{name}{f'[{key}]' if key else ''}", text


STATEMENTS = dict(statements())


@pytest.fixture(scope="module")
def sqlite_raw(tmp_path_factory) -> Iterator[Raw]:
    url = f"sqlite:///{tmp_path_factory.mktemp('sql') / 'duecourse.db'}"
    create(url, admin_login="root").close()
    raw = Raw(url)
    yield raw
    raw.close()


@pytest.fixture(scope="module")
def postgres_raw(pg_server) -> Iterator[Raw]:
    pg_server.create("statements")
    create(pg_server.url("statements"), admin_login="root").close()
    raw = Raw(pg_server.url("statements"))
    yield raw
    raw.close()
    pg_server.drop("statements")


def test_the_statements_are_found():
    """The search sees statements of every file, among them ones that lock and ones of one database only."""
    assert {name.partition(".")[0] for name in STATEMENTS} == {m.name for m in pkgutil.iter_modules(package.__path__)}
    assert {"event.INSERT", "cases.BY_REF_LOCK", "audit.GUARDS_SQLITE", "audit.LOGINS[8]"} <= set(STATEMENTS)


@pytest.mark.parametrize("name", [name for name in STATEMENTS if not name.endswith(_POSTGRES_ONLY)])
def test_sqlite_understands_it(sqlite_raw, name):
    """SQLite can plan the statement with every place filled."""
    places = dict.fromkeys(_PLACE.findall(STATEMENTS[name]))
    assert sqlite_raw.all(f"EXPLAIN {STATEMENTS[name]}", **places)


@pytest.mark.parametrize("name", [name for name in STATEMENTS if not name.endswith(_SQLITE_ONLY)])
def test_postgres_understands_it(postgres_raw, name):
    """PostgreSQL can prepare the statement, and finds a type for every place."""
    order: list[str] = []

    def numbered(place: re.Match[str]) -> str:
        if place[1] not in order:
            order.append(place[1])
        return f"${order.index(place[1]) + 1}"

    postgres_raw.connection.execute(f"PREPARE asked AS {_PLACE.sub(numbered, STATEMENTS[name])}")
    postgres_raw.connection.execute("DEALLOCATE asked")


def test_only_locks_differ():
    """A statement for one database only says so in its name, and a lock is nothing but its twin with the lock."""
    for name, text in STATEMENTS.items():
        assert ("FOR UPDATE" in text) == name.endswith("_LOCK"), name
        twin = STATEMENTS.get(name.removesuffix("_LOCK"))
        if name.endswith("_LOCK") and twin is not None:
            assert re.sub(r"\s+FOR UPDATE( OF \w+)?( SKIP LOCKED)?$", "", text) == twin.rstrip(), name


def test_the_revision_is_the_newest_migration():
    """The revision the program insists on is the one head of the migrations, and the list of them is their line."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from workflow.migrate import HERE
    from workflow.store import REVISIONS

    config = Config()
    config.set_main_option("script_location", str(HERE))
    directory = ScriptDirectory.from_config(config)
    assert directory.get_heads() == [REVISION]
    assert tuple(reversed([found.revision for found in directory.walk_revisions()])) == REVISIONS


def test_the_application_may_what_its_statements_need():
    """Every table has its line, and the rights of the application are those that its statements use, no more."""
    from sqlmodel import SQLModel

    import workflow.tables  # noqa: F401 - importing it fills the metadata
    from workflow import grants

    names = {*SQLModel.metadata.tables, "alembic_version"}
    assert set(grants.APP) == names, "a new table needs a line in workflow/grants.py"
    for table in names - {"alembic_version", "workspace"}:  # these two are made by the owner, with `init`
        used = {"SELECT"}
        for name, text in STATEMENTS.items():
            if name.endswith("_SQLITE"):
                continue
            if re.search(rf"\bINSERT INTO {table}\b", text):
                used.add("INSERT")
                if " DO UPDATE " in text:
                    used.add("UPDATE")
            locks = name.endswith("_LOCK") and re.search(rf"\bFROM {table}\b", text)
            if locks or re.search(rf"\bUPDATE {table}\b", text):
                used.add("UPDATE")
            if re.search(rf"\bDELETE FROM {table}\b", text):
                used.add("DELETE")
        assert {right.partition("(")[0] for right in grants.APP[table]} == used, table
