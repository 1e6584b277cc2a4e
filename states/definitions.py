"""The compiled form of what a text says: every default written out, every short form in full."""

import re
from collections.abc import Mapping
from typing import Any

from states.guards import ladders_of
from states.roles_used import roles_in_use
from states.vocabulary import PRIVATE, RESPONDENTS


def define(
    data: Mapping[str, Any], head: Mapping[str, Any], roles: Mapping[str, list[str]], ladders: Mapping[str, Any]
) -> dict[str, Any]:
    """The definition of one case type: the closure over everything that decides its cases, without its hash."""
    actions = {name: _action(name, action, data["states"]) for name, action in data["actions"].items()}
    given = data.get("fields", {})
    clocks = {name: _clock(name, clock, given) for name, clock in data.get("clocks", {}).items()}
    used = sorted({name for clock in clocks.values() for name in ladders_of(clock) if name in ladders})
    fields = _fields(given, actions, {effect["on"] for effect in data.get("effects", ()) if "on" in effect})
    grading = data.get("severity")
    if grading is None and fields.get("severity", {}).get("type") == "choice":
        grading = "severity"
    definition = {
        "v": 1,
        "case": data["case"],
        "title": data.get("title") or titled(data["case"]),
        "ref": data["ref"],
        "act_at": data.get("act-at") or head.get("act-at", "09:00"),
        "calendar": data.get("calendar") or head.get("calendar"),
        "zone": data.get("zone") or head.get("zone"),
        "severity": grading,
        "grades": [{"is": choice, "any": comparisons} for choice, comparisons in data.get("grades", {}).items()],
        "fields": fields,
        "states": {
            name: {
                "title": state.get("title") or titled(name),
                "initial": state.get("initial", False),
                "final": state.get("final", False),
            }
            for name, state in data["states"].items()
        },
        "initial": next((name for name, state in data["states"].items() if state.get("initial")), None),
        "actions": actions,
        "clocks": clocks,
        "ladders": {name: ladders[name] for name in used},
        "effects": [_effect(effect) for effect in data.get("effects", ())],
        "keep": _keep(data),
        "keep_requester": data.get("keep_requester"),
    }
    if data.get("opens"):  # no key where there is none: the hash of other definitions stays as it was
        definition["opens"] = [_opens(opens, given) for opens in data["opens"]]
    if "grounds" in data:
        definition["grounds"] = {"respondents": list(RESPONDENTS)} | data["grounds"]
    definition |= {key: data[key] for key in ("powers", "failure", "decision") if key in data}
    if data.get("distinct"):
        definition["distinct"] = list(data["distinct"])
    definition["roles"] = roles_in_use(definition, roles)
    return definition


def titled(name: str) -> dict[str, str]:
    """The title of something that was given none: its name in words."""
    words = name.replace("_", " ").replace("-", " ")
    return {"en": words[:1].upper() + words[1:], "zh": words[:1].upper() + words[1:]}


def step_of(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step of a ladder; one `before` the end has no `after`."""
    before = step.get("before")
    return {
        "after": step.get("after", "0") if before is None else None,
        "before": before,
        "tell": step.get("tell", []),
        "skip": step.get("skip"),
        "do": step.get("do"),
        "repeat": step.get("repeat"),
    }


# What the scheduler does to the case of a duty, unless the duty says otherwise: when it is done, when its window is
# skipped, and when a correction takes back that it was done.
ACTS: Mapping[str, str] = {"met": "fulfil", "skipped": "waive", "short": "resume"}


def duty_of(code: str, data: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """A duty with every default written out; `NAME?` sets a field only where the case type has it.

    What only some duties have (a quota, posts, a policy for downtime) is there only where it was given.
    """
    title = data.get("title") or titled(code)
    aimed, due = data.get("for", {}), data.get("due", {})
    counted = "at-least" in data
    duty = {
        "code": code,
        "title": title,
        "opens": data["opens"],
        "for": {"kind": aimed.get("kind"), "units": aimed.get("units")},
        "every": data["every"],
        "due": {
            "on": due.get("on"),
            "end": due.get("end", counted and not due.get("on")),
            "roll": due.get("roll", "none"),
        },
        "lead": data.get("lead", "0"),
        "owner": data.get("owner"),
        "case_title": data.get("case_title") or title,
        "fields": {
            name.removesuffix("?"): value
            for name, value in data.get("fields", {}).items()
            if not name.endswith("?") or name.removesuffix("?") in fields
        },
    }
    duty["for"] |= {key: aimed[key] for key in ("post", "subordinate") if key in aimed}
    duty["due"] |= {"after": due["after"]} if "after" in due else {}
    duty |= {key.replace("-", "_"): data[key] for key in ("at-least", "pace", "catch-up", "posts") if key in data}
    if counted or data["every"] == "vacancy":
        duty["acts"] = {**ACTS, **data.get("acts", {})}
    return duty


def _fields(data: Mapping[str, Any], actions: Mapping[str, Any], deciding: set[str]) -> dict[str, Any]:
    # What an act has to bring, its effective time, and what belongs to a decision with effects is not known at opening;
    # all else may be said there already.
    asked = {name for action in actions.values() for name in (*action["needs"], action["effective"])}
    asked |= {name for key in deciding & actions.keys() for name in actions[key]["takes"]}
    fields = {}
    for name, field in data.items():
        choices = field.get("choices")
        required = field.get("required", False)
        fields[name] = {
            "type": field["type"],
            "title": field.get("title") or titled(name),
            "required": required,
            "choices": list(choices) if choices is not None else None,
            "titles": {choice: title or titled(choice) for choice, title in (choices or {}).items()},
            "default": field.get("default"),
            "open": required or field.get("default") is not None or name not in asked,
            "min": field.get("min"),
            "max": field.get("max"),
            "erasable": field.get("erasable", field["type"] in PRIVATE),
            "requester": field.get("requester", False),
        } | {key: list(field[key]) for key in ("cases", "linked") if key in field}
    return fields


def _action(name: str, data: Mapping[str, Any], states: Mapping[str, Any]) -> dict[str, Any]:
    start = list(data["from"])
    if "any-open" in start:
        not_final = [state for state, about in states.items() if not about.get("final")]
        start = not_final + [state for state in start if state != "any-open" and state not in not_final]
    needs, takes = data.get("needs", []), data.get("takes", [])
    effective = data.get("effective", {})
    dated = effective.get("field")
    action = {
        "title": data.get("title") or titled(name),
        "from": start,
        "to": None if data["to"] == "same" else data["to"],
        "by": data["by"],
        "needs": [field for field in needs if field != "file"],
        "takes": takes if dated is None or dated in (*needs, *takes) else [*takes, dated],
        "files": 1 if "file" in needs else 0,
        "reason": data.get("reason", False),
        "unless": data.get("unless", []),
        "when": data.get("when", []),
        "effective": dated,
        "effective_max": effective.get("at-most"),
    }
    # A key few use is there only where it was given: the hash of other definitions stays as it was.
    more = {"in_person": True} if data.get("in_person") else {}
    return action | more | {key: data[key] for key in ("tell", "or_else") if data.get(key)}


def _clock(name: str, data: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    extension = data.get("extension")
    return {
        "title": data.get("title") or titled(name),
        "runs_in": data["runs_in"],
        "if": _condition(data, fields),
        "from": data.get("from"),
        "starts_on": data.get("starts_on", []),
        "pauses_in": data.get("pauses_in", []),
        "paused_by": data.get("paused_by", []),
        "resumed_by": data.get("resumed_by", []),
        "resets_on": data.get("resets_on", []),
        "met_by": data.get("met_by", []),
        "cancels": data.get("cancels", []),
        "once": data.get("once", False),
        "limit": data["limit"],
        "again": data.get("again"),
        "holders": data.get("holders", ["owner"]),
        "remind": data.get("remind", []),
        "ladder": data.get("ladder"),
        "then": data.get("then"),
        "extension": {"from": "due"} | extension if extension else None,
    }


def _condition(data: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {
        field: [_kept(fields.get(field, {}).get("type"), value) for value in values]
        for field, values in data.get("if", {}).items()
    }


def _kept(kind: str | None, text: str) -> Any:
    """A value a field is compared with, in the form in which such a field is kept; the checks judge what is none."""
    if kind == "flag" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if kind == "int" and re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        return int(text)
    return text


def _keep(data: Mapping[str, Any]) -> dict[str, str]:
    """Of each final state for how long its cases keep their values; one that is not here keeps them for ever."""
    given = data.get("keep", {})
    final = [name for name, state in data["states"].items() if state.get("final")]
    return {name: given.get(name) or given["default"] for name in final if name in given or "default" in given}


def _effect(data: Mapping[str, Any]) -> dict[str, Any]:
    effect = {
        "on": data["on"],
        "if": data.get("if", {}),
        "bars": data["bars"],
        "title": data.get("title") or titled(", ".join(data["bars"])),
        "whom": data["whom"],
        "from": data["from"],
    }
    more = ("for", "until", "at_least_until", "ended_by", "suspended_by", "resumed_by")
    return effect | {key: data[key] for key in more if key in data}


def _opens(data: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """What opens another case; `NAME?` sets a field only where the type in force then has it."""
    return {
        "on": data["on"],
        "if": _condition(data, fields),
        "case": data["case"],
        "unit": data.get("unit", "$unit"),
        "owner": data.get("owner"),
        "title": data.get("title"),
        "fields": data.get("fields", {}),
        "due": data.get("due"),
        "link": data.get("link") or data["case"],
    } | ({"duty": data["duty"]} if "duty" in data else {})
