"""Everything that is held about one person, and how the workspace stands as a whole."""

CASES_OF_OWNER = """SELECT ref, type, title, state FROM cases WHERE owner = :person AND closed_at IS NULL
ORDER BY ref"""
CASES_THAT_NAME = """SELECT ref, type, title, state FROM cases WHERE fields LIKE :inside AND owner <> :person
ORDER BY ref"""
NOTICES = "SELECT ref, kind, channel, created_at, state FROM outbox WHERE person = :person ORDER BY created_at, id"
DEPUTY_OF = """SELECT h.login AS person, l.from_on, l.to_on FROM leave l JOIN person h ON h.id = l.person
WHERE l.deputy = :person ORDER BY l.from_on"""
ACTS = "SELECT count(*), min(at), max(at) FROM event WHERE actor = :person OR behalf = :person"
READS = """SELECT e.at, p.login AS actor, e.stream, e.n FROM event e LEFT JOIN person p ON p.id = e.actor
WHERE e.kind = 'data.read' AND e.canon LIKE :inside ORDER BY e.at, e.stream, e.n"""

LATE_TIMERS = "SELECT count(*), min(at) FROM timer WHERE state = 'open' AND at < :before"
FAILED_TIMERS = "SELECT count(*) FROM timer WHERE state = 'open' AND attempts > 0"
STUCK_NOTICES = """SELECT coalesce(sum(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0),
coalesce(sum(CASE WHEN state = 'waiting' AND created_at < :before THEN 1 ELSE 0 END), 0) FROM outbox
WHERE state IN ('dead', 'waiting')"""
BODIES = "SELECT code FROM unit WHERE kind = 'body' ORDER BY code"
UNITS = "SELECT code FROM unit WHERE kind <> 'body' ORDER BY code"
