"""Cases, their files and links: what the engine reads and writes."""

_COLUMNS = """c.id, c.ref, c.type, c.definition, c.title, c.unit, c.state, c.version, c.severity, c.owner, c.opener,
c.opened_at, c.closed_at, c.fields, c.acted, c.acted_at, c.due_at, c.duty, c.n, c.hash, c.at"""

BY_REF = f"SELECT {_COLUMNS} FROM cases c WHERE c.ref = :ref"
BY_REF_LOCK = BY_REF + " FOR UPDATE"
BY_ID = f"SELECT {_COLUMNS} FROM cases c WHERE c.id = :id"
BY_ID_LOCK = BY_ID + " FOR UPDATE SKIP LOCKED"
WAIT_LOCK = "SELECT 1 FROM cases WHERE id = :id FOR UPDATE"

INSERT = """INSERT INTO cases (id, ref, type, definition, title, unit, state, version, severity, owner, opener,
opened_at, closed_at, fields, acted, acted_at, due_at, duty, n, hash, at) VALUES (:id, :ref, :type, :definition,
:title, :unit, :state, :version, :severity, :owner, :opener, :opened_at, :closed_at, :fields, :acted, :acted_at,
:due_at, :duty, :n, :hash, :at)"""

# Compare, then set: ``was`` is the head this change was decided on.
UPDATE = """UPDATE cases SET state = :state, version = :version, severity = :severity, owner = :owner,
closed_at = :closed_at, fields = :fields, acted = :acted, acted_at = :acted_at, due_at = :due_at, n = :n,
hash = :hash, at = :at
WHERE id = :id AND n = :was"""

# What may be the same case once more: ``inside`` is one of its values, the rest is compared by whoever asks.
ALIKE = """SELECT ref, fields FROM cases WHERE type = :type AND unit = :unit AND ref <> :ref AND fields LIKE :inside
ORDER BY ref"""

FILES = "SELECT no, sha256, name, size, at FROM file WHERE case_id = :id ORDER BY no"
FILE_COUNT = "SELECT count(*) FROM file WHERE case_id = :id"
FILE_NEW = """INSERT INTO file (case_id, no, sha256, name, size, at, event)
VALUES (:case_id, :no, :sha256, :name, :size, :at, :event)"""

LINKS = "SELECT kind, ref FROM link WHERE case_id = :id ORDER BY kind, ref"
LINKS_OPEN = """SELECT DISTINCT l.kind FROM link l JOIN cases c ON c.ref = l.ref
WHERE l.case_id = :id AND c.closed_at IS NULL"""
LINKED = "SELECT l.ref FROM link l JOIN cases c ON c.id = l.case_id WHERE c.ref = :ref AND l.kind = :kind"
LINK_NEW = "INSERT INTO link (case_id, kind, ref) VALUES (:case_id, :kind, :ref)"
LINK_KNOWN = "SELECT 1 FROM link WHERE case_id = :case_id AND kind = :kind AND ref = :ref"
REF_TYPE = "SELECT type FROM cases WHERE ref = :ref"
REF_KNOWN = "SELECT 1 FROM cases WHERE ref = :ref"

UNIT = "SELECT kind FROM unit WHERE code = :code"
PERSON_BY_LOGIN = "SELECT id FROM person WHERE login = :login"
OPENED_FOR = "SELECT behalf FROM event WHERE stream = :ref AND n = 1"
POSTED = "SELECT 1 FROM posting WHERE person = :person LIMIT 1"
POSTED_YET = "SELECT 1 FROM posting WHERE person = :person AND (to_on IS NULL OR to_on >= :on) LIMIT 1"
