"""Run by Alembic with the connection that `workflow.migrate` hands over; never from a shell."""

from alembic import context
from sqlmodel import SQLModel

import workflow.tables  # noqa: F401 - importing it fills the metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
