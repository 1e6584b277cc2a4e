"""Which posts an office knows by name: those with a meaning of their own, of its policy, and of its register."""

from workflow import policies
from workflow.seats import POSTS
from workflow.sql import register as sql
from workflow.store import Tx


def known(tx: Tx) -> list[str]:
    """The names in order, whether or not anybody holds such a post now."""
    policy = policies.current_or_none(tx) or {}
    return sorted({*POSTS, *policy.get("posts", ()), *(row[0] for row in tx.all(sql.POSTS_KNOWN))})
