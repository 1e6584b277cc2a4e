"""What a ground of accountability rests on: breaches, conclusions, missed windows, posts held then."""

CASE = "SELECT unit, state, definition, fields, opened_at, at FROM cases WHERE ref = :ref"
BREACHES = "SELECT at, n, canon FROM event WHERE stream = :stream AND kind = 'clock.breached' ORDER BY n"
MISSED = "SELECT at, n, canon FROM event WHERE stream = :stream AND kind = 'duty.missed' ORDER BY n"
LINKED = """SELECT c.ref, c.definition, c.fields, c.at FROM cases f JOIN link l ON l.case_id = f.id
JOIN cases c ON c.ref = l.ref WHERE f.ref = :ref ORDER BY c.ref"""
ITSELF = "SELECT ref, definition, fields, at FROM cases WHERE ref = :ref"
