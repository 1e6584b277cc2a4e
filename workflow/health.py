"""Whether a workspace is in order: one row per check, for `doctor`. Looks and changes nothing."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from states.errors import N_, NotFound
from states.instants import zone_of
from workflow import calendars, fences, grants, policies, pulses
from workflow.health_people import findings
from workflow.sql import clock as clock_sql
from workflow.sql import held as sql
from workflow.store import REVISION, Tx

_SOME = 5

# Catalogue questions differ by database; they are not part of the engine's statements.
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgres": """SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND NOT t.tgisinternal AND t.tgenabled <> 'D'""",
}


class Check(NamedTuple):
    """One finding; ``say`` is a gettext source text with {named} places."""

    name: str
    ok: bool
    say: str
    places: dict[str, Any] = {}  # noqa: RUF012  # read only
    names: list[str] | None = None  # everything it found, where that can be listed


def checks(tx: Tx, kind: str) -> Iterator[Check]:
    """What holds or not beside time; ``kind`` is sqlite or postgres. What is late is for `jobs.lateness`."""
    yield Check("revision", True, N_("The database is at revision {revision}."), {"revision": REVISION})
    yield _fences(tx, kind)
    if kind == "postgres":
        yield _grants(tx)
    yield _identity(kind)
    yield _policy(tx)
    yield from _calendars(tx)
    yield _provisional(tx)
    yield from _heartbeat(tx)
    for one in findings(tx):
        say, places = one.say
        yield Check(one.name, not one.names, say, places, one.names)


def _fences(tx: Tx, kind: str) -> Check:
    there = {row[0] for row in tx.all(_TRIGGERS[kind])}
    missing = sorted(set(fences.NAMES[kind]) - there)
    if missing:
        say = N_("The fence around the trail has gaps: {names} is missing. `audit verify` tells whether it was used.")
        return Check("append-only", False, say, {"names": ", ".join(missing)})
    return Check("append-only", True, N_("The database refuses to change or remove events."))


def _grants(tx: Tx) -> Check:
    """Whether the account the program works as could take the fence down."""
    state = grants.state(tx)
    if state is None:
        say = N_("The program works as the owner of its tables; `duecourse db grants` sets a role apart for it.")
        return Check("grants", True, say)
    owner, app, _ = state.roles
    if state.flaw is not None:
        return Check("grants", False, state.flaw.message, state.flaw.places)
    if state.lacking:
        say = N_(
            "The rights of {app} are not as they were set up, first: {statement}. Run `duecourse db grants` again."
        )
        return Check("grants", False, say, {"app": app, "statement": state.lacking[0]})
    if state.mighty:
        say = N_(
            "This program is connected as {user}, who may do what {owner} may: let it connect as a member of {app}."
        )
        return Check("grants", False, say, {"user": state.user, "owner": owner, "app": app})
    say = N_("The program works as {app}, which may add to the trail and never change it; {owner} owns the tables.")
    return Check("grants", True, say, {"owner": owner, "app": app})


def _identity(kind: str) -> Check:
    if kind == "sqlite":
        say = N_(
            "Who acts is asserted by the operating system, not proven: whoever can write the file can write as anybody."
        )
    else:
        say = N_("Who acts is asserted by the operating system of each host; the database knows its own accounts only.")
    return Check("identity", True, say)


def _policy(tx: Tx) -> Check:
    policy = policies.current_or_none(tx)
    if policy is None:
        return Check("policy", False, N_("No policy is in force: apply one with `duecourse policy apply`."))
    return Check("policy", True, N_("In force: {policy}."), {"policy": policy["policy"]})


def _calendars(tx: Tx) -> Iterator[Check]:
    """Each calendar that limits are counted with must know the days ahead; from November on those of the next year."""
    names = {tx.workspace.calendar, *(definition["calendar"] for definition in policies.types(tx).values())}
    names = {*names, *(name for (name,) in tx.all(sql.CALENDARS_IN_USE))} - {None, "none"}
    if not names:
        yield Check("calendar", True, N_("No calendar is set: every day is a working day."))
    today = tx.time.astimezone(zone_of(tx.workspace.zone)).date()
    wanted = date(today.year + (today.month >= 11), 12, 31)
    known = calendars.load(tx)
    for name in sorted(map(str, names)):
        try:
            calendar = known.get(name)
        except NotFound:
            yield Check("calendar", False, N_("The calendar {name} is missing: import it."), {"name": name})
            continue
        if calendar.covers(today) and calendar.covers(wanted):
            say = N_("The calendar {name} is known to {day}.")
            yield Check("calendar", True, say, {"name": name, "day": str(wanted)})
        else:
            say = N_("The calendar {name} does not know {year} yet: import it, limits are provisional until then.")
            yield Check("calendar", False, say, {"name": name, "year": wanted.year})


def _provisional(tx: Tx) -> Check:
    """Running limits that reach beyond what their calendar knows; in order as such, a long limit always does."""
    found = tx.all(clock_sql.PROVISIONAL)
    if not found:
        return Check("provisional", True, N_("No running limit is provisional."))
    say = N_("{count} running limits are provisional until their calendar knows more days: {names}.")
    names = _listed([f"{ref} {clock}" for ref, clock in found])
    return Check("provisional", True, say, {"count": len(found), "names": names})


def _heartbeat(tx: Tx) -> Iterator[Check]:
    """Whether anybody keeps the clocks running; a sandbox has no heartbeat: its time stands until it is advanced."""
    if tx.workspace.sandbox:
        return
    pulse = pulses.read(tx).get("pump")
    if pulse is None:
        yield Check("heartbeat", False, N_("The clocks have never run: keep `duecourse run` running."))
    else:
        yield Check("heartbeat", True, N_("The clocks last ran at {at}."), {"at": pulse.at})


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SOME]) + (", …" if len(names) > _SOME else "")
