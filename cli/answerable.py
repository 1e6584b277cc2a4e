"""`case answerable`: who bears which responsibility for what failed in a case."""

from cli import render
from cli.base import arg, command
from cli.org import WHY
from cli.session import Session
from cli.texts import N_, _
from cli.texts import role as role_name

_BEARS = {
    "main": N_("main responsibility"),
    "important": N_("important responsibility"),
    "in-charge": N_("responsible by portfolio"),
    "concrete": N_("concrete responsibility"),
    "none": N_("none"),
}
_NAMED = {
    "alone": N_("decided alone in {ref}"),
    "took-part": N_("took part in {ref}"),
    "objected": N_("objected in {ref}"),
}
_HOW = {"breach": N_("a limit was overdue"), "concluded": N_("it was concluded"), "missed": N_("a duty was missed")}


@command(
    N_("Show who bears which responsibility for what failed in a case, as of the time it failed."),
    arg("ref"),
)
def answerable(session: Session, ref: str) -> None:
    """What the register was made to say later changes nothing of it."""
    from workflow.answerable import answerable as ask

    with session.read() as tx:
        found = ask(tx, ref)

    def human() -> list[render.Block]:
        blocks = []
        heads = [_("Person"), _("Post"), _("Unit"), _("Bears"), _("Why")]
        for number, one in enumerate(found["failures"]):
            span = one["from"] if one["from"] == one["until"] else f"{one['from']} – {one['until']}"
            rows = [
                [
                    row["person"],
                    role_name(row["post"]) if row["post"] else "",
                    row["unit"] or "",
                    _(_BEARS[row["bears"]]),
                    _why(row["why"]),
                ]
                for row in one["answerable"]
            ]
            blocks.append(render.Block(f"failure{number}", f"{_(_HOW[one['how']])}, {span}", rows, heads))
        return blocks

    render.one(session, found, human)


def _why(why: str) -> str:
    word, _colon, ref = why.partition(":")
    return _(_NAMED[word]).format(ref=ref) if ref else _(WHY[word])
