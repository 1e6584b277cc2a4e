"""Whether somebody may be held to account at all: a verified failure, and a post held when it happened."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from states.errors import N_, NotNow
from states.vocabulary import ANYBODY
from workflow import failures
from workflow.failures import Failure
from workflow.objections import objected
from workflow.powers import above, named_so
from workflow.register import logins
from workflow.roles import is_person, standing
from workflow.sql import register as sql
from workflow.store import Tx


def examine(
    tx: Tx, definition: Mapping[str, Any], unit: str, values: Mapping[str, Any], pending: Failure | None = None
) -> dict[str, Any] | None:
    """The failure a case is opened for, as its opening puts it on record; None where its law asks for none.

    NotNow: no verified failure, a consequence without a breached duty, a respondent the law does not name, one who
    did not hold the post then, one who had objected to what was decided.
    """
    grounds = definition.get("grounds")
    if not grounds:
        return None
    whom, post, cites = (str(values[grounds[key]]) for key in ("whom", "post", "cites"))
    name = logins(tx, [whom]).get(whom, whom) if is_person(whom) else whom
    today = tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()
    units = [unit, standing(tx, unit, today).body, *([] if is_person(whom) else [whom])]
    known = [pending] if pending and pending.stream == cites else []
    found = _verified(
        [*known, *failures.of(tx, cites, list(dict.fromkeys(units)))], cites, str(values[grounds["kind"]])
    )
    _answerable(tx, grounds["respondents"], whom, post, name)
    held = [(failure, units) for failure in found if (units := _held_in(tx, whom, post, failure))]
    if not held:
        raise NotNow(
            "{name} did not hold the post {post} when {cites} failed ({days}).",
            hint=N_("`duecourse case answerable REF` shows who answers for it; `duecourse org show` who held what."),
            name=name,
            post=post,
            cites=cites,
            days=", ".join(dict.fromkeys(_span(failure) for failure in found)),
        )
    theirs = [failure for failure, units in held if any(_in_line(tx, unit, failure.unit, today) for unit in units)]
    if not theirs:
        raise NotNow(
            "{cites} failed in {unit}, and {name} answered in another body, neither above nor below it.",
            hint=N_("`duecourse case answerable REF` shows who answers for it; `duecourse org show` who held what."),
            name=name,
            unit=held[0][0].unit,
            cites=cites,
        )
    if decision := objected(tx, whom, cites):
        raise NotNow(
            "{name} objected to what was decided in {decision}, and bears no responsibility for it.",
            hint=N_("Whoever objected clearly and was not followed is not held to account for that decision."),
            name=name,
            decision=decision,
        )
    return theirs[0].told()


def _verified(found: list[Failure], cites: str, kind: str) -> list[Failure]:
    if not found:
        raise NotNow(
            "{cites} shows no verified failure: no limit overdue, nothing concluded or found, no duty missed.",
            hint=N_("Cite a case with an overdue limit, a concluded incident, a verified finding or a missed duty."),
            cites=cites,
        )
    if kind == "consequence":
        found = [failure for failure in found if failure.how != failures.CONCLUDED]
        if not found:
            raise NotNow(
                "A serious consequence is a ground only together with a breached duty, and {cites} shows none.",
                hint=N_("Cite the case or the duty in which something was not done in time."),
                cites=cites,
            )
    return found


def _answerable(tx: Tx, respondents: list[str], whom: str, post: str, name: str) -> None:
    """Bodies and leaders are held to account, others only where the law says so."""
    if ANYBODY in respondents:
        return
    is_ = post if is_person(whom) else str(tx.named(sql.UNIT, code=whom)[0]["kind"])
    if not any(named_so(is_, one) for one in respondents):
        raise NotNow(
            "{name} as {post} is not held to account under this law; it names: {respondents}.",
            hint=N_("Others answer within their unit; the law may name them under `respondents:`."),
            name=name,
            post=is_,
            respondents=", ".join(respondents),
        )


def _held_in(tx: Tx, whom: str, post: str, failure: Failure) -> list[str]:
    """The units in which the respondent held the post named on any day of the failure; a unit is its own."""
    if not is_person(whom):
        return [whom]
    held = [(row[0], *row[2:4]) for row in tx.all(sql.POSTS_OF_PERSON, person=whom) if named_so(post, row[1])]
    if named_so(post, "member_in_charge"):
        held += tx.all(sql.CHARGE_OF_PERSON, person=whom)
    return [unit for unit, since, to in held if since <= failure.last and (to is None or to >= failure.first)]


def _in_line(tx: Tx, unit: str, other: str, today: date) -> bool:
    """Whether two units belong to one body, or one to a body above that of the other."""
    one, two = standing(tx, unit, today), standing(tx, other, today)
    return one.body in {two.body, *above(tx, other, two)} or two.body in above(tx, unit, one)


def _span(failure: Failure) -> str:
    return failure.first if failure.first == failure.last else f"{failure.first} – {failure.last}"
