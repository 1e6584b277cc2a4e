"""The register: units, posts, people, postings, portfolios, leave. Its history is the stream ``org``."""

# The head names one content of the register: whatever was read under it stays true while it stands.
VERSION = "SELECT hash FROM stream WHERE name = 'org'"

# A unit and everything above it, with whoever holds something there on or after a day; depth 0 is the unit.
CHAIN = """WITH RECURSIVE up(code, parent, kind, zone, calendar, depth) AS (
  SELECT code, parent, kind, zone, calendar, 0 FROM unit WHERE code = :unit
  UNION ALL
  SELECT u.code, u.parent, u.kind, u.zone, u.calendar, up.depth + 1
  FROM up JOIN unit u ON u.code = up.parent WHERE up.depth < 100)
SELECT up.depth, up.code, up.parent, up.kind, up.zone, up.calendar, p.post, p.person, h.login,
p.from_on, p.to_on, p.acting, o.level
FROM up
LEFT JOIN posting p ON p.unit = up.code AND (p.to_on IS NULL OR p.to_on >= :since)
LEFT JOIN person h ON h.id = p.person
LEFT JOIN post o ON o.unit = p.unit AND o.post = p.post
UNION ALL
SELECT up.depth, up.code, up.parent, up.kind, up.zone, up.calendar, '', f.person, h.login, f.from_on, f.to_on, 0, NULL
FROM up JOIN portfolio f ON f.unit = up.code AND (f.to_on IS NULL OR f.to_on >= :since)
JOIN person h ON h.id = f.person
ORDER BY 1"""

# The units of one body: down to, and without, the bodies below it.
WIDE = """WITH RECURSIVE within(code, kind) AS (
  SELECT code, kind FROM unit WHERE code = :body
  UNION
  SELECT u.code, u.kind FROM within JOIN unit u ON u.parent = within.code WHERE u.kind <> 'body')
SELECT p.unit, p.post, p.person, h.login, p.from_on, p.to_on, p.acting, o.level
FROM within
JOIN posting p ON p.unit = within.code AND (within.kind = 'group' OR p.post IN ('office', 'inspector'))
  AND (p.to_on IS NULL OR p.to_on >= :since)
JOIN person h ON h.id = p.person
LEFT JOIN post o ON o.unit = p.unit AND o.post = p.post"""

ABSENT = "SELECT person, deputy, from_on, to_on FROM leave WHERE to_on >= :since"

# Whoever holds nothing until further notice, with the last day on which anything is held.
ENDED = """SELECT person, MAX(to_on) FROM (SELECT person, to_on FROM posting
UNION ALL SELECT person, to_on FROM portfolio) held GROUP BY person HAVING COUNT(*) = COUNT(to_on)"""

UNITS = "SELECT code, name, parent, kind, zone, calendar FROM unit ORDER BY code"
POSTS = "SELECT unit, post, level, single FROM post ORDER BY unit, post"
PEOPLE = "SELECT id, login, name, email FROM person ORDER BY login"
POSTINGS = "SELECT person, unit, post, from_on, to_on, acting FROM posting ORDER BY unit, post, from_on, person"
PORTFOLIOS = "SELECT person, unit, from_on, to_on FROM portfolio ORDER BY unit, from_on, person"
LEAVE = "SELECT id, person, deputy, from_on, to_on FROM leave ORDER BY from_on, person"

UNIT = "SELECT code, name, parent, kind, zone, calendar FROM unit WHERE code = :code"
UNITS_BELOW = "SELECT code, name, kind FROM unit WHERE parent = :code ORDER BY code"
PERSON = "SELECT id, login, name, email FROM person WHERE login = :login"
LOGIN = "SELECT login FROM person WHERE id = :id"
POSTS_KNOWN = "SELECT post FROM post UNION SELECT post FROM posting ORDER BY post"
POSTS_OF_UNIT = """SELECT p.post, h.login AS person, p.from_on, p.to_on, p.acting, o.level, o.single
FROM posting p JOIN person h ON h.id = p.person LEFT JOIN post o ON o.unit = p.unit AND o.post = p.post
WHERE p.unit = :code AND (p.to_on IS NULL OR p.to_on >= :on) ORDER BY p.post, p.from_on, h.login"""
CHARGE_OF_UNIT = """SELECT h.login AS person, f.from_on, f.to_on FROM portfolio f JOIN person h ON h.id = f.person
WHERE f.unit = :code AND (f.to_on IS NULL OR f.to_on >= :on) ORDER BY f.from_on, h.login"""
POSTS_OF_PERSON = """SELECT unit, post, from_on, to_on, acting FROM posting WHERE person = :person
ORDER BY from_on, unit, post"""
GRADED_POSTS_OF_PERSON = """SELECT p.unit, p.post, p.from_on, p.to_on, p.acting, o.level FROM posting p
LEFT JOIN post o ON o.unit = p.unit AND o.post = p.post WHERE p.person = :person ORDER BY p.from_on, p.unit, p.post"""
CHARGE_OF_PERSON = "SELECT unit, from_on, to_on FROM portfolio WHERE person = :person ORDER BY unit, from_on"
LEAVE_OF_PERSON = """SELECT l.id, l.person, l.deputy, d.login AS deputy_login, l.from_on, l.to_on FROM leave l
LEFT JOIN person d ON d.id = l.deputy WHERE l.person = :person AND l.to_on >= :since ORDER BY l.from_on"""
LEAVE_SINCE = """SELECT l.id, l.person, h.login, l.deputy, d.login AS deputy_login, l.from_on, l.to_on FROM leave l
JOIN person h ON h.id = l.person LEFT JOIN person d ON d.id = l.deputy
WHERE l.to_on >= :since ORDER BY l.from_on, h.login"""

ANY_CASE = "SELECT 1 FROM cases LIMIT 1"
BEGAN = "SELECT at FROM event WHERE stream = 'log' AND n = 1"

# What was done and who was told around a unit in a time, or by somebody, with the definition that says in which roles.
_ON_RECORD = """SELECT e.unit, e.stream, e.kind, e.at, e.actor, e.behalf, e.action, e.canon, c.definition
FROM event e JOIN cases c ON c.ref = e.stream
WHERE {of} AND e.at >= :since AND e.at <= :until AND e.kind IN
('case.opened', 'case.acted', 'case.assigned', 'case.linked', 'case.attached', 'clock.escalated', 'clock.reminded',
'clock.extended', 'extension.requested', 'extension.refused')
ORDER BY e.at, e.stream, e.n"""
ON_RECORD = _ON_RECORD.format(of="e.unit = :unit")
ON_RECORD_OF = _ON_RECORD.format(of="e.actor = :actor")
OPEN_CASES_OF = "SELECT ref FROM cases WHERE owner = :person AND closed_at IS NULL ORDER BY ref"
OPEN_CASES_OF_UNDER = """WITH RECURSIVE under(code) AS (
  SELECT code FROM unit WHERE code = :unit UNION SELECT u.code FROM unit u JOIN under m ON u.parent = m.code)
SELECT ref FROM cases WHERE owner = :person AND closed_at IS NULL AND unit IN (SELECT code FROM under) ORDER BY ref"""

SET_UNIT = """INSERT INTO unit (code, name, parent, kind, zone, calendar)
VALUES (:code, :name, :parent, :kind, :zone, :calendar) ON CONFLICT (code) DO UPDATE SET
name = excluded.name, parent = excluded.parent, kind = excluded.kind, zone = excluded.zone,
calendar = excluded.calendar"""
SET_POST = """INSERT INTO post (unit, post, level, single) VALUES (:unit, :post, :level, :single)
ON CONFLICT (unit, post) DO UPDATE SET level = excluded.level, single = excluded.single"""
SET_PERSON = """INSERT INTO person (id, login, name, email) VALUES (:id, :login, :name, :email)
ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, email = excluded.email"""
SET_POSTING = """INSERT INTO posting (person, unit, post, from_on, to_on, acting)
VALUES (:person, :unit, :post, :from_on, :to_on, :acting) ON CONFLICT (person, unit, post, from_on) DO UPDATE SET
to_on = excluded.to_on, acting = excluded.acting"""
SET_PORTFOLIO = """INSERT INTO portfolio (person, unit, from_on, to_on) VALUES (:person, :unit, :from_on, :to_on)
ON CONFLICT (person, unit, from_on) DO UPDATE SET to_on = excluded.to_on"""
SET_LEAVE = """INSERT INTO leave (id, person, deputy, from_on, to_on) VALUES (:id, :person, :deputy, :from_on, :to_on)
ON CONFLICT (id) DO UPDATE SET deputy = excluded.deputy, from_on = excluded.from_on, to_on = excluded.to_on"""
REMOVE_LEAVE = "DELETE FROM leave WHERE id = :id"
CALENDAR_NAMES = "SELECT name FROM calendar WHERE current = 1"

# Logins and names of so many ids at once; unused places repeat an id.
NAMES = {
    size: f"SELECT id, login, name FROM person WHERE id IN ({', '.join(f':p{n}' for n in range(size))})"
    for size in (1, 4, 16, 64, 256)
}
