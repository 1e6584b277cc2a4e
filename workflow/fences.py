"""What the database itself refuses about the trail: a fence against accidents, not evidence (docs/audit-format.md).

Kept apart from the tables because Alembic's table rebuild on SQLite drops triggers; a test looks for every one.
"""

# The query columns repeat canon; a row where they differ cannot be written. One parse of canon per insert.
TIED_SQLITE = """json_extract(canon, '$.id', '$.stream', '$.n', '$.prev', '$.at', '$.kind', '$.actor', '$.behalf',
'$.via', '$.unit', '$.action', '$.from', '$.to', '$.rule') = json_array(id, stream, n, prev, at, kind, actor, behalf,
via, unit, action, from_state, to_state, rule)"""
TIED_POSTGRES = """canon::jsonb @> jsonb_build_object('id', id, 'stream', stream, 'n', n, 'prev', prev, 'at', at,
'kind', kind, 'actor', actor, 'behalf', behalf, 'via', via, 'unit', unit, 'action', action, 'from', from_state,
'to', to_state, 'rule', rule)"""

SQLITE = (
    """CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be changed'); END""",
    """CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'append-only: an event cannot be removed'); END""",
    # REPLACE deletes without firing the DELETE trigger unless recursive_triggers is on, so it is met here
    """CREATE TRIGGER event_no_replace BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id) OR
EXISTS (SELECT 1 FROM event WHERE stream = NEW.stream AND n = NEW.n)
BEGIN SELECT RAISE(ABORT, 'append-only: this event is already written'); END""",
    """CREATE TRIGGER payload_no_update BEFORE UPDATE ON payload
BEGIN SELECT RAISE(ABORT, 'append-only: a disclosed value can be erased, not changed'); END""",
)

POSTGRES = (
    """CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME; END $$""",
    """CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event
FOR EACH ROW EXECUTE FUNCTION append_only()""",
    "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event EXECUTE FUNCTION append_only()",
    """CREATE TRIGGER payload_no_update BEFORE UPDATE ON payload
FOR EACH ROW EXECUTE FUNCTION append_only()""",
    "CREATE TRIGGER payload_no_truncate BEFORE TRUNCATE ON payload EXECUTE FUNCTION append_only()",
    "ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_change",
    "ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_truncate",
    "ALTER TABLE payload ENABLE ALWAYS TRIGGER payload_no_update",
    "ALTER TABLE payload ENABLE ALWAYS TRIGGER payload_no_truncate",
)

NAMES = {
    "sqlite": ("event_no_update", "event_no_delete", "event_no_replace", "payload_no_update"),
    "postgres": ("event_no_change", "event_no_truncate", "payload_no_update", "payload_no_truncate"),
}
