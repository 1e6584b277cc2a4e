"""The register: people, units, posts and who holds them when."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from workflow.tables.columns import number, pk, words


class Person(SQLModel, table=True):
    """A holder of posts. Closed on purpose: no tags, notes or affiliations, ever."""

    __tablename__ = "person"
    id: str = pk()
    login: str = words(unique=True)
    name: str = words()
    email: str | None = words(nullable=True)


class Unit(SQLModel, table=True):
    """A node of the organisation's tree; ``kind`` ``body`` has its own tiers."""

    __tablename__ = "unit"
    code: str = pk()
    name: str = words()
    parent: str | None = words(nullable=True)
    kind: str = words()
    zone: str | None = words(nullable=True)
    calendar: str | None = words(nullable=True)
    __table_args__ = (Index("ix_unit_parent", "parent"),)


class Post(SQLModel, table=True):
    """A post of a unit; ``single`` posts have one holder at a time unless the second is acting."""

    __tablename__ = "post"
    unit: str = pk()
    post: str = pk()
    level: int | None = number(nullable=True)
    single: int = number()


class Posting(SQLModel, table=True):
    """A person holds a post of a unit from a day to a day (the last day held), or until further notice."""

    __tablename__ = "posting"
    person: str = pk()
    unit: str = pk()
    post: str = pk()
    from_on: str = pk()
    to_on: str | None = words(nullable=True)
    acting: int = number()
    __table_args__ = (Index("ix_posting_unit", "unit", "post"),)


class Portfolio(SQLModel, table=True):
    """A leader answers for a unit as its member in charge."""

    __tablename__ = "portfolio"
    person: str = pk()
    unit: str = pk()
    from_on: str = pk()
    to_on: str | None = words(nullable=True)
    __table_args__ = (Index("ix_portfolio_unit", "unit"),)


class Leave(SQLModel, table=True):
    """An absence with or without a deputy, both ends in; ended early when ``to_on`` is moved back."""

    __tablename__ = "leave"
    id: str = pk()
    person: str = words()
    deputy: str | None = words(nullable=True)
    from_on: str = words()
    to_on: str = words()
    __table_args__ = (
        Index("ix_leave_person", "person", "to_on"),
        Index("ix_leave_deputy", "deputy", "to_on"),
        Index("ix_leave_to", "to_on"),
    )
