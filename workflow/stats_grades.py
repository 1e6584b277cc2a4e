"""How severe a case was when something happened to it: as it was graded then, whatever it was graded since."""

import json
from collections import defaultdict

from workflow import policies
from workflow.sql import stats as sql
from workflow.stats import Fact, Span
from workflow.store import Tx


class Grades:
    """The severity of the cases of a type, event by event."""

    def __init__(self, tx: Tx, span: Span, type_: str) -> None:
        laws = (policies.definition_by_hash(tx, hash_) for (hash_,) in tx.all(sql.LAWS, type=type_))
        self.known: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for field in sorted({law["severity"] for law in laws if law["severity"]}):
            rows = tx.each(sql.GRADED, type=type_, since=span.since, until=span.until, word=f'%"{field}":%')
            for ref, n, canon in rows:
                event = json.loads(canon)
                if event["at"] < span.until and (level := event["data"]["fields"].get(field)):
                    self.known[ref].append((n, level))

    def of(self, fact: Fact) -> str | None:
        """The last one that was set by the event of the fact."""
        found = None
        for n, level in self.known.get(fact.ref or "", ()):
            if fact.n is not None and n > fact.n:
                break
            found = level
        return found
