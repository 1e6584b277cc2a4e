"""Cases and all that hangs on one: clocks, timers, more time, messages, files, links, effects."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.tables.columns import INT, number, part, pk, words


class Cases(SQLModel, table=True):
    """A case as it stands. ``n``, ``hash`` and ``at`` are the head of its stream."""

    __tablename__ = "cases"
    id: str = pk()
    ref: str = words(unique=True)
    type: str = words()
    definition: str = words()
    title: str = words()
    unit: str = words()
    state: str = words()
    version: int = number()
    severity: str | None = words(nullable=True)
    owner: str | None = words(nullable=True)
    opener: str | None = words(nullable=True)
    opened_at: str = words()
    closed_at: str | None = words(nullable=True)
    fields: str = words()
    acted: str = words()
    acted_at: str = words()
    due_at: str = words()  # of the first open clock; `never` where there is none, which sorts after every instant
    duty: str | None = words(nullable=True)
    n: int = number()
    hash: str = words()
    at: str = words()
    erased_n: int | None = number(
        nullable=True
    )  # the last event by which its rule erased everything that may be erased
    __table_args__ = (
        part("ix_cases_open_due", "due_at", "ref", where="closed_at IS NULL"),
        part("ix_cases_open_owner", "owner", "due_at", "ref", where="closed_at IS NULL"),
        part("ix_cases_open_unit", "unit", "due_at", "ref", where="closed_at IS NULL"),
        part("ix_cases_open_type", "type", "state", "due_at", "ref", where="closed_at IS NULL"),
        part(
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
    case_id: str = pk()
    name: str = pk()
    run: int = number()
    state: str = words()
    started_at: str = words()
    from_at: str = words()
    due_at: str = words()
    due_on: str = words()
    precision: str = words()
    provisional: int = number()
    calendar: str = words()
    zone: str = words()
    calendar_version: str = words()
    rule: str = words()
    stops: str = words()
    extensions: str = words()
    ladder: str | None = words(nullable=True)
    level: int = number()
    breached_at: str | None = words(nullable=True)
    met_at: str | None = words(nullable=True)
    ended_at: str | None = words(nullable=True)
    __table_args__ = (
        CheckConstraint("state IN ('running','paused','breached','met','cancelled')", name="state"),
        part("ix_clock_open_due", "due_at", "case_id", where="ended_at IS NULL"),
        part("ix_clock_open_calendar", "calendar", "calendar_version", "case_id", where="ended_at IS NULL"),
    )


class Timer(SQLModel, table=True):
    """What a clock will do next by itself. One open row per clock; the unique key makes a firing happen once."""

    __tablename__ = "timer"
    id: str = pk()
    case_id: str = words()
    clock: str = words()
    run: int = number()
    what: str = words()
    step: int = number()
    occurrence: int = number()
    at: str = words()
    try_at: str = words()
    state: str = words()
    attempts: int = number()
    error: str | None = words(nullable=True)
    fired_at: str | None = words(nullable=True)
    __table_args__ = (
        UniqueConstraint("case_id", "clock", "run", "what", "step", "occurrence"),
        CheckConstraint("state IN ('open','fired','closed')", name="state"),
        CheckConstraint("what IN ('remind','breach','step')", name="what"),
        part("ix_timer_open_try", "try_at", "id", where="state = 'open'"),
        part("ix_timer_open_clock", "case_id", "clock", where="state = 'open'", unique=True),
    )


class Extension(SQLModel, table=True):
    """More time asked for a clock, and what was decided."""

    __tablename__ = "extension"
    id: str = pk()
    case_id: str = words()
    clock: str = words()
    run: int = number()
    by: str = words()
    state: str = words()
    asked_by: str = words()
    asked_at: str = words()
    decided_by: str | None = words(nullable=True)
    decided_at: str | None = words(nullable=True)
    __table_args__ = (
        CheckConstraint("state IN ('asked','approved','refused','lapsed')", name="state"),
        Index("ix_extension_case", "case_id", "clock"),
        part("ix_extension_asked", "asked_at", "id", where="state = 'asked'"),
    )


class Outbox(SQLModel, table=True):
    """A message owed to a person, written in the act's own transaction and sent later."""

    __tablename__ = "outbox"
    id: str = pk()
    ref: str | None = words(nullable=True)
    event: str = words()
    kind: str = words()
    person: str = words()
    channel: str = words()
    dedup: str = words(unique=True)
    body: str = words()
    created_at: str = words()
    state: str = words()
    attempts: int = number()
    try_at: str = words()
    sent_at: str | None = words(nullable=True)
    error: str | None = words(nullable=True)
    __table_args__ = (
        CheckConstraint("state IN ('waiting','sent','dead')", name="state"),
        part("ix_outbox_waiting", "try_at", "id", where="state = 'waiting'"),
        part("ix_outbox_dead", "id", where="state = 'dead'"),
    )


class File(SQLModel, table=True):
    """A file given as evidence; its bytes lie under their SHA-256 in the workspace's ``files`` folder."""

    __tablename__ = "file"
    case_id: str = pk()
    no: int = Field(primary_key=True, sa_type=INT, sa_column_kwargs={"autoincrement": False})
    sha256: str = words()
    name: str = words()
    size: int = number()
    at: str = words()
    event: str = words()
    __table_args__ = (Index("ix_file_sha256", "sha256"),)


class Link(SQLModel, table=True):
    """One case points at another, in a word of the office's choice."""

    __tablename__ = "link"
    case_id: str = pk()
    kind: str = pk()
    ref: str = pk()


class Effect(SQLModel, table=True):
    """What a decision bars somebody from, one row for each bar; both days barred. ``effect`` is its place in the law.

    ``suspended`` while an appeal holds it up; ``ended`` when it was overturned: nobody is told of it any more.
    """

    __tablename__ = "effect"
    case_id: str = pk()
    event: str = pk()
    effect: int = Field(primary_key=True, sa_type=INT, sa_column_kwargs={"autoincrement": False})
    bars: str = pk()
    whom: str = words()
    from_on: str = words()
    until_on: str = words()
    state: str = words()
    __table_args__ = (
        CheckConstraint("state IN ('standing','suspended','ended')", name="state"),
        Index("ix_effect_whom", "whom", "bars", "until_on"),
    )
