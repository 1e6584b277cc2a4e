"""Messages owed."""

INSERT = """INSERT INTO outbox (id, ref, event, kind, person, channel, dedup, body, created_at, state, attempts, try_at,
sent_at, error) VALUES (:id, :ref, :event, :kind, :person, :channel, :dedup, :body, :created_at, 'waiting', 0,
:created_at, NULL, NULL)"""
