"""The pages of a dossier: what happened, and why each limit ended when it did, in every language there is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli import pages as page
from cli import texts
from cli.errors import fill
from cli.explain import told
from cli.render import Block, shown
from cli.texts import LANGUAGES, _
from cli.timeline import Timeline
from cli.views import case_blocks
from cli.why import blocks

if TYPE_CHECKING:
    from workflow.dossier import Dossier

TIMELINE, DATES = "timeline", "dates"


def pages(dossier: "Dossier", *, html: bool) -> dict[str, bytes]:
    """The pages by the name of their entry."""
    timeline, dates = [], []
    for code in LANGUAGES:
        with _speaking(code):
            timeline.append((code, _("Case {ref}: {title}").format(**dossier.case), _timeline(dossier)))
            dates.append(
                (code, _("Case {ref}: why each limit ended when it did").format(ref=dossier.ref), _dates(dossier))
            )
    found = {f"{TIMELINE}.md": page.markdown(timeline), f"{DATES}.md": page.markdown(dates)}
    if html:
        found[f"{TIMELINE}.html"] = page.html(timeline)
    return found


@contextmanager
def _speaking(code: str) -> Iterator[None]:
    """Everything inside is said in this language, whatever the reader's is."""
    before = texts.language()
    texts.use(code, titles=True)
    try:
        yield
    finally:
        texts.use(before)


def _timeline(dossier: "Dossier") -> list[Block]:
    definition = dossier.definitions[dossier.case["policy"]]
    words = Timeline(definition, dossier.persons.values(), dossier.zone)
    about = [
        [_("Made"), f"{words.at(dossier.made_at)} ({dossier.zone})"],
        [_("By"), words.person(dossier.by)],
        [_("Log"), dossier.log],
        [_("Sandbox"), shown(dossier.sandbox)],
        [_("Last event"), f"{dossier.ref}/{dossier.head['n']} {dossier.head['hash']}"],
        [_("Check it"), "duecourse audit verify --dossier FILE"],
    ]
    case, *more = case_blocks({**dossier.case, "actions": []}, definition)
    case.title = _("The case")
    return [Block("about", _("This dossier"), about), case, *more, words.block(dossier.events)]


def _dates(dossier: "Dossier") -> list[Block]:
    if dossier.why is None:
        problem = dossier.why_not
        why = fill(problem.message, problem.places) if problem else ""
        return [Block("", "", [[_("The limits could not be counted again."), why]])]
    clocks = [
        {**one, "days": [{**day, "note": told(day["note"])} for day in one["days"]]} for one in dossier.why["clocks"]
    ]
    return blocks({**dossier.why, "clocks": clocks}, dossier.definitions[dossier.case["policy"]])
