"""What `verify --replay` reads: events with what is kept beside them, and the living tables in the order of cases."""

_EVENTS = """SELECT e.id, e.stream, e.n, e.hash, e.canon, p.field, p.value
FROM event e LEFT JOIN payload p ON p.event = e.id"""
EVENTS = _EVENTS + " ORDER BY e.stream, e.n"
STREAM = _EVENTS + " WHERE e.stream = :stream ORDER BY e.n"

WORKSPACE = "SELECT zone, calendar, policy FROM workspace WHERE id = 1"
CALENDARS = "SELECT name, version, body, current FROM calendar ORDER BY name, version"
POLICIES = "SELECT hash, name, compiled FROM policy ORDER BY hash"
DEFINITIONS = "SELECT hash, type, body FROM definition ORDER BY hash"
DEFINITION = "SELECT hash, type, body FROM definition WHERE hash = :hash"
IN_FORCE = "SELECT type, definition FROM in_force ORDER BY type"
COUNTERS = "SELECT name, value, hash FROM counter WHERE name <> 'register' ORDER BY name"

UNITS = "SELECT code, name, parent, kind, zone, calendar FROM unit"
PERSONS = "SELECT id, login, name, email FROM person"
POSTS = "SELECT unit, post, level, single FROM post"
POSTINGS = "SELECT person, unit, post, from_on, to_on, acting FROM posting"
PORTFOLIOS = "SELECT person, unit, from_on, to_on FROM portfolio"
LEAVE = "SELECT id, person, deputy, from_on, to_on FROM leave"
PERIODS = """SELECT duty, unit, "window", opens_at, due_on, status, ref, required, done, warned FROM period"""
ACTIVITIES = """SELECT duty, unit, no, "window", held_on, count, posts, present, title, attached, corrects, at, actor
FROM activity"""

CASES = """SELECT ref, id, type, definition, title, unit, state, version, severity, owner, opener, opened_at, closed_at,
fields, acted, acted_at, due_at, duty, erased_n FROM cases ORDER BY ref"""
CLOCKS = """SELECT c.ref, k.name, k.run, k.state, k.started_at, k.from_at, k.due_at, k.due_on, k.precision,
k.provisional, k.calendar, k.zone, k.calendar_version, k.rule, k.stops, k.extensions, k.ladder, k.level, k.breached_at,
k.met_at, k.ended_at FROM cases c JOIN clock k ON k.case_id = c.id ORDER BY c.ref, k.name"""
TIMERS = """SELECT c.ref, t.clock, t.run, t.what, t.step, t.occurrence, t.at, t.state, t.fired_at
FROM cases c JOIN timer t ON t.case_id = c.id ORDER BY c.ref, t.clock, t.run, t.what, t.step, t.occurrence"""
FILES = """SELECT c.ref, f.no, f.sha256, f.name, f.size, f.at, f.event
FROM cases c JOIN file f ON f.case_id = c.id ORDER BY c.ref, f.no"""
LINKS = """SELECT c.ref, l.kind, l.ref FROM cases c JOIN link l ON l.case_id = c.id ORDER BY c.ref, l.kind, l.ref"""
EXTENSIONS = """SELECT c.ref, x.id, x.clock, x.run, x.by, x.state, x.asked_by, x.asked_at, x.decided_by, x.decided_at
FROM cases c JOIN extension x ON x.case_id = c.id ORDER BY c.ref, x.id"""
EFFECTS = """SELECT c.ref, x.event, x.effect, x.bars, x.whom, x.from_on, x.until_on, x.state
FROM cases c JOIN effect x ON x.case_id = c.id ORDER BY c.ref, x.event, x.effect, x.bars"""
OUTBOX = """SELECT ref, dedup, event, kind, person, channel, body, created_at FROM outbox WHERE ref IS NOT NULL
ORDER BY ref, dedup"""

# What the trail says of each message, and what is put off: both read an index of open work only.
NOTICES = "SELECT id, ref, kind, person, dedup, state, sent_at FROM outbox ORDER BY id"
NEWEST_AT = "SELECT max(at) FROM event"
TIMERS_PUT_OFF = """SELECT c.ref, t.clock, t.try_at FROM timer t JOIN cases c ON c.id = t.case_id
WHERE t.state = 'open' AND t.try_at > :latest AND t.try_at > t.at ORDER BY c.ref, t.clock"""
NOTICES_PUT_OFF = """SELECT ref, dedup, try_at FROM outbox
WHERE state = 'waiting' AND try_at > :latest AND try_at > created_at ORDER BY ref, dedup"""

WELCOMES = "SELECT dedup, event, kind, person, channel, body, created_at FROM outbox WHERE ref IS NULL"

# Rows that belong to no case.
STRAY_CLOCKS = (
    """SELECT k.case_id, k.name FROM clock k WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = k.case_id)"""
)
STRAY_TIMERS = """SELECT t.case_id, t.clock FROM timer t
WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = t.case_id)"""
STRAY_FILES = "SELECT f.case_id, f.no FROM file f WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = f.case_id)"
STRAY_LINKS = "SELECT l.case_id, l.ref FROM link l WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = l.case_id)"
STRAY_EXTENSIONS = """SELECT x.case_id, x.id FROM extension x
WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = x.case_id)"""
STRAY_EFFECTS = """SELECT x.case_id, x.event FROM effect x
WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = x.case_id)"""
STRAY_OUTBOX = """SELECT o.ref, o.dedup FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.id = o.event)"""
