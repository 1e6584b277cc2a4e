"""Questions to the trail, each walked along one index in the order of the answer, and what `verify` reads."""

_ROW = "SELECT at, stream, n, canon, hash FROM event WHERE "


def _led(*columns: str) -> dict[str, str]:
    """The walk along the index of these columns and (at, stream, n): where it begins, where it ends, its order.

    They are compared as a row and named in the order, so that no other index gives this order: led by `kind = :kind`
    alone, PostgreSQL takes the index of time for a kind it believes to be common, and reads all that is before it.
    """
    names, places = ", ".join(columns), ", ".join(f":{column}" for column in columns)
    key, before = ", ".join((*columns, "at")), "".join(f":{column}, " for column in columns)
    some = "rule IS NOT NULL AND " if columns == ("rule",) else ""  # as the index has it
    return {
        "since": f"{_ROW}{some}({key}) >= ({before}:since)",
        "after": f"{_ROW}{some}({key}, stream, n) > ({before}:after_at, :after_stream, :after_n)",
        "until": f" AND ({key}) < ({before}:until)",
        "onward": f" AND ({names}) <= ({places})" if columns else "",
        "order": f" ORDER BY {key}, stream, n LIMIT :limit",
    }


# Which index leads; a page is one of these with the conditions of LESS before its order.
ALONG = {
    "actor": _led("actor"),
    "rule": _led("rule"),
    "unit": _led("unit"),
    "unit_kind": _led("unit", "kind"),
    "kind": _led("kind"),
    "at": _led(),
}
IN_STREAM = _ROW + "stream = :stream"
IN_STREAM_ORDER = " ORDER BY n LIMIT :limit"
# An expression in place of a column keeps a planner from leading with that column's index, and then sorting.
LESS = {
    "actor": " AND actor || '' = :actor",
    "rule": " AND rule || '' >= :rule AND rule || '' < :rule_end",
    "unit": " AND unit || '' = :unit",
    "kind": " AND kind || '' >= :kind AND kind || '' < :kind_end",
    "since": " AND at || '' >= :since",
}
LESS_IN_STREAM = {
    "since": " AND at || '' >= :since",
    "until": " AND at || '' < :until",
    "after_n": " AND n > :after_n",
    "from_n": " AND n >= :from_n",
    "to_n": " AND n < :to_n",
}
# The number of the first event of a stream at a time or later. Along a stream time never falls, so that it is found by
# halving: what is before ``low`` is earlier, what is at ``high`` is not.
_LATER = "(SELECT at FROM event WHERE stream = :stream AND n >= (low + high) / 2 ORDER BY n LIMIT 1) >= :at"
FIRST_AT = f"""WITH RECURSIVE halving(low, high) AS (
SELECT CAST(1 AS BIGINT), (SELECT max(n) + 1 FROM event WHERE stream = :stream)
UNION ALL SELECT CASE WHEN {_LATER} THEN low ELSE (low + high) / 2 + 1 END,
CASE WHEN {_LATER} THEN (low + high) / 2 ELSE high END FROM halving WHERE low < high)
SELECT low FROM halving WHERE low >= high"""

# One word of a search in what is kept beside events; of a file its name alone is text.
WORD = """ AND EXISTS (SELECT 1 FROM payload p WHERE p.event = event.id AND lower(p.value) LIKE
CASE WHEN p.field LIKE 'file/%' THEN :file{n} ELSE :word{n} END ESCAPE '!'{never})"""

# The next of the different kinds or rules that begin alike: one step along the index, however many events each has.
NEXT_KIND = "SELECT min(kind) FROM event WHERE kind > :low AND kind < :high"
NEXT_RULE = "SELECT min(rule) FROM event WHERE rule > :low AND rule < :high"

# Asked for by its order, so that what is common, and begins late, is not looked for from the beginning of the table.
_KNOWN = "SELECT 1 FROM event WHERE {0} >= :{0} AND {0} <= :{0} ORDER BY {0} LIMIT 1"
KIND_KNOWN = _KNOWN.format("kind")
STREAM_KNOWN = _KNOWN.format("stream")
ACTOR_KNOWN = _KNOWN.format("actor")
UNIT_KNOWN = f"SELECT 1 FROM unit WHERE code = :unit UNION ALL SELECT * FROM ({_KNOWN.format('unit')}) AS e LIMIT 1"

# For so many ids at once; unused places repeat an id.
SIZES = (1, 8, 64, 512)
LOGINS = {
    size: f"SELECT id, login FROM person WHERE id IN ({', '.join(f':i{n}' for n in range(size))})" for size in SIZES
}
VALUES = {
    size: f"SELECT event, field, value FROM payload WHERE event IN ({', '.join(f':i{n}' for n in range(size))})"
    for size in SIZES
}
KEPT = {
    size: f"SELECT event, field, salt, value FROM payload WHERE event IN ({', '.join(f':i{n}' for n in range(size))})"
    for size in SIZES[-1:]
}
LEAVES = {
    size: f"SELECT event, idx FROM leaf WHERE event IN ({', '.join(f':i{n}' for n in range(size))})" for size in SIZES
}
FORGOTTEN = {
    size: f"SELECT ref FROM cases WHERE ref IN ({', '.join(f':i{n}' for n in range(size))}) AND erased_n IS NOT NULL"
    for size in SIZES
}
FIELDS_OF = "SELECT canon FROM event WHERE stream = :stream AND kind IN ('case.opened', 'case.acted') ORDER BY n"

# What `verify` reads, stream by stream: `within`, from :low to before :high, or `onward`, from :low.
# Heads and waiting events come in the same order.
_RANGES = {"within": "{0} >= :low AND {0} < :high", "onward": "{0} >= :low"}
EVENTS = {
    which: f"""SELECT e.id, e.stream, e.n, e.prev, e.at, e.kind, e.actor, e.behalf, e.via, e.unit, e.action,
e.from_state, e.to_state, e.rule, e.canon, e.hash, l.idx
FROM event e LEFT JOIN leaf l ON l.event = e.id
WHERE {streams.format("e.stream")} ORDER BY e.stream, e.n"""
    for which, streams in _RANGES.items()
}
HEADS = {
    which: f"""SELECT ref AS name, n, hash, at, 1 AS is_case FROM cases WHERE {streams.format("ref")}
UNION ALL SELECT name, n, hash, at, 0 FROM stream WHERE {streams.format("name")} ORDER BY name, is_case"""
    for which, streams in _RANGES.items()
}
UNSEALED = {
    which: f"SELECT stream, n, at FROM unsealed WHERE {streams.format('stream')} ORDER BY stream, n"
    for which, streams in _RANGES.items()
}
AS_MANY_EVENTS = "SELECT count(*) FROM (SELECT 1 FROM event LIMIT :most) AS these"
STREAM_AHEAD = "SELECT stream FROM event WHERE stream >= :low ORDER BY stream, n LIMIT 1 OFFSET :ahead"
STREAM_AFTER = "SELECT stream FROM event WHERE stream > :low ORDER BY stream, n LIMIT 1"
LEAF_COUNT = "SELECT count(*) FROM leaf"
CASE_COUNT = "SELECT count(*) FROM cases"
LEAF_FOR_NOTHING = """SELECT l.idx, l.event FROM leaf l
WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.id = l.event) ORDER BY l.idx"""
LEAF_OF = "SELECT e.id, e.stream, e.n FROM leaf l JOIN event e ON e.id = l.event WHERE l.idx = :idx"
TILES = "SELECT level, n, hashes FROM tile ORDER BY level, n"
KEPT_COUNT = "SELECT count(*) FROM payload"
ALL_KEPT = """SELECT p.event, p.field, e.stream, e.n, e.canon FROM payload p LEFT JOIN event e ON e.id = p.event
ORDER BY e.stream, e.n, p.event, p.field"""
OPENINGS = "SELECT id, stream, n, canon FROM event WHERE kind = 'case.opened' ORDER BY at, stream, n"
COUNTER = "SELECT value, hash FROM counter WHERE name = 'register'"
WORKSPACE = """SELECT origin, sandbox, admin, zone, calendar, policy, seen_size, seen_root
FROM workspace WHERE id = 1"""
GENESIS = "SELECT id, canon FROM event WHERE stream = 'log' AND n = 1"

GUARDS_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
GUARDS_POSTGRES = """SELECT t.tgname, t.tgtype, CAST(t.tgenabled AS text), t.tgqual IS NULL, p.prosrc
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid IN (CAST('event' AS regclass), CAST('payload' AS regclass), CAST('leaf' AS regclass),
CAST('head' AS regclass)) AND NOT t.tgisinternal"""

# Every file that an act committed to and that is still kept.
FILES = """SELECT e.id, e.stream, e.n, p.field, p.value FROM payload p JOIN event e ON e.id = p.event
WHERE p.field LIKE 'file/%' ORDER BY e.stream, e.n, p.field"""
