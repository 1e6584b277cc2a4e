"""The law: what may happen. Pure; no database, no clock, no network."""
