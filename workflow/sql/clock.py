"""Clocks and their timers."""

OF_CASE = """SELECT k.name, k.run, k.state, k.started_at, k.from_at, k.due_at, k.due_on, k.precision, k.provisional,
k.calendar, k.zone, k.calendar_version, k.rule, k.stops, k.extensions, k.ladder, k.level,
k.breached_at, k.met_at, k.ended_at, t.id, t.what, t.step, t.occurrence, t.at
FROM clock k LEFT JOIN timer t ON t.case_id = k.case_id AND t.clock = k.name AND t.state = 'open'
WHERE k.case_id = :case_id ORDER BY k.name"""

INSERT = """INSERT INTO clock (case_id, name, run, state, started_at, from_at, due_at, due_on, precision, provisional,
calendar, zone, calendar_version, rule, stops, extensions, ladder, level, breached_at, met_at, ended_at)
VALUES (:case_id, :name, :run, :state, :started_at, :from_at, :due_at, :due_on, :precision, :provisional, :calendar,
:zone, :calendar_version, :rule, :stops, :extensions, :ladder, :level, :breached_at, :met_at, :ended_at)"""

UPDATE = """UPDATE clock SET run = :run, state = :state, started_at = :started_at, from_at = :from_at,
due_at = :due_at, due_on = :due_on, precision = :precision, provisional = :provisional, calendar = :calendar,
zone = :zone, calendar_version = :calendar_version, rule = :rule, stops = :stops, extensions = :extensions,
ladder = :ladder, level = :level, breached_at = :breached_at, met_at = :met_at,
ended_at = :ended_at WHERE case_id = :case_id AND name = :name"""

TIMER_NEW = """INSERT INTO timer (id, case_id, clock, run, what, step, occurrence, at, try_at, state, attempts, error,
fired_at) VALUES (:id, :case_id, :clock, :run, :what, :step, :occurrence, :at, :at, :state, 0, NULL, :fired_at)"""
TIMER_FIRED = """UPDATE timer SET state = 'fired', fired_at = :fired_at, error = NULL
WHERE id = :id AND state = 'open'"""
TIMER_MOVED = "UPDATE timer SET at = :at, try_at = :at WHERE id = :id AND state = 'open'"
TIMER_CLOSED = "UPDATE timer SET state = 'closed' WHERE id = :id AND state = 'open'"

# At one instant the order is that of the numbers of the cases: which one comes first must not hang on a random id.
DUE = """SELECT t.id, t.case_id, t.try_at FROM timer t JOIN cases c ON c.id = t.case_id
WHERE t.state = 'open' AND t.try_at <= :now ORDER BY t.try_at, c.ref, t.clock LIMIT :limit"""
DUE_LAWS = f"SELECT t.case_id, c.definition FROM ({DUE}) t JOIN cases c ON c.id = t.case_id"
NEXT_AT = "SELECT min(try_at) FROM timer WHERE state = 'open'"
STILL_OPEN = "SELECT 1 FROM timer WHERE id = :id AND state = 'open' AND try_at <= :now"
BACK_OFF = """UPDATE timer SET attempts = attempts + 1, error = :error, try_at = :try_at
WHERE id = :id AND state = 'open'"""
ATTEMPTS = "SELECT attempts FROM timer WHERE id = :id"

# Open clocks reckoned with another version of a calendar than the one in force; two ranges, so that an index serves.
OUTDATED = """SELECT DISTINCT case_id FROM clock WHERE ended_at IS NULL AND state <> 'paused' AND calendar = :calendar
AND (calendar_version < :version OR calendar_version > :version) LIMIT :limit"""
OUTDATED_COUNT = """SELECT count(*) FROM clock WHERE ended_at IS NULL AND state <> 'paused' AND calendar = :calendar
AND (calendar_version < :version OR calendar_version > :version)"""
PROVISIONAL = """SELECT c.ref, k.name FROM clock k JOIN cases c ON c.id = k.case_id
WHERE k.ended_at IS NULL AND k.provisional = 1 ORDER BY c.ref, k.name"""
