"""Where checkpoints go, by the settings `publish.*`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.inputs import content
from cli.mailing import channel, voice
from cli.session import Session
from cli.texts import N_
from states.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.outlets import Outlet


def outlets(session: Session) -> "tuple[Outlet, ...]":
    """The outlets that are set up; Invalid for one that cannot work."""
    get = session.settings.get
    found: list[Outlet] = []
    if path := get("publish.file"):
        from jobs.outlets import FileOutlet

        found.append(FileOutlet(Path(session.settings.home or ".") / str(path)))
    if addresses := get("publish.mail"):
        found.append(mail_outlet(session, str(addresses)))
    if command := get("publish.command"):
        from jobs.outlets import CommandOutlet

        found.append(CommandOutlet(words_of("publish.command", str(command))))
    if authority := get("publish.tsa"):
        found.append(stamp_outlet(session, str(authority)))
    return tuple(found)


def stamp_outlet(session: Session, authority: str) -> "Outlet":
    """A time stamp authority: an address, or a program that gets the question on its standard input."""
    from jobs import web
    from jobs.outlets import StampOutlet

    trusted = roots(session)
    if not web.is_address(authority):
        return StampOutlet("", words_of("publish.tsa", authority), trusted)
    if session.store.workspace.sandbox and not web.local(authority):
        raise Invalid(
            "A sandbox asks nobody outside for a time stamp.", hint=N_("Name an authority on 127.0.0.1, or a program.")
        )
    return StampOutlet(authority, (), trusted)


def roots(session: Session, path: str | None = None) -> "Sequence[Any]":
    """The certificates of authorities that are trusted: in the file named, or in that of the settings; else none."""
    said = session.settings.get("publish.tsa_roots")
    if path is None and not said:
        return ()
    from workflow import stamps

    place = Path(path) if path is not None else Path(session.settings.home or ".") / str(said)
    return stamps.roots(content(str(place)), str(place))


def mail_outlet(session: Session, addresses: str) -> "Outlet":
    """Mailboxes, through the mail server of the settings `mail.*`."""
    from email.headerregistry import Address

    from jobs.outlets import MailOutlet

    named = [one.strip() for one in addresses.split(",") if one.strip()]
    for one in named:
        try:
            fine = bool(Address(addr_spec=one).domain)
        except (ValueError, IndexError):
            fine = False
        if not fine:
            raise Invalid("{address} is not an address for mail.", where="publish.mail", address=repr(one))
    way = channel(session)
    if way is None:
        raise Invalid(
            "Checkpoints are to go by mail, and no mail server is set up.", hint=N_("Set mail.smtp and mail.from.")
        )
    return MailOutlet(way, named, voice())


def words_of(key: str, command: str) -> list[str]:
    """The words of a command: quotation marks keep words together, and nothing else means anything."""
    import shlex

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise Invalid(
            "The setting {key} cannot be {value}.", hint=N_("A quotation mark is not closed."), key=key, value=command
        ) from error
    if not words:
        raise Invalid("The setting {key} cannot be {value}.", key=key, value=repr(command))
    return words
