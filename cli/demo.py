"""`demo`: a small office lives through a year in a sandbox, and answers what a leader would ask."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import render
from cli.base import arg, command, opt
from cli.session import Session
from cli.texts import N_, _
from states.errors import Usage

if TYPE_CHECKING:
    from workflow.store import Tx

FOLDER = "demo-office"
SEED = 12
FROM = "2026-01-05"
PACK = "responsibility"
OPENS = time(8)


@command(
    N_("Let a small county office live through a year in a sandbox in DIR (default: ./demo-office), then tell."),
    arg("folder", metavar="[DIR]", required=False),
    opt("--seed", type=int, default=SEED, metavar="N", help=N_("Chance begins here: another number, another story.")),
    opt("--from", "since", default=FROM, metavar="DATE", help=N_("The first day, by default 2026-01-05.")),
    opt("--weeks", type=click.IntRange(4, 60), default=56, metavar="N", help=N_("How long it lasts, by default 56.")),
)
def demo(session: Session, *, folder: str | None, seed: int, since: str, weeks: int) -> None:
    """The sandbox is made beside its place and put there when the year is over."""
    from cli.demo_tell import blocks, plain
    from cli.demo_words import Words
    from cli.typed import day
    from jobs.demo import ground
    from jobs.demo.tell import everything
    from workflow.store import Store

    if session.db:
        raise Usage(
            "The demo keeps its database in its own folder.",
            hint=N_("Leave --db away and name a folder."),
            where="--db",
        )
    start = day(since, "--from")
    shown = folder or session.home or FOLDER
    home = Path(shown).absolute()
    replaced = ground.claim(home)
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".duecourse-demo-", dir=home.parent) as beside:
        draft = Path(beside)
        with progress(session, weeks * 7) as lived:
            live_in(draft, start, seed=seed, weeks=weeks, lived=lived)
        ground.settle(draft, home)
    store = Store(f"sqlite:///{home / ground.DATABASE}")
    try:
        answer = everything(store)
        with store.read() as tx:
            words = Words(tx)
    finally:
        store.close()
    answer |= {"schema": 1, "home": str(home), "replaced": replaced, "from": start.isoformat(), "seed": seed}
    if session.style() == "plain" and session.format is None:
        session.format = "table"  # a story is for people, wherever it is printed
    render.one(session, plain(answer), lambda: blocks(answer, words, shown))


def live_in(home: Path, start: date, *, seed: int, weeks: int, lived: Callable[[datetime], None]) -> None:
    """A sandbox in an empty folder, with the pack in force and everything that happens in these weeks."""
    from cli.init import SETTINGS_TEXT, make, policy_of
    from jobs.demo import ground
    from jobs.demo.live import live
    from states.instants import zone_of
    from workflow.store import Store
    from workflow.store.sqlite import SqliteDriver

    compiled = policy_of(PACK)
    url = f"sqlite:///{home / ground.DATABASE}"
    (home / ground.EVIDENCE).mkdir()
    (home / ground.SETTINGS).write_text(f"{ground.MARK}\n\n{SETTINGS_TEXT}", encoding="utf-8")
    zone = compiled["zone"]
    make(url, datetime.combine(start, OPENS, zone_of(zone)), zone, compiled)
    store = Store(url)
    if isinstance(store.driver, SqliteDriver):
        store.driver.synchronous = "OFF"  # a draft: whoever loses power in the middle begins anew
    try:
        live(store, home, start, seed=seed, weeks=weeks, lived=lived, drafts=worded)
    finally:
        store.close()


def worded(tx: "Tx", unit: str, window: str) -> str:
    """The summary of a unit's window, as `summary draft` writes it."""
    from cli.summary_text import Words, heading, markdown, sections
    from workflow import policies, summary

    facts = summary.summary(tx, unit, window)
    words = Words(policies.types(tx), (policies.current_or_none(tx) or {}).get("duties", {}))
    return markdown(heading(facts), sections(facts, words))


@contextmanager
def progress(session: Session, days: int) -> Iterator[Callable[[datetime], None]]:
    """A bar of the days lived, on a terminal only."""
    if session.quiet or not sys.stderr.isatty():
        yield lambda _at: None
        return
    with click.progressbar(length=days, file=sys.stderr, label=_("Living through the weeks")) as bar:
        begun: list[datetime] = []

        def lived(at: datetime) -> None:
            begun.append(at) if not begun else None
            bar.update((at - begun[0]).days - bar.pos)

        yield lived
