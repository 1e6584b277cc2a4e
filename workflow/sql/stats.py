"""How an office did, counted from the trail: each question walks one kind of event between two instants.

``UNDER`` narrows to a unit and those below it. Where only the newest state of a thing can answer (what is open now),
the living tables do; `workflow.stats_standing` gives the same from the trail for an instant gone by.
"""

UNDER = """ AND {column} IN (WITH RECURSIVE under(code) AS (
  SELECT code FROM unit WHERE code = :unit UNION SELECT u.code FROM unit u JOIN under m ON u.parent = m.code)
SELECT code FROM under)"""

# ``:late`` is a pattern: whether a met limit was late stands in its canon, in which no text can look like it.
ENDED = """SELECT e.stream, e.n, e.at, e.unit, e.rule, CASE WHEN e.canon LIKE :late THEN 1 ELSE 0 END FROM event e
WHERE e.kind = 'clock.met' AND e.at >= :since AND e.at < :until"""
CLIMBED = """SELECT e.stream, e.n, e.at, e.unit, e.rule, e.canon FROM event e
WHERE e.kind = 'clock.escalated' AND e.at >= :since AND e.at < :until"""
LIMITS = """SELECT e.stream, e.n, e.at, e.unit, e.rule, e.kind FROM event e
WHERE e.kind IN ('clock.started', 'clock.met', 'clock.cancelled') AND e.at >= :since AND e.at < :until"""
OPENED = """SELECT e.stream, e.n, e.at, e.unit, e.rule, e.to_state FROM event e
WHERE e.kind = 'case.opened' AND e.at >= :since AND e.at < :until"""
ACTED = """SELECT e.stream, e.n, e.at, e.unit, e.rule, e.from_state, e.to_state FROM event e
WHERE e.kind = 'case.acted' AND e.at >= :since AND e.at < :until"""

# What is open and what is overdue, now.
CLOCKS_NOW = """SELECT c.ref, c.unit, c.type, c.definition, k.name, k.started_at, k.breached_at, k.due_at
FROM clock k JOIN cases c ON c.id = k.case_id WHERE k.ended_at IS NULL"""
CASES_NOW = """SELECT c.ref, c.unit, c.type, c.definition, c.state, c.opened_at, c.due_at
FROM cases c WHERE c.closed_at IS NULL"""

# The same at an instant gone by: of every clock that may have run then, its events; of every case, its last state.
CLOCKS_THEN = """SELECT e.stream, e.n, e.at, e.kind, e.unit, e.rule, e.canon FROM event e
WHERE e.kind IN ('clock.started', 'clock.paused', 'clock.resumed', 'clock.breached', 'clock.met', 'clock.cancelled',
'clock.extended', 'clock.recomputed') AND e.stream IN (SELECT c.ref FROM clock k JOIN cases c ON c.id = k.case_id
WHERE (k.ended_at IS NULL OR k.ended_at >= :until) AND c.opened_at < :until)"""
CASES_THEN = """SELECT c.ref, c.unit, c.type, c.definition, (SELECT e.to_state FROM event e WHERE e.stream = c.ref
AND e.at < :until AND e.to_state IS NOT NULL ORDER BY e.n DESC LIMIT 1), c.opened_at FROM cases c
WHERE c.opened_at < :until AND (c.closed_at IS NULL OR c.closed_at >= :until)"""

# Duties that fell due between two days, as they stand; ``window`` is a word of PostgreSQL's own: quoted.
PERIODS = """SELECT p.duty, p.unit, p."window", p.due_on, p.status, p.ref FROM period p
WHERE p.due_on >= :first AND p.due_on <= :last"""
DUTIES_OPENED = "SELECT rule, canon FROM event WHERE kind = 'duty.opened'"
DUTIES_LATE = "SELECT canon FROM event WHERE kind = 'duty.met' AND canon LIKE :late"

# The severity of a case through time: its opening, and the acts that set it (``:word`` is the pattern of the field).
GRADED = """SELECT e.stream, e.n, e.canon FROM event e JOIN cases c ON c.ref = e.stream
WHERE c.type = :type AND c.opened_at < :until AND (c.closed_at IS NULL OR c.closed_at >= :since)
AND (e.kind = 'case.opened' OR (e.kind = 'case.acted' AND e.canon LIKE :word)) ORDER BY e.stream, e.n"""

# The law: every version of a type, in force or not; one by the beginning of its hash; which policy was in force when.
LAWS = "SELECT hash FROM definition WHERE type = :type ORDER BY hash"
DEFINITION = "SELECT hash, body FROM definition WHERE hash >= :low AND hash < :high"
POLICY = "SELECT compiled FROM policy WHERE hash >= :low AND hash < :high"
APPLIED = "SELECT at, canon FROM event WHERE stream = 'policy' AND kind = 'policy.applied' ORDER BY n"

# The criteria of an assessment: cases of one type, and everything that was done to one.
CRITERIA = "SELECT ref, unit, fields, definition FROM cases WHERE type = :type ORDER BY ref"
ACTS = "SELECT at, action, to_state FROM event WHERE stream = :ref AND kind = 'case.acted' ORDER BY n"

# What a summary tells: the units of a body, its acts, why a limit was late, and, for those who may, the reason given.
UNITS = """WITH RECURSIVE own(code) AS (
  SELECT code FROM unit WHERE code = :unit
  UNION SELECT u.code FROM unit u JOIN own o ON u.parent = o.code WHERE u.kind <> 'body') SELECT code FROM own"""
HEADLESS = """SELECT u.code FROM unit u WHERE u.kind = 'body'
AND NOT EXISTS (SELECT 1 FROM posting p WHERE p.unit = u.code AND p.post = 'unit_head')"""
UNIT_NAME = "SELECT name FROM unit WHERE code = :unit"
LATE_ENDS = """SELECT e.stream, e.n, e.at, e.unit, e.rule, e.canon FROM event e
WHERE e.kind = 'clock.met' AND e.at >= :since AND e.at < :until AND e.canon LIKE :late"""
ACTS_DONE = """SELECT e.unit, e.rule, count(*) FROM event e
WHERE e.kind = 'case.acted' AND e.at >= :since AND e.at < :until GROUP BY e.unit, e.rule"""
RECORDED = """SELECT a.unit, a.duty, sum(a.count) FROM activity a WHERE a.held_on >= :first AND a.held_on <= :last
AND NOT EXISTS (SELECT 1 FROM activity b WHERE b.duty = a.duty AND b.unit = a.unit AND b.corrects = a.no)
GROUP BY a.unit, a.duty"""
REASON = """SELECT (SELECT p.value FROM payload p WHERE p.event = a.id AND p.field = 'reason') FROM event a
WHERE a.stream = :ref AND a.n < :n AND a.kind = 'case.acted' ORDER BY a.n DESC LIMIT 1"""
DUE_NEXT = """SELECT p.duty, p.unit, p."window", p.due_on, p.ref FROM period p
WHERE p.due_on >= :first AND p.due_on <= :last AND p.status = 'open'"""
DUTY_OF = 'SELECT unit, "window" FROM period WHERE ref = :ref'
