"""Duties: their periods, and what a schedule is worked out from. ``window`` is a word of PostgreSQL's own: quoted."""

# Names everything a schedule depends on: the policy in force, the register, the calendars.
VERSION = """SELECT (SELECT policy FROM workspace WHERE id = 1), (SELECT hash FROM stream WHERE name = 'org'),
(SELECT n FROM stream WHERE name = 'calendar')"""

UNITS = "SELECT code, parent, kind, zone, calendar FROM unit ORDER BY code"
APPLIED = "SELECT at, canon FROM event WHERE stream = 'policy' AND kind = 'policy.applied' ORDER BY n DESC"
POLICY = "SELECT compiled FROM policy WHERE hash = :hash"
BIRTHS = """SELECT unit, min(at) FROM event WHERE stream = 'org' AND unit IS NOT NULL GROUP BY unit"""

# What the register said of units, or of posts, in its order: ``"table":"unit"`` stands in the text that is hashed.
ROWS_SAID = (
    """SELECT at, canon FROM event WHERE stream = 'org' AND kind = 'org.changed' AND canon LIKE :row ORDER BY n"""
)

POSTINGS = "SELECT unit, post, person, from_on, to_on, acting FROM posting"
PORTFOLIOS = "SELECT unit, person, from_on, to_on FROM portfolio"
POSTS = "SELECT unit, post FROM post"

KNOWN = 'SELECT 1 FROM period WHERE duty = :duty AND unit = :unit AND "window" = :window'
KNOWN_SINCE = 'SELECT duty, unit, "window" FROM period WHERE due_on >= :since'
NEW = """INSERT INTO period (duty, unit, "window", opens_at, due_on, status, ref, required, done, warned)
VALUES (:duty, :unit, :window, :opens_at, :due_on, :status, :ref, :required, 0, :warned)"""

SETTLE = """UPDATE period SET status = :status
WHERE duty = :duty AND unit = :unit AND "window" = :window AND status = :was"""
# Open though their day is over, and their case has no limit of that day any more which could still be missed.
LAPSED = """SELECT p.duty, p.unit, p.due_on, p.ref FROM period p JOIN cases c ON c.ref = p.ref
WHERE p.status = 'open' AND p.due_on < :today
AND NOT EXISTS (SELECT 1 FROM clock k WHERE k.case_id = c.id AND k.ended_at IS NULL AND k.rule LIKE '%"date": %')
ORDER BY p.due_on, p.ref"""

_LIST = 'SELECT duty, unit, "window", opens_at, due_on, status, ref, required, done, warned FROM period'
SINCE = _LIST + " WHERE due_on >= :since ORDER BY due_on, duty, unit"
OF_DUTY = _LIST + ' WHERE duty = :duty ORDER BY due_on, unit, "window"'
WINDOWS = 'SELECT unit, "window" FROM period WHERE duty = :duty'
ONE = _LIST + ' WHERE duty = :duty AND unit = :unit AND "window" = :window'
OF_REF = _LIST + " WHERE ref = :ref"
OF_UNIT = _LIST + ' WHERE duty = :duty AND unit = :unit ORDER BY due_on, "window"'
COUNTED = _LIST + " WHERE status = 'open' AND required IS NOT NULL ORDER BY due_on, duty, unit, ref"
UNSETTLED = """SELECT p.duty, p.unit, p."window", p.ref FROM period p JOIN cases c ON c.ref = p.ref
WHERE c.closed_at IS NULL AND p.status IN ('open', 'missed') AND p."window" LIKE '%@____-__-__'
ORDER BY p.due_on, p.duty, p.unit, p.ref"""
COUNT = """UPDATE period SET done = :done WHERE duty = :duty AND unit = :unit AND "window" = :window"""
WARN = """UPDATE period SET warned = :warned WHERE duty = :duty AND unit = :unit AND "window" = :window
AND status = 'open'"""

_RECORDS = """SELECT a.no, a."window", a.held_on, a.count, a.posts, a.present, a.title, a.attached, a.corrects, a.at,
a.actor, (SELECT b.no FROM activity b WHERE b.duty = a.duty AND b.unit = a.unit AND b.corrects = a.no) AS corrected_by
FROM activity a WHERE a.duty = :duty AND a.unit = :unit"""
RECORDS = _RECORDS + ' AND a."window" = :window ORDER BY a.no'
RECORD = _RECORDS + " AND a.no = :no"
RECORD_NEW = """INSERT INTO activity (duty, unit, no, "window", held_on, count, posts, present, title, attached,
corrects, at, actor) VALUES (:duty, :unit, :no, :window, :held_on, :count, :posts, :present, :title, :attached,
:corrects, :at, :actor)"""
FILES_OF = "SELECT sha256, name, size FROM file WHERE event = :event ORDER BY no"
