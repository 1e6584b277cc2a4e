"""Duties: their periods, and what a schedule is worked out from. ``window`` is a word of PostgreSQL's own: quoted."""

# Names everything a schedule depends on: the policy in force, the register, the calendars.
VERSION = """SELECT (SELECT policy FROM workspace WHERE id = 1), (SELECT hash FROM stream WHERE name = 'org'),
(SELECT n FROM stream WHERE name = 'calendar')"""

UNITS = "SELECT code, parent, kind, zone, calendar FROM unit ORDER BY code"
APPLIED = "SELECT at, canon FROM event WHERE stream = 'policy' AND kind = 'policy.applied' ORDER BY n DESC"
POLICY = "SELECT compiled FROM policy WHERE hash = :hash"
BORN = "SELECT min(at) FROM event WHERE unit = :unit AND stream = 'org'"

KNOWN = 'SELECT 1 FROM period WHERE duty = :duty AND unit = :unit AND "window" = :window'
KNOWN_SINCE = 'SELECT duty, unit, "window" FROM period WHERE due_on >= :since'
NEW = """INSERT INTO period (duty, unit, "window", opens_at, due_on, status, ref)
VALUES (:duty, :unit, :window, :opens_at, :due_on, 'open', :ref)"""

OF_CASE = 'SELECT duty, unit, "window", due_on, status FROM period WHERE ref = :ref'
SETTLE = """UPDATE period SET status = :status
WHERE duty = :duty AND unit = :unit AND "window" = :window AND status = :was"""
# Open though their day is over, and their case has no limit of that day any more which could still be missed.
LAPSED = """SELECT p.ref FROM period p JOIN cases c ON c.ref = p.ref WHERE p.status = 'open' AND p.due_on < :today
AND NOT EXISTS (SELECT 1 FROM clock k WHERE k.case_id = c.id AND k.ended_at IS NULL AND k.rule LIKE '%"date": %')
ORDER BY p.due_on, p.ref"""

_LIST = 'SELECT duty, unit, "window", opens_at, due_on, status, ref FROM period'
OF_YEAR = _LIST + ' WHERE "window" >= :year AND "window" < :next ORDER BY due_on, duty, unit'
OF_DUTY = _LIST + " WHERE duty = :duty ORDER BY due_on, unit"
