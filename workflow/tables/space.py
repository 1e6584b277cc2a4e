"""What the workspace is, the law in force, and what keeps changes harmless and jobs honest."""

from sqlmodel import Field, SQLModel

from workflow.tables.columns import INT, number, pk, words


class Workspace(SQLModel, table=True):
    """One row: what this database is. ``sandbox`` never changes after the genesis event."""

    __tablename__ = "workspace"
    id: int = Field(primary_key=True, sa_type=INT, sa_column_kwargs={"autoincrement": False})
    origin: str = words()
    sandbox: int = number()
    now: str | None = words(nullable=True)
    admin: str = words()
    zone: str = words()
    calendar: str | None = words(nullable=True)
    policy: str | None = words(nullable=True)
    seen_size: int = number()
    seen_root: str = words()


class Counter(SQLModel, table=True):
    """Gapless numbers: one per ref prefix and year, and ``register`` with the hash of the last opening."""

    __tablename__ = "counter"
    name: str = pk()
    value: int = number()
    hash: str | None = words(nullable=True)


class Receipt(SQLModel, table=True):
    """An idempotency key that was used, for which arguments, with which answer."""

    __tablename__ = "receipt"
    key: str = pk()
    digest: str = words()
    answer: str = words()
    at: str = words()


class Pulse(SQLModel, table=True):
    """When a background job last ran and what it said; `doctor` reads it."""

    __tablename__ = "pulse"
    job: str = pk()
    at: str = words()
    ok: int = number()
    say: str = words()


class Calendar(SQLModel, table=True):
    """A version of a named calendar; the newest by ``current`` is in force."""

    __tablename__ = "calendar"
    name: str = pk()
    version: str = pk()
    body: str = words()
    at: str = words()
    current: int = number()


class Policy(SQLModel, table=True):
    """An applied policy: its texts, its compiled form, its hash."""

    __tablename__ = "policy"
    hash: str = pk()
    name: str = words()
    compiled: str = words()
    at: str = words()


class Definition(SQLModel, table=True):
    """One version of one case type; cases stay pinned to theirs."""

    __tablename__ = "definition"
    hash: str = pk()
    type: str = words()
    body: str = words()
    at: str = words()


class InForce(SQLModel, table=True):
    """Which version of each case type new cases are opened under."""

    __tablename__ = "in_force"
    type: str = pk()
    definition: str = words()
