"""The trail: events, what they committed to, and the sealed tree over them."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.fences import TIED_POSTGRES, TIED_SQLITE
from workflow.tables.columns import INT, number, part, pk, words


class Stream(SQLModel, table=True):
    """The head of every stream that is not a case (a case carries its own head)."""

    __tablename__ = "stream"
    name: str = pk()
    n: int = number()
    hash: str = words()
    at: str = words()


class Event(SQLModel, table=True):
    """One line of the trail. ``canon`` is the hashed text; every other column repeats a part of it."""

    __tablename__ = "event"
    id: str = pk()
    stream: str = words()
    n: int = number()
    prev: str = words()
    at: str = words()
    kind: str = words()
    actor: str | None = words(nullable=True)
    behalf: str | None = words(nullable=True)
    via: str | None = words(nullable=True)
    unit: str | None = words(nullable=True)
    action: str | None = words(nullable=True)
    from_state: str | None = words(nullable=True)
    to_state: str | None = words(nullable=True)
    rule: str | None = words(nullable=True)
    canon: str = words()
    hash: str = words()
    __table_args__ = (
        UniqueConstraint("stream", "n"),
        CheckConstraint("length(hash) = 64 AND length(prev) = 64 AND n > 0", name="shape"),
        CheckConstraint(TIED_SQLITE, name="tied").ddl_if(dialect="sqlite"),
        CheckConstraint(TIED_POSTGRES, name="tied").ddl_if(dialect="postgresql"),
        Index("ix_event_at", "at", "stream", "n"),
        Index("ix_event_actor", "actor", "at", "stream", "n"),
        Index("ix_event_kind", "kind", "at", "stream", "n"),
        Index("ix_event_unit", "unit", "at", "stream", "n"),
        Index("ix_event_unit_kind", "unit", "kind", "at", "stream", "n"),
        part("ix_event_rule", "rule", "at", "stream", "n", where="rule IS NOT NULL"),
    )


class Payload(SQLModel, table=True):
    """The value behind a commitment of an event, with its salt: the only part of the trail that may be erased."""

    __tablename__ = "payload"
    event: str = pk()
    field: str = pk()
    salt: str = words()
    value: str = words()


class Unsealed(SQLModel, table=True):
    """An event that has no leaf yet; written with it, taken away when it is sealed. In the order of sealing."""

    __tablename__ = "unsealed"
    at: str = pk()
    stream: str = pk()
    n: int = Field(primary_key=True, sa_type=INT, sa_column_kwargs={"autoincrement": False})
    __table_args__ = ({"sqlite_with_rowid": False},)


class Leaf(SQLModel, table=True):
    """The place of an event in the sealed tree."""

    __tablename__ = "leaf"
    idx: int = Field(primary_key=True, sa_type=INT, sa_column_kwargs={"autoincrement": False})
    event: str = words(unique=True)


class Tile(SQLModel, table=True):
    """Up to 256 hashes of the tree side by side (C2SP tlog-tiles), in base64; all of them follow from the leaves."""

    __tablename__ = "tile"
    level: int = Field(primary_key=True, sa_type=INT, sa_column_kwargs={"autoincrement": False})
    n: int = Field(primary_key=True, sa_type=INT, sa_column_kwargs={"autoincrement": False})
    hashes: str = words()
    __table_args__ = ({"sqlite_with_rowid": False},)


class HeadOfTree(SQLModel, table=True):
    """The tree as it once was: written unsigned with its leaves; ``note`` is the signed checkpoint, once there is."""

    __tablename__ = "head"
    size: int = Field(primary_key=True, sa_type=INT, sa_column_kwargs={"autoincrement": False})
    root: str = words()
    at: str = words()
    note: str | None = words(nullable=True)
    __table_args__ = (
        CheckConstraint("size > 0 AND length(root) = 64", name="shape"),
        part("ix_head_signed", "size", where="note IS NOT NULL"),
    )
