"""Alembic: one linear history for both databases. Only `workflow.migrate` runs it."""
