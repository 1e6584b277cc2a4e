"""`calendar explain`: how a limit is counted, day by day. Needs no workspace."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import command, opt
from cli.session import Session
from cli.texts import N_, _
from states.calendars import Calendars, Shipped
from states.errors import Usage

if TYPE_CHECKING:
    from states.limits import Due


@command(
    N_("Show, day by day, how a limit is counted from an event to its last instant."),
    opt("--from", "from_", metavar="T", required=True, help=N_("The event: an instant with its offset, or a day.")),
    opt("--rule", metavar="JSON", required=True, help=N_('The limit: {"limit": "20 working days"} or "36h".')),
    opt("--stop", metavar="S", multiple=True, help=N_("A stop: pause:T1/T2, exclude:D1/D2 or reset:T. Repeatable.")),
    opt("--extend", metavar="DUR", multiple=True, help=N_("Extend the limit by so much. Repeatable.")),
    opt("--calendars", metavar="FILE", help=N_("Calendars to count with, YAML or JSON.")),
)
def explain(
    session: Session, *, from_: str, rule: str, stop: tuple[str, ...], extend: tuple[str, ...], calendars: str | None
) -> None:
    """Rule, stops and extensions are exactly those of a policy."""
    from states.durations import parse_duration
    from states.limits import due, parse_instant
    from states.rules import parse_rule

    event = parse_instant(from_)
    counted = parse_rule(read_rule(rule))
    extensions = [parse_duration(text) for text in extend]
    known, calendar, zone = _setting(session, calendars)
    found = due(counted, event, known, calendar=calendar, zone=zone, stops=stop, extensions=extensions, explain=True)
    data = _answer(found)
    render.one(session, data, lambda: _blocks(data, found))


def read_rule(text: str) -> Any:
    """What was typed after --rule: JSON, or a limit as people write it; Usage for broken JSON."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except ValueError as error:
        if text.lstrip()[:1] not in ("{", "[", '"'):
            return text
        raise Usage(
            "The rule is not JSON: {why}.",
            hint=N_("Write it like {example}, in single quotes for the shell."),
            where="--rule",
            why=str(error),
            example='{"limit": "20 working days", "calendar": "CN"}',
        ) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Usage("The rule says {key} twice.", hint=N_("Leave one of them out."), where="--rule", key=twice)
    return found


def _setting(session: Session, path: str | None) -> tuple[Calendars, str | None, str | None]:
    """(the calendars known, the calendar and the zone where the rule names none)."""
    if session.has_workspace():
        from workflow import calendars

        with session.read() as tx:
            if not path:
                return calendars.load(tx), tx.workspace.calendar, tx.workspace.zone
            here = calendars.bodies(tx)
            return Calendars({**here, **_read(path, here)}), tx.workspace.calendar, tx.workspace.zone
    bodies = _read(path) if path else {}
    return Calendars(bodies or Shipped()), (next(iter(bodies)) if len(bodies) == 1 else None), None


def _read(path: str, known: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, dict[str, Any]]:
    from cli.calendar_file import read_calendars

    return read_calendars(path, known)


def told(note: str) -> str:
    """The note of a day in the reader's language."""
    return "; ".join(map(_, note.split("; "))) if note else ""


def _answer(found: "Due") -> dict[str, Any]:
    from states.instants import zone_of

    return {
        "schema": 1,
        "due_at": found.at.astimezone(zone_of(found.zone)).isoformat(),
        "due_on": found.on.isoformat(),
        "precision": found.precision,
        "provisional": found.provisional,
        "calendar": found.calendar,
        "days": [{**day._asdict(), "note": told(day.note)} for day in found.days],
    }


HEADS = (N_("Day"), N_("Weekday"), N_("What"), N_("Counted"), N_("Note"))


def day_lines(days: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """The days of a count for people, those that counted numbered."""
    from cli.calendar import WHAT, weekday

    count = 0
    lines = []
    for day in days:
        count += day["counted"]
        number = str(count) if day["counted"] else ""
        lines.append([day["date"], weekday(day["date"]), _(WHAT[day["what"]]), number, day["note"]])
    return lines


def _blocks(data: dict[str, Any], found: "Due") -> list[render.Block]:
    due = data["due_on"] if found.precision == "day" else data["due_at"]
    foot = [[_("Due"), due], [_("Calendar"), f"{found.calendar}, {found.zone}"]]
    if found.provisional:
        foot.append([_("Provisional"), _("a day lies outside what the calendar knows; it will be counted anew")])
    days = render.Block("day", "", day_lines(data["days"]), [_(head) for head in HEADS])
    return [days, render.Block("due", "", foot)]
