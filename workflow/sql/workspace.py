"""The workspace row, policies, definitions, calendars, receipts, pulses."""

CREATE = """INSERT INTO workspace (id, origin, sandbox, now, admin, zone, calendar, policy, seen_size, seen_root)
VALUES (1, :origin, :sandbox, :now, :admin, :zone, :calendar, NULL, 0, :seen_root)"""
EXISTS = "SELECT origin FROM workspace WHERE id = 1"
SET_POLICY = "UPDATE workspace SET policy = :hash, zone = :zone, calendar = :calendar WHERE id = 1"
PERSON = "INSERT INTO person (id, login, name, email) VALUES (:id, :login, :name, NULL)"

CLOCK_LOCK = "SELECT now FROM workspace WHERE id = 1 FOR UPDATE"

POLICY = "SELECT compiled FROM policy WHERE hash = :hash"
POLICY_NOW = "SELECT p.compiled, p.hash FROM workspace w JOIN policy p ON p.hash = w.policy WHERE w.id = 1"
POLICY_AT = """SELECT canon FROM event WHERE stream = 'policy' AND kind = 'policy.applied' AND at <= :until
ORDER BY n DESC LIMIT 1"""
POLICY_FIRST = "SELECT canon FROM event WHERE stream = 'policy' AND kind = 'policy.applied' ORDER BY n LIMIT 1"
POLICY_NEW = "INSERT INTO policy (hash, name, compiled, at) VALUES (:hash, :name, :compiled, :at)"
POLICY_KNOWN = "SELECT 1 FROM policy WHERE hash = :hash"
IN_FORCE_CLEAR = "DELETE FROM in_force"
IN_FORCE_SET = "INSERT INTO in_force (type, definition) VALUES (:type, :definition)"
DEFINITION = "SELECT body FROM definition WHERE hash = :hash"
DEFINITION_KNOWN = "SELECT 1 FROM definition WHERE hash = :hash"
DEFINITION_NEW = "INSERT INTO definition (hash, type, body, at) VALUES (:hash, :type, :body, :at)"
TYPES = "SELECT i.type, i.definition, d.body FROM in_force i JOIN definition d ON d.hash = i.definition ORDER BY i.type"
TYPE = """SELECT i.definition, d.body FROM in_force i JOIN definition d ON d.hash = i.definition
WHERE i.type = :type"""

CALENDARS = "SELECT name, version, body FROM calendar WHERE current = 1 ORDER BY name"
CALENDAR = "SELECT body FROM calendar WHERE name = :name AND version = :version"
CALENDAR_OLD = "UPDATE calendar SET current = 0 WHERE name = :name AND current = 1"
CALENDAR_NEW = """INSERT INTO calendar (name, version, body, at, current)
VALUES (:name, :version, :body, :at, 1)"""
CALENDAR_AGAIN = "UPDATE calendar SET current = 1 WHERE name = :name AND version = :version"
CALENDAR_EVENTS = """SELECT canon FROM event
WHERE stream = 'calendar' AND kind = 'calendar.imported' AND n <= :n ORDER BY n"""
CALENDAR_HEAD = "SELECT n, hash FROM stream WHERE name = 'calendar'"

RECEIPT = "SELECT digest, answer FROM receipt WHERE key = :key"
RECEIPT_NEW = "INSERT INTO receipt (key, digest, answer, at) VALUES (:key, :digest, :answer, :at)"

PULSE = "SELECT job, at, ok, say FROM pulse ORDER BY job"
PULSE_SET = """INSERT INTO pulse (job, at, ok, say) VALUES (:job, :at, :ok, :say)
ON CONFLICT (job) DO UPDATE SET at = excluded.at, ok = excluded.ok, say = excluded.say"""
