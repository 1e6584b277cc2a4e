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

# Every trigger by its database; the word before the first underscore is its table.
NAMES = {
    "sqlite": (
        *("event_no_update", "event_no_delete", "event_no_replace", "payload_no_update"),
        *("leaf_no_update", "leaf_no_delete", "leaf_no_replace"),
        *("head_no_update", "head_no_delete", "head_no_replace"),
    ),
    "postgres": (
        *("event_no_change", "event_no_truncate", "payload_no_update", "payload_no_truncate"),
        *("leaf_no_change", "leaf_no_truncate", "head_no_update", "head_no_delete", "head_no_truncate"),
    ),
}

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
    """CREATE TRIGGER leaf_no_update BEFORE UPDATE ON leaf
BEGIN SELECT RAISE(ABORT, 'append-only: a leaf cannot be changed'); END""",
    """CREATE TRIGGER leaf_no_delete BEFORE DELETE ON leaf
BEGIN SELECT RAISE(ABORT, 'append-only: a leaf cannot be removed'); END""",
    """CREATE TRIGGER leaf_no_replace BEFORE INSERT ON leaf
WHEN EXISTS (SELECT 1 FROM leaf WHERE idx = NEW.idx) OR EXISTS (SELECT 1 FROM leaf WHERE event = NEW.event)
BEGIN SELECT RAISE(ABORT, 'append-only: this leaf is already written'); END""",
    """CREATE TRIGGER head_no_update BEFORE UPDATE ON head
WHEN OLD.note IS NOT NULL OR NEW.note IS NULL OR
NEW.size <> OLD.size OR NEW.root <> OLD.root OR NEW.at <> OLD.at
BEGIN SELECT RAISE(ABORT, 'append-only: a head can be signed once, not changed'); END""",
    """CREATE TRIGGER head_no_delete BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'append-only: a head cannot be removed'); END""",
    """CREATE TRIGGER head_no_replace BEFORE INSERT ON head
WHEN EXISTS (SELECT 1 FROM head WHERE size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'append-only: this head is already written'); END""",
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
    """CREATE TRIGGER leaf_no_change BEFORE UPDATE OR DELETE ON leaf
FOR EACH ROW EXECUTE FUNCTION append_only()""",
    "CREATE TRIGGER leaf_no_truncate BEFORE TRUNCATE ON leaf EXECUTE FUNCTION append_only()",
    """CREATE FUNCTION signed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF OLD.note IS NULL AND NEW.note IS NOT NULL AND
(NEW.size, NEW.root, NEW.at) = (OLD.size, OLD.root, OLD.at) THEN RETURN NEW; END IF;
RAISE EXCEPTION 'append-only: a head can be signed once, not changed'; END $$""",
    "CREATE TRIGGER head_no_update BEFORE UPDATE ON head FOR EACH ROW EXECUTE FUNCTION signed_once()",
    "CREATE TRIGGER head_no_delete BEFORE DELETE ON head FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER head_no_truncate BEFORE TRUNCATE ON head EXECUTE FUNCTION append_only()",
    *(f"ALTER TABLE {name.partition('_')[0]} ENABLE ALWAYS TRIGGER {name}" for name in NAMES["postgres"]),
)
