"""Columns and indexes as every table has them."""

from typing import Any

from sqlalchemy import BigInteger, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

# PostgreSQL would otherwise sort by the database's language; SQLite sorts by byte.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
INT = BigInteger().with_variant(Integer(), "sqlite")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def words(**kw: Any) -> Any:
    return Field(sa_type=TEXT, **kw)


def number(**kw: Any) -> Any:
    return Field(sa_type=INT, **kw)


def pk() -> Any:
    return Field(sa_type=TEXT, primary_key=True)


def part(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index on open work only: as large as what is open, not as what ever was."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
