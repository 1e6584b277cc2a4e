"""`case`: the small changes; comment, assign, link, attach."""

from cli.acts import change, take_in
from cli.base import arg, command, opt
from cli.session import Session
from cli.texts import N_


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
