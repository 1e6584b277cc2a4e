"""The read lane: what people at the prompt ask of cases and clocks. Fragments of one question are joined in `ask`."""

CASE = """SELECT c.id, c.ref, c.type, c.definition, c.title, c.unit, c.state, c.version, c.severity, c.owner, c.opener,
c.opened_at, c.closed_at, c.fields, c.acted, c.acted_at, c.due_at, c.duty, c.n, c.hash, c.at
FROM cases c WHERE c.ref = :ref"""

LOGINS = "SELECT id, login FROM person"
LOGIN = "SELECT login FROM person WHERE id = :id"

TYPE_EVER = "SELECT 1 FROM definition WHERE type = :type LIMIT 1"

LIST = """SELECT c.ref, c.type, c.title, c.unit, c.state, c.version, c.severity, p.login AS owner, c.opened_at,
c.closed_at, c.definition AS policy, c.due_at FROM cases c LEFT JOIN person p ON p.id = c.owner WHERE 1 = 1"""

DUE = """SELECT k.due_at, c.ref, k.name, c.duty, c.type, c.title, c.unit, c.state, c.owner, c.opener, c.definition,
c.fields, k.due_on, k.zone, k.level, c.acted, p."window", p.opens_at, p.due_on, p.required, p.done, p.warned
FROM clock k JOIN cases c ON c.id = k.case_id
LEFT JOIN period p ON p.ref = c.ref AND p.required IS NOT NULL AND p.status IN ('open', 'missed')
WHERE k.ended_at IS NULL"""

# A person, and everybody for whom this person may stand in, deputies of deputies included.
_FOR_ME = """(WITH RECURSIVE for_me(person) AS (
  SELECT id FROM person WHERE id = :me
  UNION SELECT l.person FROM leave l JOIN for_me m ON l.deputy = m.person WHERE l.to_on >= :today)
SELECT person FROM for_me)"""

# The units of a person's posts and portfolios, and everything below them.
_MY_UNITS = f"""WITH RECURSIVE mine(code) AS (
  SELECT p.unit FROM posting p WHERE (p.to_on IS NULL OR p.to_on >= :today) AND p.person IN {_FOR_ME}
  UNION SELECT f.unit FROM portfolio f WHERE (f.to_on IS NULL OR f.to_on >= :today) AND f.person IN {_FOR_ME}
  UNION SELECT u.code FROM unit u JOIN mine m ON u.parent = m.code)
SELECT code FROM mine"""

# Where a person may be answerable: in these units; for what is looked for in the whole body, and for the posts of a
# group, everywhere; and where the person, or one of these units, is the party of a case, wherever that is.
MINE = f""" AND (c.owner IN {_FOR_ME}
OR c.unit IN ({_MY_UNITS})
OR EXISTS (SELECT 1 FROM posting p JOIN unit u ON u.code = p.unit
  WHERE (p.post IN ('office', 'inspector') OR u.kind = 'group')
  AND (p.to_on IS NULL OR p.to_on >= :today) AND p.person IN {_FOR_ME})
OR c.fields LIKE :me_inside
OR (c.type IN (SELECT i.type FROM in_force i JOIN definition d ON d.hash = i.definition
    WHERE d.body LIKE '%"type":"party"%')
  AND EXISTS (SELECT 1 FROM ({_MY_UNITS}) o WHERE c.fields LIKE '%"' || o.code || '"%')))"""

UNDER = """ AND c.unit IN (WITH RECURSIVE under(code) AS (
  SELECT code FROM unit WHERE code = :unit UNION SELECT u.code FROM unit u JOIN under m ON u.parent = m.code)
SELECT code FROM under)"""

UNIT = "SELECT zone, parent FROM unit WHERE code = :code"
