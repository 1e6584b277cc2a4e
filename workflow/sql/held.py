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

BODIES = "SELECT code FROM unit WHERE kind = 'body' ORDER BY code"
UNITS = "SELECT code FROM unit WHERE kind <> 'body' ORDER BY code"
CALENDARS_IN_USE = """SELECT calendar FROM unit WHERE calendar IS NOT NULL
UNION SELECT calendar FROM clock WHERE ended_at IS NULL"""
