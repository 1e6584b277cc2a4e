"""What a ground of accountability rests on: breaches, conclusions, missed windows, posts held then."""

CASE = "SELECT unit, state, definition, fields, opened_at, at FROM cases WHERE ref = :ref"
BREACHES = "SELECT at, n, canon FROM event WHERE stream = :stream AND kind = 'clock.breached' ORDER BY n"
MISSED = "SELECT at, n, canon FROM event WHERE stream = :stream AND kind = 'duty.missed' ORDER BY n"
LINKED = """SELECT c.ref, c.definition, c.fields, c.at FROM cases f JOIN link l ON l.case_id = f.id
JOIN cases c ON c.ref = l.ref WHERE f.ref = :ref ORDER BY c.ref"""
LINKED_BY = "SELECT actor, behalf, canon FROM event WHERE stream = :ref AND kind = 'case.linked'"
GIVEN_BY = """SELECT e.actor, e.behalf FROM event e JOIN payload p ON p.event = e.id
WHERE e.stream = :ref AND p.field = :field"""
ITSELF = "SELECT ref, definition, fields, at FROM cases WHERE ref = :ref"
