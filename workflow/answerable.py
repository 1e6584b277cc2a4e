"""Who bears which responsibility for what failed, as of the time it failed (RESPONSIBILITY.md D4)."""

from datetime import date
from typing import Any

from states.errors import N_, NotNow
from workflow import failures, objections
from workflow.case import by_ref_unlocked
from workflow.drawn import standing_known
from workflow.failures import Failure
from workflow.register import logins
from workflow.roles import Parts, Standing
from workflow.store import Tx

MAIN, IMPORTANT, IN_CHARGE, CONCRETE, NONE = "main", "important", "in-charge", "concrete", "none"

Answer = dict[str, Any]
_TIERS = (("first", MAIN), ("direct", MAIN), ("member_in_charge", IN_CHARGE), ("unit_head", CONCRETE))


def answerable(tx: Tx, ref: str) -> Answer:
    """{schema, ref, failures: [{how, unit, from, until, decision, answerable: [{person, post, unit, bears, why}]}]}.

    ``bears`` is main (the first and the directly responsible; alone, who decided alone), important (members who took
    part in the decision), in-charge (the leader whose portfolio it is), concrete (the head of the unit), or none (who
    objected to the decision). NotFound for an unknown case, NotNow for one that shows no failure.
    """
    case = by_ref_unlocked(tx, ref)
    found = failures.of(tx, ref, [case.unit])
    if not found:
        raise NotNow(
            "{ref} shows no failure that anybody would answer for.",
            hint=N_("Nothing in it is overdue, and its law calls none of its states a failure."),
            ref=ref,
        )
    decisions = objections.decisions(tx, ref)
    rows = [_told(tx, failure, decisions) for failure in found]
    spoken = logins(tx, [one["person"] for row in rows for one in row["answerable"]])
    for row in rows:
        for one in row["answerable"]:
            one["person"] = spoken.get(one["person"], one["person"])
    return {"schema": 1, "ref": ref, "failures": rows}


def _told(tx: Tx, failure: Failure, decisions: list[objections.Decision]) -> Answer:
    there = standing_known(tx, failure.unit, date.fromisoformat(failure.last), failure.at)
    persons: dict[str, Answer] = {}
    alone = next((one for one in decisions if len(one.took_part) == 1 and not one.objected), None)
    for decision in decisions:
        for person in decision.objected:
            persons.setdefault(person, _row(there, person, NONE, f"objected:{decision.ref}"))
    if alone:
        persons.setdefault(alone.took_part[0], _row(there, alone.took_part[0], MAIN, f"alone:{alone.ref}"))
    for role, bears in _TIERS:
        if alone and bears == MAIN:
            continue
        for holder in there.incumbents(role, Parts(), {}):
            row = {"person": holder.person, "post": holder.post, "unit": holder.unit, "bears": bears, "why": holder.why}
            persons.setdefault(holder.person, row)
    for decision in decisions:
        for person in decision.took_part:
            known = persons.setdefault(person, _row(there, person, IMPORTANT, f"took-part:{decision.ref}"))
            if known["bears"] in {IN_CHARGE, CONCRETE}:
                known |= {"bears": IMPORTANT, "why": f"took-part:{decision.ref}"}
    order = (MAIN, IMPORTANT, IN_CHARGE, CONCRETE, NONE)
    return {
        "how": failure.how,
        "unit": failure.unit,
        "from": failure.first,
        "until": failure.last,
        "decisions": [one.ref for one in decisions],
        "answerable": sorted(persons.values(), key=lambda row: order.index(row["bears"])),
    }


def _row(there: Standing, person: str, bears: str, why: str) -> Answer:
    """Somebody who is named by the decision; the post is one held there then, if any."""
    held = there.posts_of(person)
    post, unit = held[0] if held else (None, None)
    return {"person": person, "post": post, "unit": unit, "bears": bears, "why": why}
