"""What was given away of checkpoints: it stands in the trail, and nowhere else."""

LAST = """SELECT at, canon FROM event WHERE kind = :kind
ORDER BY at DESC, stream DESC, n DESC LIMIT 40"""

STAMPS = """SELECT e.id, e.n, e.canon, p.value, l.idx FROM event e
LEFT JOIN payload p ON p.event = e.id AND p.field = 'stamp' LEFT JOIN leaf l ON l.event = e.id
WHERE e.kind = 'checkpoint.stamped' ORDER BY e.at, e.stream, e.n"""
# Sealed before a stamp, and said to be later than it; sealed after one, and said to be earlier.
LATER = """SELECT e.id, e.stream, e.n, e.at FROM leaf l JOIN event e ON e.id = l.event
WHERE l.idx >= :first AND l.idx < :end AND e.at > :at ORDER BY l.idx LIMIT 5"""
EARLIER = """SELECT e.id, e.stream, e.n, e.at FROM leaf l JOIN event e ON e.id = l.event
WHERE l.idx >= :first AND l.idx < :end AND e.at < :at ORDER BY l.idx LIMIT 5"""
