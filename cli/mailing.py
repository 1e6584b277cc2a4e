"""Where notices go, and in which language: what the settings `mail.*` and `lang` say to `jobs`."""

from typing import TYPE_CHECKING

from cli import texts
from cli.session import Session

if TYPE_CHECKING:
    from jobs.letters import Voice
    from jobs.mail import Channel


def channel(session: Session) -> "Channel | None":
    """The channel of the settings; None where none is set up, Invalid for one that cannot work."""
    from jobs.mail import channel_of

    get = session.settings.get
    return channel_of(
        smtp=get("mail.smtp"),
        sender=get("mail.from"),
        starttls=bool(get("mail.starttls")),
        user=get("mail.user"),
        password_file=get("mail.password_file"),
        to_file=get("mail.to_file"),
        sandbox=session.store.workspace.sandbox,
    )


def voice() -> "Voice":
    """Notices are written in the language this program was started in."""
    from jobs.letters import Voice

    return Voice(texts.language(), texts.say)
