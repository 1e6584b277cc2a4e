"""The trail is asked for one kind of event of one unit, over a time: an index leads there."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_event_unit_kind", "event", ["unit", "kind", "at", "stream", "n"], unique=False)
