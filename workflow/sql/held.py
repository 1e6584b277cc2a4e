"""Everything that is held about one person, and how the workspace stands as a whole."""

CASES_OF_PERSON = "SELECT ref, type, title, state FROM cases WHERE owner = :person OR opener = :person ORDER BY ref"
CASES_THAT_NAME = """SELECT ref, type, title, state FROM cases WHERE fields LIKE :inside
AND COALESCE(owner, '') <> :person AND COALESCE(opener, '') <> :person ORDER BY ref"""
NOTICES = "SELECT ref, kind, channel, created_at, state FROM outbox WHERE person = :person ORDER BY created_at, id"
DEPUTY_OF = """SELECT h.login AS person, l.from_on, l.to_on FROM leave l JOIN person h ON h.id = l.person
WHERE l.deputy = :person ORDER BY l.from_on"""
ACTS = "SELECT count(*), min(at), max(at) FROM event WHERE actor = :person OR behalf = :person"
READS = """SELECT e.at, p.login AS actor, e.stream, e.n FROM event e LEFT JOIN person p ON p.id = e.actor
WHERE e.kind = 'data.read' AND e.canon LIKE :inside ORDER BY e.at, e.stream, e.n"""

BODIES = "SELECT code FROM unit WHERE kind = 'body' ORDER BY code"
UNITS = "SELECT code, kind FROM unit WHERE kind <> 'body' ORDER BY code"
MANNED = "SELECT DISTINCT unit FROM posting WHERE from_on <= :on AND (to_on IS NULL OR to_on >= :on)"
HELD_ON = """SELECT p.unit, p.post, h.login, p.from_on, p.to_on FROM posting p JOIN person h ON h.id = p.person
WHERE p.acting = 0 AND p.from_on <= :on AND (p.to_on IS NULL OR p.to_on >= :on) ORDER BY p.unit, p.post, h.login"""
CHARGED_ON = """SELECT f.unit, h.login, f.person FROM portfolio f JOIN person h ON h.id = f.person
WHERE f.from_on <= :on AND (f.to_on IS NULL OR f.to_on >= :on) ORDER BY f.unit, h.login"""
POSTED_ON = """SELECT person FROM posting WHERE from_on <= :on AND (to_on IS NULL OR to_on >= :on)
UNION SELECT person FROM portfolio WHERE from_on <= :on AND (to_on IS NULL OR to_on >= :on)"""
# Whoever held posts, and holds none any more.
LEFT = "SELECT person FROM posting GROUP BY person HAVING MAX(COALESCE(to_on, '9999-12-31')) < :on"
# Who is away, for whom somebody stands in.
STOOD_FOR = """SELECT h.login, d.login, l.deputy FROM leave l JOIN person h ON h.id = l.person
JOIN person d ON d.id = l.deputy WHERE l.from_on <= :on AND l.to_on >= :on ORDER BY h.login"""
# With the instant since which the owner owns it.
OPEN_CASES = """SELECT c.ref, c.unit, c.definition, c.state, c.owner, c.opener, COALESCE(
(SELECT MAX(e.at) FROM event e WHERE e.stream = c.ref AND e.kind = 'case.assigned'), c.opened_at)
FROM cases c WHERE c.closed_at IS NULL AND c.ref > :after ORDER BY c.ref LIMIT :limit"""
CALENDARS_IN_USE = """SELECT calendar FROM unit WHERE calendar IS NOT NULL
UNION SELECT calendar FROM clock WHERE ended_at IS NULL"""
