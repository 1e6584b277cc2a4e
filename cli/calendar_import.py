"""`calendar import`: make calendars current, from a file or a library, and count again what hangs on them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import arg, choices, command, opt
from cli.calendar_sources import SOURCES, Body, from_chinesecalendar, from_holidays, years_of
from cli.session import Session
from cli.texts import N_, _, plural
from states.errors import Usage

if TYPE_CHECKING:
    from jobs.recompute import Recomputed
    from workflow.store import Tx
    from workflow.trail import Who

_KEYS = {"zone": N_("zone"), "weekend": N_("weekend"), "union": N_("union"), "source": N_("source")}


@command(
    N_("Make calendars current, from a YAML or JSON file or from a library. Every version before is kept."),
    arg("file", metavar="[FILE]", required=False),
    opt("--source", type=choices(SOURCES), help=N_("Take the days from this library, in place of a file.")),
    opt("--country", metavar="CODE", help=N_("holidays: the country, for example GB.")),
    opt("--subdiv", metavar="CODE", help=N_("holidays: a part of the country, for example ENG.")),
    opt("--years", metavar="YEARS", help=N_("Of a library: the years to take, for example 2025-2027.")),
    opt("--name", metavar="N", help=N_("Of a library: what the calendar is called; CN or GB-ENG by default.")),
    opt("--zone", metavar="ZONE", help=N_("Of a library: the time zone of the calendar.")),
    opt(
        "--checked-to",
        type=int,
        metavar="YEAR",
        help=N_("holidays: to the end of this year the days were compared with what is published."),
    ),
    changes=True,
)
def import_(session: Session, *, file: str | None, source: str | None, **given: Any) -> None:
    """For administrators. Open limits are counted again right after it, each in a transaction of its own."""
    if (file is None) is (source is None):
        raise Usage("A calendar comes from a file or from a library.", hint=N_("Name either FILE or --source."))
    extra = [name for name, value in given.items() if value is not None]
    if file is not None and extra:
        raise Usage("--{option} goes with --source.", option=extra[0].replace("_", "-"))
    reader = None if file is None else _reading(file)

    def work(tx: "Tx") -> tuple[dict[str, Any], bool]:
        from jobs import recompute
        from workflow import calendars, receipts

        who = session.administering(tx)
        before = calendars.bodies(tx)
        bodies = reader.bodies(before, strict=True) if reader else _taken(tx, str(source), given)

        def do() -> dict[str, Any]:
            rows = _imported(tx, bodies, before, who, session.reason)
            return {"calendars": rows, "clocks": recompute.count(tx)}

        return receipts.told(tx, session.key, "calendar import", [bodies, who.actor, session.reason], do)

    done, repeated = session.change(work, alone=True)
    again: Recomputed | None = None
    if not session.dry_run:
        from jobs import recompute

        again = recompute.run(session.store)
    counted = again._asdict() if again else None
    data = {"schema": 1, "from": file or source, **done, "recomputed": counted, "again": repeated}
    render.changed(session, data, lambda: _said(data))
    if again and again.failed:
        say = plural(
            "{n} case could not be counted again; `duecourse run` tries it again.",
            "{n} cases could not be counted again; `duecourse run` tries them again.",
            again.failed,
        )
        render.note(session, say)


def _reading(file: str) -> Any:
    from cli.calendar_file import CalendarFile

    return CalendarFile(file)


def _taken(tx: "Tx", source: str, given: Mapping[str, Any]) -> dict[str, Body]:
    """One calendar out of a library, in normal form."""
    from cli.typed import today
    from states.calendars import parse_calendars

    if given["years"] is None:
        raise Usage("Which years to take is not said.", hint=N_("Say it with --years 2025-2027."), where="--years")
    years = years_of(given["years"])
    if source == "chinesecalendar":
        for name in ("country", "subdiv", "checked_to"):
            if given[name] is not None:
                option = f"--{name.replace('_', '-')}"
                raise Usage("chinesecalendar knows nothing but the Chinese schedule.", where=option)
        body = from_chinesecalendar(years, given["name"])
    else:
        if given["country"] is None:
            raise Usage("Whose holidays to take is not said.", hint=N_("Say it with --country GB."), where="--country")
        body = from_holidays(
            given["country"].upper(), given["subdiv"], years, given["name"], today(tx).year, given["checked_to"]
        )
    if given["zone"]:
        body["zone"] = given["zone"]
    return parse_calendars(body, strict=True)


def _imported(
    tx: "Tx", bodies: Mapping[str, Body], before: Mapping[str, Body], who: "Who", reason: str
) -> list[dict[str, Any]]:
    """One row per calendar: what it is now, and what is otherwise than before."""
    from workflow import calendars

    rows = calendars.import_(tx, bodies, who, reason=reason)
    return [
        {
            **row,
            **calendars.difference(before.get(row["name"]), bodies[row["name"]]),
            "event": render.receipt(row["event"]) if row["event"] else None,
        }
        for row in rows
    ]


def _said(data: Mapping[str, Any]) -> Iterator[str]:
    if data["again"]:
        yield _("This key was used before, nothing was done again.")
        return
    for row in data["calendars"]:
        yield _line(row)
        for key, days in ((N_("off"), row["off"]), (N_("working"), row["work"])):
            for sign, listed in (("+", days["added"]), ("−", days["removed"])):
                if row["was"] is not None and listed:
                    yield f"  {sign} {_(key)}: {_some(listed)}"
        if row["was"] is not None and row["valid"] != row["valid_was"]:
            yield "  " + _("valid: {now} (before: {before})").format(
                now=_span(row["valid"]), before=_span(row["valid_was"])
            )
        if row["other"]:
            yield "  " + _("also changed: {keys}").format(keys=", ".join(_(_KEYS[key]) for key in row["other"]))
    again = data["recomputed"]
    if again is None:
        yield plural(
            "{n} open limit would be counted again.", "{n} open limits would be counted again.", data["clocks"]
        )
    elif again["clocks"]:
        yield plural("{n} open limit was counted again.", "{n} open limits were counted again.", again["clocks"])
        yield plural("{n} of them moved.", "{n} of them moved.", again["moved"])
    elif any(row["changed"] for row in data["calendars"]):
        yield _("No open limit hangs on it.")


def _line(row: Mapping[str, Any]) -> str:
    if not row["changed"]:
        return _("{name}: version {version} is in force already").format(**row)
    if row["was"] is None:
        text = _("{name}: new, version {version}").format(**row)
        return f"{text}, {_('valid: {now}').format(now=_span(row['valid']))}" if row["valid"] else text
    return _("{name}: version {version} in place of {was}").format(**row)


def _span(valid: list[str] | None) -> str:
    return f"{valid[0]} – {valid[1]}" if valid else _("every day")


def _some(days: list[str]) -> str:
    """Several days in a line, the first ones if there are many."""
    return ", ".join(days[:6]) + (_(" and {n} more").format(n=len(days) - 6) if len(days) > 6 else "")
