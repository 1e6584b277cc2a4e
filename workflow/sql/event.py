"""The trail."""

INSERT = """INSERT INTO event (id, stream, n, prev, at, kind, actor, behalf, via, unit, action, from_state, to_state,
rule, canon, hash) VALUES (:id, :stream, :n, :prev, :at, :kind, :actor, :behalf, :via, :unit, :action, :from_state,
:to_state, :rule, :canon, :hash)"""

UNSEALED = "INSERT INTO unsealed (at, stream, n) VALUES (:at, :stream, :n)"
PAYLOAD = "INSERT INTO payload (event, field, salt, value) VALUES (:event, :field, :salt, :value)"

HEAD = "SELECT n, hash, at FROM stream WHERE name = :name"
HEAD_NEW = "INSERT INTO stream (name, n, hash, at) VALUES (:name, :n, :hash, :at)"
HEAD_SET = "UPDATE stream SET n = :n, hash = :hash, at = :at WHERE name = :name AND n = :was"
HEAD_LOCK = "SELECT n, hash, at FROM stream WHERE name = :name FOR UPDATE"

COUNTER = "SELECT value, hash FROM counter WHERE name = :name"
COUNTER_LOCK = "SELECT value, hash FROM counter WHERE name = :name FOR UPDATE"
COUNTER_NEW = "INSERT INTO counter (name, value, hash) VALUES (:name, :value, :hash)"
COUNTER_SET = "UPDATE counter SET value = :value, hash = :hash WHERE name = :name AND value = :was"
