"""Messages owed."""

INSERT = """INSERT INTO outbox (id, ref, event, kind, person, channel, dedup, body, created_at, state, attempts, try_at,
sent_at, error) VALUES (:id, :ref, :event, :kind, :person, :channel, :dedup, :body, :created_at, 'waiting', 0,
:created_at, NULL, NULL)"""

# What waits and is due, with whom it is for; who claims a row moves its try_at, so that a crash sends it again later.
WAITING = """SELECT o.id, o.ref, o.kind, o.person, o.body, o.created_at, o.attempts, p.name, p.email
FROM outbox o LEFT JOIN person p ON p.id = o.person WHERE o.state = 'waiting' AND o.try_at <= :now
ORDER BY o.try_at, o.id LIMIT :limit"""
WAITING_LOCK = WAITING + " FOR UPDATE OF o SKIP LOCKED"
CLAIM = """UPDATE outbox SET attempts = attempts + 1, try_at = :try_at
WHERE id = :id AND state = 'waiting' AND attempts = :attempts"""
NOBODY = "UPDATE outbox SET error = :error, try_at = :try_at WHERE id = :id AND state = 'waiting'"
SENT = """UPDATE outbox SET state = 'sent', sent_at = :now, error = NULL
WHERE id = :id AND state = 'waiting' AND attempts = :attempts"""
FAILED = """UPDATE outbox SET state = :state, error = :error, try_at = :try_at
WHERE id = :id AND state = 'waiting' AND attempts = :attempts"""
GIVE_BACK = """UPDATE outbox SET attempts = attempts - 1, error = :error, try_at = :try_at
WHERE id = :id AND state = 'waiting' AND attempts = :attempts"""

SUBJECT = """SELECT c.id, c.title, c.unit, u.name, c.state, c.definition FROM cases c
LEFT JOIN unit u ON u.code = c.unit WHERE c.ref = :ref"""
CLOCK = "SELECT state, ended_at FROM clock WHERE case_id = :case_id AND name = :name"

LIST = """SELECT o.id, o.ref, o.kind, coalesce(p.login, o.person) AS person, o.channel, o.state, o.attempts,
o.created_at, o.try_at, o.sent_at, o.error FROM outbox o LEFT JOIN person p ON p.id = o.person WHERE o.id < :after"""
LIST_ORDER = " ORDER BY o.id DESC LIMIT :limit"
ONE = "SELECT state FROM outbox WHERE id = :id"
# Dead ones, and waiting ones that have failed before.
AGAIN = """UPDATE outbox SET state = 'waiting', attempts = 0, try_at = :now, error = NULL
WHERE state = 'dead' OR (state = 'waiting' AND error IS NOT NULL)"""
AGAIN_COUNT = """SELECT count(*) FROM outbox
WHERE state = 'dead' OR (state = 'waiting' AND error IS NOT NULL)"""
AGAIN_ONE = """UPDATE outbox SET state = 'waiting', attempts = 0, try_at = :now, error = NULL
WHERE id = :id AND state <> 'sent'"""
