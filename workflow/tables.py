"""The schema, as SQLModel rows. Migrations are drawn from it; nothing a person waits for imports it.

All columns are text or integers on both databases, so that one row reads the same everywhere: instants are
UTC text of fixed width (``2026-11-22T05:15:00.123456Z``, sorts as text), days ``YYYY-MM-DD``, ids UUIDv7 text,
flags 0 or 1. ``cases`` has the plural name because ``case`` is a reserved word.
"""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflow.fences import TIED_POSTGRES, TIED_SQLITE

# PostgreSQL would otherwise sort by the database's language; SQLite sorts by byte.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
_INT = BigInteger().with_variant(Integer(), "sqlite")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def _text(**kw: Any) -> Any:
    return Field(sa_type=_TEXT, **kw)


def _int(**kw: Any) -> Any:
    return Field(sa_type=_INT, **kw)


def _key() -> Any:
    return Field(sa_type=_TEXT, primary_key=True)


def _part(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index on open work only: as large as what is open, not as what ever was."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


class Workspace(SQLModel, table=True):
    """One row: what this database is. ``sandbox`` never changes after the genesis event."""

    __tablename__ = "workspace"
    id: int = Field(primary_key=True, sa_type=_INT, sa_column_kwargs={"autoincrement": False})
    origin: str = _text()
    sandbox: int = _int()
    now: str | None = _text(nullable=True)
    admin: str = _text()
    zone: str = _text()
    calendar: str | None = _text(nullable=True)
    policy: str | None = _text(nullable=True)
    seen_size: int = _int()
    seen_root: str = _text()


class Counter(SQLModel, table=True):
    """Gapless numbers: one per ref prefix and year, and ``register`` with the hash of the last opening."""

    __tablename__ = "counter"
    name: str = _key()
    value: int = _int()
    hash: str | None = _text(nullable=True)


class Stream(SQLModel, table=True):
    """The head of every stream that is not a case (a case carries its own head)."""

    __tablename__ = "stream"
    name: str = _key()
    n: int = _int()
    hash: str = _text()
    at: str = _text()


class Event(SQLModel, table=True):
    """One line of the trail. ``canon`` is the hashed text; every other column repeats a part of it."""

    __tablename__ = "event"
    id: str = _key()
    stream: str = _text()
    n: int = _int()
    prev: str = _text()
    at: str = _text()
    kind: str = _text()
    actor: str | None = _text(nullable=True)
    behalf: str | None = _text(nullable=True)
    via: str | None = _text(nullable=True)
    unit: str | None = _text(nullable=True)
    action: str | None = _text(nullable=True)
    from_state: str | None = _text(nullable=True)
    to_state: str | None = _text(nullable=True)
    rule: str | None = _text(nullable=True)
    canon: str = _text()
    hash: str = _text()
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
        _part("ix_event_rule", "rule", "at", "stream", "n", where="rule IS NOT NULL"),
    )


class Payload(SQLModel, table=True):
    """The value behind a commitment of an event, with its salt: the only part of the trail that may be erased."""

    __tablename__ = "payload"
    event: str = _key()
    field: str = _key()
    salt: str = _text()
    value: str = _text()


class Unsealed(SQLModel, table=True):
    """An event that has no leaf yet; written with it, taken away when it is sealed. In the order of sealing."""

    __tablename__ = "unsealed"
    at: str = _key()
    stream: str = _key()
    n: int = Field(primary_key=True, sa_type=_INT, sa_column_kwargs={"autoincrement": False})
    __table_args__ = ({"sqlite_with_rowid": False},)


class Leaf(SQLModel, table=True):
    """The place of an event in the sealed tree."""

    __tablename__ = "leaf"
    idx: int = Field(primary_key=True, sa_type=_INT, sa_column_kwargs={"autoincrement": False})
    event: str = _text(unique=True)


class Tile(SQLModel, table=True):
    """Up to 256 hashes of the tree side by side (C2SP tlog-tiles), in base64; all of them follow from the leaves."""

    __tablename__ = "tile"
    level: int = Field(primary_key=True, sa_type=_INT, sa_column_kwargs={"autoincrement": False})
    n: int = Field(primary_key=True, sa_type=_INT, sa_column_kwargs={"autoincrement": False})
    hashes: str = _text()
    __table_args__ = ({"sqlite_with_rowid": False},)


class HeadOfTree(SQLModel, table=True):
    """The tree as it once was: written unsigned with its leaves; ``note`` is the signed checkpoint, once there is."""

    __tablename__ = "head"
    size: int = Field(primary_key=True, sa_type=_INT, sa_column_kwargs={"autoincrement": False})
    root: str = _text()
    at: str = _text()
    note: str | None = _text(nullable=True)
    __table_args__ = (
        CheckConstraint("size > 0 AND length(root) = 64", name="shape"),
        _part("ix_head_signed", "size", where="note IS NOT NULL"),
    )


class Cases(SQLModel, table=True):
    """A case as it stands. ``n``, ``hash`` and ``at`` are the head of its stream."""

    __tablename__ = "cases"
    id: str = _key()
    ref: str = _text(unique=True)
    type: str = _text()
    definition: str = _text()
    title: str = _text()
    unit: str = _text()
    state: str = _text()
    version: int = _int()
    severity: str | None = _text(nullable=True)
    owner: str | None = _text(nullable=True)
    opener: str | None = _text(nullable=True)
    opened_at: str = _text()
    closed_at: str | None = _text(nullable=True)
    fields: str = _text()
    acted: str = _text()
    acted_at: str = _text()
    due_at: str = _text()  # of the first open clock; `never` where there is none, which sorts after every instant
    duty: str | None = _text(nullable=True)
    n: int = _int()
    hash: str = _text()
    at: str = _text()
    erased_n: int | None = _int(nullable=True)  # the last event by which its rule erased everything that may be erased
    __table_args__ = (
        _part("ix_cases_open_due", "due_at", "ref", where="closed_at IS NULL"),
        _part("ix_cases_open_owner", "owner", "due_at", "ref", where="closed_at IS NULL"),
        _part("ix_cases_open_unit", "unit", "due_at", "ref", where="closed_at IS NULL"),
        _part("ix_cases_open_type", "type", "state", "due_at", "ref", where="closed_at IS NULL"),
        _part(
            "ix_cases_kept",
            "closed_at",
            "ref",
            where="closed_at IS NOT NULL AND (erased_n IS NULL OR n > erased_n)",
        ),
        Index("ix_cases_type", "type", "ref"),
        Index("ix_cases_unit", "unit", "ref"),
    )


class Clock(SQLModel, table=True):
    """One limit of a case in its present run; earlier runs are in the trail."""

    __tablename__ = "clock"
    case_id: str = _key()
    name: str = _key()
    run: int = _int()
    state: str = _text()
    started_at: str = _text()
    from_at: str = _text()
    due_at: str = _text()
    due_on: str = _text()
    precision: str = _text()
    provisional: int = _int()
    calendar: str = _text()
    zone: str = _text()
    calendar_version: str = _text()
    rule: str = _text()
    stops: str = _text()
    extensions: str = _text()
    ladder: str | None = _text(nullable=True)
    level: int = _int()
    breached_at: str | None = _text(nullable=True)
    met_at: str | None = _text(nullable=True)
    ended_at: str | None = _text(nullable=True)
    __table_args__ = (
        CheckConstraint("state IN ('running','paused','breached','met','cancelled')", name="state"),
        _part("ix_clock_open_due", "due_at", "case_id", where="ended_at IS NULL"),
        _part("ix_clock_open_calendar", "calendar", "calendar_version", "case_id", where="ended_at IS NULL"),
    )


class Timer(SQLModel, table=True):
    """What a clock will do next by itself. One open row per clock; the unique key makes a firing happen once."""

    __tablename__ = "timer"
    id: str = _key()
    case_id: str = _text()
    clock: str = _text()
    run: int = _int()
    what: str = _text()
    step: int = _int()
    occurrence: int = _int()
    at: str = _text()
    try_at: str = _text()
    state: str = _text()
    attempts: int = _int()
    error: str | None = _text(nullable=True)
    fired_at: str | None = _text(nullable=True)
    __table_args__ = (
        UniqueConstraint("case_id", "clock", "run", "what", "step", "occurrence"),
        CheckConstraint("state IN ('open','fired','closed')", name="state"),
        CheckConstraint("what IN ('remind','breach','step')", name="what"),
        _part("ix_timer_open_try", "try_at", "id", where="state = 'open'"),
        _part("ix_timer_open_clock", "case_id", "clock", where="state = 'open'", unique=True),
    )


class Extension(SQLModel, table=True):
    """More time asked for a clock, and what was decided."""

    __tablename__ = "extension"
    id: str = _key()
    case_id: str = _text()
    clock: str = _text()
    run: int = _int()
    by: str = _text()
    state: str = _text()
    asked_by: str = _text()
    asked_at: str = _text()
    decided_by: str | None = _text(nullable=True)
    decided_at: str | None = _text(nullable=True)
    __table_args__ = (
        CheckConstraint("state IN ('asked','approved','refused','lapsed')", name="state"),
        Index("ix_extension_case", "case_id", "clock"),
        _part("ix_extension_asked", "asked_at", "id", where="state = 'asked'"),
    )


class Outbox(SQLModel, table=True):
    """A message owed to a person, written in the act's own transaction and sent later."""

    __tablename__ = "outbox"
    id: str = _key()
    ref: str | None = _text(nullable=True)
    event: str = _text()
    kind: str = _text()
    person: str = _text()
    channel: str = _text()
    dedup: str = _text(unique=True)
    body: str = _text()
    created_at: str = _text()
    state: str = _text()
    attempts: int = _int()
    try_at: str = _text()
    sent_at: str | None = _text(nullable=True)
    error: str | None = _text(nullable=True)
    __table_args__ = (
        CheckConstraint("state IN ('waiting','sent','dead')", name="state"),
        _part("ix_outbox_waiting", "try_at", "id", where="state = 'waiting'"),
        _part("ix_outbox_dead", "id", where="state = 'dead'"),
    )


class File(SQLModel, table=True):
    """A file given as evidence; its bytes lie under their SHA-256 in the workspace's ``files`` folder."""

    __tablename__ = "file"
    case_id: str = _key()
    no: int = Field(primary_key=True, sa_type=_INT, sa_column_kwargs={"autoincrement": False})
    sha256: str = _text()
    name: str = _text()
    size: int = _int()
    at: str = _text()
    event: str = _text()
    __table_args__ = (Index("ix_file_sha256", "sha256"),)


class Link(SQLModel, table=True):
    """One case points at another, in a word of the office's choice."""

    __tablename__ = "link"
    case_id: str = _key()
    kind: str = _key()
    ref: str = _key()


class Effect(SQLModel, table=True):
    """What a decision bars somebody from, one row for each bar; both days barred. ``effect`` is its place in the law.

    ``suspended`` while an appeal holds it up; ``ended`` when it was overturned: nobody is told of it any more.
    """

    __tablename__ = "effect"
    case_id: str = _key()
    event: str = _key()
    effect: int = Field(primary_key=True, sa_type=_INT, sa_column_kwargs={"autoincrement": False})
    bars: str = _key()
    whom: str = _text()
    from_on: str = _text()
    until_on: str = _text()
    state: str = _text()
    __table_args__ = (
        CheckConstraint("state IN ('standing','suspended','ended')", name="state"),
        Index("ix_effect_whom", "whom", "bars", "until_on"),
    )


class Receipt(SQLModel, table=True):
    """An idempotency key that was used, for which arguments, with which answer."""

    __tablename__ = "receipt"
    key: str = _key()
    digest: str = _text()
    answer: str = _text()
    at: str = _text()


class Person(SQLModel, table=True):
    """A holder of posts. Closed on purpose: no tags, notes or affiliations, ever."""

    __tablename__ = "person"
    id: str = _key()
    login: str = _text(unique=True)
    name: str = _text()
    email: str | None = _text(nullable=True)


class Unit(SQLModel, table=True):
    """A node of the organisation's tree; ``kind`` ``body`` has its own tiers."""

    __tablename__ = "unit"
    code: str = _key()
    name: str = _text()
    parent: str | None = _text(nullable=True)
    kind: str = _text()
    zone: str | None = _text(nullable=True)
    calendar: str | None = _text(nullable=True)
    __table_args__ = (Index("ix_unit_parent", "parent"),)


class Post(SQLModel, table=True):
    """A post of a unit; ``single`` posts have one holder at a time unless the second is acting."""

    __tablename__ = "post"
    unit: str = _key()
    post: str = _key()
    level: int | None = _int(nullable=True)
    single: int = _int()


class Posting(SQLModel, table=True):
    """A person holds a post of a unit from a day to a day (the last day held), or until further notice."""

    __tablename__ = "posting"
    person: str = _key()
    unit: str = _key()
    post: str = _key()
    from_on: str = _key()
    to_on: str | None = _text(nullable=True)
    acting: int = _int()
    __table_args__ = (Index("ix_posting_unit", "unit", "post"),)


class Portfolio(SQLModel, table=True):
    """A leader answers for a unit as its member in charge."""

    __tablename__ = "portfolio"
    person: str = _key()
    unit: str = _key()
    from_on: str = _key()
    to_on: str | None = _text(nullable=True)
    __table_args__ = (Index("ix_portfolio_unit", "unit"),)


class Leave(SQLModel, table=True):
    """An absence with or without a deputy, both ends in; ended early when ``to_on`` is moved back."""

    __tablename__ = "leave"
    id: str = _key()
    person: str = _text()
    deputy: str | None = _text(nullable=True)
    from_on: str = _text()
    to_on: str = _text()
    __table_args__ = (
        Index("ix_leave_person", "person", "to_on"),
        Index("ix_leave_deputy", "deputy", "to_on"),
        Index("ix_leave_to", "to_on"),
    )


class Calendar(SQLModel, table=True):
    """A version of a named calendar; the newest by ``current`` is in force."""

    __tablename__ = "calendar"
    name: str = _key()
    version: str = _key()
    body: str = _text()
    at: str = _text()
    current: int = _int()


class Policy(SQLModel, table=True):
    """An applied policy: its texts, its compiled form, its hash."""

    __tablename__ = "policy"
    hash: str = _key()
    name: str = _text()
    compiled: str = _text()
    at: str = _text()


class Definition(SQLModel, table=True):
    """One version of one case type; cases stay pinned to theirs."""

    __tablename__ = "definition"
    hash: str = _key()
    type: str = _text()
    body: str = _text()
    at: str = _text()


class InForce(SQLModel, table=True):
    """Which version of each case type new cases are opened under."""

    __tablename__ = "in_force"
    type: str = _key()
    definition: str = _text()


class Period(SQLModel, table=True):
    """One window of a duty for one unit, and how it stands."""

    __tablename__ = "period"
    duty: str = _key()
    unit: str = _key()
    window: str = _key()
    opens_at: str = _text()
    due_on: str = _text()
    status: str = _text()
    ref: str | None = _text(nullable=True)
    required: int | None = _int(nullable=True)  # of what is counted: how often; else null
    done: int = _int(sa_column_kwargs={"server_default": "0"})  # what the records count together
    warned: str | None = _text(nullable=True)  # the last pace that its owner was told was missed
    __table_args__ = (
        CheckConstraint("status IN ('open','met','missed','skipped')", name="status"),
        _part("ix_period_open", "due_on", where="status = 'open'"),
        Index("ix_period_ref", "ref"),
    )


class Activity(SQLModel, table=True):
    """Something that was done and counts towards a duty. ``no`` is the number of its event in the duty's stream.

    A correction is another activity that names in ``corrects`` the one it takes the place of; both stay.
    """

    __tablename__ = "activity"
    duty: str = _key()
    unit: str = _key()
    no: int = Field(primary_key=True, sa_type=_INT, sa_column_kwargs={"autoincrement": False})
    window: str = _text()
    held_on: str = _text()
    count: int = _int()
    posts: str | None = _text(nullable=True)
    present: int | None = _int(nullable=True)
    title: str | None = _text(nullable=True)
    attached: str | None = _text(nullable=True)  # the event that put its files on the case
    corrects: int | None = _int(nullable=True)
    at: str = _text()
    actor: str | None = _text(nullable=True)
    __table_args__ = (
        Index("ix_activity_window", "duty", "unit", "window"),
        _part("ix_activity_corrects", "duty", "unit", "corrects", where="corrects IS NOT NULL", unique=True),
    )


class Pulse(SQLModel, table=True):
    """When a background job last ran and what it said; `doctor` reads it."""

    __tablename__ = "pulse"
    job: str = _key()
    at: str = _text()
    ok: int = _int()
    say: str = _text()
