"""Named statements, one file per noun; a test prepares every one on both databases.

Names read ``:name``; the PostgreSQL driver respells them. ``-- lock`` marks what PostgreSQL must lock.
"""
