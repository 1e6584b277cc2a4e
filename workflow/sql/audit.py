"""Questions to the trail, each walked along one index in the order of the answer, and what `verify` reads."""

_ROW = "SELECT at, stream, n, canon, hash FROM event WHERE "
_IN_ORDER = " ORDER BY at, stream, n LIMIT :limit"

# Which index leads; a page is one of these with the conditions of LESS between it and its order.
ALONG = {
    "stream": (_ROW + "stream = :stream", " ORDER BY n LIMIT :limit"),
    "actor": (_ROW + "actor = :actor", _IN_ORDER),
    "rule": (_ROW + "rule = :rule", _IN_ORDER),
    "unit": (_ROW + "unit = :unit", _IN_ORDER),
    "kind": (_ROW + "kind = :kind", _IN_ORDER),
    "at": (_ROW + "at >= :since", _IN_ORDER),
}
LESS = {
    "actor": " AND actor = :actor",
    "rule": " AND rule >= :rule AND rule < :rule_end",
    "unit": " AND unit = :unit",
    "kind": " AND kind >= :kind AND kind < :kind_end",
    "since": " AND at >= :since",
    "until": " AND at < :until",
    "after": " AND (at, stream, n) > (:after_at, :after_stream, :after_n)",
    "after in stream": " AND n > :after_n",
}

# The next of the different kinds or rules that begin alike: one step along the index, however many events each has.
NEXT_KIND = "SELECT min(kind) FROM event WHERE kind > :low AND kind < :high"
NEXT_RULE = "SELECT min(rule) FROM event WHERE rule > :low AND rule < :high"

KIND_KNOWN = "SELECT 1 FROM event WHERE kind = :kind LIMIT 1"
STREAM_KNOWN = "SELECT 1 FROM event WHERE stream = :stream LIMIT 1"
UNIT_KNOWN = "SELECT 1 FROM unit WHERE code = :unit UNION ALL SELECT 1 FROM event WHERE unit = :unit LIMIT 1"
ACTOR_KNOWN = "SELECT 1 FROM event WHERE actor = :actor LIMIT 1"

# For so many ids at once; unused places repeat an id.
SIZES = (1, 8, 64, 512)
LOGINS = {
    size: f"SELECT id, login FROM person WHERE id IN ({', '.join(f':i{n}' for n in range(size))})" for size in SIZES
}
VALUES = {
    size: f"SELECT event, field, value FROM payload WHERE event IN ({', '.join(f':i{n}' for n in range(size))})"
    for size in SIZES
}
