"""Makes it happen, once, on record.

- `engine` the only place where a case changes; `clocks` what a clock does next; `roles` who answers
- `store` the only one that opens a database; `sql/` the named statements, one file per noun
- `trail` the only one that hashes; `verify` and `replay` check what it wrote
- `register`, `policies`, `calendars`, `duties`, `outbox`, `files`; `look`, `ask`, `agenda` the read lane
- `tables` the SQLModel rows, `migrate` Alembic: the schema. Nothing a person waits for imports them.
"""
