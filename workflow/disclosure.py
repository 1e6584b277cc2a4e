"""A proof that discloses what people wrote is taken out like a dossier or an export: by some, and on record.

One that withholds every value tells no more than the trail tells anybody who looks, and leaves no trace.
"""

from collections.abc import Callable, Collection

from workflow import lookup, proof
from workflow.event_json import is_ref
from workflow.roles import persons_in
from workflow.store import Tx
from workflow.trail import Who, Written

WHAT = "proof"


def prove(
    tx: Tx, event: str, who: Callable[[], Who], *, withhold: Collection[str] = (), reason: str = ""
) -> tuple[str, Written | None]:
    """The proof, and the event that says who took it; ``who`` is asked for where a value is disclosed.

    NotPermitted for somebody who has no part in the case or, of another stream, may not look into what people wrote.
    """
    text = proof.prove(tx, event, withhold=withhold)
    canon, fields = proof.told(text)
    if not fields:
        return text, None
    stream = proof.stream_of(canon)
    persons, more = persons_in(canon), {"event": event, "fields": fields}
    if is_ref(stream):
        from workflow.engine.reading import read

        return text, read(tx, stream, WHAT, who=who(), reason=reason, persons=persons, more=more).event
    asker = who()
    lookup.permit(tx, asker)
    return text, lookup.look_up(tx, asker, WHAT, reason=reason, persons=persons, more=more)
