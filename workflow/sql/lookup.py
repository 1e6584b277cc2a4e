"""Who may look things up, and which words of the law are about those who asked."""

POSTED = """SELECT 1 FROM posting WHERE person = :person AND post IN ('office', 'inspector')
AND from_on <= :on AND (to_on IS NULL OR to_on >= :on) LIMIT 1"""
DEFINITIONS = "SELECT body FROM definition"
EXPORT = """SELECT e.id, e.canon, e.hash, p.field, p.salt, p.value FROM event e LEFT JOIN payload p ON p.event = e.id
ORDER BY e.at, e.stream, e.n, p.field"""
