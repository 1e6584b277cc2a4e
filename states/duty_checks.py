"""What a duty must be: it opens a case that can be opened so, and the case has a clock that can meet it."""

from collections.abc import Mapping
from typing import Any

from states.charge_checks import flaw_opened
from states.checking import Known, check_value, named
from states.errors import N_
from states.opening_checks import check_enough, check_given, check_word, first_clocks
from states.sheet import Path, Sheet
from states.vocabulary import MONTHS, POSTS

_UNIT = frozenset({"unit", "units", "party"})
_PERSON = frozenset({"person", "persons", "party"})
# What a duty may put into a field: the body above (or the body itself), its unit, its window or the one before, its
# body, the head.
DUTY_WORDS: Mapping[str, frozenset[str]] = {
    "$superior": _UNIT,
    "$unit": _UNIT,
    "$body": _UNIT,
    "$window": frozenset({"text"}),
    "$first": _PERSON,
}
# Where it recurs by the calendar: the window before, of what is done about a time that is over.
CALENDAR_WORDS: Mapping[str, frozenset[str]] = {"$last-window": frozenset({"text"})}
# And where the duty is a post's: who holds it, and what it is called.
POST_WORDS: Mapping[str, frozenset[str]] = {"$holder": _PERSON, "$post": frozenset({"text", "posts"})}
OF_POSTS = ("vacancy", "appointment")


def check_duty(duty: Mapping[str, Any], sheet: Sheet, path: Path, types: Mapping[str, Any], known: Known) -> None:
    """Report everything wrong with one compiled duty."""
    _check_owner(duty, sheet, path, known)
    _check_due(duty, sheet, path)
    _check_posts(duty, sheet, path, known)
    if not named(sheet, (*path, "opens"), "type", duty["opens"], types):
        return
    definition = types[duty["opens"]]
    if definition["effects"]:
        flaw_opened(sheet, (*path, "opens"), duty["opens"])
        return
    words = {
        **DUTY_WORDS,
        **(CALENDAR_WORDS if duty["every"] in MONTHS else {}),
        **(POST_WORDS if is_of_posts(duty) else {}),
    }
    check_given(
        duty["fields"], definition, sheet, path, lambda field, value, at: _check_field(field, value, sheet, at, words)
    )
    check_enough(duty["fields"], definition, sheet, (*path, "opens"), "duty-missing-field")
    begun = first_clocks(duty["fields"], definition)
    if not begun:
        sheet.flaw(
            (*path, "opens"),
            "duty-without-clock",
            N_("A `{type}` has no clock that begins with it in `{state}`: the duty could never be met or missed."),
            type=duty["opens"],
            state=definition["initial"],
        )
    elif "acts" in duty:
        _check_acts(duty, definition, begun[0], sheet, path)


def is_of_posts(duty: Mapping[str, Any]) -> bool:
    """Whether the duty has a window for each of some posts, and not for the unit as a whole."""
    return bool(duty["for"].get("post")) or duty["every"] in OF_POSTS


def _check_owner(duty: Mapping[str, Any], sheet: Sheet, path: Path, known: Known) -> None:
    """A post's duty is by itself its holder's; every other one names whose it is."""
    if duty["owner"] is None:
        if not duty["for"].get("post") and duty["every"] != "appointment":
            sheet.flaw(path, "missing-key", N_("`{key}` is missing here."), key="owner")
        return
    known.role(sheet, (*path, "owner"), duty["owner"])
    if duty["owner"] in {"owner", "opener", "party", "system"}:
        sheet.flaw(
            (*path, "owner"),
            "unknown-role",
            N_("A duty is a post's; `{name}` is nobody before the case exists."),
            name=duty["owner"],
        )


def _check_posts(duty: Mapping[str, Any], sheet: Sheet, path: Path, known: Known) -> None:
    """Posts are posts, not names for several; the posts watched for what happens to them are of such duties only."""
    given: list[tuple[Path, str]] = [((*path, "for", "post", f"={post}"), post) for post in duty["for"].get("post", ())]
    given += [((*path, "posts", f"={post}"), post) for post in duty.get("posts", ())]
    posts = {*POSTS, *known.posts}
    for where, post in given:
        if post not in posts:
            sheet.unknown(where, "role", post, sorted(posts))
    if duty["every"] in OF_POSTS:
        if "posts" not in duty:
            sheet.flaw(path, "missing-key", N_("`{key}` is missing here."), key="posts")
        if duty["for"].get("post"):
            sheet.flaw((*path, "for", "post"), "duty-posts", N_("Which posts are watched is said with `posts:`."))
    elif "posts" in duty:
        sheet.flaw(
            (*path, "posts"),
            "duty-posts",
            N_("`posts:` belongs to `every: vacancy` and `every: appointment`; whose duty it is, is said with `for:`."),
        )


def _check_acts(duty: Mapping[str, Any], definition: Mapping[str, Any], clock: str, sheet: Sheet, path: Path) -> None:
    """The scheduler must be able to say that the duty is done, wherever the clock of its day runs, and so meets it."""
    spec, name = definition["clocks"][clock], duty["acts"]["met"]
    action = definition["actions"].get(name)
    if action is None or not _free(action) or definition["initial"] not in action["from"]:
        fine = False
    else:
        leaves = action["to"] is not None and action["to"] not in {*spec["runs_in"], *spec["pauses_in"]}
        owed = {*spec["runs_in"], *spec["pauses_in"]}
        fine = name not in spec["cancels"] and (name in spec["met_by"] or leaves) and owed <= {*action["from"]}
    if not fine:
        sheet.flaw(
            (*path, "opens"),
            "duty-acts",
            N_("The scheduler cannot do `{action}` in a `{type}` so that the limit `{clock}` is met; see `acts:`."),
            action=name,
            type=duty["opens"],
            clock=clock,
        )


def _free(action: Mapping[str, Any]) -> bool:
    """Whether the scheduler may do this, and it needs nothing."""
    return "system" in action["by"] and not (
        action["needs"] or action["files"] or action["reason"] or action["when"] or action["unless"]
    )


def _check_due(duty: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    due, counted = duty["due"], "at_least" in duty
    if duty["every"] in OF_POSTS:
        if "after" not in due or due["on"] or due["end"]:
            sheet.flaw(
                path if (*path, "due") not in sheet.places else (*path, "due"),
                "duty-due",
                N_("What begins with a vacancy or an appointment is due so long `after:` it."),
            )
        for key in ("at-least", "pace", "lead"):
            if (*path, key) in sheet.places:
                sheet.flaw((*path, key), "duty-due", N_("`{key}` belongs to a duty of the calendar."), key=key)
        return
    if (*path, "due") not in sheet.places and not counted:
        sheet.flaw(path, "missing-key", N_("`{key}` is missing here."), key="due")
    elif bool(due["on"]) == due["end"] or "after" in due:
        sheet.flaw(
            (*path, "due"),
            "duty-due",
            N_("A duty is due either `on:` certain days or at the `end: true` of its window."),
        )
    elif due["on"] and duty["every"] == "month":
        sheet.flaw((*path, "due", "on"), "duty-due", N_("A monthly duty is due at the `end: true` of the month."))
    if counted and duty["lead"] != "0":
        sheet.flaw((*path, "lead"), "duty-due", N_("What is counted is open for all of its window; leave `lead` out."))
    if "pace" in duty:
        _check_pace(duty, sheet, path)


def _check_pace(duty: Mapping[str, Any], sheet: Sheet, path: Path) -> None:
    if "at_least" not in duty:
        sheet.flaw((*path, "pace"), "duty-pace", N_("Only what is counted (`at-least:`) has a pace."))
    elif MONTHS[duty["pace"]] >= MONTHS[duty["every"]]:
        sheet.flaw((*path, "pace"), "duty-pace", N_("The pace must be shorter than the window."))


def _check_field(
    field: Mapping[str, Any], value: Any, sheet: Sheet, path: Path, words: Mapping[str, frozenset[str]]
) -> None:
    if not isinstance(value, str) or not value.startswith("$"):
        check_value(field, value, sheet, path, "bad-value")
    else:
        check_word(field, value, sheet, path, words)
