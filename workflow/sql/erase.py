"""Erasing: a value beside the trail with its salt, its living copies, and what is due to be erased by rule."""

EVENT = "SELECT stream, n, canon FROM event WHERE id = :id"
KEPT = "SELECT 1 FROM payload WHERE event = :event AND field = :field"
DELETE = "DELETE FROM payload WHERE event = :event AND field = :field"
OF_STREAM = """SELECT e.id, p.field FROM event e JOIN payload p ON p.event = e.id WHERE e.stream = :stream
ORDER BY e.n, p.field"""
GIVING = """SELECT id, canon FROM event WHERE stream = :stream AND kind IN ('case.opened', 'case.acted')
ORDER BY n DESC"""

TITLE = "UPDATE cases SET title = '' WHERE id = :id"
DONE = "UPDATE cases SET erased_n = :n WHERE id = :id"
FILE = "SELECT sha256 FROM file WHERE case_id = :case_id AND no = :no"
FILE_GONE = "UPDATE file SET name = '', sha256 = '', size = 0 WHERE case_id = :case_id AND no = :no"
CITED = "SELECT 1 FROM file WHERE sha256 = :sha256 LIMIT 1"
# The digest of a key's arguments would confirm a guess at what they were. Keys are few, and answers name their event.
RECEIPT = "UPDATE receipt SET digest = '' WHERE answer LIKE :event"
RECEIPTS = "SELECT key, answer FROM receipt WHERE digest <> ''"
RECEIPT_BLANK = "UPDATE receipt SET digest = '' WHERE key = :key"
NOTICE = "UPDATE outbox SET error = NULL WHERE id = :id"

PERSON_EVENTS = """SELECT e.id, e.canon FROM event e JOIN payload p ON p.event = e.id AND p.field = :field
WHERE e.stream = 'org' AND e.kind = 'org.changed' AND e.canon LIKE :inside ORDER BY e.n"""
PERSON_LOGIN = "UPDATE person SET login = :id WHERE id = :id"
PERSON_NAME = "UPDATE person SET name = :id WHERE id = :id"
PERSON_EMAIL = "UPDATE person SET email = NULL WHERE id = :id"
POSTED_ON = """SELECT 1 FROM posting WHERE person = :person AND (to_on IS NULL OR to_on >= :on)
UNION ALL SELECT 1 FROM portfolio WHERE person = :person AND (to_on IS NULL OR to_on >= :on) LIMIT 1"""

# Closed cases that still have something their rule may come to erase; the words of the index ix_cases_kept.
CLOSED = """SELECT ref, type, definition, state, closed_at, fields FROM cases
WHERE closed_at IS NOT NULL AND (erased_n IS NULL OR n > erased_n) AND closed_at <= :until ORDER BY closed_at, ref"""
DEFINITIONS = "SELECT hash, body FROM definition ORDER BY hash"
