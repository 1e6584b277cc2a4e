"""The policy language: which keys a policy, a case type, a field, an action, a clock, a ladder, a duty may have.

`docs/policy-language.md` shows each with an example.
"""

from typing import Any

from states.errors import N_, Usage
from states.keep import parse_period
from states.loader import Node
from states.reading import (
    amount,
    duration,
    flag,
    integer,
    many,
    matching,
    natural,
    needed,
    one_of,
    percent,
    record,
    table,
    text,
    title,
)
from states.rule_reading import graded, reminder, rule
from states.scorecards import OUTCOMES
from states.sheet import Path, Sheet
from states.term_reading import anchor, grade, term, terms, trigger

FIELD_TYPES = (
    "text", "int", "date", "time", "choice", "flag", "person", "persons", "unit", "units", "posts", "party", "ref",
    "duration",
)  # fmt: skip
BARS = ("award", "promotion", "equal-post")
WINDOWS = ("year", "half-year", "quarter", "month")
OCCASIONS = ("vacancy", "appointment")  # a duty that recurs not by the calendar but by what happens to a post
PACES = ("month", "quarter")
CATCH_UP = ("all", "latest", "skip")

NAME = matching(r"[a-z][a-z0-9_-]{0,39}", N_("a name: lower-case letters, digits, - and _, beginning with a letter"))
FIELD_NAME = matching(
    r"[a-z][a-z0-9_]{0,39}", N_("a field name: lower-case letters, digits and _, beginning with a letter")
)
CHOICE = matching(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", N_("a choice: letters, digits, - and _"))
ROLE = matching(r"[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)*", N_("a role"))
PREFIX = matching(r"[A-Z][A-Z0-9]{1,7}", N_("a prefix of two to eight capital letters and digits"))
CODE = matching(r"[A-Za-z][A-Za-z0-9_-]{0,59}", N_("a code: letters, digits, - and _, beginning with a letter"))
CLOCK_TIME = matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", N_("a time of day such as 09:00"), code="bad-value")
MONTH_DAY = matching(
    r"(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])",
    N_("a day of every year such as 03-31"),
    code="bad-value",
)

_name = text  # a name used, not given: whether it stands for something is the checks' question


def choices(sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
    """A list of choices, or a mapping of choices to titles; the outcome maps each choice to its title or None."""
    if node.kind == "map":
        return dict(table(title, CHOICE)(sheet, node, path))
    found = dict.fromkeys(many(CHOICE, bare=False)(sheet, node, path))
    if node.kind == "list" and len(found) < len(node.items):
        sheet.flaw(path, "duplicate-key", N_("A choice stands here twice."))
    return found


def value(sheet: Sheet, node: Node, path: Path) -> Any:
    """A value of one of the field types, as Python has it; its type is checked against the field later."""
    if node.kind == "list":
        return many(text)(sheet, node, path)
    if node.kind in {"int", "bool"}:
        return node.plain()
    return text(sheet, node, path)


def step(sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
    """A step of a ladder: at or `after` the end of the limit, or `before` it."""
    found = STEP(sheet, node, path)
    given = {"after", "before"} & node.entries.keys()
    if len(given) == 2:
        sheet.flaw(
            (*path, "before"), "bad-step", N_("A step comes either `after:` the end of the limit or `before:` it.")
        )
    elif node.kind == "map" and not given:
        sheet.flaw(path, "missing-key", N_("`{key}` is missing here."), key="after")
    return found


def period(sheet: Sheet, node: Node, path: Path) -> str:
    """How long after its closing: ``5 years after close``, ``6 months + 15 days``."""
    found = text(sheet, node, path)
    try:
        return parse_period(found) if found else ""
    except Usage as error:
        sheet.flaw(path, "bad-duration", error.message, **error.places)
        return ""


def keep(sheet: Sheet, node: Node, path: Path) -> dict[str, str]:
    """One period for every final state, or one for each, ``default`` for the rest."""
    if node.kind == "map":
        return dict(table(period, text, at_value=True)(sheet, node, path))
    return {"default": period(sheet, node, path)}


def effective(sheet: Sheet, node: Node, path: Path) -> dict[str, Any]:
    """The field with the time an act takes effect: its name, or `{field: NAME, at-most: HOW LONG AGO}`."""
    if node.kind == "map":
        return EFFECTIVE(sheet, node, path)
    return {"field": text(sheet, node, path)}


def number_owed(sheet: Sheet, node: Node, path: Path) -> int:
    """How often something has to be done; a pack leaves `unset` what every office decides for itself."""
    if node.raw == "unset":
        sheet.flaw(path, "unset", N_("`{key}` is still unset here: an office decides this number."), key=str(path[-1]))
        return 1
    found = integer(sheet, node, path)
    if node.kind == "int" and not 0 < found <= 10_000:
        sheet.flaw(path, "bad-value", N_("Something is owed at least once, and at most 10000 times."))
    return max(found, 1)


FIELD = record(
    {
        "title": title,
        "type": one_of(*FIELD_TYPES),
        "required": flag,
        "choices": choices,
        "default": value,
        "min": integer,
        "max": integer,
        "erasable": flag,
        "requester": flag,
        "cases": many(_name),
        "linked": many(_name),
    },
    required=("type",),
)
STATE = record({"title": title, "initial": flag, "final": flag})
EFFECTIVE = record({"field": _name, "at-most": duration}, required=("field",))
ACTION = record(
    {
        "title": title,
        "from": many(_name),
        "to": _name,
        "by": many(ROLE),
        "or_else": many(ROLE),
        "needs": many(_name),
        "takes": many(_name),
        "tell": many(ROLE),
        "effective": effective,
        "reason": needed,
        "in_person": flag,
        "unless": many(term),
        "when": many(terms),
    },
    required=("from", "to", "by"),
)
EXTENSION = record(
    {"max": amount, "times": integer, "approve": many(ROLE), "from": one_of("due", "start")},
    required=("max", "times", "approve"),
)
CLOCK = record(
    {
        "title": title,
        "runs_in": many(_name),
        "if": table(many(text), _name, at_value=True),
        "from": anchor,
        "starts_on": many(_name),
        "pauses_in": many(_name),
        "paused_by": many(_name),
        "resumed_by": many(_name),
        "resets_on": many(_name),
        "met_by": many(_name),
        "cancels": many(_name),
        "once": flag,
        "limit": graded(rule, absent=True),
        "again": rule,
        "holders": many(ROLE),
        "remind": many(reminder),
        "ladder": graded(_name, absent=True),
        "then": _name,
        "extension": EXTENSION,
    },
    required=("runs_in", "limit"),
)
REPEAT = record({"every": duration, "times": integer}, required=("every", "times"))
STEP = record(
    {
        "after": duration,
        "before": duration,
        "tell": many(ROLE),
        "skip": one_of("at-once"),
        "do": _name,
        "repeat": REPEAT,
    }
)
EFFECT = record(
    {
        "title": title,
        "on": _name,
        "if": table(many(text), _name, at_value=True),
        "bars": many(one_of(*BARS)),
        "for": duration,
        "until": one_of("year-end"),
        "whom": _name,
        "from": _name,
        "at_least_until": _name,
        "ended_by": many(_name),
        "suspended_by": many(_name),
        "resumed_by": many(_name),
    },
    required=("on", "bars", "whom", "from"),
)
OPENS = record(
    {
        "on": trigger,
        "if": table(many(text), _name, at_value=True),
        "duty": many(one_of(*WINDOWS)),
        "case": _name,
        "unit": _name,
        "owner": ROLE,
        "title": title,
        "fields": table(value, _name, at_value=True),
        "due": graded(rule, absent=True),
        "link": NAME,
    },
    required=("on", "case"),
)
GROUNDS = record(
    {"whom": _name, "post": _name, "cites": _name, "kind": _name, "respondents": many(_name)},
    required=("whom", "post", "cites", "kind"),
)
POWERS = record({"on": many(_name), "about": table(many(ROLE), _name)}, required=("on", "about"))
DECISION = record({"took_part": _name, "objected": _name})
AIM = record({"kind": many(text), "units": many(text), "post": many(NAME), "subordinate": flag})
DUE = record(
    {
        "on": many(MONTH_DAY),
        "end": flag,
        "roll": one_of("none", "previous", "next"),
        "after": duration,
    }
)
ACTS = record({"met": _name, "skipped": _name, "short": _name})
DUTY = record(
    {
        "title": title,
        "opens": _name,
        "for": AIM,
        "every": one_of(*WINDOWS, *OCCASIONS),
        "posts": many(NAME),
        "due": DUE,
        "at-least": number_owed,
        "pace": one_of(*PACES),
        "catch-up": one_of(*CATCH_UP),
        "acts": ACTS,
        "lead": duration,
        "owner": ROLE,
        "case_title": title,
        "fields": table(value, _name, at_value=True),
    },
    required=("opens", "every"),
)

# What a figure is worth, in percent; `none` where it does not count.
MEASURE = record(
    {
        "title": title,
        "counts": one_of(*OUTCOMES),
        "of": table(many(_name), _name, at_value=True),
        "weight": natural,
        "worth": table(percent, _name, at_value=True),
        "levels": table(natural, text, at_value=True),
        "deduct": many(natural),
        "at-most": natural,
    },
    required=("counts",),
)
CRITERIA = record({"case": _name, "year": _name}, required=("case", "year"))
SCORECARD = record({"criteria": CRITERIA, "measures": table(MEASURE, NAME)}, required=("measures",))

_SHARED = {
    "roles": table(many(ROLE), NAME),
    "ladders": table(many(step, bare=False), NAME),
    "duties": table(DUTY, CODE),
}
_PLACE_AND_TIME = {"calendar": text, "zone": text, "act-at": CLOCK_TIME}

# A file is one of three: the policy, one case type, or a part with only names for all types to use.
PART = record({"posts": many(NAME), "scorecard": SCORECARD, **_SHARED})
POLICY = record(
    {
        "policy": NAME,
        "title": title,
        **_PLACE_AND_TIME,
        "posts": many(NAME),
        "apart": many(many(ROLE, bare=False), bare=False),
        "scorecard": SCORECARD,
        **_SHARED,
    },
    required=("policy",),
)
CASE = record(
    {
        "case": NAME,
        "title": title,
        "ref": PREFIX,
        "severity": _name,
        "grades": table(grade, text, at_value=True),
        **_PLACE_AND_TIME,
        "fields": table(FIELD, FIELD_NAME),
        "states": table(STATE, NAME),
        "actions": table(ACTION, NAME),
        "clocks": table(CLOCK, NAME),
        "effects": many(EFFECT, bare=False),
        "opens": many(OPENS, bare=False),
        "grounds": GROUNDS,
        "powers": POWERS,
        "failure": many(_name),
        "decision": DECISION,
        "keep": keep,
        "keep_requester": period,
        "distinct": many(_name, bare=False),
        **_SHARED,
    },
    required=("case", "ref", "states", "actions"),
)
