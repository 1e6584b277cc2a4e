"""Leave: who is away from a day to a day, and who stands in. Both ends are days of absence."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from states.errors import N_, NotFound, NotNow, NotPermitted, Usage
from workflow.roles import ALIASES, Parts, standing
from workflow.seats import hold
from workflow.sql import register as sql
from workflow.store.tx import Row, Tx
from workflow.trail import Who, Written, record

GRANTED_BY = ("unit_head", "office", "first")


@dataclass(frozen=True, slots=True)
class Absence:
    """One leave: opaque ids, days as text."""

    id: str
    person: str
    deputy: str | None
    from_on: str
    to_on: str

    def overlaps(self, from_on: str, to_on: str) -> bool:
        return self.from_on <= to_on and from_on <= self.to_on


def set_leave(
    tx: Tx, who: Who, person: str, from_on: date, to_on: date, *, deputy: str | None = None, reason: str = ""
) -> Written:
    """Record an absence of this person (an id), with or without a deputy (an id)."""
    new = Absence(tx.id(), person, deputy, from_on.isoformat(), to_on.isoformat())
    if to_on < from_on:
        raise Usage("The leave ends on {to}, before it begins on {start}.", to=new.to_on, start=new.from_on)
    hold(tx)
    login = _login(tx, person)
    if deputy is not None:
        _login(tx, deputy)
    _may(tx, who, person, login)
    if deputy == person:
        raise Usage("{login} cannot stand in for themselves.", hint=N_("Name another deputy."), login=login)
    known = _since(tx, new.from_on)
    for other in known:
        if other.person == person and other.overlaps(new.from_on, new.to_on):
            raise NotNow(
                "{login} is already on leave from {start} to {to}.",
                hint=N_("End that leave first with `duecourse leave end {login}`."),
                login=login,
                start=other.from_on,
                to=other.to_on,
            )
    if found := circle(new, known):
        raise NotNow(
            "{names} would stand in for each other in a circle on {day}.",
            hint=N_("Name a deputy who is there on these days."),
            names=", ".join(_login(tx, one) for one in found[0]),
            day=found[1],
        )
    tx.put(sql.SET_LEAVE, **asdict(new))
    return _record(tx, "leave.set", who, new, reason, **_corrects(tx, from_on))


def end_leave(tx: Tx, who: Who, person: str, on: date, *, reason: str = "") -> Written:
    """The person is back on this day: ends the leave in force then, else takes back the next one ahead."""
    hold(tx)
    login = _login(tx, person)
    _may(tx, who, person, login)
    day = on.isoformat()
    ahead = [_absence(row) for row in tx.all(sql.LEAVE_OF_PERSON, person=person, since=day)]
    if not ahead:
        raise NotNow(
            "{login} is not on leave on {day}, and no leave lies ahead.",
            hint=N_("`duecourse leave list` shows who is away and when."),
            login=login,
            day=day,
        )
    leave = ahead[0]
    back = max(on, date.fromisoformat(leave.from_on))
    ended = replace(leave, to_on=(back - timedelta(days=1)).isoformat())
    if back < _today(tx):
        _refuse_undoing(tx, leave, ended)
    if ended.to_on < ended.from_on:  # no day of it remains
        tx.put(sql.REMOVE_LEAVE, id=leave.id, expect=1)
        return _record(tx, "leave.ended", who, leave, reason, removed=True, **_corrects(tx, back))
    tx.put(sql.SET_LEAVE, **asdict(ended))
    return _record(tx, "leave.ended", who, ended, reason, removed=False, **_corrects(tx, back))


def _corrects(tx: Tx, since: date) -> dict[str, str]:
    """That the register answers otherwise from now on for days gone by, and from which on."""
    return {"corrects": since.isoformat()} if since < _today(tx) else {}


def _refuse_undoing(tx: Tx, leave: Absence, ended: Absence) -> None:
    """Whoever stood in on a day gone by, and acted, stood in."""
    from workflow.register_past import changed_leave

    for one in changed_leave(tx, asdict(leave), asdict(ended), _today(tx)):
        if one.acted:
            raise NotNow(
                "{login} did {what} in {ref} on {day}, standing in; the leave cannot end before that.",
                hint=N_("Say the day after that with --on, or a later one."),
                login=_login(tx, one.person),
                what=one.what,
                ref=one.ref,
                day=one.day,
            )


def list_leave(tx: Tx, since: date | None = None) -> list[dict[str, Any]]:
    """Who is away: rows {person, deputy, from, to, state: past|now|ahead}, from this day on (default: today)."""
    today = _today(tx).isoformat()
    day = since.isoformat() if since else today
    return [
        {
            "person": row["login"],
            "deputy": row["deputy_login"],
            "from": row["from_on"],
            "to": row["to_on"],
            "state": "past" if row["to_on"] < today else "ahead" if row["from_on"] > today else "now",
        }
        for row in tx.named(sql.LEAVE_SINCE, since=day)
    ]


def backlog(tx: Tx, person: str) -> list[str]:
    """The open cases this person owns or answers for now, by number: what a deputy takes over."""
    from workflow import agenda

    refs = {ref for (ref,) in tx.all(sql.OPEN_CASES_OF, person=person)}
    after = None
    while True:
        page = agenda.due(tx, mine=person, limit=500, after=after)
        refs |= {row["ref"] for row in page["rows"]}
        after = page["next"]
        if after is None:
            return sorted(refs)


def circle(new: Absence, known: Iterable[Absence]) -> tuple[list[str], str] | None:
    """(persons, first day) of a ring of deputies, all absent on one day, that this leave would close; else None."""
    by_person: dict[str, list[Absence]] = {}
    for leave in known:
        by_person.setdefault(leave.person, []).append(leave)

    def follow(line: list[str], last: Absence, from_on: str, to_on: str) -> tuple[list[str], str] | None:
        if last.deputy == new.person:
            return line, from_on
        if last.deputy is None or last.deputy in line:
            return None
        for leave in by_person.get(last.deputy, ()):
            start, end = max(from_on, leave.from_on), min(to_on, leave.to_on)
            if start <= end and (found := follow([*line, leave.person], leave, start, end)):
                return found
        return None

    return follow([new.person], new, new.from_on, new.to_on)


def _may(tx: Tx, who: Who, person: str, login: str) -> None:
    """The person, an administrator, or whoever is head, office or first over one of the person's units today.

    Nobody prolongs the days on which he stands in: the absent head's own word is not the deputy's to give.
    """
    if who.actor in {person, tx.workspace.admin}:
        return
    today = _today(tx)
    for unit in _units(tx, person, today.isoformat()):
        there = standing(tx, unit, today)
        for actor in who.persons:
            stood_for = there.held(actor, GRANTED_BY, Parts(), ALIASES).values()
            if actor != person and any(one != person for one in stood_for):
                return
    raise NotPermitted(
        "You may not record leave of {login}.",
        hint=N_("{login}, an administrator, or the head, the office or the first of {login}'s unit may."),
        login=login,
    )


def _units(tx: Tx, person: str, day: str) -> list[str]:
    held: Mapping[str, None] = {
        unit: None
        for unit, _post, from_on, to_on, _acting in tx.all(sql.POSTS_OF_PERSON, person=person)
        if from_on <= day and (to_on is None or to_on >= day)
    }
    return list(held)


def _login(tx: Tx, person: str) -> str:
    row = tx.one(sql.LOGIN, id=person)
    if row is None:
        raise NotFound("There is no such person in the register.")
    return str(row[0])


def _since(tx: Tx, day: str) -> list[Absence]:
    rows = tx.named(sql.LEAVE_SINCE, since=day)
    return [Absence(row["id"], row["person"], row["deputy"], row["from_on"], row["to_on"]) for row in rows]


def _absence(row: Row) -> Absence:
    id_, person, deputy, _deputy_login, from_on, to_on = row
    return Absence(id_, person, deputy, from_on, to_on)


def _today(tx: Tx) -> date:
    return tx.time.astimezone(ZoneInfo(tx.workspace.zone)).date()


def _record(tx: Tx, kind: str, who: Who, leave: Absence, reason: str, **more: bool | str) -> Written:
    data = {"id": leave.id, "person": leave.person, "deputy": leave.deputy, "from": leave.from_on, "to": leave.to_on}
    return record(tx, "org", kind, who, data=data | more, private={"reason": reason} if reason else None)
