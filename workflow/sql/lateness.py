"""Whether the background work keeps up. Every question reads an index of open work only."""

LATE = "SELECT count(*), min(try_at) FROM timer WHERE state = 'open' AND try_at < :before"
# A failing timer is put off by a day at most, so it lies near the left end of the open ones.
FAILING = """SELECT c.ref, t.clock, t.error FROM timer t JOIN cases c ON c.id = t.case_id
WHERE t.state = 'open' AND t.try_at <= :soon AND t.error IS NOT NULL ORDER BY t.try_at, t.id LIMIT :limit"""
STUCK = "SELECT count(*), min(created_at) FROM outbox WHERE state = 'waiting' AND try_at < :before"
DEAD = "SELECT count(*) FROM outbox WHERE state = 'dead'"
