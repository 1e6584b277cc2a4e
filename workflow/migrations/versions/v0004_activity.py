"""What is counted towards a duty: how often it is owed, how often it was done, and each record of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("period", sa.Column("required", INT, nullable=True))
    op.add_column("period", sa.Column("done", INT, nullable=False, server_default="0"))
    op.add_column("period", sa.Column("warned", TEXT, nullable=True))
    op.create_table(
        "activity",
        sa.Column("duty", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("no", INT, autoincrement=False, nullable=False),
        sa.Column("window", TEXT, nullable=False),
        sa.Column("held_on", TEXT, nullable=False),
        sa.Column("count", INT, nullable=False),
        sa.Column("posts", TEXT, nullable=True),
        sa.Column("present", INT, nullable=True),
        sa.Column("title", TEXT, nullable=True),
        sa.Column("attached", TEXT, nullable=True),
        sa.Column("corrects", INT, nullable=True),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("duty", "unit", "no", name=op.f("pk_activity")),
    )
    op.create_index("ix_activity_window", "activity", ["duty", "unit", "window"], unique=False)
    op.create_index(
        "ix_activity_corrects",
        "activity",
        ["duty", "unit", "corrects"],
        unique=True,
        sqlite_where=sa.text("corrects IS NOT NULL"),
        postgresql_where=sa.text("corrects IS NOT NULL"),
    )
