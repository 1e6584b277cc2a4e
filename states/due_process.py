"""Due process hangs on `effects:`: no case type may take something from a person without it (RESPONSIBILITY.md E1).

Where an action brings effects, every way to it must hold: the respondent is told and may answer; a hearing
that waits for the answer or for its time; a decision by somebody apart from respondent, opener and investigator;
an appeal that somebody else decides. That each effect ends is checked with the effects themselves.
"""

from collections.abc import Mapping
from typing import Any

from states.anchors import rules_of
from states.durations import parse_duration
from states.effects import ended_by
from states.errors import N_
from states.graph import reach, steps
from states.guards import fired_by_clocks
from states.sheet import Path, Sheet

_LEAST_DAYS = 1  # time to answer: no hearing may be forced within the day


def check_due_process(definition: Mapping[str, Any], sheet: Sheet) -> None:
    """Report what a definition with effects lacks, at the action that brings them."""
    for name in dict.fromkeys(effect["on"] for effect in definition["effects"]):
        _check_decision(definition, sheet, name)
    for index, effect in enumerate(definition["effects"]):
        _check_untouched(definition, sheet, effect)
        _check_overturned(definition, sheet, index, effect)


def _check_overturned(definition: Mapping[str, Any], sheet: Sheet, index: int, effect: Mapping[str, Any]) -> None:
    """An appeal that cannot take the effect away is none."""
    actions, decision = definition["actions"], effect["on"]
    under_appeal = {actions[key]["to"] for key in actions if _appeals(definition, key, decision)}
    apart = {"t": "same_person_as", "action": decision}
    answers = [action for name in ended_by(definition, effect) if apart in (action := actions[name])["unless"]]
    if under_appeal and not any(under_appeal & set(action["from"]) for action in answers):
        sheet.flaw(
            ("effects", index),
            "effects-overturned",
            N_(
                "No answer to the appeal takes this effect away: name one in `ended_by:`, "
                "or lead it to a state of its own."
            ),
        )


def _check_untouched(definition: Mapping[str, Any], sheet: Sheet, effect: Mapping[str, Any]) -> None:
    """What the effect hangs on is said in the decision itself; on whom it falls is said at the opening."""
    hanging = [effect["from"], *effect["if"], *([effect["at_least_until"]] if "at_least_until" in effect else [])]
    fixed: dict[str, tuple[str, ...]] = {effect["whom"]: ()} | dict.fromkeys(hanging, (effect["on"],))
    for name, action in definition["actions"].items():
        for key in ("needs", "takes"):
            for field in action[key]:
                if name not in fixed.get(field, (name,)):
                    sheet.flaw(
                        ("actions", name, key, f"={field}"),
                        "effects-changed",
                        N_("`{name}` would change `{field}`, on which the effects of `{decision}` hang."),
                        name=name,
                        field=field,
                        decision=effect["on"],
                    )


def _check_decision(definition: Mapping[str, Any], sheet: Sheet, name: str) -> None:
    actions = definition["actions"]
    action = actions[name]
    path: Path = ("actions", name)
    hearings = {key for key, other in actions.items() if _hears(definition, other)}
    if not _told(definition, name):
        sheet.flaw(
            path,
            "effects-notice",
            N_("`{name}` has effects, but before it nothing is put to the respondent: no action or clock for `party`."),
            name=name,
        )
    elif _reachable_without(definition, name, hearings):
        sheet.flaw(
            path,
            "effects-hearing",
            N_(
                "`{name}` has effects, but can be come to without a hearing; one action on every way to it needs "
                "`when: acted(ANSWER) or overdue(CLOCK)`, with ANSWER by `party` alone and CLOCK held by `party`, "
                "at least a day long and counted from its own beginning."
            ),
            name=name,
        )
    _check_decider(definition, sheet, name)
    if action["effective"] is not None:
        sheet.flaw(
            (*path, "effective"),
            "effects-backdated",
            N_("`{name}` has effects: it counts from when it is on record, and cannot be dated back."),
            name=name,
        )
    if not any(_appeals(definition, key, name) for key in actions):
        sheet.flaw(
            path,
            "effects-appeal",
            N_(
                "`{name}` has effects, but no appeal: `party` needs an action from {states} to a state that only "
                "others leave (`unless: same_person_as({name})`)."
            ),
            name=name,
            states=", ".join(sorted({action["to"]} if action["to"] else set(action["from"]))),
        )


def _told(definition: Mapping[str, Any], name: str) -> bool:
    """Whether something is offered to the respondent while the decision is still ahead."""
    backward = [(to, state) for state, to in steps(definition, without=[name])]
    ahead = reach(definition["actions"][name]["from"], backward)
    offered = [action["from"] for action in definition["actions"].values() if "party" in action["by"]]
    running = [
        clock["runs_in"]
        for clock in definition["clocks"].values()
        if "party" in clock["holders"] and not clock["if"] and not clock["starts_on"]
    ]
    return any(not ahead.isdisjoint(states) for states in (*offered, *running))


def _hears(definition: Mapping[str, Any], action: Mapping[str, Any]) -> bool:
    """Whether this action waits for the respondent's answer or for the time to give one."""
    return any(item and all(_is_answer(definition, term) for term in item) for item in action["when"])


def _is_answer(definition: Mapping[str, Any], term: Mapping[str, Any]) -> bool:
    if term["t"] == "acted":
        return _of_party_alone(definition, term["action"])
    if term["t"] in {"overdue", "met"}:
        clock = definition["clocks"][term["clock"]]
        if "party" not in clock["holders"]:
            return False
        if term["t"] == "met":  # met by the respondent alone, not by somebody moving the case on
            return bool(clock["met_by"]) and all(_of_party_alone(definition, name) for name in clock["met_by"])
        return _counts_from_now(definition, clock) and all(_long_enough(rule) for _, rule in rules_of(clock))
    return False


def _of_party_alone(definition: Mapping[str, Any], name: str) -> bool:
    action = definition["actions"][name]
    return list(action["by"]) == ["party"] and "or_else" not in action


def _counts_from_now(definition: Mapping[str, Any], clock: Mapping[str, Any]) -> bool:
    """Whether nothing can make this clock begin before the record of what starts it: no anchor, no dated act."""
    return clock["from"] is None and not any(
        action["effective"] and (name in (*clock["starts_on"], *clock["resets_on"]) or action["to"] in clock["runs_in"])
        for name, action in definition["actions"].items()
    )


def _long_enough(rule: Mapping[str, Any]) -> bool:
    """Whether a rule gives at least a day; of several parts each must (for `sequence` that is stricter than needed)."""
    if "from" in rule:
        return False
    for form in ("earliest", "latest", "sequence"):
        if form in rule:
            return all(_long_enough(branch) for branch in rule[form])
    if rule.get("before") or "limit" not in rule:
        return False
    limit = parse_duration(rule["limit"])
    hours = {"minutes": 60 * 24, "hours": 24, "business minutes": 60 * 8, "business hours": 8}
    return limit.n >= hours.get(limit.unit, _LEAST_DAYS)


def _reachable_without(definition: Mapping[str, Any], name: str, passing: set[str]) -> bool:
    """Whether a case can come to this action without doing any of the others on the way."""
    if name in passing:
        return False
    along = steps(definition, without=passing)
    return not reach([definition["initial"]], along).isdisjoint(definition["actions"][name]["from"])


def _check_decider(definition: Mapping[str, Any], sheet: Sheet, name: str) -> None:
    """Decided by a person apart from the respondent, the opener and whoever investigated."""
    action = definition["actions"][name]
    path: Path = ("actions", name)
    if "system" in action["by"] or name in fired_by_clocks(definition):
        sheet.flaw(
            (*path, "by", "=system"),
            "effects-decider",
            N_("`{name}` has effects: a person decides it, never a clock."),
            name=name,
        )
    if "party" in action["by"]:
        sheet.flaw(
            (*path, "by", "=party"),
            "effects-decider",
            N_("`{name}` has effects: the respondent cannot decide it."),
            name=name,
        )
    missing = [word for word, given in _apart(definition, name).items() if not given]
    if missing:
        where = (*path, "unless")
        sheet.flaw(
            where,
            "effects-decider",
            N_("`{name}` has effects; add to its `unless:` {missing}."),
            name=name,
            missing=", ".join(missing),
        )


def _apart(definition: Mapping[str, Any], name: str) -> dict[str, bool]:
    unless = definition["actions"][name]["unless"]
    done = {term["action"] for term in unless if term["t"] == "same_person_as"}
    investigating = {key for key in done - {name} if "party" not in definition["actions"][key]["by"]}
    return {
        "party": any(term == {"t": "role", "role": "party"} for term in unless),
        "opener": any(term["t"] == "opener" for term in unless),
        "same_person_as(ACTION)": bool(investigating) and not _reachable_without(definition, name, investigating),
    }


def _appeals(definition: Mapping[str, Any], key: str, decision: str) -> bool:
    """Whether this action lets the respondent take the decision to somebody else."""
    actions = definition["actions"]
    appeal = actions[key]
    decided = {actions[decision]["to"]} if actions[decision]["to"] else set(actions[decision]["from"])
    if "party" not in appeal["by"] or not decided <= set(appeal["from"]) or appeal["to"] in {None, *decided}:
        return False
    answers = [name for name, other in actions.items() if appeal["to"] in other["from"] and name != key]
    decided_by_others = [
        {"t": "same_person_as", "action": decision} in actions[name]["unless"]
        for name in answers
        if not _of_party_alone(definition, name)
    ]
    return bool(decided_by_others) and all(decided_by_others)
