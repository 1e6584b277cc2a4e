"""Whether somebody answers: vacant and doubly held posts, hats worn at once, stuck cases. For `doctor`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from states.errors import N_
from states.instants import zone_of
from workflow import agenda, policies, register
from workflow.hats import bodies, hats_of, together
from workflow.instants import moment
from workflow.look import Look
from workflow.roles import ALIASES, ONE_ANSWERS, Parts, standing
from workflow.sql import held as sql
from workflow.sql import register as register_sql
from workflow.store import Tx
from workflow.trees import ENDLESS

_SOME = 5
_NOBODY = Parts()
_HEADS = ("unit_head", "direct", "first", "office")


class Finding(NamedTuple):
    """One check about people, with everybody or everything it names; ``fine`` and ``wrong`` are source texts."""

    name: str
    names: list[str]
    fine: str
    wrong: str

    @property
    def say(self) -> tuple[str, dict[str, Any]]:
        if not self.names:
            return self.fine, {}
        listed = ", ".join(self.names[:_SOME]) + (", …" if len(self.names) > _SOME else "")
        return self.wrong, {"count": len(self.names), "names": listed}


def findings(tx: Tx) -> Iterator[Finding]:
    """As of today, in the office's own day."""
    today = tx.time.astimezone(zone_of(tx.workspace.zone)).date()
    yield _vacancies(tx, today)
    yield _double(tx, today.isoformat())
    yield _hats(tx, today.isoformat())
    yield from _gone(tx, today.isoformat())
    yield from _cases(tx, today.isoformat())


def _vacancies(tx: Tx, today: date) -> Finding:
    """First and direct of each body, the head of each unit, the chair of each group; of what is given up none."""
    duties = (policies.current_or_none(tx) or {}).get("duties", {}).values()
    kinds = {"unit", "group", *(kind for duty in duties for kind in duty["for"]["kind"] or ())}
    manned = {unit for (unit,) in tx.all(sql.MANNED, on=today.isoformat())}
    wanted = [(code, role) for (code,) in tx.all(sql.BODIES) for role in ("first", "direct")]
    wanted += [
        (code, "chair" if kind == "group" else "unit_head")
        for code, kind in tx.all(sql.UNITS)
        if kind in kinds or code in manned
    ]
    empty = [f"{role} {code}" for code, role in wanted if not standing(tx, code, today).holders(role, _NOBODY, ALIASES)]
    return Finding(
        "vacancies",
        empty,
        N_("Every answerable post has a holder."),
        N_("{count} answerable posts have no holder today: {names}."),
    )


def _double(tx: Tx, today: str) -> Finding:
    """Two people named at once where one answers; an acting holder stands beside the regular one on purpose."""
    single = {(unit, post) for unit, post, _level, only in tx.all(register_sql.POSTS) if only}
    held: dict[tuple[str, str], list[str]] = {}
    for unit, post, login, _from, _to in tx.all(sql.HELD_ON, on=today):
        if post in ONE_ANSWERS or (unit, post) in single:
            held.setdefault((unit, post), []).append(login)
    for unit, login, _person in tx.all(sql.CHARGED_ON, on=today):
        held.setdefault((unit, "portfolio"), []).append(login)
    twice = [
        f"{post} {unit} ({', '.join(sorted(set(logins)))})"
        for (unit, post), logins in sorted(held.items())
        if len(set(logins)) > 1 and post != "member_in_charge"
    ]
    return Finding(
        "double-holders",
        twice,
        N_("No answerable post is held by two people at once."),
        N_("{count} answerable posts are held by two people at once: {names}."),
    )


def _hats(tx: Tx, today: str) -> Finding:
    policy = policies.current_or_none(tx) or {}
    apart = policy.get("apart", [])
    found = []
    if apart:
        units = {row["code"]: row for row in tx.named(register_sql.UNITS)}
        rows = hats_of(tx.named(register_sql.POSTINGS), tx.named(register_sql.PORTFOLIOS))
        worn = (hat for hat in rows if hat.from_on <= today <= hat.last)
        pairs = list(together(worn, bodies(units), apart, register.aliases_of(tx)))
        logins = register.logins(tx, [both.one.person for both in pairs])
        found = [
            f"{logins.get(both.one.person, both.one.person)} "
            f"({both.one.post} {both.one.unit}, {both.other.post} {both.other.unit})"
            for both in pairs
        ]
    return Finding(
        "hats",
        found,
        N_("Nobody wears two hats that the policy keeps apart."),
        N_("{count} times one person wears two hats that the policy keeps apart: {names}."),
    )


def _gone(tx: Tx, today: str) -> Iterator[Finding]:
    """Whoever left all posts, and still answers: by a portfolio that nobody ended, or as somebody's deputy."""
    gone = {person for (person,) in tx.all(sql.LEFT, on=today)}
    yield Finding(
        "portfolios",
        [f"{login} {unit}" for unit, login, person in tx.all(sql.CHARGED_ON, on=today) if person in gone],
        N_("Whoever has a portfolio holds a post."),
        N_("{count} units are in the portfolio of somebody who holds no post any more: {names}."),
    )
    yield Finding(
        "deputies",
        [f"{deputy} ({login})" for login, deputy, person in tx.all(sql.STOOD_FOR, on=today) if person in gone],
        N_("Whoever stands in holds a post."),
        N_("{count} people who are away have a deputy who holds no post any more: {names}."),
    )


def _cases(tx: Tx, today: str) -> Iterator[Finding]:
    """Open cases nobody can carry on or answer for; those of owners who hold no post any more, or moved to another."""
    seen = _Answering(tx, today)
    held = _Held(tx, today)
    unanswered = _unanswered(tx)
    orphans: list[str] = []
    left: list[str] = []
    moved: list[str] = []
    after = ""
    while page := tx.all(sql.OPEN_CASES, after=after, limit=500):
        for ref, unit, hash_, state, owner, opener, since in page:
            if owner and owner not in seen.posted:
                left.append(f"{seen.look.login(owner)} {ref}")
            elif owner and held.moved(owner, since):
                moved.append(f"{seen.look.login(owner)} {ref}")
            owed = seen.owed(hash_, unanswered.get(ref, ()))
            if owed or not seen.somebody(unit, hash_, state, {"owner": owner, "opener": opener}):
                orphans.append(ref)
        after = page[-1][0]
    yield Finding(
        "orphans",
        sorted(orphans),
        N_("Somebody answers for every open case."),
        N_("Nobody answers for {count} open cases: {names}."),
    )
    yield Finding(
        "owners",
        left,
        N_("Every owner of an open case holds a post."),
        N_("{count} open cases belong to somebody who holds no post any more: {names}. Assign them anew."),
    )
    yield Finding(
        "moved",
        moved,
        N_("Every owner of an open case holds the post it was given to."),
        N_(
            "{count} open cases belong to somebody who has moved to another post since: {names}. Assign them to who "
            "came next, or to the same person anew."
        ),
    )


class _Held:
    """Which posts people held on a day gone by, and whether they hold one of them today."""

    def __init__(self, tx: Tx, today: str) -> None:
        self.today = today
        self.zone = zone_of(tx.workspace.zone)
        self.postings: dict[str, list[tuple[str, str, str, str]]] = {}
        for person, unit, post, first, last, _acting in tx.all(register_sql.POSTINGS):
            self.postings.setdefault(person, []).append((unit, post, first, last or ENDLESS))

    def moved(self, person: str, since: str) -> bool:
        """Whether all posts this person held at that instant are another's, or nobody's, today."""
        then = self._on(person, moment(since).astimezone(self.zone).date().isoformat())
        return bool(then) and then.isdisjoint(self._on(person, self.today))

    def _on(self, person: str, day: str) -> set[tuple[str, str]]:
        return {(unit, post) for unit, post, first, last in self.postings.get(person, ()) if first <= day <= last}


class _Answering:
    """Whether anybody can carry a case on, asked once for each unit and role."""

    def __init__(self, tx: Tx, today: str) -> None:
        self.look = Look(tx)
        self.posted = {person for (person,) in tx.all(sql.POSTED_ON, on=today)}
        self.held: dict[tuple[str, str, str], bool] = {}

    def somebody(self, unit: str, hash_: str, state: str, named: Mapping[str, str | None]) -> bool:
        """Somebody in post may do what leads on; where only clocks or the respondent may, the unit is headed."""
        definition = policies.definition_by_hash(self.look.tx, hash_)
        asked = {role for act in definition["actions"].values() if state in act["from"] for role in act["by"]}
        if any(named[role] in self.posted for role in asked.intersection(named)):
            return True
        roles = asked.difference(named, ("party", "system")) or _HEADS
        return any(self._held(unit, role, definition) for role in sorted(roles))

    def owed(self, hash_: str, clocks: Sequence[str]) -> bool:
        """Whether one of these limits is somebody's to keep; of some nobody is late by design (a proposal lapses)."""
        spec = policies.definition_by_hash(self.look.tx, hash_)["clocks"]
        return any(spec[clock]["holders"] for clock in clocks)

    def _held(self, unit: str, role: str, definition: policies.Definition) -> bool:
        key = (unit, role, definition["hash"])
        if key not in self.held:
            self.held[key] = bool(self.look.standing(unit).holders(role, _NOBODY, definition["roles"]))
        return self.held[key]


def _unanswered(tx: Tx) -> dict[str, list[str]]:
    """The running limits for which nobody is found, by case."""
    found: dict[str, list[str]] = {}
    after = None
    while True:
        page = agenda.due(tx, limit=500, after=after)
        for row in page["rows"]:
            if not row["holders"]:
                found.setdefault(row["ref"], []).append(row["clock"])
        after = page["next"]
        if after is None:
            return found
