"""`case`: the small changes; comment, assign, link, attach."""

from collections.abc import Iterator
from typing import Any

from cli import render
from cli.acts import change, take_in
from cli.base import arg, command, opt
from cli.session import Session
from cli.texts import N_, _, plural


@command(N_("Say something about a case, on record. It changes nothing else."), arg("ref"), arg("text"), changes=True)
def comment(session: Session, ref: str, text: str) -> None:
    """A closed case takes it too."""
    from workflow import engine

    change(
        session,
        "case.commented",
        lambda tx, who: engine.comment(tx, ref, text, who=who, **session.facts()),
    )


@command(N_("Give a case to another owner."), arg("ref"), arg("login"), changes=True)
def assign(session: Session, ref: str, login: str) -> None:
    """For its owner and those above."""
    from workflow import engine
    from workflow.identity import person_id

    change(
        session,
        "case.assigned",
        lambda tx, who: engine.assign(tx, ref, person_id(tx, login), who=who, **session.facts()),
    )


@command(
    N_(
        "Give the open cases of one owner to another: yours to give are those of which you are owner, head, leader or "
        "office. You take them over yourself where nobody is named."
    ),
    arg("owner", metavar="LOGIN"),
    arg("to", metavar="[LOGIN2]", required=False),
    opt("--unit", metavar="UNIT", help=N_("Only cases of this unit and those below it.")),
    changes=True,
)
def reassign(session: Session, owner: str, to: str | None, unit: str | None) -> None:
    """All in one transaction, each with its own event."""
    from workflow import receipts, register
    from workflow.identity import person_id
    from workflow.passing import pass_on
    from workflow.store import Tx

    def work(tx: Tx) -> tuple[dict[str, Any], bool, str]:
        who = session.acting(tx)
        before, after = person_id(tx, owner), person_id(tx, to) if to else who.actor or ""
        asked = [before, after, unit, who.actor, session.reason]

        def do() -> dict[str, Any]:
            done = pass_on(tx, before, after, who=who, unit=unit, reason=session.reason)
            event = render.receipt(done.event) if done.event else None
            return {"cases": done.refs, "kept": done.kept, "event": event}

        return *receipts.told(tx, session.key, "case reassign", asked, do), register.logins(tx, [after])[after]

    done, again, taker = session.change(work, alone=True)
    data = {"schema": 1, "from": owner, "to": taker, **done, "again": again}
    if session.dry_run:
        data["event"] = None

    def human() -> Iterator[str]:
        if again:
            yield _("This key was used before, nothing was done again.")
        if done["cases"]:
            yield plural("{n} case has a new owner.", "{n} cases have a new owner.", len(done["cases"]))
            yield ", ".join(done["cases"])
        else:
            yield _("{login} owns no open case there.").format(login=owner)
        if done["kept"]:
            yield _("Not yours to give, and left as they are: {refs}").format(refs=", ".join(done["kept"]))

    render.changed(session, data, human)


@command(
    N_("Let a case point at another, with a word of yours: follows, causes, same-fault."),
    arg("ref"),
    arg("kind"),
    arg("other", metavar="REF2"),
    changes=True,
)
def link(session: Session, ref: str, kind: str, other: str) -> None:
    """One way; the other case stays as it is."""
    from workflow import engine

    change(
        session,
        "case.linked",
        lambda tx, who: engine.link(tx, ref, kind, other, who=who, **session.facts()),
    )


@command(
    N_("Add a file to a case."),
    arg("ref"),
    arg("file"),
    opt("--name", metavar="N", help=N_("How the file is called on record; its own name by default.")),
    changes=True,
)
def attach(session: Session, ref: str, file: str, name: str | None) -> None:
    """Kept under its SHA-256, which enters the trail."""
    from workflow import engine

    (incoming,) = take_in(session, [file], name)
    change(
        session,
        "case.attached",
        lambda tx, who: engine.attach(tx, ref, incoming, who=who, **session.facts()),
    )
