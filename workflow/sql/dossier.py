"""What a dossier takes from the trail: the events of one case with everything kept beside them, and who they name."""

CANONS = "SELECT canon FROM event WHERE stream = :stream ORDER BY n"
EVENTS = """SELECT e.at, e.stream, e.n, e.canon, e.hash, e.id, p.field, p.salt, p.value
FROM event e LEFT JOIN payload p ON p.event = e.id WHERE e.stream = :stream ORDER BY e.n, p.field"""
PERSON = "SELECT login, name FROM person WHERE id = :id"
