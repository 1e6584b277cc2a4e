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
UNITS = "SELECT code, kind FROM unit WHERE kind <> 'body' ORDER BY code"
HELD_ON = """SELECT p.unit, p.post, h.login, p.from_on, p.to_on FROM posting p JOIN person h ON h.id = p.person
WHERE p.acting = 0 AND p.from_on <= :on AND (p.to_on IS NULL OR p.to_on >= :on) ORDER BY p.unit, p.post, h.login"""
CHARGED_ON = """SELECT f.unit, h.login, f.from_on, f.to_on FROM portfolio f JOIN person h ON h.id = f.person
WHERE f.from_on <= :on AND (f.to_on IS NULL OR f.to_on >= :on) ORDER BY f.unit, h.login"""
POSTED_ON = """SELECT person FROM posting WHERE from_on <= :on AND (to_on IS NULL OR to_on >= :on)
UNION SELECT person FROM portfolio WHERE from_on <= :on AND (to_on IS NULL OR to_on >= :on)"""
OPEN_CASES = """SELECT ref, unit, definition, state, owner, opener FROM cases
WHERE closed_at IS NULL AND ref > :after ORDER BY ref LIMIT :limit"""
CALENDARS_IN_USE = """SELECT calendar FROM unit WHERE calendar IS NOT NULL
UNION SELECT calendar FROM clock WHERE ended_at IS NULL"""
