"""The schema, as SQLModel rows. Migrations are drawn from it; nothing a person waits for imports it.

All columns are text or integers on both databases, so that one row reads the same everywhere: instants are
UTC text of fixed width (``2026-11-22T05:15:00.123456Z``, sorts as text), days ``YYYY-MM-DD``, ids UUIDv7 text,
flags 0 or 1. ``cases`` has the plural name because ``case`` is a reserved word.
"""

from workflow.tables import cases, duties, register, space, trail

__all__ = ["cases", "duties", "register", "space", "trail"]
