"""The words of a notice, in its reader's language, as an RFC 5322 message."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from states.errors import N_
from workflow.instants import moment
from workflow.notices import Notice

SUBJECTS = {
    "clock.reminded": N_("{ref}: {clock} is due on {day}"),
    "clock.escalated": N_("{ref}: {clock} is overdue (step {step})"),
    "case.assigned": N_("{ref} is yours now"),
    "case.opened": N_("{ref} is yours now"),
    "person.registered": N_("You are in the register of {origin}"),
    "case.acted": N_("{ref}: a step was taken that concerns you"),
    "duty.warned": N_("{ref}: {done} of {required} done by {pace}, {asked} asked for"),
}
HELD = N_("This is held about you: your login, your name, your e-mail address, the posts you hold and your leave.")
NOT_HELD = N_("Cases in which you act or are named are on record; nothing else about you has a place here.")
SEE = N_("See everything that is held about you, and who has read it:")
ANY = N_("{ref}: {kind}")


def _plain(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Voice:
    """The language notices are written in: ``en`` or ``zh_CN``, and how a source text is said in it."""

    lang: str = "en"
    say: Callable[[str], str] = _plain

    def title(self, titles: dict[str, str] | None) -> str:
        """The one of the two languages of a policy's title."""
        if not titles:
            return ""
        return titles.get("zh" if self.lang.startswith("zh") else "en") or next(iter(titles.values()))


@dataclass(frozen=True, slots=True)
class House:
    """Who writes: the workspace's origin (for message ids), the sender's address, and whether it is a sandbox."""

    origin: str
    sender: str
    sandbox: bool


def compose(notice: Notice, house: House, voice: Voice) -> EmailMessage:
    """The message of a notice; its id is that of the notice, so that one sent twice can be told. ValueError for an
    address that is none."""
    host = house.origin.partition("/")[0]
    message = EmailMessage(policy=SMTP)
    message["From"] = house.sender
    message["To"] = Address(" ".join(notice.name.split()), addr_spec=notice.email)
    message["Subject"] = _line(("[sandbox] " if house.sandbox else "") + subject(notice, voice, house.origin))
    message["Date"] = format_datetime(moment(notice.created_at))
    message["Message-ID"] = f"<{notice.id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body(notice, voice), cte="quoted-printable" if voice.lang == "en" else "base64")
    message["Content-Language"] = voice.lang.replace("_", "-")  # set_content clears what was said of content before
    return message


def subject(notice: Notice, voice: Voice, origin: str = "") -> str:
    """One line: which case, what about it; or which workspace."""
    due = _due(notice)
    return voice.say(SUBJECTS.get(notice.kind, ANY)).format(
        ref=notice.ref or "-",
        clock=voice.title(notice.clock),
        day=due.date().isoformat() if due else "-",
        step=notice.step,
        kind=notice.kind,
        **(notice.pace or {}),
        origin=origin,
    )


def body(notice: Notice, voice: Voice) -> str:
    """What it is about, how it stands, what to do."""
    say = voice.say
    if notice.kind == "person.registered":
        return "\n".join([say(HELD), say(NOT_HELD), "", say(SEE), "    duecourse whoami --data"]) + "\n"
    due = _due(notice)
    lines = [f"{notice.ref}  {_line(notice.title)}" if notice.ref else notice.kind]
    if notice.unit:
        lines.append(say(N_("Unit: {unit}")).format(unit=notice.unit))
    if notice.state:
        lines.append(say(N_("State: {state}")).format(state=voice.title(notice.state)))
    if due:
        told = due.strftime("%Y-%m-%d %H:%M")
        lines.append(
            say(N_("Limit: {clock}, due {due} ({zone})")).format(
                clock=voice.title(notice.clock), due=told, zone=notice.zone
            )
        )
    if notice.kind == "clock.escalated":
        lines.append(say(N_("It is overdue: this is step {step} of its ladder.")).format(step=notice.step))
    if notice.pace:
        lines.append(say(N_("Done: {done} of {required}; the pace asks for {asked} by {pace}.")).format(**notice.pace))
    if notice.clock and not notice.actions:
        lines.append(say(N_("It has been dealt with meanwhile.")))
    if notice.ref:
        lines += ["", say(N_("What to do:")), f"    duecourse case show {notice.ref}"]
        lines += [f"    duecourse do {notice.ref} {action}" for action in notice.actions]
    return "\n".join(lines) + "\n"


def _due(notice: Notice) -> datetime | None:
    return moment(notice.due_at).astimezone(ZoneInfo(notice.zone)) if notice.due_at else None


def _line(text: str) -> str:
    """Text that fits a header: no line ends, no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
