"""More time asked for a clock."""

ASKED = """SELECT id, run, by, asked_by, asked_at FROM extension
WHERE case_id = :case_id AND clock = :clock AND state = 'asked'"""
ASKED_FOR = """SELECT behalf FROM event WHERE stream = :ref AND kind = 'extension.requested' AND canon LIKE :inside"""
GRANTED = "SELECT count(*) FROM extension WHERE case_id = :case_id AND clock = :clock AND state = 'approved'"
NEW = """INSERT INTO extension (id, case_id, clock, run, by, state, asked_by, asked_at, decided_by, decided_at)
VALUES (:id, :case_id, :clock, :run, :by, 'asked', :asked_by, :asked_at, NULL, NULL)"""
DECIDE = """UPDATE extension SET state = :state, decided_by = :decided_by, decided_at = :decided_at
WHERE id = :id AND state = 'asked'"""
LAPSE = """UPDATE extension SET state = 'lapsed', decided_at = :at
WHERE case_id = :case_id AND clock = :clock AND state = 'asked'"""

LIST = """SELECT e.id, c.ref, e.clock, e.run, e.by, e.state, coalesce(a.login, e.asked_by) AS asked_by, e.asked_at,
coalesce(d.login, e.decided_by) AS decided_by, e.decided_at, k.due_at, k.zone
FROM extension e JOIN cases c ON c.id = e.case_id JOIN clock k ON k.case_id = e.case_id AND k.name = e.clock
LEFT JOIN person a ON a.id = e.asked_by LEFT JOIN person d ON d.id = e.decided_by WHERE 1 = 1"""
LIST_ORDER = " ORDER BY e.asked_at DESC, e.id DESC LIMIT :limit"
