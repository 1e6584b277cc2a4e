"""Bring a database to this program's schema, with Alembic. Slow to import: for `init` and `db upgrade` only."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from states.errors import N_, Conflict, Failed, Invalid, Outside
from workflow.store import REVISION, WrongRevision

HERE = Path(__file__).parent / "migrations"


@contextmanager
def connection_to(url: str) -> Iterator[sa.Connection]:
    """A SQLAlchemy connection in one transaction, on the workspace's own schema."""
    if url.startswith("sqlite:///"):
        engine = sa.create_engine(url, connect_args={"timeout": 30})
        sa.event.listen(engine, "connect", _plain_sqlite)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        schema = None
    else:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        schema = query.pop("schema", None)
        bare = urlunsplit(parts._replace(scheme="postgresql+psycopg", query=urlencode(query)))
        engine = sa.create_engine(bare, connect_args={"connect_timeout": 10})
    try:
        with engine.begin() as connection:
            if schema:
                quoted = connection.dialect.identifier_preparer.quote(schema)
                known = sa.text("SELECT 1 FROM pg_namespace WHERE nspname = :schema")
                if not connection.execute(known, {"schema": schema}).scalar():  # asked for, it must be one's to make
                    connection.exec_driver_sql(f"CREATE SCHEMA {quoted}")
                connection.execute(
                    sa.text("SELECT set_config('search_path', quote_ident(:schema), false)"), {"schema": schema}
                )
            if connection.dialect.name == "postgresql":
                _as_owner(connection)
            yield connection
    except sa.exc.OperationalError as error:
        raise _problem(error, url) from error
    except sa.exc.DatabaseError as error:
        if getattr(error.orig, "sqlstate", None) == "42501":
            raise Failed(
                "The database role may not do this: {why}.",
                hint=N_("Connect as a member of the role that owns the tables; `duecourse db status` names it."),
                why=str(error.orig).strip().splitlines()[0],
            ) from error
        raise Invalid(
            "This is not a database duecourse can use: {why}.", why=str(error.orig).strip().splitlines()[0]
        ) from error
    finally:
        engine.dispose()


def _as_owner(connection: sa.Connection) -> None:
    """What a migration makes belongs to whoever owns the trail (`db grants`), not to the account that ran it."""
    owner = connection.exec_driver_sql(
        "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('event') "
        "AND pg_has_role(relowner, 'MEMBER')"
    ).scalar()
    if owner is not None:
        quoted = connection.dialect.identifier_preparer.quote(owner)
        connection.exec_driver_sql(f"SET LOCAL ROLE {quoted}")


def _problem(error: sa.exc.OperationalError, url: str) -> Outside | Failed | Conflict:
    why = str(error.orig).strip().splitlines()[0]
    if not url.startswith("sqlite"):
        return Outside("The database server did not answer: {why}.", hint=N_("Check the address."), why=why)
    if "locked" in why:
        return Conflict("The workspace is locked by another program.", hint=N_("Try again in a moment."))
    return Failed(
        "The workspace database cannot be written: {why}.",
        hint=N_("Check that its folder exists, is yours to write, and that the disk is not full or read-only."),
        why=why,
    )


def _plain_sqlite(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # the driver must not begin by itself
    connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[attr-defined]
    connection.execute("PRAGMA synchronous = FULL")  # type: ignore[attr-defined]


def revision_of(url: str) -> str | None:
    """The revision a database is at; None for an empty one; Invalid for somebody else's."""
    with connection_to(url) as connection:
        return _revision(connection)


def _revision(connection: sa.Connection) -> str | None:
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None and (names := sa.inspect(connection).get_table_names()):
        raise Invalid(
            "The database belongs to another program: it has the table {name}.",
            hint=N_("Name an empty database, or another schema with ?schema=NAME."),
            name=min(names),
        )
    return found


def upgrade(url: str) -> tuple[str | None, str]:
    """Bring the database to REVISION; answers (was, is). Roles that were set apart get their rights on what is new."""
    with connection_to(url) as connection:
        was = _revision(connection)
        if was is not None and was != REVISION and was not in _known():
            raise WrongRevision(was)
        config = Config()
        config.set_main_option("script_location", str(HERE))
        config.attributes["connection"] = connection
        command.upgrade(config, REVISION)
    if was is not None and not url.startswith("sqlite:///"):
        _renew(url)
    return was, REVISION


def _renew(url: str) -> None:
    from workflow import grants
    from workflow.store import driver_for
    from workflow.store.tx import UNOPENED

    driver = driver_for(url)
    try:
        with driver.reading(UNOPENED, "") as tx:
            lacking = grants.lacking_on_record(tx)
        if lacking:
            with driver.writing(UNOPENED, "") as tx:
                grants.renew(tx)
    finally:
        driver.close()


def _known() -> set[str]:
    from workflow.store import REVISIONS

    return set(REVISIONS)
