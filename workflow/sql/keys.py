"""Keys that persons registered, and acts they signed: both stand in the trail, and nowhere else."""

REGISTERED = """SELECT at, n, canon FROM event WHERE stream = 'org' AND kind = 'key.registered' AND actor = :person
ORDER BY n"""
EVENT = "SELECT id, stream, n, actor, hash FROM event WHERE id = :id"
SIGNED_AFTER = "SELECT canon FROM event WHERE stream = :stream AND n > :n AND kind = 'case.signed' ORDER BY n"
SIGNED = """SELECT e.id, e.stream, e.n, e.at, e.actor, e.canon, p.value
FROM event e LEFT JOIN payload p ON p.event = e.id AND p.field = 'sshsig'
WHERE e.kind = 'case.signed' ORDER BY e.at, e.stream, e.n"""
