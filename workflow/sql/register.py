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
WIDE = """WITH RECURSIVE within(code) AS (
  SELECT code FROM unit WHERE code = :body
  UNION
  SELECT u.code FROM within JOIN unit u ON u.parent = within.code WHERE u.kind <> 'body')
SELECT p.unit, p.post, p.person, h.login, p.from_on, p.to_on, p.acting, o.level
FROM within
JOIN posting p ON p.unit = within.code AND p.post IN ('office', 'inspector')
  AND (p.to_on IS NULL OR p.to_on >= :since)
JOIN person h ON h.id = p.person
LEFT JOIN post o ON o.unit = p.unit AND o.post = p.post"""

ABSENT = "SELECT person, deputy, from_on, to_on FROM leave WHERE to_on >= :since"
