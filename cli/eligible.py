"""`eligible`: what a decision bars one person or unit from."""

import click

from cli import render
from cli.base import REASON, arg, command, opt
from cli.session import Session
from cli.texts import N_, _, language
from cli.typed import day, today

_BARS = {"award": N_("awards"), "promotion": N_("promotion"), "equal-post": N_("a leading post equal to the former")}


@command(
    N_("Tell whether one person or unit is barred from something on a day, and why. On record, with a reason."),
    arg("name", metavar="LOGIN|UNIT"),
    opt("--for", "what", type=click.Choice(list(_BARS)), required=True, help=N_("What it is about.")),
    opt("--on", metavar="DAY", help=N_("On this day; today by default.")),
    opt("--year", type=click.IntRange(1900, 9999), metavar="YEAR", help=N_("The awards of this assessment year.")),
    REASON,
)
def eligible(session: Session, name: str, what: str, on: str | None, year: int | None) -> None:
    """The answer and the record that it was given are one transaction."""
    from workflow import eligible as question
    from workflow.store import Tx

    def work(tx: Tx) -> question.Answer:
        asked_on = day(on, "--on", today(tx)) if on else None
        who = session.acting(tx)
        return question.eligible(tx, name, what, who=who, on=asked_on, year=year, reason=session.reason)

    found = session.change(work)
    spoken = "zh" if language().startswith("zh") else "en"
    for row in found["because"]:
        row["effect"] = row["effect"][spoken]

    def human() -> list[render.Block]:
        verdict = _("{who} is not barred from {what} on {on}.")
        if found["barred"]:
            verdict = _("{who} is barred from {what} on {on}, until {until}.")
        said = verdict.format(who=name, what=_(_BARS[what]), on=found["on"], until=found["until"])
        rows = [[row["case"], row["effect"], row["from"], row["until"]] for row in found["because"]]
        heads = [_("Number"), _("Effect"), _("From"), _("To")]
        return [render.Block("verdict", "", [[said]]), render.Block("because", _("Because"), rows, heads)]

    render.one(session, found, human)
