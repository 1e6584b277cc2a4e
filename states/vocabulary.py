"""The words everybody knows: roles, kinds of fields, grounds, options."""

from collections.abc import Mapping

CASE_ROLES = frozenset({"owner", "opener", "system", "party"})  # given by the case itself
SUPERIOR = "superior."  # before a role: of the next body upward; twice, of the one above that
UPWARD = (SUPERIOR, "above.")  # the latter: of the body a unit belongs to, or of a body the next one
OPENED_BY = "opened-by"  # the link back to the case that opened this one
POSTS = frozenset({"first", "direct", "member_in_charge", "unit_head", "office", "inspector", "staff"})
BUILT_IN_ALIASES: Mapping[str, list[str]] = {"reviewer": ["member_in_charge", "direct"], "decider": ["direct", "first"]}

# Kinds of field that hold several values, and those whose value enters the trail only as a commitment.
LISTS = frozenset({"units", "posts", "persons"})
PRIVATE = frozenset({"text", "persons"})
# Kinds of field by which two cases may be told apart: facts, neither words nor persons.
COMPARABLE = ("choice", "flag", "int", "date", "time", "unit", "ref")

# A ground is a failure to do something. There is none for what somebody says, thinks or believes; none can be added.
GROUNDS = ("not-done", "late", "step-skipped", "false-record", "not-led", "consequence")
RESPONDENTS = ("body", "first", "direct", "member_in_charge")  # bodies and leaders, unless the law says otherwise
ANYBODY = "any"
MONTHS: Mapping[str, int] = {"year": 12, "half-year": 6, "quarter": 3, "month": 1}  # of the windows of a duty

# Option names of every command that changes something: a field of that name could not be given.
TAKEN_OPTIONS = frozenset(
    {
        "home", "db", "as", "lang", "format", "no-input", "yes", "quiet", "debug", "reason", "key", "expect", "dry-run",
        "sign", "file", "title", "unit", "owner", "limit", "after", "help",
    }
)  # fmt: skip


def bare(role: str) -> str:
    """The name of a role that is looked up further up, at whatever body."""
    while role.startswith(UPWARD):
        role = role.partition(".")[2]
    return role
