"""What recurs: windows of duties, and what counts towards them."""

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from workflow.tables.columns import INT, number, part, pk, words


class Period(SQLModel, table=True):
    """One window of a duty for one unit, and how it stands."""

    __tablename__ = "period"
    duty: str = pk()
    unit: str = pk()
    window: str = pk()
    opens_at: str = words()
    due_on: str = words()
    status: str = words()
    ref: str | None = words(nullable=True)
    required: int | None = number(nullable=True)  # of what is counted: how often; else null
    done: int = number(sa_column_kwargs={"server_default": "0"})  # what the records count together
    warned: str | None = words(nullable=True)  # the last pace that its owner was told was missed
    __table_args__ = (
        CheckConstraint("status IN ('open','met','missed','skipped')", name="status"),
        part("ix_period_open", "due_on", where="status = 'open'"),
        Index("ix_period_ref", "ref"),
    )


class Activity(SQLModel, table=True):
    """Something that was done and counts towards a duty. ``no`` is the number of its event in the duty's stream.

    A correction is another activity that names in ``corrects`` the one it takes the place of; both stay.
    """

    __tablename__ = "activity"
    duty: str = pk()
    unit: str = pk()
    no: int = Field(primary_key=True, sa_type=INT, sa_column_kwargs={"autoincrement": False})
    window: str = words()
    held_on: str = words()
    count: int = number()
    posts: str | None = words(nullable=True)
    present: int | None = number(nullable=True)
    title: str | None = words(nullable=True)
    attached: str | None = words(nullable=True)  # the event that put its files on the case
    corrects: int | None = number(nullable=True)
    at: str = words()
    actor: str | None = words(nullable=True)
    __table_args__ = (
        Index("ix_activity_window", "duty", "unit", "window"),
        part("ix_activity_corrects", "duty", "unit", "corrects", where="corrects IS NOT NULL", unique=True),
    )
