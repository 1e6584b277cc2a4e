"""The first schema."""

import sqlalchemy as sa
from alembic import op

from workflow.fences import POSTGRES, SQLITE, TIED_POSTGRES, TIED_SQLITE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    lite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "calendar",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("current", INT, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_calendar")),
    )
    op.create_table(
        "cases",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("ref", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("definition", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("version", INT, nullable=False),
        sa.Column("severity", TEXT, nullable=True),
        sa.Column("owner", TEXT, nullable=True),
        sa.Column("opener", TEXT, nullable=True),
        sa.Column("opened_at", TEXT, nullable=False),
        sa.Column("closed_at", TEXT, nullable=True),
        sa.Column("fields", TEXT, nullable=False),
        sa.Column("acted", TEXT, nullable=False),
        sa.Column("acted_at", TEXT, nullable=False),
        sa.Column("due_at", TEXT, nullable=False),
        sa.Column("duty", TEXT, nullable=True),
        sa.Column("n", INT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("erased_n", INT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("ref", name=op.f("uq_cases_ref")),
    )
    op.create_index(
        "ix_cases_kept",
        "cases",
        ["closed_at", "ref"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NOT NULL AND (erased_n IS NULL OR n > erased_n)"),
        postgresql_where=sa.text("closed_at IS NOT NULL AND (erased_n IS NULL OR n > erased_n)"),
    )
    op.create_index(
        "ix_cases_open_due",
        "cases",
        ["due_at", "ref"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_cases_open_owner",
        "cases",
        ["owner", "due_at", "ref"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_cases_open_type",
        "cases",
        ["type", "state", "due_at", "ref"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_cases_open_unit",
        "cases",
        ["unit", "due_at", "ref"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_cases_type", "cases", ["type", "ref"], unique=False)
    op.create_index("ix_cases_unit", "cases", ["unit", "ref"], unique=False)
    op.create_table(
        "clock",
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("run", INT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("started_at", TEXT, nullable=False),
        sa.Column("from_at", TEXT, nullable=False),
        sa.Column("due_at", TEXT, nullable=False),
        sa.Column("due_on", TEXT, nullable=False),
        sa.Column("precision", TEXT, nullable=False),
        sa.Column("provisional", INT, nullable=False),
        sa.Column("calendar", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("calendar_version", TEXT, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("stops", TEXT, nullable=False),
        sa.Column("extensions", TEXT, nullable=False),
        sa.Column("ladder", TEXT, nullable=True),
        sa.Column("level", INT, nullable=False),
        sa.Column("breached_at", TEXT, nullable=True),
        sa.Column("met_at", TEXT, nullable=True),
        sa.Column("ended_at", TEXT, nullable=True),
        sa.CheckConstraint("state IN ('running','paused','breached','met','cancelled')", name=op.f("ck_clock_state")),
        sa.PrimaryKeyConstraint("case_id", "name", name=op.f("pk_clock")),
    )
    op.create_index(
        "ix_clock_open_calendar",
        "clock",
        ["calendar", "calendar_version", "case_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_clock_open_due",
        "clock",
        ["due_at", "case_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "counter",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", INT, nullable=False),
        sa.Column("hash", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "definition",
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_definition")),
    )
    op.create_table(
        "event",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("n", INT, nullable=False),
        sa.Column("prev", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=True),
        sa.Column("behalf", TEXT, nullable=True),
        sa.Column("via", TEXT, nullable=True),
        sa.Column("unit", TEXT, nullable=True),
        sa.Column("action", TEXT, nullable=True),
        sa.Column("from_state", TEXT, nullable=True),
        sa.Column("to_state", TEXT, nullable=True),
        sa.Column("rule", TEXT, nullable=True),
        sa.Column("canon", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.CheckConstraint(TIED_SQLITE if lite else TIED_POSTGRES, name=op.f("ck_event_tied")),
        sa.CheckConstraint("length(hash) = 64 AND length(prev) = 64 AND n > 0", name=op.f("ck_event_shape")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("stream", "n", name=op.f("uq_event_stream_n")),
    )
    op.create_index("ix_event_actor", "event", ["actor", "at", "stream", "n"], unique=False)
    op.create_index("ix_event_at", "event", ["at", "stream", "n"], unique=False)
    op.create_index("ix_event_kind", "event", ["kind", "at", "stream", "n"], unique=False)
    op.create_index(
        "ix_event_rule",
        "event",
        ["rule", "at", "stream", "n"],
        unique=False,
        sqlite_where=sa.text("rule IS NOT NULL"),
        postgresql_where=sa.text("rule IS NOT NULL"),
    )
    op.create_index("ix_event_unit", "event", ["unit", "at", "stream", "n"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("clock", TEXT, nullable=False),
        sa.Column("run", INT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("asked_by", TEXT, nullable=False),
        sa.Column("asked_at", TEXT, nullable=False),
        sa.Column("decided_by", TEXT, nullable=True),
        sa.Column("decided_at", TEXT, nullable=True),
        sa.CheckConstraint("state IN ('asked','approved','refused','lapsed')", name=op.f("ck_extension_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(
        "ix_extension_asked",
        "extension",
        ["asked_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index("ix_extension_case", "extension", ["case_id", "clock"], unique=False)
    op.create_table(
        "file",
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("no", INT, autoincrement=False, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("size", INT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "no", name=op.f("pk_file")),
    )
    op.create_index("ix_file_sha256", "file", ["sha256"], unique=False)
    op.create_table(
        "head",
        sa.Column("size", INT, autoincrement=False, nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.CheckConstraint("size > 0 AND length(root) = 64", name=op.f("ck_head_shape")),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_head")),
    )
    op.create_index(
        "ix_head_signed",
        "head",
        ["size"],
        unique=False,
        sqlite_where=sa.text("note IS NOT NULL"),
        postgresql_where=sa.text("note IS NOT NULL"),
    )
    op.create_table(
        "in_force",
        sa.Column("type", TEXT, nullable=False),
        sa.Column("definition", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("type", name=op.f("pk_in_force")),
    )
    op.create_table(
        "leaf",
        sa.Column("idx", INT, autoincrement=False, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_leaf")),
        sa.UniqueConstraint("event", name=op.f("uq_leaf_event")),
    )
    op.create_table(
        "leave",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("deputy", TEXT, nullable=True),
        sa.Column("from_on", TEXT, nullable=False),
        sa.Column("to_on", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    op.create_index("ix_leave_deputy", "leave", ["deputy", "to_on"], unique=False)
    op.create_index("ix_leave_person", "leave", ["person", "to_on"], unique=False)
    op.create_index("ix_leave_to", "leave", ["to_on"], unique=False)
    op.create_table(
        "link",
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("ref", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "kind", "ref", name=op.f("pk_link")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("ref", TEXT, nullable=True),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("dedup", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("attempts", INT, nullable=False),
        sa.Column("try_at", TEXT, nullable=False),
        sa.Column("sent_at", TEXT, nullable=True),
        sa.Column("error", TEXT, nullable=True),
        sa.CheckConstraint("state IN ('waiting','sent','dead')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedup", name=op.f("uq_outbox_dedup")),
    )
    op.create_index(
        "ix_outbox_dead",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["try_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "payload",
        sa.Column("event", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("event", "field", name=op.f("pk_payload")),
    )
    op.create_table(
        "period",
        sa.Column("duty", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("window", TEXT, nullable=False),
        sa.Column("opens_at", TEXT, nullable=False),
        sa.Column("due_on", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("ref", TEXT, nullable=True),
        sa.CheckConstraint("status IN ('open','met','missed','skipped')", name=op.f("ck_period_status")),
        sa.PrimaryKeyConstraint("duty", "unit", "window", name=op.f("pk_period")),
    )
    op.create_index(
        "ix_period_open",
        "period",
        ["due_on"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_period_ref", "period", ["ref"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("login", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_table(
        "policy",
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("compiled", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_policy")),
    )
    op.create_table(
        "portfolio",
        sa.Column("person", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("from_on", TEXT, nullable=False),
        sa.Column("to_on", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("person", "unit", "from_on", name=op.f("pk_portfolio")),
    )
    op.create_index("ix_portfolio_unit", "portfolio", ["unit"], unique=False)
    op.create_table(
        "post",
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("post", TEXT, nullable=False),
        sa.Column("level", INT, nullable=True),
        sa.Column("single", INT, nullable=False),
        sa.PrimaryKeyConstraint("unit", "post", name=op.f("pk_post")),
    )
    op.create_table(
        "posting",
        sa.Column("person", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("post", TEXT, nullable=False),
        sa.Column("from_on", TEXT, nullable=False),
        sa.Column("to_on", TEXT, nullable=True),
        sa.Column("acting", INT, nullable=False),
        sa.PrimaryKeyConstraint("person", "unit", "post", "from_on", name=op.f("pk_posting")),
    )
    op.create_index("ix_posting_unit", "posting", ["unit", "post"], unique=False)
    op.create_table(
        "pulse",
        sa.Column("job", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("ok", INT, nullable=False),
        sa.Column("say", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_pulse")),
    )
    op.create_table(
        "receipt",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receipt")),
    )
    op.create_table(
        "stream",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("n", INT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stream")),
    )
    op.create_table(
        "tile",
        sa.Column("level", INT, autoincrement=False, nullable=False),
        sa.Column("n", INT, autoincrement=False, nullable=False),
        sa.Column("hashes", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("level", "n", name=op.f("pk_tile")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "timer",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("clock", TEXT, nullable=False),
        sa.Column("run", INT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("step", INT, nullable=False),
        sa.Column("occurrence", INT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("try_at", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("attempts", INT, nullable=False),
        sa.Column("error", TEXT, nullable=True),
        sa.Column("fired_at", TEXT, nullable=True),
        sa.CheckConstraint("state IN ('open','fired','closed')", name=op.f("ck_timer_state")),
        sa.CheckConstraint("what IN ('remind','breach','step')", name=op.f("ck_timer_what")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
        sa.UniqueConstraint(
            "case_id",
            "clock",
            "run",
            "what",
            "step",
            "occurrence",
            name=op.f("uq_timer_case_id_clock_run_what_step_occurrence"),
        ),
    )
    op.create_index(
        "ix_timer_open_clock",
        "timer",
        ["case_id", "clock"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_timer_open_try",
        "timer",
        ["try_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "unit",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("parent", TEXT, nullable=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=True),
        sa.Column("calendar", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
    )
    op.create_index("ix_unit_parent", "unit", ["parent"], unique=False)
    op.create_table(
        "unsealed",
        sa.Column("at", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("n", INT, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("at", "stream", "n", name=op.f("pk_unsealed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "workspace",
        sa.Column("id", INT, autoincrement=False, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("sandbox", INT, nullable=False),
        sa.Column("now", TEXT, nullable=True),
        sa.Column("admin", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("calendar", TEXT, nullable=True),
        sa.Column("policy", TEXT, nullable=True),
        sa.Column("seen_size", INT, nullable=False),
        sa.Column("seen_root", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
    )
    for statement in SQLITE if lite else POSTGRES:
        op.execute(sa.text(statement.replace(":", "\\:")))
