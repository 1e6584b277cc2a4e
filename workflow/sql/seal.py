"""Sealing: what waits, the leaves and tiles of the tree, its heads."""

TURN = "SELECT seen_size FROM workspace WHERE id = 1"
TURN_LOCK = "SELECT seen_size FROM workspace WHERE id = 1 FOR UPDATE"

NEWEST = "SELECT size, root, at, note FROM head ORDER BY size DESC LIMIT 1"
SIGNED = "SELECT size, root, at, note FROM head WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1"
SIGNED_OVER = "SELECT size, root, at, note FROM head WHERE note IS NOT NULL AND size > :idx ORDER BY size LIMIT 1"
HEADS = "SELECT size, root, at, note FROM head ORDER BY size"
HEAD = "SELECT note FROM head WHERE size = :size"
HEAD_NEW = "INSERT INTO head (size, root, at, note) VALUES (:size, :root, :at, NULL)"
HEAD_SIGN = "UPDATE head SET note = :note WHERE size = :size AND note IS NULL"
SEEN_NOW = "SELECT seen_size, seen_root FROM workspace WHERE id = 1"
SEEN = "UPDATE workspace SET seen_size = :size, seen_root = :root WHERE id = 1"

# In the order of sealing; every stream in its order, because `at` never falls along a stream.
WAITING = """SELECT u.at, u.stream, u.n, e.id, e.canon, e.hash
FROM unsealed u LEFT JOIN event e ON e.stream = u.stream AND e.n = u.n ORDER BY u.at, u.stream, u.n LIMIT :limit"""
WAITING_SINCE = "SELECT at FROM unsealed ORDER BY at, stream, n LIMIT 1"
WAITING_FIRST = "SELECT 1 FROM unsealed WHERE n = 1 LIMIT 1"

# Rows travel as one JSON text: [[at, stream, n, event], …]. Between reading what waits and taking it away others may
# commit on PostgreSQL, so exactly these go; on SQLite the writer is alone.
LEAVES_SQLITE = """INSERT INTO leaf (idx, event)
SELECT :start + key, json_extract(value, '$[3]') FROM json_each(:rows)"""
LEAVES_POSTGRES = """INSERT INTO leaf (idx, event)
SELECT CAST(:start AS bigint) + r.place - 1, r.value ->> 3
FROM json_array_elements(CAST(:rows AS json)) WITH ORDINALITY AS r (value, place)"""
TAKE_SQLITE = "DELETE FROM unsealed WHERE (at, stream, n) <= (:at, :stream, :n)"
TAKE_POSTGRES = """DELETE FROM unsealed u USING json_array_elements(CAST(:rows AS json)) AS r (value)
WHERE u.at = r.value ->> 0 AND u.stream = r.value ->> 1 AND u.n = CAST(r.value ->> 2 AS bigint)"""

TILE = "SELECT hashes FROM tile WHERE level = :level AND n = :n"
TILE_PUT = """INSERT INTO tile (level, n, hashes) VALUES (:level, :n, :hashes)
ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes"""

# Whether anything was sealed since a size but what tells of checkpoints.
NEWS = """SELECT 1 FROM leaf l JOIN event e ON e.id = l.event WHERE l.idx >= :since
AND e.kind NOT IN ('checkpoint.made', 'checkpoint.published', 'checkpoint.stamped') LIMIT 1"""

LEAF = """SELECT e.id, e.canon, e.hash, l.idx FROM event e LEFT JOIN leaf l ON l.event = e.id WHERE e.id = :id"""
KEPT = "SELECT field, salt, value FROM payload WHERE event = :id ORDER BY field"
LOG = """SELECT n, id, kind, canon FROM event
WHERE stream = 'log' AND kind IN ('log.created', 'checkpoint.made') ORDER BY n"""
ORIGIN = "UPDATE workspace SET origin = :origin WHERE id = 1"
