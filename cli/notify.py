"""`notify`: messages owed to people."""

from cli import render
from cli.base import AFTER, LIMIT, arg, choices, command, opt
from cli.mailing import channel
from cli.session import Session
from cli.texts import N_, _, plural
from states.errors import Invalid, Outside

STATES = {"waiting": N_("waiting"), "sent": N_("sent"), "dead": N_("given up")}


@command(
    N_("List notices, the newest first: waiting, sent, given up."),
    opt("--state", type=choices(tuple(STATES)), help=N_("Only notices in this state.")),
    opt("--person", metavar="LOGIN", help=N_("Only notices to this person.")),
    opt("--ref", metavar="REF", help=N_("Only notices about this case.")),
    LIMIT,
    AFTER,
)
def list_(
    session: Session, *, state: str | None, person: str | None, ref: str | None, limit: int, after: str | None
) -> None:
    """One row per message."""
    from workflow import notices

    with session.read() as tx:
        found = notices.list_(tx, state=state, person=person, ref=ref, limit=limit, after=after)
    columns: list[render.Column] = [
        ("created_at", N_("Written"), lambda row: render.day_time(row["created_at"])),
        ("person", N_("Person"), None),
        ("ref", N_("Case"), None),
        ("kind", N_("Kind"), None),
        ("state", N_("State"), lambda row: _(STATES[row["state"]])),
        ("attempts", N_("Tries"), None),
        ("sent_at", N_("Sent"), lambda row: render.day_time(row["sent_at"])),
        ("error", N_("Trouble"), None),
        ("id", N_("Notice"), None),
    ]
    render.listing(session, found, columns, empty=_("There are no notices."))


@command(
    N_("Let notices be tried again that were given up or have failed: one, or all."),
    arg("notice", metavar="[NOTICE]", required=False),
)
def retry(session: Session, notice: str | None) -> None:
    """They are sent by the next run."""
    from workflow import notices

    count = session.change(lambda tx: notices.retry(tx, notice))
    say = plural("{n} notice will be sent again.", "{n} notices will be sent again.", count)
    render.changed(session, {"schema": 1, "count": count}, lambda: [say])


@command(N_("Send one test notice to an address, and say whether it went."), arg("address"))
def test(session: Session, address: str) -> None:
    """Uses the channel of the settings; nothing is recorded."""
    from email.message import EmailMessage

    from jobs.mail import Refused

    way = channel(session)
    if way is None:
        raise Invalid("Mail is not set up.", hint=N_("Set mail.smtp and mail.from, or mail.to_file."))
    message = EmailMessage()
    message["From"], message["To"] = way.sender, address
    message["Subject"] = _("duecourse: a test notice")
    message.set_content(_("This is a test. If you can read it, notices reach you."))
    try:
        with way.open() as send:
            send(message)
    except Refused as problem:
        raise Outside("The message was refused: {why}.", hint=N_("Check the address."), why=str(problem)) from problem
    said = _("Sent to {address}.").format(address=address)
    render.changed(session, {"schema": 1, "address": address, "channel": way.name}, lambda: [said])
