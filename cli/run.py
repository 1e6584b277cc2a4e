"""`run` and `advance`: what happens without anybody asking, in life and in a sandbox."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli import render
from cli.base import command, opt
from cli.keys import keys
from cli.mailing import channel, voice
from cli.outlets import outlets
from cli.session import Session
from cli.texts import N_, _
from cli.typed import instant
from states.errors import Usage
from states.instants import zone_of

if TYPE_CHECKING:
    from pathlib import Path

    from workflow.store import Store

WHAT = {"remind": N_("reminder"), "breach": N_("overdue"), "step": N_("step {step}")}


@command(
    N_("Let the clocks run: fire what is due, open duties, send notices; until it is stopped, or --once."),
    opt("--once", is_flag=True, help=N_("Do everything that is due now, then end: for cron.")),
)
def run(session: Session, once: bool) -> None:
    """Any number may run at once; each piece of work is done by one of them."""
    from jobs import runner

    way, ways_out = channel(session), outlets(session)
    if once:
        done = runner.run_once_all(session.store, way, voice(), keys(session), files_home(session), outlets=ways_out)
        render.one(session, done, lambda: happened(done))
        return
    _log(session)
    place, home = keys(session), files_home(session)
    runner.run(runner.Settings(session.store.url, way, voice(), keys=place, home=home, outlets=ways_out))


def files_home(session: Session) -> "Path | None":
    """Where the files of the evidence lie, if that is known here; only there anything is erased by rule."""
    from pathlib import Path

    home = session.settings.home
    return Path(home) if home else None


def _log(session: Session) -> None:
    """What a running program says: to stderr, with the time, for whoever keeps its journal."""
    import logging

    logging.basicConfig(
        level=logging.WARNING if session.quiet else logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )


@command(
    N_("Move the time of a sandbox, living through everything on the way."),
    opt("--to", metavar="T", help=N_("Up to this instant, or the beginning of this day.")),
    opt("--by", metavar="DUR", help=N_("By so much, for example 3wd or 36h.")),
    opt("--jump", is_flag=True, help=N_("Move the clock without firing anything, as downtime does.")),
    opt("--seal", is_flag=True, help=N_("Seal what was written, at the end.")),
)
def advance(session: Session, *, to: str | None, by: str | None, jump: bool, seal: bool) -> None:
    """Time never goes back."""
    from jobs.advance import advance as live

    if (to is None) is (by is None):
        raise Usage("How far to advance is said once.", hint=N_("Use either --to T or --by DUR."))
    store = session.store
    end = instant(to, "--to", zone_of(store.workspace.zone)) if to else _shifted(store, str(by))
    done = live(store, end, jump=jump, tell=_progress(session))
    if seal:
        from jobs import seal as sealing

        done["counts"]["sealed"] = sealing.run_once(store, keys(session)).events
    render.one(session, done, lambda: happened(done))


def _shifted(store: "Store", by: str) -> datetime:
    from states.durations import parse_duration
    from states.limits import shift
    from workflow import calendars

    span = parse_duration(by)
    with store.read() as tx:
        space = tx.workspace
        return shift(tx.time, span, calendars.load(tx), calendar=space.calendar or "none", zone=space.zone)


def _progress(session: Session) -> Any:
    """Tells a person who waits how far it has come."""
    if session.quiet or not sys.stderr.isatty():
        return None

    def tell(now: datetime) -> None:
        sys.stderr.write(f"\r{now.date().isoformat()}")
        sys.stderr.flush()

    return tell


def happened(done: dict[str, Any]) -> list[render.Block]:
    """What fired and what was opened, and what time it is then."""
    fired = [
        [
            render.day_time(row["at"]),
            row["ref"],
            row["clock"],
            _(WHAT[row["what"]]).format(step=row["step"]),
        ]
        for row in done["fired"]
    ]
    opened = [[render.day_time(row["at"]), row["ref"], row["duty"], row["unit"]] for row in done["opened"]]
    counts = [[name, str(count)] for name, count in done["counts"].items()]
    return [
        render.Block("fired", _("Fired"), fired, [_("At"), _("Case"), _("Limit"), _("What")]),
        render.Block("opened", _("Opened"), opened, [_("At"), _("Case"), _("Duty"), _("Unit")]),
        render.Block("count", _("Counts"), counts),
        render.Block("now", "", [[_("Now"), done["now"][:19].replace("T", " ")]]),
    ]
