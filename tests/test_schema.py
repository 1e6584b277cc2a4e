"""The tables of the program and a migrated database are the same thing, on both databases."""

from __future__ import annotations

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel
from support.raw import Raw

import workflow.tables  # noqa: F401 - importing it fills the metadata
from states.errors import Invalid
from workflow.fences import NAMES, POSTGRES, SQLITE
from workflow.migrate import connection_to, revision_of, upgrade
from workflow.store import REVISION, Store
from workflow.workspace import create


def test_tables_and_migrations_agree(database_url):
    """Alembic finds nothing to change between the SQLModel tables and a database that the migrations made."""
    upgrade(database_url)
    with connection_to(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_what_comparing_does_not_see_agrees_too(database_url, tmp_path):
    """CHECK constraints, partial indexes and keys are those of tables made straight from the models."""
    upgrade(database_url)
    with connection_to(database_url) as connection:
        migrated = _shape(connection)
        if connection.dialect.name == "sqlite":
            fresh = f"sqlite:///{tmp_path / 'fresh.db'}"
        else:
            fresh = f"{database_url}?schema=fresh"
    with connection_to(fresh) as connection:
        SQLModel.metadata.create_all(connection)
        assert _shape(connection) == migrated


def _shape(connection):
    """(kind, table, name, text) of everything declared, without the table of Alembic itself and without triggers."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT type, tbl_name, name, sql FROM sqlite_master WHERE type <> 'trigger'")
        return sorted((*row[:3], _said(row[3])) for row in rows if row[1] != "alembic_version")
    constraints = """SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
        WHERE c.connamespace = current_schema()::regnamespace"""
    indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    found = [*connection.exec_driver_sql(constraints), *connection.exec_driver_sql(indexes)]
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
    return sorted(
        (row[0].rpartition(".")[2], row[1], row[2].replace(f" {schema}.", " "))
        for row in found
        if "alembic_version" not in row[0]
    )


def _said(sql: str | None) -> list[str]:
    """The words of a CREATE statement in any order: Alembic and SQLAlchemy put columns and constraints differently."""
    return sorted(re.findall(r"[^\s(),]+", sql or ""))


def test_every_guard_stands_after_the_migrations(database_url):
    """Each trigger that guards the trail is in a migrated database, on PostgreSQL for every role."""
    upgrade(database_url)
    raw = Raw(database_url)
    if raw.kind == "sqlite":
        found = raw.all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        assert found == sorted((text.split()[2], text) for text in SQLITE)
    else:
        found = raw.all("SELECT tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname")
        assert found == [(name, "A") for name in sorted(NAMES["postgres"])]
        assert sum(text.startswith("CREATE TRIGGER") for text in POSTGRES) == len(NAMES["postgres"])
    raw.close()


def test_migrating_twice_changes_nothing(database_url):
    """The second run finds the revision it needs and leaves everything as it is."""
    assert upgrade(database_url) == (None, REVISION)
    assert upgrade(database_url) == (REVISION, REVISION)
    assert revision_of(database_url) == REVISION


def test_a_foreign_database_is_left_alone(database_url):
    """A database of another program is refused by name of its table, and nothing is added to it."""
    raw = Raw(database_url)
    raw.run("CREATE TABLE recipes (id TEXT)")
    with pytest.raises(Invalid, match="recipes"):
        upgrade(database_url)
    tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if raw.kind == "postgres":
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert raw.all(tables) == [("recipes",)]
    raw.close()


def test_a_newer_database_is_refused(database_url):
    """A revision this program does not know is refused, when it is opened and when it is upgraded."""
    create(database_url, admin_login="root").close()
    raw = Raw(database_url)
    raw.run("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(Invalid, match="9999"):
        Store(database_url)
    with pytest.raises(Invalid, match="9999"):
        upgrade(database_url)
